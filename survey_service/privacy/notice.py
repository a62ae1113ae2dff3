"""What the public privacy notice says, from what is really collected: published questionnaires, settings, documents.

Revisions that were replaced count as long as responses to them may still be stored.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from survey_service.coding.quotes import consent_question
from survey_service.network.bodies import BODIES
from survey_service.offers.contacts import CONTACTS
from survey_service.privacy.instance import Instance
from survey_service.questionnaire import collected
from survey_service.questionnaire.collected import Collected
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import drafts
from survey_service.responses.retention import AUDIENCES


@dataclass(frozen=True)
class Facts:
    """What the notice depends on. ``anonymous``: newcomers are asked for nothing that says who they are."""

    people: bool
    anonymous: bool
    sensitive: bool
    files: bool
    places: bool
    offers: bool
    votes: bool
    quotes: bool
    months: int
    text_months: int
    draft_days: int = drafts.KEPT_DAYS


def facts(here: Instance, today: dt.date) -> Facts:
    """Return what is collected now, or was and may still be stored."""
    live = list(in_use(here, today))
    people = [each for each in live if each.audience in AUDIENCES]
    asked = [collected.of(each) for each in people]
    newcomers = [collected.of(each) for each in people if each.audience == "newcomers"]
    audiences = {each.audience for each in live}
    return Facts(
        people=bool(people),
        anonymous=not any(each.contact for each in newcomers),
        sensitive=any(each.sensitive for each in asked),
        files=any(collected.of(each).files for each in live),
        places=any(each.places for each in asked),
        offers="providers" in audiences or here.store.collection(CONTACTS).count() > 0,
        votes="working_groups" in audiences or here.store.collection(BODIES).count() > 0,
        quotes=any(consent_question(each) for each in people),
        months=here.settings.retention_months,
        text_months=min(here.settings.retention_text_months, here.settings.retention_months),
    )


def in_use(here: Instance, today: dt.date) -> Iterator[Questionnaire]:
    """Yield the present revision of each questionnaire, and earlier ones of which responses may still be stored."""
    for published in here.publications.all():
        entries = here.publications.entries(published.questionnaire.name)
        for entry, after in itertools.pairwise(entries):
            if _may_remain(here, published.questionnaire.audience, after.day, today):
                yield here.publications.questionnaire(entry.revision)
        yield published.questionnaire


def _may_remain(here: Instance, audience: str, replaced: str, today: dt.date) -> bool:
    """Tell whether there may be responses to a revision that was replaced on a day ("": nobody knows when).

    A draft, and answers kept on a phone, hold on to their revision for some weeks.
    """
    if audience not in AUDIENCES or not replaced:
        return True
    last = dt.date.fromisoformat(replaced) + dt.timedelta(days=drafts.KEPT_DAYS + here.settings.late_days)
    age = 12 * (today.year - last.year) + today.month - last.month
    return age <= int(here.settings.retention_months)


def together(found: list[Collected]) -> Collected:
    """Return what several revisions collect, each question once."""
    names = ("sensitive", "contact", "texts", "files", "places")
    return Collected(
        **{name: tuple(dict.fromkeys(each for one in found for each in getattr(one, name))) for name in names}
    )
