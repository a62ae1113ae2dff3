"""Texts of definition files and their gettext catalogs: one ``.po`` a language, addressed by ``msgctxt``."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from survey_service.questionnaire.faults import Faults

SOURCE = "de"
MACHINE_DRAFT, TRANSLATED, REVIEWED = "machine draft", "translated", "reviewed"
STATES = (MACHINE_DRAFT, TRANSLATED, REVIEWED)


@dataclass(frozen=True)
class Translation:
    """One translated text: the source wording it was made from, the wording, and its state (one of STATES)."""

    source: str
    wording: str
    state: str


_EMPTY_HEADERS = tuple(
    f'"{name}:'
    for name in (
        *("Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"),
        "Generated-By",
    )
)

Catalogs = Mapping[str, Mapping[str, Translation]]
"""Language tag → address of the text → translation."""


def read_catalogs(folder: Path, faults: Faults) -> Catalogs:
    """Read all ``<tag>.po`` files of a folder (none if it does not exist). Broken files become faults."""
    catalogs: dict[str, Mapping[str, Translation]] = {}
    for path in sorted(folder.glob("*.po")):
        try:
            with path.open("rb") as file:
                catalog = read_po(file, abort_invalid=True)
        except (PoFileError, UnicodeDecodeError, ValueError, OSError) as error:
            faults.add(
                f"{folder.name}/{path.name}",
                getattr(error, "lineno", 0) or 0,
                "catalog",
                str(error),
                "mend the .po file",
            )
            continue
        catalogs[path.stem] = translations_of(catalog)
    return catalogs


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
        if translation is not None and translation.source == text[SOURCE]:
            merged.setdefault(tag, translation.wording)
    return merged


def write_catalog(path: Path, tag: str, texts: Mapping[str, Mapping[str, str]]) -> int:
    """Bring a language's ``.po`` up to date with the texts and return how many still lack a translation.

    ``texts`` are all texts by address. Translations made from the present source wording are kept with their state,
    others are emptied, so that a translator sees what changed; the English wording stands beside as a comment.
    """
    known: Mapping[str, Translation] = {}
    if path.exists():
        with path.open("rb") as file:
            known = translations_of(read_po(file, abort_invalid=True))
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
    written = io.BytesIO()
    write_po(written, catalog, width=0, sort_output=not any(message.context for message in catalog))
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line for line in lines if not line.startswith(_EMPTY_HEADERS)), "utf-8")
