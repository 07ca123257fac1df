"""Expectations of the evidence layer."""
