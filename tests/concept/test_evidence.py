"""Statements and their evidence: accepted once, flagged when a newer report has other figures, renewed or left."""

from __future__ import annotations

from typing import Any

import pytest

from survey_service.concept import accepting, evidence, items, paper, versions
from survey_service.concept.model import Concept, Evidence, Judgement
from survey_service.statistics.shares import wilson
from survey_service.store.base import Store
from tests.concept.conftest import add, adopt, begin, block, file, refusal

BOTH_STORES = True


def draft(store: Store) -> Concept:
    number = versions.open_number(store)
    assert number
    return versions.load(store, number)


def figures(flag: evidence.Flag) -> list[tuple[int, int | None, int | None]]:
    return [(each.report, each.count, each.n) for each in (flag.old, flag.new)]


def test_inputs_are_accepted_with_their_evidence_and_once(store: Store) -> None:
    number = begin(store)
    hidden = block("hidden", count=None, suppressed="small_group")
    foreign = block("foreign", field="XYZ")
    report = file(store, block(), block("rent", "WOH", 30, 90, values={
        "count": {"kind": "persons", "value": 30}, "n": {"kind": "persons", "value": 90},
        "experts": {"kind": "persons", "value": 11}}), hidden, foreign)  # fmt: skip
    accepted = accepting.accept(store, number, report, "Mara", ["work"])
    assert (len(accepted.new), accepted.known) == (1, 0)
    accepted = accepting.accept(store, number, report, "Willi")
    assert (len(accepted.new), accepted.known) == (1, 1)
    work, rent = draft(store).items
    assert work.wording.texts == {"de": "40 von 95 suchen Arbeit.", "en": "40 of 95 look for work."}
    assert work.wording.basis == Evidence(
        report=report.id, plugin="gaps", snapshot="abc123", period="2026-Q4", block="work", base="answered", count=42,
        n=97, share=42 / 97, low=0.338801, high=0.532284, offers=3,
    )  # fmt: skip
    assert isinstance(rent.wording.basis, Evidence)
    assert (rent.field, rent.kind, rent.wording.by, rent.wording.basis.experts) == ("WOH", "statement", "Willi", 11)
    told = [list(paper.basis_lines(rent.wording.basis, "en", str, exact=exact))[1:] for exact in (True, False)]
    assert [lines[0] for lines in told] == ["Offers set against it: 3"] * 2
    assert [lines[1] for lines in told] == ["Experts who name it: 11", "Experts who name it: 10"]
    later = file(store, block(count=43))
    assert accepting.accept(store, number, later, "Mara") == accepting.Accepted((), 1)
    assert refusal(accepting.accept, store, number, later, "Mara", ["other"]) == "concept.inputs"
    assert refusal(accepting.accept, store, number, file(store), "Mara") == "concept.inputs"
    assert len(draft(store).items) == 2


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ((42, 97), (40, 95, 40 / 95, *wilson(40 / 95, 95))),
        ((43, 97), (45, 95, 45 / 95, *wilson(45 / 95, 95))),
        ((5, 12), (5, 10, 1 / 2, *wilson(1 / 2, 10))),
        ((7, 12), (5, 10, 1 / 2, *wilson(1 / 2, 10))),
    ],
)
def test_public_evidence_says_nothing_but_rounded_counts(exact: tuple[int, int], shown: tuple[float, ...]) -> None:
    """42 and then 43 of 97 in two versions would say what one person answered."""
    share = exact[0] / exact[1]
    basis = Evidence(1, "gaps", "s", "2026-Q4", "work", "answered", *exact, share, *wilson(share, exact[1]))
    found = evidence.public(basis)
    assert (found.count, found.n, found.share, found.low, found.high) == pytest.approx(shown)
    hidden = Evidence(1, "gaps", "s", "2026-Q4", "work", "answered", None, 12, None, None, None, suppressed="group")
    assert (evidence.public(hidden).count, evidence.public(hidden).n) == (None, 10)


def test_answers_for_several_fields_are_not_more_people_in_public() -> None:
    """42 of 97 answers were given by 48 people: the interval is that of 50."""
    basis = Evidence(1, "gaps", "s", "2026-Q4", "work", "answered", 42, 97, 42 / 97, *wilson(42 / 97, 48))
    assert (evidence.public(basis).low, evidence.public(basis).high) == wilson(40 / 95, 50)


@pytest.mark.parametrize("facts", [{"synthetic": True}, {"withdrawn": True}])
def test_invented_and_withdrawn_answers_are_no_evidence(store: Store, facts: dict[str, Any]) -> None:
    number = begin(store)
    assert refusal(accepting.accept, store, number, file(store, block(), **facts), "Mara") == "concept.synthetic"
    assert draft(store).items == ()
    accepting.accept(store, number, file(store, block()), "Mara")
    file(store, block(count=50), **facts)
    assert evidence.flags(store, draft(store)) == []


def test_other_figures_flag_a_statement_until_it_is_renewed(store: Store) -> None:
    number = begin(store)
    first = file(store, block(), block("rent", "WOH", 30, 90))
    work, _ = accepting.accept(store, number, first, "Mara").new
    assert evidence.flags(store, draft(store)) == []
    file(store, block(count=60), plugin="other")
    file(store, block(), block("rent", "WOH", 30, 90))  # the same figures again
    assert evidence.flags(store, draft(store)) == []
    second = file(store, block(count=50))
    third = file(store, block(count=51), block("rent", "WOH", 30, 90))
    (flag,) = evidence.flags(store, draft(store))
    assert (flag.item.key, figures(flag)) == (work, [(first.id, 42, 97), (third.id, 51, 97)])
    texts = evidence.wording_after(flag, store)
    assert texts["de"] == "50 von 95 suchen Arbeit."  # nobody had worded it anew
    given: dict[str, Any] = {"texts": texts, "by": "Mara"}
    assert refusal(evidence.renew, store, draft(store), work, report=second.id, seen=1, **given) == "concept.figures"
    assert refusal(evidence.renew, store, draft(store), work, report=third.id, seen=2, **given) == "concept.conflict"
    made = evidence.renew(store, draft(store), work, report=third.id, seen=1, **given)
    assert isinstance(made.basis, Evidence)
    assert (made.number, made.texts["de"], made.basis.count) == (2, "50 von 95 suchen Arbeit.", 51)
    assert evidence.flags(store, draft(store)) == []
    assert [each.number for each in items.wordings(store, work)] == [2, 1]


def test_a_text_that_somebody_worded_stays_with_new_figures(store: Store) -> None:
    number = begin(store)
    (work,) = accepting.accept(store, number, file(store, block()), "Mara").new
    items.edit(store, number, work, seen=1, texts={"de": "Viele suchen Arbeit."}, by="Willi")
    file(store, block(count=50))
    (flag,) = evidence.flags(store, draft(store))
    assert evidence.wording_after(flag, store) == {"de": "Viele suchen Arbeit."}


def test_a_statement_is_left_for_a_reason_until_the_figures_are_others_again(store: Store) -> None:
    number = begin(store)
    (work,) = accepting.accept(store, number, file(store, block()), "Mara").new
    second = file(store, block(count=43))
    leave = {"report": second.id, "by": "Mara"}
    assert refusal(evidence.leave, store, draft(store), work, reason=" ", **leave) == "concept.reason"
    assert refusal(evidence.leave, store, draft(store), work, reason="x", report=99, by="Mara") == "concept.figures"
    evidence.leave(store, draft(store), work, reason=" Im Rahmen des Intervalls ", **leave)
    assert evidence.flags(store, draft(store)) == []
    assert [each.reason for each in evidence.left_of(store, work)] == ["Im Rahmen des Intervalls"]
    assert refusal(evidence.leave, store, draft(store), work, reason="x", **leave) == "concept.figures"
    file(store, block(count=43))
    assert evidence.flags(store, draft(store)) == []
    file(store, block(count=60))
    assert [figures(flag)[1][1] for flag in evidence.flags(store, draft(store))] == [60]


def test_the_adopted_version_is_flagged_and_stays_as_it_is(store: Store) -> None:
    number = begin(store)
    (work,) = accepting.accept(store, number, file(store, block()), "Mara").new
    adopted = adopt(store, number)
    later = file(store, block(count=50))
    assert [flag.item.key for flag in evidence.flags(store, adopted)] == [work]
    call: dict[str, Any] = {"report": later.id, "seen": 1, "texts": {"de": "Neu."}, "by": "Mara"}
    assert refusal(evidence.renew, store, adopted, work, **call) == "concept.adopted"
    evidence.leave(store, adopted, work, report=later.id, reason="erst zur Fortschreibung", by="Mara")
    assert evidence.flags(store, adopted) == []
    assert versions.load(store, number) == adopted


def test_what_was_taken_out_is_accepted_again_under_its_name(store: Store) -> None:
    number, report = begin(store), file(store, block())
    (work,) = accepting.accept(store, number, report, "Mara").new
    items.take_out(store, number, work)
    assert draft(store).items == ()
    assert accepting.accept(store, number, report, "Mara").new == (work,)
    assert draft(store).items[0].wording.number == 2
    other = add(store, number)
    assert other.key != work
    assert refusal(items.edit, store, number, "item-99", seen=1, texts={"de": "x"}, by="W") == "concept.missing"


def test_a_judgement_takes_the_place_of_evidence(store: Store) -> None:
    number = begin(store)
    (work,) = accepting.accept(store, number, file(store, block()), "Mara").new
    texts = draft(store).items[0].wording.texts
    made = items.edit(store, number, work, seen=1, texts=texts, basis=Judgement("AK Arbeit"), by="Mara")
    assert (made.number, made.basis) == (2, Judgement("AK Arbeit"))
    file(store, block(count=50))
    assert evidence.flags(store, draft(store)) == []
