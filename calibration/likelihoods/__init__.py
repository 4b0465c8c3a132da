"""How likely the record is: each file one likelihood, or one piece that they share."""
