"""The table of all kinds of decisions, and finding what waits for somebody with some roles."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from survey_service.accounts import access
from survey_service.problems import Problem
from survey_service.watching import concept, machine, making, offers, people, privacy, responses, systems, texts
from survey_service.watching.model import (
    LATER,
    TODAY,
    URGENCIES,
    WEEK,
    Decision,
    Kind,
    Look,
    after,
    at_once,
    before,
    some_time,
    this_week,
)

OFFERS, QUESTIONNAIRES, TRANSLATIONS, REPORTS = "offers", "questionnaires", "translations", "reports"
CONSULTATION, CONCEPT, INDICATORS, FEEDBACK = "consultation", "concept", "indicators", "feedback"
MAIL, SERVICE, TEAM, RESPONSES, SYSTEMS = "mail", "service", "team", "responses", "systems"


def _room(decision: Decision, _today: object) -> str:
    return TODAY if decision.facts.get("state") == machine.SCARCE else WEEK


def _factor(decision: Decision, _today: object) -> str:
    return TODAY if int(decision.facts.get("left", 0)) <= 1 else WEEK


def _few_first(decision: Decision, _today: object) -> str:
    """Return this week for what a person can do in an hour; hundreds of texts are for when there is time."""
    return WEEK if decision.count <= 20 else LATER


TABLE: tuple[Kind, ...] = (
    Kind("store", SERVICE, "see_status", machine.unhealthy, at_once),
    Kind("disk", SERVICE, "see_status", machine.full, _room),
    Kind("backup", SERVICE, "see_status", machine.unsaved, at_once),
    Kind("work", SERVICE, "see_status", machine.undone, at_once),
    Kind("retention", SERVICE, "read_privacy", privacy.overdue, at_once),
    Kind("hosts", SERVICE, "see_status", systems.differing, at_once),
    Kind("audit", SERVICE, "read_audit", machine.broken, at_once),
    Kind("mail_failed", MAIL, "handle_mail", machine.returned, after(2)),
    Kind("mail_stuck", MAIL, "handle_mail", machine.stuck, at_once),
    Kind("mail_by_hand", MAIL, "handle_mail", machine.by_hand, after(2)),
    Kind("own_factor", TEAM, "own_account", people.own_factor, _factor),
    Kind("other_factors", TEAM, "manage_users", people.other_factors, this_week),
    Kind("quarantine", RESPONSES, "review_responses", responses.aside, after(3)),
    Kind("contacts", RESPONSES, "contact_people", responses.wishes, after(7)),
    Kind("offers_new", OFFERS, "moderate_offers", offers.new, after(3)),
    Kind("offers_changed", OFFERS, "moderate_offers", offers.changed, after(3)),
    Kind("offers_told", OFFERS, "moderate_offers", offers.told, after(3)),
    Kind("offers_to_call", OFFERS, "moderate_offers", offers.to_call, this_week),
    Kind("offers_unconfirmed", OFFERS, "moderate_offers", offers.unconfirmed, some_time),
    Kind("wave_ends", QUESTIONNAIRES, "publish", texts.ending, before(2)),
    Kind("wave_full", QUESTIONNAIRES, "publish", texts.full, at_once),
    Kind("copies", QUESTIONNAIRES, "draft_questions", texts.copies, some_time),
    Kind("gate", TRANSLATIONS, "publish", texts.dropping, this_week),
    Kind("outdated", TRANSLATIONS, "translate", texts.outdated, _few_first),
    Kind("drafted", TRANSLATIONS, "translate", texts.drafted, some_time),
    Kind("plugin_failing", REPORTS, "manage_plugins", making.failing, at_once),
    Kind("plugin_waiting", REPORTS, "approve_plugins", making.waiting, after(3)),
    Kind("report_scheduled", REPORTS, "schedule_reports", making.scheduled, at_once),
    Kind("reports_anew", REPORTS, "run_reports", privacy.to_make_anew, some_time),
    Kind("report_failed", REPORTS, "run_reports", making.failed, this_week),
    Kind("hook_failing", SYSTEMS, "manage_hooks", systems.failing, at_once),
    Kind("hook_failed", SYSTEMS, "manage_hooks", systems.undelivered, this_week),
    Kind("token_ends", SYSTEMS, "manage_tokens", systems.ending, before(3)),
    Kind("consultation_ends", CONSULTATION, "run_consultations", concept.ending, before(1)),
    Kind("consultation_comments", CONSULTATION, "run_consultations", concept.unanswered, after(14)),
    Kind("consultation_final", CONSULTATION, "run_consultations", concept.unfinished, this_week),
    Kind("evidence", CONCEPT, "decide_concept", concept.evident, some_time),
    Kind("figures", INDICATORS, "keep_indicators", concept.figures, some_time),
    Kind("look_again", FEEDBACK, "close_loop", concept.look_again, this_week),
)
"""In each group decisions are shown in this order."""


def decisions(look: Look, table: Sequence[Kind] = TABLE) -> tuple[Decision, ...]:
    """Return what waits for the visitor, the most urgent first.

    What cannot be looked at, because a file or a document is damaged, is itself a decision for today with its Problem.
    """
    found = [decision for kind in _of(look, table) for decision in _found(look, kind)]
    return tuple(sorted(found, key=lambda decision: URGENCIES.index(decision.urgency)))


def areas(look: Look, table: Sequence[Kind] = TABLE) -> tuple[str, ...]:
    """Return the areas in which the visitor decides about something."""
    return tuple(dict.fromkeys(kind.area for kind in _of(look, table)))


def area_of(decision: Decision) -> str:
    """Return the area a decision belongs to."""
    return next(kind.area for kind in TABLE if kind.name == decision.kind)


def _of(look: Look, table: Sequence[Kind]) -> Iterator[Kind]:
    return (kind for kind in table if access.allowed(look.account.roles, kind.action))


def _found(look: Look, kind: Kind) -> Iterator[Decision]:
    try:
        for decision in kind.find(look):
            urgency = kind.urgency(decision, look.today)
            yield dataclasses.replace(decision, kind=kind.name, urgency=urgency)
    except Problem as problem:
        yield Decision(1, kind=kind.name, urgency=TODAY, problem=problem)
