"""Suggestions: words in any script, likeness, and that a machine stores nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.coding import codebooks, codings, deciding, folding, similarity, suggesting, units
from survey_service.coding.codebooks import Code, Codebook
from survey_service.coding.codings import Judgement
from survey_service.coding.suggesting import Suggestion
from survey_service.responses import derived
from tests.coding.conftest import NOW, Team


def book_of(*keywords: str) -> Codebook:
    return Codebook("b", "B", 1, {"code": Code("code", {"de": "C", "en": "C"}, keywords=keywords)})


@pytest.mark.parametrize(
    "keyword, text, found",
    [
        ("Miete", "Die MIETE ist zu hoch.", True),
        ("Miete", "Mieterverein", False),
        ("Miete*", "Mieterverein", True),
        ("Amt", "Das Gesamtpaket", False),
        ("straße", "Die STRASSE", True),
        ("büro", "bu\u0308ro", True),
        ("İstanbul", "istanbul", True),
        ("ışık", "ISIK", True),
        ("Школа", "в школах", False),
        ("школ*", "в Школах", True),
        ("job center", "Das Job-Center hilft", True),
        ("job center", "Job im Center", False),
        ("job cent*", "Jobs, job\ncenters", True),
        ("A2", "Kurs Ａ２ bestanden", True),
        ("100", "١٠٠ یورو", True),
        ("100", "۱۰۰", True),
        ("سكن", "نحتاج إلى السَّكَن هنا", True),
        ("سكن", "والسكن غالٍ", True),
        ("سكن", "للسكن", True),
        ("سكن", "مسكن", False),
        ("کار", "كار پیدا نکردم", True),
        ("كار", "کار", True),
        ("زندگی", "زندگي", True),
        ("میخواهم", "می\u200cخواهم", True),
        ("مدرسة", "المدرسه", True),
        ("زبان*", "زبان‌ها", True),
        ("ቤት", "ቤት፡የለንም።", True),
        ("ቤት", "ቤተሰብ", False),
        ("ሀኪም", "ሐኪም ያስፈልጋል", True),
        ("đường", "Đường phố", True),
        ("dolmetscher", "Ein Dolmetscher!", True),
        ("…", "alles …", False),
        ("*", "alles", False),
    ],
)
def test_keywords_are_found_as_whole_words_in_any_spelling(keyword: str, text: str, found: bool) -> None:
    got = suggesting.by_keyword(book_of("niemals", keyword), [text])
    assert got == ({"code": Suggestion("code", "keyword", keyword=keyword)} if found else {})


def test_retired_codes_are_not_suggested_and_a_translation_counts() -> None:
    retired = Code("code", {"de": "C", "en": "C"}, keywords=("Haus",), state=codebooks.RETIRED)
    assert suggesting.by_keyword(Codebook("b", "B", 1, {"code": retired}), ["Haus"]) == {}
    assert list(suggesting.by_keyword(book_of("Haus"), ["بيت", "Ein Haus"])) == ["code"]


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once_and_words_have_no_blanks(text: str) -> None:
    folded = folding.fold(text)
    assert folding.fold(folded) == folded
    assert all(word and not any(map(str.isspace, word)) for word in folding.words(text))
    assert len(folding.ascii_digits(text)) == len(text)


@given(st.text(alphabet="abcäßسكنቤት ", min_size=1, max_size=40), st.text(alphabet="abcäßسكنቤት ", max_size=40))
def test_likeness_is_symmetric_and_1_for_the_same(one: str, other: str) -> None:
    index = similarity.Index({"one": one, "other": other})
    alike = {name: dict(index.nearest(text, least=0.0, most=2)) for name, text in (("one", one), ("other", other))}
    assert alike["one"]["other"] == pytest.approx(alike["other"]["one"])
    assert alike["one"]["one"] == (pytest.approx(1.0) if folding.words(one) else 0.0)
    assert all(0 <= value <= 1 for row in alike.values() for value in row.values())


def test_likeness_by_hand() -> None:
    """Texts "ab" and "abc": grams " ab","ab "," ab " and " ab","abc","bc "," abc","abc "," abc "; one is shared.

    Of two texts, what stands in both weighs ln(3/3)+1 = 1, what stands in one ln(3/2)+1.
    """
    rare = math.log(3 / 2) + 1
    expected = 1 / (math.sqrt(1 + 2 * rare**2) * math.sqrt(1 + 5 * rare**2))
    assert dict(similarity.Index({"x": "ab", "y": "abc"}).nearest("ab", least=0, most=2))["y"] == pytest.approx(
        expected
    )


def test_rare_words_count_more_than_common_ones() -> None:
    texts = {"a": "wir brauchen mehr Kinderärzte", "b": "wir brauchen mehr Busse", "c": "wir brauchen mehr Zeit"}
    (first, alike), *_ = similarity.Index(texts).nearest("zu wenig Kinderärzte", least=0.1, most=3)
    assert first == "a"
    assert alike < 0.8


def test_what_is_suggested_rests_on_ones_own_codes_and_decisions_never_on_the_other(team: Team) -> None:
    for text in ("Mehr Kinderärzte im Ort", "Kinderärzte fehlen im Ort", "Die Mieten steigen"):
        team.send(needs=text)
    task = team.begin()
    one, two, three = team.units(task)
    team.code(task, one, team.willi, "sprache")
    book = codebooks.find(team.store, team.book)

    def suggested(unit: units.Unit, person: codings.Person) -> dict[str, str]:
        text = units.live_text(team.store, unit)
        found = suggesting.suggest(team.store, task, book, unit, text, person)
        return {code: one.kind for code, one in found.items()}

    assert suggested(two, team.willi) == {"sprache": "similar"}
    assert suggested(two, team.anna) == {}  # blind
    assert suggested(three, team.anna) == {"wohnung": "keyword"}
    before = derived.CODINGS, team.store.collection(derived.CODINGS).find()
    assert [stored.body["unit"] for stored in before[1]] == [one.unit]  # looking stored nothing
    team.code(task, one, team.anna, "wohnung")
    for unit in (two, three):
        for person in (team.anna, team.willi):
            team.code(task, unit, person, "wohnung")
    codings.compare(team.store, task, by=team.mara, now=NOW)
    deciding.decide(team.store, task, one, book, Judgement(("wohnung",)), by=team.mara, now=NOW)
    assert suggested(two, team.willi)["wohnung"] == "similar"
    assert "sprache" not in suggested(two, team.willi)  # what was decided counts, no longer what one gave


def test_who_confirmed_a_suggestion_is_kept(team: Team) -> None:
    team.send(needs="Die Miete")
    task = team.begin()
    (unit,) = team.units(task)
    book = codebooks.find(team.store, team.book)
    given = Judgement(("wohnung",), confirmed={"wohnung": "keyword", "sprache": "similar"})
    codings.save(team.store, task, unit, book, given, by=team.anna, now=NOW)
    kept = codings.own(team.store, unit.unit, team.anna)
    assert kept is not None
    assert (kept.name, kept.judgement.codes, kept.judgement.confirmed) == ("Anna", ("wohnung",), {"wohnung": "keyword"})
