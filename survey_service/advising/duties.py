"""What the law and people expect of whoever runs the service: imprint, privacy, mail, second factor, backups."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service import outbox
from survey_service.advising.model import ADVICE, FAULT, WARNING, Finding, Look
from survey_service.mailing import server_of
from survey_service.watching import backups

_PUBLIC = (
    ("operator", "the imprint and the privacy notice name nobody"),
    ("operator_address", "the imprint has no address (§ 5 DDG)"),
    ("operator_email", "nobody can be written to, and mail has no sender"),
    ("data_protection_email", "the privacy notice names no data protection officer (Art. 13 GDPR)"),
    ("accessibility_day", "the declaration of accessibility has no day (BITV 2.0)"),
    ("enforcement_body", "the declaration of accessibility names no body for disputes (BITV 2.0)"),
)


def names(look: Look) -> Iterator[Finding]:
    """Who answers for the service, once it is public."""
    missing = [(name, why) for name, why in _PUBLIC if not getattr(look.settings, name)]
    if look.settings.public_url and missing:
        yield Finding(
            "operator.incomplete", WARNING, f"not set: {', '.join(name for name, _ in missing)}",
            f"For people that means: {'; '.join(why for _, why in missing)}.",
            "set them before the address is made known",
        )  # fmt: skip


def mail(look: Look) -> Iterator[Finding]:
    """Mail leaves, has a sender and links that lead somewhere."""
    settings = look.settings
    if server_of(settings.mail_url) is None:
        if settings.public_url:
            yield Finding(
                "mail.none", WARNING, "mail_url is file:",
                "Links for providers, reminders and lost passwords stay in the outbox until somebody passes them on.",
                "set mail_url to smtp://name:password@host:587 of your mail server",
            )  # fmt: skip
        return
    if not (settings.mail_from or settings.operator_email):
        yield Finding(
            "mail.sender", FAULT, "mail has no sender", "Mail servers refuse it.", "set mail_from or operator_email"
        )
    if not settings.public_url:
        yield Finding(
            "mail.links", WARNING, "mail is sent, but public_url is not set",
            "Letters with links are not written.", "set public_url",
        )  # fmt: skip
    failed = outbox.count(settings.instance, outbox.FAILED)
    if failed:
        yield Finding(
            "mail.failed", WARNING, f"{failed} mails were given up",
            "Somebody waits for them.", "look at the desk's page “Outbox”",
        )  # fmt: skip


def factors(look: Look) -> Iterator[Finding]:
    """What protects the accounts and the plugins is in force."""
    settings = look.settings
    if not settings.second_factor:
        yield Finding(
            "accounts.factor", WARNING, "second_factor is off",
            "A password that was given away opens all answers.", "set second_factor to true",
        )  # fmt: skip
    if settings.report_unsafe:
        yield Finding(
            "plugins.unsafe", WARNING, "report_unsafe is on",
            "Installed report plugins can read everything the service can.", "set it to false (docs/sandbox.md)",
        )  # fmt: skip
    if settings.testing:
        yield Finding(
            "settings.testing", FAULT, "testing is on", "It is for the test suite and loosens protection.", "remove it"
        )
    if settings.secret_key and len(settings.secret_key) < 32:
        yield Finding(
            "secrets.short", FAULT, f"secret_key has {len(settings.secret_key)} characters",
            "Whoever guesses it signs in as anybody.",
            "leave it out, and one is made, or use 64 random hexadecimal digits",
        )  # fmt: skip


def saved(look: Look) -> Iterator[Finding]:
    """There is a backup that is not too old, and it is sealed."""
    most = look.settings.backup_days
    if not most or look.store is None:
        return
    last = backups.newest(backups.all_backups(look.store, look.settings))
    age = None if last is None else backups.age(last, look.now)
    if last is None or age is None or age >= most:
        found = "no backup is noted" if age is None else f"the newest backup is {age} days old"
        yield Finding(
            "backup.age", WARNING, found, f"What was answered since is lost with the disk (backup_days is {most}).",
            "run survey-service backup, and every night by its timer",
        )  # fmt: skip
    elif not last.sealed:
        yield Finding(
            "backup.open", ADVICE, "the newest backup is not encrypted",
            "It holds all answers and secrets.", "give --recipient a key of age; keep it as safe as the instance else",
        )  # fmt: skip
