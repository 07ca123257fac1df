"""A real Airflow, with all its processes, and a real spark-submit. Marker: airflow."""
