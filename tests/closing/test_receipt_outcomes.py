"""What the holder of a receipt is told: need → statement → measure → decision, of their own needs and period only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from survey_service import clock
from survey_service.closing import receipts
from survey_service.closing.composing import Source
from survey_service.closing.grounds import Disclosed
from survey_service.concept import progress, versions
from survey_service.concept.model import Progress
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import Store
from tests.closing.conftest import NOW, WAVE, adopted, revise
from tests.concept.conftest import refusal

NEEDS = """
questionnaire: needs
audience: newcomers
languages: [de, en]
label: {de: Bedarf, en: Needs}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
  fields:
    - {name: ARB, label: {de: Arbeit, en: Work}}
  needs:
    - {name: ARB.job, label: {de: Arbeit finden, en: Finding work}, field: ARB, types: "ARB.job_counsel"}
    - {name: ARB.permit, label: {de: Erlaubnis, en: Permit}, field: ARB, types: "ARB.job_counsel"}
    - {name: none, label: {de: Nichts, en: Nothing}, field: "", exclusive: true, last: true}
pages:
  - name: start
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Yes?"}}
      - {type: select_multiple, name: B08, choices: fields, label: {de: Themen, en: Topics}}
      - {type: select_multiple, name: B09_ARB, choices: needs, label: {de: Wobei, en: What}}
"""


@pytest.fixture(scope="module")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    folder: Path = tmp_path_factory.mktemp("needs")
    (folder / "needs.yaml").write_text(NEEDS, "utf-8")
    return load_folder(folder, catalogs=False).questionnaires["needs"]


def response(*needs: str, **more: Any) -> dict[str, Any]:
    answers = {"OK": "yes", "B08": ["ARB"], "B09_ARB": list(needs)}
    return {"questionnaire": "needs", "period": WAVE, "status": "valid", "answers": answers, **more}


def test_each_need_leads_to_what_came_of_it(source: Source, questionnaire: Questionnaire) -> None:
    came = receipts.of_response(source.store, questionnaire, response("ARB.permit", "ARB.job"))
    job, permit = came
    assert (permit.need, permit.label, permit.outcomes) == ("ARB.permit", {"de": "Erlaubnis", "en": "Permit"}, ())
    assert (job.need, job.label["de"]) == ("ARB.job", "Arbeit finden")
    (outcome,) = job.outcomes
    assert outcome.key == "item-1"
    assert outcome.texts["de"] == "40 von 95 suchen Arbeit."
    assert outcome.shown == Disclosed(40, 95)
    assert [(item.key, item.progress.state, said) for item, said in outcome.measures] == [
        ("item-2", "running", {"de": "Abendkurse."})
    ]
    assert (outcome.decided.concept, outcome.decided.body, outcome.decided.day) == (1, "Kreistag", "2026-11-20")


@pytest.mark.parametrize(
    ("needs", "more", "told"),
    [
        (("none",), {}, []),
        ((), {}, []),
        (("ARB.job",), {"status": "excluded"}, []),  # not counted: nothing was made of it
        (("ARB.job",), {"period": "2026-Q1"}, [0]),  # answered at another time
        (("ARB.job",), {"questionnaire": "needs"}, [1]),
    ],
)
def test_only_what_rests_on_these_answers_is_told(
    source: Source, questionnaire: Questionnaire, needs: tuple[str, ...], more: dict[str, Any], told: list[int]
) -> None:
    came = receipts.of_response(source.store, questionnaire, response(*needs, **more))
    assert [len(each.outcomes) for each in came] == told


def test_nothing_is_told_of_a_draft_and_nothing_is_stored(store: Store, questionnaire: Questionnaire) -> None:
    versions.begin(store, {"de": "K"}, {"ARB": {"de": "Arbeit"}}, "Mara")
    (came,) = receipts.of_response(store, questionnaire, response("ARB.job"))
    assert came.outcomes == ()
    assert store.collection(receipts.LOOK).count() == 0


def test_after_a_revision_the_first_wave_keeps_its_statement_and_sees_measures_as_they_are_now(
    store: Store, questionnaire: Questionnaire
) -> None:
    adopted(store)
    revise(store, count=60)
    progress.note(store, "item-2", Progress("done", "2026-11-22"), "Mara")
    for period, count, number in ((WAVE, 40, 1), ("2027-Q2", 60, 2)):
        (came,) = receipts.of_response(store, questionnaire, response("ARB.job", period=period))
        (outcome,) = came.outcomes
        assert (outcome.shown.count, outcome.decided.concept) == (count, number)
        assert [item.progress for item, _ in outcome.measures] == [Progress("done", "2026-11-22")]


def test_a_concept_that_was_tampered_with_tells_nothing(source: Source, questionnaire: Questionnaire) -> None:
    stored = source.store.collection(versions.VERSIONS).first(number=1)
    assert stored is not None
    body = {**stored.body, "frozen": {**stored.body["frozen"], "items": []}}
    source.store.collection(versions.VERSIONS).replace(stored.id, body, version=stored.version)
    assert receipts.of_response(source.store, questionnaire, response("ARB.job")) == []


def test_the_day_to_look_again(store: Store) -> None:
    assert receipts.look_again(store) is None
    for wrong in ("2026-11-23", "2026-11-22", "morgen", "2026-02-30"):
        assert refusal(receipts.set_look_again, store, wrong) == "closing.day"
    receipts.set_look_again(store, "2026-12-24")
    assert receipts.look_again(store) == dt.date(2026, 12, 24)
    with clock.fixed(NOW + dt.timedelta(days=60)):
        assert receipts.look_again(store) is None
    receipts.set_look_again(store, "")
    assert receipts.look_again(store) is None
