"""What differs between two adopted versions of the concept, as everybody reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from survey_service.concept import differences, paper, words
from survey_service.concept.differences import ADDED, CHANGED, GONE, NEW, REMOVED, Change
from survey_service.concept.model import MEASURE, Basis, Concept, Item
from survey_service.problems import N_
from survey_service.questionnaire.model import Text
from survey_service.questionnaire.texts import SOURCE
from survey_service.web import difference, i18n
from survey_service.web.i18n import gettext
from survey_service.web.kept import Kept

KINDS: Mapping[str, str] = {ADDED: N_("Added"), REMOVED: N_("Left out"), CHANGED: N_("Changed")}
HEADING = N_("What changed from %(old)s to %(new)s")
SAME = N_("Nothing differs.")
_FACTS = ("horizon", "effort", "budget")
_changes: Kept[tuple[Change, ...]] = Kept(20)


@dataclass(frozen=True)
class Line:
    """A text with its changes, as markup, and the tag of its language."""

    language: str
    markup: Markup


@dataclass(frozen=True)
class Shown:
    """What became of an item: its key and number, the kind of change in words, its texts, what else changed of it, each
    with a heading, and what stands unchanged.
    """

    key: str
    number: str
    kind: str
    texts: Sequence[Line]
    facts: Sequence[tuple[str, Markup]]
    notes: Sequence[str] = ()


def between(old: Concept, new: Concept) -> list[Shown]:
    """Return what differs in the present language; what was adopted stays, so it is compared once."""
    changes = _changes.get((old.digest, new.digest), lambda: tuple(differences.between(old, new)))
    return [_shown(change, old, new) for change in changes]


def _shown(change: Change, old: Concept, new: Concept) -> Shown:
    item, tag = change.item, i18n.language().tag
    kind = gettext(KINDS[change.kind])
    if change.kind != CHANGED:
        text = paper.run_of(item.wording.texts, tag)
        line = Line(text.language, difference.run(NEW if change.kind == ADDED else GONE, text.text, text.language))
        notes = [*_who(item), *paper.basis_lines(item.wording.basis, tag, gettext)]
        return Shown(item.key, item.number, kind, [line], (), notes)
    order = [each for each in (tag, SOURCE) if each in dict(change.texts)]
    texts = sorted(change.texts, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    lines = [Line(name, difference.told(runs, name)) for name, runs in texts] or [_unchanged(item.wording.texts, tag)]
    return Shown(item.key, item.number, kind, lines, [*_facts(change, old, new)])


def _unchanged(texts: Text, tag: str) -> Line:
    text = paper.run_of(texts, tag)
    return Line(text.language, difference.run(differences.SAME, text.text))


def _facts(change: Change, old: Concept, new: Concept) -> Iterator[tuple[str, Markup]]:
    if change.basis is not None:
        before, after = (_lines(basis) for basis in change.basis)
        yield gettext("Source"), _pair(before, after)
    facts = {fact.name: fact for fact in change.facts}
    if "field" in facts:
        yield gettext("Topics"), _pair(_fact("field", facts["field"].old, old), _fact("field", facts["field"].new, new))
    if "kind" in facts:
        pair = (gettext(words.GROUPS[value]) for value in (facts["kind"].old, facts["kind"].new))
        yield gettext("Contents"), _pair(*pair)
    if "lead" in facts or "due" in facts:
        lines = ("".join(_who(item)) or paper.NONE for item in (old.item(change.item.key), change.item))
        yield gettext(words.GROUPS[MEASURE]), _pair(*lines)
    for name in _FACTS:
        if name in facts:
            yield (
                gettext(words.FACTS[name]),
                _pair(_fact(name, facts[name].old, old), _fact(name, facts[name].new, new)),
            )


def _who(item: Item) -> Iterator[str]:
    """Yield who does a measure and by when; nothing for what is none."""
    measure = item.wording.measure
    if measure is not None:
        yield gettext(words.WHO_AND_WHEN, who=measure.lead, day=paper.day(measure.due, i18n.language().tag))


def _lines(basis: Basis) -> str:
    return " · ".join(paper.basis_lines(basis, i18n.language().tag, gettext))


def _fact(name: str, value: object, concept: Concept) -> str:
    return paper.fact(name, value, concept, i18n.language().tag, gettext)


def _pair(old: str, new: str) -> Markup:
    return Markup("<p>{}</p><p>{}</p>").format(difference.run(GONE, old), difference.run(NEW, new))
