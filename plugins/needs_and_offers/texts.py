"""All texts of the report, in German and English."""

from __future__ import annotations

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Dieser Bericht stellt für jedes Handlungsfeld den Bedarf neben den Bestand. Der Bedarf stammt aus den "
        "Antworten der Zugewanderten, der Bestand aus dem Verzeichnis der Angebote. Gezählt sind veröffentlichte, "
        "aktive Angebote, die vor höchstens %(days)s Tagen bestätigt wurden; die übrigen stehen als „nicht bestätigt“ "
        "daneben."
    ),
    "en": (
        "For each field of action this report sets the need beside the offers. The need comes from the answers of "
        "newcomers, the offers from the directory. Counted are published, active offers that were confirmed at most "
        "%(days)s days ago; the others stand beside them as “not confirmed”."
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
        "Die Anteile beziehen sich auf die Personen, die zu diesem Handlungsfeld Auskunft gaben. „Angebote“ sind "
        "die des ganzen Handlungsfelds, die bestätigt sind, „gebrauchte Sprache“ der Anteil von ihnen, der eine "
        "Sprache der Menschen mit diesem Thema spricht (ohne Deutsch) oder dolmetscht. „Passende Art“ zählt "
        "Angebote, deren Art zu diesem Bedarf passt, gleich in welchem Handlungsfeld; „•“ heißt hier, dass keine "
        "Art von Angebot zu ihm passt. Die Zuordnung ist ein Entwurf. „Fachleute“ zählt, wie viele von ihnen hier "
        "zu wenige Angebote sehen. Die Teile werden nicht zu einer Note verrechnet."
    ),
    "en": (
        "The shares are of the people who answered on this field of action. “Offers” are those of the whole field "
        "that are confirmed, “needed language” the share of them that speaks a language of the people with this "
        "topic (other than German) or has interpreting. “Fitting type” counts offers whose type fits this need, in "
        "whichever field; “•” means here that no type of offer fits it. The assignment is a draft. “Experts” "
        "counts how many of them see too few offers here. The parts are not folded into one score."
    ),
}
LANGUAGES: Text = {"de": "Nach Sprache", "en": "By language"}
LANGUAGE_CAPTION: Text = {
    "de": "Wer eine Sprache gut versteht: wichtigste Themen und Angebote",
    "en": "Who understands a language well: most important topics and offers",
}
LANGUAGES_NOTE: Text = {
    "de": (
        "Genannt sind nur Sprachen, über die es genug Antworten gibt. Eine Person kann mehrere Sprachen gut verstehen."
    ),
    "en": "Only languages with enough responses are named. A person may understand several languages well.",
}
HURDLES: Text = {"de": "Nach Hürde", "en": "By hurdle"}
HURDLE_CAPTION: Text = {
    "de": "Warum bekannte Angebote nicht genutzt werden, nach Handlungsfeld",
    "en": "Why offers that are known are not used, by field of action",
}
EASING_CAPTION: Text = {
    "de": "Angebote, die eine Hürde senken, nach Handlungsfeld",
    "en": "Offers that lower a hurdle, by field of action",
}
PLACES: Text = {"de": "Nach Gemeinde", "en": "By municipality"}
PLACES_NOTE: Text = {
    "de": (
        "Angebote für den ganzen Landkreis zählen in jeder Gemeinde. In kleinen Gemeinden antworten oft zu wenige, um "
        "Anteile zu nennen; die Angebote stehen trotzdem da."
    ),
    "en": (
        "Offers for the whole county count in every municipality. In small municipalities there are often too few "
        "responses to give shares; the offers are listed all the same."
    ),
}
ITEMS_CAPTION: Text = {
    "de": "Einzelner Bedarf nach Gemeinde, größter Anteil zuerst (höchstens 500 Zeilen)",
    "en": "Single needs by municipality, the largest share first (at most 500 rows)",
}
PLACE_CAPTION: Text = {
    "de": "„%s“ nach Gemeinde: Bedarf und Angebote",
    "en": "“%s” by municipality: need and offers",
}
MUNICIPALITY: Text = {"de": "Gemeinde", "en": "Municipality"}
LANGUAGE: Text = {"de": "Sprache", "en": "Language"}
REACHABLE: Text = {"de": "davon in einer gebrauchten Sprache", "en": "of these in a needed language"}
UNCONFIRMED: Text = {"de": "dazu nicht bestätigte", "en": "besides, not confirmed"}
FITTING: Text = {"de": "Angebote passender Art", "en": "Offers of a fitting type"}
SPEAKING: Text = {"de": "davon in dieser Sprache", "en": "of these in this language"}
INTERPRETED: Text = {"de": "davon mit Dolmetschen", "en": "of these with interpreting"}
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
