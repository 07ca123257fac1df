"""What is measured, against whom, in one run. Programs print their figures; truth.py and over_time.py hold what several need."""
