"""A marketplace with planted counterfeit rackets and honest look-alikes, written to the landing contract."""
