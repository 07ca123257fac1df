"""Which judgements of people stand on a day: outcomes as known then, without those that were taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa
from pyspark.sql import DataFrame

from jobs.versions import newest_on


def standing(outcomes: DataFrame, days: Sequence[date]) -> DataFrame:
    """Outcomes that stand on each of `days`: their `ds` becomes the day, `changed_ds` is the day of their delivery.

    outcomes: staging.outcomes up to the last of `days`. Rows delivered after a day do not count on that day, neither
    as outcomes nor as undos. The undos themselves are left out: they only take back.
    """
    known = newest_on(outcomes, ["outcome_id"], days)
    undos = known.where("event = 'undo' AND undoes IS NOT NULL").select("ds", "outcome_id", "undoes")
    gone = undos.groupBy("ds").applyInArrow(_gone_on_a_day, "ds date, outcome_id string")
    return known.where("event <> 'undo'").join(gone, ["ds", "outcome_id"], how="left_anti")


def taken_back(undoes: Mapping[str, str]) -> set[str]:
    """Ids of what is taken back. undoes: outcome_id of each undo -> what it undoes.

    An undo that was itself taken back takes nothing back, so an undo of an undo restores. Undos that undo each other
    in a circle count for nothing.
    """
    waiting = Counter(target for target in undoes.values() if target in undoes)
    settled = [undo for undo in undoes if not waiting[undo]]
    gone: set[str] = set()
    while settled:
        undo = settled.pop()
        target = undoes[undo]
        if undo not in gone:
            gone.add(target)
        if target in undoes:
            waiting[target] -= 1
            if not waiting[target]:
                settled.append(target)
    return gone


def _gone_on_a_day(undos: pa.Table) -> pa.Table:
    """Arrow form of `taken_back`: (ds, outcome_id, undoes) of one day -> (ds, outcome_id). Undos are few."""
    gone = sorted(taken_back(dict(zip(undos["outcome_id"].to_pylist(), undos["undoes"].to_pylist(), strict=True))))
    days = pa.array([undos["ds"][0].as_py()] * len(gone), pa.date32())
    return pa.table({"ds": days, "outcome_id": pa.array(gone, pa.string())})
