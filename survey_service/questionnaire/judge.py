"""The one place that decides: inputs → accepted answers with states, or located refusals.

Inputs are what a person typed or a program sent, by question name; those in repeats are nested, a list of entries
(see ``places``). The form in the browser, the JSON API, the import and the demo all come here, so the rules live once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service.questionnaire import places
from survey_service.questionnaire.expression import Expression, Scope
from survey_service.questionnaire.model import (
    PREFER_NOT_TO_SAY,
    Group,
    Questionnaire,
    ScreenOut,
    Text,
)
from survey_service.questionnaire.plan import NOT_SHOWN, Plan, Run, Step, plan_of
from survey_service.questionnaire.question_types import MESSAGES, TYPES, Unreadable
from survey_service.questionnaire.values import Answer, Path, to_number, to_text, value_of

ANSWERED, PNA, SKIPPED = "answered", "pna", "skipped"


@dataclass(frozen=True)
class Refusal:
    """Why an input was not accepted.

    ``path`` is the entry of a repeat it stands in. ``message`` is an English source text with ``%(name)s`` for
    ``values`` (a Choice there stands for its label); ``text`` is the questionnaire's own message and wins if it is not
    empty.
    """

    question: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    text: Text = field(default_factory=dict)
    path: Path = ()

    @property
    def message(self) -> str:
        return MESSAGES[self.code]


@dataclass(frozen=True)
class Judgement:
    """The outcome: ``answers`` as stored, a state for each question that asks or calculates, and refusals.

    Answers and states nest in repeats. ``refusals`` and ``shown`` go by key (see ``places``): a name, or
    ``household~2/name``. ``kept`` are inputs to remember until the next time, by name: what is calculated only once.
    """

    answers: Mapping[str, Answer]
    states: Mapping[str, Any]
    refusals: Mapping[str, Refusal]
    shown: frozenset[str]
    screen_out: ScreenOut | None
    consented: bool
    scope: Scope
    """All accepted values as expressions see them, ``pna`` included, with a place to stand (``path``)."""
    kept: Mapping[Path, Mapping[str, Any]] = field(default_factory=dict)

    def scope_at(self, path: Path) -> Scope:
        """Return the scope as seen from an entry of a repeat."""
        self.scope.path = path
        return self.scope

    def value(self, name: str, path: Path = ()) -> Answer:
        """Return the accepted value of a question at a path, ``pna`` included, or None."""
        return places.at(self.scope.answers, path).get(name)

    def count(self, repeat: str, path: Path = ()) -> int:
        """Return how many entries a repeat has within an entry of its parent."""
        return len(places.entries(places.at(self.scope.answers, path), repeat))


@dataclass(frozen=True)
class Circumstances:
    """What is known of an interview beside its answers.

    ``now`` is the moment with an offset, None for midnight UTC; ``files`` are the ids of the files that were brought.
    ``drawn`` says that the random numbers were drawn elsewhere, so that what was put in for them stays.
    """

    seed: int = 0
    language: str = "de"
    now: dt.datetime | None = None
    files: frozenset[str] = frozenset()
    drawn: bool = False


def is_empty(raw: Any) -> bool:
    """Tell whether an input is no answer: nothing, blank text, an empty list, or a list of blanks."""
    if raw is None or raw is False:
        return True
    if isinstance(raw, str):
        return not raw.strip()
    return isinstance(raw, list | tuple) and all(is_empty(part) for part in raw)


_ORDINARY = Circumstances()


def judge(
    questionnaire: Questionnaire, inputs: Mapping[str, Any], today: dt.date, around: Circumstances = _ORDINARY
) -> Judgement:
    """Judge all inputs of one respondent. Inputs to questions that are not shown are dropped."""
    plan = plan_of(questionnaire)
    work = _Work(plan, inputs, today, around)
    for run in plan.runs:
        work.run(run)
    work.find_unknown()
    screen_out = next((end for end in questionnaire.screen_outs if end.when.holds(work.scope)), None)
    consent = questionnaire.consent
    root = work.entries[()][0]
    states = _in_order(plan, (), root.states) if not plan.in_order else root.states
    order = work.keys_in_order() if work.refusals else ()
    return Judgement(
        answers=_answers(plan, (), root.values, states),
        states=states,
        refusals={key: work.refusals[key] for key in order if key in work.refusals},
        shown=frozenset(work.shown),
        screen_out=screen_out,
        consented=not consent or root.values.get(consent) == "yes",
        scope=work.scope,
        kept=work.kept,
    )


def _in_order(plan: Plan, chain: tuple[str, ...], states: Mapping[str, Any]) -> dict[str, Any]:
    """Return states in the order of the questionnaire."""
    ordered = {}
    for name in plan.columns.get(chain, ()):
        if name in plan.repeats and name in states:
            ordered[name] = [_in_order(plan, (*chain, name), entry) for entry in states[name]]
        elif name in states:
            ordered[name] = states[name]
    return ordered


def _answers(
    plan: Plan, chain: tuple[str, ...], values: Mapping[str, Any], states: Mapping[str, Any]
) -> dict[str, Answer]:
    """Return the answered ones among values; a repeat without entries is left out."""
    answers = {name: values[name] for name, state in states.items() if state == ANSWERED}
    if plan.repeats:
        for repeat in plan.columns.get(chain, ()):
            if repeat in plan.repeats and states.get(repeat):
                pairs = zip(values[repeat], states[repeat], strict=True)
                answers[repeat] = [_answers(plan, (*chain, repeat), *pair) for pair in pairs]
    return answers


def _seed_of(seed: int, key: str) -> int:
    """Return the seed of one question: it differs from question to question and stays with the respondent."""
    return int.from_bytes(hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=4).digest()) & 0x7FFFFFFF


@dataclass(slots=True)
class _Entry:
    """One entry of a repeat, or all that is outside repeats: what was put in, and what comes of it."""

    path: Path
    prefix: str
    inputs: Mapping[str, Any]
    values: dict[str, Answer]
    states: dict[str, Any]


class _Work:
    """The state of one judgement. ``scope`` sees the values as they grow."""

    def __init__(self, plan: Plan, inputs: Mapping[str, Any], today: dt.date, around: Circumstances) -> None:
        self.plan, self.today, self.around = plan, today, around
        root = _Entry((), "", inputs, {}, {})
        self.entries: dict[tuple[str, ...], list[_Entry]] = {(): [root]}
        self.here = root
        self.refusals: dict[str, Refusal] = {}
        self.shown: list[str] = []
        self.kept: dict[Path, dict[str, Any]] = {}
        self.scope = plan.lookups.scope(root.values, today, around.language, around.now)
        self._gates: dict[tuple[str, Path], bool] = {}

    def run(self, run: Run) -> None:
        for entry in self.entries[run.chain]:
            self.here, self.scope.path = entry, entry.path
            if run.gates and not all(self._holds(name, gate, entry.path) for name, gate in run.gates):
                entry.states.update(run.hidden)
                if run.opens is not None:
                    self._open(run.opens, entry, 0)
            elif run.opens is not None:
                self.shown.append(entry.prefix + run.opens.name)
                self._open(run.opens, entry, self._count(run.opens, entry))
            else:
                self._take(run.steps, entry)
        if run.opens is not None:
            self.entries.setdefault((*run.chain, run.opens.name), [])
        self.scope.path = ()

    def _holds(self, name: str, gate: Expression, path: Path) -> bool:
        holds = self._gates.get((name, path))
        if holds is None:
            holds = self._gates[name, path] = gate.holds(self.scope)
        return holds

    def _count(self, repeat: Group, entry: _Entry) -> int:
        """Return how many entries there are: what the repeat's count says, else how many were put in."""
        raw = entry.inputs.get(repeat.name)
        sent = raw if isinstance(raw, list | tuple) else ()
        if raw and not (sent and all(isinstance(one, Mapping) for one in sent)):
            self._refuse(repeat.name, "type", {})
            return 0
        if repeat.count is not None:
            number = to_number(repeat.count.evaluate(self.scope))
            count = int(number) if math.isfinite(number) and number > 0 else 0
        else:
            count = len(sent)
        if count > places.MAX_ENTRIES:
            self._refuse(repeat.name, "too_many_entries", {"limit": places.MAX_ENTRIES})
        return min(count, places.MAX_ENTRIES)

    def _open(self, repeat: Group, entry: _Entry, count: int) -> None:
        sent = places.entries(entry.inputs, repeat.name)
        found = []
        for index in range(count):
            path = (*entry.path, (repeat.name, index))
            inputs = sent[index] if index < len(sent) else {}
            found.append(_Entry(path, places.prefix(path), inputs, {}, {}))
        entry.values[repeat.name] = [one.values for one in found]
        entry.states[repeat.name] = [one.states for one in found]
        chain = (*(name for name, _ in entry.path), repeat.name)
        self.entries.setdefault(chain, []).extend(found)

    def _take(self, steps: Sequence[Step], entry: _Entry) -> None:
        for step in steps:
            if step.relevant is not None and not step.relevant.holds(self.scope):
                if step.has_state:
                    entry.states[step.name] = NOT_SHOWN
                continue
            self.shown.append(entry.prefix + step.name)
            if step.asks:
                raw = entry.inputs.get(step.name)
                if raw is None and not step.required:
                    entry.states[step.name] = SKIPPED
                else:
                    self._ask(step, raw)
            elif step.has_state:
                self._compute(step)
            elif step.required:
                self._leave_empty(step)  # a note that must be answered lets nobody pass

    def _compute(self, step: Step) -> None:
        """Set the value of a question that nobody is asked: calculated, hidden, or a fact of the interview."""
        before = self.here.inputs.get(step.name) if step.chance and self.around.drawn else None
        if not is_empty(before) and isinstance(before, str):
            value: Answer = before
        else:
            value = self._remembered(step) if step.remembers else self._computed(step, None)
        empty = value in (None, "") or (isinstance(value, float) and not math.isfinite(value))
        self.here.states[step.name] = SKIPPED if empty else ANSWERED
        if not empty:
            self.here.values[step.name] = value

    def _computed(self, step: Step, present: Answer) -> Answer:
        if step.calculation is None:
            computed = TYPES[step.question.type].computed
            given = self.here.inputs.get(step.name, step.question.default)
            return computed(given, self.today, self.around.now) if computed is not None else None
        if step.chance:
            self.scope.seed = _seed_of(self.around.seed, self.here.prefix + step.name)
        self.scope.once = present
        value = step.calculation.evaluate(self.scope)
        self.scope.once = None
        return value

    def _remembered(self, step: Step) -> Answer:
        """Return the value from before if it still counts, else a new one, and keep it for the next time."""
        before = self.here.inputs.get(step.name)
        known = before if isinstance(before, Mapping) and before.keys() == {"value", "cause"} else None
        present = known["value"] if known is not None else None if isinstance(before, Mapping) else before
        trigger = step.question.trigger
        cause = to_text(value_of(self._seen_from_here(trigger))) if trigger else ""
        if trigger and (known["cause"] == cause if known is not None else not cause):
            value = present  # what triggers it has not changed, or never happened
        elif step.sticky and not is_empty(present):
            value = present
        else:
            value = self._computed(step, present)
        self.kept.setdefault(self.here.path, {})[step.name] = {"value": value, "cause": cause}
        return value

    def _seen_from_here(self, name: str) -> Answer:
        """Return the value of a question as an expression here would see it."""
        depth = len(self.plan.repeats_of.get(name, ()))
        return places.at(self.scope.answers, self.here.path[:depth]).get(name)

    def _ask(self, step: Step, raw: Any) -> None:
        if is_empty(raw):
            self._leave_empty(step)
            return
        question = step.question
        choices = question.offered_choices(self.scope) if question.choices or question.choices_from else ()
        try:
            value = step.read(question, raw, choices, self.today)
            if isinstance(value, dict) and value["file"] not in self.around.files:
                raise Unreadable("no_upload")
        except Unreadable as fault:
            self._refuse(step.name, fault.code, fault.values)
            return
        self.here.values[step.name] = value
        constraint = question.constraint
        if constraint is not None and not self._keeps(constraint, value):
            del self.here.values[step.name]
            self._refuse(step.name, "constraint", {}, question.constraint_message)
            return
        declined = bool(question.choices) and value in (PREFER_NOT_TO_SAY, [PREFER_NOT_TO_SAY])
        self.here.states[step.name] = PNA if declined else ANSWERED

    def _keeps(self, constraint: Expression, value: Answer) -> bool:
        self.scope.current = value
        kept = constraint.holds(self.scope)
        self.scope.current = None
        return kept

    def _leave_empty(self, step: Step) -> None:
        required = step.question.required
        if step.required and (required is True or (not isinstance(required, bool) and required.holds(self.scope))):
            self._refuse(step.name, "required" if step.asks else "stop", {}, step.question.required_message)
        elif step.asks:
            self.here.states[step.name] = SKIPPED

    def _refuse(self, name: str, code: str, values: Mapping[str, Any], text: Text | None = None) -> None:
        if name not in self.plan.repeats and code != "stop":
            self.here.states[name] = SKIPPED
        self.refusals[self.here.prefix + name] = Refusal(name, code, values, text or {}, self.here.path)

    def find_unknown(self) -> None:
        """Refuse inputs that belong to no question."""
        for chain, found in self.entries.items():
            known = self.plan.names.get(chain, frozenset())
            for entry in found:
                if not known.issuperset(entry.inputs):
                    self.here = entry
                    for name in sorted(set(entry.inputs) - known):
                        self.refusals[entry.prefix + name] = Refusal(name, "unknown", path=entry.path)

    def keys_in_order(self) -> list[str]:
        """Return the keys of all questions and inputs, in the order of the questionnaire, entry by entry."""
        return list(self._keys((), self.entries[()][0]))

    def _keys(self, chain: tuple[str, ...], entry: _Entry) -> list[str]:
        keys = []
        for name in (*self.plan.columns.get(chain, ()), *entry.inputs):
            keys.append(entry.prefix + name)
            if name in self.plan.repeats and name in self.plan.columns.get(chain, ()):
                for inner in self.entries.get((*chain, name), ()):
                    if inner.path[:-1] == entry.path:
                        keys.extend(self._keys((*chain, name), inner))
        return keys
