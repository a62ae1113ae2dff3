"""All texts of the report, in German and English."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Zwei Personen haben die freien Texte unabhängig voneinander gelesen und Codes vergeben, dann haben sie sich "
        "geeinigt. Gezählt sind Menschen, nicht Texte: wie viele mindestens einen Text mit dem Code geschrieben haben. "
        "Wer nichts schreibt, hat nicht unbedingt keinen Bedarf."
    ),
    "en": (
        "Two people have read the free texts independently of each other and given codes, then they have agreed. "
        "People are counted, not texts: how many have written at least one text with the code. Whoever writes nothing "
        "does not necessarily need nothing."
    ),
}
OF: Text = {"de": "Freie Texte: %(questionnaire)s", "en": "Free texts: %(questionnaire)s"}
TITLES: Mapping[str, Text] = {
    "needs": {"de": "Zugewanderte", "en": "Newcomers"},
    "experts": {"de": "Fachleute", "en": "Experts"},
}
PROGRESS: Text = {
    "de": "Texte in der Auswertung: %(all)s. Davon entschieden: %(decided)s, noch offen: %(open)s.",
    "en": "Texts taken in: %(all)s. Of them decided: %(decided)s, still open: %(open)s.",
}
NOTHING: Text = {"de": "Hier wurden noch keine Texte kodiert.", "en": "No texts have been coded here yet."}
OPEN: Text = {
    "de": "Offene Texte fehlen in allen Zahlen unten. Was tun? Kodieren Sie sie unter „Freie Texte“ zu Ende.",
    "en": "Open texts are missing in all figures below. What to do? Finish coding them under “Free texts”.",
}
CHART: Text = {
    "de": "Codes nach Häufigkeit, Anteil der Menschen mit entschiedenem Text",
    "en": "Codes by frequency, share of the people with a decided text",
}
FACETS: Mapping[str, Text] = {
    "all": {"de": "Codes nach Häufigkeit", "en": "Codes by frequency"},
    "question": {"de": "Codes nach Frage", "en": "Codes by question"},
    "language": {"de": "Codes nach Sprache der Antwort", "en": "Codes by language of the answer"},
    "period": {"de": "Codes nach Zeitraum", "en": "Codes by period"},
}
HEADS: Mapping[str, Text] = {
    "question": {"de": "Frage", "en": "Question"},
    "language": {"de": "Sprache", "en": "Language"},
    "period": {"de": "Zeitraum", "en": "Period"},
}
CODE: Text = {"de": "Code", "en": "Code"}
NOT_CODABLE: Text = {"de": "Nicht kodierbar", "en": "Not codable"}
PEOPLE: Text = {"de": "Menschen", "en": "People"}
BASE: Text = {"de": "von", "en": "of"}
SHARE: Text = {"de": "Anteil", "en": "Share"}
LOW: Text = {"de": "mindestens", "en": "at least"}
HIGH: Text = {"de": "höchstens", "en": "at most"}
MORE: Text = {
    "de": "Die Tabelle endet nach %(count)s Zeilen; die häufigsten stehen oben.",
    "en": "The table ends after %(count)s rows; the most frequent come first.",
}
AGREEMENT: Text = {"de": "Übereinstimmung der beiden Personen", "en": "Agreement of the two people"}
AGREEMENT_NOTE: Text = {
    "de": (
        "Gemessen vor der Einigung. Kappa (Cohen) und Alpha (Krippendorff): 1 heißt volle Übereinstimmung, 0 heißt so "
        "viel wie durch Zufall. Die Grenzen sind 95-%%-Intervalle. Codes unter 0,67 sind noch nicht verlässlich: "
        "Schärfen Sie ihre Bedeutung im Codebuch. Seltene Codes fehlen in der Tabelle."
    ),
    "en": (
        "Measured before they agreed. Kappa (Cohen) and alpha (Krippendorff): 1 is full agreement, 0 what chance would "
        "give. The bounds are 95 %% intervals. Codes below 0.67 are not reliable yet: make their meaning in the "
        "codebook clearer. Rare codes are missing in the table."
    ),
}
TASK: Text = {"de": "Aufgabe", "en": "Task"}
TEXTS: Text = {"de": "Texte", "en": "Texts"}
ALIKE: Text = {"de": "gleich", "en": "alike"}
KAPPA: Text = {"de": "Kappa", "en": "Kappa"}
ALPHA: Text = {"de": "Alpha", "en": "Alpha"}
FROM: Text = {"de": "ab", "en": "from"}
TO: Text = {"de": "bis", "en": "to"}
QUOTES: Text = {"de": "Freigegebene Zitate", "en": "Released quotes"}
QUOTE: Text = {"de": "Zitat", "en": "Quote"}
CONSENT: Text = {"de": "Einwilligung", "en": "Consent"}
FORM: Text = {"de": "Form", "en": "Form"}
REVIEWER: Text = {"de": "Geprüft von", "en": "Reviewed by"}
NO_QUOTES: Text = {
    "de": "Es ist kein Zitat freigegeben. Ohne Einwilligung und Prüfung wird nichts wörtlich gezeigt.",
    "en": "No quote is released. Without consent and review nothing is shown word for word.",
}
BY_NAME: Text = {"de": "mit Namen: %(name)s", "en": "by name: %(name)s"}
ANONYMOUS: Text = {"de": "ohne Namen", "en": "without a name"}
FORMS: Mapping[tuple[str, bool], Text] = {
    ("original", False): {"de": "Original", "en": "Original"},
    ("original", True): {"de": "Original, gekürzt", "en": "Original, shortened"},
    ("translation", False): {"de": "Übersetzung", "en": "Translation"},
    ("translation", True): {"de": "Übersetzung, gekürzt", "en": "Translation, shortened"},
}
