"""Exports and imports of offers from the command line: nothing changes before it is confirmed, then all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from survey_service import clock
from survey_service.accounts import audit
from survey_service.cli import cli
from survey_service.offers import events, moderation, register
from survey_service.offers.hsds.formats import FORMATS
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.offers.hsds.conftest import MOMENT, filled_store
from tests.offers.hsds.test_import import service
from tests.samples import sample


@pytest.fixture
def instance(tmp_path: Path, bundled: Library) -> Path:
    folder = tmp_path / "instance"
    store = open_store("tinydb:", folder)
    Publications(store).publish({"offers": bundled.questionnaires["offers"]})
    store.close()
    return folder


def run(instance: Path, *arguments: str) -> Result:
    with clock.fixed(MOMENT):
        return CliRunner().invoke(cli, ["offers", *arguments, "--instance", str(instance)])


def written(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "services.json"
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


def opened(instance: Path) -> Store:
    return open_store("tinydb:", instance)


def count(instance: Path) -> int:
    store = opened(instance)
    found = sum(1 for _ in register.all_offers(store))
    assert store.collection(RESPONSES).count(questionnaire="offers") == found
    store.close()
    return found


@pytest.mark.parametrize("form", list(FORMATS))
def test_export(tmp_path: Path, bundled: Library, form: str) -> None:
    filled_store(tmp_path / "demo", bundled).close()
    target = tmp_path / FORMATS[form].name
    done = run(tmp_path / "demo", "export", "--format", form, "--output", str(target))
    assert done.exit_code == 0, done.output
    assert "services" in done.stderr
    assert target.stat().st_size > 1000
    assert b"pruefung@beispiel.example" not in target.read_bytes()


def test_what_looks_wrong_is_said_of_an_export(instance: Path, tmp_path: Path) -> None:
    attributes = [
        {"id": str(value), "value": str(value), "taxonomy_term": {"id": code, "code": code, "taxonomy": "capacity"}}
        for code, value in (("capacity.available", 12), ("capacity.maximum", 10))
    ]
    file = written(tmp_path, service(attributes=attributes))
    assert run(instance, "import", file, "--apply", "--field", "INT").exit_code == 0
    store = opened(instance)
    (stored,) = register.all_offers(store)
    moderation.decide(store, stored.body["offer"], "published", "tester")
    store.close()
    done = run(instance, "export")
    assert done.exit_code == 0
    assert f"{stored.body['offer']}: More places are free than there are at most" in done.stderr
    assert json.loads(done.stdout)["services"][0]["name"] == "Beratung"


def test_import_says_what_would_be_and_changes_nothing(instance: Path, tmp_path: Path) -> None:
    path = tmp_path / "full.json"
    path.write_bytes(sample("examples/service_full.json", "hsds"))
    done = run(instance, "import", str(path), "--field", "INT", "--differences")
    assert done.exit_code == 0, done.output
    assert "1 new, 0 changed, 0 unchanged, 0 refused" in done.stdout
    assert "accreditations (1): The questionnaire has no question for this." in done.stdout
    assert "fees: “fees_description” → “”: Was taken and has another place or form here." in done.stdout
    assert "Nothing was changed." in done.stderr
    assert count(instance) == 0
    every = run(instance, "import", str(path), "--field", "INT", "--all").stdout.splitlines()
    assert any(line.startswith("metadata[0].updated_by: “Ann Persona”: ") for line in every)


def test_apply_once_again_and_changed(instance: Path, tmp_path: Path) -> None:
    file = written(tmp_path, [service(), service(id="b", name="Sprachcafé")])
    assert run(instance, "import", file, "--apply", "--field", "INT").exit_code == 0
    assert count(instance) == 2
    again = run(instance, "import", file, "--apply", "--field", "INT")
    assert "0 new, 0 changed, 2 unchanged, 0 refused" in again.stdout
    changed = written(tmp_path, [service(description="Neu"), service(id="b", name="Sprachcafé")])
    assert run(instance, "import", changed, "--apply", "--field", "INT").exit_code == 0
    assert count(instance) == 2
    store = opened(instance)
    bodies = [stored.body for stored in register.all_offers(store)]
    assert [body["answers"].get("A04_description") for body in bodies] == ["Neu", None]
    assert {body["moderation"] for body in bodies} == {"submitted"}
    assert [event.kind for event in events.of(store, bodies[0]["offer"])] == ["imported", "changed"]
    entries = [entry for entry in audit.entries(store) if entry.action == "offers.imported"]
    assert len(entries) == 3
    store.close()


def test_a_fault_in_the_middle_changes_nothing_unless_confirmed(instance: Path, tmp_path: Path) -> None:
    rows = [service(id=f"s{number}", name=f"Angebot {number}") for number in range(40)]
    rows[20] = service(id="s20", name=None)
    file = written(tmp_path, rows)
    refused = run(instance, "import", file, "--apply", "--field", "INT")
    assert refused.exit_code == 1
    assert "[20]: A04_name:" in refused.stdout
    assert "1 entries would be left out. Nothing was changed" in refused.stderr
    assert count(instance) == 0
    assert run(instance, "import", file, "--apply", "--field", "INT", "--skip-faulty").exit_code == 0
    assert count(instance) == 39
    without_field = run(instance, "import", file)
    assert "A05_fields" in without_field.stdout


def test_what_cannot_be_used_is_refused_with_the_place(instance: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(b'{"name": \xff}')
    done = run(instance, "import", str(path))
    assert done.exit_code == 1
    assert "broken.json:1: The text is not UTF-8. Nothing was changed." in done.stderr
    assert run(instance, "import", written(tmp_path, service()), "--field", "XXX").exit_code == 2
    assert run(instance, "import", written(tmp_path, service()), "--language", "tlh").exit_code == 2


def test_our_own_export_changes_nothing(tmp_path: Path, bundled: Library) -> None:
    filled_store(tmp_path / "demo", bundled).close()
    target = tmp_path / "offers.zip"
    run(tmp_path / "demo", "export", "--format", "hsds-csv", "--output", str(target))
    done = run(tmp_path / "demo", "import", str(target))
    assert done.exit_code == 0, done.output
    assert "2 new, 0 changed, 93 unchanged, 0 refused" in done.stdout, "several structures of one organisation are one"
    before = count(tmp_path / "demo")
    done = run(tmp_path / "demo", "import", str(target), "--apply")
    assert "0 new and 0 changed; 2 may be there already and were left out." in done.stdout
    assert count(tmp_path / "demo") == before
