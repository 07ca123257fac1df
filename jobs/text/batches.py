"""Text columns of Arrow batches as Python strings."""

import pyarrow as pa


def texts(column: pa.Array) -> list[str | None]:
    """Values of a string column; bytes that are no UTF-8 become the replacement character."""
    try:
        return column.to_pylist()
    except UnicodeDecodeError:
        raw = column.cast(pa.binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "replace") for value in raw]
