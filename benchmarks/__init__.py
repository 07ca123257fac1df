"""What is measured, against whom, in one run. Each module prints a table and returns its figures as data."""
