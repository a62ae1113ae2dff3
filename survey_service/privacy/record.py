"""The record of processing activities (Article 30 GDPR), made from what is really collected, kept and set.

It is data: source texts with their values, for whoever puts them into words of a language.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service import mailing
from survey_service.privacy import holdings, notice, rules
from survey_service.privacy.holdings import Activity
from survey_service.privacy.instance import Instance
from survey_service.privacy.rules import Rule
from survey_service.problems import D_
from survey_service.questionnaire import collected
from survey_service.questionnaire.collected import Collected
from survey_service.questionnaire.model import Text
from survey_service.settings import Settings

_AUDIENCES = {
    "newcomers": holdings.SURVEY,
    "experts": holdings.SURVEY,
    "providers": holdings.OFFERS,
    "working_groups": holdings.VOTES,
}


@dataclass(frozen=True)
class Asked:
    """A published questionnaire: what it collects that needs care, by the names of its questions."""

    name: str
    label: Text
    languages: tuple[str, ...]
    collected: Collected
    consents: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One activity with what is stored for it, the questionnaires that ask for it, and the rules that end it."""

    key: str
    activity: Activity
    stored: tuple[str, ...]
    asked: tuple[Asked, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Record:
    """The whole record on a day."""

    day: dt.date
    parts: tuple[Part, ...]
    measures: tuple[str, ...]
    missing: tuple[str, ...]
    """Settings that the record needs and nobody has made."""


MEASURES: tuple[str, ...] = (
    D_("Roles with least rights; everything that is not allowed is denied."),
    D_("Whoever looks at responses or exports them stands in an audit log that shows changes to itself."),
    D_("No internet address, device number or exact time is stored with an answer."),
    D_("Figures are published after disclosure control only: small groups are withheld."),
    D_("Free texts and files are erased earlier than other answers; all rules run by themselves and keep a record."),
    D_("Logs hold no answers and no links; links and four words are stored as hashes."),
    D_("Backups can be encrypted; they hold all that is stored on their day."),
)


def of(here: Instance, day: dt.date) -> Record:
    """Return the record as it is on a day."""
    parts = tuple(_part(here, key, activity, day) for key, activity in holdings.ACTIVITIES.items())
    return Record(day, parts, (*MEASURES, *_by_settings(here.settings)), tuple(_missing(here.settings)))


def _part(here: Instance, key: str, activity: Activity, day: dt.date) -> Part:
    ending = tuple(rules.named(name) for name in activity.rules)
    return Part(key, activity, holdings.of_activity(key), tuple(_asked(here, key, day)), ending)


def _asked(here: Instance, key: str, day: dt.date) -> list[Asked]:
    """Return the questionnaires of an activity, each with all its revisions that may still have responses."""
    by_name: dict[str, list[Collected]] = {}
    for questionnaire in notice.in_use(here, day):
        by_name.setdefault(questionnaire.name, []).append(collected.of(questionnaire))
    present = [published.questionnaire for published in here.publications.all()]
    return [
        Asked(form.name, form.label, form.languages, notice.together(by_name[form.name]), form.consents)
        for form in present
        if _AUDIENCES[form.audience] == key
    ]


def _by_settings(values: Settings) -> list[str]:
    found = []
    if values.secure:
        found.append(D_("People reach the service over https only."))
    if values.second_factor:
        found.append(D_("Managers and administrators need a second factor to sign in."))
    if mailing.server_of(values.mail_url) is not None:
        found.append(D_("Mail leaves encrypted, by the mail server of the settings."))
    return found


def _missing(values: Settings) -> list[str]:
    needed = ("operator", "operator_address", "operator_email", "data_protection_email")
    return [f"SURVEY_{name.upper()}" for name in needed if not getattr(values, name)]
