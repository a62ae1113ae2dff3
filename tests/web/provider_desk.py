"""What tests of providers' pages share: an application with the bundled questionnaire for offers, and a mailbox."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

from flask import Flask

from survey_service import clock
from survey_service.cli.linking import send_asked
from survey_service.offers import moderation, register
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.settings import Settings
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.offers.test_register import OFFER
from tests.web.browser import Browser

ANNA, BEN, CARO = "anna@beispiel.example", "ben@beispiel.example", "caro@beispiel.example"
_LINK = re.compile(r"https?://[^/\s]+(/provider/[a-z-]+/open/\S+)")


@dataclass
class Office:
    """The service as its providers and its post office see it."""

    app: Flask
    store: Store
    settings: Settings

    def browser(self) -> Browser:
        """A device of its own."""
        return Browser(self.app.test_client())

    def register(self, *, publish: bool = True, **changes: Any) -> str:
        """Register an offer and publish it; return its id."""
        inputs = {**OFFER, "A22_by": ANNA, **changes}
        submission = Submission(str(uuid.uuid4()), "offers-1", "de", inputs, 0, "web")
        sent = submit(self.store, Publications(self.store), submission, receipt_key="0" * 64, today=clock.today())
        (stored,) = self.store.collection(register.OFFERS).find(response_key=sent.key)
        if publish:
            moderation.decide(self.store, stored.body["offer"], "published", "Mara")
        return str(stored.body["offer"])

    def offer(self, offer: str) -> dict[str, Any]:
        """The document of an offer."""
        return register.find(self.store, offer).body

    def post(self) -> list[tuple[str, str]]:
        """Send what was asked for; return address and link of each letter that lies in the outbox, and empty it."""
        send_asked(Context(self.settings, self.store))
        found = []
        for path in sorted((self.settings.instance / "outbox").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = message.get_body(("plain",))
            link = _LINK.search(body.get_content() if body is not None else "")
            found.append((str(message["To"]), link[1] if link else ""))
            path.unlink()
        return found

    def link(self, email: str = ANNA, offer: str = "") -> str:
        """Ask for a link in a browser, and return it from the letter."""
        asking = self.browser()
        asking.open(f"/provider/de/link?offer={offer}" if offer else "/provider/de/link")
        asking.send("/provider/de/link", email=email)
        assert asking.url == "/provider/de/link/sent"
        (letter,) = self.post()
        assert letter[0] == email
        return letter[1]

    def visiting(self, email: str = ANNA) -> Browser:
        """A device on which a contact has used a link."""
        device = self.browser()
        device.open(self.link(email))
        device.send(device.url)
        assert device.url == "/provider/de/offers"
        return device
