"""The table of comments (Abwägungstabelle) as data: turnout, votes, and each comment with its answer and its result.

It holds until the table is made final whatever is known now; from then on it is a frozen copy under a hash, which also
stands in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from survey_service import clock, digests
from survey_service.accounts import audit
from survey_service.concept import versions
from survey_service.concept.model import Concept
from survey_service.consulting import ballots, comments, invitations, rounds, tallies
from survey_service.consulting.model import CLOSED, Comment, Put, Round, round_of, round_to_json
from survey_service.consulting.tallies import Result, Turnout
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.store.base import CollectionSpec, Store

TABLES = CollectionSpec("consulting_tables", unique=("round",))
Names = Mapping[int, Text]
"""The names of bodies by id."""
_NOTED = "consulting.final"


@dataclass(frozen=True)
class Row:
    """A comment with all that the council reads. ``put`` and ``result_number`` are numbers such as ``12.3``.

    ``verdict`` and ``reason`` are "" before it is answered. ``result`` is the wording the item has by now; it is empty
    if that is the one put to the vote, and if the item was taken out, when ``result_number`` is "" too.
    """

    number: int
    put: str
    text: Text
    body: int
    organisation: str
    speaking: str
    vote: str
    comment: str
    proposal: str
    language: str
    verdict: str
    reason: str
    result_number: str
    result: Text


@dataclass(frozen=True)
class Weighing:
    """A round with its outcome. ``texts`` are the statement versions by number; ``digest`` is "" before it is final."""

    round: Round
    names: Names
    texts: Mapping[str, Text]
    turnout: tuple[Turnout, ...]
    results: tuple[Result, ...]
    rows: tuple[Row, ...]
    digest: str = ""


def of_round(store: Store, found: Round, names: Names) -> Weighing:
    """Return the table of a round: the frozen one if it is final, else as it stands now.

    ``names`` are those of the bodies by now. Raises Problem consulting.broken if the frozen one was changed.
    """
    return _frozen(store, found) if found.final else _now(store, found, names)


def finish(store: Store, id: int, names: Names, by: str) -> Weighing:
    """Make the table of a closed round final; nothing changes it from then on.

    Raises Problems consulting.state unless the round is closed, consulting.final if its table is final already, and
    consulting.unanswered naming the comments that have no answer.
    """
    with store.transaction():
        _, found = rounds.of_state(store, id, CLOSED)
        if found.final:
            raise Problem("consulting.final")
        left = comments.unanswered(comments.of_round(store, found))
        if left:
            numbers = ", ".join(str(each.number) for each in left)
            raise Problem("consulting.unanswered", count=len(left), numbers=numbers)
        made = rounds.mark_final(store, id)
        content = to_json(_now(store, made, names))
        digest = digests.of_json(content)
        store.collection(TABLES).add({"round": id, "content": content, "digest": digest})
        audit.append(store, by, _NOTED, str(id), {"digest": digest}, now=clock.now())
    return _frozen(store, made)


def _now(store: Store, found: Round, names: Names) -> Weighing:
    votes = ballots.current(store, found.id)
    texts = {put: wording.texts for put, wording in rounds.wordings(store, found).items()}
    version = versions.load(store, found.concept)
    everybody = tallies.voters(invitations.of_round(store, found.id), votes)
    return Weighing(
        round=found,
        names={body: names.get(body, {"*": f"{body}"}) for body in found.bodies},
        texts={put.number: text for put, text in texts.items()},
        turnout=tuple(tallies.turnout(found, everybody)),
        results=tuple(tallies.results(found, votes)),
        rows=tuple(_row(each, texts, version) for each in comments.of_round(store, found)),
    )


def _row(comment: Comment, texts: Mapping[Put, Text], version: Concept) -> Row:
    vote, answer = comment.vote, comment.answer
    put = Put(vote.item, vote.wording)
    now = next((item for item in version.items if item.key == vote.item), None)
    changed = now is not None and now.wording.number != vote.wording
    return Row(
        number=comment.number,
        put=put.number,
        text=texts[put],
        body=vote.body,
        organisation=vote.organisation,
        speaking=vote.speaking,
        vote=vote.answers["K1"],
        comment=vote.comment,
        proposal=vote.proposal,
        language=vote.language,
        verdict=answer.verdict if answer is not None else "",
        reason=answer.reason if answer is not None else "",
        result_number=Put(now.key, now.wording.number).number if now is not None else "",
        result=now.wording.texts if now is not None and changed else {},
    )


# -- the frozen copy -----------------------------------------------------------------------------------------------


def _frozen(store: Store, found: Round) -> Weighing:
    stored = store.collection(TABLES).first(round=found.id)
    entries = store.collection(audit.AUDIT).find(action=_NOTED)
    noted = [each.body["details"]["digest"] for each in entries if each.body["subject"] == str(found.id)]
    if stored is None or noted != [stored.body["digest"]] or digests.of_json(stored.body["content"]) != noted[0]:
        raise Problem("consulting.broken", round=found.title)
    return of_json(found, stored.body["content"], noted[0])


def to_json(made: Weighing) -> dict[str, Any]:
    """Return a table as JSON data, without its hash."""
    return {
        "round": round_to_json(made.round),
        "names": [[body, dict(name)] for body, name in made.names.items()],
        "texts": [[number, dict(text)] for number, text in made.texts.items()],
        "turnout": [asdict(each) for each in made.turnout],
        "results": [asdict(each) for each in made.results],
        "rows": [asdict(each) for each in made.rows],
    }


def of_json(found: Round, content: Mapping[str, Any], digest: str) -> Weighing:
    """Return a table of a round from its JSON data."""
    return Weighing(
        round=round_of(found.id, content["round"]),
        names=dict(content["names"]),
        texts=dict(content["texts"]),
        turnout=tuple(Turnout(**each) for each in content["turnout"]),
        results=tuple(Result(**{**each, "put": Put(**each["put"])}) for each in content["results"]),
        rows=tuple(Row(**each) for each in content["rows"]),
        digest=digest,
    )
