"""An application for the tests of the server: it answers slowly, and notes what it has done."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask, request

from survey_service.problems import Problem


def make(done: Path) -> Flask:
    app = Flask("test")

    @app.get("/slow/<number>/<seconds>")
    def slow(number: str, seconds: str) -> str:
        (done / f"{number}.begun").touch()
        time.sleep(float(seconds))
        (done / number).touch()
        return "x" * 300_000

    @app.get("/")
    def fast() -> str:
        return "here"

    @app.post("/")
    def length() -> str:
        return str(len(request.get_data()))

    return app


def refuse() -> Flask:
    raise Problem("store.locked", folder="/there", pid="4711")
