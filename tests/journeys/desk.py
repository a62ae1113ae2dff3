"""What must hold on the pages of the desk: as on a phone and, in light and dark colours, as on a desk's screen."""

from __future__ import annotations

from typing import Any

from tests.journeys.inspection import NARROW, PHONE, Inspector

SCREEN = 1600
UNJUDGED = "contrast of "
LAID_OUT = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
"""The rules of axe that depend on how wide the screen is; all others depend on the document, and are asked once."""


def faults_at_the_desk(inspector: Inspector, html: str, scheme: Any = "light", *, wider: bool = False) -> list[str]:
    """Return what is wrong with a page of the desk; ``scheme`` is that of the phone.

    axe judges no contrast beyond the visible part of a wide table, so contrast, which depends on no width, is judged on
    the screen, where all tables but one fit: ``wider`` says that this is its page.
    """
    page = inspector.load(html, scheme=scheme, width=NARROW)
    found = inspector.geometry(page) + inspector.glyphs(page) + inspector.language(page, "de", "ltr")
    inspector.resize(page, PHONE)
    found += inspector.geometry(page) + inspector.axe(page, contrast=False)
    inspector.resize(page, SCREEN)
    page.emulate_media(color_scheme="light")
    on_screen = inspector.axe(page, LAID_OUT)
    page.emulate_media(color_scheme="dark")
    on_screen += inspector.axe(page, ["color-contrast"])
    return found + (judged(on_screen) if wider else on_screen)


def judged(faults: list[str]) -> list[str]:
    """Return the faults without that too few contrasts were judged."""
    return [fault for fault in faults if not fault.startswith(UNJUDGED)]
