"""A speech synthesis for tests: it says what it was asked to say, and has the voices it is given."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import BrowserContext, Page

_STUB = """(() => {
  const voices = %s.map(([lang, localService]) => ({lang, localService, default: false}));
  let ready = !%s;
  window.said = [];
  class Utterance { constructor(text) { this.text = text; } }
  const speech = {
    onvoiceschanged: null,
    getVoices: () => (ready ? voices : []),
    speak: (one) => { said.push([one.text, one.lang]); speech.last = one; },
    cancel: () => { said.push('stop'); },
    arrive: () => { ready = true; speech.onvoiceschanged?.(); },
    finish: () => speech.last.onend(),
  };
  Object.defineProperty(window, 'speechSynthesis', {value: speech});
  window.SpeechSynthesisUtterance = Utterance;
})()"""


def voices(context: BrowserContext, *tags: str, remote: tuple[str, ...] = (), late: bool = False) -> None:
    """Give the pages of a context voices for these languages, the ``remote`` ones elsewhere, ``late`` on ``arrive``."""
    known = [[tag, True] for tag in tags] + [[tag, False] for tag in remote]
    context.add_init_script(_STUB % (json.dumps(known), json.dumps(late)))


def said(page: Page) -> list[Any]:
    """Return what was said since the last call: [text, language] or "stop"."""
    found: list[Any] = page.evaluate("said.splice(0)")
    return found
