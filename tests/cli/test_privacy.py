"""Privacy on the command line: what is due, and the record as a document."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import docx
from click.testing import CliRunner

from survey_service import clock
from survey_service.cli import cli
from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.responses import drafts
from survey_service.responses.revisions import Publications
from survey_service.store import open_store

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def test_due_and_record(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    store = open_store("tinydb:", instance)
    published = Publications(store)
    published.publish(load_folder(bundled("forms")).questionnaires)
    drafts.start(store, published.current("needs"), "de", NOW.date(), receipt_key="k")
    store.close()
    with clock.fixed(NOW):
        told = CliRunner().invoke(cli, ["privacy", "due", "--json", "--instance", str(instance)])
        assert told.exit_code == 0, told.output
        facts = json.loads(told.output)
        assert (facts["drafts"]["after"], facts["drafts"]["now"], facts["drafts"]["soon"]) == ("14 days", 0, 1)
        table = CliRunner().invoke(cli, ["privacy", "due", "--days", "3", "--instance", str(instance)]).output
        assert "WITHIN 3 DAYS" in table
        (line,) = [line for line in table.splitlines() if line.startswith("drafts ")]
        assert line.split() == ["drafts", "14", "days", "never", "-", "0", "0"]
        target = tmp_path / "record.docx"
        written = CliRunner().invoke(
            cli, ["privacy", "record", "--language", "en", "--output", str(target), "--instance", str(instance)]
        )
    assert written.exit_code == 0, written.output
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(target)).paragraphs)
    assert "Article 30 GDPR. As of November 23, 2026." in text
    assert "B18, B19" in text
