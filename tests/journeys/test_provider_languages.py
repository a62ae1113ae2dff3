"""Every page that providers see, in light and dark colours; in two languages only by ``make test-languages``."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.journeys import gallery
from tests.journeys.gallery import Studio
from tests.journeys.gallery_providers import PROVIDERS
from tests.journeys.inspection import Inspector

WIDE = "contrast of "
"""What axe says of a table wider than a phone, of which it judges only what is seen: it is judged on a screen."""


TAGS = [entry.tag for entry in languages.registry().values() if entry.provider]
ALWAYS = "de-simple"


@pytest.mark.parametrize(
    "tag", [pytest.param(tag, marks=[] if tag == ALWAYS else [pytest.mark.languages]) for tag in TAGS]
)
def test_every_page_is_drawn_well(library: Library, inspector: Inspector, tmp_path: Path, tag: str) -> None:
    store = open_store("tinydb:", tmp_path)
    Publications(store).publish(library.questionnaires)
    app = create_app(settings.load(tmp_path, operator_email="amt@kreis.example"), store)
    shots = gallery.shots(Studio(app, store), tag, *PROVIDERS)
    language, found = languages.language(tag), {}
    for shot in shots:
        faults = inspector.faults_in_both_schemes(shot.html, language.html, language.direction)
        if shot.name == "minding file looked through":
            faults = [fault for fault in faults if not fault.startswith(WIDE)]
            for scheme in ("light", "dark"):
                faults += inspector.axe(inspector.load(shot.html, scheme=scheme, width=1600))
        if faults:
            found[shot.name] = faults
    assert found == {}
    assert len(shots) == len({shot.name for shot in shots}) > 35
    store.close()
