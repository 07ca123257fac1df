"""Small files through Hadoop's file systems, so that a folder and an S3 bucket are read in the same way."""

from typing import Any

from pyspark.sql import SparkSession


def open_path(spark: SparkSession, location: str) -> tuple[Any, Any]:
    """Hadoop's FileSystem and Path of a location as Spark spells it."""
    jvm: Any = spark._jvm
    path = jvm.org.apache.hadoop.fs.Path(location)
    return path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()), path


def read_text(spark: SparkSession, fs: Any, path: Any) -> str:
    """A whole file of UTF-8 text. Raises Py4JJavaError when there is none."""
    jvm: Any = spark._jvm
    stream = fs.open(path)
    try:
        return str(jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
    finally:
        stream.close()
