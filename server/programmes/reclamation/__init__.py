"""Reclamation (土地复垦). Refuses what belongs to other programmes."""
