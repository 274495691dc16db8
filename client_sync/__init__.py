"""The reference client of the sync protocol: captures offline, pushes when it can. Imports nothing of the server."""
