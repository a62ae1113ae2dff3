"""The public API of report plugins: all that a plugin may import from this service.

A smallest plugin::

    from survey_service.reports.plugin import ReportContext, ReportInfo, ReportOutput, Statement
    from survey_service.reports.plugin import answered, chose, hookimpl

    @hookimpl
    def report_info() -> ReportInfo:
        return ReportInfo.read(__file__)  # what plugin.toml says: name, version, title, questionnaires …

    @hookimpl
    def report_run(context: ReportContext) -> ReportOutput:
        share = context.share("needs", chose("B17", "4", "5"), answered("B17"))
        statement = Statement.of(
            share,
            id="home",
            field="INT",
            question="B17",
            wording=context.label("needs", "B17"),
            text={"de": "%(share)s fühlen sich hier zu Hause.", "en": "%(share)s feel at home here."},
            revisions=context.revisions("needs"),
        )
        return ReportOutput((statement, *context.sample("needs")))
"""

from __future__ import annotations

from survey_service.reports.blocks import (
    Bar,
    Block,
    Chart,
    Column,
    Counted,
    Field,
    Figure,
    ReportOutput,
    Statement,
    Table,
    Text,
    TextBlock,
    Value,
    VegaLite,
    date,
    decimal,
    hidden,
    integer,
    percent,
    persons,
    values_of,
    words,
)
from survey_service.reports.codes import CodeAgreement, CodeCount, Coding, ReleasedQuote
from survey_service.reports.context import (
    AGGREGATES,
    ROWS,
    TEXTS,
    ChoiceInfo,
    Cross,
    QuestionInfo,
    ReportContext,
    ReportInfo,
    protected,
)
from survey_service.reports.groups import (
    Group,
    all_of,
    answered,
    any_of,
    asked,
    chose,
    chose_any,
    everyone,
)
from survey_service.reports.hookspecs import hookimpl
from survey_service.reports.parameters import Parameter
from survey_service.reports.participation import Participation
from survey_service.reports.sample import fact_name
from survey_service.reports.split import Split
from survey_service.statistics.disclosure import Reason, Released
from survey_service.statistics.raking import Weights
from survey_service.statistics.tables import Cell, Protected

__all__ = [
    "AGGREGATES",
    "ROWS",
    "TEXTS",
    "Bar",
    "Block",
    "Cell",
    "Chart",
    "ChoiceInfo",
    "CodeAgreement",
    "CodeCount",
    "Coding",
    "Column",
    "Counted",
    "Cross",
    "Field",
    "Figure",
    "Group",
    "Parameter",
    "Participation",
    "Protected",
    "QuestionInfo",
    "Reason",
    "Released",
    "ReleasedQuote",
    "ReportContext",
    "ReportInfo",
    "ReportOutput",
    "Split",
    "Statement",
    "Table",
    "Text",
    "TextBlock",
    "Value",
    "VegaLite",
    "Weights",
    "all_of",
    "answered",
    "any_of",
    "asked",
    "chose",
    "chose_any",
    "date",
    "decimal",
    "everyone",
    "fact_name",
    "hidden",
    "hookimpl",
    "integer",
    "percent",
    "persons",
    "protected",
    "values_of",
    "words",
]
