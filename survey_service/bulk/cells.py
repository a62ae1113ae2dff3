"""What people write in the cells of a table, read as inputs for the judge.

Texts stay as they are written. Codes and labels (in German, Einfache Sprache and English) mean the same, case and signs
do not count. What cannot be read is handed on as it is: the judge says why it does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from survey_service.offers.folding import fold
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.question_types import plain_digits

TAGS = ("de", "de-simple", "en")
"""The languages whose labels are understood."""
TIMES = ("A08_from", "A08_to")
REMARKS = "A08_times"
Read = tuple[Any, str]
"""An input, and the code of the doubt about it (see ``notes``), or ""."""

_YES = frozenset({"ja", "j", "yes", "y", "true", "wahr", "1", "x", "✓"})
_NO = frozenset({"nein", "n", "no", "false", "falsch", "0"})
_BLANKS = re.compile(r"[^\S\n]+")
_UNSEEN = re.compile("[\ufeff\u200b\u00ad\u2060]")
_APART = re.compile(r"[;\n|]")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})\.?")
_DAY_IN_WORDS = re.compile(r"([0-9]{1,2})\.? ([^\W\d_]+)\.? ([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2})(?:(?:[:.h]|uhr)([0-9]{2}))?(?::[0-9]{2})?(?:uhr|h)?")
_PART_OF_DAY = re.compile(r"0[.,][0-9]{3,}")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+")
_CURRENCY = re.compile(r"(?:€|euro?\b)", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::[0-9]+)?(?:[/?#]\S*)?")
_MONTHS: Mapping[str, int] = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "mae": 3,
    "apr": 4,
    "mai": 5,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "okt": 10,
    "oct": 10,
    "nov": 11,
    "dez": 12,
    "dec": 12,
}
_SHORT_NUMBER = 6
"""Numbers of so few digits, like 112 or 115, have no area code."""


class Cells:
    """Reads the cells of one questionnaire's table; each choice is looked up once."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._labels = {name: _labels(each) for name, each in questionnaire.questions.items() if each.choices}
        self._readers = {name: _reader(each) for name, each in questionnaire.questions.items()}
        self._seen: dict[tuple[str, str], Read] = {}

    def read(self, name: str, text: str) -> Read:
        """Return the input that a cell's text stands for, and the doubt about it."""
        found = self._seen.get((name, text))
        if found is None:
            question = self._questionnaire.questions[name]
            if question.choices:
                found = self._choices(question, clean(text)), ""
                self._seen[name, text] = found  # few texts, many rows
            else:
                found = self._readers[name](text)
        return found

    def _choices(self, question: Question, text: str) -> Any:
        whole = self._choice(question, text)
        if question.type == "select_one":
            return whole or text
        return [whole] if whole else list(self._several(question, text))

    def _several(self, question: Question, text: str) -> Iterator[str]:
        for part in filter(None, map(str.strip, _APART.split(text))):
            found = self._choice(question, part)
            smaller = [self._choice(question, each) for each in part.split(",")] if not found else []
            if len(smaller) > 1 and all(smaller):
                yield from smaller
            else:
                yield found or part

    def _choice(self, question: Question, text: str) -> str:
        if text in question.choice_names:
            return text
        folded = fold(text)
        found = self._labels[question.name].get(folded, "")
        if not found and question.choice_names == {"yes", "no"}:
            word = folded or text
            found = "yes" if word in _YES else "no" if word in _NO else ""
        return found


def clean(text: str) -> str:
    """Return a text without what nobody sees: byte order marks, soft hyphens, kinds of blanks."""
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()


def _labels(question: Question) -> dict[str, str]:
    """Return folded label or code → choice; a label that two choices have means neither."""
    found: dict[str, set[str]] = {}
    for choice in question.choices:
        for text in (choice.name, *(choice.label.get(tag, "") for tag in TAGS)):
            found.setdefault(fold(text), set()).add(choice.name)
    return {text: names.pop() for text, names in found.items() if text and len(names) == 1}


def _reader(question: Question) -> Callable[[str], Read]:
    reader = (
        (time if question.name in TIMES else None)
        or _BY_TYPE.get(question.type)
        or _BY_APPEARANCE.get(question.appearance)
        or _BY_AUTOCOMPLETE.get(question.autocomplete)
    )
    if reader is None:
        return _text
    return reader if reader in (_phone, _website) else _without_unseen(reader)


def _text(text: str) -> Read:
    return text.strip(), ""


def _without_unseen(reader: Callable[[str], Read]) -> Callable[[str], Read]:
    return lambda text: reader(clean(text))


def day(text: str) -> Read:
    """Read a day: 2027-12-31, 31.12.2027, 31.12.27 (this century), 31. Dezember 2027."""
    plain = plain_digits(text.partition("T")[0])
    if match := _GERMAN_DAY.fullmatch(plain):
        number, month, year = match.groups()
        return f"{year if len(year) == 4 else f'20{year}'}-{int(month):02}-{int(number):02}", ""
    if match := _DAY_IN_WORDS.fullmatch(text):
        named = _MONTHS.get(fold(match[2])[:3])
        return (f"{match[3]}-{named:02}-{int(match[1]):02}" if named else text), ""
    return (plain[:10] if re.match(r"[0-9]{4}-", plain) else text), ""


def time(text: str) -> Read:
    """Read a time of day as HH:MM: 9, 9:00, 9.30, 9 Uhr, 9 Uhr 30, 09:00:00, and a part of a day as Excel counts."""
    plain = plain_digits(text).lower()
    if _PART_OF_DAY.fullmatch(plain):
        minutes = round(float(plain.replace(",", ".")) * 24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}", ""
    match = _TIME.fullmatch(plain)
    return (f"{int(match[1]):02}:{match[2] or '00'}" if match else text), ""


def _integer(text: str) -> Read:
    plain = plain_digits(text)
    if _THOUSANDS.fullmatch(plain):
        return plain.replace(".", ""), ""
    return re.sub(r"[.,]0+$", "", plain), ""


def _decimal(text: str) -> Read:
    plain = plain_digits(_CURRENCY.sub("", text))
    if _THOUSANDS.fullmatch(plain):
        return (text, "number_unclear") if plain.count(".") == 1 else (plain.replace(".", ""), "")
    if "," in plain and "." in plain:
        decimal, other = (",", ".") if plain.rindex(",") > plain.rindex(".") else (".", ",")
        return plain.replace(other, "").replace(decimal, "."), ""
    return plain, ""


def _postcode(text: str) -> Read:
    plain = plain_digits(text)
    if re.fullmatch(r"[0-9]{4}", plain):
        return f"0{plain}", "postcode_padded"
    return plain.removeprefix("D-"), ""


def _phone(text: str) -> Read:
    text = text.strip()
    digits = re.sub(r"\D", "", plain_digits(text))
    lost = len(digits) > _SHORT_NUMBER and re.match(r"[1-9١-٩۱-۹]", text)
    return text, "phone_short" if lost else ""


def _website(text: str) -> Read:
    text = text.strip()
    return (f"https://{text}", "address_completed") if _HOST.fullmatch(text) else (text, "")


_BY_TYPE: Mapping[str, Callable[[str], Read]] = {"date": day, "integer": _integer, "decimal": _decimal}
_BY_APPEARANCE: Mapping[str, Callable[[str], Read]] = {"tel": _phone, "url": _website}
_BY_AUTOCOMPLETE: Mapping[str, Callable[[str], Read]] = {"postal-code": _postcode}


def past_midnight(answers: dict[str, Any]) -> bool:
    """Move an end that is not after its beginning to the remarks, for the questionnaire asks for one day's times."""
    begin, end = (str(answers.get(name) or "") for name in TIMES)
    known = all(re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", each) for each in (begin, end))
    if not known or end > begin:
        return False
    remarks = (str(answers.get(REMARKS) or ""), f"{begin}–{end}")
    answers[REMARKS] = "; ".join(filter(None, remarks))
    del answers[TIMES[1]]
    return True
