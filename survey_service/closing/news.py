"""A newsletter is put together: items that are public already, in the manager's order, with short texts of hers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service import languages
from survey_service.closing import composing, gate, publishing, texts
from survey_service.closing.gate import Needed
from survey_service.concept import versions
from survey_service.concept.model import DONE, MEASURE
from survey_service.monitoring.figures import Batches
from survey_service.offers.register import OFFERS
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.responses.revisions import Publications
from survey_service.store.base import CollectionSpec, Store, Stored

DRAFT = CollectionSpec("closing_news_draft")
"""The newsletter that is worked on: one document with the kind and reference of each item, in order."""
ISSUES = CollectionSpec("closing_news", unique=("number",))
FIGURES, CONCEPT, BECAME, MEASURES, OFFER, QUESTIONNAIRE = (
    *("figures", "concept", "became", "measure", "offer", "questionnaire"),
)
KINDS = (BECAME, CONCEPT, MEASURES, FIGURES, OFFER, QUESTIONNAIRE)
_MOST_OFFERS = 30
_SAME = "*"


@dataclass(frozen=True)
class Entry:
    """An item: its kind and reference, where it leads to behind ``/<language>/``, its names, further facts (ISO day,
    body), its text and the manager's own, and the languages in which what it leads to can be read (() for all).
    """

    kind: str
    ref: str
    link: str
    names: tuple[Text, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    text: Text = field(default_factory=dict)
    note: Text = field(default_factory=dict)
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issue:
    """What a newsletter says."""

    title: Text
    intro: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Published:
    """What items may be chosen from: all of it is public."""

    store: Store
    batches: Batches
    publications: Publications

    def candidates(self, kind: str) -> list[Entry]:
        """Return what there is of a kind, newest first."""
        return [*_FINDERS[kind](self)]

    def find(self, kind: str, ref: str) -> Entry | None:
        """Return an item; None if there is none, or none any more."""
        return next((each for each in self.candidates(kind) if each.ref == ref), None) if kind in _FINDERS else None


def _figures(source: Published) -> Iterator[Entry]:
    for news in source.batches.news():
        batch = source.batches.get(news.number)
        found = [batch.figure(code) for code in news.codes] if batch is not None else []
        names = tuple(figure.indicator.name for figure in found if figure is not None)
        if batch is not None and names:
            spoken = tuple(entry.tag for entry in languages.offered() if batch.speaks(entry.tag))
            yield Entry(FIGURES, str(news.number), f"results?batch={news.number}", names, {"day": news.day},
                        languages=spoken)  # fmt: skip


def _concepts(source: Published) -> Iterator[Entry]:
    for concept in versions.adopted(source.store):
        decided = composing.decided(source.store, concept)
        if decided is not None:
            facts = {"day": decided.day, "body": decided.body}
            link = f"concept/{concept.number}"
            yield Entry(CONCEPT, str(concept.number), link, (), facts, decided.result)


def _became(source: Published) -> Iterator[Entry]:
    for page in publishing.current(publishing.all_pages(source.store)):
        link = f"became/{page.content.field}/{page.number}"
        facts = {"day": page.day, "wave": page.content.wave}
        yield Entry(BECAME, str(page.number), link, (page.content.label,), facts, languages=tuple(page.languages))


def _measures(source: Published) -> Iterator[Entry]:
    concept = versions.newest_adopted(source.store)
    done = [item for item in composing.standing(source.store, concept) if item.kind == MEASURE]
    for item in sorted(done, key=lambda item: item.progress.done, reverse=True):
        if item.progress.state == DONE and concept is not None:
            said = texts.of(source.store, texts.wording_key(item.key, item.wording.number), item.wording.texts)
            yield Entry(MEASURES, f"{item.key}/{item.wording.number}", f"concept/{concept.number}#{item.key}", (),
                        {"day": item.progress.done}, said)  # fmt: skip


def _offers(source: Published) -> Iterator[Entry]:
    listed = source.store.collection(OFFERS).find(listed=True)
    for stored in sorted(listed, key=lambda each: -each.id)[:_MOST_OFFERS]:
        body = stored.body
        yield Entry(OFFER, body["offer"], f"offers/{body['offer']}", ({_SAME: body["name"]},),
                    {"organisation": body["organisation"]})  # fmt: skip


def _questionnaires(source: Published) -> Iterator[Entry]:
    for published in source.publications.all():
        if published.is_open:
            one = published.questionnaire
            yield Entry(QUESTIONNAIRE, one.name, f"q/{one.name}", (one.label,), languages=tuple(one.languages))


_FINDERS: Mapping[str, Callable[[Published], Iterator[Entry]]] = {
    FIGURES: _figures,
    CONCEPT: _concepts,
    BECAME: _became,
    MEASURES: _measures,
    OFFER: _offers,
    QUESTIONNAIRE: _questionnaires,
}


# -- the draft -----------------------------------------------------------------------------------------------------


def number(store: Store) -> int:
    """Return the number that the newsletter which is worked on will have."""
    return store.collection(ISSUES).count() + 1


def chosen(store: Store) -> list[tuple[str, str]]:
    """Return kind and reference of the chosen items in order."""
    stored = _draft(store)
    return [(kind, ref) for kind, ref in stored.body["items"]] if stored is not None else []


def choose(source: Published, kind: str, ref: str) -> None:
    """Put an item at the end, once. Raises Problem closing.missing."""
    with source.store.transaction():
        items = chosen(source.store)
        if source.find(kind, ref) is None:
            raise Problem("closing.missing")
        if (kind, ref) not in items:
            _keep(source.store, [*items, (kind, ref)])


def rearrange(store: Store, kind: str, ref: str, what: str) -> None:
    """Move an item ``up`` or ``down``, or take it ``out``. Raises Problem closing.missing."""
    with store.transaction():
        items = chosen(store)
        if (kind, ref) not in items:
            raise Problem("closing.missing")
        at = items.index((kind, ref))
        items.pop(at)
        if what != "out":
            items.insert(max(0, at + (-1 if what == "up" else 1)), (kind, ref))
        _keep(store, items)


def _draft(store: Store) -> Stored | None:
    return next(iter(store.collection(DRAFT).find()), None)


def _keep(store: Store, items: list[tuple[str, str]]) -> None:
    stored = _draft(store)
    body: dict[str, Any] = {"items": [[kind, ref] for kind, ref in items]}
    if stored is None:
        store.collection(DRAFT).add(body)
    else:
        store.collection(DRAFT).replace(stored.id, body, version=stored.version)


def clear(store: Store) -> None:
    """Begin anew, for the next newsletter."""
    texts.erase(store, f"news/{number(store)}/")
    _keep(store, [])


def key_of(store: Store, name: str) -> str:
    """Return the key of a text of the newsletter that is worked on: ``title``, ``intro``, ``note/<kind>/<ref>``."""
    return f"news/{number(store)}/{name}"


def compose(source: Published) -> Issue:
    """Return what the newsletter would say now; items that are public no more are left out."""
    store = source.store

    def said(name: str) -> Text:
        return texts.of(store, key_of(store, name))

    found = [(source.find(kind, ref), f"note/{kind}/{ref}") for kind, ref in chosen(store)]
    entries = tuple(_noted(entry, said(name)) for entry, name in found if entry is not None)
    return Issue(said("title"), said("intro"), entries)


def _noted(entry: Entry, note: Text) -> Entry:
    return Entry(**{**vars(entry), "note": note})


def needed(store: Store, issue: Issue) -> Iterator[Needed]:
    """Yield the texts that a newsletter needs: its title, the names and texts of items, what it says itself."""
    yield Needed(gate.TITLE, "", issue.title, key_of(store, "title"))
    if issue.intro:
        yield Needed(gate.WORDS, "", issue.intro, key_of(store, "intro"))
    for entry in issue.entries:
        place = f"{entry.kind} {entry.ref}"
        if entry.languages:
            yield Needed(gate.TARGET, place, dict.fromkeys(entry.languages, place))
        yield from (Needed(gate.NAME, place, name) for name in entry.names)
        if entry.kind == CONCEPT:
            yield Needed(gate.RESULT, entry.ref, entry.text, texts.result_key(int(entry.ref)))
        if entry.kind == MEASURES:
            key, _, wording = entry.ref.partition("/")
            yield Needed(gate.MEASURE, key.removeprefix("item-"), entry.text, texts.wording_key(key, int(wording)))
        if entry.note:
            yield Needed(gate.NOTE, place, entry.note, key_of(store, f"note/{entry.kind}/{entry.ref}"))
