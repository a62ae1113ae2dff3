"""The published figures as files, a feed of news, and the entry for catalogues: for everybody, and any site's pages."""

from __future__ import annotations

import hashlib

import orjson
from flask import Response, request

from survey_service.monitoring import files
from survey_service.monitoring.figures import Batch
from survey_service.offers.open_data import About
from survey_service.problems import Problem
from survey_service.web import audience
from survey_service.web.context import current
from survey_service.web.kept import Kept
from survey_service.web.results import present
from survey_service.web.results.pages import blueprint

DOWNLOADS = {f"results.{name}": audience.PROGRAM for name in ("newest_file", "file", "feed", "catalog")}
_kept: Kept[bytes] = Kept(2 * len(files.FORMATS))


@blueprint.get("/results/files/<name>")
def newest_file(name: str) -> Response:
    """Send the newest batch as a file."""
    return _file(_newest(), name)


@blueprint.get("/results/<int:number>/<name>")
def file(number: int, name: str) -> Response:
    """Send a batch as a file, at an address that stays."""
    batch = current().batches.get(number)
    if batch is None:
        raise Problem("page.missing")
    return _file(batch, name)


@blueprint.get("/results/feed.atom")
def feed() -> Response:
    """Send the news of publications."""
    _newest()
    return _sent(files.feed(current().batches.news(), _about()), "application/atom+xml")


@blueprint.get("/results/catalog.jsonld")
def catalog() -> Response:
    """Send the entry for catalogues of open data."""
    return _sent(orjson.dumps(files.catalog(_newest(), _about(), current().municipalities)), "application/ld+json")


def _newest() -> Batch:
    batch = current().batches.newest()
    if batch is None:
        raise Problem("page.missing")
    return batch


def _file(batch: Batch, name: str) -> Response:
    form = files.FORMATS.get(name)
    if form is None:
        raise Problem("page.missing")
    about, batches = _about(), current().batches
    content = _kept.get(
        (batch.digest, name, about, batches.count()),  # a later batch may say that a figure was wrong
        lambda: form.write(batch, present.names(), about, batches.remarks(batch)),
    )
    return _sent(content, form.media_type)


def _sent(content: bytes, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers.add("Link", f'<{_about().terms.url}>; rel="license"')
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _about() -> About:
    settings = current().settings
    server = (settings.public_url or request.url_root).rstrip("/")
    return About(settings.operator, settings.operator_email, server, settings.open_data_license)
