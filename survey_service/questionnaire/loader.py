"""A folder of definition files → vocabularies and questionnaires, or all its faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from survey_service.problems import D_, Said, said
from survey_service.questionnaire import grouping, indicator_texts, media, texts, yaml_source
from survey_service.questionnaire.builder import Builder
from survey_service.questionnaire.faults import Fault, Faults
from survey_service.questionnaire.model import Choice, Cycle, MediaFile, Page, Questionnaire, Text
from survey_service.questionnaire.yaml_source import Located

OTHERS = frozenset({indicator_texts.FILE})
"""Files beside the questionnaires that are none."""
_NAMED_MISSING = 10
_OTHER_NAME = D_("the name “%(name)s” is not the file's")

RESERVED_PAGES = ("check", "done", "thanks")
"""Names that follow a questionnaire's in an address: no page may have them."""
_OWN_PAGE = D_("the service has a page of that name itself")


@dataclass(frozen=True)
class Vocabulary:
    """A choice list that several questionnaires share; ``source`` cites where it comes from."""

    name: str
    label: Text
    source: str
    choices: tuple[Choice, ...]

    def choice(self, name: str) -> Choice | None:
        """Return the choice of that name, or None."""
        return next((choice for choice in self.choices if choice.name == name), None)


@dataclass(frozen=True)
class Library:
    """All that a folder defines, by name."""

    vocabularies: Mapping[str, Vocabulary]
    questionnaires: Mapping[str, Questionnaire]
    texts: Mapping[str, Text]
    """Every text by its address, as translators get it (pages with ``for_each`` once), those of indicators too."""
    refused: tuple[Fault, ...] = ()
    """Why catalogs were not loaded, if the texts were not asked for."""

    def labels(self, vocabulary: str) -> dict[str, Text]:
        """Return the labels of a vocabulary's choices by name, in their order; none if there is no such vocabulary."""
        found = self.vocabularies.get(vocabulary)
        return {choice.name: choice.label for choice in found.choices} if found else {}


def load_folder(
    folder: Path, *, catalogs: bool = True, gate: bool = True, edits: texts.Catalogs | None = None
) -> Library:
    """Load all definition files of a folder.

    Raises Problem questionnaire.faulty naming every fault. With ``catalogs=False`` the translations are not read and
    only the languages written in the files themselves (German and English) are asked for; authors check that way.
    Without ``gate`` no text is asked for, and a broken catalog is left out: what is published decides then. ``edits``
    are translations made at the desk.
    """
    faults = Faults()
    if not folder.is_dir():
        remedy = said(D_("set SURVEY_FORMS to a folder of questionnaire files"))
        faults.add(str(folder), 0, "", said(D_("does not exist")), remedy)
    broken = faults if gate else Faults()
    translations = texts.read_catalogs(folder / "translations", broken) if catalogs else {}
    translations = texts.laid_over(translations, edits or {})
    vocabularies = {}
    addresses: dict[str, Text] = {}
    for path in sorted((folder / "vocabularies").glob("*.yaml")):
        vocabulary = _vocabulary(path, faults, translations, addresses)
        if vocabulary is not None:
            vocabularies[vocabulary.name] = vocabulary
    lists = {name: vocabulary.choices for name, vocabulary in vocabularies.items()}
    questionnaires = {}
    for path in sorted(path for path in folder.glob("*.yaml") if path.name not in OTHERS):
        raw = yaml_source.read(path, faults)
        if raw is None:
            continue
        builder = Builder(path.name, faults, lists, translations)
        questionnaire = builder.questionnaire(raw)
        addresses.update(builder.texts)
        if questionnaire.name != path.stem:
            remedy = said(D_("write %(text)s"), text=f"“questionnaire: {path.stem}”")
            faults.add(path.name, 1, "questionnaire", said(_OTHER_NAME, name=questionnaire.name), remedy)
        files = _files(folder / "media" / path.stem, questionnaire, path.name, faults if gate else Faults())
        questionnaire = replace(questionnaire, files={**questionnaire.files, **files})
        check(questionnaire, raw, path.name, faults, builder.named)
        wanted = None if catalogs else {"de", "en"}
        if gate:
            _gate(questionnaire, path.name, faults, wanted)
        questionnaires[questionnaire.name] = questionnaire
    addresses.update(indicator_texts.read(folder, translations))
    faults.raise_if_any()
    return Library(vocabularies, questionnaires, addresses, () if gate else tuple(broken.found))


def _files(folder: Path, questionnaire: Questionnaire, file: str, faults: Faults) -> dict[str, MediaFile]:
    """Return what the pictures, sounds and films are that a questionnaire names and that lie in its own folder."""
    found = {}
    for name, (kind, place) in media.named(questionnaire).items():
        path = folder / name
        try:
            found[name], _ = media.inspect(path.read_bytes(), kind)
        except OSError:
            if name not in questionnaire.files:
                remedy = said(D_("put it into media/%(folder)s/"), folder=questionnaire.name)
                faults.add(file, 0, place, said(D_("the file “%(name)s” is missing"), name=name), remedy)
        except media.Refused as refused:
            reason = Said(media.MESSAGES[refused.code], {"limit": media.MOST_BYTES // 1_000_000})
            faults.add(file, 0, place, said(D_("the file “%(name)s” cannot be used"), name=name), reason)
    return found


def _vocabulary(
    path: Path, faults: Faults, translations: texts.Catalogs, addresses: dict[str, Text]
) -> Vocabulary | None:
    raw = yaml_source.read(path, faults)
    if raw is None:
        return None
    file = f"vocabularies/{path.name}"
    builder = Builder(file, faults, {}, translations)
    name = str(raw.get("vocabulary", ""))
    if name != path.stem:
        remedy = said(D_("write %(text)s"), text=f"“vocabulary: {path.stem}”")
        faults.add(file, 1, "vocabulary", said(_OTHER_NAME, name=name), remedy)
    address = f"vocabularies/{path.stem}"
    vocabulary = Vocabulary(
        name=path.stem,
        label=builder.text(raw, "label", f"{address}/label", required=True),
        source=str(raw.get("source", "")),
        choices=builder.choice_list(raw, "choices", address),
    )
    addresses.update(builder.texts)
    return vocabulary


def check(questionnaire: Questionnaire, raw: Located, file: str, faults: Faults, named: set[str]) -> None:
    """Add the faults that show only in the whole: names used twice, dangling references, the consent, cycles.

    ``named`` are the names of all questions, also of those that have faults of their own and were not built.
    """
    lines = dict(_lines(raw))
    _check_names(questionnaire, lines, file, faults)
    for found in grouping.faults(questionnaire):
        faults.add(file, lines.get(found.place, 0), found.place, found.fault, found.remedy)
    for question in questionnaire.questions.values():
        if question.constraint is not None and not question.constraint_message:
            place, remedy = question.name, said(D_("add “%(text)s”"), text="constraint_message: {de: …, en: …}")
            fault = said(D_("the constraint has no constraint_message"))
            faults.add(file, lines.get(place, 0), place, fault, remedy, "constraint")
    for place, key, used in references(questionnaire):
        for name in sorted(used - named):
            fault = said(D_("%(key)s refers to “%(name)s”, which is no question"), key=key, name=name)
            faults.add(file, lines.get(place, 0), place, fault, said(D_("mend the name or remove it")), key)
    _check_consent(questionnaire, raw, lines, file, faults)
    try:
        _ = questionnaire.evaluation_order
    except Cycle as cycle:
        fault = said(D_("questions depend on each other in a circle: %(names)s"), names=str(cycle))
        place = cycle.names[0]
        faults.add(file, lines.get(place, 0), place, fault, said(D_("remove one of these references")))


def _check_names(questionnaire: Questionnaire, lines: Mapping[str, int], file: str, faults: Faults) -> None:
    names: set[str] = set()
    page_names = set(RESERVED_PAGES)
    for page in questionnaire.pages:
        if page.name in page_names:
            own = page.name in RESERVED_PAGES
            fault = said(_OWN_PAGE) if own else said(D_("the page name is used twice"))
            faults.add(file, lines.get(page.name, 0), page.name, fault, said(D_("rename one of the pages")), "name")
        page_names.add(page.name)
        if not page.label and not page.implied:
            remedy = said(D_("add “%(text)s”"), text="label: {de: …, en: …}")
            fault = said(D_("there is no %(key)s"), key="label")
            faults.add(file, lines.get(page.name, 0), page.name, fault, remedy)
        for question in page.questions:
            if question.name in names:
                fault, remedy = said(D_("the question name is used twice")), said(D_("rename one of the questions"))
                faults.add(file, lines.get(question.name, 0), f"{page.name}/{question.name}", fault, remedy)
            names.add(question.name)
    if not questionnaire.pages:
        remedy = said(D_("add “pages:” with at least one page"))
        faults.add(file, 0, "pages", said(D_("the questionnaire has no pages")), remedy)


def _check_consent(
    questionnaire: Questionnaire, raw: Located, lines: Mapping[str, int], file: str, faults: Faults
) -> None:
    name = questionnaire.consent
    if name and name not in questionnaire.questions:
        fault, remedy = said(D_("“%(name)s” is no question"), name=name), said(D_("name the consent question"))
        faults.add(file, raw.line_of("consent"), "consent", fault, remedy)
    elif name and questionnaire.page_of[name] is not questionnaire.pages[0]:
        fault = said(D_("the consent stands behind other pages, whose answers could not be kept"))
        faults.add(file, lines.get(name, 0), name, fault, said(D_("move it to the first page")))


def _lines(raw: Located) -> Iterator[tuple[str, int]]:
    for group in raw.get("groups", []):
        if isinstance(group, Located):
            yield str(group.get("name")), group.line
    for page in raw.get("pages", []):
        if not isinstance(page, Located):
            continue
        yield str(page.get("name")), page.line
        for question in page.get("questions", []):
            if isinstance(question, Located):
                yield str(question.get("name")), question.line


def references(questionnaire: Questionnaire) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield (place, key, names) for everything that refers to questions or repeats."""
    for place, key, expression in questionnaire.expressions():
        yield place, key, expression.names
    for question in questionnaire.questions.values():
        for key in ("choices_from", "trigger"):
            yield question.name, key, frozenset(filter(None, (getattr(question, key),)))


def texts_of(questionnaire: Questionnaire) -> Iterator[tuple[str, Text]]:
    """Yield (place, text) for every text of a questionnaire, its choice lists included."""
    name = questionnaire.name
    yield f"{name}/label", questionnaire.label
    yield f"{name}/hint", questionnaire.hint
    for end in questionnaire.screen_outs:
        yield f"{name}/screen_outs/{end.name}/label", end.label
        yield f"{name}/screen_outs/{end.name}/hint", end.hint
    for group in questionnaire.groups:
        yield f"{name}/groups/{group.name}/label", group.label
        yield f"{name}/groups/{group.name}/hint", group.hint
    for page in questionnaire.pages:
        yield from _page_texts(name, page)
    for list_name, choices in questionnaire.lists.items():
        for choice in choices:
            yield f"{name}: {list_name}/{choice.name}/label", choice.label


def _page_texts(name: str, page: Page) -> Iterator[tuple[str, Text]]:
    yield f"{name}/{page.name}/label", page.label
    yield f"{name}/{page.name}/hint", page.hint
    for question in page.questions:
        for key in ("label", "hint", "guidance", "required_message", "constraint_message"):
            yield f"{name}/{page.name}/{question.name}/{key}", getattr(question, key)


def missing_texts(questionnaire: Questionnaire, tag: str) -> list[str]:
    """Return the places whose text does not exist in a language: the publish gate."""
    return [place for place, text in texts_of(questionnaire) if text and "*" not in text and tag not in text]


def _gate(questionnaire: Questionnaire, file: str, faults: Faults, wanted: set[str] | None) -> None:
    for tag in questionnaire.languages:
        if wanted is not None and tag not in wanted:
            continue
        missing = missing_texts(questionnaire, tag)
        for place in missing[:_NAMED_MISSING]:
            fault = said(D_("there is no text in “%(tag)s”"), tag=tag)
            faults.add(file, 0, place, fault, said(D_("add it, or take “%(tag)s” out of languages"), tag=tag))
        if len(missing) > _NAMED_MISSING:
            more = len(missing) - _NAMED_MISSING
            fault = said(D_("%(count)s more have no text in “%(tag)s”"), count=more, tag=tag)
            faults.add(file, 0, "", fault, said(D_("see translations status")))
