"""Yunjian's jobs: tables declared one per file, and the few modules that run them."""
