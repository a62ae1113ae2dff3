"""All texts of the report, in German and English."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Jeder Wert ist eine Beobachtung: Er nennt seinen Zeitraum, seinen Zähler und seinen Nenner. Werte eines "
        "laufenden Zeitraums sind vorläufig. Werte aus der Befragung haben eine Spanne, denn sie schwanken zufällig."
    ),
    "en": (
        "Each value is an observation: it names its period, its numerator and its denominator. Values of a period that "
        "is not over are preliminary. Values from the survey have a range, because they vary by chance."
    ),
}
CHART: Text = {"de": "Neueste Beobachtungen", "en": "Newest observations"}
MISSING: Text = {
    "de": "Nicht berechnet, weil die Fragen dazu nicht gestellt wurden: %(codes)s.",
    "en": "Not computed, because the questions for it were not asked: %(codes)s.",
}
ELSEWHERE: Text = {
    "de": (
        "Kennzahlen aus amtlichen Quellen und aus der Verwaltung gehören zum Monitoring, aber nicht in diesen Bericht: "
        "Sie stehen in keiner Befragung."
    ),
    "en": (
        "Indicators from official sources and from the administration belong to the monitoring, but not into this "
        "report: no survey holds them."
    ),
}
ELSEWHERE_CAPTION: Text = {
    "de": "Kennzahlen, die in keiner Befragung stehen",
    "en": "Indicators that no survey holds",
}
CODE: Text = {"de": "Kürzel", "en": "Code"}
INDICATOR: Text = {"de": "Kennzahl", "en": "Indicator"}
SOURCE: Text = {"de": "Quelle", "en": "Source"}
PERIOD: Text = {"de": "Zeitraum", "en": "Period"}
SOURCES: Mapping[str, Text] = {
    "official": {"de": "amtliche Statistik", "en": "official statistics"},
    "county": {"de": "Verwaltung des Landkreises", "en": "county administration"},
    "concept": {"de": "Maßnahmen des Integrationskonzepts", "en": "measures of the integration concept"},
}
PERIODS: Mapping[str, Text] = {
    "year": {"de": "jährlich", "en": "yearly"},
    "quarter": {"de": "jedes Quartal", "en": "every quarter"},
}
