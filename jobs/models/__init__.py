"""Tables of the models layer, one per file: what was learned from the layers before it."""
