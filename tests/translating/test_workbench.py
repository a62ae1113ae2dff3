"""Saving, reviewing, taking away; several processes; what is seen at once and what with the next publication."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import clock
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire import translating
from survey_service.questionnaire.texts import MACHINE_DRAFT, REVIEWED, TRANSLATED
from survey_service.questionnaire.translating import MISSING, OUTDATED, Entry
from survey_service.store.base import Store
from survey_service.translating import catalogs, edits
from survey_service.translating.edits import Edits
from survey_service.translating.interface import Interface
from survey_service.translating.workbench import Wish, Workbench
from tests.translating.conftest import FORM, NOW, POLISH, catalog

BOTH_STORES = True
LABEL = "tiny/start/OK/label"
BACK = "interface/Back"


def entry_of(bench: Workbench, address: str, tag: str = "pl") -> Entry:
    source = bench.sources[address]
    return next(one for one in bench.entries(source.scope, tag) if one.source.address == address)


def wish(bench: Workbench, address: str, *wording: str, reviewed: bool = False, tag: str = "pl") -> Wish:
    """Return what somebody sends who has just opened the page."""
    seen = entry_of(bench, address, tag)
    return Wish(address, seen.mark, translating.digest(seen.wording), wording, reviewed)


def save(bench: Workbench, *wishes: Wish, by: str = "Mara", tag: str = "pl") -> int:
    return bench.save(tag, wishes, by=by, now=NOW)


def refusals(bench: Workbench, *wishes: Wish) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        save(bench, *wishes)
    assert caught.value.code == "translation.rows"
    return [(fault["place"], fault["problem"].code) for fault in caught.value.faults]


def test_all_texts_have_their_scope_and_kind(bench: Workbench) -> None:
    assert bench.scopes == ("tiny", "vocabularies", "interface", "legal")
    kinds = {one.kind for one in bench.sources.values()}
    assert kinds == {"questions", "choices", "messages", "interface", "legal"}
    assert {one.source.address for one in bench.entries("legal", "pl")} == {"interface/Imprint"}
    assert {one.state for scope in bench.scopes for one in bench.entries(scope, "pl")} == {MACHINE_DRAFT, TRANSLATED}


@pytest.mark.parametrize(("scope", "tag"), [("tiny", "de"), ("tiny", "xx"), ("nothing", "pl"), ("interface", "en")])
def test_there_is_nothing_to_translate_into_the_source_or_from_nowhere(bench: Workbench, scope: str, tag: str) -> None:
    with pytest.raises(Problem) as caught:
        bench.entries(scope, tag)
    assert caught.value.code == "page.missing"


def test_a_translation_is_kept_with_who_and_when_and_noted(bench: Workbench, store: Store) -> None:
    assert save(bench, wish(bench, LABEL, "Czy zgadzasz się?")) == 1
    found = entry_of(bench, LABEL)
    assert (found.wording, found.state, found.version) == (("Czy zgadzasz się?",), TRANSLATED, 1)
    assert (found.by, found.at) == ("Mara", "2026-11-23T09:00:00+00:00")
    assert [(one.actor, one.action, one.subject, one.details) for one in audit.entries(store)] == [
        ("Mara", "translation.saved", LABEL, {"language": "pl", "state": TRANSLATED})
    ]


def test_a_review_needs_no_other_wording_and_a_new_wording_ends_it(bench: Workbench) -> None:
    assert save(bench, wish(bench, LABEL, "Zgoda?", reviewed=True)) == 1
    assert entry_of(bench, LABEL).state == REVIEWED
    assert save(bench, wish(bench, LABEL, "Zgoda?", reviewed=True)) == 0
    assert save(bench, wish(bench, LABEL, "Zgadzasz się?")) == 1
    assert (entry_of(bench, LABEL).state, entry_of(bench, LABEL).version) == (TRANSLATED, 2)
    assert save(bench, wish(bench, LABEL, "Zgadzasz się?!", reviewed=True)) == 1
    assert entry_of(bench, LABEL).state == REVIEWED


def test_what_nobody_touched_is_not_saved(bench: Workbench, store: Store) -> None:
    assert save(bench, wish(bench, LABEL, "Zgoda?"), wish(bench, BACK, "Wstecz")) == 0
    assert store.collection(edits.TRANSLATIONS).count() == 0


def test_one_refused_text_saves_none_of_the_page(bench: Workbench, store: Store) -> None:
    page = "interface/Page %(number)s"
    wishes = (wish(bench, BACK, "Cofnij"), wish(bench, page, "Strona %(numer)s"))
    assert refusals(bench, *wishes) == [(page, "translation.placeholder_unknown")]
    assert store.collection(edits.TRANSLATIONS).count() == 0
    assert list(audit.entries(store)) == []


def test_plural_forms_are_saved_together(bench: Workbench) -> None:
    address = "interface/%(num)s minute"
    assert refusals(bench, wish(bench, address, "minuta", "%(num)s minuty")) == [(address, "translation.forms")]
    assert save(bench, wish(bench, address, "jedna minuta", "%(num)s minuty", "%(num)s minut")) == 1
    polish = Interface(bench.edits, bench._interface).translations("pl", catalogs.MESSAGES)
    assert [polish.ungettext("%(num)s minute", "%(num)s minutes", number) for number in (1, 3, 5)] == [
        *("jedna minuta", "%(num)s minuty", "%(num)s minut"),
    ]


def test_a_text_in_no_file_is_refused(bench: Workbench) -> None:
    with pytest.raises(Problem) as caught:
        save(bench, Wish("tiny/nothing/label", "", "", ("x",)))
    assert caught.value.code == "translation.missing"


# --- several at once -----------------------------------------------------------------------------------------------


def test_who_comes_second_is_told_and_loses_nothing(process: Callable[[], Workbench]) -> None:
    mara, ada = process(), process()
    hers, other = wish(ada, LABEL, "Zgadza się Pani?"), wish(ada, BACK, "Wstecz")
    assert save(mara, wish(mara, LABEL, "Zgadzasz się?")) == 1
    assert refusals(ada, hers, other) == [(LABEL, "translation.changed")]
    assert entry_of(ada, LABEL).wording == ("Zgadzasz się?",)
    assert save(ada, wish(ada, LABEL, "Zgadza się Pani?"), by="Ada") == 1


def test_an_old_page_on_which_nobody_touched_a_text_does_not_undo_it(process: Callable[[], Workbench]) -> None:
    mara, ada = process(), process()
    untouched, typed = wish(ada, LABEL, "Zgoda?"), wish(ada, BACK, "Cofnij")
    save(mara, wish(mara, LABEL, "Zgadzasz się?"))
    assert save(ada, untouched, typed) == 1
    assert entry_of(ada, LABEL).wording == ("Zgadzasz się?",)


def test_two_that_write_the_same_document_at_once_are_told(store: Store) -> None:
    def write(version: int) -> None:
        edits.write(store, "pl", "a", ("x",), ("y",), TRANSLATED, version=version, by="Mara", now=NOW)

    write(0)
    for stale in (0, 2):
        with pytest.raises(Problem) as caught:
            write(stale)
        assert caught.value.code == "translation.changed"
    write(1)


def test_an_interface_text_is_seen_by_other_processes_within_a_second(
    process: Callable[[], Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    time = 100.0
    monkeypatch.setattr(clock, "monotonic", lambda: time)
    mara, other = process(), process()
    served = Interface(other.edits, other._interface)

    def shown() -> str:
        other.edits.glance()
        return served.translations("pl", catalogs.MESSAGES).gettext("Back")

    assert shown() == "Wstecz"
    save(mara, wish(mara, BACK, "Cofnij"))
    assert Interface(mara.edits, mara._interface).translations("pl", catalogs.MESSAGES).gettext("Back") == "Cofnij"
    assert shown() == "Wstecz"  # the store is not asked again within a second
    time += 1.0
    assert shown() == "Cofnij"
    save(mara, wish(mara, BACK))
    time += 1.0
    assert shown() == "Back"  # taken away: the fallback


def test_the_store_is_asked_once_a_second_whatever_the_number_of_requests(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, asked = 100.0, 0
    monkeypatch.setattr(clock, "monotonic", lambda: time)

    def counting() -> Store:
        nonlocal asked
        asked += 1
        return store

    copy = Edits(counting)
    for _ in range(50):
        copy.glance()
    assert asked == 1
    time += 1.0
    for _ in range(50):
        copy.glance()
    assert asked == 2


def test_without_a_store_the_bundled_texts_are_shown(forms: Path, messages: Path) -> None:
    def down() -> Store:
        raise Problem("store.unreachable")

    bench = Workbench(down, forms, lambda: (), messages)
    bench.edits.glance()
    assert Interface(bench.edits, messages).translations("pl", catalogs.MESSAGES).gettext("Back") == "Wstecz"
    assert bench.has_drafts("pl")


# --- a changed source ----------------------------------------------------------------------------------------------


def test_a_changed_source_makes_a_translation_outdated_and_saving_mends_it(
    process: Callable[[], Workbench], forms: Path
) -> None:
    before = process()
    save(before, wish(before, LABEL, "Zgadzasz się?", reviewed=True))
    stale = wish(before, LABEL, "Zgadzasz się!")
    (forms / "tiny.yaml").write_text(FORM.replace("Stimmen Sie zu?", "Einverstanden?"), "utf-8")
    after = process()
    found = entry_of(process_renewed(after), LABEL)
    assert (found.state, found.wording, found.made_from) == (OUTDATED, ("Zgadzasz się?",), ("Stimmen Sie zu?",))
    assert "pl" not in after.library().texts[LABEL]
    assert refusals(after, stale) == [(LABEL, "translation.changed")]
    assert save(after, wish(after, LABEL, "Zgadzasz się?")) == 0  # nobody touched it
    assert save(after, wish(after, LABEL, "Zgadzasz się?", reviewed=True)) == 1  # it still fits
    assert entry_of(after, LABEL).state == REVIEWED
    assert after.library().texts[LABEL]["pl"] == "Zgadzasz się?"


def process_renewed(bench: Workbench) -> Workbench:
    bench.edits.renew()
    return bench


def test_a_mended_file_counts_more_than_an_edit_of_an_older_source(
    process: Callable[[], Workbench], forms: Path
) -> None:
    before = process()
    save(before, wish(before, LABEL, "Zgadzasz się?"))
    (forms / "tiny.yaml").write_text(FORM.replace("Stimmen Sie zu?", "Einverstanden?"), "utf-8")
    mended = {**POLISH, LABEL: ("Einverstanden?", "Pasuje?")}
    (forms / "translations" / "pl.po").write_text(catalog(mended), "utf-8")
    after = process_renewed(process())
    assert (entry_of(after, LABEL).wording, entry_of(after, LABEL).state) == (("Pasuje?",), MACHINE_DRAFT)
    assert after.library().texts[LABEL]["pl"] == "Pasuje?"


# --- drafts, German, the model -------------------------------------------------------------------------------------


def test_drafts_are_announced_until_the_last_is_reviewed(bench: Workbench) -> None:
    assert bench.has_drafts("pl")
    assert not bench.has_drafts("de")
    drafts = [one for scope in bench.scopes for one in bench.entries(scope, "pl") if one.state == MACHINE_DRAFT]
    wishes = [wish(bench, one.source.address, *one.wording, reviewed=True) for one in drafts]
    save(bench, *wishes[1:])
    assert bench.has_drafts("pl")
    save(bench, wishes[0])
    assert not bench.has_drafts("pl")


def test_german_stands_beside_a_text_of_the_interface(bench: Workbench) -> None:
    assert bench.german(entry_of(bench, BACK)) == ("Zurück",)
    save(bench, wish(bench, BACK, "Eine Seite zurück", tag="de"), tag="de")
    assert bench.german(entry_of(bench, BACK)) == ("Eine Seite zurück",)
    assert bench.german(entry_of(bench, LABEL)) == ("Stimmen Sie zu?",)
    assert bench.german(entry_of(bench, "interface/%(num)s minute")) == ()


def test_edits_are_in_the_library_on_every_page_that_a_text_stands_on(bench: Workbench) -> None:
    save(bench, wish(bench, "tiny/page_{code}/why_{code}/label", "Czemu"))
    questions = bench.library().questionnaires["tiny"].questions
    assert questions["why_A"].label["pl"] == questions["why_B"].label["pl"] == "Czemu"
    save(bench, wish(bench, "tiny/label", "Tiny", tag="en"), tag="en")
    assert bench.library().questionnaires["tiny"].label["en"] == "Tiny"


def test_a_text_taken_away_is_missing(bench: Workbench) -> None:
    save(bench, wish(bench, LABEL))
    assert (entry_of(bench, LABEL).state, entry_of(bench, LABEL).wording) == (MISSING, ())
    assert "pl" not in bench.library().texts[LABEL]
    save(bench, wish(bench, LABEL, "Zgoda?"))
    assert bench.library().texts[LABEL]["pl"] == "Zgoda?"


# --- catalogs that fail --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Strona %(number)s", "Strona %(numer)s", "%(numer)s"),
        ('"Wstecz"', '"Wstecz', "quotation marks"),
    ],
)
def test_a_catalog_that_fails_is_not_loaded_and_its_language_falls_back(
    process: Callable[[], Workbench], messages: Path, old: str, new: str, words: str
) -> None:
    path = catalogs.path_of("pl", catalogs.MESSAGES, messages)
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    catalogs.load.cache_clear()
    bench = process()
    served = Interface(bench.edits, messages).translations("pl", catalogs.MESSAGES)
    assert served.gettext("Imprint") == "Imprint"  # nothing of the file is used
    faults = list(map(str, bench.catalog_faults()))
    assert len(faults) == 1
    assert faults[0].startswith("pl/LC_MESSAGES/messages.po:")
    assert words in faults[0], faults


def test_a_faulty_catalog_of_questionnaires_is_left_out_and_named(
    process: Callable[[], Workbench], forms: Path
) -> None:
    faulty = {**POLISH, LABEL: ("Stimmen Sie zu?", "Zgoda %(x)s?")}
    (forms / "translations" / "pl.po").write_text(catalog(faulty), "utf-8")
    (forms / "translations" / "uk.po").write_text('msgid "a', "utf-8")
    bench = process()
    faults = bench.catalog_faults()
    assert [fault.file for fault in faults] == ["translations/pl.po", "translations/uk.po"]
    assert LABEL in str(faults[0])
    assert {one.state for one in bench.entries("tiny", "pl")} == {MISSING}
    assert "pl" not in bench.library().questionnaires["tiny"].label
