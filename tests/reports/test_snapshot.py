"""Snapshots: same content, same id; nothing in them identifies anybody; what is damaged is refused."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from survey_service.problems import Problem
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import snapshot
from survey_service.reports.codebook import codebook_of
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import SMALL, TODAY
from tests.questionnaire.test_repeats import ALI_AND_MO, HOUSEHOLD
from tests.responses.test_export_repeats import ANSWERS, KINDS

Load = Callable[[str], Questionnaire]


def body(answers: Mapping[str, Any], states: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "questionnaire": "small",
        "revision": "small-1",
        "language": "de",
        "period": "2026-Q4",
        "mode": "web",
        "answers": dict(answers),
        "states": dict(states),
        "seed": 4711,
        "digest": "d" * 64,
        "receipt_hash": "r" * 64,
        "status": "valid",
        **more,
    }


RED = body(
    {"OK": "yes", "age": 30, "town": "Musterdorf", "likes": ["red", "blue"]}, {"OK": "answered", "likes": "answered"}
)
PNA = body({"OK": "yes"}, {"OK": "answered", "likes": "pna", "age": "skipped"}, language="ar")


def test_one_row_a_response_with_its_states(small: Questionnaire) -> None:
    frozen = snapshot.responses_table([RED, PNA], {"small-1": small})
    rows = {row[":language"]: row for row in frozen.rows.to_dicts()}
    assert rows["de"]["likes"] == ["red", "blue"]
    assert rows["de"]["likes:state"] == "answered"
    assert (rows["de"]["age"], rows["ar"]["age"], rows["ar"]["age:state"]) == (30, None, "skipped")
    assert (rows["ar"]["likes"], rows["ar"]["likes:state"]) == (None, "pna")
    assert frozen.rows.schema["likes"] == pl.List(pl.Enum(["red", "blue", "green", "none", "pna"]))
    assert frozen.counts == {
        "revisions": {"small-1": 2},
        "languages": {"ar": 1, "de": 1},
        "periods": {"2026-Q4": 2},
        "modes": {"web": 2},
        "statuses": {"valid": 2},
        "started": {"ar": 1, "de": 1},
        "completed": {"ar": 1, "de": 1},
    }


def test_texts_dates_and_identifiers_stay_out(small: Questionnaire, tmp_path: Path) -> None:
    table = snapshot.responses_table([RED], {"small-1": small})
    frozen = snapshot.write(tmp_path, {"responses-small": table}, {})
    content = b"".join(path.read_bytes() for path in frozen.folder.iterdir())
    for secret in (RED["key"], RED["digest"], RED["receipt_hash"], "Musterdorf"):
        assert secret.encode() not in content
    assert "town" not in table.rows.columns
    assert "since" not in table.rows.columns
    assert {"town:state", "since:state"} <= set(table.rows.columns)
    assert not any("seed" in column or "4711" in column for column in table.rows.columns)


def test_excluded_responses_are_counted_not_kept(small: Questionnaire) -> None:
    out = body({"OK": "yes", "likes": ["green"]}, {"likes": "answered"}, status="excluded")
    frozen = snapshot.responses_table([RED, out, PNA], {"small-1": small})
    assert frozen.rows.height == 2
    assert frozen.counts["statuses"] == {"excluded": 1, "valid": 2}


def test_the_order_of_arrival_does_not_show(small: Questionnaire) -> None:
    one = snapshot.responses_table([RED, PNA, RED], {"small-1": small})
    other = snapshot.responses_table([PNA, RED, RED], {"small-1": small})
    assert one.content == other.content
    assert one.rows.equals(other.rows)


def test_same_content_same_id(small: Questionnaire, tmp_path: Path) -> None:
    def freeze(folder: str, *bodies: dict[str, Any]) -> snapshot.Snapshot:
        table = snapshot.responses_table(bodies, {"small-1": small})
        return snapshot.write(tmp_path / folder, {"responses-small": table}, {"small": {}})

    again = body(RED["answers"], RED["states"])  # another person, the same answers
    assert freeze("a", RED, PNA).id == freeze("b", PNA, again).id
    assert freeze("a", RED, PNA).id != freeze("a", RED).id
    assert freeze("a", RED).id != freeze("a", {**RED, "period": "2027-Q1"}).id
    assert freeze("a", RED).id != freeze("a", RED, {**RED, "status": "excluded"}).id
    assert [path.name for path in (tmp_path / "a").iterdir() if path.name.startswith(".")] == []


def test_the_manifest_names_each_file_with_its_hash(small: Questionnaire, tmp_path: Path) -> None:
    frozen = snapshot.write(tmp_path, {"responses-small": snapshot.responses_table([RED], {"small-1": small})}, {})
    assert set(frozen.manifest["files"]) == {"codebook.json", "responses-small@2026-Q4.arrow"}
    assert frozen.manifest["tables"]["responses-small"]["rows"] == 1
    assert pl.read_ipc(frozen.folder / "responses-small@2026-Q4.arrow").height == 1
    assert all(len(digest) == 64 for digest in frozen.manifest["files"].values())


@pytest.mark.parametrize("file", ["manifest.json", "codebook.json", "responses-small@2026-Q4.arrow"])
@pytest.mark.parametrize("damage", ["change", "remove"])
def test_a_damaged_snapshot_is_refused(small: Questionnaire, tmp_path: Path, file: str, damage: str) -> None:
    frozen = snapshot.write(tmp_path, {"responses-small": snapshot.responses_table([RED], {"small-1": small})}, {})
    path = frozen.folder / file
    content = path.read_bytes()
    path.unlink()
    if damage == "change":
        path.write_bytes(content.replace(b"1", b"2") if file == "manifest.json" else content + b" ")
    with pytest.raises(Problem) as caught:
        snapshot.open_snapshot(frozen.folder)
    assert caught.value.code == "snapshot.damaged"
    assert frozen.id in caught.value.message()


def test_a_question_that_changed_its_type_is_not_mixed(questionnaire: Load) -> None:
    old = questionnaire(SMALL)
    new = questionnaire(
        SMALL.replace("{type: integer, name: age, ", "{type: text, name: age, ").replace(
            "}, parameters: {min: 0, max: 120}}", "}}"
        )
    )
    late = body({"OK": "yes", "age": "dreißig"}, {"OK": "answered", "age": "answered"}, revision="small-2")
    early = body({"OK": "yes", "age": 30}, {"OK": "answered", "age": "answered"})
    frozen = snapshot.responses_table([early, late], {"small-1": old, "small-2": new})
    rows = {row[":revision"]: row for row in frozen.rows.to_dicts()}
    assert rows["small-1"]["age:state"] is None
    assert rows["small-2"]["age:state"] == "answered"
    assert "age" not in frozen.rows.columns


def test_freezing_a_store(
    store: Store, publications: Publications, respond: Callable[..., None], tmp_path: Path
) -> None:
    respond({"likes": ["red"]})
    respond({"likes": ["pna"]}, language="en")
    excluded = store.collection(RESPONSES).find(language="en")[0]
    store.collection(RESPONSES).replace(excluded.id, {**excluded.body, "status": "excluded"}, version=excluded.version)
    frozen = snapshot.freeze(tmp_path, store, publications, ["small"], offers=True)
    assert frozen.manifest["tables"]["responses-small"]["counts"]["statuses"] == {"excluded": 1, "valid": 1}
    assert frozen.manifest["tables"]["offers"]["rows"] == 0
    codebook = json.loads((frozen.folder / "codebook.json").read_bytes())["small"]
    assert codebook["revisions"] == ["small-1"]
    assert codebook["questions"]["likes"] == {
        "type": "select_multiple",
        "label": dict(publications.current("small").questionnaire.questions["likes"].label),
        "page": "about",
        "list": "colours",
        "sensitive": False,
    }
    assert codebook["lists"]["colours"][0] == {
        "name": "red",
        "label": {"de": "Rot", "en": "Red"},
        "columns": {"warm": "1"},
    }
    with pytest.raises(Problem) as caught:
        snapshot.freeze(tmp_path, store, publications, ["large"], offers=False)
    assert caught.value.code == "questionnaire.missing"


def test_only_published_offers_are_frozen() -> None:
    def offer(name: str, moderation: str, mode: str, **more: Any) -> dict[str, Any]:
        return {
            "offer": name, "response_key": f"key-{name}", "moderation": moderation, "confirmed": "2026-05-01",
            "listed": moderation == "published", "mode": mode,
            "kind": "offer", "organisation": "Muster", "name": name, "status": "active", "fields": ["INT"], "types": [],
            "whole_county": False, "municipalities": ["1"], "languages": ["de"], "interpreter": "none", "access": [],
            "free": True, "no_status": True, "online": False, "ends": None,
            "answers": {"A20_phone": "030 23125 012"}, **more,
        }  # fmt: skip

    bodies = [
        offer("a", "published", "demo", ends="2027-01-31"),
        offer("b", "submitted", "web"),
        offer("c", "published", "web"),
    ]
    frozen = snapshot.offers_table(bodies)
    assert sorted(frozen.rows["offer"].to_list()) == ["a", "c"]
    assert frozen.counts == {
        "statuses": {"published": 2, "submitted": 1},
        "modes": {"demo": 1, "web": 1},
        "limits": {"confirmed_days": 180},
    }
    assert "answers" not in frozen.rows.columns
    assert "response_key" not in frozen.rows.columns
    row = frozen.rows.filter(pl.col("offer") == "a").to_dicts()[0]
    assert (row["ends"].isoformat(), row["confirmed"].isoformat()) == ("2027-01-31", "2026-05-01")


def test_entries_of_repeats_and_names_chosen_from_them_stay_out(questionnaire: Load) -> None:
    form = questionnaire(HOUSEHOLD)
    judgement = judge(form, {"street": "Weg 1", "head": "Ali", **ALI_AND_MO}, TODAY)
    sent = body(judgement.answers, judgement.states, questionnaire="household", revision="household-1", language="en")
    frozen = snapshot.responses_table([sent], {"household-1": form})
    [row] = frozen.rows.to_dicts()
    assert row["head:state"] == "answered"
    assert "head" not in row
    assert not {"people", "age", "age:state", "name:state"} & row.keys()
    assert "Ali" not in json.dumps(row)
    book = codebook_of({"household-1": form})
    assert "age" not in book["questions"]
    assert book["questions"]["head"]["type"] == "text"


def test_what_is_computed_stays_out_whatever_the_question_asks(questionnaire: Load) -> None:
    form = questionnaire(KINDS)
    judgement = judge(form, ANSWERS, TODAY)
    sent = body(judgement.answers, judgement.states, questionnaire="kinds", revision="kinds-1", language="en")
    frozen = snapshot.responses_table([sent], {"kinds-1": form})
    [row] = frozen.rows.to_dicts()
    kept = {name for name in row if ":" not in name}
    assert kept == {"scale", "fine", "to"}
    assert (row["scale"], row["half:state"], row["home:state"]) == (7.0, "answered", "answered")
