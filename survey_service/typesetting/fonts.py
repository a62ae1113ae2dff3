"""The fonts of this computer that a PDF is set with: which of them has which characters, read from the files.

Each file's table ``cmap`` is read (formats 4 and 12 of the OpenType specification), so that a character that no font
has is refused in words, where a PDF would show an empty box.
"""

from __future__ import annotations

import functools
import os
import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from survey_service.problems import Problem

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
CORE, CJK = "fonts-noto-core", "fonts-noto-cjk"
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")


@dataclass(frozen=True)
class Face:
    """A font family: its name, what its files are called, the scripts that it is for, as Unicode names begin, and the
    Debian package that brings it.
    """

    family: str
    file: str
    scripts: tuple[str, ...]
    package: str = CORE
    ending: str = ".ttf"


_SCRIPTS = (
    *("Arabic", "Ethiopic", "Hebrew", "Armenian", "Georgian", "Devanagari", "Bengali", "Gurmukhi", "Tamil", "Sinhala"),
    *("Thai", "Khmer", "Myanmar"),
)
FACES = (
    Face("Noto Sans", "NotoSans", ("LATIN", "CYRILLIC", "GREEK", "DIGIT")),
    *(Face(f"Noto Sans {script}", f"NotoSans{script}", (script.upper(),)) for script in _SCRIPTS),
    Face("Noto Sans CJK SC", "NotoSansCJK", ("CJK", "HIRAGANA", "KATAKANA", "HANGUL"), CJK, ".ttc"),
)
"""The families that a poster may use; the first one whose font has a character draws it."""
_PACKAGES = {script: face.package for face in FACES for script in face.scripts}


@dataclass(frozen=True)
class Found:
    """A family that is installed: its files (regular, bold), and the code points it has as sorted ranges."""

    face: Face
    files: tuple[Path, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def has(self, character: str) -> bool:
        """Tell whether the family has a character."""
        place = bisect_right(self.starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self.ends[place]


def families_for(text: str, installed: Iterable[Found]) -> list[Found]:
    """Return the families that a text needs, the one that has most of it first.

    Raises Problem poster.script if a family that has a character is not installed, poster.character if there is none.
    """
    known = list(installed)
    chosen: list[Found] = []
    visible = {character for character in text if unicodedata.category(character) not in _INVISIBLE}
    for character in sorted(visible, key=lambda character: (not character.isalpha(), character)):
        if not any(family.has(character) for family in chosen):
            having = next((family for family in known if family.has(character)), None)
            if having is None:
                raise _missing(character, known)
            chosen.append(having)
    return sorted(chosen, key=lambda family: -sum(map(family.has, text)))


def spelled(text: str, installed: Iterable[Found]) -> str:
    """Return a text in which a character that no family has is given by its name: what people type is not refused."""
    known = list(installed)
    return "".join(
        sign
        if unicodedata.category(sign) in _INVISIBLE or any(family.has(sign) for family in known)
        else f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"
        for sign in text
    )


def _missing(character: str, known: Iterable[Found]) -> Problem:
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    script = name.split()[0]
    package = _PACKAGES.get(script)
    if package is None or package in {family.face.package for family in known if script in family.face.scripts}:
        return Problem("poster.character", character=f"{character} ({name})")
    return Problem("poster.script", script=script.capitalize(), package=package)


def installed(folders: Iterable[str] = FOLDERS) -> tuple[Found, ...]:
    """Return the families that are installed, in the order of FACES; fonts that come later are found later."""
    files = {path.name: path for folder in folders for path in _walk(folder)}
    found = []
    for face in FACES:
        regular, bold = (files.get(f"{face.file}-{style}{face.ending}") for style in ("Regular", "Bold"))
        if regular is not None:
            paths = (regular, bold) if bold is not None else (regular,)
            found.append(Found(face, paths, *coverage(regular)))
    return tuple(found)


def _walk(folder: str) -> Iterator[Path]:
    for place, _folders, names in os.walk(os.path.expanduser(folder)):
        yield from (Path(place) / name for name in names if name.startswith("NotoSans"))


@functools.cache
def coverage(path: Path) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the code points that a font file has, as the first and the last of each range; none if it is no font."""
    try:
        ranges = _ranges(path.read_bytes())
    except (OSError, struct.error, ValueError):
        ranges = []
    merged: list[list[int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1][1] = max(last, merged[-1][1])
        else:
            merged.append([first, last])
    return tuple(first for first, _ in merged), tuple(last for _, last in merged)


def _ranges(data: bytes) -> list[tuple[int, int]]:
    (start,) = struct.unpack_from(">I", data, 12) if data[:4] == b"ttcf" else (0,)
    (tables,) = struct.unpack_from(">H", data, start + 4)
    for number in range(tables):
        tag, _checksum, offset, _length = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            return _cmap(data, offset)
    return []


def _cmap(data: bytes, base: int) -> list[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", data, base + 2)
    found: dict[int, int] = {}
    for number in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHI", data, base + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", data, base + offset)
        found[form] = base + offset
    if 12 in found:
        return _format_12(data, found[12])
    return _format_4(data, found[4]) if 4 in found else []


def _format_12(data: bytes, at: int) -> list[tuple[int, int]]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    return [struct.unpack_from(">II", data, at + 16 + 12 * number) for number in range(groups)]


def _format_4(data: bytes, at: int) -> list[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", data, at + 6)
    segments = doubled // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + doubled)
    return [(first, last) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF]
