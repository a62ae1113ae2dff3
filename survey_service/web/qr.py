"""QR codes of addresses, as SVG for pages and as PNG to take away."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup

_BORDER = 4
"""Modules of white around it, as the standard asks for."""


def svg(address: str, label: str) -> Markup:
    """Return the QR code of an address as an ``<svg>`` element that says what it is; black on white in the dark too."""
    text = _svg(address, xmldecl=False, svgns=False)
    head = Markup('<svg role="img" aria-label="{}"').format(label)
    return head + Markup(text.removeprefix("<svg").strip().join((" ", "")))  # noqa: S704 - digits and letters of segno


def image(address: str) -> bytes:
    """Return the QR code of an address as an SVG file."""
    return _svg(address, xmldecl=True, svgns=True).encode("ascii")


def png(address: str) -> bytes:
    """Return the QR code of an address as a PNG file whose modules are 12 pixels wide: 5 cm at 300 dpi and more."""
    file = io.BytesIO()
    _code(address).save(file, kind="png", scale=12, border=_BORDER, dark="#000", light="#fff")
    return file.getvalue()


def _svg(address: str, *, xmldecl: bool, svgns: bool) -> str:
    file = io.BytesIO()
    _code(address).save(
        file,
        kind="svg",
        border=_BORDER,
        dark="#000",
        light="#fff",
        omitsize=True,
        xmldecl=xmldecl,
        svgns=svgns,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return file.getvalue().decode("ascii")


def _code(address: str) -> segno.QRCode:
    """Return a code that is still read with 15 % of it torn or dirty."""
    return segno.make(address, error="m", micro=False, boost_error=True)
