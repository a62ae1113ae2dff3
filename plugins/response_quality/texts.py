"""All texts of the report, in German and English."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Dieser Bericht prüft, wie verlässlich die Antworten sind. Er sieht nur auf die Antworten selbst: nicht auf "
        "Zeiten, nicht auf Geräte und nicht darauf, welche Meinung jemand hat. Er nennt nie eine einzelne Antwort und "
        "schließt keine aus."
    ),
    "en": (
        "This report looks at how reliable the responses are. It looks at the answers only: not at times, not at "
        "devices and not at anybody's opinion. It never names a single response and excludes none."
    ),
}
WHY_ROWS: Text = {
    "de": (
        "Warum die Erweiterung einzelne Antworten lesen darf: Ob zwei Fragebögen gleich ausgefüllt sind, sieht man "
        "nur, wenn man sie nebeneinanderlegt. Heraus kommen nur Zahlen ab fünf Personen."
    ),
    "en": (
        "Why the extension may read single responses: whether two questionnaires are filled in alike shows only when "
        "they are laid side by side. Only numbers of five people or more come out."
    ),
}
BY: Mapping[str, Text] = {
    "period": {"de": "Auf einen Blick, nach Zeitraum", "en": "At a glance, by period"},
    "mode": {"de": "Auf einen Blick, nach Weg", "en": "At a glance, by channel"},
}
FACTS: Mapping[str, Text] = {
    "period": {"de": "Zeitraum", "en": "Period"},
    "mode": {"de": "Weg", "en": "Channel"},
}
MEASURES: Mapping[str, Text] = {
    "complete": {"de": "mindestens 80 % beantwortet", "en": "at least 80 % answered"},
    "lines": {"de": "immer dieselbe Stufe", "en": "always the same step"},
    "duplicates": {"de": "gleich wie eine andere Antwort", "en": "equal to another response"},
    "contradictions": {"de": "mindestens ein Widerspruch", "en": "at least one contradiction"},
}
ALL: Text = {"de": "Alle", "en": "All"}
COMPLETENESS: Text = {"de": "Vollständigkeit", "en": "Completeness"}
PAGES_CAPTION: Text = {
    "de": "Beantwortete Fragen nach Seite (ohne freie Texte)",
    "en": "Questions answered by page (without free texts)",
}
LAST_PAGE_CAPTION: Text = {
    "de": "Letzte Seite mit einer Antwort (abgeschickte Fragebögen)",
    "en": "Last page with an answer (questionnaires sent)",
}
LAST_PAGE_NOTE: Text = {
    "de": (
        "Was tun? Enden viele auf derselben Seite, kürzen oder vereinfachen Sie die Seite danach. Entwürfe, die nie "
        "abgeschickt wurden, sind hier nicht enthalten; wie viele es je Sprache sind, zeigt der Bericht „Gleiche "
        "Chancen in jeder Sprache“."
    ),
    "en": (
        "What to do? If many end on the same page, shorten or simplify the page after it. Drafts that were never sent "
        "are not included here; how many there are in each language is in the report “Equal chances in every "
        "language”."
    ),
}
NOWHERE: Text = {"de": "gar keine Antwort", "en": "no answer at all"}
PATTERNS: Text = {"de": "Muster", "en": "Patterns"}
LINES_CAPTION: Text = {
    "de": "Gerade Linien: überall dieselbe Stufe",
    "en": "Straight lines: the same step throughout",
}
DUPLICATES_CAPTION: Text = {"de": "Gleich ausgefüllte Fragebögen", "en": "Questionnaires filled in alike"}
PATTERNS_NOTE: Text = {
    "de": (
        "Gerade Linien: gezählt ab %(battery)s Antworten mit denselben Stufen. Daneben steht, wie viele es schon "
        "durch Zufall wären, wenn alle so häufig jede Stufe wählten wie die Befragten zusammen. Gleich ausgefüllt: "
        "alle Antworten stimmen überein, bei mindestens %(answers)s Antworten. „Zu viel“ zählt, was übrig bliebe, "
        "wenn man von jedem Muster eine Antwort behielte. Eine gerade Linie kann ehrlich gemeint sein, und zwei "
        "Menschen können gleich antworten."
    ),
    "en": (
        "Straight lines: counted from %(battery)s answers with the same steps. Beside them stands how many there "
        "would be by chance alone if everybody chose each step as often as all respondents together. Filled in alike: "
        "all answers agree, with %(answers)s answers or more. “Too many” counts what would be left over if one "
        "response of each pattern were kept. A straight line can be meant honestly, and two people can answer alike."
    ),
}
HEAPING_CAPTION: Text = {
    "de": "Runde Zahlen und mittlere Stufen",
    "en": "Round numbers and middle steps",
}
NO_HEAPING: Text = {
    "de": (
        "Runde Zahlen und mittlere Stufen: Danach lässt sich nicht fragen, weil es weder Zahlen noch fünfstufige "
        "Skalen gibt."
    ),
    "en": (
        "Round numbers and middle steps: there is nothing to look at, because there are neither numbers nor scales of "
        "five steps."
    ),
}
ROUND: Text = {"de": "Zahl endet auf 0 oder 5", "en": "number ends in 0 or 5"}
MIDDLE: Text = {"de": "mittlere Stufe", "en": "middle step"}
CONTRADICTIONS: Text = {"de": "Widersprüche", "en": "Contradictions"}
CONTRADICTIONS_CAPTION: Text = {
    "de": "Antworten, die sich widersprechen",
    "en": "Answers that contradict each other",
}
ANY: Text = {"de": "mindestens ein Widerspruch", "en": "at least one contradiction"}
WHAT_TO_DO: Text = {
    "de": (
        "Was tun? Häuft sich ein Widerspruch, ist meist die Frage unklar: Lassen Sie ihren Wortlaut prüfen. Fallen "
        "ein Zeitraum oder ein Weg auf, sehen Sie nach, wie dort gefragt wurde. Schließen Sie Antworten nur mit einem "
        "Grund aus, nie wegen einer Meinung."
    ),
    "en": (
        "What to do? Where a contradiction is frequent, the question is usually unclear: have its wording reviewed. "
        "Where a period or a channel stands out, look at how people were asked there. Exclude responses only for a "
        "reason, never for an opinion."
    ),
}
BY_QUESTION: Text = {"de": "Jede Frage", "en": "Every question"}
QUESTIONS_CAPTION: Text = {
    "de": "Beantwortet, nicht gesagt, ausgelassen, nicht gezeigt",
    "en": "Answered, not said, skipped, not shown",
}

PAGE: Text = {"de": "Seite", "en": "Page"}
QUESTION: Text = {"de": "Frage", "en": "Question"}
NAME: Text = {"de": "Kürzel", "en": "Name"}
NAMES: Text = {"de": "Kürzel der Fragen", "en": "Names of the questions"}
WHAT: Text = {"de": "Was", "en": "What"}
ASKED: Text = {"de": "Gefragte", "en": "Asked"}
PEOPLE: Text = {"de": "Personen", "en": "People"}
SHARE: Text = {"de": "Anteil", "en": "Share"}
LOW: Text = {"de": "von", "en": "from"}
HIGH: Text = {"de": "bis", "en": "to"}
ANSWERED: Text = {"de": "beantwortet", "en": "answered"}
PNA: Text = {"de": "nicht gesagt", "en": "preferred not to say"}
SKIPPED: Text = {"de": "ausgelassen", "en": "skipped"}
NOT_SHOWN: Text = {"de": "nicht gezeigt", "en": "not shown"}
BY_CHANCE: Text = {"de": "durch Zufall zu erwarten", "en": "to be expected by chance"}
ENOUGH: Text = {"de": "mit genug Antworten", "en": "with enough answers"}
EQUAL: Text = {"de": "gleich wie andere", "en": "equal to others"}
SURPLUS: Text = {"de": "zu viel", "en": "too many"}
LARGEST: Text = {"de": "häufigstes Muster", "en": "most frequent pattern"}
PAIRS: Text = {"de": "gleiche Paare durch Zufall", "en": "equal pairs by chance"}
