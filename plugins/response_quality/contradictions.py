"""Answers that contradict each other, by the rules of ``contradictions.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from survey_service.reports.plugin import Group, ReportContext, Text, all_of, answered, any_of, chose, chose_any


@dataclass(frozen=True)
class Rule:
    """One contradiction: its text, and who gives it among those who answered all the questions it is about."""

    name: str
    text: Text
    group: Group


def rules_of(context: ReportContext, questionnaire: str) -> tuple[Rule, ...]:
    """Return the rules whose questions the questionnaire has."""
    kinds = {info.name: info.kind for info in context.questions(questionnaire)}
    rows = yaml.safe_load(Path(__file__).with_name("contradictions.yaml").read_text("utf-8"))
    found = []
    for row in rows:
        conditions: list[Mapping[str, Any]] = row["conditions"]
        if all(kinds.get(each["question"]) in ("select_one", "select_multiple") for each in conditions):
            base = all_of([answered(each["question"]) for each in conditions])
            hit = all_of([_condition(each, kinds[each["question"]]) for each in conditions])
            found.append(Rule(row["name"], row["text"], Group(hit, base)))
    return tuple(found)


def _condition(condition: Mapping[str, Any], kind: str) -> pl.Expr:
    chosen = chose if kind == "select_one" else chose_any
    if "none_of" in condition:
        return ~chosen(condition["question"], *condition["none_of"])
    return chosen(condition["question"], *condition["any_of"])


def any_contradiction(rules: tuple[Rule, ...]) -> Group:
    """Return who meets at least one rule, among those whom at least one could hold for."""
    hit = any_of([rule.group.hit & rule.group.base for rule in rules])
    return Group(hit, any_of([rule.group.base for rule in rules]))
