"""Expectations of the links layer."""
