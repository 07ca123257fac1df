"""Tests that need the orchestrator's environment: run them with its pytest."""

import importlib.util

if importlib.util.find_spec("airflow") is None:
    collect_ignore_glob = ["test_*.py"]  # the jobs environment has no Airflow
