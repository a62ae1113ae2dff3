"""What the address of a request asks for: parameters that are known, each once, and of the right kind."""

from __future__ import annotations

from collections.abc import Collection

from flask import request

from survey_service.problems import D_, Problem, Said, said


def check(known: Collection[str]) -> None:
    """Return if the request has known parameters only, each once. Raises Problem api.query."""
    for name, values in request.args.lists():
        if name not in known:
            raise refused(name, said(D_("There is no such parameter here; known: %(known)s."), known=", ".join(known)))
        if len(values) > 1 or not values[0].isprintable():
            raise refused(name, said(D_("Give it once, with printable signs only.")))


def one_of(name: str, known: Collection[str], usual: str) -> str:
    """Return a parameter that is one of a few. Raises Problem api.query."""
    given = request.args.get(name, usual)
    if given not in known:
        raise refused(name, said(D_("Use one of these: %(known)s."), known=", ".join(known)))
    return given


def number(name: str, usual: int, least: int, most: int) -> int:
    """Return a parameter that is a whole number. Raises Problem api.query."""
    given = request.args.get(name, str(usual))
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(most)) and least <= int(given) <= most):
        limits = {"least": least, "most": most}
        raise refused(name, said(D_("Use a whole number from %(least)s to %(most)s."), **limits))
    return int(given)


def refused(name: str, reason: Said) -> Problem:
    """Return the Problem of a parameter; a name that is none is not repeated."""
    return Problem("api.query", name=name[:40] if name.isidentifier() else "?", reason=reason)
