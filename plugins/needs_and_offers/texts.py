"""All texts of the report, in German and English."""

from __future__ import annotations

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Dieser Bericht stellt für jedes Handlungsfeld den Bedarf neben den Bestand. Der Bedarf stammt aus den "
        "Antworten der Zugewanderten, der Bestand aus dem Verzeichnis der Angebote. Gezählt sind veröffentlichte, "
        "aktive Angebote, die in den letzten zwölf Monaten bestätigt wurden."
    ),
    "en": (
        "For each field of action this report sets the need beside the offers. The need comes from the answers of "
        "newcomers, the offers from the directory. Counted are published, active offers that were confirmed in the "
        "last twelve months."
    ),
}
TABLES: Text = {"de": "Alle Zahlen", "en": "All figures"}
CHOSEN: Text = {
    "de": (
        "%(share)s der Befragten (%(low)s bis %(high)s) zählen „%(field)s“ zu ihren wichtigsten Themen. "
        "Zahl der Angebote dazu: %(offers)s."
    ),
    "en": (
        "%(share)s of respondents (%(low)s to %(high)s) name “%(field)s” among their most important topics. "
        "Number of offers: %(offers)s."
    ),
}
NEED: Text = {
    "de": "Thema „%(field)s“: %(share)s (%(low)s bis %(high)s) von %(n)s Personen brauchen Hilfe bei „%(need)s“.",
    "en": "Topic “%(field)s”: %(share)s (%(low)s to %(high)s) of %(n)s people need help with “%(need)s”.",
}
USED: Text = {
    "de": "Thema „%(field)s“: %(share)s (%(low)s bis %(high)s) von %(n)s Personen haben schon ein Angebot genutzt.",
    "en": "Topic “%(field)s”: %(share)s (%(low)s to %(high)s) of %(n)s people have used an offer.",
}
UNKNOWN: Text = {
    "de": "Thema „%(field)s“: %(share)s (%(low)s bis %(high)s) von %(n)s Personen kennen kein Angebot.",
    "en": "Topic “%(field)s”: %(share)s (%(low)s to %(high)s) of %(n)s people do not know of any offer.",
}
HURDLE: Text = {
    "de": (
        "Thema „%(field)s“: Von %(n)s Personen, die ein bekanntes Angebot nicht nutzen, nennen %(share)s "
        "(%(low)s bis %(high)s) als Grund: „%(hurdle)s“."
    ),
    "en": (
        "Topic “%(field)s”: of %(n)s people who do not use an offer they know, %(share)s (%(low)s to %(high)s) give "
        "the reason “%(hurdle)s”."
    ),
}
REACHED: Text = {
    "de": (
        "Thema „%(field)s“: Für %(share)s (%(low)s bis %(high)s) von %(n)s Personen gibt es ein Angebot in einer "
        "Sprache, die sie gut verstehen."
    ),
    "en": (
        "Topic “%(field)s”: for %(share)s (%(low)s to %(high)s) of %(n)s people there is an offer in a language they "
        "understand well."
    ),
}

FIELDS_CAPTION: Text = {"de": "Handlungsfelder: Bedarf und Angebote", "en": "Fields of action: need and offers"}
GAP_CAPTION: Text = {"de": "Bedarf und Angebote im Einzelnen", "en": "Needs and offers in detail"}
GAP_NOTE: Text = {
    "de": (
        "Die Anteile beziehen sich auf die Personen, die zu diesem Handlungsfeld Auskunft gaben. Die Angebote sind die "
        "des ganzen Handlungsfelds. „Fachleute“ zählt, wie viele von ihnen hier zu wenige Angebote sehen."
    ),
    "en": (
        "The shares are of the people who answered on this field of action. The offers are those of the whole field. "
        "“Experts” counts how many of them see too few offers here."
    ),
}
AWARENESS_CAPTION: Text = {"de": "Bekanntheit der Angebote", "en": "Awareness of offers"}
HURDLES_CAPTION: Text = {
    "de": "Warum bekannte Angebote nicht genutzt werden",
    "en": "Why offers that are known are not used",
}
CHART_CHOSEN: Text = {
    "de": "Wichtigste Themen (Anteil der Befragten)",
    "en": "Most important topics (share of respondents)",
}
CHART_OFFERS: Text = {"de": "Zahl der Angebote", "en": "Number of offers"}

FIELD: Text = {"de": "Handlungsfeld", "en": "Field of action"}
NEED_HEAD: Text = {"de": "Bedarf", "en": "Need"}
HURDLE_HEAD: Text = {"de": "Grund", "en": "Reason"}
RESPONDENTS: Text = {"de": "Personen", "en": "People"}
BASE: Text = {"de": "Befragte", "en": "Respondents"}
SHARE: Text = {"de": "Anteil", "en": "Share"}
LOW: Text = {"de": "von", "en": "from"}
HIGH: Text = {"de": "bis", "en": "to"}
OFFERS: Text = {"de": "Angebote", "en": "Offers"}
EXPERTS: Text = {"de": "Fachleute", "en": "Experts"}
USED_HEAD: Text = {"de": "genutzt", "en": "used"}
KNOWN_HEAD: Text = {"de": "bekannt, nicht genutzt", "en": "known, not used"}
UNKNOWN_HEAD: Text = {"de": "nicht bekannt", "en": "not known"}
