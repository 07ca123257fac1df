"""The DAGs as Airflow reads them: their structure, rules and commands. No scheduler, no database."""
