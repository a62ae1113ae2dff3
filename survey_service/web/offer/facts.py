"""What the page of an offer says, section by section, from its public answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from survey_service.offers import hours
from survey_service.problems import N_
from survey_service.web import wordings
from survey_service.web.i18n import gettext
from survey_service.web.offer import words
from survey_service.web.offer.words import Reader

HOURS, CONTACT = "hours", "contact"


@dataclass(frozen=True)
class Fact:
    """A term with what is said about it; without a term it is a sentence of its own."""

    term: Markup | str
    said: Markup
    warning: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with its facts; ``name`` is its id on the page."""

    name: str
    title: Markup
    facts: tuple[Fact, ...]

    @property
    def groups(self) -> list[tuple[bool, list[Fact]]]:
        """The facts in runs of those with a term and those without."""
        return [(has_term, list(run)) for has_term, run in itertools.groupby(self.facts, lambda fact: bool(fact.term))]


def sections(reader: Reader) -> tuple[Section, ...]:
    """Return the sections that have something to say, in the order in which people need it."""
    made = (Section(name, reader.title(first), tuple(facts(reader))) for name, first, facts in _SECTIONS)
    return tuple(section for section in made if section.facts)


def _people(reader: Reader) -> Iterator[Fact]:
    if reader.has("A11_group"):
        yield Fact("", reader.typed("A11_group"))
    ages = _ages(reader.answers.get("A11_min"), reader.answers.get("A11_max"))
    if ages:
        yield Fact("", escape(ages))
    if reader.answers.get("A12") == "no":
        yield Fact("", escape(gettext("No certain residence status needed")))
    elif reader.has("A12"):
        yield Fact("", escape(gettext("You need a certain residence status. Please ask there which one.")))


def _ages(least: object, most: object) -> str:
    if least is not None and most is not None:
        return gettext("%(least)s to %(most)s years old", least=least, most=most)
    if least is not None:
        return gettext("%(least)s years old and older", least=least)
    return gettext("Up to %(most)s years old", most=most) if most is not None else ""


def _cost(reader: Reader) -> Iterator[Fact]:
    if reader.answers.get("A14_free") == "yes":
        yield Fact("", escape(gettext("Free of charge")))
        return
    amount = words.euros(reader.answers["A14_cost"]) if reader.has("A14_cost") else None
    if amount is not None:
        yield Fact("", amount)
    elif reader.has("A14_free"):
        yield Fact("", escape(gettext("It costs money.")))
    if reader.has("A14_fees"):
        yield Fact("", reader.typed("A14_fees"))


def _joining(reader: Reader) -> Iterator[Fact]:
    if reader.has("A18_join"):
        yield Fact("", reader.typed("A18_join"))
    for question in ("A13", "A18_wait"):
        if reader.has(question):
            yield Fact(reader.ask(question), reader.typed(question))
    free, most = reader.answers.get("A19_free"), reader.answers.get("A19_max")
    if free is None:
        if most is not None:
            yield Fact(reader.ask("A19_max"), escape(str(most)))
        return
    said = gettext("%(free)s of %(most)s", free=free, most=most) if most is not None else str(free)
    doubt = gettext("More places are free than there are. Please ask there.") if _too_many(free, most) else ""
    yield Fact(reader.ask("A19_free"), escape(said), doubt)


def _too_many(free: object, most: object) -> bool:
    return isinstance(free, int) and isinstance(most, int) and free > most


def _languages(reader: Reader) -> Iterator[Fact]:
    if reader.has("A09"):
        yield Fact(gettext("Languages spoken there"), reader.labels("A09"))
    if reader.has("A10"):
        yield Fact(reader.ask("A10"), reader.labels("A10", without=()))
    for question in ("A15", "A16"):
        said = reader.labels(question)
        if said:
            yield Fact(reader.ask(question), said)


def _place(reader: Reader) -> Iterator[Fact]:
    kind = reader.answers.get("A07_type")
    if kind in ("virtual", "postal"):
        yield Fact("", reader.labels("A07_type"))
    address = address_lines(reader)
    if address and kind != "virtual":
        said = Markup("<br>").join(Markup("<bdi>{}</bdi>").format(line) for line in address)
        yield Fact("", Markup("<address>{}</address>").format(said))
        if kind == "physical":
            yield Fact("", _map_link(reader, address))


def _map_link(reader: Reader, address: tuple[str, ...]) -> Markup:
    choice = reader.choice("A07_place", reader.answers.get("A07_place"))
    columns = choice.columns if choice is not None else {}
    geo = words.place_on_earth(columns.get("latitude") or "0", columns.get("longitude") or "0", ", ".join(address))
    return Markup('<a href="{}">{}</a>').format(geo, gettext("Show on my map"))


def address_lines(reader: Reader) -> tuple[str, ...]:
    """Return the postal address in the lines of an envelope; the postal code as it was typed, with its zeros."""
    answers = reader.answers
    place = answers.get("A07_place")
    choice = reader.choice("A07_place", place)
    inside = wordings.in_attribute(choice.label) if choice is not None else ""
    name = str(answers.get("A07_place_other") or "").strip() if place == "other" else inside
    town = " ".join(part for part in (str(answers.get("A07_postcode") or ""), name) if part)
    return tuple(line for line in (str(answers.get("A07_street") or "").strip(), town) if line)


def _area(reader: Reader) -> Iterator[Fact]:
    if reader.answers.get("A17_whole") == "yes":
        yield Fact("", escape(gettext("In the whole county")))
    elif reader.has("A17"):
        yield Fact("", reader.labels("A17"))


def _hours(reader: Reader) -> Iterator[Fact]:
    week = hours.lines(hours.spans(reader.answers))
    for line in week:
        days = words.joined(reader.label("A08_days", day) for day in line.days)
        yield Fact(days, words.joined(_pair(*pair) for pair in line.hours))
    if not week and reader.has("A08_days"):
        typed = " – ".join(str(reader.answers[name]) for name in ("A08_from", "A08_to") if reader.has(name))
        yield Fact(reader.labels("A08_days"), Markup('<bdi dir="ltr">{}</bdi>').format(typed))
    if reader.has("A08_times"):
        yield Fact("", reader.typed("A08_times"))


def _pair(opens: object, closes: object) -> Markup:
    return Markup('<bdi dir="ltr">{:%H:%M}–{:%H:%M}</bdi>').format(opens, closes)


def _contact(reader: Reader) -> Iterator[Fact]:
    if reader.answers.get("A20_publish") != "yes":
        return
    if reader.has("A20_name"):
        yield Fact("", reader.typed("A20_name"))
    if reader.has("A20_phone"):
        yield Fact(gettext("Telephone"), words.telephone(str(reader.answers["A20_phone"])))
    if reader.has("A20_email"):
        yield Fact(gettext("E-mail"), words.mail(str(reader.answers["A20_email"])))


def _organisation(reader: Reader) -> Iterator[Fact]:
    if reader.has("A02"):
        yield Fact("", reader.typed("A02"))
    if reader.has("A02_description"):
        yield Fact("", reader.typed("A02_description"))
    if reader.has("A02_website"):
        yield Fact(gettext("Website"), words.website(str(reader.answers["A02_website"])))
    if reader.has("A02_email"):
        yield Fact(gettext("E-mail"), words.mail(str(reader.answers["A02_email"])))


_SECTIONS: tuple[tuple[str, str, Callable[[Reader], Iterator[Fact]]], ...] = (
    ("people", "A11_group", _people),
    ("cost", "A14_free", _cost),
    ("joining", "A18_join", _joining),
    ("languages", "A09", _languages),
    ("place", "A07_type", _place),
    ("area", "A17_whole", _area),
    (HOURS, "A08_days", _hours),
    (CONTACT, "A20_phone", _contact),
    ("organisation", "A02", _organisation),
)
"""Name, a question whose page gives the heading, and what is said."""
STANDING = {
    "fresh": N_("Confirmed on %(day)s"),
    "due": N_("Confirmed on %(day)s"),
    "unconfirmed": N_("Not confirmed since %(day)s"),
    "ended": N_("Ended on %(day)s"),
}
"""State of freshness → what the page says."""
