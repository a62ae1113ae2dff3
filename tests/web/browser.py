"""A browser without scripts for tests: it reads a page's form controls as a browser would and sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Pairs = list[tuple[str, str]]


@dataclass
class Control:
    """One form control: its name, value, and whether a browser would send it as it stands."""

    name: str
    value: str
    kind: str
    on: bool
    attributes: dict[str, str | None] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.controls: list[Control] = []
        self.ids: dict[str, str] = {}
        self.links: list[str] = []
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._select: str | None = None
        self._area: Control | None = None
        self._title = False
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if values.get("id"):
            self.ids[str(values["id"])] = tag
        handlers = {
            "a": self._a,
            "input": self._input,
            "select": self._open_select,
            "option": self._option,
            "textarea": self._textarea,
            "button": self._button,
            "title": self._open_title,
        }
        if tag in handlers:
            handlers[tag](values)

    def _a(self, values: dict[str, str | None]) -> None:
        self.links.append(values.get("href") or "")

    def _input(self, values: dict[str, str | None]) -> None:
        kind = values.get("type") or "text"
        on = kind not in ("radio", "checkbox") or "checked" in values
        self.controls.append(Control(values.get("name") or "", values.get("value") or "", kind, on, values))

    def _open_select(self, values: dict[str, str | None]) -> None:
        self._select = values.get("name") or ""

    def _option(self, values: dict[str, str | None]) -> None:
        if self._select is not None:
            first = not any(control.name == self._select for control in self.controls)
            chosen = "selected" in values
            if chosen:
                for control in self.controls:
                    control.on = control.on and control.name != self._select
            self.controls.append(Control(self._select, values.get("value") or "", "option", chosen or first, values))

    def _textarea(self, values: dict[str, str | None]) -> None:
        self._area = Control(values.get("name") or "", "", "textarea", True, values)
        self.controls.append(self._area)

    def _button(self, values: dict[str, str | None]) -> None:
        self.controls.append(Control(values.get("name") or "", values.get("value") or "", "button", False, values))

    def _open_title(self, _values: dict[str, str | None]) -> None:
        self._title = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        if tag == "select":
            self._select = None
        if tag == "title":
            self._title = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        elif self._title:
            self.title += data
        else:
            self.text.append(data)


class Page:
    """A page as a person sees it: title, text, links, and a form to fill in."""

    def __init__(self, html: str) -> None:
        self.html = html
        reader = _Reader()
        reader.feed(html.replace("\r\n", "\n").replace("\r", "\n"))  # as the HTML standard says
        self.title, self.links, self.ids, self.tags = reader.title, reader.links, reader.ids, reader.tags
        self.controls = reader.controls
        self.text = " ".join(" ".join(reader.text).split())

    def pairs(self) -> Pairs:
        """Return what a browser would send of the form as it stands."""
        return [(control.name, control.value) for control in self.controls if control.on and control.name]

    def form(self) -> dict[str, list[str]]:
        """Return the form as it stands, as the test client takes it."""
        data: dict[str, list[str]] = {}
        for name, value in self.pairs():
            data.setdefault(name, []).append(value)
        return data

    def value(self, name: str) -> str:
        """Return the present value of a control, the chosen one of a group."""
        return next(control.value for control in self.controls if control.name == name and control.on)

    @property
    def action(self) -> str:
        """The address that the questionnaire's form is sent to, arguments included."""
        return next(str(values["action"]) for tag, values in self.tags if tag == "form" and values.get("id") == "_form")

    def values(self, name: str) -> list[str]:
        """Return all present values of a name."""
        return [control.value for control in self.controls if control.name == name and control.on]

    def names(self) -> set[str]:
        """Return the names of all controls."""
        return {control.name for control in self.controls}


class Browser:
    """Follows links and sends forms over Flask's test client."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.url = "/"
        self.status = 0
        self.response: TestResponse
        self.page = Page("")

    def open(self, url: str, **options: Any) -> Page:
        """Open an address, following redirects."""
        return self._take(urljoin(self.url, url), self.client.get(urljoin(self.url, url).split("#")[0], **options))

    def send(
        self, url: str = "", *, button: tuple[str, str] | None = None, drop: tuple[str, ...] = (), **answers: Any
    ) -> Page:
        """Fill in ``answers`` (a list ticks several, None leaves empty, ``__`` means a colon) and send the form.

        Without ``url`` it goes to the present page, without the arguments of its address.
        """
        given = {name.replace("__", ":"): value for name, value in answers.items()}
        pairs = [(name, value) for name, value in self.page.pairs() if name not in given and name not in drop]
        for name, value in given.items():
            pairs += [(name, part) for part in (value if isinstance(value, list) else [value]) if part is not None]
        if button:
            pairs.append(button)
        target = urljoin(self.url, url)
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        return self._take(target, self.client.post((target if url else target.split("?")[0]).split("#")[0], data=data))

    def _take(self, url: str, response: TestResponse) -> Page:
        self.url = url
        while response.status_code in (301, 302, 303, 308):
            self.url = urljoin(self.url, response.headers["Location"])
            response = self.client.get(self.url.split("#")[0])
        self.response, self.status = response, response.status_code
        self.page = Page(response.get_data(as_text=True))
        return self.page
