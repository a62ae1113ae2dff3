"""Whose link is open: the invitation with its round, statements and votes; looked up anew for every page.

Who has the link may vote; there is no cookie but that of the forms. The link stands in the address only: no log holds
it, no page is kept or indexed, and no browser tells another site of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from flask_babel import format_date
from werkzeug.wrappers import Response

from survey_service import languages
from survey_service.concept import versions
from survey_service.concept.model import Wording
from survey_service.consulting import attending, ballots, invitations, rounds
from survey_service.consulting.attending import Attending
from survey_service.consulting.model import CLOSED, DRAFT, Invitation, Put, Round, Vote
from survey_service.languages import Language
from survey_service.network import bodies
from survey_service.offers.hours import ZONE
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire, Text
from survey_service.web import i18n, problems_view
from survey_service.web.context import current
from survey_service.web.i18n import gettext

blueprint = Blueprint("consulting", __name__, url_prefix="/<lang:lang>/consulting")


@dataclass(frozen=True)
class Seat:
    """What a link opens; ``token`` is its secret part."""

    token: str
    invitation: Invitation
    round: Round

    @property
    def is_over(self) -> bool:
        """Whether no vote is taken any more."""
        return self.round.state == CLOSED

    @cached_property
    def form(self) -> Questionnaire:
        """The questionnaire that votes are judged by."""
        return ballots.questionnaire(current().publications, current().library)

    @cached_property
    def attending(self) -> Attending | None:
        """The consent, None if it was not given yet."""
        return attending.of(current().store, self.invitation.id)

    @cached_property
    def wordings(self) -> Mapping[Put, Wording]:
        """What is put to the vote, in order."""
        return rounds.wordings(current().store, self.round)

    @cached_property
    def votes(self) -> Mapping[tuple[str, int], Vote]:
        """The votes of the organisation in its body, by item and wording."""
        store, found = current().store, [(put.item, put.wording) for put in self.round.items]
        votes = {place: ballots.of_statement(store, self.invitation, *place) for place in found}
        return {place: vote for place, vote in votes.items() if vote is not None}

    @cached_property
    def fields(self) -> Mapping[str, Text]:
        """The names of the fields of action; an adopted version no longer names those that nothing is left in."""
        codes: dict[str, Text] = {put.field: {"*": put.field} for put in self.round.items}
        return {**codes, **versions.load(current().store, self.round.concept).fields}

    def vote(self, put: Put) -> Vote | None:
        """Return the vote of the organisation on a statement version."""
        return self.votes.get((put.item, put.wording))

    @property
    def voted(self) -> int:
        """On how many statements the organisation has voted."""
        return sum(self.vote(put) is not None for put in self.round.items)

    def put(self, item: str) -> Put:
        """Return what is put under an item's key. Raises Problem page.missing."""
        found = next((put for put in self.round.items if put.item == item), None)
        if found is None:
            raise Problem("page.missing")
        return found

    def next_open(self, after: Put | None = None) -> Put | None:
        """Return the next statement without a vote, from the top again behind the last one; None if there is none."""
        items = self.round.items
        start = items.index(after) + 1 if after is not None else 0
        return next((put for put in (*items[start:], *items[:start]) if self.vote(put) is None), None)

    def url(self, endpoint: str, **values: Any) -> str:
        """Return the address of a page behind this link."""
        return url_for(f"consulting.{endpoint}", token=self.token, **values)

    def to(self, endpoint: str, **values: Any) -> Response:
        """Redirect to a page behind this link, with GET."""
        response = redirect(self.url(endpoint, **values), 303)
        response.set_data(b"")
        return response

    @property
    def languages(self) -> list[Language]:
        """The languages of the round."""
        return [entry for entry in languages.offered() if entry.tag in self.round.languages]

    def addresses(self, endpoint: str, **values: Any) -> list[tuple[Language, str]]:
        """Return the address of a page in each language of the round."""
        return [(entry, self.url(endpoint, lang=entry.tag, **values)) for entry in self.languages]


def take(token: str) -> Seat:
    """Return what a link opens. Raises Problem page.missing for one that is altered, revoked or never was."""
    store = current().store
    invitation = invitations.find(store, token)
    found = rounds.load(store, invitation.round)
    if found.state == DRAFT:
        raise Problem("page.missing")
    return Seat(token, invitation, found)


def body_name(body: int) -> Text:
    """Return the name of a body."""
    return bodies.of_id(current().store, body).name


def html_tag(tag: str) -> str:
    """Return a language of ours as HTML names it."""
    return languages.language(tag).html


def day(iso: str) -> str:
    """Return an ISO day, or the day of an ISO moment where the service stands, in words."""
    moment = dt.datetime.fromisoformat(iso)
    found = moment.astimezone(ZONE).date() if moment.tzinfo else moment.date()
    return str(format_date(found, "long"))


@blueprint.errorhandler(Problem)
def _refuse(problem: Problem) -> Response:
    """Lead from a link that is no good to where a new one is asked for."""
    g.way_on = url_for("consulting.ask", lang=i18n.language().tag)
    g.way_on_words = gettext("Ask for a link of your own")
    return problems_view.show(problem)


@blueprint.after_request
def _not_indexed(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.context_processor
def _helpers() -> dict[str, object]:
    return {"day": day, "body_name": body_name, "html_tag": html_tag, "saved": "saved" in request.args}
