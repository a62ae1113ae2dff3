"""The addresses of the HSDS 3 API. Lists come in pages, single objects with all their parts."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import format_datetime
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from survey_service.offers.folding import fold
from survey_service.offers.hsds.codes import JSON
from survey_service.offers.hsds.formats import FORMATS
from survey_service.offers.hsds.whole import VERSION, Whole
from survey_service.offers.open_data import About
from survey_service.problems import Problem
from survey_service.web import audience
from survey_service.web.context import current
from survey_service.web.hsds import asked, openapi, present
from survey_service.web.hsds.asked import PAGING, scalars

blueprint = Blueprint("hsds", __name__, url_prefix="/hsds")
_ENDPOINTS = (
    *("root", "description", "file", "services", "service", "organizations", "organization"),
    *("locations", "location", "service_at_locations", "service_at_location"),
    *("taxonomies", "taxonomy", "taxonomy_terms", "taxonomy_term"),
)
AUDIENCES = {f"hsds.{endpoint}": audience.PROGRAM for endpoint in _ENDPOINTS}
PROFILE = "https://docs.openreferral.org/en/3.0/hsds/"
_JSON = "application/json"


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[present.KEY] = present.Kept()


@blueprint.after_request
def _open(response: Response) -> Response:
    """Let pages of any site read this: it is public, and no cookie plays a part."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link"
    response.headers.add("Link", f'<{_about().terms.url}>; rel="license"')
    return response


def _about() -> About:
    settings = current().settings
    server = (settings.public_url or request.url_root).rstrip("/")
    return About(settings.operator, settings.operator_email, server, settings.open_data_license)


def _answer(whole: Whole, content: bytes, media_type: str = _JSON) -> Response:
    """Return an answer that a client may keep as long as it asks whether it still holds."""
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    moment = openapi.moment(whole)
    if moment is not None:
        response.headers["Last-Modified"] = format_datetime(moment, usegmt=True)
    response.make_conditional(request)
    return response


def _single(content: JSON) -> Response:
    return _answer(present.export(), orjson.dumps(content))


def _listed(whole: Whole, found: Sequence[Any], show: Callable[[Any], JSON], **paging: int) -> Response:
    """Return a page of a list, or all of it as lines."""
    if asked.lines():
        return _answer(whole, b"".join(orjson.dumps(show(each)) + b"\n" for each in found), "application/x-ndjson")
    entries, page = asked.page(found, **paging)
    return _answer(whole, orjson.dumps({**page, "contents": [show(each) for each in entries]}))


def _by_id(found: Iterable[JSON], identifier: str) -> JSON:
    """Return the object with an id, however that is written. Raises Problem page.missing."""
    own = _canonical(identifier)
    for each in found:
        if each["id"] == own:
            return each
    raise Problem("page.missing")


def _canonical(identifier: str) -> str:
    try:
        return str(uuid.UUID(identifier))
    except ValueError:
        return ""


def _holds(search: str, *texts: str | None) -> bool:
    words = fold(search).split()
    content = fold(" ".join(filter(None, texts)))
    return all(word in content for word in words)


@blueprint.get("/")
def root() -> Response:
    """Say what this is: to programs in JSON, to people as a page with the files."""
    asked.check(())
    about = _about()
    accepted = request.accept_mimetypes
    if accepted["text/html"] > accepted[_JSON]:
        page = render_template("hsds.html", about=about, formats=FORMATS, whole=present.export())
        return Response(page, mimetype="text/html", headers={"Vary": "Accept"})
    content = {
        "version": VERSION,
        "profile": PROFILE,
        "openapi_url": f"{about.server}{url_for('hsds.description')}",
        "license": about.terms.url,
        "attribution": about.attribution,
    }
    response = Response(orjson.dumps(content), mimetype=_JSON, headers={"Vary": "Accept"})
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@blueprint.get("/openapi.json")
def description() -> Response:
    """Return the description of this API, OpenAPI 3.1."""
    asked.check(())
    return Response(orjson.dumps(openapi.document(_about())), mimetype=_JSON)


@blueprint.get("/files/<name>")
def file(name: str) -> Response:
    """Return the whole export as a file."""
    asked.check(())
    form = next((form for form in FORMATS.values() if form.name == name), None)
    if form is None:
        raise Problem("page.missing")
    whole = present.export()
    return _answer(whole, form.write(whole, _about()), form.media_type)


def _chosen(services: Iterable[JSON]) -> list[JSON]:
    """Return the services that all filters of the request let through."""
    search, term, taxonomy = asked.text("search"), asked.text("taxonomy_term_id"), asked.text("taxonomy_id")
    organization, since = asked.text("organization_id"), asked.moment("modified_after")
    found = list(services)
    if term:
        found = [each for each in found if _has(each, lambda content: content["id"], term)]
    if taxonomy:
        found = [each for each in found if _has(each, lambda content: content["taxonomy_detail"]["id"], taxonomy)]
    if organization:
        found = [each for each in found if each["organization"]["id"] == _canonical(organization)]
    if since is not None:
        found = [each for each in found if openapi.read(each["last_modified"]) >= since]
    if search:
        found = [
            each
            for each in found
            if _holds(search, each["name"], each.get("description"), each["organization"]["name"])
        ]
    return found


def _has(service: JSON, identifier: Callable[[JSON], str], wanted: str) -> bool:
    return any(identifier(each["taxonomy_term"]) == _canonical(wanted) for each in service["attributes"])


_FILTERS = ("search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after")


def _brief(service: JSON) -> JSON:
    """Return a service without what it may have several of."""
    singles: JSON = {name: scalars(service[name]) for name in ("organization", "program") if name in service}
    return {**scalars(service), **singles}


@blueprint.get("/services")
def services() -> Response:
    """List services, each with what it has one of; ``full`` with all its parts, ``minimal`` with id and day only."""
    asked.check((*_FILTERS, "minimal", "full", *PAGING))
    whole = present.export()
    found = _chosen(whole.services)
    if asked.truth("minimal"):
        most = max(1, len(found))
        return _listed(whole, found, _minimal, usual=most, most=max(most, asked.MOST))
    return _listed(whole, found, _itself if asked.truth("full") else _brief)


def _minimal(service: JSON) -> JSON:
    return {"id": service["id"], "modified_date": service["last_modified"]}


def _itself(content: JSON) -> JSON:
    return content


@blueprint.get("/services/<identifier>")
def service(identifier: str) -> BaseResponse:
    """Return a service with all its parts; the id of a merged one leads to what it became."""
    asked.check(())
    whole = present.export()
    target = whole.moved.get(_canonical(identifier))
    if target is not None:
        return redirect(url_for(".service", identifier=target), 308)
    return _single(_by_id(whole.services, identifier))


def _organization(whole: Whole, content: JSON, *, full: bool) -> JSON:
    own = whole.services_of[content["id"]]
    return {**content, "services": own if full else [_named(each) for each in own]}


def _named(service: JSON) -> JSON:
    return {name: service[name] for name in ("id", "name", "status")}


@blueprint.get("/organizations")
def organizations() -> Response:
    """List organizations; ``full`` with all their parts, ``full_service`` also with those of their services."""
    asked.check(("search", "full", "full_service", *PAGING))
    whole, search = present.export(), asked.text("search")
    full, full_service = asked.truth("full"), asked.truth("full_service")
    found = [each for each in whole.organizations if _holds(search, each["name"], each["description"])]
    if full or full_service:
        return _listed(whole, found, lambda each: _organization(whole, each, full=full_service))
    return _listed(whole, found, scalars)


@blueprint.get("/organizations/<identifier>")
def organization(identifier: str) -> Response:
    """Return an organization with all its parts and the names of its services; ``full_service`` with these whole."""
    asked.check(("full_service",))
    whole = present.export()
    found = _by_id(whole.organizations, identifier)
    return _single(_organization(whole, found, full=asked.truth("full_service")))


def _service_places(services: Iterable[JSON]) -> list[tuple[JSON, JSON]]:
    return [(each, place) for each in services for place in each.get("service_at_locations", ())]


def _every_location(whole: Whole) -> list[JSON]:
    own = [place for each in whole.organizations for place in each.get("locations", ())]
    return [place["location"] for _, place in _service_places(whole.services)] + own


@blueprint.get("/locations")
def locations() -> Response:
    """List locations: where services are, and where organizations are that are structures."""
    asked.check(("search", "full", *PAGING))
    whole, search = present.export(), asked.text("search")
    found = [each for each in _every_location(whole) if _holds(search, each.get("name"))]
    return _listed(whole, found, _itself if asked.truth("full") else scalars)


@blueprint.get("/locations/<identifier>")
def location(identifier: str) -> Response:
    """Return a location with all its parts."""
    asked.check(())
    return _single(_by_id(_every_location(present.export()), identifier))


def _at_location(pair: tuple[JSON, JSON], *, full: bool) -> JSON:
    service, place = pair
    own = {"id": place["id"], "service_id": service["id"], "location_id": place["location"]["id"]}
    shown: Callable[[JSON], JSON] = _itself if full else scalars
    return {**own, "location": shown(place["location"]), "service": shown(service)}


@blueprint.get("/service_at_locations")
def service_at_locations() -> Response:
    """List which service is at which location."""
    asked.check((*_FILTERS, "full", *PAGING))
    whole, full = present.export(), asked.truth("full")
    return _listed(whole, _service_places(_chosen(whole.services)), lambda pair: _at_location(pair, full=full))


@blueprint.get("/service_at_locations/<identifier>")
def service_at_location(identifier: str) -> Response:
    """Return a service at a location, both with all their parts."""
    asked.check(())
    own = _canonical(identifier)
    for pair in _service_places(present.export().services):
        if pair[1]["id"] == own:
            return _single(_at_location(pair, full=True))
    raise Problem("page.missing")


@blueprint.get("/taxonomies")
def taxonomies() -> Response:
    """List the taxonomies."""
    asked.check(("search", *PAGING))
    whole, search = present.export(), asked.text("search")
    found = [each for each in whole.codes.taxonomies.values() if _holds(search, each["name"], each["description"])]
    return _listed(whole, found, _itself)


@blueprint.get("/taxonomies/<identifier>")
def taxonomy(identifier: str) -> Response:
    """Return a taxonomy."""
    asked.check(())
    return _single(_by_id(present.export().codes.taxonomies.values(), identifier))


@blueprint.get("/taxonomy_terms")
def taxonomy_terms() -> Response:
    """List terms: of one taxonomy, below one term, or those above which there is none."""
    asked.check(("search", "taxonomy_id", "parent_id", "top_only", *PAGING))
    whole, search = present.export(), asked.text("search")
    found = [each for each in whole.codes.terms.values() if _holds(search, each["name"], each["code"])]
    wanted: Mapping[str, Callable[[JSON], Any]] = {
        "taxonomy_id": lambda each: each["taxonomy_detail"]["id"],
        "parent_id": lambda each: each.get("parent_id"),
    }
    for name, of in wanted.items():
        if asked.text(name):
            found = [each for each in found if of(each) == _canonical(asked.text(name))]
    if asked.truth("top_only"):
        found = [each for each in found if "parent_id" not in each]
    return _listed(whole, found, _itself)


@blueprint.get("/taxonomy_terms/<identifier>")
def taxonomy_term(identifier: str) -> Response:
    """Return a term with its taxonomy."""
    asked.check(())
    return _single(_by_id(present.export().codes.terms.values(), identifier))
