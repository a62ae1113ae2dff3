"""Texts as a PO file for a translator, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from babel.messages.catalog import Catalog, Message

from survey_service.problems import Problem
from survey_service.questionnaire import po_syntax
from survey_service.questionnaire.exchange import MOST_BYTES, MOST_ROWS, Row
from survey_service.questionnaire.texts import STATES, po_bytes
from survey_service.questionnaire.translating import OUTDATED, Entry

INTERFACE_PREFIX = "interface/"
"""Addresses of the interface's texts begin so; gettext knows them by their source alone."""

_HEADER = re.compile(rb'^"X-Survey-Language: ([A-Za-z-]+)\\n"$', re.MULTILINE)
_STATE = "state: "


def write(entries: Iterable[Entry], tag: str, plural_rule: str) -> bytes:
    """Return the entries as a PO file. An outdated translation is marked fuzzy, with the source it was made from.

    ``plural_rule`` is the header Plural-Forms, such as ``nplurals=2; plural=(n != 1);``.
    """
    catalog = Catalog(project="survey-service", version="1", charset="utf-8", fuzzy=False)
    catalog._num_plurals = plural_count(plural_rule)  # type: ignore[assignment]  # Babel's own table differs
    for entry in entries:
        source = entry.source.forms
        catalog.add(
            source if len(source) > 1 else source[0],
            (entry.wording if len(source) > 1 else entry.wording[0]) if entry.wording else "",
            context=None if entry.source.address.startswith(INTERFACE_PREFIX) else entry.source.address,
            auto_comments=_comments(entry),
            flags={"fuzzy"} if entry.state == OUTDATED else set(),
            previous_id=list(entry.made_from) if entry.state == OUTDATED else [],
        )
    headers = f'"X-Survey-Language: {tag}\\n"\n"Plural-Forms: {plural_rule}\\n"\n'.encode()
    content = po_bytes(catalog, previous=True)
    content = b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b'"Plural-Forms: '))
    return content.replace(b'"Content-Type', headers + b'"Content-Type', 1)


def plural_count(plural_rule: str) -> int:
    """Return how many forms a header Plural-Forms asks for."""
    return int(re.findall(r"nplurals=(\d+)", plural_rule)[0])


def _comments(entry: Entry) -> list[str]:
    beside = [f"{tag}: {forms[0]}" for tag, forms in entry.source.written.items() if tag in ("de", "en")]
    return [*beside, *([f"{_STATE}{entry.state}"] if entry.state in STATES else [])]


def read(content: bytes, tag: str) -> list[Row]:
    """Return the rows of a PO file.

    Raises Problems translation.large, translation.po (what is wrong in which line), and translation.language for a file
    that was made for another language.
    """
    if len(content) > MOST_BYTES:
        raise Problem("translation.large", most=MOST_BYTES // 1_000_000)
    made_for = _HEADER.search(content.replace(b"\r\n", b"\n"))
    if made_for is not None and made_for[1].decode("ascii") != tag:
        raise Problem("translation.language", found=made_for[1].decode("ascii"), wanted=tag)
    try:
        catalog = po_syntax.read(content)
    except po_syntax.PoFault as error:
        raise Problem("translation.po", line=error.line) from error
    rows = [_row(message) for message in catalog if message.id]
    if not rows or len(rows) > MOST_ROWS:
        raise Problem("translation.no_rows", most=MOST_ROWS)
    return rows


def _row(message: Message) -> Row:
    source = tuple(message.id) if isinstance(message.id, list | tuple) else (str(message.id),)
    wording = tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string or ""),)
    while wording and not wording[-1]:
        wording = wording[:-1]  # Babel fills up to what the file's own header says
    states = [comment[len(_STATE) :].strip() for comment in message.auto_comments if comment.startswith(_STATE)]
    return Row(
        line=message.lineno or 0,
        address=message.context or f"{INTERFACE_PREFIX}{source[0]}",
        source=source,
        wording=wording,
        state=next((state for state in states if state in STATES), ""),
        unsure=message.fuzzy,
    )
