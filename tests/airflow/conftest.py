"""Tests that need the orchestrator's environment: run them with its pytest."""

import importlib.util

import pytest

if importlib.util.find_spec("airflow") is None:
    collect_ignore_glob = ["test_*.py"]  # the jobs environment has no Airflow


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "airflow: starts a real Airflow (minutes)")
