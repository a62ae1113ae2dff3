"""Choices: each list is an instance of its own, and a question offers the rows of it that its filter lets through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement

from survey_service.questionnaire.model import Choice, Question, Questionnaire, wording
from survey_service.questionnaire.xform.expressions import written
from survey_service.questionnaire.xform.layout import SEED, Layout, Steps, absolute
from survey_service.questionnaire.xform.texts import Texts


def offer(control: Xml, layout: Layout, path: Steps, question: Question) -> None:
    """Let the control of a question at a path offer its choices, or the answers to another question."""
    if question.choices_from:
        there = layout.paths[question.choices_from]
        entry = layout.repeats_at(there)[-1]
        value = label = "/".join(there[len(entry) :])
        rows = f"{absolute(entry)}[./{value} != '']"
    else:
        rows, value, label = f"instance('{question.list_name}')/root/item", "name", "jr:itext(itextId)"
        if question.choice_filter is not None:
            rows += f"[{written(layout, question.choice_filter, path, in_list=True)}]"
        if is_shuffled(question):
            rows = f"randomize({rows}, {absolute((SEED,))})"
    items = SubElement(control, "itemset", {"nodeset": rows})
    SubElement(items, "value", {"ref": value})
    SubElement(items, "label", {"ref": label})


def is_shuffled(question: Question) -> bool:
    """Tell whether a client shows the choices in random order; it cannot keep some of them last."""
    return bool(question.parameters.get("randomize")) and not any(choice.last for choice in question.choices)


def instances(questionnaire: Questionnaire, texts: Texts) -> Iterator[Xml]:
    """Yield an instance for each list that a question offers or an expression reads, and add its labels."""
    used = {question.list_name for question in questionnaire.questions.values()}
    read = {name for _, _, expression in questionnaire.expressions() for name in expression.lists}
    for name, choices in questionnaire.lists.items():
        if name in used or name in read:
            instance = Xml("instance", {"id": name})
            root = SubElement(instance, "root")
            columns = dict.fromkeys(column for choice in choices for column in choice.columns)
            for choice in choices:
                _item(root, name, choice, texts, columns, labelled=name in read)
            yield instance


def _item(root: Xml, list_name: str, choice: Choice, texts: Texts, columns: Iterable[str], *, labelled: bool) -> None:
    """Write a choice with all columns of its list: to a client a column that is not there is not even empty.

    One that expressions read has its label in the first language.
    """
    item = SubElement(root, "item")
    name = f"{list_name}/{choice.name}"
    texts.add(name, choice.label, (), plain=True)
    texts.beside(name, choice.media)
    SubElement(item, "itextId").text = name
    SubElement(item, "name").text = choice.name
    if labelled:
        SubElement(item, "label").text = wording(choice.label, texts.tags[0])
    for column in columns:
        SubElement(item, column).text = choice.columns.get(column, "")
