"""How an expectation is written down: Great Expectations' name for it, severity and reason.

Standard library only: files in `expectations/` are read without importing Great Expectations.
"""

from typing import Any, Literal

Severity = Literal["critical", "warning"]


class Expect:
    """`Expect("column_values_to_be_between", because="…", column="quantity", min_value=1)`.

    type:     an expectation of Great Expectations without its `expect_`, or "rows_to_meet" with an SQL
              `condition` that must be true for every row (null counts as broken only if it says so); it may look
              at other rows by a window.
    because:  why it must hold, for the person who reads that it does not.
    severity: critical stops publishing, warning reports.
    """

    def __init__(self, type: str, *, because: str, severity: Severity = "critical", **arguments: Any) -> None:
        self.type = type
        self.because = because
        self.severity = severity
        self.arguments = arguments

    def describe(self) -> str:
        """The expectation in words: `quantity: values to be between (min_value=1)`."""
        rest = {
            k: v
            for k, v in self.arguments.items()
            if k not in ("column", "column_list", "column_set", "condition", "value_set")
        }
        if self.type == "rows_to_meet":
            return str(self.arguments["condition"])
        where = self.arguments.get("column") or ", ".join(self.arguments.get("column_list", ())) or "table"
        what = self.type.removeprefix("column_").removeprefix("compound_columns_").replace("_", " ")
        listed = ", ".join(f"{k}={v}" for k, v in rest.items())
        return f"{where}: {what}" + (f" ({listed})" if listed else "")
