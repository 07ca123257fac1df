# Two environments, because Airflow's Spark provider overwrites parts of pyspark: .venv runs the jobs,
# .venv-airflow the orchestrator. Every target sets up what it needs, once; nothing is installed outside this folder.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3.11
JOBS := .venv/bin/python
AIRFLOW := .venv-airflow/bin/python
JOBS_READY := .venv/.ready
AIRFLOW_READY := .venv-airflow/.ready
JARS_READY := jars/.ready
CLASSES := jars/classes.jsa
DEMO ?= demo
SEED ?= 7

.PHONY: help
help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set-up -------------------------------------------------------------------------------------

.PHONY: setup
setup: $(JOBS_READY) $(JARS_READY) $(CLASSES) $(AIRFLOW_READY) java ## both environments and the jars; after it only `requirements` needs a network

.PHONY: java
java:
	@version=$$("$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'); \
	[ "$$version" = 17 ] || { echo "Java 17 is needed, found $${version:-none}: install a JDK or JRE 17 and put it first on PATH, or set JAVA_HOME" >&2; exit 1; }

.PHONY: python
python:
	@version=$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	[ "$$version" = 3.11 ] || { echo "Python 3.11 is needed, $(PYTHON) is $${version:-not there}: install it, or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }

$(JOBS_READY): requirements/jobs.txt | python java
	$(PYTHON) -m venv --clear .venv
	$(JOBS) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/jobs.txt
	@touch $@

$(AIRFLOW_READY): requirements/airflow.txt | python
	$(PYTHON) -m venv --clear .venv-airflow
	$(AIRFLOW) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/airflow.txt
	@touch $@

$(JARS_READY): jobs/jars.py | $(JOBS_READY)
	rm -rf jars
	$(JOBS) -m jobs.jars jars
	@touch $@

# Notes which classes Spark loads while it computes a day: every later start of it takes seconds less.
$(CLASSES): $(JARS_READY) $(JOBS_READY) | java
	$(JOBS) -m simulator.classes $@

.PHONY: requirements
requirements: $(JOBS_READY) ## export pyproject.toml's dependencies as hashed requirement files (needs uv)
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group dev pyproject.toml -o requirements/jobs.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group airflow -o requirements/airflow.txt

# --- to try -------------------------------------------------------------------------------------

.PHONY: demo
demo: java $(JOBS_READY) $(JARS_READY) $(CLASSES) ## five weeks of a simulated marketplace, from deliveries to leads (DEMO=folder SEED=n)
	$(JOBS) -m simulator.demo --seed $(SEED) --out $(DEMO)

.PHONY: airflow
airflow: java $(JOBS_READY) $(JARS_READY) $(CLASSES) $(AIRFLOW_READY) ## a local Airflow on loopback; Ctrl-C stops it
	$(AIRFLOW) -m orchestrator.local

# Two processes, a file in one of them (what its tests share is costly), in the order of tests/conftest.py.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

# --- to trust -----------------------------------------------------------------------------------

.PHONY: test
test: java $(JOBS_READY) $(JARS_READY) $(CLASSES) $(AIRFLOW_READY) ## all tests but those that start an Airflow
	$(JOBS) -m pytest -q $(SIDE_BY_SIDE) --durations=15 tests --ignore=tests/dags --ignore=tests/airflow
	$(AIRFLOW) -m pytest -q tests/dags

.PHONY: test-airflow
test-airflow: java $(JOBS_READY) $(JARS_READY) $(CLASSES) $(AIRFLOW_READY) ## real schedulers run real days (minutes)
	$(AIRFLOW) -m pytest -q $(SIDE_BY_SIDE) --durations=10 tests/airflow

.PHONY: check
check: $(JOBS_READY) $(AIRFLOW_READY) ## format, lint, types, stale docs, import rules
	$(JOBS) -m ruff format --check .
	$(JOBS) -m ruff check .
	$(JOBS) -m mypy jobs
	$(JOBS) -m jobs docs --check
	$(AIRFLOW) -m orchestrator.dag_docs --check
	$(JOBS) -m pytest -q tests/jobs/test_imports.py

.PHONY: docs
docs: $(JOBS_READY) $(AIRFLOW_READY) ## write docs/tables.md and docs/dags.md anew
	$(JOBS) -m jobs docs
	$(AIRFLOW) -m orchestrator.dag_docs

.PHONY: clean
clean: ## remove the demo's data and what tools have cached; environments stay
	rm -rf $(DEMO) .airflow .pytest_cache .mypy_cache .ruff_cache .hypothesis spark-warehouse
