"""Letters: the mail that providers of offers and members of bodies get, in their language, as text and as plain HTML
that says the same.

No pictures, nothing that tells who reads it, and no address but that of the service and of the office that sends it.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from survey_service import languages, mail
from survey_service.languages import Language
from survey_service.letters.kinds import KINDS, Kind
from survey_service.offers import links
from survey_service.problems import P_
from survey_service.settings import Settings
from survey_service.translating import catalogs

__all__ = ["KINDS", "Letter", "compose", "post"]

LONGEST_NAME, LONGEST_TEXT = 200, 2_000
"""Characters of a name, and of a text of several lines; more is cut with “…”."""
WIDTH = 72
GREETING, FAREWELL = P_("Good day,"), P_("Kind regards")
ABOUT = P_("It is about “%(name)s”.")
WHY_TEAM = P_("You get this message because of an account of the integration team.")
QUESTIONS = P_("Questions? Write to %(email)s.")
STOP = P_("Somebody else is responsible, or you want no more messages? Write to %(email)s and we will note it.")
STOP_BY_REPLY = P_(
    "Somebody else is responsible, or you want no more messages? Answer this message and we will note it."
)
BY_ITSELF = P_("This message was written by itself.")
LISTED = P_("%(name)s (last confirmed on %(day)s)")
TAGS = ("de", "de-simple", "en")
_SEVERAL_LINES = frozenset({"reason", "what", "agenda"})
_LINK = re.compile(r"https?://[!-~]+")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Letter:
    """A letter as it is said in one language; ``quote`` is what another person wrote, "" if there is nothing."""

    language: Language
    subject: str
    greeting: str
    says: Sequence[str]
    items: Sequence[str]
    quote: str
    then: Sequence[str]
    button: str
    link: str
    after: Sequence[str]
    farewell: str
    sender: str
    footer: Sequence[str]

    @property
    def text(self) -> str:
        """The letter as plain text; lines are wrapped, an address never."""
        rendered = _templates().get_template("letter.txt").render(letter=self)
        return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"

    @property
    def html(self) -> str:
        """The letter as an HTML document of its own."""
        return _templates().get_template("letter.html").render(letter=self)


def post(
    settings: Settings, to: str, kind: str, language: str, *, key: str = "", calendar: str = "", **values: Any
) -> Path:
    """Put a letter of a kind into the outbox and return its file; ``values`` are those that the kind names.

    For ``key`` and ``calendar`` see `mail.post`. Languages other than those of providers' pages get German.
    Raises Problems mail.address and mail.letters, and ValueError for an unknown kind and for missing or unknown values.
    """
    letter = compose(settings, kind, language, **values)
    return mail.post(settings, to, letter.subject, letter.text, letter.html, key, calendar)


def compose(settings: Settings, kind: str, language: str, **values: Any) -> Letter:
    """Return a letter without sending it. Raises ValueError as `post`."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of letter")
    found, entry = KINDS[kind], languages.language(language if language in TAGS else "de")
    _check(kind, found, values)
    gettext: Callable[[str], str] = catalogs.translations(entry.tag, catalogs.PROVIDER).gettext
    words = {name: _plain(name, value, entry) for name, value in values.items() if name not in ("link", "offers")}
    email = settings.operator_email or settings.mail_from
    words |= {"email": email, "days": str(links.DAYS[links.EDIT]), "after": str(settings.reminder_days[-1])}

    def say(text: str) -> str:
        return gettext(text) % words

    link = values.get("link", "")
    about = words.get("offer") or words.get("organisation")
    shown = any("%(" + name in text for text in found.says for name in ("offer)", "organisation)"))
    opening = [gettext(ABOUT) % {"name": about}] if about and not shown else []
    quote = next((text for name in ("reason", "what", "agenda") if (text := words.get(name, ""))), "")
    return Letter(
        language=entry,
        subject=gettext(found.subject),
        greeting=gettext(GREETING),
        says=[*opening, *map(say, found.says), *([gettext(found.quoted)] if quote and found.quoted else [])],
        items=[
            gettext(LISTED) % {"name": _plain("offer", name, entry), "day": _plain("day", day, entry)}
            if day
            else _plain("offer", name, entry)
            for name, day in values.get("offers", ())
        ],
        quote=quote,
        then=list(map(say, found.then)),
        button=gettext(found.button) if link else "",
        link=link,
        after=list(map(say, found.after)),
        farewell=gettext(FAREWELL),
        sender=settings.operator or gettext(found.service),
        footer=[*map(say, _footer(found, email)), gettext(BY_ITSELF)],
    )


def _footer(kind: Kind, email: str) -> Sequence[str]:
    """Return why somebody gets a letter, and what to do about it."""
    if kind.team:
        return (WHY_TEAM, QUESTIONS) if email else (WHY_TEAM,)
    return (kind.why, STOP if email else STOP_BY_REPLY)


def _check(name: str, kind: Kind, values: Mapping[str, Any]) -> None:
    missing, unknown = kind.needs - values.keys(), values.keys() - kind.needs - kind.may
    if missing or unknown:
        raise ValueError(f"a letter {name!r}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    empty = [needed for needed in kind.needs if not values[needed]]
    if empty:
        raise ValueError(f"a letter {name!r}: empty {sorted(empty)}")
    if values.get("link") and not _LINK.fullmatch(values["link"]):
        raise ValueError(f"a letter {name!r}: its link is none")  # it holds a token: it must not be shown here


def _plain(name: str, value: Any, language: Language) -> str:
    """Return a value as it stands in a sentence: days in words, names on one line; nothing in it becomes an address."""
    if isinstance(value, dt.date):
        return str(format_date(value, "long", locale=language.babel))
    longest = LONGEST_TEXT if name in _SEVERAL_LINES else LONGEST_NAME
    text = _CONTROLS.sub(" ", str(value).replace("\r\n", "\n"))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    text = ("\n" if name in _SEVERAL_LINES else " ").join(lines).strip().replace("://", ": //")
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _wrapped(text: str, indent: str = "") -> str:
    """Return a text in lines of a width that old mail programs show; words are never cut."""
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                      break_on_hyphens=False)
        for line in text.split("\n")
    )  # fmt: skip


@functools.cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__, "."),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrapped"] = _wrapped
    return environment
