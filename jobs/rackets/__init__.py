"""Tables of the rackets layer, one per file."""
