"""Reading aloud: buttons that a script adds where the browser has a voice of its own for the language; nothing else.

Without scripts, or without such a voice, there is no button. Voices that would send the text elsewhere are not used.
"""

from __future__ import annotations

from flask import Flask, g, url_for
from markupsafe import Markup

from survey_service.web import styles
from survey_service.web.i18n import gettext

_INLINED = Markup('<script data-label="{}">{}</script>\n<link rel="prefetch" href="{}">')
_LINKED = Markup('<script data-label="{}" src="{}"></script>')


def aloud_script(*, inlined: bool = False) -> Markup:
    """Return the script for the head of a page with questions, and allow it there.

    It stands in the page where people arrive, and is a file to keep on further pages. It holds up drawing: what it
    adds gets its room before, so nothing moves.
    """
    script = styles.script("aloud")
    address = url_for("public.aloud", mark=script.mark)
    label = gettext("Read aloud: %(what)s", what="{}")
    g.scripts = {*g.get("scripts", ()), "self", *([script.source] if inlined else [])}
    if inlined:
        return _INLINED.format(label, Markup(script.text), address)  # noqa: S704 - a file of ours
    return _LINKED.format(label, address)


def install(app: Flask) -> None:
    """Give templates ``aloud_script``."""
    app.jinja_env.globals.update(aloud_script=aloud_script)
