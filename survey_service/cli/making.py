"""Making the reports that are due, reminding providers, inviting to votes, and sending the mail that waits, while the
service runs or from a timer."""

from __future__ import annotations

from survey_service import bounces, clock, mail
from survey_service.consulting import inviting
from survey_service.letters import reminding, team
from survey_service.reports import runs, schedules, telling
from survey_service.reports.report import Report
from survey_service.reports.schedules import Done
from survey_service.store import blobs, claims, hosts, rounds
from survey_service.watching import work
from survey_service.web.context import Context

EVERY = 60.0
"""Seconds between two looks at the schedules."""
_SENDING = 300.0
"""Seconds after which another machine sends if the one that did so has died; a mail takes less."""
SETTLED = 600.0
"""Seconds after the start of ``serve`` before translations are counted, which takes long and is not pressing."""


def make_due(context: Context) -> list[Done]:
    """Make the reports that are due and send what waits in the outbox; return what came of the reports."""

    def make(plugin: str) -> Report:
        run, ticket = runs.begin(context.store, context.settings, plugin, "service")
        return runs.carry_out(run, ticket, context.store, context.publications, context.settings)

    with work.noted(context.store, work.REPORTS):
        done = schedules.make_due(
            context.store,
            context.publications,
            context.settings,
            make,
            lambda found: telling.told(found, context.settings),
        )
    remind(context)
    invite(context)
    with work.noted(context.store, work.MAIL):
        exchange(context)
    return done


def remind(context: Context) -> reminding.Round:
    """Remind providers of what is due today and return what came of it; at most once an hour, over all processes."""
    if not rounds.claim(context.store, "reminders", every=reminding.EVERY, now=clock.now().timestamp()):
        return reminding.Round()
    with work.noted(context.store, work.REMINDERS):
        return reminding.send(context.store, context.settings, clock.today())


def invite(context: Context) -> inviting.Sent:
    """Write to the members of bodies about votes, and return what came of it; at most every ten minutes."""
    if not rounds.claim(context.store, "consulting", every=inviting.EVERY, now=clock.now().timestamp()):
        return inviting.Sent()
    with work.noted(context.store, work.VOTES):
        return inviting.send(context.store, context.settings, clock.today())


def count_texts(context: Context) -> None:
    """Count how the translations stand, for processes that have not read them; at most once an hour."""
    if rounds.claim(context.store, work.TEXTS, every=work.EVERY[work.TEXTS], now=clock.now().timestamp()):
        with work.noted(context.store, work.TEXTS):
            context.texts.keep()


def exchange(context: Context) -> mail.Delivered:
    """Write the links for lost passwords, read what mail servers report back, send what waits in the outbox, and note
    which addresses mail cannot reach.
    """

    def bounced(address: str) -> None:
        reminding.note_bounce(context.store, address, clock.today())

    team.send_lost(context.store, context.settings, context.factor_key, now=clock.now())
    bounces.collect(context.settings, bounced)
    return mail.deliver(context.settings, bounced=bounced, hold=lambda: _may_send(context))


def _may_send(context: Context) -> bool:
    """Tell whether this machine is to send the mail that waits: of several that share it, one at a time."""
    if not blobs.of(context.settings.instance).shared:
        return True
    return claims.claim(context.store, "mail", hosts.process(), clock.now().timestamp(), _SENDING)
