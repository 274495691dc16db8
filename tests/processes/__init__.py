"""Processes that tests start for themselves: PostgreSQL, Valkey, Chromium, a server. Refuses to use any already running."""
