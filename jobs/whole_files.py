"""Reading files so that it is known where in its file each row stood: one file is one task."""

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

# Spark numbers rows within a task in the low bits.
_ROW_BITS = (1 << 33) - 1
_WHOLE = str(1 << 40)


def whole_file_session(spark: SparkSession) -> SparkSession:
    """A session of its own that cuts no file into several tasks, and puts no two into one: that is a session's setting."""
    session = spark.newSession()
    session.conf.set("spark.sql.files.maxPartitionBytes", _WHOLE)
    session.conf.set("spark.sql.files.openCostInBytes", _WHOLE)
    return session


def place_in_file(first: int = 1) -> Column:
    """Number of a row in its file, in such a session; the first row has `first`."""
    return F.monotonically_increasing_id().bitwiseAND(F.lit(_ROW_BITS)) + first
