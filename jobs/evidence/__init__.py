"""Tables of the evidence layer, one per file."""
