"""The copy that the holder of a receipt takes of all that is stored about a response; taking it is noted."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from flask import Response, send_file

from survey_service import clock
from survey_service.accounts import audit
from survey_service.privacy import copying
from survey_service.privacy.instance import Instance
from survey_service.store.base import Stored
from survey_service.web.context import Context, current

HOLDER = "holder of the receipt"


def instance(context: Context) -> Instance:
    """Return what the rules of privacy work on."""
    return Instance(context.store, context.publications, context.settings)


def told(stored: Stored) -> dict[str, Any]:
    """Return all that is stored about a response, to be shown to its holder."""
    return copying.copy_of(instance(current()), stored)


def technical(copied: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what of it has no place among answers and consents, as names and values for a list."""
    facts = {name: value for name, value in copied["response"].items() if name != "title"}
    facts |= {"consent": copied["consent"]["version"]}
    parts = {name: copied[name] for name in ("files", "drafts", "made_of_texts", "notes", "offers") if copied[name]}
    facts |= {name: orjson.dumps(part).decode() for name, part in parts.items()}
    return [(name, str(value)) for name, value in facts.items()]


def taken(stored: Stored) -> dict[str, Any]:
    """Return all that is stored about a response, for the holder's program."""
    _note(stored)
    return told(stored)


def sent(stored: Stored) -> Response:
    """Send all that is stored about a response as a file, with the files that came with it."""
    _note(stored)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy"
        kind = copying.write(instance(current()), stored, path)
        file = path.open("rb")  # what is open can still be read when the folder has gone
    ending = "json" if kind == "application/json" else "zip"
    response = send_file(file, mimetype=kind, as_attachment=True, download_name=f"answers.{ending}")
    response.headers["Cache-Control"] = "no-store"
    return response


def _note(stored: Stored) -> None:
    audit.append(current().store, HOLDER, "response.copied", str(stored.id), {}, now=clock.now())
