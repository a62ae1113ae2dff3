"""One table of settings: name, type, default, help. ``SURVEY_<NAME>`` wins over ``instance/config.toml``."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service import mailing
from survey_service.problems import Problem


def _boolean(text: str) -> bool:
    table = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return table[text.strip().lower()]
    except KeyError:
        raise ValueError("use true or false") from None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("use a whole number above 0")
    return number


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("use a whole number, 0 or more")
    return number


def _at_least(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if number < least:
            raise ValueError(f"use a whole number, {least} or more")
        return number

    return read


_ORIGIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(dict.fromkeys(text.replace(",", " ").lower().split()))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"“{origin}” is no origin; use https:// and a host name, without a path")
    return origins


def _day(text: str) -> str:
    return dt.date.fromisoformat(text.strip()).isoformat() if text.strip() else ""


def _growing(text: str) -> tuple[int, ...]:
    """Return whole numbers above 0, each larger than the one before; one to five of them."""
    words = text.replace(",", " ").split()
    numbers = tuple(int(word) for word in words if word.isascii() and word.isdigit())
    if len(numbers) != len(words) or not 1 <= len(numbers) <= 5 or numbers != tuple(sorted(set(numbers))):
        raise ValueError("use one to five whole numbers that grow, such as 150 165 180")
    if numbers[0] < 1 or numbers[-1] > 3_650:
        raise ValueError("use numbers of days from 1 to 3650")
    return numbers


_NEUTRAL = re.compile(r"about:blank|https?://[!-~]+")


def _neutral(text: str) -> str:
    """Return an address that may stand in a header; nothing in it may end the header's value."""
    address = text.strip()
    if not _NEUTRAL.fullmatch(address) or set(address) & set("\"';,<>"):
        raise ValueError("use an address that begins with https://, or about:blank")
    return address


def _mail_url(text: str) -> str:
    url = text.strip()
    mailing.server_of(url)  # refused here, not when the first mail is sent
    return url


def _log(text: str) -> str:
    name = text.strip().lower()
    if name not in ("text", "json"):
        raise ValueError("use text or json")
    return name


INSIDE, TIMER = "inside", "timer"


def _scheduler(text: str) -> str:
    name = text.strip().lower()
    if name not in (INSIDE, TIMER):
        raise ValueError("use inside or timer")
    return name


def _networks(text: str) -> tuple[str, ...]:
    """Return networks in their usual writing; one that is no network, or the whole internet, is refused."""
    words = text.replace(",", " ").split()
    try:
        found = [ipaddress.ip_network(word) for word in words]
    except ValueError:
        raise ValueError("use networks such as 10.20.0.0/16 or fd12:3456::/48, separated by blanks") from None
    if any(network.prefixlen < (8 if network.version == 4 else 16) for network in found):
        raise ValueError("use networks of your own, such as 10.20.0.0/16; this one is too large")
    return tuple(dict.fromkeys(map(str, found)))


def _token(text: str) -> str:
    token = text.strip()
    if token and (len(token) < 16 or not token.isascii() or not token.isprintable() or " " in token):
        raise ValueError("use at least 16 letters, digits and signs, without blanks")
    return token


_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]*(?:/[A-Za-z0-9._/-]*)?(?:\?[A-Za-z0-9&=:/._%-]*)?")


def _files(text: str) -> str:
    """Return where files are kept; a name or password has no place in it."""
    address = text.strip()
    if address not in ("instance:", "store:") and not _BUCKET.fullmatch(address):
        raise ValueError("use instance:, store: or s3://bucket/folder?endpoint=https://…")
    unknown = {pair.partition("=")[0] for pair in address.partition("?")[2].split("&") if pair}
    if not unknown <= {"endpoint", "region", "style"}:
        raise ValueError("behind ? there may be endpoint=, region= and style=path or style=host")
    return address


def _secrets(text: str) -> str:
    place = text.strip()
    if place not in ("instance:", "store:"):
        raise ValueError("use instance: or store:")
    return place


def _license(text: str) -> str:
    name = text.strip().lower()
    if name not in ("by", "zero"):
        raise ValueError("use by or zero")
    return name


@dataclass(frozen=True)
class Setting:
    """One row of the table. ``read`` turns the text of the environment into the value or raises ValueError."""

    name: str
    read: Callable[[str], Any]
    default: Any
    help: str


TABLE: tuple[Setting, ...] = (
    Setting("store", str, "tinydb:", "Where responses are kept: tinydb: (in the instance) or postgresql://…"),
    Setting(
        "files",
        _files,
        "instance:",
        "Where files are kept that are no documents: instance: (its folder), store: (in PostgreSQL) or "
        "s3://bucket/folder?endpoint=https://…; several machines need one of the last two",
    ),
    Setting(
        "secrets",
        _secrets,
        "instance:",
        "Where the secrets of the instance are kept: instance: (files in its folder) or store: (sealed with "
        "secret_key), which several machines need",
    ),
    Setting("public_url", str, "", "The address people use, https://…; empty means local use over plain http"),
    Setting(
        "secret_key", str, "", "Signs cookies; empty means one is made and kept in the instance, readable by you only"
    ),
    Setting("forms", str, "", "Folder of questionnaire files; empty means the bundled ones"),
    Setting("operator", str, "", "Name of the body that runs the service, shown in the privacy notice and the imprint"),
    Setting("operator_address", str, "", "Postal address of that body, for the imprint"),
    Setting("operator_email", str, "", "E-mail address of that body, for the imprint and the privacy notice"),
    Setting("data_protection_email", str, "", "E-mail address of the data protection officer"),
    Setting(
        "open_data_license",
        _license,
        "by",
        "Licence of the published offers: by (Datenlizenz Deutschland 2.0, name the source) or zero (no conditions)",
    ),
    Setting("accessibility_email", str, "", "E-mail address for people who meet barriers; empty means operator_email"),
    Setting("accessibility_day", _day, "", "Day of the declaration of accessibility, such as 2026-12-01"),
    Setting(
        "enforcement_body",
        str,
        "",
        "Name and address of the body that decides in disputes about accessibility, for the declaration",
    ),
    Setting(
        "exit_url",
        _neutral,
        "https://www.dwd.de/",
        "Where “Leave this page now” leads: a page that looks harmless, https://…, or about:blank for an empty one",
    ),
    Setting(
        "backup_days",
        _not_negative,
        3,
        "Days without a backup after which the desk asks for one; 0 if backups are made by other means",
    ),
    Setting("late_days", _not_negative, 30, "Days after the end in which answers kept on a phone are still taken"),
    Setting("retention_months", _positive, 12, "Responses of newcomers and experts are erased after so many months"),
    Setting("retention_text_months", _positive, 6, "Free texts in them are erased after so many months"),
    Setting(
        "backup_kept_days",
        _positive,
        90,
        "Days after which backups are deleted by whoever keeps them; the pages about erasing name the day",
    ),
    Setting("kiosk_seconds", _at_least(20), 120, "After so long without a touch a shared tablet asks and then erases"),
    Setting(
        "embed_origins",
        _origins,
        (),
        "Sites that may show questionnaires in a frame, such as https://www.example.org, separated by blanks; empty "
        "means none. Needs public_url to begin with https://",
    ),
    Setting("proxies", _not_negative, 0, "Number of trusted reverse proxies in front; 0 ignores X-Forwarded-For"),
    Setting("log", _log, "text", "How the log is written: text (lines for people) or json (one object a line)"),
    Setting(
        "metrics_token",
        _token,
        "",
        "Who sends this text as bearer token reads /metrics; at least 16 characters; empty means there is no such page",
    ),
    Setting("threads", _positive, 32, "Threads in each process that answer requests"),
    Setting("processes", _positive, 1, "Processes that answer requests; several need a postgresql:// store"),
    Setting(
        "scheduler",
        _scheduler,
        INSIDE,
        "Who does what is due again and again: inside (the running service) or timer (survey-service work "
        "from a timer; needs a postgresql:// store)",
    ),
    Setting("max_body", _positive, 500_000, "Largest request body in bytes"),
    Setting("max_fields", _positive, 2_000, "Most form fields in one request"),
    Setting("upload_bytes", _positive, 5_000_000, "Largest file that a respondent may send, in bytes"),
    Setting("uploads_per_response", _positive, 5, "Most files in one response"),
    Setting("uploads_total", _positive, 2_000_000_000, "Most bytes of all files of respondents together"),
    Setting("report_seconds", _positive, 60, "A report plugin is stopped after this time"),
    Setting("report_memory", _positive, 2_048, "Memory a report plugin may use, in MiB"),
    Setting("safe_mode", _boolean, False, "Run only the report plugins that come with the service"),
    Setting(
        "plugin_index",
        str,
        "",
        "Folder of wheels with report plugins that may be asked for by name, or its index.toml; empty means none",
    ),
    Setting("report_scratch", _positive, 64, "Disk space a report plugin may use while it runs, in MiB"),
    Setting(
        "report_unsafe",
        _boolean,
        False,
        "Run installed report plugins even where the machine cannot shut them in; they can then read everything",
    ),
    Setting(
        "mail_url",
        _mail_url,
        "file:",
        "How mail leaves: file: (it stays in the instance's outbox), smtp://name:password@host:587 (with STARTTLS) or "
        "smtps://…",
    ),
    Setting("mail_from", str, "", "E-mail address that mail is sent from; empty means operator_email"),
    Setting(
        "reminder_days",
        _growing,
        (150, 165, 180),
        "Days after which providers are reminded to confirm an offer; after the last one it is shown as not confirmed",
    ),
    Setting("project_notice_days", _positive, 30, "Days before the end of its funding that a project gets a notice"),
    Setting("second_factor", _boolean, True, "Admins and managers need a second factor beside their password"),
    Setting(
        "second_factor_grace", _not_negative, 10, "How many times they may sign in before they have set up a second one"
    ),
    Setting(
        "hook_networks",
        _networks,
        (),
        "Networks of your own systems that webhooks may reach, such as 10.20.0.0/16, separated by blanks; empty means "
        "public addresses only, over https",
    ),
    Setting("testing", _boolean, False, "Internal: set by the test suite"),
)


@dataclass(frozen=True)
class Settings:
    """All settings of one instance: its folder, and one value for each row of the table."""

    instance: Path
    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def secure(self) -> bool:
        """True if people come over https, so that cookies may be marked Secure and ``__Host-``."""
        return bool(self.values["public_url"].startswith("https://"))


def default_instance() -> Path:
    """Return ``SURVEY_INSTANCE`` or the folder ``instance`` below the working directory."""
    return Path(os.environ.get("SURVEY_INSTANCE", "instance")).resolve()


def load(instance: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings of an instance; ``overrides`` win. Raises Problem settings.invalid, naming the setting."""
    folder = (instance or default_instance()).resolve()
    values = {setting.name: setting.default for setting in TABLE}
    for name, text, place in _given(folder):
        values[name] = _read(name, text, place)
    for name in overrides:
        if name not in values:
            raise Problem("settings.invalid", name=name, reason="there is no such setting")
    values.update(overrides)
    clash = _clash(values)
    if clash is not None:
        raise clash
    return Settings(folder, values)


def _clash(values: Mapping[str, Any]) -> Problem | None:
    """Return the Problem of settings that do not go together, or None."""
    if values["embed_origins"] and not values["public_url"].startswith("https://"):
        return Problem("settings.invalid", name="embed_origins", reason="it needs public_url to begin with https://")
    if values["files"] == "store:" and not values["store"].startswith(("postgresql://", "postgres://")):
        return Problem("settings.invalid", name="files", reason="store: needs a postgresql:// store")
    if values["secrets"] == "store:" and len(values["secret_key"]) < _SHORTEST_KEY:
        return Problem(
            "settings.invalid",
            name="secrets",
            reason=f"store: needs a secret_key of at least {_SHORTEST_KEY} signs",
        )
    if values["scheduler"] == TIMER and not values["store"].startswith(("postgresql:", "postgres:")):
        reason = "timer needs a postgresql:// store; the embedded one belongs to the running service alone"
        return Problem("settings.invalid", name="scheduler", reason=reason)
    return None


_SHORTEST_KEY = 32


def checked(name: str, text: str) -> Any:
    """Return a value of a setting. Raises Problem settings.invalid."""
    return _read(name, text, name)


def faults(instance: Path | None = None) -> list[Problem]:
    """Return the Problems of all settings of an instance at once, where `load` raises the first."""
    found = []
    values = {setting.name: setting.default for setting in TABLE}
    try:
        for name, text, place in _given((instance or default_instance()).resolve()):
            try:
                values[name] = _read(name, text, place)
            except Problem as problem:
                found.append(problem)
    except Problem as problem:  # the file can't be read
        found.append(problem)
    clash = _clash(values)
    return [*found, clash] if clash is not None else found


def _given(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (name, text, place) for each value of the environment, then of the file where the environment has none."""
    environment = {setting.name: os.environ.get(f"SURVEY_{setting.name.upper()}") for setting in TABLE}
    for name, text in environment.items():
        if text is not None:
            yield name, text, f"SURVEY_{name.upper()}"
    path = folder / "config.toml"
    for name, value in _content(path).items():
        if environment.get(name) is None:
            yield name, str(value), f"{path}: {name}"


def _read(name: str, text: str, place: str) -> Any:
    known = {setting.name: setting for setting in TABLE}
    if name not in known:
        raise Problem("settings.invalid", name=place, reason="there is no such setting")
    try:
        return known[name].read(text)
    except ValueError as error:
        raise Problem("settings.invalid", name=place, reason=str(error)) from None


def _content(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem("settings.invalid", name=str(path), reason=str(error)) from None


Keeper = Callable[[str, str], str]
"""Given the name of a secret, and what the instance's folder has of it or "", returns the secret."""
_keepers: dict[Path, Keeper] = {}
"""Who keeps the secrets of an instance that this process has opened, if they are not in its folder."""


def keep_secrets(instance: Path, keeper: Keeper | None) -> None:
    """Say who keeps the secrets of an instance; None: they are files in its folder."""
    if keeper is None:
        _keepers.pop(instance, None)
    else:
        _keepers[instance] = keeper


def instance_secret(instance: Path, name: str) -> str:
    """Return a secret of the instance (64 hex digits), made at first use in a file only its owner can read, or kept by
    whoever `keep_secrets` has named."""
    path = instance / f"{name}.key"
    keeper = _keepers.get(instance)
    if keeper is not None:
        return keeper(name, path.read_text("ascii").strip() if path.exists() else "")
    instance.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()  # half a secret is none
        raise
    return path.read_text("ascii").strip()
