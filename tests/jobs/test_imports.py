"""Who may import whom: the rules of the architecture, read from the source text."""

import ast
import sys
from pathlib import Path

import pytest

from jobs.catalog import LAYERS
from jobs.settings import ROOT

FOLDERS = ("jobs", "dags", "expectations", "orchestrator", "simulator", "benchmarks", "tests")
SOURCES = {
    path.relative_to(ROOT).as_posix(): path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))
}
TABLES = [
    name
    for name in SOURCES
    if name.split("/")[0] == "jobs" and name.split("/")[1] in LAYERS and not name.endswith("__init__.py")
]
STANDARD = set(sys.stdlib_module_names)

# What a table file may use: pyspark, the declaration, rules for columns, versions and judgements, reference data,
# graph algorithms.
SHARED = {
    "jobs.table",
    "jobs.columns",
    "jobs.counties",
    "jobs.divisions",
    "jobs.masking",
    "jobs.versions",
    "jobs.outcomes",
    "jobs.brand_match",
    "jobs.complaints",
    "jobs.reference",
    "jobs.thresholds",
}
# Packages of rules and algorithms that tables use as well.
ALGORITHMS = ("jobs.graph.", "jobs.learning.", "jobs.pictures.", "jobs.text.")
# The only modules of jobs/ that import these.
ONLY = {
    "delta": {"jobs/storage.py"},
    "boto3": {"jobs/landing.py"},
    "botocore": {"jobs/landing.py"},
    "great_expectations": {"jobs/audit.py"},
    "argparse": {"jobs/cli.py"},
    "cv2": {"jobs/pictures/hashes.py", "jobs/pictures/ocr.py"},
    "rapidocr": {"jobs/pictures/ocr.py"},
    "xgboost": {"jobs/learning/boosting.py"},
    "zxingcpp": {"jobs/pictures/reading.py"},
    "scipy": {f"jobs/graph/{name}.py" for name in ("communities", "judgements", "leiden", "matching", "verify", "why")}
    | {"jobs/learning/calibration.py"},
}


def imports(name: str) -> set[str]:
    """Full names of what a file imports, at its head or inside a function: `jobs.table`, `pyspark.sql`, `csv`."""
    found = set()
    for node in ast.walk(ast.parse(SOURCES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by a relative path"
            is_package = node.module in (
                "jobs",
                "jobs.graph",
                "jobs.learning",
                "jobs.pictures",
                "jobs.text",
                "tests",
                "simulator",
                "orchestrator",
            )
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if is_package else {str(node.module)}
    return found


def packages(name: str) -> set[str]:
    """First parts of what a file imports."""
    return {module.split(".")[0] for module in imports(name)}


def test_there_are_files_to_look_at():
    assert len(TABLES) >= 20
    assert {"jobs/core/trades.py", "jobs/links/edges.py", "jobs/staging/orders.py"} <= set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_file_imports_pyspark_its_declaration_and_shared_rules_only(name):
    ours = {module for module in imports(name) if module.startswith("jobs")}
    assert {module for module in ours if module not in SHARED and not module.startswith(ALGORITHMS)} == set()
    assert packages(name) - STANDARD <= {"pyspark", "jobs"}


def test_no_table_imports_another_and_nothing_but_the_catalog_reaches_them():
    layers = tuple(f"jobs.{layer}" for layer in LAYERS)
    reaching = {
        name: {module for module in imports(name) if module.startswith(layers)}
        for name in SOURCES
        if name.startswith("jobs/")
    }
    assert {name: modules for name, modules in reaching.items() if modules} == {}


def test_shared_rules_know_neither_tables_nor_the_runner():
    shared = [f"{module.replace('.', '/')}.py" for module in SHARED] + [
        n for n in SOURCES if n.startswith(tuple(name.replace(".", "/") for name in ALGORITHMS))
    ]
    allowed = SHARED | {"jobs.errors", "jobs.settings"}
    ours = {
        name: {m for m in imports(name) if m.startswith("jobs.") and not m.startswith(ALGORITHMS)} for name in shared
    }
    # Files of pictures lie in the landing: one module fetches them.
    ours["jobs/pictures/reading.py"] -= {"jobs.landing"}
    assert {name: modules - allowed for name, modules in ours.items() if modules - allowed} == {}


def test_the_declaration_needs_the_standard_library_only():
    assert packages("jobs/table.py") <= STANDARD
    assert packages("jobs/errors.py") <= STANDARD


@pytest.mark.parametrize("package", ONLY)
def test_what_is_costly_or_foreign_is_imported_in_one_place(package):
    found = {name for name in SOURCES if name.startswith("jobs/") and package in packages(name)}
    assert found == ONLY[package]


def test_only_storage_reads_and_writes_delta():
    """Elsewhere no string names the format or its classes, but for the session's extension and the jars."""
    naming = set()
    for name, path in SOURCES.items():
        if not name.startswith("jobs/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and (node.value == "delta" or "io.delta" in node.value or ".delta." in node.value):
                naming.add(name)
            if isinstance(node, ast.Attribute) and node.attr == "DeltaLog":
                naming.add(name)
    assert naming == {"jobs/storage.py", "jobs/session.py", "jobs/jars.py"}


def test_dags_import_airflow_and_spark_task_only():
    foreign = {
        name: packages(name) - STANDARD - {"airflow", "spark_task"} for name in SOURCES if name.startswith("dags/")
    }
    assert {name: modules for name, modules in foreign.items() if modules} == {}


def test_expectations_import_shared_rules_and_the_table_that_they_are_of():
    foreign = {}
    for name in SOURCES:
        if name.startswith("expectations/"):
            own = f"jobs.{name.removeprefix('expectations/').removesuffix('.py').replace('/', '.')}"
            others = {m for m in imports(name) if m.split(".")[0] not in STANDARD and not m.startswith(ALGORITHMS)}
            foreign[name] = others - SHARED - {"jobs.expect", own}
    assert {name: modules for name, modules in foreign.items() if modules} == {}


def test_the_jobs_know_neither_simulator_nor_orchestrator_nor_tests():
    foreign = {"simulator", "orchestrator", "dags", "tests", "benchmarks", "airflow", "spark_task"}
    assert {
        name for name in SOURCES if name.startswith(("jobs/", "expectations/")) and packages(name) & foreign
    } == set()


def test_the_simulator_is_independent_of_the_code_that_it_tests():
    reading = {
        name: {m for m in imports(name) if m.startswith("jobs")} for name in SOURCES if name.startswith("simulator/")
    }
    run_the_jobs_over_it = {"simulator/demo.py", "simulator/classes.py"}
    assert {name for name, modules in reading.items() if modules} <= run_the_jobs_over_it


def test_no_module_is_named_like_one_of_the_standard_library():
    """spark-submit puts the folder of the main file first on the path, where such a module would hide the standard one."""
    own = {part.removesuffix(".py") for name in SOURCES for part in Path(name).parts}
    assert own & STANDARD <= {"__main__"}


def test_no_module_is_a_drawer_for_everything():
    stems = {Path(name).stem for name in SOURCES}
    assert stems & {"utils", "util", "common", "helpers", "helper", "misc", "tools"} == set()


def test_the_first_line_of_every_module_says_what_it_is():
    bare = [
        name
        for name, path in SOURCES.items()
        if (text := path.read_text(encoding="utf-8")).strip() and not text.startswith(('"""', "'''", 'r"""'))
    ]
    assert bare == []
