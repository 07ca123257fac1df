"""Expectations of the models layer."""
