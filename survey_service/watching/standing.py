"""How the translations stand in all languages.

To count them the texts of all files must be read, which takes seconds. A process that has read them counts anew after
each edit; others, and one that was just started, use what was counted in the last round.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from survey_service import languages
from survey_service.questionnaire import texts as states
from survey_service.questionnaire import translating
from survey_service.questionnaire.loader import texts_of
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.translating import Source
from survey_service.responses.revisions import Publications
from survey_service.store.base import CollectionSpec, Store
from survey_service.translating.workbench import Workbench, source_tag

KEPT = CollectionSpec("text_standing", unique=("name",))
_NAME = "texts"


@dataclass(frozen=True)
class Standing:
    """How many texts are outdated, and how many a machine drafted, by language; and for each published questionnaire
    the languages that it would lose with its next revision, because texts are missing. What has none is left out.
    """

    outdated: Mapping[str, int] = field(default_factory=dict)
    drafted: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Texts:
    """The texts of one instance; both arguments return what is used, when it is needed first."""

    def __init__(self, workbench: Callable[[], Workbench], publications: Callable[[], Publications]) -> None:
        self._workbench, self._publications = workbench, publications
        self._known: tuple[object, Standing] | None = None
        self._lock = threading.Lock()

    def now(self) -> Standing:
        """Return how they stand, as far as that is known without reading files. Raises the store's Problems."""
        workbench = self._workbench()
        return self.counted() if workbench.is_read else kept(workbench.store)

    def counted(self) -> Standing:
        """Return how they stand now. Raises the store's Problems."""
        workbench, published = self._workbench(), [each.questionnaire for each in self._publications().all()]
        state = (workbench.edits.renew().number, tuple(map(id, published)))
        with self._lock:
            if self._known is None or self._known[0] != state:
                self._known = state, _counted(workbench, published)
            return self._known[1]

    def keep(self) -> Standing:
        """Count now, and keep what comes of it for other processes."""
        store, found = self._workbench().store, self.counted()
        body = {"name": _NAME, "outdated": dict(found.outdated), "drafted": dict(found.drafted)}
        body["lost"] = {name: list(tags) for name, tags in found.lost.items()}
        with store.transaction():
            stored = store.collection(KEPT).first(name=_NAME)
            if stored is None:
                store.collection(KEPT).add(body)
            elif stored.body != body:
                store.collection(KEPT).replace(stored.id, body, version=stored.version)
        return found


def kept(store: Store) -> Standing:
    """Return what was kept last; nothing waits as far as is known if nothing was."""
    stored = store.collection(KEPT).first(name=_NAME)
    if stored is None:
        return Standing()
    return Standing(**{name: stored.body[name] for name in asdict(Standing())})


def _counted(workbench: Workbench, published: Sequence[Questionnaire]) -> Standing:
    snapshot = workbench.edits.now
    outdated, drafted = Counter[str](), Counter[str]()
    unseen: dict[str, list[Source]] = {}
    for tag in sorted({entry.tag for entry in languages.offered()} | set(snapshot.made)):
        for scope in workbench.scopes:
            if source_tag(scope) == tag:
                continue
            for entry in workbench.entries(scope, tag, snapshot):
                outdated[tag] += entry.state == translating.OUTDATED
                drafted[tag] += entry.state == states.MACHINE_DRAFT
                if not entry.shown:
                    unseen.setdefault(tag, []).append(entry.source)
    lost = {each.name: _lost(each, unseen) for each in published}
    return Standing(+outdated, +drafted, {name: tags for name, tags in lost.items() if tags})


def _lost(questionnaire: Questionnaire, unseen: Mapping[str, Sequence[Source]]) -> list[str]:
    """Return the languages of a questionnaire in which a text that it needs can't be seen: its own, one of the pages
    around it, a choice of a list that it uses."""
    used = frozenset(text.get(states.SOURCE, "") for _, text in texts_of(questionnaire))
    around = (questionnaire.name, translating.INTERFACE, translating.LEGAL)

    def needs(source: Source) -> bool:
        return source.scope in around or (source.scope == translating.VOCABULARIES and source.forms[0] in used)

    return [tag for tag in questionnaire.languages if any(map(needs, unseen.get(tag, ())))]
