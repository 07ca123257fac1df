"""docs/dags.md is what the DAGs say."""

from orchestrator.dag_docs import PAGE, page


def test_the_page_is_not_stale(dags):
    assert PAGE.read_text(encoding="utf-8") == page(dags.values()), "run `python -m orchestrator.dag_docs`"
