"""Codes in snapshots: people counted by hand, hidden below five and against subtraction; the report made of them."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from survey_service.coding import codebooks, deciding, quotes, tasks
from survey_service.coding.tasks import Task
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import snapshot, withdrawal
from survey_service.reports.codes import Coding
from survey_service.reports.context import ReportContext, ReportInfo
from survey_service.responses import holder
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.coding.conftest import NOW, WORDS, Team, gathered

TODAY = NOW.date()
INFO = ReportInfo("x", "1.0", {"de": "X", "en": "X"}, questionnaires=("words",))


@dataclass(frozen=True)
class Row:
    """A text of a random wave: whose, in answer to what, in which language, and the code both gave, None if they
    differ."""

    person: int
    question: str
    language: str
    decided: str | None


def frozen(team: Team, folder: Path, periods: tuple[str, ...] | None = None) -> tuple[snapshot.Snapshot, Coding]:
    made = snapshot.freeze(folder, team.store, team.publications, ["words"], offers=False, periods=periods)
    return made, ReportContext(made.folder, INFO, TODAY).coding("words")


def shown(coding: Coding, facet: str) -> dict[tuple[str, str], tuple[int | None, int | None, str | None]]:
    """Return value and code → people, base and reason of one facet."""
    return {
        (one.value, one.code): (one.share.numerator, one.share.base, one.share.suppressed)
        for one in coding.counts
        if one.facet == facet
    }


def coded_team(team: Team) -> list[str]:
    """14 people: 7 of 8 in German and 1 of 6 in Arabic need housing, the others a language; return their receipts."""
    receipts = [team.send(needs=f"Text {number}", may="anonymous") for number in range(8)]
    receipts += [team.send(language="ar", needs=f"نص {number}") for number in range(6)]
    task = team.begin()
    team.code_all(task, *[("wohnung", "wohnung")] * 7, ("sprache", "sprache"), ("wohnung", "wohnung"),
                  *[("sprache", "sprache")] * 5)  # fmt: skip
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    return receipts


def test_without_a_task_there_is_nothing(team: Team, tmp_path: Path) -> None:
    team.send(needs="Text")
    made, coding = frozen(team, tmp_path)
    assert list(made.manifest["tables"]) == ["responses-words"]
    assert (coding.counts, coding.texts) == ((), {"all": 0, "decided": 0, "open": 0})


def test_people_are_counted_and_small_groups_hidden_on_both_sides(team: Team, tmp_path: Path) -> None:
    coded_team(team)
    _, coding = frozen(team, tmp_path)
    assert coding.texts == {"all": 14, "decided": 14, "open": 0}
    assert shown(coding, "all") == {("", "wohnung"): (8, 14, None), ("", "sprache"): (6, 14, None)}
    # German: 7 of 8, so 1 has not; Arabic: 1 of 6. All four cells would tell of fewer than five people.
    assert set(shown(coding, "language").values()) == {(None, 8, "small_group"), (None, 6, "small_group")}
    assert coding.labels["bedarfe", "wohnung"] == {"de": "Wohnung", "en": "Wohnung (en)"}


def test_one_persons_texts_count_once_and_a_hidden_part_is_not_found_by_subtraction(team: Team, tmp_path: Path) -> None:
    """Question needs: 12 people, 6 of housing; ideas: 10 of them, 2 of housing. Housing in all: 6 of 12 people."""
    for number in range(12):
        team.send(needs=f"A {number}", **({"ideas": f"B {number}"} if number < 10 else {}))
    task = team.begin("needs", "ideas")
    housing = {("needs", number) for number in range(6)} | {("ideas", 0), ("ideas", 1)}
    order = [(unit.question, int(unit.response[-12:]) - 1) for unit in team.units(task)]
    codes = ["wohnung" if place in housing else "sprache" for place in order]
    team.code_all(task, *[(code, code) for code in codes])
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    _, coding = frozen(team, tmp_path)
    assert shown(coding, "all")["", "wohnung"] == (6, 12, None)
    by_question = shown(coding, "question")
    assert by_question["ideas", "wohnung"] == (None, 10, "small_group")
    assert by_question["needs", "wohnung"] == (None, 12, "derivable")
    # Of 12 people 6 in needs and 10 in ideas got "sprache": 10 in all, so fewer than five did not.
    assert shown(coding, "all")["", "sprache"] == (None, 12, "small_group")
    assert {by_question[value, "sprache"][0] for value in ("needs", "ideas")} == {None}


def test_merged_codes_and_texts_not_codable_count(team: Team, tmp_path: Path) -> None:
    for number in range(16):
        team.send(needs=f"Text {number}")
    task = team.begin()
    rows = [("wohnung", "wohnung")] * 4 + [("sprache", "sprache")] * 5 + [("-", "-")] * 6
    units = team.units(task)
    team.code_all(task, *rows, ("wohnung", "sprache"))
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    assert len(units) == 16
    codebooks.merge(team.store, team.book, "sprache", "wohnung", by=team.mara, now=NOW)
    _, coding = frozen(team, tmp_path)
    assert coding.texts == {"all": 16, "decided": 15, "open": 1}
    assert shown(coding, "all") == {("", "wohnung"): (9, 15, None), ("", "-"): (6, 15, None)}


def people_by(rows: list[Row], facet: str) -> dict[str, dict[str, set[int]]]:
    """Return value → code → people, counted anew; the code "" are all with a decided text."""
    found: dict[str, dict[str, set[int]]] = {}
    for row in rows:
        if row.decided is not None:
            value = {"all": "", "question": row.question, "language": row.language, "period": "2026-Q4"}[facet]
            for code in ("", row.decided):
                found.setdefault(value, {}).setdefault(code, set()).add(row.person)
    return found


@pytest.mark.parametrize("seed", range(50))
def test_a_random_wave_counted_anew(seed: int, tmp_path: Path, questionnaire: Callable[[str], Questionnaire]) -> None:
    """What is shown is what plain Python counts, at least five people on both sides; nothing hidden is a remainder."""
    chance, store = random.Random(seed), open_store("memory:", tmp_path / "store")
    publications = Publications(store)
    publications.publish({"words": questionnaire(WORDS)})
    team = gathered(store, publications)
    people = {0: 0, 1: 1}.get(seed, chance.randint(2, 40))
    asked = ("needs", "ideas")[: chance.randint(1, 2)]
    languages = {}
    for person in range(people):
        languages[person] = chance.choice(["de", "de", "ar", "en"])
        some = [name for name in asked if chance.random() < 0.8] or ["needs"]
        team.send(language=languages[person], **dict.fromkeys(some, f"Text {person}"))
    task = team.begin(*asked)
    rows, given = [], []
    for unit in team.units(task):
        code = chance.choice(["wohnung", "wohnung", "sprache", "-"])
        other = code if chance.random() < 0.85 else chance.choice(["wohnung", "sprache", "-"])
        person = int(unit.response[-12:]) - 1
        rows.append(Row(person, unit.question, languages[person], code if code == other else None))
        given.append((code, other))
    if rows:  # nothing is compared before there is a text
        team.code_all(task, *given)
        deciding.accept_agreed(store, task, by=team.mara, now=NOW)
    _, coding = frozen(team, tmp_path)
    done = [row for row in rows if row.decided is not None]
    assert coding.texts == {"all": len(rows), "decided": len(done), "open": len(rows) - len(done)}
    for facet in ("all", "question", "language", "period"):
        counted, cells = people_by(rows, facet), shown(coding, facet)
        assert {value for value, _ in cells} == set(counted)
        for (value, code), (hits, base, reason) in cells.items():
            real, whole = len(counted[value].get(code, ())), len(counted[value][""])
            assert (reason is None) == (hits is not None)
            assert base in (None, whole)
            if hits is not None:
                assert (hits, base) == (real, whole)
                assert min(hits, whole - hits) >= 5
            elif facet == "all":
                assert min(real, whole - real) < 5
    for code in {code for _, code in shown(coding, "all")}:
        of_code = {value: cell for (value, each), cell in shown(coding, "language").items() if each == code}
        hidden = [len(people_by(rows, "language")[value].get(code, ())) for value, cell in of_code.items() if cell[2]]
        assert not hidden or len(hidden) == len(of_code) or (len(hidden) > 1 and sum(hidden) >= 5)
    store.close()


def test_agreement_is_in_it_for_codes_that_are_not_rare_and_no_names_of_coders(team: Team, tmp_path: Path) -> None:
    coded_team(team)
    made, coding = frozen(team, tmp_path)
    assert [(one.code, one.units, one.percent, one.kappa) for one in coding.agreement] == [
        ("wohnung", 14, 1.0, 1.0), ("sprache", 14, 1.0, 1.0),
    ]  # fmt: skip
    content = b"".join(path.read_bytes() for path in made.folder.iterdir())
    for secret in (b"Anna", b"Willi", b"Text 1", *(unit.person.encode() for unit in team.units(team_task(team)))):
        assert secret not in content


def team_task(team: Team) -> Task:
    return tasks.of_questionnaire(team.store, "words")[0]


def test_quotes_are_in_it_until_the_response_is_withdrawn_or_too_old(team: Team, tmp_path: Path) -> None:
    receipts = coded_team(team)
    task = team_task(team)
    for unit in team.units(task)[:2]:
        quotes.release(
            team.store, team.publications, task, unit, "Text", of="original", checked=True, by=team.mara, now=NOW
        )
    made, coding = frozen(team, tmp_path)
    assert [(one.words, one.consent, one.name, one.reviewer, one.redacted) for one in coding.quotes] == [
        ("Text", "anonymous", "", "Mara", True)
    ] * 2
    holder.withdraw(team.store, receipts[0])
    assert withdrawal.reach(team.store, tmp_path) == 1
    assert not made.folder.exists()
    after, coding = frozen(team, tmp_path)
    assert len(coding.quotes) == 1
    assert shown(coding, "all")["", "wohnung"] == (7, 13, None)
    limits = {"months": 12, "text_months": 6}
    assert withdrawal.expire(tmp_path, team.publications, dt.date(2027, 3, 31), **limits) == 0
    assert withdrawal.expire(tmp_path, team.publications, dt.date(2027, 4, 1), **limits) == 1
    assert not after.folder.exists()


def test_periods_are_chosen_and_the_same_content_has_the_same_id(team: Team, tmp_path: Path) -> None:
    coded_team(team)
    for number in range(5):
        team.send(needs=f"Alt {number}", today=dt.date(2026, 8, 1))
    first, coding = frozen(team, tmp_path, ("2026-Q4",))
    assert coding.texts["all"] == 14
    again, _ = frozen(team, tmp_path, ("2026-Q4",))
    assert first.id == again.id
    none, coding = frozen(team, tmp_path, ("2026-Q3",))
    assert (coding.texts["all"], coding.counts, none.id == first.id) == (0, (), False)


def test_the_manifest_is_json_and_counts_texts(team: Team, tmp_path: Path) -> None:
    coded_team(team)
    made, _ = frozen(team, tmp_path)
    kept = json.loads((made.folder / "manifest.json").read_text("utf-8"))
    assert kept["tables"]["codes-words"]["counts"] == {"texts": {"all": 14, "decided": 14, "open": 0}}
