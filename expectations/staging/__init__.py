"""Expectations of the staging layer."""
