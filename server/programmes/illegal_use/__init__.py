"""Illegal use of land (违法用地). Refuses what belongs to other programmes."""
