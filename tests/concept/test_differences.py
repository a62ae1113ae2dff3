"""What differs between two versions, in words that people read."""

from __future__ import annotations

import dataclasses

from survey_service.concept import accepting, evidence, items, progress, versions
from survey_service.concept.differences import GONE, NEW, SAME, Fact, between, words
from survey_service.concept.model import Evidence, Progress
from survey_service.store.base import Store
from tests.concept.conftest import FIELDS, MEASURE, TITLE, add, adopt, begin, block, file


def test_words_that_come_and_go() -> None:
    assert words("Mehr Kurse am Abend.", "Mehr kleine Kurse am Morgen.") == (
        (SAME, "Mehr"), (NEW, " kleine"), (SAME, " Kurse am "), (GONE, "Abend"), (NEW, "Morgen"), (SAME, "."),
    )  # fmt: skip
    assert words("", "Neu.") == ((NEW, "Neu."),)
    assert words("a", "a") == ((SAME, "a"),)


def test_wording_evidence_and_measures_are_told(store: Store) -> None:
    first = begin(store)
    (work,) = accepting.accept(store, first, file(store, block()), "Mara").new
    gone = add(store, first, "Fällt weg.")
    course = add(store, first, "Kurs.", kind="measure", measure=MEASURE)
    old = adopt(store, first)
    second = versions.begin(store, TITLE, FIELDS, "Mara").number
    later = file(store, block(count=50))
    draft = versions.load(store, second)
    texts = evidence.texts_of(later.blocks[1])
    evidence.renew(store, draft, work, report=later.id, seen=1, texts=texts, by="Mara")
    items.take_out(store, second, gone.key)
    changed = dataclasses.replace(MEASURE, budget=None, due="2028-01-31")
    items.edit(store, second, course.key, seen=1, texts={"de": "Kurs."}, measure=changed, by="Mara")
    items.change_field(store, second, course.key, "WOH")
    progress.note(store, course.key, Progress("running"), "Mara")
    fresh = add(store, second, "Neu.", field="WOH")
    changes = between(old, versions.load(store, second))
    assert [(change.kind, change.item.key) for change in changes] == [
        ("changed", work), ("added", fresh.key), ("changed", course.key), ("removed", gone.key),
    ]  # fmt: skip
    wording = changes[0]
    assert [tag for tag, _ in wording.texts] == ["de", "en"]
    assert wording.texts[0][1] == ((GONE, "40"), (NEW, "50"), (SAME, " von 95 suchen Arbeit."))
    assert wording.basis is not None
    assert [basis.count for basis in wording.basis if isinstance(basis, Evidence)] == [42, 50]
    assert changes[2].texts == ()
    assert changes[2].facts == (
        Fact("field", "ARB", "WOH"),
        Fact("budget", 1_250_050, None),
        Fact("due", "2027-06-30", "2028-01-31"),
        Fact("state", "planned", "running"),
    )
