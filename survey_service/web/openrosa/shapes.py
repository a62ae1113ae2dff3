"""The XML that OpenRosa clients read: lists of forms, manifests and messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from flask import Response

from survey_service import clock

SUCCESS, FAILURE = "submit_success", "submit_error"
_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"


def fingerprint(content: bytes) -> str:
    """Return the hash by which a client knows whether it has a form already; it protects nothing."""
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"


def forms(entries: Iterable[Mapping[str, str]]) -> Response:
    """Return the list of forms; entries are element → text, empty ones are left out."""
    return _listed("xforms", _LIST, "xform", entries)


def manifest(entries: Iterable[Mapping[str, str]]) -> Response:
    """Return the list of a form's files."""
    return _listed("manifest", _MANIFEST, "mediaFile", entries)


def message(text: str, nature: str, status: int) -> Response:
    """Return what a client shows to the person who holds the phone."""
    root = Element("OpenRosaResponse", {"xmlns": _RESPONSE})
    SubElement(root, "message", {"nature": nature}).text = text
    return answer(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), status)


def answer(content: bytes, status: int = 200) -> Response:
    """Return XML with the headers that every answer to an OpenRosa client has."""
    response = Response(content, status, content_type="text/xml; charset=utf-8")
    return with_headers(response)


def with_headers(response: Response) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.date = clock.now()
    return response


def _listed(name: str, namespace: str, each: str, entries: Iterable[Mapping[str, str]]) -> Response:
    root = Element(name, {"xmlns": namespace})
    for entry in entries:
        item = SubElement(root, each)
        for key, value in entry.items():
            if value:
                SubElement(item, key).text = value
    return answer(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
