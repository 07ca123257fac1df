"""Expectations of the core layer."""
