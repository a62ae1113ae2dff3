"""The index of the directory: which offers a typed word means, and how well. It is kept by whoever holds its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from survey_service.offers.bitsets import bits
from survey_service.offers.entry import FIELD, LABEL, NAME, ORGANISATION, RELATED, TEXT, TYPE, Entry, Mark
from survey_service.offers.lexicon import Lexicon
from survey_service.offers.search_words import parts, spellings
from survey_service.offers.vocabulary import Vocabulary

PLACES = (NAME, ORGANISATION, LABEL, TEXT, RELATED)
_WRITTEN = (NAME, ORGANISATION, TEXT)
"""Places whose words are the offers' own; LABEL and RELATED are words of codes."""
_COMMON = 8
"""From so many offers on, the set of those that hold a word is kept."""
_MOST_KEPT = 2_000
"""How many words' findings are kept until the offers change; some 6 kB each at ten thousand offers."""
_LEAST_LIKE = 0.8
"""How alike, from 0 to 1, a word must be to be proposed where nothing was found."""
Sets = tuple[int, ...]
"""For each of PLACES the set of offers, by position, in which a word is found there and at no better place."""


@dataclass(frozen=True)
class Matches:
    """What a query finds: sets of offers by position, the best first and none in two; ``weak`` are those of which some
    word is found only in what their field of action is good for. ``left_out``: words that are found nowhere.
    """

    strong: tuple[int, ...]
    weak: tuple[int, ...]
    left_out: tuple[str, ...] = ()

    @property
    def all(self) -> int:
        """The set of all that is found."""
        return _union((*self.strong, *self.weak))


class Index:
    """Offers in the order in which lists show them, the words they hold, and the marks they bear.

    Changes cost what the changed offers cost; the order and the sets of positions are made anew by ``arrange``.
    """

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self._holding: dict[int, dict[str, set[int]]] = {where: {} for where in _WRITTEN}
        self.arrange([])

    def put(self, entry: Entry) -> None:
        """Add an offer, or replace what was known of it."""
        self.drop(entry.id)
        self.entries[entry.id] = entry
        for where, words in entry.words.items():
            holding = self._holding[where]
            for word in words:
                holding.setdefault(word, set()).add(entry.id)

    def drop(self, id: int) -> None:
        """Remove an offer if it is there."""
        entry = self.entries.pop(id, None)
        for where, words in entry.words.items() if entry is not None else ():
            holding = self._holding[where]
            for word in words:
                holding[word].discard(id)
                if not holding[word]:
                    del holding[word]

    def clear(self) -> None:
        """Forget all offers."""
        self.entries.clear()
        for holding in self._holding.values():
            holding.clear()

    def arrange(self, order: Sequence[int]) -> None:
        """Take over the order of all offers, by their ids; what was found before counts no more."""
        self.order = list(order)
        self._position = {id: position for position, id in enumerate(self.order)}
        bearing: dict[Mark, list[int]] = {}
        for position, id in enumerate(self.order):
            for mark in self.entries[id].marks:
                bearing.setdefault(mark, []).append(position)
        self.marked: Mapping[Mark, int] = {mark: bits(found, len(self.order)) for mark, found in bearing.items()}
        self.everything = (1 << len(self.order)) - 1
        self._vocabulary = Vocabulary({word for holding in self._holding.values() for word in holding})
        self._common: dict[tuple[int, str], int] = {}
        self._found: dict[tuple[str, tuple[str, ...]], Sets] = {}

    def content(
        self,
    ) -> tuple[Mapping[int, Entry], Mapping[int, Mapping[str, set[int]]], list[int], Mapping[Mark, int]]:
        """Return all that the index consists of, to compare."""
        return self.entries, self._holding, self.order, self.marked

    def search(self, query: Sequence[tuple[str, ...]], lexicon: Lexicon) -> Matches:
        """Return the offers in which all words of a query are found, best first.

        ``query`` are words, each in its spellings. Words found nowhere are left out; if no offer has all the others,
        those with as many as possible are returned.
        """
        if not query:
            return Matches((self.everything,), ())
        found = [(word, self._sets(word, lexicon)) for word in query]
        left_out = tuple(word[0] for word, sets in found if not any(sets))
        known = [sets for _, sets in found if any(sets)]
        if not known:
            return Matches((), (), left_out)
        strong, weak = _ranked(known)
        if not any((*strong, *weak)):
            return Matches(_most(known), (), tuple(word[0] for word, _ in found))
        return Matches(strong, weak, left_out)

    def meant(self, query: Sequence[tuple[str, ...]], lexicon: Lexicon) -> list[Mark]:
        """Return the fields of action and types of offer that there are and that are called by all words of a query."""
        common: set[Mark] | None = None
        for typed in query:
            words = {word for spelling in typed for word in lexicon.vocabulary.around(spelling)}
            marks = {mark for word in words for mark, where in lexicon.meanings[word].items() if where == LABEL}
            common = marks if common is None else common & marks
        return sorted(mark for mark in common or () if mark in self.marked and mark[0] in (FIELD, TYPE))

    def nearest(self, word: str, lexicon: Lexicon) -> str | None:
        """Return the word of a code's or an offer's name that is most like one that was found nowhere; None if none is
        like it at all.
        """
        names = {name for where in (NAME, ORGANISATION) for name in self._holding[where]}
        named = (name for name, marks in lexicon.meanings.items() if any(mark in self.marked for mark in marks))
        found = process.extractOne(word, [*named, *names], scorer=JaroWinkler.similarity, score_cutoff=_LEAST_LIKE)
        return found[0] if found else None

    def written(self, word: str) -> str:
        """Return a word of offers' names as the first of them writes it."""
        for where, column in ((NAME, "name"), (ORGANISATION, "organisation")):
            for id in sorted(self._holding[where].get(word, ()))[:1]:
                for part in self.entries[id].body[column].split():
                    if word in spellings(part):
                        return str(part).strip("()„“\"',.;:")
        return word

    def _sets(self, word: tuple[str, ...], lexicon: Lexicon) -> Sets:
        key = (lexicon.tag, word)
        if key not in self._found:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[key] = self._find(word, lexicon)
        return self._found[key]

    def _find(self, word: Sequence[str], lexicon: Lexicon) -> Sets:
        sets = self._written_so(word, lexicon, Vocabulary.around)
        for where, offers in zip((TEXT, RELATED), self._compounds(word, lexicon), strict=True):
            sets[where] |= offers
        if not any(sets):
            sets = self._written_so(word, lexicon, Vocabulary.alike)
        seen = 0
        for where in PLACES:
            sets[where] &= ~seen
            seen |= sets[where]
        return tuple(sets)

    def _written_so(
        self, word: Sequence[str], lexicon: Lexicon, look: Callable[[Vocabulary, str], Iterable[str]]
    ) -> list[int]:
        """Return the sets of offers by place for the words that ``look`` finds for a typed one, in its spellings."""
        sets = [0] * len(PLACES)
        for spelling in word:
            for known in look(self._vocabulary, spelling):
                for where in _WRITTEN:
                    if known in self._holding[where]:
                        sets[where] |= self._having(where, known)
            for known in look(lexicon.vocabulary, spelling):
                for mark, where in lexicon.meanings[known].items():
                    sets[where] |= self.marked.get(mark, 0)
        return sets

    def _compounds(self, word: Sequence[str], lexicon: Lexicon) -> tuple[int, int]:
        """Return the offers that hold both parts of a German compound (``Deutschkurs``: a course of ``Deutsch``), and
        those that hold its first one.
        """
        both = first_only = 0
        for spelling in word:
            for first, second in parts(spelling):
                if first in self._vocabulary or first in lexicon.vocabulary:
                    begun, ended = (
                        _union(self._written_so([part], lexicon, Vocabulary.around)[:RELATED])
                        for part in (first, second)
                    )
                    both |= begun & ended
                    first_only |= begun if ended else 0
        return both, first_only

    def _having(self, where: int, word: str) -> int:
        ids = self._holding[where][word]
        if len(ids) < _COMMON:
            return bits((self._position[id] for id in ids), len(self.order))
        key = (where, word)
        if key not in self._common:
            self._common[key] = bits((self._position[id] for id in ids), len(self.order))
        return self._common[key]


def _ranked(words: Sequence[Sets]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the offers in which every word is found, by the sum of the places: the strong and the weak ones."""
    strong, weak = {0: -1}, dict[int, int]()
    for sets in words:
        grown: list[dict[int, int]] = [{}, {}]
        for kind, before in enumerate((strong, weak)):
            for total, offers in before.items():
                for where in PLACES:
                    both = offers & sets[where]
                    if both:
                        into = grown[1 if kind or where == RELATED else 0]
                        into[total + where] = into.get(total + where, 0) | both
        strong, weak = grown
    return tuple(_in_order(strong)), tuple(_in_order(weak))


def _in_order(sets: Mapping[int, int]) -> list[int]:
    return [sets[total] for total in sorted(sets)]


def _most(words: Sequence[Sets]) -> tuple[int, ...]:
    """Return the offers by how many of some words are found in them, most first."""
    by_count = [-1] + [0] * len(words)
    for sets in words:
        here = _union(sets)
        for count in range(len(words), 0, -1):
            by_count[count] |= by_count[count - 1] & here
    return tuple(by_count[count] & ~by_count[count + 1] for count in range(len(words) - 1, 0, -1))


def _union(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found
