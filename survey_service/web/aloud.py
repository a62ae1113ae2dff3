"""Reading aloud: buttons that a script adds where the browser has a voice of its own for the language; nothing else.

Without scripts, or without such a voice, there is no button. Voices that would send the text elsewhere are not used.
"""

from __future__ import annotations

import json

from flask import Flask, g, url_for
from markupsafe import Markup

from survey_service.web import styles
from survey_service.web.i18n import gettext
from survey_service.web.styles import Sheet

_LINKED = Markup('<script src="{}"{}></script>')


def script() -> Sheet:
    """Return the script with the name of its buttons in the present language: each page would say it anew else."""
    label = json.dumps(gettext("Read aloud: %(what)s", what="{}"), ensure_ascii=False)
    return styles.of(styles.script("aloud").text.replace("LABEL", label))


def aloud_script(*, first: bool = False) -> Markup:
    """Return the script for the head of a page with questions, and allow it there.

    What it adds gets its room before the page is drawn, so nothing moves. On the ``first`` page a line within the page
    sees to that, and nothing waits for the file; on further pages the browser has kept it.
    """
    room = styles.script("room")
    address = url_for("public.read_aloud", mark=script().mark)
    g.scripts = {*g.get("scripts", ()), "self", *([room.source] if first else [])}
    if not first:
        return _LINKED.format(address, "")
    within = Markup("<script>{}</script>").format(Markup(room.text))  # noqa: S704 - a file of ours
    return within + _LINKED.format(address, Markup(" async"))


def install(app: Flask) -> None:
    """Give templates ``aloud_script``."""
    app.jinja_env.globals.update(aloud_script=aloud_script)
