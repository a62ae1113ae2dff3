"""The service as ``survey-service serve`` runs it, with one more address that answers a constant page to any POST."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from flask import Flask, request

from survey_service import settings
from survey_service.app import create_app
from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.web import audience, server


def load(instance: Path) -> Flask:
    values = settings.load(instance)
    store = open_store(values.store, instance)
    app = create_app(values, store)
    page = b"ok" * 50

    def constant() -> bytes:
        request.get_data()
        return page

    app.add_url_rule("/constant", "constant", constant, methods=["POST"])
    app.extensions["survey_service.audience"].rows["constant"] = audience.PROGRAM
    return app


def main(instance: Path, port: int) -> None:
    values = settings.load(instance)
    store = open_store(values.store, instance)
    Publications(store).publish(load_folder(bundled("forms")).questionnaires)
    store.close()
    server.run(functools.partial(load, instance), values, "127.0.0.1", port, announce=print)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
