"""All texts of the report, in German and English."""

from __future__ import annotations

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Wer in seiner Sprache antworten kann, soll auch in jeder Sprache gleich gut durch den Fragebogen kommen. "
        "Dieser Bericht zeigt, wer in welcher Sprache antwortet und wo eine Übersetzung offenbar nicht verstanden "
        "wird."
    ),
    "en": (
        "People should get through the questionnaire equally well in every language. This report shows who answers in "
        "which language and where a translation does not seem to be understood."
    ),
}
WHO: Text = {"de": "Sprachen der Befragten", "en": "Languages of the respondents"}
PARTICIPATION: Text = {"de": "Verstanden, begonnen, abgeschickt", "en": "Understood, begun, sent"}
PARTICIPATION_NOTE: Text = {
    "de": (
        "Begonnen sind abgeschickte Fragebögen und offene Entwürfe. Entwürfe werden nur kurze Zeit aufbewahrt, und "
        "was ein Telefon nie verlassen hat, ist nicht bekannt. Was tun? Wird in einer Sprache viel begonnen und wenig "
        "abgeschickt, lassen Sie den Fragebogen in dieser Sprache mit zwei oder drei Menschen durchgehen."
    ),
    "en": (
        "Begun are questionnaires that were sent and open drafts. Drafts are kept for a short time only, and what "
        "never left a phone is not known. What to do? Where much is begun in a language and little is sent, have the "
        "questionnaire gone through in this language with two or three people."
    ),
}
MATCHING: Text = {
    "de": "Verstehen die Befragten die Sprache, in der sie antworten?",
    "en": "Do respondents understand the language they answer in?",
}
UNDERSTOOD: Text = {
    "de": "Sprachen, die die Befragten gut verstehen",
    "en": "Languages that respondents understand well",
}
UNDERSTOOD_NOTE: Text = {
    "de": (
        "Was tun? Verstehen viele Menschen eine Sprache, in die der Fragebogen nicht übersetzt ist, lohnt sich eine "
        "Übersetzung. Gibt es sie, aber wenige antworten in ihr, sollte die Sprachauswahl mit Betroffenen geprüft "
        "werden. Eine Person kann mehrere Sprachen gut verstehen."
    ),
    "en": (
        "What to do? If many people understand a language that the questionnaire is not translated into, a "
        "translation is worth while. If there is one but few answer in it, look at the choice of languages together "
        "with people concerned. A person may understand several languages well."
    ),
}
JUMPS: Text = {"de": "Fragen, die in einer Sprache auffallen", "en": "Questions that stand out in one language"}
FOUND: Text = {
    "de": (
        "%(found)s von %(tested)s Vergleichen fallen auf: Dort bleibt eine Frage in einer Sprache deutlich häufiger "
        "ohne Antwort als in allen anderen zusammen. Für weitere %(skipped)s Vergleiche gibt es zu wenige Antworten."
    ),
    "en": (
        "%(found)s of %(tested)s comparisons stand out: there a question is left without an answer clearly more often "
        "in one language than in all the others together. For %(skipped)s further comparisons there are too few "
        "answers."
    ),
}
NOTHING: Text = {
    "de": (
        "Keiner von %(tested)s Vergleichen fällt auf. Für weitere %(skipped)s Vergleiche gibt es zu wenige Antworten; "
        "über sie sagt dieser Bericht nichts."
    ),
    "en": (
        "None of %(tested)s comparisons stands out. For %(skipped)s further comparisons there are too few answers; "
        "about these the report says nothing."
    ),
}
JUMP: Text = {
    "de": (
        "%(language)s, Seite „%(page)s“: „%(question)s“ bleibt bei %(share)s (%(low)s bis %(high)s) von %(n)s "
        "gefragten Personen ohne Antwort, in den anderen Sprachen bei %(others)s von %(others_n)s. Unterschied: "
        "%(points)s Prozentpunkte (Effektstärke h = %(effect)s, p %(p)s). Was tun? Lassen Sie diese Übersetzung von "
        "einer zweiten Person prüfen: „%(translated)s“"
    ),
    "en": (
        "%(language)s, page “%(page)s”: “%(question)s” is left without an answer by %(share)s (%(low)s to %(high)s) "
        "of %(n)s people asked, in the other languages by %(others)s of %(others_n)s. Difference: %(points)s "
        "percentage points (effect size h = %(effect)s, p %(p)s). What to do? Have this translation reviewed by a "
        "second person: “%(translated)s”"
    ),
}
METHOD: Text = {
    "de": (
        "Ohne Antwort heißt: ausgelassen oder „Möchte ich nicht sagen“, gemessen an allen, denen die Frage gezeigt "
        "wurde. Verglichen werden zwei Anteile (z-Test, zweiseitig, 5 %%, nach Holm für alle Vergleiche korrigiert), "
        "nur ab %(n)s Personen auf beiden Seiten und ab %(points)s Prozentpunkten Unterschied. Freie Texte sind nicht "
        "dabei. Ein Unterschied kann andere Gründe haben als die Übersetzung, zum Beispiel dass die Frage für manche "
        "heikel ist."
    ),
    "en": (
        "Without an answer means: skipped or “prefer not to say”, of all who were shown the question. Two shares are "
        "compared (z test, two-sided, 5 %%, corrected by Holm for all comparisons), only with %(n)s people or more on "
        "both sides and a difference of %(points)s percentage points or more. Free texts are left out. A difference "
        "may have other reasons than the translation, for example that the question is sensitive for some."
    ),
}
JUMPS_CAPTION: Text = {
    "de": "Auffällige Fragen, größter Unterschied zuerst",
    "en": "Questions that stand out, the largest difference first",
}
NONRESPONSE: Text = {
    "de": "Fragen ohne Antwort nach Sprache (Anteil der Gefragten)",
    "en": "Questions without an answer by language (share of those asked)",
}
BANDS: tuple[tuple[float, Text], ...] = (
    (0.001, {"de": "< 0,001", "en": "< 0.001"}),
    (0.01, {"de": "< 0,01", "en": "< 0.01"}),
    (0.05, {"de": "< 0,05", "en": "< 0.05"}),
    (2.0, {"de": "≥ 0,05", "en": "≥ 0.05"}),
)

PAGE_LANGUAGE: Text = {"de": "Sprache des Fragebogens", "en": "Language of the questionnaire"}
LANGUAGE: Text = {"de": "Sprache", "en": "Language"}
UNDERSTAND_IT: Text = {"de": "verstehen sie gut", "en": "understand it well"}
STARTED: Text = {"de": "begonnen", "en": "begun"}
COMPLETED: Text = {"de": "abgeschickt", "en": "sent"}
RATE: Text = {"de": "abgeschickt von begonnen", "en": "sent of begun"}
PEOPLE: Text = {"de": "Personen", "en": "People"}
SHARE: Text = {"de": "Anteil", "en": "Share"}
LOW: Text = {"de": "von", "en": "from"}
HIGH: Text = {"de": "bis", "en": "to"}
TRANSLATED: Text = {"de": "Übersetzung vorhanden", "en": "Translation exists"}
YES: Text = {"de": "ja", "en": "yes"}
NO: Text = {"de": "nein", "en": "no"}
QUESTION: Text = {"de": "Frage", "en": "Question"}
NAME: Text = {"de": "Kürzel", "en": "Name"}
ALL: Text = {"de": "Alle", "en": "All"}
ASKED_HERE: Text = {"de": "Gefragte", "en": "Asked"}
UNANSWERED_HERE: Text = {"de": "ohne Antwort", "en": "Without answer"}
ASKED_OTHERS: Text = {"de": "Gefragte, andere Sprachen", "en": "Asked, other languages"}
UNANSWERED_OTHERS: Text = {"de": "ohne Antwort, andere Sprachen", "en": "Without answer, other languages"}
POINTS: Text = {"de": "Unterschied in Prozentpunkten", "en": "Difference in percentage points"}
EFFECT: Text = {"de": "Effektstärke h", "en": "Effect size h"}
P: Text = {"de": "p (Holm)", "en": "p (Holm)"}
