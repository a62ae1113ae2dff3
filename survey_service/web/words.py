"""Four words as they are typed and shown: on the pages of receipts and on those of drafts."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, url_for
from markupsafe import Markup

from survey_service import clock
from survey_service.responses import holder, receipts
from survey_service.responses.holder import Found
from survey_service.web import i18n, security, way_in
from survey_service.web.context import current


def look_up(typed: str) -> Found:
    """Return what belongs to the words. Raises the Problems of `holder.look_up`, all of them ``receipt.…``."""
    here = i18n.language().tag
    return holder.look_up(current().store, typed, way_in.network(), now=clock.now(), language=here)


def spelled(receipt: str) -> Mapping[str, str]:
    """Return the words in Latin letters, and in the present language's own script ("" if that is Latin)."""
    return {"latin": receipt, "own": receipts.in_script(receipt, i18n.language().tag)}


def public(endpoint: str) -> str:
    """Return the address of a page for people elsewhere: without what a shared tablet adds."""
    return url_for(endpoint, _external=True).partition("?")[0]


def address(receipt: str) -> str:
    """Return the address that a card leads to. The words stand behind ``#``, so no browser sends them anywhere."""
    return f"{public('receipt.enter')}#{receipt}"


def fill_script() -> Markup:
    """Return the script that puts the words of such an address into the field, and allow it on the present page."""
    script = security.allow_script("words")
    return Markup("<script>{}</script>").format(Markup(script.text))  # noqa: S704 - a file of ours


def install(app: Flask) -> None:
    """Give templates ``spelled`` and ``fill_script``."""
    app.jinja_env.globals.update(spelled=spelled, fill_script=fill_script)
