"""Graph algorithms that the links and rackets layers share."""
