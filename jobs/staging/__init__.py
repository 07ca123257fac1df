"""Tables of the staging layer, one per file."""
