"""Idle land (闲置土地). Refuses what belongs to other programmes."""
