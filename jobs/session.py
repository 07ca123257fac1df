"""Builds a SparkSession from settings: Delta, time zone, S3, and our own code on the executors."""

import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from pyspark.sql import SparkSession

from jobs.errors import UsageError
from jobs.progress import Progress
from jobs.settings import OWN, ROOT, Settings

# Results must not depend on a machine's clock settings, and ANSI errors beat silent nulls.
FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Times in nanoseconds, as pandas writes them: Spark refuses a file with them otherwise (feeds.py makes them times).
    "spark.sql.legacy.parquet.nanosAsLong": "true",
}

# Classes as a JVM left them at set-up (simulator/classes.py): another JVM that finds them here starts seconds faster.
CLASSES = ROOT / "jars" / "classes.jsa"
QUIET_SHARING = "-Xlog:cds=off -Xlog:cds+dynamic=off"


def start(settings: Settings) -> SparkSession:
    """A session for these settings. Raises UsageError when the jars are not there."""
    # The executors must run the very Python that this is.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    properties = {**settings.properties, **FIXED}
    properties.setdefault("spark.jars", ",".join(_jars()))
    properties.update(_s3_properties())
    if CLASSES.is_file():
        os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-XX:SharedArchiveFile={CLASSES} {QUIET_SHARING}")
    if properties.get("spark.driver.host") == "127.0.0.1":
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("yunjian")
    for key, value in properties.items():
        if not key.startswith(OWN):
            builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    _ship_code(spark)
    return spark


@contextmanager
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[SparkSession]:
    """A session that is stopped at the end; with `progress` its start is a step of its own."""
    with progress.step("starting Spark") if progress else nullcontext():
        spark = start(settings)
    try:
        yield spark
    finally:
        spark.stop()


def _jars() -> list[str]:
    jars = sorted(str(path) for path in (ROOT / "jars").glob("*.jar"))
    if not jars:
        raise UsageError(f"no jars in {ROOT / 'jars'}: run `make setup`")
    return jars


def _s3_properties() -> dict[str, str]:
    """S3A reads no AWS_ENDPOINT_URL by itself; boto3 does, and both must talk to one server."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if not endpoint:
        return {}
    return {
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.endpoint.region": os.environ.get("AWS_REGION", "us-east-1"),
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": str(endpoint.startswith("https")).lower(),
    }


def _ship_code(spark: SparkSession) -> None:
    """Executors import jobs.* for Arrow functions: they get it as a zip, wherever they run."""
    folder = tempfile.mkdtemp(prefix="yunjian-code-")
    path = Path(folder, "yunjian_jobs.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in sorted((ROOT / "jobs").rglob("*.py")):
            archive.write(source, source.relative_to(ROOT))
    spark.sparkContext.addPyFile(str(path))
