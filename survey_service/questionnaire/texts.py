"""Texts of definition files and their gettext catalogs: one ``.po`` a language, addressed by ``msgctxt``."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from survey_service.problems import D_, said
from survey_service.questionnaire import po_syntax, text_checks
from survey_service.questionnaire.faults import Fault, Faults

SOURCE = "de"
MEND = D_("mend the .po file")
MACHINE_DRAFT, TRANSLATED, REVIEWED = "machine draft", "translated", "reviewed"
STATES = (MACHINE_DRAFT, TRANSLATED, REVIEWED)


@dataclass(frozen=True)
class Translation:
    """One translated text: the source wording it was made from, the wording, and its state (one of STATES).

    One that was ``edited`` at the desk wins over the file's own wording, and without a wording it takes that away; if
    its source has changed since, the one ``behind`` it counts, if there is one.
    """

    source: str
    wording: str
    state: str
    edited: bool = False
    behind: Translation | None = None


_EMPTY_HEADERS = tuple(
    f'"{name}:'.encode()
    for name in (
        *("Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"),
        "Generated-By",
    )
)

Catalogs = Mapping[str, Mapping[str, Translation]]
"""Language tag → address of the text → translation."""


def read_catalogs(folder: Path, faults: Faults) -> Catalogs:
    """Read all ``<tag>.po`` files of a folder (none if it does not exist). Broken files become faults.

    So do entries whose placeholders or markup differ from the source; nothing of such a file is loaded.
    """
    catalogs: dict[str, Mapping[str, Translation]] = {}
    for path in sorted(folder.glob("*.po")):
        file = f"{folder.name}/{path.name}"
        try:
            read = _read_catalog(file, path.read_bytes())
        except OSError as error:
            _unreadable(error, file, faults)
            continue
        faults.found.extend(read.faults)
        if read.translations is not None:
            catalogs[path.stem] = read.translations
    return catalogs


@dataclass(frozen=True)
class _Read:
    """What one file holds; None if nothing of it is loaded."""

    translations: Mapping[str, Translation] | None
    faults: tuple[Fault, ...]


@functools.lru_cache(maxsize=60)
def _read_catalog(file: str, content: bytes) -> _Read:
    """Read a file, once as long as it is the same: nine tenths of loading a folder are this."""
    faults = Faults()
    try:
        catalog = po_syntax.read(content)
    except po_syntax.PoFault as error:
        _unreadable(error, file, faults)
        return _Read(None, tuple(faults.found))
    translations = None if _add_faults(catalog, file, faults) else translations_of(catalog)
    return _Read(translations, tuple(faults.found))


def _unreadable(error: po_syntax.PoFault | OSError, file: str, faults: Faults) -> None:
    line, reason = po_syntax.place_and_reason(error)
    faults.add(file, line, "", reason, said(MEND))


def _add_faults(catalog: Catalog, file: str, faults: Faults) -> int:
    """Add what differs between source and translation, and return in how many entries."""
    found = 0
    for message in catalog:
        if message.context and isinstance(message.string, str) and message.string.strip():
            problem = text_checks.fault((str(message.id),), (message.string,), 1)
            if problem is not None:
                found += 1
                faults.add(file, message.lineno or 0, message.context, problem.said, said(D_("mend the translation")))
    return found


def translations_of(catalog: Catalog) -> Mapping[str, Translation]:
    """Return the translations of a catalog by address; empty ones are left out."""
    found = {}
    for message in catalog:
        if not message.context or not isinstance(message.string, str) or not message.string.strip():
            continue
        state = next(
            (comment[7:].strip() for comment in message.auto_comments if comment.startswith("state: ")), TRANSLATED
        )
        found[message.context] = Translation(
            str(message.id), message.string, state if state in STATES else MACHINE_DRAFT
        )
    return found


def merge(address: str, text: Mapping[str, str], catalogs: Catalogs) -> Mapping[str, str]:
    """Return a text with the wordings of the catalogs that were made from its present source wording."""
    if "*" in text or SOURCE not in text:
        return text
    merged = dict(text)
    for tag, catalog in catalogs.items():
        translation = catalog.get(address)
        if translation is not None and translation.source != text[SOURCE]:
            translation = translation.behind
        if translation is None or translation.source != text[SOURCE]:
            continue
        if not translation.edited:
            merged.setdefault(tag, translation.wording)
        elif translation.wording:
            merged[tag] = translation.wording
        else:
            merged.pop(tag, None)
    return merged


def laid_over(catalogs: Catalogs, edits: Catalogs) -> Catalogs:
    """Return the catalogs with what was edited at the desk laid over them."""
    merged = {tag: dict(catalog) for tag, catalog in catalogs.items()}
    for tag, edited in edits.items():
        own = merged.setdefault(tag, {})
        for address, translation in edited.items():
            own[address] = replace(translation, edited=True, behind=own.get(address))
    return merged


def write_catalog(path: Path, tag: str, texts: Mapping[str, Mapping[str, str]]) -> int:
    """Bring a language's ``.po`` up to date with the texts and return how many still lack a translation.

    ``texts`` are all texts by address. Translations made from the present source wording are kept with their state,
    others are emptied, so that a translator sees what changed; the English wording stands beside as a comment.
    """
    known: Mapping[str, Translation] = {}
    if path.exists():
        known = translations_of(po_syntax.read(path.read_bytes()))
    catalog = Catalog(project="survey-service forms", version="1", charset="utf-8", fuzzy=False)
    catalog.header_comment = f"# Questionnaires and vocabularies in {tag}; the address of each text is its msgctxt."
    missing = 0
    for address, text in texts.items():
        source = text.get(SOURCE, "")
        if not source or tag in (SOURCE, "en"):
            continue
        translation = known.get(address)
        fits = translation is not None and translation.source == source
        comments = [f"en: {text['en']}"] if "en" in text else []
        if translation is not None and fits and translation.state != TRANSLATED:
            comments.append(f"state: {translation.state}")
        missing += not fits
        catalog.add(
            source,
            translation.wording if translation is not None and fits else "",
            context=address,
            auto_comments=comments,
        )
    write_po_file(path, catalog)
    return missing


def write_po_file(path: Path, catalog: Catalog) -> None:
    """Write a catalog without the header lines that say nothing here, so that an unchanged catalog stays unchanged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_bytes(catalog))


def po_bytes(catalog: Catalog, *, previous: bool = False) -> bytes:
    """Return a catalog as `write_po_file` writes it; ``previous`` adds the source that fuzzy entries were made from."""
    written = io.BytesIO()
    in_order = not any(message.context for message in catalog)
    write_po(written, catalog, width=0, sort_output=in_order, include_previous=previous)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_EMPTY_HEADERS))
