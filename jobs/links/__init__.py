"""Tables of the links layer, one per file."""
