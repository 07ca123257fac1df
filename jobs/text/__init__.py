"""What sellers write, read past what they do to hide it: whole Arrow batches as arrays of characters."""
