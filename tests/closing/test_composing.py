"""What a page about a wave and a field says, by hand: rounded figures, statements, measures, the decision."""

from __future__ import annotations

import dataclasses

import pytest

from survey_service.closing import composing, gate, grounds, texts
from survey_service.closing.composing import Source, compose
from survey_service.closing.model import Conclusion, Decided, Figure, Step
from survey_service.concept import accepting, progress, versions
from survey_service.concept.model import Progress
from survey_service.store.base import Store
from tests.closing.conftest import FIELDS, NEEDS, WAVE, need, publish, revise, save, wave_report, write
from tests.concept.conftest import adopt, begin, refusal


def test_the_waves_are_those_of_answers_and_of_published_figures(source: Source) -> None:
    assert composing.waves(source) == {WAVE: ("ARB",)}  # INT3 is of a field that isn't listed here
    judged = versions.newest_adopted(source.store)
    assert judged is not None
    assert grounds.Grounds(source.store).of(judged.item("item-3")) is None
    revise(source.store, count=60)
    assert composing.waves(source) == {"2027-Q2": ("ARB",), WAVE: ("ARB",)}


def test_a_page_says_what_was_told_concluded_done_and_decided(source: Source) -> None:
    save(source.store, texts.words_key(WAVE, "ARB"), "de", "Viele suchen Arbeit.")
    content = compose(source, WAVE, "ARB")
    assert content.words == {"de": "Viele suchen Arbeit."}
    assert content.label == FIELDS["ARB"]
    assert source.batch is not None
    (recognition,) = content.figures  # 3 of 97: hidden
    name = source.batch.figure("ARB4")
    assert name is not None
    assert recognition == Figure("ARB4", name.indicator.name, None, None, None, False, 1)
    (conclusion,) = content.conclusions  # 42 of 97, each rounded to 5; the report's sentence says so too
    assert conclusion == Conclusion(
        "item-1", 1, {"de": "40 von 95 suchen Arbeit.", "en": "40 of 95 look for work."},
        "ARB.job", NEEDS["ARB.job"], 40, 95, (WAVE,),
    )  # fmt: skip
    assert conclusion.share == pytest.approx(40 / 95)
    assert content.steps == (
        Step("item-2", 1, {"de": "Abendkurse."}, "Jobcenter", "2027-06-30", "running", "", ("item-1",)),
    )
    assert content.decided == Decided(1, "Kreistag", "2026-11-20", {"de": "einstimmig"})


def test_nothing_is_concluded_where_only_judgements_are(source: Source) -> None:
    content = compose(source, WAVE, "WOH")
    assert (content.conclusions, content.steps, content.decided) == ((), (), None)
    assert compose(source, "2025-Q2", "ARB").conclusions == ()


@pytest.mark.parametrize(
    ("count", "n", "shown"),
    [
        (42, 97, (40, 95)),
        (5, 97, (5, 95)),
        (4, 97, (None, None)),
        (93, 97, (None, None)),  # 4 are missing to the whole
        (92, 97, (90, 95)),
        (2, 4, (None, None)),
    ],
)
def test_small_groups_are_hidden_in_figures_and_sentence(
    store: Store, count: int, n: int, shown: tuple[int | None, int | None]
) -> None:
    number = begin(store)
    accepting.accept(store, number, wave_report(store, need(count=count, n=n)), "Mara")
    adopt(store, number)
    (conclusion,) = compose(Source(store, None, FIELDS, NEEDS), WAVE, "ARB").conclusions
    assert (conclusion.count, conclusion.n) == shown
    said = "40 von 95" if shown[0] == 40 else f"{shown[0]} von {shown[1]}" if shown[0] else "• von •"
    assert conclusion.texts["de"] == f"{said} suchen Arbeit."


@pytest.mark.parametrize(
    ("count", "n", "hidden"),
    [
        (45, 97, True),  # 3 more people said it
        (47, 97, False),
        (47, 99, True),  # 2 more answered
        (47, 102, False),  # 5 more said it, nobody more did not
        (60, 118, True),  # before, 55 did not say it; now 58
        (42, 93, True),
    ],
)
def test_what_differs_by_fewer_than_five_people_from_an_earlier_version_is_hidden(
    source: Source, count: int, n: int, hidden: bool
) -> None:
    revise(source.store, (WAVE, "2027-Q2"), count=count, n=n)
    (conclusion,) = compose(source, "2027-Q2", "ARB").conclusions
    assert (conclusion.count is None) is hidden
    assert compose(source, WAVE, "ARB").conclusions == (conclusion,)


def test_another_wave_is_of_other_people(source: Source) -> None:
    revise(source.store, count=45, n=100)
    (conclusion,) = compose(source, "2027-Q2", "ARB").conclusions
    assert (conclusion.count, conclusion.n, conclusion.periods) == (45, 100, ("2027-Q2",))


def test_a_translation_with_an_exact_number_stops_the_page(source: Source, store: Store) -> None:
    write(source)
    given = compose(source, WAVE, "ARB").conclusions[0].texts
    save(store, texts.wording_key("item-1", 1), "ar", "٤٢ شخصًا يبحثون عن عمل.", given)
    assert composing.exact(store, compose(source, WAVE, "ARB")) == {"item-1": ["ar"]}
    assert refusal(publish, source) == "closing.exact"
    save(store, texts.wording_key("item-1", 1), "ar", "نحو ٤٠ شخصًا يبحثون عن عمل.", given)
    assert composing.exact(store, compose(source, WAVE, "ARB")) == {}
    assert publish(source).content.conclusions[0].texts["ar"] == "نحو ٤٠ شخصًا يبحثون عن عمل."


def test_the_gate_names_what_each_language_lacks(source: Source) -> None:
    content = compose(source, WAVE, "ARB")
    lacking = gate.gaps(gate.of_content(content))
    assert [(each.kind, each.name) for each in lacking["de"]] == [("words", "")]
    assert [(each.kind, each.name) for each in lacking["en"]] == [("words", ""), ("measure", "2"), ("result", "")]
    assert [(each.kind, each.name) for each in lacking["ar"]] == [
        ("words", ""), ("statement", "1"), ("measure", "2"), ("result", ""),
    ]  # fmt: skip
    assert [(each.kind, each.name) for each in lacking["pl"]][-2:] == [("name", "ARB"), ("name", "ARB.job")]
    assert len(lacking) == 24


def test_a_translation_of_another_german_text_counts_as_none(store: Store) -> None:
    key = texts.words_key(WAVE, "ARB")
    save(store, key, "de", "Eins.")
    save(store, key, "en", "One.")
    assert texts.of(store, key) == {"de": "Eins.", "en": "One."}
    save(store, key, "de", "Zwei.")
    assert (texts.of(store, key), texts.outdated(store, key, "en")) == ({"de": "Zwei."}, "One.")
    save(store, key, "en", "One.")  # it fits all the same
    assert (texts.of(store, key), texts.outdated(store, key, "en")) == ({"de": "Zwei.", "en": "One."}, "")
    assert not texts.save(store, key, "en", "One. ", seen=0)  # nothing differs
    assert refusal(texts.save, store, key, "en", "Two.", seen=1) == "closing.conflict"
    assert refusal(texts.save, store, key, "en", "x" * 4_001, seen=4) == "closing.text"
    assert refusal(texts.save, store, key, "xx", "x", seen=4) == "closing.text"
    given = {"de": "Drei.", "fr": "Trois."}
    assert texts.of(store, "other", given) == given
    save(store, "other", "ar", "ثلاثة", given)
    assert texts.of(store, "other", given) == {**given, "ar": "ثلاثة"}
    assert texts.of(store, "other", {"de": "Vier."}) == {"de": "Vier."}


def test_how_far_a_measure_is_is_told_as_it_is_now(source: Source) -> None:
    progress.note(source.store, "item-2", Progress("done", "2026-11-22"), "Mara")
    (step,) = compose(source, WAVE, "ARB").steps
    assert (step.state, step.done) == ("done", "2026-11-22")


def test_names_of_indicators_are_those_of_the_batch_and_of_today_as_long_as_they_mean_the_same(source: Source) -> None:
    def name(**now: str) -> object:
        return compose(dataclasses.replace(source, indicators={"ARB4": now}), WAVE, "ARB").figures[0].name

    assert source.batch is not None
    found = source.batch.figure("ARB4")
    assert found is not None
    before = found.indicator.name
    assert name(de="Anerkennungsbedarf", en="Need", xx="الحاجة") == {**before, "xx": "الحاجة"}
    assert name(de="Anerkennung", ar="الاعتراف") == before
