"""Expectations of the rackets layer."""
