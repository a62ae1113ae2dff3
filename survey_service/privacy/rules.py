"""The retention rules, as one table: what is erased by itself, why, after how long, and how many would go by a day.

What is on no floor below this one adds its rule here; ``rounds`` lets them run and keeps the record. Work that only
tidies (a link whose hour is over, a counter of wrong passwords) is one rule, ``passing``: nobody asks for its number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from survey_service.accounts import challenges, lockout, lost, tickets, tokens
from survey_service.coding import upkeep
from survey_service.consulting import asked as consulting
from survey_service.consulting import keeping
from survey_service.network import erasing, members
from survey_service.offers import asked, contacts, links, notices
from survey_service.privacy.instance import Instance
from survey_service.problems import D_
from survey_service.reports import withdrawal
from survey_service.responses import (
    access_codes,
    channels,
    contact_wishes,
    drafts,
    files,
    holder,
    media,
    retention,
    reviewing,
)
from survey_service.responses.loading import waiting
from survey_service.settings import Settings

DAYS, MONTHS, HOURS = "days", "months", "hours"
Due = Callable[[Instance, dt.date], int]
Erase = Callable[[Instance, dt.datetime], int]


@dataclass(frozen=True)
class Rule:
    """One rule. ``span`` is a number of ``unit``, or the name of the setting that holds it.

    ``due`` counts what would go if the rule ran on a day, and changes nothing; ``erase`` runs it and returns how many
    went. ``quiet`` ones leave no record: what they erase is no fact about anybody.
    """

    name: str
    what: str
    why: str
    span: int | str
    unit: str
    erase: Erase
    due: Due | None = None
    quiet: bool = False

    def length(self, settings: Settings) -> int:
        """Return after how many of its units it erases."""
        return self.span if isinstance(self.span, int) else int(getattr(settings, self.span))

    @property
    def setting(self) -> str:
        """The setting that changes it, as it stands in the environment; "" if there is none."""
        return f"SURVEY_{self.span.upper()}" if isinstance(self.span, str) else ""


@dataclass(frozen=True)
class Kept:
    """What stays for good, and why."""

    what: str
    why: str


def _responses_due(here: Instance, day: dt.date) -> int:
    months = here.settings.retention_months
    return len(retention.old_responses(here.store, here.publications, day, months=months))


def _erase_responses(here: Instance, now: dt.datetime) -> int:
    months = here.settings.retention_months
    return retention.erase_responses(here.store, here.publications, now.date(), months=months)


def _texts_due(here: Instance, day: dt.date) -> int:
    """Count the texts that go before their responses; the others are counted there."""
    values = here.settings
    wordy = set(retention.old_texts(here.store, here.publications, day, months=values.retention_text_months))
    return len(
        wordy.difference(retention.old_responses(here.store, here.publications, day, months=values.retention_months))
    )


def _erase_texts(here: Instance, now: dt.datetime) -> int:
    months = here.settings.retention_text_months
    return retention.erase_texts(here.store, here.publications, now.date(), months=months)


def _codings_due(here: Instance, day: dt.date) -> int:
    return upkeep.due(here.store, here.publications, day, text_months=here.settings.retention_text_months)


def _follow_codings(here: Instance, now: dt.datetime) -> int:
    values = here.settings
    counted = upkeep.apply(
        here.store,
        here.publications,
        now.date(),
        months=values.retention_months,
        text_months=values.retention_text_months,
    )
    return sum(counted.values())


def _snapshots_due(here: Instance, day: dt.date) -> int:
    values = here.settings
    limits = {"months": values.retention_months, "text_months": values.retention_text_months}
    return len(withdrawal.old_snapshots(here.snapshots, here.publications, day, **limits))


def _expire_snapshots(here: Instance, now: dt.datetime) -> int:
    values = here.settings
    limits = {"months": values.retention_months, "text_months": values.retention_text_months}
    return withdrawal.expire(here.snapshots, here.publications, now.date(), **limits)


def _notices_due(here: Instance, day: dt.date) -> int:
    return len(notices.find_old(here.store, day, months=here.settings.retention_text_months))


def _forget_notices(here: Instance, now: dt.datetime) -> int:
    return notices.forget_old(here.store, now.date(), months=here.settings.retention_text_months)


def _sweep_files(here: Instance, now: dt.datetime) -> int:
    return files.sweep(here.store, here.folder, now)


def _reach_withdrawn(here: Instance, _now: dt.datetime) -> int:
    return withdrawal.reach(here.store, here.snapshots)


def _forget_passing(here: Instance, now: dt.datetime) -> int:
    """Forget counters, links and challenges whose time is over, and files that wait to be loaded."""
    store = here.store
    for rule in (access_codes.RULE, holder.RULE, tokens.RULE, *lockout.RULES):
        lockout.forget_old(store, now=now, rule=rule)
    for forget in (challenges.forget_old, lost.forget_old, tickets.forget_old, tokens.forget_old):
        forget(store, now=now)
    for forget_asked in (asked.forget_old, consulting.forget_old, links.forget_old):
        forget_asked(store)
    reviewing.forget_old(store, now)
    waiting.sweep(here.folder, now)
    media.sweep(store, here.folder, now)
    return 0


TABLE: tuple[Rule, ...] = (
    Rule(
        "passing",
        D_("Counters of wrong passwords, words and codes, links whose time is over, files that wait to be loaded"),
        D_("They protect sign-in and forms; afterwards they serve nothing."),
        1,
        HOURS,
        _forget_passing,
        quiet=True,
    ),
    Rule(
        "drafts",
        D_("Answers that were not sent"),
        D_("Nobody has agreed to their use yet; they wait for whoever goes on."),
        drafts.KEPT_DAYS,
        DAYS,
        lambda here, now: drafts.erase_old(here.store, now.date()),
        lambda here, day: len(drafts.find_old(here.store, day)),
    ),
    Rule(
        "withdrawn",
        D_("Snapshots with answers that were withdrawn or erased on request"),
        D_("The right to erasure (Article 17)."),
        1,
        HOURS,
        _reach_withdrawn,
    ),
    Rule(
        "responses",
        D_("Responses of newcomers and experts"),
        D_("What people agreed to in the consent; storage limitation (Article 5(1)(e))."),
        "retention_months",
        MONTHS,
        _erase_responses,
        _responses_due,
    ),
    Rule(
        "texts",
        D_("Free texts and files in these responses"),
        D_("Texts can name people, so they go earlier than what was ticked."),
        "retention_text_months",
        MONTHS,
        _erase_texts,
        _texts_due,
    ),
    Rule(
        "files",
        D_("Files that no answer names any more"),
        D_("They go with the answers they belonged to."),
        1,
        HOURS,
        _sweep_files,
    ),
    Rule(
        "codings",
        D_("Translations, remarks and quotes made of free texts"),
        D_("They go with the texts; codes without words stay for the figures."),
        "retention_text_months",
        MONTHS,
        _follow_codings,
        _codings_due,
    ),
    Rule(
        "snapshots",
        D_("Snapshots that reports were made of"),
        D_("They hold copies of answers, so they age like these; the reports stay."),
        "retention_months",
        MONTHS,
        _expire_snapshots,
        _snapshots_due,
    ),
    Rule(
        "notices",
        D_("Hints of visitors about offers"),
        D_("They are needed until the offer is put right."),
        "retention_text_months",
        MONTHS,
        _forget_notices,
        _notices_due,
    ),
    Rule(
        "wishes",
        D_("Names and addresses of people who wished to be contacted"),
        D_("They go a week after the wish was served, or when nobody could serve it."),
        contact_wishes.KEPT_DAYS,
        DAYS,
        lambda here, now: contact_wishes.forget_old(here.store, now.date()),
        lambda here, day: len(contact_wishes.find_old(here.store, day)),
    ),
    Rule(
        "channels",
        D_("Channels for phones that were closed or have ended"),
        D_("Their names can name people, and nobody needs them any more."),
        channels.KEPT.days,
        DAYS,
        lambda here, now: channels.forget_old(here.store, now.date()),
        lambda here, day: len(channels.find_old(here.store, day)),
    ),
    Rule(
        "contacts",
        D_("Addresses of people who no longer look after offers"),
        D_("They are kept a while in case that was a mistake."),
        contacts.KEPT.days,
        DAYS,
        lambda here, now: contacts.forget_left(here.store, now.date()),
        lambda here, day: contacts.due(here.store, day),
    ),
    Rule(
        "members",
        D_("Names and addresses of people who left a body"),
        D_("They are kept a while for the minutes of the last meetings."),
        members.KEPT.days,
        DAYS,
        lambda here, now: erasing.forget_left(here.store, now.date()),
        lambda here, day: len(members.left_long_ago(here.store, day)),
    ),
    Rule(
        "voters",
        D_("Names and addresses of people invited to vote, after the table is final"),
        D_("Once the table of comments is final nobody needs to know who voted for an organisation."),
        keeping.KEPT.days,
        DAYS,
        lambda here, now: keeping.forget_old(here.store, now.date()),
        lambda here, day: keeping.due(here.store, day),
    ),
)
"""In the order in which they run: what follows responses comes after them."""

KEPT: tuple[Kept, ...] = (
    Kept(
        D_("Summarised figures, reports, decided versions of the concept"),
        D_("They show groups only, after disclosure control."),
    ),
    Kept(
        D_("Offers and organisations, with their history"),
        D_("They are published by their providers; whoever registered one can withdraw it."),
    ),
    Kept(
        D_("Votes and comments of organisations in consultations"),
        D_("Decisions rest on them; the names of people go before."),
    ),
    Kept(
        D_("The audit log"),
        D_("It shows who looked at or changed what; it holds no answers. Accountability (Article 5(2))."),
    ),
)


def named(name: str) -> Rule:
    """Return a rule. Raises KeyError."""
    return {rule.name: rule for rule in TABLE}[name]
