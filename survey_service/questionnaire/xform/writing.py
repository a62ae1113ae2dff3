"""A questionnaire → an XForm: the instance, a bind for each node, and the body with its controls.

Beside what the questionnaire asks there is the question for the language, and what ends an interview early: the pages
behind it are hidden and a text says so, since a client knows no early end.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement

from survey_service import languages
from survey_service.problems import N_
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Group, Page, Question, Questionnaire, ScreenOut, wording
from survey_service.questionnaire.places import MAX_ENTRIES
from survey_service.questionnaire.question_types import MESSAGES, TYPES, is_visible, scale_of
from survey_service.questionnaire.values import to_text
from survey_service.questionnaire.xform import endings, lists, rules
from survey_service.questionnaire.xform import layout as places
from survey_service.questionnaire.xform.expressions import written
from survey_service.questionnaire.xform.layout import (
    COUNT,
    ENDS,
    FINISHED,
    HINT,
    LANGUAGE,
    SEED,
    Element,
    Layout,
    Steps,
    absolute,
)
from survey_service.questionnaire.xform.rules import Words
from survey_service.questionnaire.xform.texts import Texts

_NAMESPACES = {
    "xmlns": "http://www.w3.org/2002/xforms",
    "xmlns:h": "http://www.w3.org/1999/xhtml",
    "xmlns:jr": "http://openrosa.org/javarosa",
    "xmlns:odk": "http://www.opendatakit.org/xforms",
    "xmlns:orx": "http://openrosa.org/xforms",
}
_LANGUAGE = N_("Language")
_PIXELS = "1600"
"""The longest side that a client makes a photograph smaller to."""
_TYPES: Mapping[str, str] = {
    "text": "string",
    "integer": "int",
    "decimal": "decimal",
    "select_one": "string",
    "select_multiple": "string",
    "rank": "odk:rank",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "geopoint": "geopoint",
    "acknowledge": "string",
    "image": "binary",
    "audio": "binary",
    "file": "binary",
    "note": "string",
    "calculate": "string",
    "hidden": "string",
    "start": "dateTime",
    "end": "dateTime",
    "today": "date",
}
_PRELOADS: Mapping[str, tuple[str, str]] = {
    "start": ("timestamp", "start"),
    "end": ("timestamp", "end"),
    "today": ("date", "today"),
}
_CONTROLS: Mapping[str, str] = {
    "select_one": "select1",
    "select_multiple": "select",
    "rank": "odk:rank",
    "acknowledge": "trigger",
    "range": "range",
    "image": "upload",
    "audio": "upload",
    "file": "upload",
}
_OTHERWISE = ("email", "url", "tel")
"""Appearances that a client takes for something else: “url” is a button that opens an address."""
_MEDIA_TYPES: Mapping[str, str] = {"image": "image/*", "audio": "audio/*", "file": "application/*"}


def write(questionnaire: Questionnaire, version: str, words: Words) -> bytes:
    """Return the XForm; ``version`` is the revision, ``words`` translates the messages of the judge."""
    return _Form(questionnaire, version, words).write()


class _Form:
    """The form while it is being written."""

    def __init__(self, questionnaire: Questionnaire, version: str, words: Words) -> None:
        self.questionnaire, self.version, self.words = questionnaire, version, words
        self.layout = Layout(questionnaire)
        self.texts = Texts(self.layout, questionnaire.languages)
        self.endings = endings.of(questionnaire)
        self.nodes = Xml(places.ROOT, {"id": questionnaire.name, "version": version})
        self.binds: list[Xml] = []
        self.body = Xml("h:body")
        self.head_actions: list[Xml] = []
        self.triggered = _triggered(questionnaire)

    def write(self) -> bytes:
        self._ask_language()
        if any(lists.is_shuffled(question) for question in self.questionnaire.questions.values()):
            SubElement(self.nodes, SEED)
            self._bind((SEED,), type="string", calculate="once(int(random() * 2147483647))")
        for element in self.layout.root.children:
            self._element(element, self.nodes, self.body)
        self._ends()
        SubElement(self.nodes, FINISHED)
        self._bind((FINISHED,), type="dateTime", jr__preload="timestamp", jr__preloadParams="end")
        meta = SubElement(self.nodes, "orx:meta")
        SubElement(meta, "orx:instanceID")
        html = Xml("h:html", _NAMESPACES)
        head = SubElement(html, "h:head")
        SubElement(head, "h:title").text = wording(self.questionnaire.label, self.questionnaire.languages[0])
        model = SubElement(head, "model", {"odk:xforms-version": "1.0.0"})
        offered = list(lists.instances(self.questionnaire, self.texts))
        self.texts.write(model)
        SubElement(model, "instance").append(self.nodes)
        model.extend(offered)
        model.extend(self.binds)
        instance_id = {"nodeset": "/data/orx:meta/orx:instanceID", "type": "string", "readonly": "true()"}
        SubElement(model, "bind", {**instance_id, "jr:preload": "uid"})
        model.extend(self.head_actions)
        self.body.set("class", "pages")
        html.append(self.body)
        content: bytes = ElementTree.tostring(html, encoding="utf-8", xml_declaration=True)
        return content

    # What the questionnaire does not have

    def _ask_language(self) -> None:
        tags = self.questionnaire.languages
        node = SubElement(self.nodes, LANGUAGE)
        self._bind((LANGUAGE,), type="string", required="true()")
        if len(tags) == 1:
            node.text = tags[0]
            return
        control = SubElement(self.body, "select1", {"ref": absolute((LANGUAGE,)), "appearance": "minimal"})
        label = self.texts.say(f"{absolute((LANGUAGE,))}:label", lambda tag: self.words(_LANGUAGE, tag))
        SubElement(control, "label", {"ref": label})
        for each in tags:
            item = SubElement(control, "item")
            name = self.texts.add(f"{LANGUAGE}/{each}", {"*": languages.language(each).autonym}, (), plain=True)
            SubElement(item, "label", {"ref": name})
            SubElement(item, "value").text = each

    def _ends(self) -> None:
        """Say at the end of an interview that ended early that it did."""
        if not self.questionnaire.screen_outs:
            return
        nodes = SubElement(self.nodes, ENDS)
        group = SubElement(self.body, "group", {"ref": absolute((ENDS,)), "appearance": "field-list"})
        for end in self.questionnaire.screen_outs:
            path = (ENDS, end.name)
            SubElement(nodes, end.name)
            self._bind(path, type="string", readonly="true()", relevant=written(self.layout, end.when, path))
            control = SubElement(group, "input", {"ref": absolute(path)})
            self._label(control, path, end)

    # What it has

    def _element(self, element: Element, nodes: Xml, body: Xml) -> None:
        holder = element.holder
        if isinstance(holder, Question):
            self._question(element.path, holder, nodes, body)
        elif isinstance(holder, Page | Group):
            self._group(element, holder, nodes, body)

    def _group(self, element: Element, holder: Page | Group, nodes: Xml, body: Xml) -> None:
        path = element.path
        condition = self._joined(path, holder.relevant, holder if isinstance(holder, Page) else None)
        if condition:
            self._bind(path, relevant=condition)
        facts = {"ref": absolute(path)}
        if isinstance(holder, Page):
            facts["appearance"] = "field-list"
        elif holder.appearance and not holder.repeat:
            facts["appearance"] = holder.appearance
        group = SubElement(body, "group", facts)
        if holder.label:
            self._label(group, path, holder)
        inner = group
        count = self._count(path, holder, nodes) if isinstance(holder, Group) and holder.repeat else {}
        node = SubElement(nodes, element.name)
        if element.is_repeat:
            node.set("jr:template", "")
            inner = SubElement(group, "repeat", {"nodeset": absolute(path), **count})
        if holder.hint:
            self._introduce((*path, HINT), holder, node, inner)
        for child in element.children:
            self._element(child, node, inner)

    def _introduce(self, path: Steps, holder: Page | Group, nodes: Xml, body: Xml) -> None:
        """Let a text say what a page's hint says: a group of an XForm has none."""
        SubElement(nodes, HINT)
        self._bind(path, type="string", readonly="true()")
        control = SubElement(body, "input", {"ref": absolute(path)})
        SubElement(control, "label", {"ref": self.texts.add(f"{absolute(path)}:label", holder.hint, path)})

    def _count(self, path: Steps, repeat: Group, nodes: Xml) -> dict[str, str]:
        """Let a node beside a repeat count its entries, if an expression does."""
        if repeat.count is None:
            return {}
        name = COUNT + repeat.name
        SubElement(nodes, name)
        number = written(self.layout, repeat.count, (*path[:-1], name))
        count = f"if({number} > 0, min({MAX_ENTRIES}, {number}), 0)"
        self._bind((*path[:-1], name), type="int", calculate=count)
        return {"jr:count": absolute((*path[:-1], name)), "jr:noAddRemove": "true()"}

    def _question(self, path: Steps, question: Question, nodes: Xml, body: Xml) -> None:
        node = SubElement(nodes, question.name)
        default = question.default
        if isinstance(default, Expression):
            events = "odk-instance-first-load" + (" odk-new-repeat" if self.layout.repeats_at(path) else "")
            action = {"event": events, "ref": absolute(path), "value": written(self.layout, default, path)}
            (body if self.layout.repeats_at(path) else self.head_actions).append(Xml("setvalue", action))
        elif default is not None:
            node.text = " ".join(map(str, default)) if isinstance(default, list) else _plain(default)
        self._bind(path, **self._facts(path, question))
        if not is_visible(question):
            return
        control = SubElement(body, _CONTROLS.get(question.type, "input"), self._control(path, question))
        self._label(control, path, question)
        if question.choices or question.choices_from:
            lists.offer(control, self.layout, path, question)
        for name in self.triggered.get(question.name, ()):
            there, what = self.layout.paths[name], self.questionnaire.questions[name].calculation
            if what is not None:
                value = written(self.layout, what, there)
                action = {"event": "xforms-value-changed", "ref": absolute(there), "value": value}
                SubElement(control, "setvalue", action)

    def _facts(self, path: Steps, question: Question) -> dict[str, str]:
        """Return the attributes of a question's bind, without those that say nothing."""
        calculation, kind = question.calculation, TYPES[question.type]
        page = self.questionnaire.page_of[question.name]
        condition = self._joined(path, question.relevant, page if page.implied else None)
        facts = {"type": self._type(question), "relevant": condition}
        if question.type in _PRELOADS:
            facts["jr:preload"], facts["jr:preloadParams"] = _PRELOADS[question.type]
        if calculation is not None and not question.trigger:
            facts["calculate"] = written(self.layout, calculation, path)
        if question.type == "note" or (calculation is not None and kind.asks):
            facts["readonly"] = "true()"
        if question.type == "image":
            facts["orx:max-pixels"] = _PIXELS
        return {**facts, **self._required(path, question), **self._constraint(path, question)}

    def _type(self, question: Question) -> str:
        if question.type != "range":
            return _TYPES[question.type]
        low, _, step = scale_of(question)
        return "int" if low == int(low) and step == int(step) else "decimal"

    def _required(self, path: Steps, question: Question) -> dict[str, str]:
        required = question.required
        if required is False:
            return {}
        own = question.required_message
        code = "stop" if question.type == "note" else "required"
        if own:
            message = self.texts.add(f"{absolute(path)}:jr:requiredMsg", own, path, plain=True)
        else:
            message = self.texts.once(f"_{code}", lambda tag: self.words(MESSAGES[code], tag))
        holds = "true()" if required is True else written(self.layout, required, path)
        return {"required": holds, "jr:requiredMsg": message}

    def _constraint(self, path: Steps, question: Question) -> dict[str, str]:
        held = [] if question.constraint is None else [written(self.layout, question.constraint, path)]
        held += [rule for rule, _, _ in rules.of(question)]
        if not held:
            return {}
        name = f"{absolute(path)}:jr:constraintMsg"
        message = self.texts.say(name, lambda tag: rules.message(question, tag, self.words), path, plain=True)
        return {"constraint": _all(held), "jr:constraintMsg": message}

    def _joined(self, path: Steps, own: Expression | None, page: Page | None = None) -> str:
        """Return the condition of an element together with what the early ends before it ask for."""
        held = [] if own is None else [written(self.layout, own, path)]
        if page is not None:
            held += [write(self.layout, path) for write in self.endings.get(page.name, ())]
        return _all(held)

    def _control(self, path: Steps, question: Question) -> dict[str, str]:
        facts = {"ref": absolute(path)}
        if question.appearance and question.appearance not in _OTHERWISE:
            facts["appearance"] = question.appearance
        if question.type in _MEDIA_TYPES:
            facts["mediatype"] = _MEDIA_TYPES[question.type]
        if question.type == "range":
            scale = (to_text(float(number)) for number in scale_of(question))
            facts |= dict(zip(("start", "end", "step"), scale, strict=True))
        return facts

    def _label(self, control: Xml, path: Steps, holder: Page | Group | Question | ScreenOut) -> None:
        name = absolute(path)
        SubElement(control, "label", {"ref": self.texts.add(f"{name}:label", holder.label, path)})
        if isinstance(holder, Question):
            self.texts.beside(f"{name}:label", holder.media)
        guidance = holder.guidance if isinstance(holder, Question) else {}
        if (holder.hint or guidance) and not isinstance(holder, Page | Group):
            hint = f"{name}:hint"
            if holder.hint:
                self.texts.add(hint, holder.hint, path)
            if guidance:
                self.texts.add(hint, guidance, path, form="guidance")
            SubElement(control, "hint", {"ref": f"jr:itext('{hint}')"})

    def _bind(self, path: Steps, **facts: str) -> None:
        present = {key.replace("__", ":"): value for key, value in facts.items() if value}
        self.binds.append(Xml("bind", {"nodeset": absolute(path), **present}))


def _plain(default: object) -> str:
    return to_text(float(default)) if isinstance(default, int | float) and default is not True else str(default)


def _all(held: list[str]) -> str:
    return held[0] if len(held) == 1 else " and ".join(f"({each})" for each in held)


def _triggered(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """Return what each question triggers."""
    found: dict[str, list[str]] = {}
    for question in questionnaire.questions.values():
        if question.trigger and question.calculation is not None:
            found.setdefault(question.trigger, []).append(question.name)
    return found
