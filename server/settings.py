"""Every setting of a Xuntu server, explained beside its default. Unsafe production values are refused, not warned about."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from server import problems
from server.domain.evidence import EvidenceLimits
from server.domain.matching import DEFAULT_POLICY, MatchPolicy
from server.media.examiner import ExaminationLimits

KIB = 1024
MIB = 1024 * KIB
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class SyncLimits:
    """What one request of a phone may carry (protocol section 1 and 4)."""

    push_bytes_on_wire: int = 4 * MIB
    push_bytes_inflated: int = 8 * MIB
    push_items: int = 500
    manifest_bytes: int = 1 * MIB
    receipts_asked: int = 500
    note_characters: int = 10_000
    photo_bytes: int = 64 * MIB
    video_bytes: int = 512 * MIB
    chunk_bytes: int = 256 * KIB
    carried_bytes: int = 8 * 1024 * MIB
    carried_push_bytes: int = 64 * MIB
    carried_entries: int = 20_000
    carried_items: int = 20_000
    upload_days: int = 14
    token_days: int = 180
    code_hours: int = 24


@dataclass(frozen=True)
class Settings:
    """One frozen value handed in at the composition root; nothing below reads the environment."""

    data_dir: Path
    """Where the embedded database, photos, keys and exports live (XUNTU_DATA)."""
    database_url: str
    """SQLAlchemy URL (XUNTU_DATABASE_URL); default is the embedded SQLite file below data_dir."""
    redis_url: str | None = None
    """Redis or Valkey for jobs (XUNTU_REDIS_URL); without it jobs run in a thread of this process."""
    secret_key: str = ""
    """Signs console sessions (XUNTU_SECRET_KEY); the embedded default makes one once and keeps it below data_dir."""
    production: bool = False
    """XUNTU_PRODUCTION=1 refuses the demo, short secrets and plain-http cookies."""
    demo: bool = False
    """XUNTU_DEMO=1 lets a loopback visitor open the console by the printed link; refused in production."""
    relay_thread: bool = True
    """Begin relaying events to jobs with the first request of a process; tests relay by hand."""
    deployment: str = "xuntu"
    """Name of this deployment; part of the origin of the county logs."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front (XUNTU_TRUSTED_PROXIES); forwarded headers beyond it are ignored."""
    tianditu_key: str = ""
    """Browser key of the 天地图 base map (XUNTU_TIANDITU_KEY), told to every phone; empty means no base map."""
    sync: SyncLimits = field(default_factory=SyncLimits)
    examination: ExaminationLimits = field(default_factory=ExaminationLimits)
    evidence: EvidenceLimits = field(default_factory=EvidenceLimits)
    matching: MatchPolicy = field(default_factory=MatchPolicy)

    @staticmethod
    def from_env(environ: Mapping[str, str] | None = None) -> "Settings":
        """Settings of this process's environment. Raises UNSAFE_SETTING for values no production server may run with."""
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("XUNTU_DATA", "var")).resolve()
        settings = Settings(
            data_dir=data_dir,
            database_url=env.get("XUNTU_DATABASE_URL", f"sqlite:///{data_dir / 'xuntu.sqlite3'}"),
            redis_url=env.get("XUNTU_REDIS_URL"),
            secret_key=env.get("XUNTU_SECRET_KEY", ""),
            production=env.get("XUNTU_PRODUCTION") == "1",
            demo=env.get("XUNTU_DEMO") == "1",
            deployment=env.get("XUNTU_DEPLOYMENT", "xuntu"),
            trusted_proxies=whole(env, "XUNTU_TRUSTED_PROXIES", 0),
            tianditu_key=env.get("XUNTU_TIANDITU_KEY", ""),
            matching=replace(DEFAULT_POLICY, auto_accept=share(env, "XUNTU_AUTO_ACCEPT", DEFAULT_POLICY.auto_accept)),
        )
        return settings.checked()

    @staticmethod
    def for_tests(data_dir: Path, database_url: str | None = None) -> "Settings":
        """Settings of a throw-away server below data_dir."""
        return Settings(
            data_dir=data_dir,
            database_url=database_url or f"sqlite:///{data_dir / 'xuntu.sqlite3'}",
            relay_thread=False,
            secret_key="a-secret-only-tests-use-0123456789abcdef",  # noqa: S106 - not a secret
        )

    def checked(self) -> "Settings":
        """The same settings with the kept secret filled in; raises UNSAFE_SETTING."""
        if self.production and self.demo:
            raise problems.UNSAFE_SETTING(setting="XUNTU_DEMO", reason="the demo link signs anyone in; not in production")
        if self.production and len(self.secret_key) < SHORTEST_SECRET:
            raise problems.UNSAFE_SETTING(setting="XUNTU_SECRET_KEY", reason=f"needs {SHORTEST_SECRET} characters or more")
        if self.secret_key and len(self.secret_key) < SHORTEST_SECRET:
            raise problems.UNSAFE_SETTING(setting="XUNTU_SECRET_KEY", reason=f"needs {SHORTEST_SECRET} characters or more")
        return self if self.secret_key else replace(self, secret_key=kept_secret(self.data_dir))


def whole(env: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from the environment. Raises UNSAFE_SETTING for anything else."""
    text = env.get(name, str(default))
    if not text.isdecimal():
        raise problems.UNSAFE_SETTING(setting=name, reason="must be a whole number")
    return int(text)


def share(env: Mapping[str, str], name: str, default: float) -> float:
    """A number strictly between 0 and 1 from the environment. Raises UNSAFE_SETTING for anything else."""
    try:
        value = float(env.get(name, default))
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1.0:
        raise problems.UNSAFE_SETTING(setting=name, reason="must be a number between 0 and 1")
    return value


def kept_secret(data_dir: Path) -> str:
    """The secret of an embedded server: made once, readable by its owner only."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secret_key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()
