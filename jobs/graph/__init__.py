"""Graph algorithms that the evidence, links and rackets layers share."""
