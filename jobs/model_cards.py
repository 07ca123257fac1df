"""The models that were trained, in lines for a person, and the way to take a promotion back."""

from collections.abc import Iterator
from datetime import date

from pyspark.sql import functions as F

from jobs import catalog, storage
from jobs.errors import UsageError
from jobs.locks import table_lock
from jobs.publish import persisted, publish
from jobs.runner import Run, conform

TABLE = "models.listings"


def lines(run: Run) -> Iterator[str]:
    """One line a model, oldest first: whether it is promoted, its figures beside the rules', and why."""
    path = run.path(TABLE)
    if storage.version(run.spark, path) is None:
        yield "no model was ever trained: `python -m jobs train --ds SUNDAY`; until then the rules score"
        return
    known = storage.read(run.spark, path).drop("model").orderBy("ds").collect()
    newest = max((row["ds"] for row in known if row["is_promoted"]), default=None)
    for row in known:
        state = (
            "in use"
            if row["is_promoted"] and row["ds"] == newest
            else "promoted"
            if row["is_promoted"]
            else "not promoted"
        )
        figures = (
            ""
            if row["auc"] is None
            else f"  AUC {row['auc']:.3f} (rules {row['rules_auc']:.3f})  Brier {row['brier']:.5f} ({row['rules_brier']:.5f})"
        )
        yield f"{row['ds']}  {row['model_id']:22} {state:12}{figures}  {row['why']}"


def withdraw(run: Run, model_id: str, because: str) -> date:
    """Takes the promotion of a model back, as one published commit, and returns the model's day.

    Raises UsageError for a model that is not promoted.
    """
    path, declared = run.path(TABLE), catalog.catalog()[TABLE]
    with table_lock(run.spark, run.warehouse, TABLE):
        version = storage.version(run.spark, path)
        known = (
            []
            if version is None
            else storage.read(run.spark, path).where("is_promoted").select("ds", "model_id").collect()
        )
        if model_id not in {row["model_id"] for row in known}:
            promoted = ", ".join(sorted(row["model_id"] for row in known)) or "none"
            raise UsageError(f"no promoted model {model_id!r}: there are {promoted}")
        day: date = next(row["ds"] for row in known if row["model_id"] == model_id)
        receipt = run.ledger.published(TABLE, day)
        taken = storage.read(run.spark, path, version, storage.in_range(day, day)).withColumns(
            {
                "is_promoted": F.col("is_promoted") & (F.col("model_id") != model_id),
                "why": F.when(F.col("model_id") == model_id, F.concat(F.lit(f"withdrawn: {because}; was "), "why")).otherwise(F.col("why")),
            }
        )  # fmt: skip
        with persisted(conform(taken, declared)) as frame:
            publish(run, declared, frame, [day], receipt.inputs if receipt else {})
    return day
