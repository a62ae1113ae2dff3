"""All texts of the report, in German and English."""

from __future__ import annotations

from survey_service.reports.plugin import Text

INTRODUCTION: Text = {
    "de": (
        "Dieser Bericht prüft das Verzeichnis der Angebote: Wie aktuell ist es, welche Gemeinden und welche Menschen "
        "erreicht es, was fehlt? Veröffentlichte Einträge: %(offers)s, davon aktiv: %(active)s. Aktiv ist, was als "
        "aktiv gemeldet ist und dessen Förderung nicht beendet ist. Alle Zahlen zählen aktive Einträge."
    ),
    "en": (
        "This report looks at the directory of offers: how fresh is it, which municipalities and which people does it "
        "reach, what is missing? Published entries: %(offers)s, of these active: %(active)s. Active is what is "
        "reported as active and whose funding has not ended. All figures count active entries."
    ),
}
NO_REGISTER: Text = {
    "de": (
        "Der Fragebogen zum Verzeichnis ist nicht veröffentlicht. Ohne seine Listen lässt sich die Abdeckung nicht "
        "zeigen."
    ),
    "en": "The questionnaire of the directory is not published. Without its lists the coverage cannot be shown.",
}
MISSING: Text = {"de": "Was fehlt?", "en": "What is missing?"}
INF1: Text = {"de": "Versorgte Gemeinden", "en": "Covered municipalities"}
INF1_DEFINITION: Text = {
    "de": "Gemeinden mit aktiven Angeboten in mindestens vier Handlungsfeldern, an allen Gemeinden des Landkreises.",
    "en": "Municipalities with active offers in at least four fields of action, of all municipalities of the county.",
}
FEW_CAPTION: Text = {
    "de": "Gemeinden mit Angeboten in weniger als vier Handlungsfeldern",
    "en": "Municipalities with offers in fewer than four fields of action",
}
NO_FEW: Text = {
    "de": (
        "Jede Gemeinde hat Angebote in mindestens vier Handlungsfeldern, auch durch Angebote für den ganzen Landkreis."
    ),
    "en": (
        "Every municipality has offers in at least four fields of action, also through offers for the whole county."
    ),
}
NO_OFFER: Text = {
    "de": (
        "„%(field)s“: Es gibt kein aktives Angebot. Was tun? Fragen Sie beim Arbeitskreis nach, ob Angebote nur nicht "
        "eingetragen sind."
    ),
    "en": (
        "“%(field)s”: there is no active offer. What to do? Ask the working group whether offers are just not entered."
    ),
}
NO_INTERPRETER: Text = {
    "de": (
        "„%(field)s“: Bei keinem der Angebote (%(offers)s) wird gedolmetscht. Was tun? Bieten Sie den Trägern den "
        "Sprachmittlungspool an."
    ),
    "en": (
        "“%(field)s”: none of the offers (%(offers)s) has interpreting. What to do? Offer the interpreting service to "
        "the providers."
    ),
}
FRESHNESS: Text = {"de": "Aktualität", "en": "Freshness"}
BY_FIELD: Text = {
    "de": "Letzte Bestätigung nach Handlungsfeld",
    "en": "Last confirmation by field of action",
}
BY_KIND: Text = {"de": "Letzte Bestätigung nach Art des Eintrags", "en": "Last confirmation by kind of entry"}
FRESHNESS_NOTE: Text = {
    "de": (
        "Ein Eintrag mit mehreren Handlungsfeldern zählt in jedem. Was tun? Bitten Sie die Träger, Einträge zu "
        "bestätigen, die älter als %(days)s Tage sind: Sie gelten als nicht bestätigt und zählen beim Abgleich mit dem "
        "Bedarf nicht mit. Gelöscht wird nichts."
    ),
    "en": (
        "An entry with several fields of action counts in each. What to do? Ask the providers to confirm entries "
        "older than %(days)s days: they count as not confirmed and do not count when offers are set against needs. "
        "Nothing is deleted."
    ),
}
CHART_FRESH: Text = {
    "de": "Angebote, die vor höchstens 180 Tagen bestätigt wurden",
    "en": "Offers confirmed at most 180 days ago",
}
ENDS_CAPTION: Text = {
    "de": "Förderungen, die in den nächsten zwölf Monaten enden",
    "en": "Funding that ends within the next twelve months",
}
ENDS_NOTE: Text = {
    "de": (
        "Was tun? Sprechen Sie früh mit den Trägern über die Fortsetzung. Nach dem Ende zählt das Angebot nicht mehr "
        "als aktiv."
    ),
    "en": (
        "What to do? Talk with the providers early about going on. After the end the offer no longer counts as active."
    ),
}
NO_ENDS: Text = {
    "de": "Bei keinem aktiven Eintrag endet die Förderung in den nächsten zwölf Monaten.",
    "en": "No active entry has funding that ends within the next twelve months.",
}
COVERAGE: Text = {"de": "Abdeckung", "en": "Coverage"}
COVERAGE_CAPTION: Text = {
    "de": "Angebote, die eine Gemeinde versorgen, nach Handlungsfeld",
    "en": "Offers that serve a municipality, by field of action",
}
LOCAL_CAPTION: Text = {
    "de": "Davon Angebote nur für bestimmte Gemeinden",
    "en": "Of these, offers for certain municipalities only",
}
COVERAGE_NOTE: Text = {
    "de": (
        "Die erste Tabelle zählt Angebote für den ganzen Landkreis in jeder Gemeinde mit, die zweite nicht: Dort "
        "zeigt eine 0, dass es vor Ort nichts Eigenes gibt. Eine Karte wird nicht gezeichnet, weil zu den Gemeinden "
        "keine Koordinaten hinterlegt sind."
    ),
    "en": (
        "The first table counts offers for the whole county in each municipality, the second does not: there a 0 "
        "shows that there is nothing of its own on the spot. No map is drawn, because no coordinates of the "
        "municipalities are recorded."
    ),
}
CHART_COVERED: Text = {
    "de": "Zahl der versorgten Handlungsfelder je Gemeinde",
    "en": "Number of fields of action covered in each municipality",
}
REACH: Text = {"de": "Erreichbarkeit", "en": "Reach"}
REACH_CAPTION: Text = {
    "de": "Zugang zu den Angeboten nach Handlungsfeld",
    "en": "Access to the offers by field of action",
}
LANGUAGES_CAPTION: Text = {
    "de": "Sprachen der Angebote nach Handlungsfeld",
    "en": "Languages of the offers by field of action",
}
REACH_NOTE: Text = {
    "de": "Sprachen, in denen kein aktives Angebot spricht, fehlen in der Tabelle.",
    "en": "Languages that no active offer speaks are not in the table.",
}

FIELD: Text = {"de": "Handlungsfeld", "en": "Field of action"}
FIELDS: Text = {"de": "Handlungsfelder", "en": "Fields of action"}
KIND: Text = {"de": "Art", "en": "Kind"}
ALL: Text = {"de": "Alle", "en": "All"}
OFFERS: Text = {"de": "Aktive", "en": "Active"}
FRESH: Text = {"de": "bis 180 Tage", "en": "up to 180 days"}
YEAR: Text = {"de": "181 bis 365 Tage", "en": "181 to 365 days"}
OLDER: Text = {"de": "älter", "en": "older"}
NEVER: Text = {"de": "nie bestätigt", "en": "never confirmed"}
FRESH_SHARE: Text = {"de": "Anteil bis 180 Tage", "en": "share up to 180 days"}
UNCONFIRMED: Text = {"de": "Angebote, die nicht bestätigt sind", "en": "Offers that are not confirmed"}
OPEN_ACCESS: Text = {
    "de": "offener Zugang (kostenlos, ohne Status, verständlich)",
    "en": "open access (free, no status, understandable)",
}
PLACE_LANGUAGES_CAPTION: Text = {
    "de": "Sprachen der Angebote, die eine Gemeinde versorgen",
    "en": "Languages of the offers that serve a municipality",
}
NAME: Text = {"de": "Eintrag", "en": "Entry"}
ORGANISATION: Text = {"de": "Organisation", "en": "Organisation"}
ENDS: Text = {"de": "Förderung endet am", "en": "Funding ends on"}
DAYS: Text = {"de": "in Tagen", "en": "in days"}
MUNICIPALITY: Text = {"de": "Gemeinde", "en": "Municipality"}
WHOLE_COUNTY: Text = {"de": "Nur Angebote für den ganzen Landkreis", "en": "Only offers for the whole county"}
FIELDS_COVERED: Text = {"de": "versorgte Handlungsfelder", "en": "fields covered"}
FIELDS_MISSING: Text = {"de": "ohne Angebot", "en": "without an offer"}
LANGUAGE: Text = {"de": "Sprache", "en": "Language"}
OTHER_LANGUAGE: Text = {"de": "andere Sprache als Deutsch", "en": "other language than German"}
INTERPRETER: Text = {"de": "mit Dolmetschen", "en": "with interpreting"}
ONLINE: Text = {"de": "online möglich", "en": "available online"}
FREE: Text = {"de": "kostenlos", "en": "free"}
NO_STATUS: Text = {"de": "ohne bestimmten Aufenthaltsstatus", "en": "no residence status needed"}
CHILD_CARE: Text = {"de": "mit Kinderbetreuung", "en": "with child care"}
TRANSPORT: Text = {"de": "Hilfe bei der Fahrt", "en": "help with transport"}
EVENING: Text = {"de": "abends", "en": "in the evening"}
