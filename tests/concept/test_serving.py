"""Which statements a measure answers: part of its wording, checked, told in differences and papers, frozen with it."""

from __future__ import annotations

import dataclasses

from survey_service.concept import accepting, items, paper, versions
from survey_service.concept.differences import Fact, between
from survey_service.concept.model import item_of
from survey_service.store.base import Store
from tests.concept.conftest import FIELDS, MEASURE, TITLE, add, adopt, begin, block, file, refusal


def test_a_measure_answers_statements_of_its_version(store: Store) -> None:
    number = begin(store)
    work, rent = accepting.accept(store, number, file(store, block(), block("rent", "WOH")), "Mara").new
    goal = add(store, number)
    course = add(store, number, kind="measure", measure=dataclasses.replace(MEASURE, serves=(work, work)))
    assert course.serves == (work,)
    for unknown in ((goal.key,), ("item-99",), (work, course.key)):
        wrong = dataclasses.replace(MEASURE, serves=unknown)
        assert refusal(add, store, number, kind="measure", measure=wrong) == "concept.serves"
        edit = {"seen": 1, "texts": {"de": "Mehr Kurse."}, "by": "Mara", "measure": wrong}
        assert refusal(items.edit, store, number, course.key, **edit) == "concept.serves"
    both = dataclasses.replace(MEASURE, serves=(work, rent))
    made = items.edit(store, number, course.key, seen=1, texts={"de": "Mehr Kurse."}, by="Mara", measure=both)
    assert made.number == 2
    assert [each.measure.serves for each in items.wordings(store, course.key) if each.measure is not None] == [
        (work, rent), (work,),
    ]  # fmt: skip
    again = items.edit(store, number, course.key, seen=2, texts={"de": "Mehr Kurse."}, by="Mara", measure=both)
    assert again == made
    worded = items.edit(store, number, course.key, seen=2, texts={"de": "Mehr Abendkurse."}, by="Mara")
    assert worded.measure is not None
    assert worded.measure.serves == (work, rent)


def test_it_is_frozen_told_in_differences_and_in_papers(store: Store) -> None:
    first = begin(store)
    work, rent = accepting.accept(store, first, file(store, block(), block("rent", "WOH")), "Mara").new
    course = add(store, first, kind="measure", measure=dataclasses.replace(MEASURE, serves=(work,)))
    old = adopt(store, first)
    assert [item.key for item in old.serving(work)] == [course.key]
    assert old.serving(rent) == []
    second = versions.begin(store, TITLE, FIELDS, "Mara").number
    both = dataclasses.replace(MEASURE, serves=(work, rent))
    items.edit(store, second, course.key, seen=1, texts={"de": "Mehr Kurse."}, by="Mara", measure=both)
    draft = versions.load(store, second)
    assert [change.facts for change in between(old, draft)] == [(Fact("serves", (work,), (work, rent)),)]
    assert paper.fact("serves", (work, rent), draft, "de", str) == "1, 2"
    assert paper.fact("serves", (), draft, "de", str) == "–"
    notes = [entry.notes for part in paper.of(draft, "en").sections for group in part.groups for entry in group.entries]
    assert "Answers no. 1, 2" in notes[1]
    items.take_out(store, second, rent)  # the wording stays; what it points at is gone
    left = versions.load(store, second)
    notes = [entry.notes for part in paper.of(left, "en").sections for group in part.groups for entry in group.entries]
    assert "Answers no. 1" in notes[1]


def test_copies_adopted_before_there_was_the_link_can_be_read(store: Store) -> None:
    number = begin(store)
    add(store, number, kind="measure", measure=MEASURE)
    (item,) = adopt(store, number).items
    stored = store.collection(versions.VERSIONS).first(number=number)
    assert stored is not None
    (body,) = stored.body["frozen"]["items"]
    del body["wording"]["measure"]["serves"]
    assert item_of(body) == item
