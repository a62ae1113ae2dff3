"""The blocks every report on people shows: who took part, and what its figures can't say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from survey_service import languages
from survey_service.reports.blocks import (
    Block,
    Column,
    Table,
    Text,
    TextBlock,
    Value,
    integer,
    percent,
    persons,
    words,
)
from survey_service.statistics.disclosure import Released, count_reason

HEADING: Text = {"de": "Wer hat teilgenommen?", "en": "Who took part?"}
COUNTED: Text = {
    "de": (
        "„%(questionnaire)s“: ausgewertete Antworten: %(n)s. Ausgeschlossene Antworten: %(excluded)s. "
        "Zeitraum: %(periods)s."
    ),
    "en": "“%(questionnaire)s”: responses counted: %(n)s. Responses excluded: %(excluded)s. Period: %(periods)s.",
}
EXCLUDED_BY: Text = {
    "de": "Ausgeschlossen nach Grund: %(reasons)s.",
    "en": "Excluded, by reason: %(reasons)s.",
}
EXCLUSIONS: Mapping[str, Text] = {
    "spam": {"de": "Spam", "en": "spam"},
    "trial": {"de": "Probe", "en": "trial"},
    "repeated": {"de": "mehrfach abgeschickt", "en": "sent more than once"},
    "implausible": {"de": "unmögliche Angaben", "en": "impossible answers"},
    "other_people": {"de": "nicht von den Befragten", "en": "not from the people who were asked"},
    "asked": {"de": "auf Wunsch der Person", "en": "at the person's wish"},
    "other": {"de": "anderer Grund", "en": "another reason"},
}
"""Why responses were excluded, by the reasons of ``responses.standing``."""
LIMITS: Text = {
    "de": (
        "Die Teilnahme war freiwillig. Die Antworten sind nicht repräsentativ für alle Zugewanderten. Die Spanne in "
        "Klammern zeigt nur den Zufallsfehler (95 %%). Gezählt sind abgeschickte Fragebögen; wie viele geöffnet oder "
        "begonnen wurden, wird nicht aufgezeichnet."
    ),
    "en": (
        "Participation was voluntary. The responses are not representative of all newcomers. The range in brackets "
        "shows random error only (95 %%). Submitted questionnaires are counted; how many were opened or begun is not "
        "recorded."
    ),
}
HIDDEN: Text = {
    "de": "„•“ heißt: Die Zahl wird nicht genannt, weil sie weniger als fünf Personen betrifft oder verraten würde.",
    "en": "“•” means: the number is not given because it is about fewer than five people or would reveal that.",
}
SYNTHETIC: Text = {
    "de": "Achtung: In diesen Zahlen stecken erfundene Antworten zur Vorführung. Sie sagen nichts über den Landkreis.",
    "en": "Attention: these figures contain invented responses for demonstration. They say nothing about the county.",
}
CAPTIONS: Mapping[str, Text] = {
    "language": {"de": "Antworten nach Sprache", "en": "Responses by language"},
    "mode": {"de": "Antworten nach Weg", "en": "Responses by channel"},
}
HEADS: Mapping[str, Text] = {
    "language": {"de": "Sprache", "en": "Language"},
    "mode": {"de": "Weg", "en": "Channel"},
}
MODES: Mapping[str, Text] = {
    "web": {"de": "Internetseite", "en": "Website"},
    "assisted": {"de": "Internetseite, mit Hilfe", "en": "Website, with help"},
    "interview": {"de": "Interview", "en": "Interview"},
    "api": {"de": "Programmschnittstelle", "en": "Programming interface"},
    "import": {"de": "aus einer Datei", "en": "From a file"},
    "demo": {"de": "Vorführung (erfunden)", "en": "Demonstration (invented)"},
}
DEMO = "demo"


def sample_blocks(
    questionnaire: str,
    title: Value,
    statuses: Mapping[str, int],
    periods: Sequence[str],
    parts: Mapping[str, Mapping[str, Released]],
    exclusions: Mapping[str, int],
) -> tuple[Block, ...]:
    """Return the blocks for one questionnaire; ``parts`` are the shares by ``language`` and ``mode``, ``exclusions``
    the numbers of excluded responses by reason."""
    n = statuses.get("valid", 0)
    values = {
        "questionnaire": title,
        "n": persons(None if count_reason(n) else n, count_reason(n)),
        "excluded": integer(statuses.get("excluded", 0)),
        "periods": words({"*": ", ".join(periods) or "–"}),
    }
    notes = [TextBlock(LIMITS, "note"), TextBlock(HIDDEN, "note")]
    if DEMO in parts["mode"]:
        notes.insert(0, TextBlock(SYNTHETIC, "note"))
    tables = [_table(questionnaire, fact, shares) for fact, shares in parts.items() if shares]
    basis = [TextBlock(COUNTED, values=values)]
    if exclusions:
        basis.append(TextBlock(EXCLUDED_BY, values={"reasons": words(_by_reason(exclusions))}))
    return (TextBlock(HEADING, "heading"), *basis, *notes, *tables)


def _by_reason(exclusions: Mapping[str, int]) -> Text:
    return {
        tag: "; ".join(f"{EXCLUSIONS[reason][tag]}: {count}" for reason, count in exclusions.items())
        for tag in ("de", "en")
    }


def _table(questionnaire: str, fact: str, shares: Mapping[str, Released]) -> Table:
    return Table(
        id=f"sample.{questionnaire}.{fact}",
        caption=CAPTIONS[fact],
        columns=(
            Column(HEADS[fact]),
            Column({"de": "Antworten", "en": "Responses"}, "persons"),
            Column({"de": "Anteil", "en": "Share"}, "percent"),
        ),
        rows=tuple(
            (
                words(fact_name(fact, name)),
                persons(released.numerator, released.suppressed),
                percent(released.share, released.suppressed),
            )
            for name, released in shares.items()
        ),
    )


def fact_name(fact: str, name: str) -> Text:
    """Return the name of a ``language`` (tag) or ``mode`` in words; another fact stands for itself."""
    if fact == "mode":
        return MODES.get(name, {"*": name})
    known = languages.registry().get(name) if fact == "language" else None
    return {"*": name} if known is None else {"de": known.german, "en": known.english}
