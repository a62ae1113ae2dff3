"""Workbooks that strangers send: looked through before any library reads them.

An ``.xlsx`` is a ZIP of XML files. What could fill memory or make an XML parser fetch or multiply something is refused
by a Problem; the content is unpacked a piece at a time and kept nowhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

from survey_service.problems import Problem

_PIECE = 65_536
_OVERLAP = 16  # longer than the longest of _FORBIDDEN
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype", b"<!entity")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, in which _FORBIDDEN would look different
_BEGIN = 64
_XML = (".xml", ".rels", ".vml")
_ENCRYPTED = 0x1
_NEEDED = ("[Content_Types].xml", "xl/workbook.xml")
_OLE = b"\xd0\xcf\x11\xe0"  # an old .xls, and an .xlsx with a password


@dataclass(frozen=True)
class Limits:
    """``packed`` and ``unpacked`` bytes, ``parts`` of the ZIP, and how many times larger a part may get than it was
    (parts below ``small`` bytes may: little of anything always packs well)."""

    packed: int = 10_000_000
    unpacked: int = 50_000_000
    parts: int = 500
    ratio: int = 100
    small: int = 200_000


LIMITS = Limits()


def check_workbook(content: bytes, limits: Limits = LIMITS) -> None:
    """Return if the bytes are a workbook that may be read.

    Raises Problems workbook.kind (no .xlsx at all), workbook.locked (a password), workbook.damaged, workbook.large (too
    many bytes, packed or not), workbook.parts, workbook.ratio, and workbook.entities (XML with a document type).
    """
    if len(content) > limits.packed:
        raise Problem("workbook.large", most=limits.packed // 1_000_000)
    if content.startswith(_OLE):
        raise Problem("workbook.locked")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive.infolist(), limits)
            left = limits.unpacked
            for part in archive.infolist():
                left -= _read_through(archive, part, left, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        if not content.startswith(b"PK"):
            raise Problem("workbook.kind") from None
        raise Problem("workbook.damaged") from error


def _check_directory(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [part.filename for part in parts]
    if not set(_NEEDED) <= set(names):
        raise Problem("workbook.kind")
    if len(parts) > limits.parts:
        raise Problem("workbook.parts", count=len(parts), most=limits.parts)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Problem("workbook.locked")
    if len(set(names)) < len(names):
        raise Problem("workbook.damaged")
    if sum(part.file_size for part in parts) > limits.unpacked:
        raise Problem("workbook.large", most=limits.unpacked // 1_000_000)
    for part in parts:
        if part.file_size > limits.small and part.file_size > limits.ratio * max(1, part.compress_size):
            raise Problem("workbook.ratio", part=part.filename, most=limits.ratio)


def _read_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, limits: Limits) -> int:
    """Unpack a part and return its true size, whatever the directory says. An XML part is searched meanwhile."""
    is_xml = part.filename.lower().endswith(_XML)
    size, tail = 0, b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > left:
                raise Problem("workbook.large", most=limits.unpacked // 1_000_000)
            if size == len(piece):
                is_xml = is_xml or _begins_as_xml(piece)
                if is_xml and (piece.startswith(_WIDE) or b"\x00" in piece[:4]):
                    raise Problem("workbook.entities", part=part.filename)
            if is_xml:
                window = tail + piece
                if any(word in window for word in _FORBIDDEN):
                    raise Problem("workbook.entities", part=part.filename)
                tail = window[-_OVERLAP:]
    return size


def _begins_as_xml(piece: bytes) -> bool:
    """Tell whether a part is XML, whatever its name says: others are reached by relations, not by names."""
    begin = piece[:_BEGIN].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00")
    return begin.startswith((b"<", *_WIDE))
