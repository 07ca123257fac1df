"""Around Airflow, not inside it: a local one to try things on, and the page that describes the DAGs."""
