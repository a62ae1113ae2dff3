"""Links for groups, their codes, and how sources are shown."""

from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.accounts import lockout
from survey_service.problems import Problem
from survey_service.responses import access_codes, drafts, links, sources, submissions
from survey_service.responses.export import documents
from survey_service.responses.links import Way
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission
from survey_service.store.base import Store
from tests.conftest import TODAY

BOTH_STORES = True
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ME = "small 203.0.113.7"


def refused(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


def send(store: Store, publications: Publications, number: int, source: str, **more: object) -> None:
    key = f"00000000-0000-4000-8000-{number:012}"
    submission = Submission(key, "small-1", "de", {"OK": "yes", "age": 20}, 5, "web", source=source)
    submissions.submit(store, publications, replace(submission, **more), receipt_key="k", today=TODAY)  # type: ignore[arg-type]


def test_a_tag_leads_to_its_source_until_it_is_retired_and_again_after(store: Store) -> None:
    assert links.create(store, "small", " VHS-Kurs ").tag == "vhs-kurs"
    assert links.way(store, "small", "vhs-kurs") == Way("small", "vhs-kurs", "")
    assert links.way(store, "other", "vhs-kurs").source == ""
    links.set_retired(store, "small", "vhs-kurs", retired=True)
    assert links.way(store, "small", "vhs-kurs").source == ""
    assert [link.retired for link in links.groups(store, "small")] == [True]
    links.set_retired(store, "small", "vhs-kurs", retired=False)
    assert links.way(store, "small", "vhs-kurs").source == "vhs-kurs"


@pytest.mark.parametrize("tag", ["unknown", "", "VHS", "a" * 41, "a\0b", "\ud800", "small/vhs", "*"])
def test_what_is_no_tag_counts_as_the_plain_link(store: Store, tag: str) -> None:
    assert links.way(store, "small", tag) == Way("small", "", "")


@pytest.mark.parametrize("tag", ["", " ", "-", "vhs-", "-vhs", "vhs kurs", "Straße", "a/b", "a" * 41, "\0", "\ud800"])
def test_a_tag_that_could_not_stand_in_an_address_is_refused(store: Store, tag: str) -> None:
    assert refused(links.create, store, "small", tag) == "link.tag"
    assert links.groups(store, "small") == []


def test_a_tag_is_made_once_for_each_questionnaire(store: Store) -> None:
    links.create(store, "small", "vhs")
    assert refused(links.create, store, "small", "VHS") == "link.exists"
    links.create(store, "other", "vhs")
    assert [link.tag for link in links.groups(store, "small")] == ["vhs"]
    assert refused(links.set_retired, store, "small", "", retired=True) == "link.missing"
    assert refused(links.set_retired, store, "small", "never", retired=True) == "link.missing"
    assert refused(links.set_code, store, "small", "never", "482913") == "link.missing"


def test_a_links_own_code_stands_in_the_place_of_the_questionnaires(store: Store) -> None:
    links.create(store, "small", "vhs")
    links.set_code(store, "small", links.PLAIN, "482 913")
    assert [links.way(store, "small", tag).code for tag in ("", "vhs", "unknown")] == ["482 913"] * 3
    links.set_code(store, "small", "vhs", "sommer-fest")
    assert [links.way(store, "small", tag).code for tag in ("", "vhs")] == ["482 913", "sommer-fest"]
    links.set_code(store, "small", links.PLAIN, "")
    assert [links.way(store, "small", tag).code for tag in ("", "vhs")] == ["", "sommer-fest"]
    links.set_retired(store, "small", "vhs", retired=True)
    assert links.way(store, "small", "vhs").code == ""
    assert [link.tag for link in links.groups(store, "small")] == ["vhs"]


@pytest.mark.parametrize(
    "code", ["12345", "1-2-3-4-5", "a" * 41, "------", "abc\x00def", "abcdef\u202e", "a" * 6 + " -" * 80]
)
def test_a_code_that_is_too_short_or_too_long_is_refused(store: Store, code: str) -> None:
    assert refused(links.set_code, store, "small", links.PLAIN, code) == "link.code"
    assert links.way(store, "small").code == ""


@pytest.mark.parametrize(
    "typed",
    ["482913", " 482 913 ", "482-913", "٤٨٢٩١٣", "۴۸۲۹۱۳", "４８２９１３", "\u200e482913\u200f"],
)
def test_a_code_is_right_however_a_keyboard_writes_it(store: Store, typed: str) -> None:
    access_codes.check(store, "482 913", typed, ME, now=NOW)
    assert store.collection(access_codes.ATTEMPTS).count() == 0


@pytest.mark.parametrize(
    "typed, code",
    [("", "code.missing"), (" - ", "code.missing"), ("482914", "code.wrong"), ("4829130", "code.wrong"),
     ("\ud800", "code.missing"), ("x" * 100_000, "code.wrong")],
)  # fmt: skip
def test_another_code_is_refused(store: Store, typed: str, code: str) -> None:
    assert refused(access_codes.check, store, "482 913", typed, ME, now=NOW) == code


def test_without_a_code_nothing_is_stored_whatever_is_typed(store: Store) -> None:
    access_codes.check(store, "", "anything", ME, now=NOW)
    assert store.collection(access_codes.ATTEMPTS).count() == 0


def test_the_twenty_first_wrong_code_is_refused_even_if_right_for_ten_minutes_and_for_this_address_only(
    store: Store,
) -> None:
    for _ in range(20):
        assert refused(access_codes.check, store, "482913", "000000", ME, now=NOW) == "code.wrong"
    assert refused(access_codes.check, store, "482913", "482913", ME, now=NOW) == "code.locked"
    access_codes.check(store, "482913", "482913", "small 203.0.113.8", now=NOW)
    access_codes.check(store, "482913", "482913", ME, now=NOW + dt.timedelta(minutes=10, seconds=1))
    assert ME not in json.dumps([stored.body for stored in store.collection(access_codes.ATTEMPTS).find()])


def test_many_guesses_at_once_get_twenty_tries(store: Store) -> None:
    at_once = threading.Barrier(30)

    def guess(_: int) -> str:
        at_once.wait()
        return refused(access_codes.check, store, "482913", "111111", ME, now=NOW)

    with ThreadPoolExecutor(30) as pool:
        codes = list(pool.map(guess, range(30)))
    assert sorted(codes) == ["code.locked"] * 10 + ["code.wrong"] * 20


def test_whose_wrong_codes_are_old_is_forgotten(store: Store) -> None:
    refused(access_codes.check, store, "482913", "000000", ME, now=NOW)
    lockout.forget_old(store, now=NOW + dt.timedelta(minutes=9), rule=access_codes.RULE)
    assert store.collection(access_codes.ATTEMPTS).count() == 1
    lockout.forget_old(store, now=NOW + dt.timedelta(minutes=11), rule=access_codes.RULE)
    assert store.collection(access_codes.ATTEMPTS).count() == 0


def test_a_suggested_code_is_usable_and_another_each_time() -> None:
    made = {access_codes.suggestion() for _ in range(20)}
    assert len(made) > 15
    assert all(access_codes.usable(code) == code and len(access_codes.normal(code)) == 6 for code in made)


def test_the_source_is_kept_with_the_response_and_survives_a_correction(
    store: Store, publications: Publications
) -> None:
    send(store, publications, 1, "vhs")
    send(store, publications, 2, "")
    bodies = [stored.body for stored in store.collection(RESPONSES).iterate()]
    assert [body.get("source") for body in bodies] == ["vhs", None]
    send(store, publications, 1, "", replaces=True, inputs={"OK": "yes", "age": 30})
    corrected = store.collection(RESPONSES).get(1)
    assert corrected is not None
    assert (corrected.body["source"], corrected.body["answers"]["age"]) == ("vhs", 30)


def test_a_draft_remembers_its_source(store: Store, publications: Publications) -> None:
    begun = drafts.start(store, publications.current("small"), "de", TODAY, source="vhs", receipt_key="secret")
    drafts.save(store, begun, TODAY, inputs={(): {"age": "20"}})
    assert drafts.load(store, begun.token).source == "vhs"
    assert (
        drafts.load(
            store, drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret").token
        ).source
        == ""
    )


@pytest.mark.parametrize(
    "counts, hidden",
    [
        ({}, set()),
        ({"": 3}, set()),  # there are no others to tell it from
        ({"vhs": 3}, {"vhs"}),
        ({"": 100}, set()),
        ({"": 100, "vhs": 5}, set()),
        ({"": 100, "vhs": 4}, {"", "vhs"}),  # alone it would be the one that is not shown
        ({"": 100, "vhs": 40, "cafe": 4}, {"vhs", "cafe"}),
        ({"": 100, "vhs": 2, "cafe": 2}, {"", "vhs", "cafe"}),  # 4 together are still a handful
        ({"": 100, "vhs": 2, "cafe": 3}, {"vhs", "cafe"}),
        ({"": 2, "vhs": 50, "cafe": 60}, {"", "vhs"}),  # those who came without a tag are a group too
        ({"": 1, "vhs": 1}, {"", "vhs"}),
    ],
)
def test_small_sources_are_shown_together(counts: dict[str, int], hidden: set[str]) -> None:
    shown = sources.shown(counts)
    assert {tag for tag, name in shown.items() if name == sources.SMALL} == hidden
    assert all(name == tag for tag, name in shown.items() if tag not in hidden)


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(1, 30), max_size=8))
def test_whatever_is_shown_stands_for_five_people_and_small_ones_never_stand_alone(counts: dict[str, int]) -> None:
    shown = sources.shown(counts)
    together: dict[str, list[int]] = {}
    for tag, name in shown.items():
        together.setdefault(name, []).append(counts[tag])
    if sum(counts.values()) >= 5:
        assert all(sum(group) >= 5 for group in together.values())
    if len(counts) > 1:
        assert len(together.get(sources.SMALL, [0, 0])) >= 2


def test_exports_show_small_sources_together_and_can_be_narrowed(store: Store, publications: Publications) -> None:
    for tag in ("vhs", "cafe", "unused"):
        links.create(store, "small", tag)
    links.set_retired(store, "small", "cafe", retired=True)  # what it brought counts all the same
    for number, source in enumerate(["vhs"] * 5 + ["cafe"] * 2 + [""] * 8, start=1):
        send(store, publications, number, source)
    assert sources.counts(store, "small") == {"vhs": 5, "cafe": 2, "": 8}
    found = [document["source"] for document in documents(store, "small")]
    assert found == [sources.SMALL] * 7 + [""] * 8
    assert len(list(documents(store, "small", ""))) == 8
    assert len(list(documents(store, "small", sources.SMALL))) == 7
    assert list(documents(store, "small", "vhs")) == []
    for number in (20, 21, 22):
        send(store, publications, number, "cafe")
    found = [document["source"] for document in documents(store, "small")]
    assert found == ["vhs"] * 5 + ["cafe"] * 2 + [""] * 8 + ["cafe"] * 3
