"""What a report plugin is given: a snapshot, and shares of it under disclosure control."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import polars as pl

from survey_service import clock
from survey_service.offers import freshness
from survey_service.reports import codes, manifest
from survey_service.reports.blocks import Block, Text, words
from survey_service.reports.codes import Coding
from survey_service.reports.files import FACTS, file_of
from survey_service.reports.groups import Group, any_of, chose_any, everyone
from survey_service.reports.parameters import Parameter
from survey_service.reports.participation import Participation, participation_of
from survey_service.reports.sample import sample_blocks
from survey_service.reports.split import Cell, Split, apart, split_of
from survey_service.reports.weighing import Targets, cross_table, weighted_shares, weights_of
from survey_service.statistics.disclosure import (
    Reason,
    Released,
    count_only,
    count_reason,
    partition_reasons,
    protect,
    release,
    share_reason,
)
from survey_service.statistics.raking import Weights
from survey_service.statistics.shares import share_of
from survey_service.statistics.tables import Protected

AGGREGATES: Literal["aggregates"] = "aggregates"
ROWS: Literal["rows"] = "rows"
STATES = ("answered", "pna", "skipped", "not_shown")
TEXTS: Literal["texts"] = "texts"

Progress = Callable[[int, int], None]
"""Is told how many of how many steps are done."""

PREFER_NOT_TO_SAY = "pna"
"""As in `questionnaire.model`, which is not imported here: a worker must start fast."""
_PLAIN: Mapping[Any, pl.DataType] = {pl.Enum: pl.String(), pl.List: pl.List(pl.String())}
_NO_LANGUAGE = ("none", "other", PREFER_NOT_TO_SAY)


@dataclass(frozen=True)
class ReportInfo:
    """What a plugin is; all of it stands in its ``plugin.toml``. ``questionnaires`` names those it reads, ``offers``
    whether it reads the published offers; ``permissions`` are ``aggregates``, ``rows``, ``texts``; ``parameters`` are
    what a manager may set."""

    name: str
    version: str
    title: Text
    questionnaires: tuple[str, ...]
    offers: bool = False
    permissions: tuple[str, ...] = (AGGREGATES,)
    author: str = ""
    description: Text = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()

    @classmethod
    def read(cls, file: str) -> ReportInfo:
        """Return what stands in the ``plugin.toml`` beside a module: ``ReportInfo.read(__file__)``.

        Raises ValueError if that file is missing or faulty.
        """
        return cls.from_json(manifest.read_light(Path(file).parent))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ReportInfo:
        """Return the information that ``to_json`` has written."""
        lists = {name: tuple(data[name]) for name in ("questionnaires", "permissions")}
        return cls(**{**data, **lists, "parameters": tuple(Parameter.from_json(row) for row in data["parameters"])})

    def to_json(self) -> dict[str, Any]:
        """Return the information as JSON data."""
        return {
            "name": self.name,
            "version": self.version,
            "title": dict(self.title),
            "questionnaires": list(self.questionnaires),
            "offers": self.offers,
            "permissions": list(self.permissions),
            "author": self.author,
            "description": dict(self.description),
            "parameters": [parameter.to_json() for parameter in self.parameters],
        }


@dataclass(frozen=True)
class ChoiceInfo:
    """A choice of the codebook, with its label in all languages and its further columns."""

    name: str
    label: Text
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Cross:
    """A cross table: the codes of its rows and columns, and the counts as they may be published."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Protected


@dataclass(frozen=True)
class QuestionInfo:
    """A question of the codebook. ``kind`` is its type; ``choices`` names its list of choices, None without one."""

    name: str
    kind: str
    label: Text
    page: str
    choices: str | None
    sensitive: bool


class ReportContext:
    """A snapshot as one plugin may see it. ``today`` is the day the report is made, ``parameters`` are the values of
    the plugin's own parameters, by name."""

    def __init__(
        self,
        folder: Path,
        info: ReportInfo,
        today: dt.date,
        parameters: Mapping[str, Any] = MappingProxyType({}),
        *,
        on_progress: Progress | None = None,
    ) -> None:
        self._folder, self._info, self._on_progress = folder, info, on_progress
        self.today = today
        self.parameters: Mapping[str, Any] = MappingProxyType(dict(parameters))

    def progress(self, done: int, total: int) -> None:
        """Say how much of the report is made: so many of so many steps, as the plugin counts them."""
        if self._on_progress is not None:
            self._on_progress(done, total)

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads((self._folder / "manifest.json").read_bytes())
        return manifest

    @cached_property
    def _codebook(self) -> dict[str, Any]:
        codebook: dict[str, Any] = json.loads((self._folder / "codebook.json").read_bytes())
        return codebook

    @property
    def period(self) -> str:
        """The period the report is made in, such as ``2026-Q4``."""
        return clock.period(self.today)

    @property
    def snapshot(self) -> str:
        """The snapshot's id."""
        return str(self._manifest["id"])

    # -- codebook -----------------------------------------------------------------------------------------------

    def has(self, questionnaire: str, question: str) -> bool:
        """Return whether a questionnaire of the snapshot has this question in any revision."""
        return question in self._codebook.get(questionnaire, {}).get("questions", {})

    def label(self, questionnaire: str, question: str) -> Text:
        """Return the wording of a question in all languages. Raises KeyError if there is no such question."""
        label: Text = self._codebook[questionnaire]["questions"][question]["label"]
        return label

    def questions(self, questionnaire: str) -> tuple[QuestionInfo, ...]:
        """Return the questions of all revisions, those of the newest first, in order."""
        book = self._codebook[questionnaire]
        rows = {name: book["questions"][name] for name in book["order"]}
        return tuple(
            QuestionInfo(name, row["type"], row["label"] or {"*": name}, row["page"], row["list"], row["sensitive"])
            for name, row in rows.items()
        )

    def pages(self, questionnaire: str) -> Mapping[str, Text]:
        """Return the labels of the pages by name, those of the newest revision first, in order."""
        return {page["name"]: page["label"] or {"*": page["name"]} for page in self._codebook[questionnaire]["pages"]}

    def choices(self, questionnaire: str, question: str) -> tuple[ChoiceInfo, ...]:
        """Return the choices of the list of a question, in order. Raises KeyError if there is no such question."""
        book = self._codebook[questionnaire]
        rows = book["lists"].get(book["questions"][question]["list"], [])
        return tuple(ChoiceInfo(row["name"], row["label"], row["columns"]) for row in rows)

    def revisions(self, questionnaire: str) -> tuple[str, ...]:
        """Return the revisions that responses of the snapshot were given to."""
        return tuple(self._counts(questionnaire)["revisions"])

    def periods(self, questionnaire: str) -> tuple[str, ...]:
        """Return the periods of the responses, oldest first."""
        return tuple(self._counts(questionnaire)["periods"])

    def languages(self, questionnaire: str) -> tuple[str, ...]:
        """Return the languages (tags) in which responses were given, in order."""
        return tuple(self._counts(questionnaire)["languages"])

    def modes(self, questionnaire: str) -> tuple[str, ...]:
        """Return the ways in which responses came in, in order."""
        return tuple(self._counts(questionnaire)["modes"])

    def _counts(self, questionnaire: str) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = self._manifest["tables"][f"responses-{questionnaire}"]["counts"]
        return counts

    # -- people -------------------------------------------------------------------------------------------------

    def _table(self, questionnaire: str) -> pl.LazyFrame:
        """Return the responses; answers that are stored as codes are texts, so that plugins may do anything with them.

        States and facts stay codes, which compare like texts.
        """
        table = self._scan(f"responses-{questionnaire}")
        answers = {name: kind for name, kind in table.collect_schema().items() if ":" not in name}
        return table.with_columns(
            pl.col(name).cast(_PLAIN[kind.base_type()]) for name, kind in answers.items() if _is_code(kind)
        )

    def _scan(self, table: str) -> pl.LazyFrame:
        """Return the rows of a table. Raises KeyError if it is not in the snapshot."""
        return pl.scan_ipc(
            [self._folder / file_of(table, period) for period in self._manifest["tables"][table]["parts"]]
        )

    def _of_period(self, questionnaire: str, period: str | None) -> pl.LazyFrame:
        table = self._table(questionnaire)
        return table if period is None else table.filter(pl.col(":period") == period)

    def _sums(self, questionnaire: str, sums: Mapping[str, pl.Expr], period: str | None) -> dict[str, int]:
        """Return the number of responses for which each expression holds, all in one pass."""
        if not sums:
            return {}
        row = (
            self._of_period(questionnaire, period)
            .select(**{name: expression.sum().cast(pl.Int64) for name, expression in sums.items()})
            .collect()
        )
        return {name: int(value) for name, value in row.row(0, named=True).items()}

    def shares(
        self, questionnaire: str, groups: Mapping[str, Group], *, period: str | None = None
    ) -> dict[str, Released]:
        """Return the share of each group under the primary rule, all read in one pass over the responses."""
        sums: dict[str, pl.Expr] = {}
        for name, group in groups.items():
            sums[f"base {name}"] = group.base
            sums[f"hit {name}"] = group.hit & group.base
        found = self._sums(questionnaire, sums, period)
        return {name: protect(share_of(found[f"hit {name}"], found[f"base {name}"])) for name in groups}

    def share(self, questionnaire: str, hit: pl.Expr, base: pl.Expr, *, period: str | None = None) -> Released:
        """Return the share of ``hit`` among ``base`` under the primary rule."""
        return self.shares(questionnaire, {"it": Group(hit, base)}, period=period)["it"]

    def parts(
        self, questionnaire: str, parts: Mapping[str, pl.Expr], base: pl.Expr, *, period: str | None = None
    ) -> dict[str, Released]:
        """Return the shares of parts of a whole: each response of ``base`` is in exactly one part.

        Parts that could be found by subtraction are suppressed too. Raises ValueError if the parts are no partition.
        """
        sums = {"base": base, **{f"part {name}": expression & base for name, expression in parts.items()}}
        found = self._sums(questionnaire, sums, period)
        counts = [found[f"part {name}"] for name in parts]
        if sum(counts) != found["base"]:
            raise ValueError("the parts do not make up the base")
        reasons = partition_reasons(counts)
        shares = [share_of(count, found["base"]) for count in counts]
        return {name: release(*pair) for name, pair in zip(parts, zip(shares, reasons, strict=True), strict=True)}

    def pooled(self, questionnaire: str, groups: Sequence[Group], *, period: str | None = None) -> Released:
        """Return the share of answers that hit among all answers, where one person may give an answer in each group.

        ``numerator`` and ``base`` count answers; the interval and disclosure control rest on the number of people.
        """
        sums = {
            **{f"base {place}": group.base for place, group in enumerate(groups)},
            **{f"hit {place}": group.hit & group.base for place, group in enumerate(groups)},
            "people": any_of([group.base for group in groups]),
            "people hit": any_of([group.hit & group.base for group in groups]),
            "people missed": any_of([group.base & ~group.hit for group in groups]),
        }
        found = self._sums(questionnaire, sums, period)
        numerator = sum(found[f"hit {place}"] for place in range(len(groups)))
        base = sum(found[f"base {place}"] for place in range(len(groups)))
        if count_reason(found["people"]):
            return Released(None, None, None, None, None, Reason.BASE)
        reason = share_reason(numerator, base) or count_reason(min(found["people hit"], found["people missed"]))
        return release(share_of(numerator, base, cases=found["people"]), reason)

    def weights(self, questionnaire: str, targets: Targets, *, period: str | None = None) -> Weights:
        """Return weights that bring the answers to questions with one answer each to those of the population.

        ``targets`` are the numbers of people by choice, for each such question: ``{"B04": {"16066042": 2100, …}, …}``.
        They are raked, cut to 0.3–3 and 1 in the mean; all are 1 if there are fewer than 50 responses.
        """
        return weights_of(self._of_period(questionnaire, period), targets)

    def weighted(
        self,
        questionnaire: str,
        groups: Mapping[str, Group],
        targets: Targets,
        *,
        period: str | None = None,
    ) -> dict[str, Released]:
        """Return the weighted share of each group, with an interval on the effective number of cases.

        Numerators and bases stay unweighted counts of people; the primary rule judges these.
        """
        table = self._of_period(questionnaire, period)
        return weighted_shares(table, groups, weights_of(table, targets), list(targets))

    def cross(self, questionnaire: str, rows: str, columns: str, *, period: str | None = None) -> Cross:
        """Return the numbers of people by the answers to two questions with one answer each, as they may be published.

        ``:language``, ``:mode``, ``:period`` and ``:revision`` may stand for a question. Counted are those who answered
        both. Hidden cells can't be found by subtraction. Raises KeyError if there is no such question.
        """
        heads = [self._codes(questionnaire, name) for name in (rows, columns)]
        table = cross_table(self._of_period(questionnaire, period), (rows, heads[0]), (columns, heads[1]))
        return Cross(heads[0], heads[1], table)

    def _codes(self, questionnaire: str, name: str) -> tuple[str, ...]:
        if name.startswith(":"):
            return tuple(self._counts(questionnaire)[f"{name[1:]}s"])
        if self._codebook[questionnaire]["questions"][name]["type"] != "select_one":
            raise ValueError("a cross table needs questions with one answer each")
        return tuple(choice.name for choice in self.choices(questionnaire, name) if choice.name != PREFER_NOT_TO_SAY)

    def states(
        self, questionnaire: str, questions: Sequence[str], *, period: str | None = None
    ) -> dict[str, dict[str, Released]]:
        """Return for each question the share of each state (``answered pna skipped not_shown``), read in one pass.

        The base are the responses whose revision had the question. States that nobody can have stand for nothing and
        are left out: ``pna`` without such a choice, ``not_shown`` if everybody was asked.
        """
        sums = {
            f"{state} {name}": (pl.col(f"{name}:state") == state).fill_null(False)
            for name in questions
            for state in STATES
        }
        found = self._sums(questionnaire, sums, period)
        shares = {}
        for name in questions:
            counts = {state: found[f"{state} {name}"] for state in STATES}
            silent = any(choice.name == "pna" for choice in self.choices(questionnaire, name))
            possible = {"answered": True, "pna": silent, "skipped": True, "not_shown": counts["not_shown"] > 0}
            counts = {state: count for state, count in counts.items() if possible[state] or count}
            reasons = partition_reasons(list(counts.values()))
            whole = sum(counts.values())
            shares[name] = {
                state: release(share_of(count, whole), reason)
                for (state, count), reason in zip(counts.items(), reasons, strict=True)
            }
        return shares

    def split(
        self, questionnaire: str, groups: Mapping[str, Group], by: str, *, period: str | None = None
    ) -> dict[str, Split]:
        """Return the share of each group for each value of ``by``, so that subtraction tells nothing of a small group.

        ``by`` is ``language``, ``mode``, ``period`` or ``revision`` (of the response), or a question with choices;
        who did not answer it is the part "". With several choices the parts overlap, and "" is left out.
        """
        column = f":{by}" if by in FACTS else by
        numbers: dict[str, pl.Expr] = {}
        for name, group in groups.items():
            numbers |= {f"hit {name}": group.hit & group.base, f"miss {name}": ~group.hit & group.base}
        rows = self._of_period(questionnaire, period).select(pl.col(column).alias(":by"), **numbers)
        sums = pl.exclude(":by").sum().cast(pl.Int64)
        several = rows.collect_schema()[":by"] == pl.List
        parts = (_exploded(rows) if several else rows).group_by(":by").agg(sums).sort(pl.col(":by").cast(pl.String))
        counted, whole = pl.collect_all([parts, rows.select(sums)])
        found = {"" if row[":by"] is None else row[":by"]: row for row in counted.iter_rows(named=True)}
        return {
            name: apart(
                {value: _cell(row, name) for value, row in found.items()}, _cell(whole.row(0, named=True), name)
            )
            if several
            else split_of({value: _cell(row, name) for value, row in found.items()})
            for name in groups
        }

    def count(
        self, questionnaire: str, groups: Mapping[str, pl.Expr], *, period: str | None = None
    ) -> dict[str, Released]:
        """Return how many people each expression holds for, as ``numerator``; the shares stay None."""
        found = self._sums(questionnaire, groups, period)
        return {name: count_only(count, count_reason(count)) for name, count in found.items()}

    def rows(self, questionnaire: str) -> pl.LazyFrame:
        """Return the single responses. Raises PermissionError unless the plugin asks for the permission ``rows``."""
        self._need(ROWS)
        return self._table(questionnaire)

    def texts(self, questionnaire: str) -> pl.LazyFrame:
        """Return what people typed, one row a text: columns ``id question text language period``.

        ``id`` names the text within this snapshot only. Nothing tells whose it is, nor which texts are of one person; a
        language that fewer than 5 people have answered in is null. Raises PermissionError unless the plugin asks for
        the permission ``texts``.
        """
        self._need(TEXTS)
        spoken = [tag for tag, count in self._counts(questionnaire)["languages"].items() if not count_reason(count)]
        language = pl.col("language").cast(pl.String)
        texts = self._scan(f"texts-{questionnaire}").with_row_index("id").cast({"id": pl.String})
        return texts.select(
            "id", "question", "text", pl.when(language.is_in(spoken)).then(language).alias("language"), "period"
        )

    def coding(self, questionnaire: str) -> Coding:
        """Return what people decided that free texts mean: codes as shares of people, agreement, released quotes."""
        return codes.read(self._folder, self._manifest, self._codebook, questionnaire)

    def _need(self, permission: str) -> None:
        if permission not in self._info.permissions:
            raise PermissionError(f"this plugin has not asked for the permission “{permission}”")

    def participation(self, questionnaire: str, languages: str | None = None) -> dict[str, Participation]:
        """Return by language how many understand it, have begun in it and have sent their answers in it.

        ``languages`` names the question that asks which languages somebody understands well; its choices are language
        tags. Counts below 5 are hidden, and with them what would give them away.
        """
        counts = self._counts(questionnaire)
        preferred: dict[str, Released] = {}
        if languages is not None:
            tags = [choice.name for choice in self.choices(questionnaire, languages) if choice.name not in _NO_LANGUAGE]
            preferred = self.count(questionnaire, {tag: chose_any(languages, tag) for tag in tags})
        return participation_of(preferred, counts["started"], counts["completed"])

    # -- offers -------------------------------------------------------------------------------------------------

    @cached_property
    def offers(self) -> pl.DataFrame:
        """The published offers: columns ``offer kind organisation name status fields types whole_county municipalities
        languages interpreter access free no_status online confirmed ends``. A public register: nothing is suppressed.

        Raises FileNotFoundError unless the plugin declares that it reads offers.
        """
        return pl.read_ipc(self._folder / "offers.arrow")

    def active_offers(self, *, confirmed_within: int | None = None) -> pl.DataFrame:
        """Return the published offers that are active: their status says so and no funding has ended.

        ``confirmed_within`` keeps those confirmed at most so many days ago.
        """
        ended = (pl.col("ends") < self.today).fill_null(False)
        active = self.offers.filter((pl.col("status") == "active") & ~ended)
        if confirmed_within is None:
            return active
        oldest = self.today - dt.timedelta(days=confirmed_within)
        return active.filter((pl.col("confirmed") >= oldest).fill_null(False))

    @cached_property
    def confirmed_days(self) -> int:
        """The days after which an offer counts as not confirmed: those of the last reminder when this was frozen."""
        limits: Mapping[str, int] = self._manifest["tables"]["offers"]["counts"].get("limits", {})
        return limits.get("confirmed_days", freshness.LAST)

    def confirmed_offers(self) -> pl.DataFrame:
        """Return the active offers that were confirmed lately: those that count as there."""
        return self.active_offers(confirmed_within=self.confirmed_days)

    def unconfirmed_offers(self) -> pl.DataFrame:
        """Return the active offers that are not confirmed: they are shown as such and do not count as there."""
        return self.active_offers().join(self.confirmed_offers().select("offer"), on="offer", how="anti")

    # -- what every report must say -------------------------------------------------------------------------------

    def sample(self, questionnaire: str) -> tuple[Block, ...]:
        """Return the blocks every report on people must show: who took part, and what the figures can't say."""
        counts = self._counts(questionnaire)
        parts = {fact: self._parts_of(questionnaire, fact, list(counts[f"{fact}s"])) for fact in ("language", "mode")}
        title = words(self._codebook[questionnaire]["label"])
        return sample_blocks(
            questionnaire, title, counts["statuses"], self.periods(questionnaire), parts, counts.get("exclusions", {})
        )

    def _parts_of(self, questionnaire: str, fact: str, names: Sequence[str]) -> dict[str, Released]:
        if len(names) > 1:
            return self.parts(questionnaire, {name: pl.col(f":{fact}") == name for name in names}, everyone())
        # The only part is the base itself, whose number is published anyway.
        whole = self._sums(questionnaire, {name: everyone() for name in names}, None)
        return {name: release(share_of(count, count), count_reason(count)) for name, count in whole.items()}


def _cell(row: Mapping[str, Any], name: str) -> Cell:
    return int(row[f"hit {name}"]), int(row[f"miss {name}"])


def _exploded(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.explode(":by", empty_as_null=False, keep_nulls=False)


def protected(numerator: int, base: int) -> Released:
    """Return a share that a plugin with the permission ``rows`` counted itself, as the primary rule lets it be."""
    return protect(share_of(numerator, base))


def _is_code(kind: pl.DataType) -> bool:
    return isinstance(kind.inner if isinstance(kind, pl.List) else kind, pl.Enum)
