"""HSDS as files: JSON (a service, an organization, lists, pages, lines), and tables as a zip or a folder."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from survey_service.offers.hsds import tables_in
from survey_service.offers.hsds.source import MOST_DEPTH, MOST_LEAVES, Part, Source, refused
from survey_service.offers.hsds.tables import LISTS, SINGLES
from survey_service.problems import D_

MOST_BYTES = 300_000_000
_MOST_UNPACKED, _MOST_FILES, _RATIO, _SMALL, _PIECE = 300_000_000, 100, 200, 1_000_000, 65_536
_ENCRYPTED = 0x1
_TOP = ("services", "organizations", "contents")


def read(path: Path) -> Source:
    """Return what a file or folder holds. Raises Problem hsds.file, naming the place that cannot be read."""
    try:
        if path.is_dir():
            files = {file.name: _bytes(file) for file in sorted(path.iterdir()) if file.is_file()}
            return tables_in.nested(path.name, files)
        return parsed(_bytes(path), path.name)
    except OSError as error:
        raise refused(path.name, D_("It cannot be opened: %(reason)s."), reason=error.strerror or "?") from None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise refused(path.name, D_("It is larger than %(most)s MB."), most=MOST_BYTES // 1_000_000)
    return content


def parsed(content: bytes, name: str) -> Source:
    """Return what the bytes of a file hold. Raises Problem hsds.file."""
    if content.startswith(b"PK"):
        return tables_in.nested(name, dict(_unpacked(content, name)))
    source = Source(name)
    text = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise refused(f"{name}:{line}", D_("The text is not UTF-8.")) from None
    for place, value in _values(text, name):
        _top(source, value, place)
    if not (source.services or source.organizations):
        raise refused(name, D_("There is neither a service nor an organization in it."))
    return source


def _values(text: bytes, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the JSON value with the place "", or that of each line with its number."""
    try:
        yield "", orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = text.splitlines()
        if len(lines) < 2 or not _is_object(lines[0]):
            raise refused(f"{name}:{error.lineno}", D_("This is no JSON: %(reason)s."), reason=error.msg) from None
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield f"{number}", _line(line, f"{name}:{number}")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _line(line: bytes, place: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise refused(place, D_("This is no JSON: %(reason)s."), reason=error.msg) from None


def _top(source: Source, value: Any, place: str) -> None:
    """Take what a file begins with: an object of the standard, a list of such, or an object that holds lists."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            _top_object(source, each, f"{place}[{number}]")
        return
    if isinstance(value, dict) and not _is_entry(value) and any(isinstance(value.get(key), list) for key in _TOP):
        head = Part(place)
        for key, content in value.items():
            where = f"{place}.{key}" if place else key
            if key in _TOP and isinstance(content, list):
                for number, each in enumerate(content):
                    _top_object(source, each, f"{where}[{number}]")
            else:
                _put(source, head, key, content, 1)
        return
    _top_object(source, value, place)


def _is_entry(value: dict[str, Any]) -> bool:
    return "name" in value and "id" in value


def _top_object(source: Source, value: Any, place: str) -> None:
    if not isinstance(value, dict):
        source.add(value if not isinstance(value, list) else orjson.dumps(value).decode(), Part(place), "?")
        return
    is_service = "status" in value or "organization" in value or "service_at_locations" in value
    part = _part(source, value, place, "service" if is_service else "organization", 1)
    if is_service:
        source.services.append(part)
        return
    source.organizations.append(part)
    for service in part.parts("services"):
        service.fields["organization"] = part
        source.services.append(service)


def _part(source: Source, value: dict[str, Any], place: str, table: str, depth: int) -> Part:
    if depth > MOST_DEPTH:
        raise refused(place[:200], D_("It is nested more than %(most)s times."), most=MOST_DEPTH)
    part = Part(place, table)
    for key, content in value.items():
        _put(source, part, key, content, depth)
    return part


def _put(source: Source, part: Part, key: str, content: Any, depth: int) -> None:
    where = f"{part.place}.{key}" if part.place else key
    if isinstance(content, dict):
        part.fields[key] = _part(source, content, where, SINGLES.get(key, ("", ""))[0], depth + 1)
    elif isinstance(content, list):
        part.fields[key] = [
            _element(source, part, each, f"{where}[{number}]", key, depth) for number, each in enumerate(content)
        ]
    else:
        source.add(content, part, key)
    if len(source.leaves) > MOST_LEAVES:
        raise refused(where[:200], D_("It has more than %(most)s values."), most=MOST_LEAVES)


def _element(source: Source, part: Part, value: Any, place: str, key: str, depth: int) -> Any:
    """Return an element of a list; one that is no object is kept as a value of an object of its own."""
    if isinstance(value, dict):
        return _part(source, value, place, LISTS.get(key, ""), depth + 1)
    holder = Part(part.place)
    name = place.removeprefix(f"{part.place}.") if part.place else place
    if isinstance(value, list):
        return _part(source, {str(number): each for number, each in enumerate(value)}, place, "", depth + 1)
    source.add(value, holder, name)
    return None


def _unpacked(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a zip. Raises Problem hsds.file for one that is damaged, locked, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > _MOST_FILES:
                raise refused(name, D_("There are more than %(most)s files in it."), most=_MOST_FILES)
            left = _MOST_UNPACKED
            for info in infos:
                unpacked = _file(archive, info, min(left, max(_SMALL, _RATIO * info.compress_size)), name)
                left -= len(unpacked)
                yield info.filename, unpacked
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise refused(name, D_("The zip is damaged.")) from None


def _file(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, name: str) -> bytes:
    place = f"{name}/{info.filename[:100]}"
    if info.flag_bits & _ENCRYPTED:
        raise refused(place, D_("It is locked by a password."))
    pieces, size = [], 0
    with archive.open(info) as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > most:
                raise refused(place, D_("It unpacks to far more than it should."))
            pieces.append(piece)
    return b"".join(pieces)
