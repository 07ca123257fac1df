"""What pictures of listings say: pixels, hashes, words and codes."""
