"""The definitions of indicators, read from ``indicators.yaml`` beside the questionnaires: data, not code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from survey_service.monitoring import periods
from survey_service.problems import D_, Problem, said
from survey_service.questionnaire import indicator_texts, yaml_source
from survey_service.questionnaire.faults import Faults, shown
from survey_service.questionnaire.indicator_texts import FILE
from survey_service.questionnaire.model import Text

BETTER = ("up", "down", "neutral")
SURVEY, OFFERS, BOTH = "survey", "offers", "survey+offers"
COMPUTED = frozenset({SURVEY, OFFERS, BOTH})
SOURCES = ("official", "county", "concept", SURVEY, OFFERS, BOTH)
_CODE = re.compile(r"[A-Z]{2,6}[0-9]{1,3}")
_KEYS = ("code", "field", "name", "period", "better", "source", "sets", "versions")


@dataclass(frozen=True)
class Version:
    """One wording of what is counted. Figures of different versions are never drawn as one trend."""

    version: int
    definition: Text


@dataclass(frozen=True)
class Indicator:
    """An indicator: ``field`` of action ("" for the system itself), ``period`` of KINDS, ``better`` of BETTER,
    ``source`` of SOURCES, ``sets`` where comparable ones stand, ``versions`` oldest first.
    """

    code: str
    field: str
    name: Text
    period: str
    better: str
    source: str
    sets: tuple[str, ...]
    versions: tuple[Version, ...]

    @property
    def current(self) -> Version:
        """The version that new figures are of."""
        return self.versions[-1]

    @property
    def computed(self) -> bool:
        """True if a report plugin computes it from answers and offers; else it is entered or imported."""
        return self.source in COMPUTED

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Yield its texts with their addresses: the name, then what each version counts."""
        yield indicator_texts.name_address(self.code), self.name
        for each in self.versions:
            yield indicator_texts.definition_address(self.code, each.version), each.definition

    def version(self, number: int) -> Version | None:
        """Return one of its versions, or None."""
        return next((version for version in self.versions if version.version == number), None)


Indicators = Mapping[str, Indicator]


def load(folder: Path, translated: Mapping[str, Text] | None = None) -> Indicators:
    """Return the indicators of a folder of questionnaire files by code, in the order of the file; none without one.

    ``translated`` are their texts by address as catalogs and the desk have them (`indicator_texts`); without it, or
    where one is missing there, they have what is written in the file, German and English.

    Raises Problem questionnaire.faulty, which names file, place, fault and remedy of all that is wrong.
    """
    path = folder / FILE
    faults = Faults()
    raw = yaml_source.read(path, faults) if path.exists() else None
    rows = raw.get("indicators") if raw is not None else []
    if not isinstance(rows, list):
        faults.add(FILE, 1, "", said(D_("there is no %(key)s"), key="indicators"), said(D_("begin it with a list")))
        rows = []
    found: dict[str, Indicator] = {}
    for row in rows:
        indicator = _indicator(row, faults)
        if indicator is None:
            continue
        if indicator.code in found:
            _fault(faults, row, indicator.code, "code", said(D_("the code stands twice")))
        found[indicator.code] = _with(indicator, translated or {})
    faults.raise_if_any()
    return found


def find(indicators: Indicators, code: str) -> Indicator:
    """Return an indicator. Raises Problem indicator.missing."""
    try:
        return indicators[code]
    except KeyError:
        raise Problem("indicator.missing", indicator=code[:20]) from None


def _indicator(row: Any, faults: Faults) -> Indicator | None:
    if not isinstance(row, yaml_source.Located):
        faults.add(FILE, 0, "", said(D_("is not a mapping of keys to values")), said(D_("see the entries around it")))
        return None
    code = row.get("code")
    before = len(faults.found)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        _fault(faults, row, str(code), "code", said(D_("%(value)s is no code"), value=shown(code)))
    for key in row:
        if key not in _KEYS:
            _fault(faults, row, str(code), key, said(D_("the key “%(key)s” is unknown"), key=key))
    for key, known in (("period", periods.KINDS), ("better", BETTER), ("source", SOURCES)):
        if row.get(key) not in known:
            fault = said(D_("%(value)s is none of: %(known)s"), value=shown(row.get(key)), known=", ".join(known))
            _fault(faults, row, str(code), key, fault)
    name, versions = _text(row, "name", str(code), faults), _versions(row, str(code), faults)
    if len(faults.found) > before:
        return None
    sets = tuple(map(str, row.get("sets") or ()))
    return Indicator(
        str(code), str(row.get("field") or ""), name, row["period"], row["better"], row["source"], sets, versions
    )


def _with(indicator: Indicator, translated: Mapping[str, Text]) -> Indicator:
    """Return an indicator with the translated texts there are."""
    code = indicator.code
    versions = tuple(
        replace(
            each, definition=translated.get(indicator_texts.definition_address(code, each.version), each.definition)
        )
        for each in indicator.versions
    )
    name = translated.get(indicator_texts.name_address(code), indicator.name)
    return replace(indicator, name=name, versions=versions)


def _versions(row: yaml_source.Located, code: str, faults: Faults) -> tuple[Version, ...]:
    given = row.get("versions")
    if not isinstance(given, list) or not given:
        _fault(faults, row, code, "versions", said(D_("there is no %(key)s"), key="versions"))
        return ()
    found = []
    for place, entry in enumerate(given, 1):
        number = entry.get("version") if isinstance(entry, yaml_source.Located) else None
        if number != place:
            fault = said(D_("the versions are not numbered 1, 2, 3 …: %(value)s"), value=shown(number))
            _fault(faults, row, code, "versions", fault)
            return ()
        found.append(Version(place, _text(entry, "definition", code, faults)))
    return tuple(found)


def _text(row: yaml_source.Located, key: str, code: str, faults: Faults) -> Text:
    value = row.get(key)
    if not isinstance(value, Mapping) or not all(isinstance(value.get(tag), str) for tag in ("de", "en")):
        _fault(faults, row, code, key, said(D_("there is no %(key)s"), key=key))
        return {}
    return {str(tag): str(text).strip() for tag, text in value.items()}


def _fault(faults: Faults, row: yaml_source.Located, code: str, key: str, fault: Any) -> None:
    faults.add(FILE, row.line_of(key), code, fault, said(D_("mend it as the entries around it")), key)
