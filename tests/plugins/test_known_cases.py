"""Small waves whose figures are worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import guest, output, snapshot
from survey_service.reports.codebook import codebook_of
from survey_service.reports.context import ReportContext
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.conftest import TODAY
from tests.plugins.checks import blocks_of, same_row
from tests.plugins.conftest import Wave

FORM = """
questionnaire: needs
audience: newcomers
languages: [de, en]
label: {de: Klein, en: Small}
consent: OK
choices:
  agree:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
  steps:
    - {name: "1", label: {de: Eins, en: One}}
    - {name: "2", label: {de: Zwei, en: Two}}
    - {name: "3", label: {de: Drei, en: Three}}
pages:
  - name: only
    label: {de: Seite, en: Page}
    questions:
      - {type: select_one, name: OK, label: {de: "Ja?", en: "Yes?"}, choices: agree, required: true}
      - {type: select_one, name: first, label: {de: A, en: A}, choices: steps}
      - {type: select_one, name: second, label: {de: B, en: B}, choices: steps}
      - {type: select_one, name: third, label: {de: C, en: C}, choices: steps}
      - {type: integer, name: years, label: {de: Jahre, en: Years}}
"""


def person(language: str = "de", **answers: Any) -> dict[str, Any]:
    """A response; a question with the answer None was skipped."""
    given = {"OK": "yes", **answers}
    return {
        "revision": "needs-1",
        "language": language,
        "period": "2026-Q4",
        "mode": "web",
        "status": "valid",
        "answers": {name: value for name, value in given.items() if value is not None},
        "states": {name: "skipped" if value is None else "answered" for name, value in given.items()},
    }


@pytest.fixture
def report(questionnaire: Callable[[str], Questionnaire], tmp_path: Path) -> Callable[..., output.Blocks]:
    """Return a function that runs a plugin on responses to the small form, with parameters."""
    revisions = {"needs-1": questionnaire(FORM)}

    def run(plugin: str, people: list[dict[str, Any]], parameters: Mapping[str, Any] | None = None) -> output.Blocks:
        tables = {"responses-needs": snapshot.responses_table(people, revisions)}
        frozen = snapshot.write(tmp_path / "frozen", tables, {"needs": codebook_of(revisions)})
        hook = guest.manager_of(guest.load(plugin, str(bundled_folder("plugins") / plugin))).hook
        context = ReportContext(frozen.folder, hook.report_info(), TODAY, parameters or {})
        return output.check_output(output.read_json(guest._encode(hook.report_run(context=context).to_json())))

    return run


def test_a_translation_that_half_of_the_people_do_not_understand(report: Callable[..., output.Blocks]) -> None:
    """30 of 60 leave a question out in English, 6 of 60 in German: z = 0.4 / √(0.3 · 0.7 · 2/60) = 4.78."""
    people = [
        *(person("en", first=None if number < 30 else "1", second="2", third="3", years=4) for number in range(60)),
        *(person("de", first=None if number < 6 else "1", second="2", third="3", years=4) for number in range(60)),
    ]
    [statement] = [block for block in report("language_equity", people) if block["type"] == "statement"]
    assert (statement["id"], statement["count"], statement["n"]) == ("jump.first.en", 30, 60)
    values = {name: value["value"] for name, value in statement["values"].items()}
    assert (values["others"], values["others_n"], values["points"]) == (0.1, 60, 40.0)
    assert values["effect"] == round(math.pi / 2 - 2 * math.asin(math.sqrt(0.1)), 2) == 0.93
    assert values["p"] == {"de": "< 0,001", "en": "< 0.001"}
    assert values["translated"] == {"*": "A"}
    assert "reviewed by a second person" in statement["text"]["en"]


def test_no_claim_is_made_of_too_few_people(report: Callable[..., output.Blocks]) -> None:
    people = [
        *(person("en", first=None if number < 12 else "1") for number in range(24)),
        *(person("de", first=None if number < 6 else "1") for number in range(60)),
    ]
    assert not [block for block in report("language_equity", people) if block["type"] == "statement"]
    [statement] = [b for b in report("language_equity", people, {"min_n": 20}) if b["type"] == "statement"]
    assert (statement["count"], statement["n"]) == (12, 24)
    assert not [
        b for b in report("language_equity", people, {"min_n": 20, "min_points": 41}) if b["type"] == "statement"
    ]


def test_lines_twins_and_round_numbers(report: Callable[..., output.Blocks]) -> None:
    people = [
        *(person(first="1", second="1", third="1", years=10) for _ in range(6)),
        *(person(first="1", second="2", third="3", years=number) for number in (1, 2, 3, 4, 6)),
        *(person(first="3", second="3", third=None, years=number) for number in (15, 20, 25, 31, 32, 33, 34, 36)),
    ]
    tables = blocks_of(report("response_quality", people, {"min_answers": 5}), "table")
    # 11 people gave three answers: 18 + 5 times the step 1, 5 times 2, 5 times 3.
    chance = (23 / 33) ** 3 + 2 * (5 / 33) ** 3
    same_row(tables["lines"]["rows"][0][2:4], [11, 6 / 11])
    same_row(tables["lines"]["rows"][0][6:], [chance])
    # 11 gave all five answers; 6 of them the same, so 5 are too many. Pairs by chance: 55 · Σp² of each question.
    pairs = 55 * 1 * 1 * (36 + 25) / 121 * (36 + 25) / 121 * (36 + 5) / 121
    same_row(tables["duplicates"]["rows"][0], [11, 6, 6 / 11, 5, 6, round(pairs, 2)])
    same_row(tables["heaping"]["rows"][0][2:4], [19, 9 / 19])
    usual = blocks_of(report("response_quality", people), "table")["duplicates"]["rows"][0]
    assert usual[0] == {"kind": "hidden", "value": "small_base"}  # nobody gave 15 answers


def test_a_register_without_its_questionnaire(wave: Wave, tmp_path: Path) -> None:
    """Where the questionnaire of the directory was never published, its lists are missing, and the report says so."""
    frozen = snapshot.freeze(tmp_path, wave.store, Publications(open_store("memory:", tmp_path)), (), offers=True)
    hook = guest.manager_of(guest.load("offers_coverage", str(bundled_folder("plugins") / "offers_coverage"))).hook
    blocks = hook.report_run(context=ReportContext(frozen.folder, hook.report_info(), TODAY)).to_json()["blocks"]
    assert [block["type"] for block in blocks] == ["text", "text"]
    assert "not published" in blocks[1]["text"]["en"]


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("Café <b>Welt</b> & Co", "Café b Welt /b Co"),
        ("siehe https://example.org/x", "siehe example.org/x"),
        ("www.example.org", "example.org"),
        ("data:text javascript:alert(1)", "data text javascript alert(1)"),
        ("50 % mehr\u202e", "50 mehr"),
        ("", "–"),
        (None, "–"),
    ],
)
def test_what_providers_typed_cannot_spoil_a_report(typed: str | None, shown: str) -> None:
    from sys import modules

    guest.load("offers_coverage", str(bundled_folder("plugins") / "offers_coverage"))
    plain = modules["offers_coverage.freshness"].plain
    assert plain(typed) == shown
    output.read_json(guest._encode({"text": plain(typed)}))
