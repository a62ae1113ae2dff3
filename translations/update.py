"""Bring all catalogs up to date with the source texts; with ``--check`` only say what is missing.

Interface: English texts in the code → ``<tag>/LC_MESSAGES/{messages,provider,desk}.po``. Questionnaires: German texts
in ``forms/`` → ``forms/translations/<tag>.po``, for the languages that a questionnaire names. Translations whose source
is unchanged keep their wording and state.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from survey_service import languages
from survey_service.questionnaire import texts
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.translating.catalogs import DESK, DOMAINS, MESSAGES, PROVIDER, plural_forms, speaks

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MARKERS = {MESSAGES: "N_", PROVIDER: "P_", DESK: "D_"}


def extract(domain: str) -> Catalog:
    """Return the source texts of a domain as a catalog without translations."""
    with (HERE / f"{domain}.cfg").open(encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)
    keywords = {**{name: use for name, use in DEFAULT_KEYWORDS.items() if name != "N_"}, MARKERS[domain]: None}
    template = Catalog(charset="utf-8", fuzzy=False)
    found = extract_from_dir(ROOT, mapping, options, keywords, comment_tags=("Translators:",), strip_comment_tags=True)
    for _file, _line, text, comments, context in found:
        template.add(text, auto_comments=comments, context=context)
    return template


def updated(template: Catalog, path: Path, tag: str) -> tuple[Catalog, list[str]]:
    """Return a language's catalog for the template's texts, and the texts that have no translation."""
    locale = languages.language(tag).locale
    known = read_po(io.BytesIO(path.read_bytes()), abort_invalid=True) if path.exists() else Catalog()
    catalog = Catalog(project="survey-service", version="1", charset="utf-8", fuzzy=False, locale=locale)
    catalog.header_comment = f"# The interface in {tag}."
    catalog._num_plurals = int(re.findall(r"nplurals=(\d+)", plural_forms(locale))[0])  # Babel's own table differs
    missing = []
    for message in template:
        if not message.id:
            continue
        earlier = known.get(message.id, message.context)
        if earlier is not None and earlier.pluralizable != message.pluralizable:
            earlier = None  # it has got a plural since, or lost it
        wording = earlier.string if earlier is not None and _is_whole(earlier) else ""
        if not wording:
            missing.append(str(message.id))
        states = [comment for comment in earlier.auto_comments if comment.startswith("state: ")] if earlier else []
        catalog.add(message.id, wording, auto_comments=[*message.auto_comments, *states], context=message.context)
    return catalog, missing


def _is_whole(message: Message) -> bool:
    parts = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(parts)


def write(catalog: Catalog, path: Path, tag: str) -> None:
    """Write a catalog with the plural rule that the service uses."""
    texts.write_po_file(path, catalog)
    rule = plural_forms(languages.language(tag).locale)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    rules = [f'"Plural-Forms: {rule}\\n"\n' if line.startswith('"Plural-Forms: ') else line for line in lines]
    path.write_text("".join(rules), "utf-8")


def spoken(library: Library) -> list[str]:
    """Return the languages of the bundled questionnaires; the interface is offered in more."""
    tags = {tag for questionnaire in library.questionnaires.values() for tag in questionnaire.languages}
    return [tag for tag in languages.registry() if tag in tags]


def main(*, check: bool) -> int:
    """Update all catalogs, or only look; return the number of texts without a translation."""
    lacking = 0
    for domain in DOMAINS:
        template = extract(domain)
        for entry in languages.offered():
            if entry.tag == "en" or not speaks(entry, domain):
                continue
            path = HERE / entry.tag / "LC_MESSAGES" / f"{domain}.po"
            catalog, missing = updated(template, path, entry.tag)
            lacking += len(missing)
            for text in missing:
                print(f"{entry.tag} {domain}: no translation of {text!r}")
            if not check:
                write(catalog, path, entry.tag)
    library = load_folder(ROOT / "forms", catalogs=False)
    for tag in spoken(library):
        path = ROOT / "forms" / "translations" / f"{tag}.po"
        if not check and tag not in ("de", "en"):
            missing_texts = texts.write_catalog(path, tag, library.texts)
            lacking += missing_texts
            if missing_texts:
                print(f"{tag} questionnaires: {missing_texts} texts have no translation")
    return lacking


if __name__ == "__main__":
    sys.exit(1 if main(check="--check" in sys.argv[1:]) else 0)
