"""The addresses of a channel: the list of forms, the form, its files, and where filled-in forms are sent.

The secret in the address is all that a client needs. Whatever is wrong with it, the answer is the same 404.
"""

from __future__ import annotations

import contextlib

from flask import Blueprint, Response, current_app, request, url_for
from flask.blueprints import BlueprintSetupState

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import media as named
from survey_service.questionnaire.xform import writing
from survey_service.responses import channels, media, phones
from survey_service.responses.channels import Channel
from survey_service.responses.phones import Desk
from survey_service.responses.revisions import Published
from survey_service.store import blobs
from survey_service.translating import catalogs
from survey_service.web import i18n, wordings
from survey_service.web.audience import EXEMPT, PROGRAM, Access
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.kept import Kept
from survey_service.web.openrosa import shapes

blueprint = Blueprint("openrosa", __name__, url_prefix="/openrosa/<token>")
_KEPT = "survey_service.xforms"
_MOST_FORMS = 20
"""How many forms are kept as written: about a megabyte each."""
_FORM, _MORE = "xml_submission_file", "*isIncomplete*"
_NOTHING = ("response.no_consent", "response.screened_out")
"""What a phone need not send again: there is nothing to keep."""


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    kept: Kept[bytes] = Kept(_MOST_FORMS)
    state.app.extensions[_KEPT] = kept


@blueprint.before_request
def _speak() -> None:
    """Let refusals that only interviewers see be said in their language."""
    i18n.use(i18n.language().tag, catalogs.DESK)


def _channel(token: str, *, sending: bool = False) -> Channel:
    """Return the channel of a secret. Raises Problem page.missing."""
    context, today = current(), clock.today()
    found = channels.find(context.store, token)
    usable = found is not None and (found.sends(today, context.settings.late_days) if sending else found.fetches(today))
    if found is None or not usable:
        raise Problem("page.missing")
    return found


def _brings_files() -> bool:
    """Tell whether files may come with the present request."""
    _channel(str((request.view_args or {})["token"]), sending=True)
    return True


AUDIENCES = {
    **{f"openrosa.{endpoint}": PROGRAM for endpoint in ("forms", "form", "manifest", "announce")},
    "openrosa.submit": Access(PROGRAM.audience, EXEMPT, files=_brings_files),
}


@blueprint.get("/formList")
def forms(token: str) -> Response:
    """List the channel's questionnaire, if it is open."""
    channel = _channel(token)
    published = current().publications.current(channel.questionnaire)
    wanted = request.args.get("formID", published.questionnaire.name)
    if not published.is_open or wanted != published.questionnaire.name:
        return shapes.forms([])
    with i18n.speaking(published.questionnaire.languages[0]):
        name = wordings.in_attribute(published.questionnaire.label)
    return shapes.forms(
        [
            {
                "formID": published.questionnaire.name,
                "name": name,
                "version": published.revision,
                "hash": shapes.fingerprint(_written(published)),
                "downloadUrl": _address("openrosa.form", token, revision=published.revision),
                "manifestUrl": (
                    _address("openrosa.manifest", token, revision=published.revision) if _files(published) else ""
                ),
            }
        ]
    )


@blueprint.get("/forms/<revision>.xml")
def form(token: str, revision: str) -> Response:
    """Send a revision of the channel's questionnaire as an XForm."""
    return shapes.answer(_written(_revision(_channel(token), revision)))


@blueprint.get("/forms/<revision>/manifest.xml")
def manifest(token: str, revision: str) -> Response:
    """List the pictures, sounds and films of a revision; its contents are where all respondents find them."""
    published = _revision(_channel(token), revision)
    return shapes.manifest(
        {
            "filename": name,
            "hash": shapes.fingerprint(content),
            "downloadUrl": _outside(url_for("public.media", file=address)),
        }
        for name, address, content in _files(published)
    )


@blueprint.route("/submission", methods=["HEAD"])
def announce(token: str) -> Response:
    """Say where and how much can be sent."""
    _channel(token, sending=True)
    settings = current().settings
    most = settings.upload_bytes * settings.uploads_per_response + settings.max_body
    response = shapes.with_headers(Response(status=204))
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(most)
    response.headers["Location"] = _address("openrosa.submit", token)
    return response


@blueprint.post("/submission")
def submit(token: str) -> Response:
    """Take a filled-in form, once: 201 also if it came before. What must not be kept is 201 too, and is not kept."""
    channel, desk = _channel(token, sending=True), _desk()
    sent = phones.opened(_content())
    questionnaire = phones.revision_of(desk, channel, sent).questionnaire
    if sent.language in questionnaire.languages:
        i18n.use(sent.language)
    try:
        taken = phones.take(desk, channel, sent, _parts(), more=_MORE in request.form, today=clock.today())
    except Problem as problem:
        if problem.code not in _NOTHING:
            raise
        return shapes.message(gettext("Nothing was stored."), shapes.SUCCESS, 201)
    lines = [gettext("Thank you! Your answers have arrived.")] if taken.receipt else []
    lines += [gettext("Your four words"), taken.receipt] if taken.receipt else []
    return shapes.message("\n".join(lines), shapes.SUCCESS, 201)


def _desk() -> Desk:
    context = current()
    return Desk(
        store=context.store,
        publications=context.publications,
        folder=context.settings.instance,
        limits=context.file_limits,
        receipt_key=context.receipt_key,
        late_days=context.settings.late_days,
    )


def _content() -> bytes:
    """Return the form that was sent, as a file or as a field. Raises Problem phone.unusable."""
    if request.mimetype != "multipart/form-data":
        raise Problem("phone.unusable", reason="multipart/form-data")
    brought = request.files.get(_FORM)
    if brought is None:
        return request.form.get(_FORM, "").encode("utf-8", "replace")
    with contextlib.closing(brought):
        content: bytes = brought.read(current().settings.max_body)
        return content


def _parts() -> dict[str, bytes]:
    """Return the files that came along, by name, each cut off one byte behind the limit."""
    most = current().file_limits.size + 1
    found = {}
    for field, brought in request.files.items(multi=True):
        if field != _FORM:
            with contextlib.closing(brought):
                found[brought.filename or field] = brought.stream.read(most)
    return found


def _revision(channel: Channel, revision: str) -> Published:
    """Return a revision of the channel's questionnaire. Raises Problem page.missing."""
    published = current().publications.revision(revision)
    if published.questionnaire.name != channel.questionnaire:
        raise Problem("page.missing")
    return published


def _written(published: Published) -> bytes:
    """Return a revision as an XForm, with the messages of the interface as they are now."""
    context = current()
    kept: Kept[bytes] = current_app.extensions[_KEPT]
    content: bytes = kept.get(
        (published.revision, context.workbench.edits.now.number),
        lambda: writing.write(published.questionnaire, published.revision, context.interface.word),
    )
    return content


def _files(published: Published) -> list[tuple[str, str, bytes]]:
    """Return name, address and content of each file of a revision that is there."""
    found, kept = [], blobs.of(current().settings.instance)
    for name in named.named(published.questionnaire):
        file = published.questionnaire.files.get(name)
        if file is not None and kept.has(media.name_of(file.sha256)):
            found.append((name, media.address_of(file), kept.get(media.name_of(file.sha256))))
    return found


def _address(endpoint: str, token: str, **values: str) -> str:
    return _outside(url_for(endpoint, **{"token": token, **values}))  # type: ignore[arg-type]


def _outside(path: str) -> str:
    """Return an address as a phone asks for it."""
    server = (current().settings.public_url or request.url_root).rstrip("/")
    return f"{server}{path}"
