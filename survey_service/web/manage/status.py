"""How the service is doing, in plain words, for a manager who is no operator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup, escape

from survey_service import clock, outbox
from survey_service.problems import D_
from survey_service.watching import backups
from survey_service.watching import status as state
from survey_service.watching.backups import Backup
from survey_service.watching.status import ACT, GOOD, HEED, Fact
from survey_service.watching.work import Work
from survey_service.web.i18n import gettext, ngettext
from survey_service.web.manage import home, names
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.outbox import moment
from survey_service.web.manage.waiting_words import room, work_name

LEVELS: Mapping[str, str] = {GOOD: D_("In order"), HEED: D_("Have a look"), ACT: D_("Act now")}
OVERALL: Mapping[str, str] = {
    GOOD: D_("Everything is in order."),
    HEED: D_("The service works. Something is worth a look."),
    ACT: D_("Something must be done. Ask whoever operates the service."),
}
TITLES: Mapping[str, str] = {
    "store": D_("Saving answers"),
    "disk": D_("Room on the disk"),
    "backup": D_("Backups"),
    "mail": D_("Mail"),
    "work": D_("What the service does by itself"),
    "plugins": D_("Report plugins"),
    "languages": D_("Languages"),
    "audit": D_("Audit log"),
    "address": D_("Address"),
    "hosts": D_("Machines"),
    "version": D_("Version"),
}
_SHOWN = 10


@dataclass(frozen=True)
class Shown:
    """A fact in words: what it is about, its level, and sentences."""

    title: str
    level: str
    level_name: str
    sentences: tuple[str, ...]


@blueprint.get("/status", endpoint="status")
def show_status() -> str:
    """Show all facts, the rounds of scheduled work, and the newest backups."""
    seen = home.look()
    facts = state.facts(seen)
    work = next(fact for fact in facts if fact.name == "work")
    return render_template(
        "manage/status.html",
        overall=gettext(OVERALL[state.worst(facts)]),
        facts=[_shown(fact) for fact in facts],
        rounds=[
            (work_name(each.name), moment(each.done), _next(each), _said_of(each)) for each in work.values["rounds"]
        ],
        backups=[
            (entry, moment(entry.moment), _size(entry)) for entry in backups.all_backups(seen.store, seen.settings)
        ][:_SHOWN],
    )


def _shown(fact: Fact) -> Shown:
    said = tuple(sentence for sentence in _SAYS[fact.name](fact) if sentence)
    return Shown(gettext(TITLES[fact.name]), fact.level, gettext(LEVELS[fact.level]), said)


def _store(fact: Fact) -> list[str]:
    count = fact.values["responses"]
    return [
        gettext("Answers are saved.") if fact.values["healthy"] else gettext("Nothing can be saved at the moment."),
        ngettext("%(num)s response is stored.", "%(num)s responses are stored.", count),
        gettext("They lie in a PostgreSQL database.")
        if fact.values["kind"] == "postgresql"
        else gettext("They lie on the machine of the service."),
    ]


def _disk(fact: Fact) -> list[str]:
    free, total = room(fact.values["free"]), room(fact.values["total"])
    return [gettext("%(free)s of %(total)s are free.", free=free, total=total)]


def _backup(fact: Fact) -> list[str]:
    last, age, back = fact.values["last"], fact.values["age"], fact.values["restored"]
    if last is None:
        newest = gettext("No backup was made with the command of this service.")
    elif not age:
        newest = gettext("The newest backup is less than a day old.")
    else:
        newest = ngettext("The newest backup is %(num)s day old.", "The newest backup is %(num)s days old.", age)
    return [
        newest,
        "" if last is None or last.sealed else gettext("It is not encrypted: keep it as safe as the service itself."),
        "" if fact.values["watched"] else gettext("Backups are made by other means; nobody is reminded here."),
        "" if back is None else gettext("On %(day)s a backup was put back.", day=names.written_day(back.at[:10])),
    ]


def _mail(fact: Fact) -> list[str]:
    waiting, failed, kept = (fact.values[place] for place in (outbox.WAITING, outbox.FAILED, outbox.OUTBOX))
    return [
        gettext("A mail server is set up.") if fact.values["server"] else gettext("No mail server is set up."),
        ngettext("%(num)s message waits.", "%(num)s messages wait.", waiting) if waiting else "",
        ngettext("%(num)s message could not be sent.", "%(num)s messages could not be sent.", failed) if failed else "",
        ngettext("%(num)s message is to be passed on by hand.", "%(num)s messages are to be passed on by hand.", kept)
        if kept
        else "",
    ]


def _work(fact: Fact) -> list[str]:
    if fact.values["bad"]:
        named = ", ".join(map(work_name, fact.values["bad"]))
        return [gettext("Fails or is late: %(names)s.", names=named)]
    done = any(each.done for each in fact.values["rounds"])
    return [gettext("All of it goes well.") if done else gettext("Nothing has been done by itself yet.")]


def _plugins(fact: Fact) -> list[str]:
    failing, waiting, off = (fact.values[name] for name in ("failing", "waiting", "disabled"))
    said = [
        gettext("Failed and disabled: %(names)s.", names=", ".join(failing)) if failing else "",
        gettext("Waiting for approval: %(names)s.", names=", ".join(waiting)) if waiting else "",
        gettext("Disabled: %(names)s.", names=", ".join(off)) if off else "",
    ]
    return said if any(said) else [gettext("None failed, none waits.")]


def _languages(fact: Fact) -> list[str]:
    count = len(fact.values["offered"])
    return [
        ngettext(
            "People can read the service in %(num)s language.",
            "People can read the service in %(num)s languages.",
            count,
        ),
        gettext("Some questionnaires lack texts.") if fact.values["lost"] else "",
    ]


def _audit(fact: Fact) -> list[str]:
    last, count = fact.values["last"], fact.values["count"]
    counted = ngettext("%(num)s entry.", "%(num)s entries.", count)
    if last is None:
        return [counted, gettext("It has not been checked yet.")]
    day = names.written_day(last.at.date().isoformat())
    if last.fault:
        return [counted, gettext("It is not whole from entry %(number)s on.", number=last.fault)]
    return [counted, gettext("Checked on %(day)s: it is whole.", day=day)]


def _address(fact: Fact) -> list[str]:
    url = fact.values["url"]
    if not url:
        return [gettext("No public address is set: links in letters lead nowhere, and posters to this machine.")]
    secure = "" if url.startswith("https://") else gettext("It is not encrypted.")
    return [gettext("People reach the service at %(url)s.", url=url), secure]


def _hosts(fact: Fact) -> list[str]:
    present, away = fact.values["present"], fact.values["away"]
    return [
        ngettext(
            "%(num)s machine serves: %(names)s.",
            "%(num)s machines serve: %(names)s.",
            len(present),
            names=", ".join(present),
        )
        if present
        else gettext("None has said that it is there."),
        gettext("Not heard of lately: %(names)s.", names=", ".join(away)) if away else "",
    ]


def _version(fact: Fact) -> list[str]:
    return [gettext("%(version)s, with Python %(python)s.", **fact.values)]


_SAYS: Mapping[str, Callable[[Fact], list[str]]] = {
    "store": _store,
    "disk": _disk,
    "backup": _backup,
    "mail": _mail,
    "work": _work,
    "plugins": _plugins,
    "languages": _languages,
    "audit": _audit,
    "address": _address,
    "hosts": _hosts,
    "version": _version,
}


def _next(each: Work) -> Markup:
    if each.due is None:
        return escape(gettext("soon"))
    return moment(max(each.due, clock.now().astimezone(dt.UTC)))


def _said_of(each: Work) -> str:
    if each.fault:
        return ngettext("failed %(num)s time: %(code)s", "failed %(num)s times: %(code)s", each.times, code=each.fault)
    if each.late(clock.now()):
        return gettext("late")
    return gettext("done") if each.done else gettext("not yet")


def _size(entry: Backup) -> str:
    return room(entry.size) if entry.size else ""
