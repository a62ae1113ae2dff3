"""What is said of each kind of decision: what it is, why it matters, and where to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from survey_service import clock
from survey_service.problems import D_
from survey_service.watching import table
from survey_service.watching.model import LATER, TODAY, WEEK, Decision
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext, ngettext
from survey_service.web.manage import names
from survey_service.web.manage.names import language_name, written_day
from survey_service.web.readable import decimal, size

URGENCIES: Mapping[str, str] = {
    TODAY: D_("Today"),
    WEEK: D_("This week"),
    LATER: D_("When there is time"),
}
AREAS: Mapping[str, str] = {
    table.SERVICE: D_("Service"),
    table.MAIL: D_("Mail"),
    table.TEAM: D_("Team"),
    table.OFFERS: D_("Offers"),
    table.QUESTIONNAIRES: D_("Questionnaires"),
    table.TRANSLATIONS: D_("Translations"),
    table.REPORTS: D_("Reports"),
    table.RESPONSES: D_("Responses"),
    table.SYSTEMS: D_("Other systems"),
    table.CONSULTATION: D_("Consultation"),
    table.CONCEPT: D_("Concept"),
    table.INDICATORS: D_("Indicators"),
    table.FEEDBACK: D_("Feedback"),
}
WORK: Mapping[str, str] = {
    "tidying": D_("Erasing what is too old"),
    "reports": D_("Making reports by themselves"),
    "reminders": D_("Reminding providers"),
    "votes": D_("Inviting to votes"),
    "mail": D_("Sending mail"),
    "audit": D_("Checking the audit log"),
    "texts": D_("Counting translations"),
    "webhooks": D_("Telling other systems"),
}


@dataclass(frozen=True)
class Says:
    """A kind in words: what waits, why it matters, and the address of the page on which to decide."""

    what: Callable[[Decision], str]
    why: str
    place: Callable[[Decision], str]


@dataclass(frozen=True)
class Line:
    """A decision in words; ``age`` says since when it waits, when it ends, or in which languages, "" if nothing of that
    is known."""

    what: str
    why: str
    age: str
    place: str


def line(decision: Decision) -> Line:
    """Return a decision in the language of the page."""
    says = SAYS[decision.kind]
    if decision.problem is not None:
        area = gettext(AREAS[table.area_of(decision)])
        what = gettext("“%(area)s” could not be looked through", area=area)
        return Line(what, wordings.problem_message(decision.problem), "", says.place(Decision(0)))
    return Line(says.what(decision), gettext(says.why), _age(decision), says.place(decision))


def _age(decision: Decision) -> str:
    today = clock.today()
    left, age = decision.left(today), decision.age(today)
    if left is not None:
        day = written_day(decision.until)
        if left <= 0:
            return gettext("The last day is today.")
        return ngettext("%(num)s day left, until %(day)s.", "%(num)s days left, until %(day)s.", left, day=day)
    if age is None:
        return _languages(decision)
    day = written_day(decision.since)
    if not age:
        return gettext("Since today.")
    if decision.count == 1:
        return ngettext("For %(num)s day, since %(day)s.", "For %(num)s days, since %(day)s.", age, day=day)
    return ngettext(
        "The oldest for %(num)s day, since %(day)s.", "The oldest for %(num)s days, since %(day)s.", age, day=day
    )


def work_name(name: str) -> str:
    """Return a scheduled work in words."""
    return gettext(WORK[name]) if name in WORK else name


def room(count: int) -> str:
    """Return a number of bytes in words, also of a whole disk."""
    return gettext("%(size)s GB", size=decimal(count / 1e9)) if count >= 1_000_000_000 else size(count)


def _title(decision: Decision) -> str:
    """Return the title of the questionnaire a decision is about."""
    for published in current().publications.all():
        if published.questionnaire.name == decision.subject:
            return wordings.in_attribute(published.questionnaire.label)
    return decision.subject


def _languages(decision: Decision) -> str:
    """Return languages by name; a last part such as ``+17`` stays."""
    tags = str(decision.facts.get("languages", "")).split()
    return ", ".join(tag if tag.startswith("+") else language_name(tag) for tag in tags)


def _at(endpoint: str, **values: Any) -> Callable[[Decision], str]:
    return lambda _: url_for(endpoint, **values)


def _about(endpoint: str, name: str, otherwise: str) -> Callable[[Decision], str]:
    """Return the address of the page of what a decision is about; of the list it stands in if that is not known."""

    def place(decision: Decision) -> str:
        values: dict[str, Any] = {name: decision.subject}
        return url_for(endpoint, **values) if decision.subject else url_for(otherwise)

    return place


def _run(decision: Decision) -> str:
    run = decision.facts.get("run")
    return url_for("manage.run", number=run) if run is not None else url_for("manage.reports")


def _disk(decision: Decision) -> str:
    free = room(int(decision.facts["free"]))
    return gettext("The disk is nearly full: %(free)s are free", free=free)


def _work(decision: Decision) -> str:
    name = work_name(decision.subject)
    if decision.facts["code"]:
        return gettext("“%(work)s” fails", work=name)
    return gettext("“%(work)s” has not been done for a long time", work=name)


def _copies(decision: Decision) -> str:
    return ngettext(
        "%(num)s working copy is not published yet", "%(num)s working copies are not published yet", decision.count
    )


def _gate(decision: Decision) -> str:
    return ngettext(
        "“%(title)s” would lose %(num)s language, for texts are missing",
        "“%(title)s” would lose %(num)s languages, for texts are missing",
        decision.count,
        title=_title(decision),
    )


def _drafted(decision: Decision) -> str:
    return ngettext(
        "%(num)s translation was drafted by a machine and not reviewed",
        "%(num)s translations were drafted by a machine and not reviewed",
        decision.count,
    )


def _factor(decision: Decision) -> str:
    return ngettext(
        "Your account will need a second factor. You can sign in %(num)s more time without it.",
        "Your account will need a second factor. You can sign in %(num)s more times without it.",
        int(decision.facts["left"]),
    )


def _backup(decision: Decision) -> str:
    return gettext("No new backup was made") if decision.since else gettext("There is no backup yet")


SAYS: Mapping[str, Says] = {
    "store": Says(
        lambda _: gettext("Nothing can be saved"),
        D_("Answers are refused until whoever operates the service has looked at the disk or the database. Call now."),
        _at("manage.status"),
    ),
    "disk": Says(
        _disk,
        D_("When it is full, answers can no longer be saved. Whoever operates the service can make room."),
        _at("manage.status"),
    ),
    "backup": Says(
        _backup,
        D_("If the machine breaks, all that came since then is lost. Ask whoever operates the service."),
        _at("manage.status"),
    ),
    "work": Says(_work, D_("Whoever operates the service finds the reason in the log."), _at("manage.status")),
    "retention": Says(
        lambda d: ngettext("%(num)s rule of erasing does not run", "%(num)s rules of erasing do not run", d.count),
        D_("Answers are kept longer than people were promised. Ask whoever operates the service."),
        _at("manage.privacy"),
    ),
    "reports_anew": Says(
        lambda d: ngettext(
            "%(num)s report counts answers that were withdrawn",
            "%(num)s reports count answers that were withdrawn",
            d.count,
        ),
        D_("Make such a report anew before you use its figures."),
        _at("manage.reports"),
    ),
    "hosts": Says(
        lambda d: gettext("The machines of the service are not set up alike: %(names)s", names=d.facts["names"]),
        D_("Whoever operates the service must mend that before people notice."),
        _at("manage.status"),
    ),
    "quarantine": Says(
        lambda d: ngettext("%(num)s response was set aside", "%(num)s responses were set aside", d.count),
        D_("What looks like spam or was sent very fast counts nowhere until somebody has looked at it."),
        _at("manage.show_quarantine"),
    ),
    "contacts": Says(
        lambda d: ngettext("%(num)s person wants to be contacted", "%(num)s people want to be contacted", d.count),
        D_("Somebody waits for your call or letter."),
        _at("manage.contact_list"),
    ),
    "hook_failing": Says(
        lambda d: gettext("“%(name)s” is not told any more", name=d.facts.get("name", "")),
        D_("It could not be reached for days, so it is paused. Its page says why."),
        _about("manage.webhook", "number", "manage.webhooks"),
    ),
    "hook_failed": Says(
        lambda d: ngettext(
            "%(num)s message to another system was given up", "%(num)s messages to other systems were given up", d.count
        ),
        D_("Send again, or do without."),
        _at("manage.webhooks"),
    ),
    "token_ends": Says(
        lambda d: gettext("The token “%(name)s” ends", name=d.facts.get("name", "")),
        D_("Make a new one for the system that uses it, or let it end."),
        _at("manage.all_tokens"),
    ),
    "audit": Says(
        lambda d: gettext("The audit log is not whole from entry %(number)s on", number=d.facts["number"]),
        D_("An entry was changed or is missing, or documents were damaged. Compare it with a backup and with exports."),
        _at("manage.audit_log"),
    ),
    "mail_failed": Says(
        lambda d: ngettext("%(num)s message could not be sent", "%(num)s messages could not be sent", d.count),
        D_("Somebody waits, or an address is wrong."),
        _at("manage.outbox"),
    ),
    "mail_stuck": Says(
        lambda d: ngettext(
            "%(num)s message waits: no mail server takes it",
            "%(num)s messages wait: no mail server takes them",
            d.count,
        ),
        D_("Links, reminders and invitations do not arrive meanwhile. Ask whoever operates the service."),
        _at("manage.outbox"),
    ),
    "mail_by_hand": Says(
        lambda d: ngettext(
            "%(num)s message is to be passed on by hand", "%(num)s messages are to be passed on by hand", d.count
        ),
        D_("No mail server is set up."),
        _at("manage.outbox"),
    ),
    "own_factor": Says(
        _factor, D_("Set it up now: once none is left you must, before you can go on."), _at("manage.account")
    ),
    "other_factors": Says(
        lambda d: ngettext(
            "%(num)s person has no second factor yet", "%(num)s people have no second factor yet", d.count
        ),
        D_("They need one soon. Tell them, or help them set it up."),
        _at("manage.people"),
    ),
    "offers_new": Says(
        lambda d: ngettext("%(num)s new offer waits", "%(num)s new offers wait", d.count),
        D_("The directory shows offers only once you have published them."),
        _at("manage.offers"),
    ),
    "offers_changed": Says(
        lambda d: ngettext("%(num)s change of an offer waits", "%(num)s changes of offers wait", d.count),
        D_("The directory shows what was published before."),
        _at("manage.offers"),
    ),
    "offers_told": Says(
        lambda d: ngettext("%(num)s error in an offer was reported", "%(num)s errors in offers were reported", d.count),
        D_("Somebody who needed the offer found it wrong."),
        _at("manage.offer_notices"),
    ),
    "offers_to_call": Says(
        lambda d: ngettext(
            "%(num)s offer to call about: nobody can be reached by e-mail",
            "%(num)s offers to call about: nobody can be reached by e-mail",
            d.count,
        ),
        D_("Only a call tells whether an offer still exists."),
        _at("manage.calls"),
    ),
    "offers_unconfirmed": Says(
        lambda d: ngettext("%(num)s offer is not confirmed", "%(num)s offers are not confirmed", d.count),
        D_("What is not confirmed is shown as such and does not count in figures."),
        _at("manage.offers", state="published"),
    ),
    "wave_ends": Says(
        lambda d: gettext("“%(title)s” ends", title=_title(d)),
        D_("Give it a later day, or remind the places where you have distributed it."),
        _about("manage.schedule", "name", "manage.home"),
    ),
    "wave_full": Says(
        lambda d: gettext(
            "“%(title)s” is full (limit: %(limit)s)", title=_title(d), limit=names.number(int(d.facts["limit"]))
        ),
        D_("People who want to answer are turned away."),
        _about("manage.schedule", "name", "manage.home"),
    ),
    "copies": Says(
        _copies,
        D_("Publish it, or discard what is not needed any more."),
        _about("manage.draft", "name", "manage.home"),
    ),
    "gate": Says(
        _gate,
        D_("The published revision stays as it is; the next one can be offered only in complete languages."),
        _about("manage.publication", "name", "manage.translations"),
    ),
    "outdated": Says(
        lambda d: ngettext("%(num)s translation is outdated", "%(num)s translations are outdated", d.count),
        D_("The source has changed since. Until then people see another language there."),
        _at("manage.translations"),
    ),
    "drafted": Says(
        _drafted,
        D_("People can read these already. Somebody who speaks the language should look at them."),
        _at("manage.translations"),
    ),
    "plugin_failing": Says(
        lambda d: gettext(
            "The report plugin “%(name)s” failed three times in a row and was disabled. Its reports can be read.",
            name=d.subject,
        ),
        D_("Its page says why. Enable it again, go back to the version before, or ask its author."),
        _about("manage.plugin", "name", "manage.plugins"),
    ),
    "plugin_waiting": Says(
        lambda d: gettext("The report plugin “%(name)s” waits for your approval.", name=d.subject),
        D_("It does not run before you have looked at what it may do."),
        _about("manage.plugin", "name", "manage.plugins"),
    ),
    "report_scheduled": Says(
        lambda d: gettext("The report “%(name)s” could not be made by itself", name=d.subject),
        D_("Whoever waits for it was told. Make it by hand to see why."),
        _at("manage.report_schedules"),
    ),
    "report_failed": Says(
        lambda d: gettext("The newest run of the report “%(name)s” failed", name=d.subject),
        D_("The page of the run says why."),
        _run,
    ),
    "consultation_ends": Says(
        lambda d: gettext("The consultation “%(title)s” ends", title=d.facts.get("title", "")),
        D_("Who has not voted yet can be reminded, or the last day moved."),
        _about("manage.consultation", "id", "manage.consultations"),
    ),
    "consultation_comments": Says(
        lambda d: ngettext(
            "“%(title)s”: %(num)s comment has no answer",
            "“%(title)s”: %(num)s comments have no answer",
            d.count,
            title=d.facts.get("title", ""),
        ),
        D_("Each is answered before the table is final."),
        _about("manage.consultation_comments", "id", "manage.consultations"),
    ),
    "consultation_final": Says(
        lambda d: gettext("“%(title)s”: the table can be made final", title=d.facts.get("title", "")),
        D_("All comments are answered. Those who took part wait for it."),
        _about("manage.consultation_table", "id", "manage.consultations"),
    ),
    "evidence": Says(
        lambda d: ngettext(
            "%(num)s statement of the concept has newer figures",
            "%(num)s statements of the concept have newer figures",
            d.count,
        ),
        D_("Take them over, or say why the older ones stay."),
        _about("manage.concept_version", "number", "manage.concept"),
    ),
    "figures": Says(
        lambda d: ngettext(
            "%(num)s indicator lacks its newest figure", "%(num)s indicators lack their newest figures", d.count
        ),
        D_("The year or quarter is over. Enter or import figures when the source has published them."),
        _at("manage.indicators"),
    ),
    "look_again": Says(
        lambda _: gettext("You told people to look again"),
        D_("The day has passed. Publish what came of their answers, or set another day."),
        _at("manage.closing"),
    ),
}
