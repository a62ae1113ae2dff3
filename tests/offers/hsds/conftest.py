"""Fixtures: the schemas of HSDS, which nobody here wrote, and the demo's offers as an export."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from survey_service import demo
from survey_service.offers.hsds import whole
from survey_service.offers.hsds.tables import TABLES
from survey_service.offers.hsds.whole import Whole
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.samples import sample

Validate = Callable[[str, Any], None]
CHECKER = jsonschema.FormatChecker()
MOMENT = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)


@CHECKER.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or (value.startswith(("http://", "https://", "urn:")) and " " not in value)


@pytest.fixture(scope="session")
def validate() -> Validate:
    """Return a function that validates an object of a table against the sample schemas, formats included."""
    return validator()


def validator() -> Validate:
    contents = {name: json.loads(sample(f"schema/{name}.json", "hsds")) for name in TABLES}
    resources = [(f"{name}.json", Resource(content, DRAFT202012)) for name, content in contents.items()]
    registry: Registry[Any] = Registry().with_resources(resources)
    made = {
        name: jsonschema.Draft202012Validator({"$ref": f"{name}.json"}, registry=registry, format_checker=CHECKER)
        for name in contents
    }

    def check(name: str, content: Any) -> None:
        faults = [f"{error.json_path}: {error.message}" for error in made[name].iter_errors(content)]
        assert faults == []

    return check


def filled_store(folder: Path, bundled: Library) -> Store:
    store = open_store("tinydb:", folder)
    publications = Publications(store)
    publications.publish({name: bundled.questionnaires[name] for name in ("needs", "offers", "experts")})
    demo.fill(store, publications, today=TODAY)
    return store


@pytest.fixture(scope="session")
def demo_store(bundled: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = filled_store(tmp_path_factory.mktemp("hsds"), bundled)
    yield store
    store.close()


@pytest.fixture(scope="session")
def demo_export(demo_store: Store, bundled: Library) -> Whole:
    return whole.export(demo_store, bundled.questionnaires["offers"], TODAY)
