"""The tables of the phone's outbox. Nothing here is ever dropped: a later version only adds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS identities (
    n INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    code TEXT NOT NULL,
    label TEXT NOT NULL,
    key_pem TEXT NOT NULL,
    device_id TEXT,
    reply TEXT,
    next_seq INTEGER NOT NULL DEFAULT 1,
    chain TEXT,
    UNIQUE (server, code)
);
CREATE TABLE IF NOT EXISTS reports (
    n INTEGER PRIMARY KEY,
    type TEXT NOT NULL CHECK (type IN ('report', 'task_progress')),
    id TEXT NOT NULL,
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    device_id TEXT,
    seq INTEGER,
    manifest TEXT,
    digest TEXT,
    signature TEXT,
    state TEXT NOT NULL CHECK (state IN ('captured', 'queued', 'received', 'complete', 'attention')),
    outcome TEXT,
    missing TEXT NOT NULL DEFAULT '[]',
    problem TEXT,
    receipt TEXT
);
CREATE INDEX IF NOT EXISTS reports_by_state ON reports (state, n);
CREATE INDEX IF NOT EXISTS reports_by_id ON reports (id, rev);
CREATE TABLE IF NOT EXISTS photos (
    digest TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    upload_url TEXT,
    state TEXT NOT NULL DEFAULT 'here' CHECK (state IN ('here', 'uploaded', 'lost'))
);
CREATE TABLE IF NOT EXISTS report_photos (
    n INTEGER NOT NULL REFERENCES reports (n),
    digest TEXT NOT NULL REFERENCES photos (digest),
    PRIMARY KEY (n, digest)
);
CREATE TABLE IF NOT EXISTS server_keys (
    key_id TEXT PRIMARY KEY,
    entry TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS epochs (
    n INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
"""
