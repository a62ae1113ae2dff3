"""The bundled questionnaire for providers, published."""

from __future__ import annotations

import pytest

from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications, Published
from survey_service.store.base import Store


@pytest.fixture
def offers(store: Store, bundled: Library) -> Published:
    publications = Publications(store)
    publications.publish({"offers": bundled.questionnaires["offers"]})
    return publications.current("offers")
