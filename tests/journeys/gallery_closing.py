"""The pages that close the loop, in one language: what became of the answers, newsletters, the holder's outcomes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from survey_service import clock, languages
from survey_service.closing import composing, gate, issues, news, publishing, texts
from survey_service.closing.composing import Source
from survey_service.closing.news import Published
from survey_service.concept import progress
from survey_service.concept.model import Progress
from survey_service.monitoring.figures import Batches
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from tests.closing.conftest import NOW, WAVE, adopted
from tests.web.browser import Browser

if TYPE_CHECKING:
    from tests.journeys.gallery import Studio


def became(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """Nothing yet; then a page in all languages, a replaced one, a newsletter, and what a holder is told."""
    here = studio.app.extensions["survey_service"]
    if not publishing.any_page(studio.store):
        browser.open(f"/{tag}/became")
        yield "nothing became"
        browser.open(f"/{tag}/news")
        yield "no news"
        with clock.fixed(NOW):
            fill(studio.store, Publications(studio.store), here.library.labels("fields_of_action"),
                 here.library.labels("needs"))  # fmt: skip
    for path, name in (
        ("became", "what became, by field"),
        ("became/ARB", "what became of a field"),
        ("became/ARB/1", "what became, replaced"),
        ("news", "newsletter"),
    ):
        browser.open(f"/{tag}/{path}")
        yield name
    answers = {"B00": "yes", "B01": "self", "B02": "27-44", "C2": "yes", "B08": ["ARB"], "B09_ARB": ["ARB.job"]}
    current = here.publications.current("needs").revision
    given = Submission(str(uuid.uuid4()), current, tag, answers, 1, "web")
    sent = submit(studio.store, here.publications, given, receipt_key=here.receipt_key, today=dt.date(2026, 5, 4))
    browser.open(f"/{tag}/receipt")
    browser.send(words=sent.receipt)
    yield "answers with what became of them"


def fill(store: Store, publications: Publications, fields: composing.Labels, needs: composing.Labels) -> None:
    """Publish a page twice and a newsletter, in all languages."""
    adopted(store)
    source = Source(store, None, fields, needs)
    tags = [entry.tag for entry in languages.offered()]
    states = {tag: "draft" if tag in ("ar", "en") else "reviewed" for tag in tags if tag != "de"}
    for state in ("running", "done"):
        progress.note(store, "item-2", Progress(state, "2026-11-22" if state == "done" else ""), "Mara")
        content = composing.compose(source, WAVE, "ARB")
        for tag in tags:
            for each in gate.of_content(content):
                if each.key:
                    write(store, each.key, tag, each.text)
        content = composing.compose(source, WAVE, "ARB")
        publishing.publish(source, WAVE, "ARB", states, publishing.mark_of(content), "Mara")
    made = Published(store, Batches(lambda: store), publications)
    for kind, ref in (("questionnaire", "needs"), ("became", "2"), ("concept", "1"), ("measure", "item-2/1")):
        news.choose(made, kind, ref)
    for tag in tags:
        for name in ("title", "intro", "note/concept/1"):
            write(store, news.key_of(store, name), tag, {})
    issues.publish(made, states, issues.mark_of(news.compose(made)), "Mara")


def write(store: Store, key: str, tag: str, given: texts.Text) -> None:
    """Write a text whose words differ from language to language."""
    if tag not in texts.of(store, key, given):
        texts.save(store, key, tag, languages.language(tag).autonym, seen=texts.version(store, key), given=given)
