"""Text of others on its way to a terminal or a page: kept as it is in the data, never shown as it is."""


def shown(text: str) -> str:
    """A text without characters that steer a terminal, or reorder or hide what stands around them; any space is a blank.

    Which they are is Unicode's own list (categories C and Z), so that none has to be remembered here.
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
