"""The publish gate: what is missing where, and what is published then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from survey_service.translating import catalogs, exchange, gate
from survey_service.translating.workbench import Workbench
from tests.translating.conftest import HEADER, NOW, POLISH, catalog
from tests.translating.test_workbench import save, wish


def lacking(bench: Workbench) -> dict[str, list[tuple[str, str, str]]]:
    library = bench.library()
    found = gate.gaps(bench, library, library.questionnaires["tiny"])
    return {tag: [(gap.scope, gap.kind, gap.address) for gap in gaps] for tag, gaps in found.items() if gaps}


def publish(bench: Workbench, store: Store, *without: str) -> str | None:
    return gate.publish(bench, Publications(store), "tiny", without, by="Mara", now=NOW)


@pytest.fixture
def whole(messages: Path, bench: Workbench) -> Workbench:
    """A workbench without any gap: German has all texts of the interface too."""
    path = catalogs.path_of("de", catalogs.MESSAGES, messages)
    path.write_text(
        HEADER
        + 'msgid "Back"\nmsgstr "Zurück"\n\nmsgid "Imprint"\nmsgstr "Impressum"\n\n'
        + 'msgid "Page %(number)s"\nmsgstr "Seite %(number)s"\n\nmsgid "%(num)s minute"\n'
        + 'msgid_plural "%(num)s minutes"\nmsgstr[0] "Minute"\nmsgstr[1] "%(num)s Minuten"\n',
        "utf-8",
    )
    catalogs.load.cache_clear()
    assert lacking(bench) == {}
    return bench


@pytest.mark.parametrize(
    ("address", "scope", "kind"),
    [
        ("tiny/start/OK/label", "tiny", "questions"),
        ("tiny/page_{code}/why_{code}/label", "tiny", "questions"),
        ("tiny/start/OK/required_message", "tiny", "messages"),
        ("tiny/choices/yes_no/no/label", "tiny", "choices"),
        ("vocabularies/places/B/label", "vocabularies", "choices"),
        ("interface/Back", "interface", "interface"),
        ("interface/Imprint", "legal", "legal"),
    ],
)
def test_each_kind_of_text_closes_the_gate_when_it_is_taken_away(
    whole: Workbench, store: Store, address: str, scope: str, kind: str
) -> None:
    assert publish(whole, store) == "tiny-1"
    save(whole, wish(whole, address))
    assert lacking(whole) == {"pl": [(scope, kind, address)]}
    with pytest.raises(Problem) as caught:
        publish(whole, store)
    assert (caught.value.code, caught.value.status) == ("translation.incomplete", 409)
    key = whole.sources[address].key
    assert [(fault["tag"], fault["href"]) for fault in caught.value.faults] == [
        ("pl", f"/manage/translations/{scope}/pl?text={key}#t-{key}")
    ]
    assert Publications(store).history("tiny") == ["tiny-1"]


def test_a_language_can_be_left_out_on_purpose_and_comes_back_when_it_is_whole(whole: Workbench, store: Store) -> None:
    publications = Publications(store)
    assert publish(whole, store) == "tiny-1"
    save(whole, wish(whole, "tiny/label"))
    assert publish(whole, store, "pl") == "tiny-2"
    assert publications.current("tiny").questionnaire.languages == ("de", "en")
    assert publications.revision("tiny-1").questionnaire.languages == ("de", "en", "pl")  # revisions never change
    save(whole, wish(whole, "tiny/label", "Malutki"))
    assert publish(whole, store, "pl") == "tiny-3"  # it lacks nothing, so it is not left out
    current = publications.current("tiny").questionnaire
    assert (current.languages, current.label["pl"]) == (("de", "en", "pl"), "Malutki")
    assert [one.subject for one in audit.entries(store) if one.action == "questionnaire.published"] == [
        "tiny-1", "tiny-2", "tiny-3",
    ]  # fmt: skip


def test_an_edit_is_published_as_a_new_revision_and_nothing_twice(whole: Workbench, store: Store) -> None:
    assert publish(whole, store) == "tiny-1"
    save(whole, wish(whole, "tiny/label", "Malutki"))
    assert Publications(store).current("tiny").questionnaire.label["pl"] == "Mały"
    assert publish(whole, store) == "tiny-2"
    assert publish(whole, store) is None


def test_an_outdated_text_closes_the_gate_too(process: Callable[[], Workbench], whole: Workbench, forms: Path) -> None:
    stale = {**POLISH, "tiny/label": ("Winzig", "Mały")}
    (forms / "translations" / "pl.po").write_text(catalog(stale), "utf-8")
    assert lacking(process()) == {"pl": [("tiny", "questions", "tiny/label")]}


def test_without_any_whole_language_nothing_is_published(bench: Workbench, store: Store) -> None:
    for tag in ("en", "pl"):
        save(bench, wish(bench, "tiny/label", tag=tag), tag=tag)
    # German lacks texts of the interface
    assert set(lacking(bench)) == {"de", "en", "pl"}
    with pytest.raises(Problem) as caught:
        publish(bench, store, "de", "en", "pl")
    assert caught.value.code == "translation.no_language"
    assert Publications(store).history("tiny") == []


def test_a_text_without_its_source_is_to_be_written_in_the_file(
    process: Callable[[], Workbench], whole: Workbench, forms: Path
) -> None:
    path = forms / "tiny.yaml"
    path.write_text(path.read_text("utf-8").replace("label: {de: Ort, en: Place}", "label: {en: Place}"), "utf-8")
    bench = process()
    library = bench.library()
    found = gate.gaps(bench, library, library.questionnaires["tiny"])
    assert {tag: [(gap.address, gap.link) for gap in gaps] for tag, gaps in found.items() if gaps} == {
        "de": [("tiny/start/place/label", "")],
        "pl": [("tiny/start/place/label", "")],
    }


def test_an_unknown_questionnaire_is_not_published(bench: Workbench, store: Store) -> None:
    with pytest.raises(Problem) as caught:
        gate.publish(bench, Publications(store), "nothing", (), by="Mara", now=NOW)
    assert caught.value.code == "questionnaire.missing"


@pytest.mark.parametrize("form", list(exchange.FORMATS))
def test_a_file_goes_out_and_comes_back_into_the_store(
    process: Callable[[], Workbench], store: Store, forms: Path, form: str
) -> None:
    bench = process()
    content = exchange.export(bench, ["tiny", "interface"], "pl", form)
    same = exchange.take_back(bench, ["tiny", "interface"], "pl", content, by="Mara", now=NOW)
    assert (same.changes, same.unchanged) == ((), 11)
    save(bench, wish(bench, "tiny/label", "Malutki"))
    back = exchange.take_back(bench, ["tiny", "interface"], "pl", content, by="Tłumacz", now=NOW)
    assert [change.wording for change in back.changes] == [("Mały",)]
    assert [one.wording for one in bench.entries("tiny", "pl") if one.source.address == "tiny/label"] == [("Mały",)]
    noted = [(one.actor, one.details) for one in audit.entries(store) if one.action == "translations.imported"]
    assert noted == [("Mara", {"language": "pl", "count": 0}), ("Tłumacz", {"language": "pl", "count": 1})]
