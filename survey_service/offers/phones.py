"""Telephone numbers as people type them: what can be dialled is found, all else is kept as it was typed.

A number without a country code is German, unless its groups say otherwise: ``067 123 45 67`` is written as in Ukraine
and would ring in Bad Kreuznach. Such a number is not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType, shortnumberinfo

HOME = "DE"
_ELSEWHERE = ("UA",)
"""Countries from which people bring numbers that look like German ones when they are written without a blank."""
_APART = re.compile(r"[\s/().–-]+")
_DIRECT = re.compile(r"[\s,;–-]*(?:(?<=[–-])0)?[\s,;]*\b(?:dw|durchwahl)\b[\s.:–-]*(?=[0-9])", re.IGNORECASE)
_EXTENSION = re.compile(r"[\s,;–-]*\b(?:app|apparat|nst|nebenstelle|داخلي)\b[\s.:–-]*(?=[0-9])", re.IGNORECASE)
_SHORT = re.compile(r"(?<![0-9+])1[0-9](?:[ ]?[0-9]){1,4}(?![0-9])")
_TRUNK = re.compile(r"\(\s*0\s*\)")


@dataclass(frozen=True)
class Part:
    """A piece of what was typed: a number with the ``tel:`` address to call it, or other text with none."""

    text: str
    address: str = ""


def parts(typed: str) -> tuple[Part, ...]:
    """Return what was typed in pieces, in its order: numbers that can be dialled, and the text around them.

    Digits of any script become ASCII ones, so that all phones show and dial them alike; nothing else is changed.
    """
    text, found, end = _ascii_digits(typed.strip()), [], 0
    for begin, stop, address in _numbers(text):
        found += [Part(text[end:begin]), Part(text[begin:stop], address)]
        end = stop
    return tuple(part for part in (*found, Part(text[end:])) if part.text.strip())


def is_doubtful(typed: str) -> bool:
    """Tell whether something was typed in which no number is found that can be dialled for certain.

    Its provider is to be asked for the country code.
    """
    return bool(typed.strip()) and not any(part.address for part in parts(typed))


def international(typed: str) -> tuple[str, ...]:
    """Return the numbers in what was typed as they are dialled from anywhere: ``+493693485000``, or ``116117``."""
    return tuple(
        part.address.removeprefix("tel:").partition(";")[0].replace("-", "") for part in parts(typed) if part.address
    )


def _numbers(text: str) -> list[tuple[int, int, str]]:
    """Return begin, end and address of each number, in order."""
    readable, places = _readable(text)
    found = []
    for match in PhoneNumberMatcher(readable, HOME, leniency=Leniency.VALID):
        if _is_certain(match.raw_string, match.number):
            address = phonenumbers.format_number(match.number, PhoneNumberFormat.RFC3966)
            found.append((places[match.start], places[match.end - 1] + 1, str(address)))
    taken = [range(begin, end) for begin, end, _ in found]
    for short in _SHORT.finditer(text):
        digits = short[0].replace(" ", "")
        if _is_short(digits) and not any(short.start() in known or short.end() - 1 in known for known in taken):
            found.append((short.start(), short.end(), f"tel:{digits}"))
    return sorted(found)


def _is_certain(written: str, number: PhoneNumber) -> bool:
    """Tell whether a number has its country code, or is grouped as German ones are."""
    if written.lstrip("( ").startswith(("+", "00")):
        return True
    groups = [group for group in _APART.split(written) if group]
    if len(groups) > 1:
        area = phonenumbers.length_of_geographical_area_code(number)
        return len(groups[0].lstrip("0")) >= area
    return not any(_is_mobile(written, country) for country in _ELSEWHERE)


def _is_mobile(written: str, country: str) -> bool:
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(number) == PhoneNumberType.MOBILE)


def _is_short(digits: str) -> bool:
    number = phonenumbers.parse(digits, HOME)
    return bool(shortnumberinfo.is_valid_short_number_for_region(number, HOME))


def _readable(text: str) -> tuple[str, list[int]]:
    """Return a text as libphonenumber reads it, and the place of each of its letters in the original.

    A direct dialling (Durchwahl) belongs to the number, an extension behind a switchboard does not; a zero in brackets
    is not dialled.
    """
    kept: list[tuple[str, int]] = []
    at = 0
    rules = ((_DIRECT, "-"), (_EXTENSION, " ext. "), (_TRUNK, ""))
    edits = sorted((match.start(), match.end(), put) for rule, put in rules for match in rule.finditer(text))
    for begin, end, put in edits:
        if begin < at:
            continue
        put = " " if put == "" and kept and kept[-1][0].isdigit() and text[end : end + 1].isdigit() else put
        kept += [(letter, place) for place, letter in enumerate(text[at:begin], at)] + [(sign, begin) for sign in put]
        at = end
    kept += [(letter, place) for place, letter in enumerate(text[at:], at)]
    return "".join(letter for letter, _ in kept), [place for _, place in kept]


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
