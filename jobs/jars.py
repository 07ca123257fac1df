"""Fetches the jars that Delta and S3 need beyond Spark's own, once, at set-up: `python -m jobs.jars DIR`.

Spark's own Ivy resolves them; whatever the pyspark wheel already holds is left out.
"""

import shutil
import sys
import tempfile
from pathlib import Path

PACKAGES = (
    "io.delta:delta-spark_4.1_2.13:4.4.0",
    "org.apache.hadoop:hadoop-aws:3.4.2",
    "software.amazon.awssdk:s3:2.29.52",
    "software.amazon.awssdk:s3-transfer-manager:2.29.52",
    "software.amazon.awssdk:sts:2.29.52",
    "software.amazon.awssdk:apache-client:2.29.52",
)
# Ivy's excludes match a module name exactly, so what pyspark holds is filtered by file name below.
NOT_RESOLVED = (
    "software.amazon.awssdk:bundle",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.hadoop:hadoop-client-api",
)
WANTED_GROUPS = (
    "io.delta",
    "io.unitycatalog",
    "org.apache.hadoop_hadoop-aws",
    "software.amazon",
    "org.reactivestreams",
    "org.wildfly",
)


def fetch(target: Path) -> list[str]:
    """Puts the jars into `target` and returns their names."""
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as ivy:
        spark = (
            SparkSession.builder.master("local[1]")
            .config("spark.jars.packages", ",".join(PACKAGES))
            .config("spark.jars.excludes", ",".join(NOT_RESOLVED))
            .config("spark.jars.ivy", ivy)
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
        spark.stop()
        target.mkdir(parents=True, exist_ok=True)
        names = []
        for jar in sorted(Path(ivy, "jars").glob("*.jar")):
            if jar.name.startswith(WANTED_GROUPS):
                shutil.copy(jar, target / jar.name)
                names.append(jar.name)
    return names


if __name__ == "__main__":
    fetched = fetch(Path(sys.argv[1]))
    print(f"{len(fetched)} jars in {sys.argv[1]}")
