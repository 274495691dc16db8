"""Settings: what the environment may say, and what no server starts with."""

from pathlib import Path

import pytest

from server import problems
from server.problems import Problem
from server.settings import Settings

LONG = "s" * 40


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"XUNTU_PRODUCTION": "1", "XUNTU_DEMO": "1", "XUNTU_SECRET_KEY": LONG}, "XUNTU_DEMO"),
        ({"XUNTU_PRODUCTION": "1"}, "XUNTU_SECRET_KEY"),
        ({"XUNTU_SECRET_KEY": "short"}, "XUNTU_SECRET_KEY"),
        ({"XUNTU_AUTO_ACCEPT": "1"}, "XUNTU_AUTO_ACCEPT"),
        ({"XUNTU_AUTO_ACCEPT": "high"}, "XUNTU_AUTO_ACCEPT"),
        ({"XUNTU_TRUSTED_PROXIES": "-1"}, "XUNTU_TRUSTED_PROXIES"),
    ],
)
def test_a_server_does_not_start_with_an_unsafe_setting(environment: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        Settings.from_env({"XUNTU_DATA": str(tmp_path), **environment})
    assert refused.value.kind is problems.UNSAFE_SETTING
    assert refused.value.extras["setting"] == named


def test_an_embedded_server_makes_its_secret_once_and_shows_it_to_nobody_else(tmp_path: Path) -> None:
    first = Settings.from_env({"XUNTU_DATA": str(tmp_path)})
    assert Settings.from_env({"XUNTU_DATA": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_threshold_of_matches_comes_from_the_environment(tmp_path: Path) -> None:
    settings = Settings.from_env({"XUNTU_DATA": str(tmp_path), "XUNTU_AUTO_ACCEPT": "0.95"})
    assert settings.matching.auto_accept == 0.95
