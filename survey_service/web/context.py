"""What a request may use: settings, store, published questionnaires; one Context for each application."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, current_app

from survey_service.accounts.factors import Policy
from survey_service.hooks.networks import Network
from survey_service.monitoring import definitions
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.figures import Batches
from survey_service.offers.directory import Directory
from survey_service.offers.duplicates import Proposals
from survey_service.offers.lists import Rows
from survey_service.offers.looking import Names
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.questionnaire.translating import INDICATORS
from survey_service.responses import browsing
from survey_service.responses.files import Limits
from survey_service.responses.quarantine import Rates
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings, instance_secret, keep_secrets
from survey_service.store import blobs, open_store
from survey_service.store.base import Store
from survey_service.store.vault import Vault
from survey_service.translating.interface import Interface
from survey_service.translating.workbench import Workbench
from survey_service.watching.standing import Texts
from survey_service.web import legal
from survey_service.web.kept import Kept

_KEY = "survey_service"
_MOST_DOCUMENTS = 100
"""How many documents for phones are kept rendered: some 80 kB each, one for each questionnaire and language."""
T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """Settings, and what is made of them at first use: ``given`` is a store opened by the caller, or None."""

    settings: Settings
    given: Store | None = None
    _made: dict[str, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._made:
            with self._lock:
                if name not in self._made:
                    self._made[name] = make()
        value: T = self._made[name]
        return value

    def __post_init__(self) -> None:
        """Say where files and secrets of the instance are kept; nothing is opened for that."""
        values = self.settings
        blobs.use(values.instance, values.files, lambda: self.store)
        vault = Vault(values.secret_key, lambda: self.store)
        keep_secrets(values.instance, vault.secret if values.secrets == blobs.STORE else None)

    @property
    def store(self) -> Store:
        """The store; opened at first use if none was given. Raises the Problems of ``open_store``."""
        if self.given is not None:
            return self.given
        return self._once("store", lambda: open_store(self.settings.store, self.settings.instance))

    @property
    def publications(self) -> Publications:
        """The published questionnaires of the store."""
        return self._once("publications", lambda: Publications(self.store))

    @property
    def forms(self) -> Path:
        """The folder of questionnaire files: the setting, or the bundled one."""
        return Path(self.settings.forms) if self.settings.forms else bundled("forms")

    @property
    def library(self) -> Library:
        """Vocabularies and questionnaires of the folder, without what was edited at the desk.

        Raises Problem questionnaire.faulty. Texts may be missing: what is published decides about that.
        """
        return self._once("library", lambda: load_folder(self.forms, gate=False))

    @property
    def indicators(self) -> Indicators:
        """The indicators of the monitoring by code, with their texts as last seen.

        Raises Problem questionnaire.faulty.
        """
        number = self.workbench.edits.now.number
        known: tuple[int, Indicators] | None = self._made.get("indicators")
        if known is None or known[0] != number:
            known = number, definitions.load(self.forms, self.workbench.texts_of(INDICATORS))
            self._made["indicators"] = known
        return known[1]

    @property
    def batches(self) -> Batches:
        """The published figures."""
        return self._once("batches", lambda: Batches(lambda: self.store))

    @property
    def municipalities(self) -> frozenset[str]:
        """The keys of the county's municipalities."""
        vocabulary = self.library.vocabularies.get("municipalities")
        return frozenset(choice.name for choice in vocabulary.choices if not choice.last) if vocabulary else frozenset()

    @property
    def workbench(self) -> Workbench:
        """The texts of the instance with all that was edited at the desk."""
        return self._once("workbench", lambda: Workbench(lambda: self.store, self.forms, legal.messages))

    @property
    def texts(self) -> Texts:
        """How the texts stand in all languages."""
        return self._once("texts", lambda: Texts(lambda: self.workbench, lambda: self.publications))

    @property
    def interface(self) -> Interface:
        """The texts of the interface as they are now."""
        return self._once("interface", lambda: Interface(self.workbench.edits))

    @property
    def directory(self) -> Directory:
        """The listed offers, in memory."""
        return self._once("directory", lambda: Directory(lambda: self.store, self.settings))

    @property
    def documents(self) -> Kept[tuple[str, dict[str, Any]]]:
        """The documents that phones keep, as rendered, each with what its page is allowed."""
        return self._once("documents", lambda: Kept(_MOST_DOCUMENTS))

    @property
    def offer_names(self) -> Names:
        """The names of offers and organisations, to look whether one is there already."""
        return self._once("offer_names", Names)

    @property
    def offer_rows(self) -> Rows:
        """What the desk's lists of offers read."""
        return self._once("offer_rows", Rows)

    @property
    def response_rows(self) -> browsing.Rows:
        """What the desk's lists of responses read."""
        return self._once("response_rows", browsing.Rows)

    @property
    def offer_pairs(self) -> Proposals:
        """Pairs of offers that may be one."""
        return self._once("offer_pairs", Proposals)

    @property
    def rates(self) -> Rates:
        """How many responses came from where lately, in memory."""
        return self._once("rates", Rates)

    @property
    def file_limits(self) -> Limits:
        """How much respondents may send as files."""
        values = self.settings
        return Limits(values.upload_bytes, values.uploads_per_response, values.uploads_total)

    @property
    def secret_key(self) -> str:
        """What cookies are signed with: the setting, or a secret of the instance."""
        return self.settings.secret_key or self._once(
            "secret_key", lambda: instance_secret(self.settings.instance, "secret")
        )

    @property
    def receipt_key(self) -> str:
        """What receipts are derived with; it must stay the same for the life of the instance."""
        return self._once("receipt_key", lambda: instance_secret(self.settings.instance, "receipt"))

    @property
    def factor_key(self) -> str:
        """What second factors are sealed and marked with; it must stay the same, or they are to be set up anew."""
        return self._once("factor_key", lambda: instance_secret(self.settings.instance, "factor"))

    @property
    def hook_key(self) -> str:
        """What the secrets of webhooks are sealed with; it must stay the same, or they are to be made anew."""
        return self._once("hook_key", lambda: instance_secret(self.settings.instance, "hooks"))

    @property
    def hook_networks(self) -> tuple[Network, ...]:
        """The networks of our own systems that webhooks may reach."""
        return tuple(map(ipaddress.ip_network, self.settings.hook_networks))

    @property
    def factor_policy(self) -> Policy:
        """Who needs a second factor by the settings."""
        return Policy(self.settings.second_factor, self.settings.second_factor_grace)


def install(app: Flask, context: Context) -> None:
    """Give the application its context."""
    app.extensions[_KEY] = context


def of(app: Flask) -> Context:
    """Return the context of an application."""
    context: Context = app.extensions[_KEY]
    return context


def current() -> Context:
    """Return the context of the application that handles the present request."""
    return of(current_app)
