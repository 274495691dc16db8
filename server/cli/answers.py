"""How commands speak: sentences for people, one JSON object for scripts, a Problem as one clear line and exit code 1."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from server.problems import Problem


def saying_problems(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print a Problem instead of a stack trace; with --json as the problem object."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Problem as problem:
            if kwargs.get("as_json"):
                click.echo(json.dumps({"problem": problem.as_json()}, ensure_ascii=False, default=str))
            else:
                click.echo(f"{problem.kind.title}: {problem.detail} ({problem.kind.code})", err=True)
            sys.exit(1)

    return wrapped


def as_json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def tell(answer: dict[str, Any], sentences: list[str], *, as_json: bool) -> None:
    """The answer as JSON, or the sentences."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        for sentence in sentences:
            click.echo(sentence)
