"""How a name may be hidden, by number, in order of how little chance could do it."""

EVASIONS = ("symbols", "look_alike", "traditional", "split", "masked", "misspelt", "truncated", "homophone", "initials")
SYMBOLS, LOOK_ALIKE, TRADITIONAL, SPLIT, MASKED, MISSPELT, TRUNCATED, HOMOPHONE, INITIALS = range(1, 10)
