"""All rows of the store, gathered so that migrations and the session see one metadata."""

from server.store.tables import organisation, registry, sync, work

__all__ = ["organisation", "registry", "sync", "work"]
