"""What a successor must know: what waits at the desk, who holds what, and what is written down nowhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from docx import Document

from survey_service import clock, outbox
from survey_service.accounts import accounts, tokens
from survey_service.coding import tasks
from survey_service.concept import versions, words
from survey_service.hooks import endpoints
from survey_service.monitoring.figures import Batches
from survey_service.offers import register
from survey_service.problems import D_
from survey_service.reports import installed, schedules
from survey_service.responses import definitions
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext, ngettext
from survey_service.web.manage import calls, desk, names, webhooks
from survey_service.web.manage.people import role_names

TO_CLEAR = (
    D_("Who answers the e-mail address of the service from now on?"),
    D_("Who operates the service, and who is called when it stands still?"),
    D_("Where do the passphrase or key of the backups lie, and who has tried to restore one?"),
    D_("Which promises were made to people who answered, to providers and to working groups?"),
    D_("Which days are fixed: committee meetings, reports to sponsors, the next round of questions?"),
    D_("Who stands in during holidays?"),
)
"""What the service cannot know."""


@dataclass(frozen=True)
class Line:
    """One line of a part: what it is about, what is to be said, and where it stands ("" for nowhere)."""

    about: str
    says: str
    place: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the list."""

    title: str
    lines: tuple[Line, ...]


def parts() -> list[Part]:
    """Return what the service knows, in the language of the page."""
    return [
        Part(gettext("What waits"), tuple(_waiting())),
        Part(gettext("What runs"), tuple(_running())),
        Part(gettext("Who holds what"), tuple(_people())),
    ]


def to_clear() -> list[str]:
    """Return what is to be cleared between two people."""
    return [gettext(text) for text in TO_CLEAR]


def document() -> bytes:
    """Return the list as a document (.docx) with boxes to tick."""
    paper = Document()
    paper.core_properties.title = gettext("Handing over")
    paper.core_properties.author = ""
    paper.add_heading(gettext("Handing over"), 0)
    by, day = desk.signed_in().account.name, names.written_day(clock.today().isoformat())
    paper.add_paragraph(gettext("As of %(day)s, made by %(name)s", day=day, name=by))
    for part in parts():
        paper.add_heading(part.title, 1)
        if not part.lines:
            paper.add_paragraph(gettext("Nothing."))
        for line in part.lines:
            paper.add_paragraph(f"☐ {line.about}: {line.says}")
    paper.add_heading(gettext("What only you two know"), 1)
    for text in to_clear():
        paper.add_paragraph(f"☐ {text}")
    paper.add_paragraph()
    paper.add_paragraph(gettext("Handed over (day, name):") + " ____________________")
    paper.add_paragraph(gettext("Taken over (day, name):") + " ____________________")
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _waiting() -> Iterator[Line]:
    store, folder = current().store, current().settings.instance
    counted = calls.lines()
    offers = sum(1 for _ in register.all_offers(store, "submitted"))
    if offers:
        yield Line(
            gettext("Offers"),
            ngettext("%(num)s waits for a decision", "%(num)s wait for a decision", offers),
            "/manage/offers",
        )
    if counted.get("unconfirmed"):
        says = ngettext("%(num)s is not confirmed", "%(num)s are not confirmed", counted["unconfirmed"])
        yield Line(gettext("Offers"), says, "/manage/offers?state=published")
    if counted.get("calls"):
        says = ngettext("%(num)s to call about", "%(num)s to call about", counted["calls"])
        yield Line(gettext("Offers"), says, "/manage/calls")
    failed = outbox.count(folder, outbox.FAILED)
    if failed:
        yield Line(
            gettext("Outbox"),
            ngettext("%(num)s message could not be sent", "%(num)s messages could not be sent", failed),
            "/manage/outbox",
        )
    for copy in definitions.all_copies(store):
        title, name = wordings.in_attribute(copy.questionnaire.label), copy.questionnaire.name
        yield Line(gettext("Working copy"), title, f"/manage/drafts/{name}")
    for plugin in installed.all_plugins(store):
        if plugin.waiting:
            yield Line(
                gettext("Report plugin"),
                gettext("“%(name)s” waits for an approval", name=plugin.name),
                "/manage/plugins",
            )
        if plugin.off == installed.FAILING:
            yield Line(
                gettext("Report plugin"),
                gettext("“%(name)s” failed and is disabled", name=plugin.name),
                "/manage/plugins",
            )


def _running() -> Iterator[Line]:
    store = current().store
    for published in current().publications.all():
        name = published.questionnaire.name
        yield Line(
            wordings.in_attribute(published.questionnaire.label),
            names.schedule_line(published),
            f"/manage/questionnaires/{name}/schedule",
        )
    for scheduled in schedules.all_schedules(store):
        readers = ", ".join(scheduled.readers) or gettext("nobody by mail")
        yield Line(
            gettext("Scheduled report"),
            gettext("%(name)s, to: %(readers)s", name=scheduled.plugin, readers=readers),
            "/manage/reports/schedules",
        )
    for hook in endpoints.everyone(store):
        says = gettext("%(name)s, %(state)s", name=hook.name, state=gettext(webhooks.STATES[hook.state]))
        yield Line(gettext("Webhook"), says, f"/manage/webhooks/{hook.id}")
    for number in versions.numbers(store):
        version = versions.load(store, number)
        if version.open:
            yield Line(gettext("Concept"), gettext(words.VERSION_STATES[version.state]), f"/manage/concept/{number}")
    newest = Batches(lambda: store).newest()
    if newest is not None:
        yield Line(gettext("Published figures"), names.written_day(newest.moment[:10]), "/manage/indicators/publish")


def _people() -> Iterator[Line]:
    store = current().store
    for account in accounts.everyone(store):
        if not account.disabled:
            yield Line(account.name, role_names(account.roles))
    for token in tokens.everyone(store):
        says = gettext("%(name)s, until %(day)s", name=token.name, day=names.written_day(token.until))
        yield Line(gettext("Token of another system"), says, "/manage/tokens")
    for published in current().publications.all():
        for task in tasks.of_questionnaire(store, published.questionnaire.name):
            coders = ", ".join(task.names)
            yield Line(
                gettext("Coding of free texts"),
                gettext(
                    "%(title)s: %(coders)s", title=wordings.in_attribute(published.questionnaire.label), coders=coders
                ),
                f"/manage/coding/tasks/{task.task}",
            )
