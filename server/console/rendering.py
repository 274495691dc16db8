"""Pages from templates with the words, forms and formats they share. Refuses to render a word that nobody has written."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any

from flask import Flask, Response, g, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user

from server import problems
from server.composition import xuntu
from server.console import wording
from server.console.map_drawing import drawing_of
from server.console.security import csrf_token
from server.console.sessions import console_unit, current_officer
from server.console.words import WORDS
from server.domain.permissions import Action, Actor
from server.listings.declaration import Names, read_address
from server.listings.queue import KINDS, QUEUE, STATUSES, queue_page
from server.problems import Kind, Problem
from server.services.viewing import matter_words, programme_words

LANGUAGES = {"zh": wording.ZH, "en": wording.EN}
PAGE_LANGUAGES = ("zh-CN", "en")

# What a person can put right on the page itself: it is shown again with the problem on top and the typed text kept.
CORRECTABLE: tuple[Kind, ...] = (
    problems.STALE_VERSION,
    problems.REASON_REQUIRED,
    problems.MOVE_NOT_ALLOWED,
    problems.PERIOD_INVALID,
    problems.MATCH_DECIDED,
    problems.MATCH_CHOICE,
    problems.INVALID,
)


def choose_language() -> None:
    """before_request: `?lang=en` changes the language of this session."""
    wanted = request.args.get("lang")
    if wanted in LANGUAGES:
        session["lang"] = wanted


def language() -> int:
    return LANGUAGES.get(session.get("lang", "zh"), wording.ZH)


def word(key: str) -> str:
    """The word of a key in the language of the session; KeyError for a key nobody has written."""
    return WORDS[key][language()]


def pick(zh: str | None, en: str | None) -> str:
    """The text of the language in use; Chinese where there is no English."""
    return (en or zh or "") if language() == wording.EN else (zh or en or "")


def names() -> Names:
    """What codes are called here. A case keeps its cause in Chinese, as it was opened, so that is a code here too."""
    matters = matter_words()
    causes = {words[wording.ZH]: words for words in matters.values()}
    return Names(towns={}, programmes=programme_words(), matters=causes | matters | observation_words(), language=language())


def observation_words() -> dict[str, tuple[str, str]]:
    return {key.removeprefix("observed."): words for key, words in WORDS.items() if key.startswith("observed.")}


def register_rendering(app: Flask) -> None:
    app.context_processor(template_names)


def template_names() -> dict[str, Any]:
    """What every template may use."""
    code, today = language(), g.get("today") or wording.legal_day(xuntu().clock())
    return {
        "t": word,
        "has_word": WORDS.__contains__,
        "pick": pick,
        "lang": PAGE_LANGUAGES[code],
        "other_lang": "en" if code == wording.ZH else "zh",
        "actor": actor_shown(),
        "has_queue": may_here(Action.QUEUE_VIEW),
        "keeps_phones": may_here(Action.DEVICE_ENROL),
        "csrf_token": csrf_token,
        "today": today,
        "day": lambda day: wording.day_text(day, today, code),
        "short_day": lambda day: wording.short_day(day, today, code),
        "why": lambda text: wording.why_text(text, code),
        "distance": lambda day, due=False: wording.distance_text(day, today, code, due=due),
        "urgency": lambda day: wording.urgency_of(day, today),
        "moment": lambda at: wording.moment_text(at, today, code),
        "legal_day": wording.legal_day,
        "iso_day": date.fromisoformat,
        "exact_time": wording.exact_time,
        "area": lambda square_metres: wording.area_text(square_metres, code),
        "likely": lambda probability: wording.likely(probability, code),
        "place": wording.place_text,
        "size": wording.size_text,
        "fact": wording.fact_text,
        "yuan": lambda fen: wording.money_text(fen, code),
        "town": wording.town_text,
        "shape_of": lambda programme: wording.SHAPES.get(programme or "", "◎"),
        "kind_words": KINDS,
        "status_words": STATUSES,
        "drawing_of": drawing_of,
        "names": names(),
        "is_signed_in": current_user.is_authenticated,
    }


def actor_shown() -> Actor | None:
    """Who the page's head names: also where no view ran, as for an address that does not exist."""
    actor = g.get("actor") or (current_user.actor if current_user.is_authenticated else None)
    return actor if isinstance(actor, Actor) else None


def may_here(action: Action) -> bool:
    """Whether whoever looks may do this in their own region, which decides where the page's head leads."""
    actor = actor_shown()
    return actor is not None and actor.may(action, on=actor.region)


def page(template: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(f"console/{template}", **context), status)


def shown(template: str) -> Callable[[Callable[..., Mapping[str, Any]]], Callable[..., Response]]:
    """A page of one thing with the queue beside it; the view gives what its template needs, read in one unit of work."""

    def wrap(view: Callable[..., Mapping[str, Any]]) -> Callable[..., Response]:
        @wraps(view)
        def render(*args: Any, problem: Problem | None = None, **kwargs: Any) -> Response:
            actor = current_officer()
            with console_unit() as uow:
                g.today = uow.today
                context = view(*args, actor=actor, uow=uow, **kwargs)
                rail = queue_page(read_address(QUEUE, queue_address()), names(), actor=actor, uow=uow)
            status = 200 if problem is None else problem.kind.status
            typed = request.form if problem is not None else {}
            return page(template, status, rail=rail, problem=problem, typed=typed, done=take_done(), **context)

        return render

    return wrap


def queue_address() -> dict[str, str]:
    """The part of the address that is the queue's; the language is not."""
    return {name: value for name, value in request.args.items() if name != "lang"}


def acted(
    show: Callable[..., Response], done: str | Callable[[], str]
) -> Callable[[Callable[..., str]], Callable[..., Response]]:
    """One act of an officer: `show` is the page to return to when it can be corrected, `done` the word when it succeeded.

    A `done` that depends on the form is a function of none.
    """

    def wrap(view: Callable[..., str]) -> Callable[..., Response]:
        @wraps(view)
        def act(*args: Any, **kwargs: Any) -> Response:
            actor: Actor = current_officer()
            try:
                with console_unit() as uow:
                    target = view(*args, actor=actor, uow=uow, **kwargs)
            except Problem as problem:
                if problem.kind not in CORRECTABLE:
                    raise
                return show(*args, problem=problem, **kwargs)
            session["done"] = done() if callable(done) else done
            return make_response(redirect(target, code=303))

        return act

    return wrap


def take_done() -> str | None:
    """The word for what was just done, once."""
    done = session.pop("done", None)
    return done if done in WORDS else None


def form_text(name: str, most: int = 4000) -> str:
    """A text of the form as typed, line ends made one. Raises INVALID when it is longer than allowed."""
    text = request.form.get(name, "").replace("\r\n", "\n")
    if len(text) > most:
        raise problems.INVALID(fields={name: [f"at most {most} characters"]})
    return text


def form_whole(name: str) -> int:
    """A whole number of the form. Raises MALFORMED: only a page's own hidden field holds one."""
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise problems.MALFORMED(reason=f"{name} is no number")
    return int(text)


def form_day(name: str) -> date:
    """A day of the form, as a date field sends it. Raises INVALID."""
    try:
        return datetime.strptime(request.form.get(name, ""), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise problems.INVALID(fields={name: ["a day like 2026-11-23"]}) from error


def back_to(endpoint: str, **values: Any) -> str:
    """The address of a page with the queue's own part kept, so that what stood on the left still stands there."""
    return url_for(endpoint, **(values | queue_address()))
