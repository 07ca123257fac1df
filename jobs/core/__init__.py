"""Tables of the core layer, one per file."""
