"""Parts of a foreign service as answers: terms, languages, areas, costs, documents, the contact, the project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from survey_service.offers.folding import fold
from survey_service.offers.hsds import codes, places
from survey_service.offers.hsds.mapping import CURRENCY
from survey_service.offers.hsds.source import Leaf, Part
from survey_service.offers.hsds.taking import FOLLOWS, NO_PLACE, ONLY_ONE, OTHER_CODE, OVER, Taking, mark

_PERSONAL = ("title", "department", "type", "description")
_SEVERAL = ("select_multiple",)
_OWN = {codes.WAITING: "A18_wait", codes.ENDS: "A21"}
_NUMBERS = {codes.FREE: "A19_free", codes.MOST: "A19_max"}
_STATUS = {codes.NO_STATUS: "no", codes.STATUS_NEEDED: "yes"}


def attributes(taking: Taking, found: Iterable[Part]) -> None:
    """Take the terms of our own taxonomies; those of others have no place."""
    for attribute in found:
        term = attribute.part("taxonomy_term")
        if term is None:
            continue
        code, value = term.leaf("code"), attribute.leaf("value")
        if code is not None and _take_term(taking, term, code, value):
            detail = term.part("taxonomy_detail") or Part("")
            mark([*term.leaves(), *attribute.leaves(), *detail.leaves()], FOLLOWS)
        else:
            mark([code], OTHER_CODE)


def _take_term(taking: Taking, term: Part, code: Leaf, value: Leaf | None) -> bool:
    detail = term.part("taxonomy_detail") or Part("")
    taxonomy = term.leaf("taxonomy") or detail.leaf("name")
    name = taxonomy.text if taxonomy is not None else ""
    if code.text in _STATUS and name == codes.ACCESS:
        taking.give("A12", _STATUS[code.text], code, taxonomy, value)
    elif code.text in _OWN and value is not None:
        taking.give(_OWN[code.text], value.text, code, taxonomy, value)
    elif code.text in _NUMBERS and value is not None:
        taking.whole(_NUMBERS[code.text], value)
        mark([code, taxonomy], FOLLOWS)
    elif name == codes.AREA and taking.codes.choice("A17", code.text) is not None:
        area(taking, code.text, code, taxonomy)
    elif name == codes.AREA and code.text == taking.codes.district:
        taking.give("A17_whole", "yes", code, taxonomy)
    elif name in codes.QUESTIONS:
        return _choose(taking, codes.QUESTIONS[name], code.text.removeprefix(f"{name}."), code, taxonomy)
    else:
        return False
    return True


def _choose(taking: Taking, question: str, name: str, *leaves: Leaf | None) -> bool:
    asked = taking.codes.question(question)
    if asked is None or taking.codes.choice(question, name) is None:
        return False
    if asked.type in _SEVERAL:
        taking.choose(question, name, *leaves)
    elif question == "A01" and taking.answers["A01"] != "structure":
        taking.answers.pop("A01")  # what was assumed until somebody said it
        taking.give("A01", name, *leaves)
    else:
        taking.give(question, name, *leaves)
    return True


def area(taking: Taking, key: str, *leaves: Leaf | None) -> None:
    """Take a municipality that is served."""
    taking.choose("A17", key, *leaves)
    taking.answers.setdefault("A17_whole", "no")


def areas(taking: Taking, found: Iterable[Part]) -> None:
    """Take areas by the municipality key in their address, else by the municipality's name."""
    names, district = taking.codes.names("A17"), taking.codes.district
    for part in found:
        uri, name = part.leaf("uri"), part.leaf("name")
        key = places.key_in(uri.text) if uri is not None else ""
        if key and key == district:
            taking.answers.pop("A17_whole", None)
            taking.give("A17_whole", "yes", uri)
            mark([name], FOLLOWS)
        elif taking.codes.choice("A17", key) is not None:
            area(taking, key, uri)
            mark([name], FOLLOWS)
        elif name is not None and fold(name.text) in names:
            area(taking, names[fold(name.text)], name)


def languages(taking: Taking, found: Iterable[Part]) -> None:
    """Take languages by ISO 639 code of two or three letters, or by our name for them."""
    known = taking.codes.spoken
    for part in found:
        code, name = part.leaf("code"), part.leaf("name")
        chosen = known.get(code.text.lower()) if code is not None else None
        if chosen is not None:
            taking.choose("A09", chosen, code)
            mark([name], FOLLOWS)
        elif name is not None and code is None and fold(name.text) in known:
            taking.choose("A09", known[fold(name.text)], name)
        else:
            mark([code, name], OTHER_CODE)


def interpreting(taking: Taking, leaf: Leaf | None) -> None:
    """Take what our own choices are called; other sentences have no place."""
    asked = taking.codes.question("A10")
    for choice in asked.choices if leaf is not None and asked is not None else ():
        if leaf is not None and leaf.text in choice.label.values():
            taking.give("A10", choice.name, leaf)


def costs(taking: Taking, service: Part, today: dt.date) -> None:
    """Take whether it costs something, the first amount in euros, and in words what else is said of the cost."""
    pieces = [(leaf.text, [leaf]) for key in ("fees_description", "fees") if (leaf := service.leaf(key)) is not None]
    for option in service.parts("cost_options"):
        amount, currency = option.leaf("amount"), option.leaf("currency")
        number = _number(amount)
        if amount is None or number is None:
            continue
        if _is_over(option.text("valid_to"), today):
            mark(option.leaves(), OVER)
            if number > 0:
                taking.answers.setdefault("A14_free", "no")
            continue
        in_euros = currency is None or currency.text.upper() == CURRENCY
        if number == 0 and in_euros and taking.answers.get("A14_free") != "no":
            taking.give("A14_free", "yes", amount, currency)
            continue
        if taking.answers.get("A14_free") != "no":
            taking.answers["A14_free"] = "no"
        words = [leaf for leaf in (option.leaf("option"), option.leaf("amount_description")) if leaf is not None]
        if in_euros and "A14_cost" not in taking.answers:
            taking.give("A14_cost", amount.text, amount, currency)
            pieces += [(leaf.text, [leaf]) for leaf in words]
        else:
            told = [
                leaf for leaf in (option.leaf("option"), amount, currency, option.leaf("amount_description")) if leaf
            ]
            pieces.append((" ".join(leaf.text for leaf in told), told))
    taking.join("A14_fees", pieces)


def _number(leaf: Leaf | None) -> float | None:
    try:
        return float(leaf.text) if leaf is not None else None
    except ValueError:
        return None


def _is_over(day: str, today: dt.date) -> bool:
    try:
        return bool(day) and dt.date.fromisoformat(day[:10]) < today
    except ValueError:
        return False


def documents(taking: Taking, found: Iterable[Part]) -> None:
    """Take the documents, one a line."""
    taking.join("A13", [(leaf.text, [leaf]) for part in found if (leaf := part.leaf("document")) is not None])


def contact(taking: Taking, holders: Sequence[Part], *, publish: bool) -> None:
    """Take the first contact, and its phone or the first there is; the service's own count before its place's."""
    persons = [each for holder in holders for each in holder.parts("contacts")]
    phones = [each for person in persons[:1] for each in person.parts("phones")]
    phones += [each for holder in holders for each in holder.parts("phones")]
    for person in persons:
        taking.text("A20_name", person.leaf("name"))
        taking.text("A20_email", person.leaf("email"))
        break
    number = next((leaf for each in phones if (leaf := each.leaf("number")) is not None), None)
    if number is not None:
        extension = number.holder.leaf("extension")
        text = f"{number.text} ext. {extension.text}" if extension is not None else number.text
        taking.give("A20_phone", text, number, extension)
    if persons or number is not None:
        taking.answers["A20_publish"] = "yes" if publish else "no"
    chosen = [*persons[:1], *([number.holder] if number is not None else [])]
    same = {each.text("id") for each in chosen} - {""}
    for each in chosen:
        mark((leaf for leaf in each.leaves() if leaf.key in _PERSONAL), NO_PLACE)
    for each in (*persons[1:], *phones):
        if each not in chosen and each.text("id") not in same:
            mark((leaf for leaf in each.leaves() if leaf.key != "id"), ONLY_ONE)


def project(taking: Taking, service: Part) -> None:
    """Say of program and funding that they follow, if the entry is a project of ours; a program of others groups
    services, which nothing does here.
    """
    program = service.part("program")
    ends = taking.answers.get("A21", "-")
    if program is not None:
        same = taking.answers["A01"] == "project" and program.text("name") == taking.answers.get("A04_name")
        mark((leaf for leaf in program.leaves() if leaf.key != "id"), FOLLOWS if same else NO_PLACE)
    for funding in service.parts("funding"):
        if funding.text("source").endswith(ends):
            mark([funding.leaf("source")], FOLLOWS)
