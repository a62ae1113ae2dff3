"""An uploaded wheel with a report plugin: looked at from all sides before anything of it is unpacked or run."""

from __future__ import annotations

import base64
import configparser
import csv
import email
import hashlib
import importlib.util
import io
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import PurePosixPath
from typing import Any

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from survey_service.problems import Problem
from survey_service.reports import manifest, wheel_zip
from survey_service.reports.finding import GROUP, NAME

KINDS = frozenset((".py", ".pyi", ".typed", ".toml", ".yaml", ".yml", ".json", ".csv", ".txt", ".md", ".po", ".mo"))
"""What files of a plugin may be: its code and its data."""
SERVICE = "survey-service"
MOST_BYTES = wheel_zip.MOST_BYTES
_UNRECORDED = ("RECORD", "RECORD.jws", "RECORD.p7s")
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Wheel:
    """A wheel that may be installed. ``digest`` is the SHA-256 of the whole file; ``files`` are those of the plugin's
    package, by path below it; ``info`` is what its ``plugin.toml`` says."""

    filename: str
    digest: str
    size: int
    project: str
    module: str
    info: Mapping[str, Any]
    files: Files = field(repr=False)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return str(self.info["name"])

    @property
    def version(self) -> str:
        """The plugin's version."""
        return str(self.info["version"])

    @property
    def key(self) -> str:
        """Names this version on disk: the version and the beginning of the digest."""
        return f"{self.version}-{self.digest[:8]}"

    @property
    def hashes(self) -> dict[str, str]:
        """Path → SHA-256 of each file of the package."""
        return {path: hashlib.sha256(content).hexdigest() for path, content in sorted(self.files.items())}


def read(data: bytes, filename: str) -> Wheel:
    """Return the plugin in a wheel. Raises a Problem ``wheel.…`` that names the first thing wrong with it."""
    project, version = _named(filename)
    files = wheel_zip.read(data)
    described = _described(files, project, version)
    _check_record(files, described)
    _check_kind(files, described)
    _check_metadata(files, described, project, version)
    name, module = _entry_point(files, described)
    package = _package(files, described, module)
    info = _manifest(package, name, module, version)
    return Wheel(filename, hashlib.sha256(data).hexdigest(), len(data), project, module, info, package)


def number(wheel: Wheel) -> Version:
    """Return the version of a plugin, to compare it with others."""
    return Version(wheel.version)


def _named(filename: str) -> tuple[str, Version]:
    """Return project and version from a file name."""
    try:
        project, version, _, tags = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidVersion):
        raise Problem("wheel.name", file=filename[:100]) from None
    if not any(str(tag) == "py3-none-any" for tag in tags) or not all(map(_is_pure, map(str, tags))):
        raise Problem("wheel.name", file=filename[:100])
    return project, version


def _is_pure(tag: str) -> bool:
    return tag.endswith("-none-any")


def _described(files: Files, project: str, version: Version) -> str:
    """Return the name of the one folder that describes the wheel; its files are those of a wheel of that name."""
    tops = {PurePosixPath(path).parts[0] for path in files}
    folders = sorted(top for top in tops if top.endswith(".dist-info"))
    if len(folders) != 1 or not any(path.startswith(f"{folders[0]}/") for path in files):
        raise Problem("wheel.metadata", file=".dist-info", reason="there must be one such folder")
    named, _, numbered = folders[0].removesuffix(".dist-info").partition("-")
    if canonicalize_name(named) != project or _version(numbered, folders[0]) != version:
        raise Problem("wheel.metadata", file=folders[0], reason="it is not named as the wheel")
    return folders[0]


def _version(text: str, file: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise Problem("wheel.metadata", file=file, reason="the version is not one") from None


def _text(files: Files, path: str) -> str:
    if path not in files:
        raise Problem("wheel.metadata", file=path, reason="it is missing")
    try:
        return files[path].decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("wheel.metadata", file=path, reason="it is not UTF-8") from None


def _check_record(files: Files, described: str) -> None:
    """Compare every file with its row in RECORD, and every row with its file."""
    rows = dict(_rows(_text(files, f"{described}/RECORD"), described))
    unrecorded = {f"{described}/{name}" for name in _UNRECORDED}
    for path in sorted({*files, *rows}):
        if path in unrecorded:
            continue
        if path not in files or path not in rows or rows[path] != _recorded(files[path]):
            raise Problem("wheel.record", path=path[:100])


def _rows(text: str, described: str) -> Iterator[tuple[str, tuple[str, str]]]:
    seen = set()
    try:
        for row in csv.reader(io.StringIO(text), strict=True):
            if len(row) != 3 or row[0] in seen:
                raise Problem("wheel.record", path=row[0][:100] if row else "RECORD")
            seen.add(row[0])
            yield row[0], (row[1], row[2])
    except csv.Error:
        raise Problem("wheel.record", path=f"{described}/RECORD") from None


def _recorded(content: bytes) -> tuple[str, str]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")
    return f"sha256={digest}", str(len(content))


def _check_kind(files: Files, described: str) -> None:
    """Refuse a wheel that says it is not pure, whatever its name says."""
    said = email.message_from_string(_text(files, f"{described}/WHEEL"))
    tags = [str(tag) for tag in said.get_all("Tag", [])]
    if str(said.get("Root-Is-Purelib", "")).lower() != "true" or not tags or not all(map(_is_pure, tags)):
        raise Problem("wheel.metadata", file=f"{described}/WHEEL", reason="it is not a pure wheel")


def _check_metadata(files: Files, described: str, project: str, version: Version) -> None:
    place = f"{described}/METADATA"
    raw, _ = parse_email(_text(files, place))
    if canonicalize_name(raw.get("name", "")) != project or _version(raw.get("version", ""), place) != version:
        raise Problem("wheel.metadata", file=place, reason="name or version is not that of the wheel")
    try:
        python = SpecifierSet(raw.get("requires_python", ""))
        needed = [Requirement(text) for text in raw.get("requires_dist", [])]
        missing = sorted({str(requirement) for requirement in needed if not _is_there(requirement)})
    except (InvalidSpecifier, InvalidRequirement, ValueError) as error:
        raise Problem("wheel.metadata", file=place, reason=type(error).__name__) from None
    if not python.contains(platform.python_version(), prereleases=True):
        raise Problem("wheel.python", needed=str(python), version=platform.python_version())
    if missing:
        raise Problem("wheel.requires", missing=", ".join(missing))


def _is_there(requirement: Requirement) -> bool:
    """Tell whether the service brings a requirement along, or it does not apply here."""
    if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
        return True
    name = canonicalize_name(requirement.name)
    if requirement.url or name not in brought_along():
        return False
    try:
        return requirement.specifier.contains(metadata.version(name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def brought_along() -> frozenset[str]:
    """Return what a plugin may require: the service and what that requires itself."""
    try:
        needed = [Requirement(text) for text in metadata.requires(SERVICE) or ()]
    except metadata.PackageNotFoundError:
        needed = []
    always = [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return frozenset({SERVICE, *(canonicalize_name(one.name) for one in always)})


def _entry_point(files: Files, described: str) -> tuple[str, str]:
    """Return name and module of the one plugin."""
    place = f"{described}/entry_points.txt"
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="\0")
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(_text(files, place) if place in files else "")
    except configparser.Error:
        raise Problem("wheel.metadata", file=place, reason="it cannot be read") from None
    points = dict(parser[GROUP]) if parser.has_section(GROUP) else {}
    if len(points) != 1:
        raise Problem("wheel.entry_point", group=GROUP, count=len(points))
    name, module = next(iter(points.items()))
    if not NAME.fullmatch(name) or not (module.isidentifier() and module.isascii()):
        raise Problem("wheel.metadata", file=place, reason="it does not name a plugin and its package")
    return name, module


def _package(files: Files, described: str, module: str) -> dict[str, bytes]:
    """Return the files of the package, by path below it."""
    package = {}
    for path, content in files.items():
        top, _, below = path.partition("/")
        if top == module and below:
            package[below] = content
        elif top != described:
            raise Problem("wheel.impure", path=path, kinds=" ".join(sorted(KINDS)))
        if top == module and PurePosixPath(path).suffix not in KINDS:
            raise Problem("wheel.impure", path=path, kinds=" ".join(sorted(KINDS)))
    if "__init__.py" not in package:
        raise Problem("wheel.metadata", file=f"{module}/__init__.py", reason="it is missing")
    if module in sys.stdlib_module_names or importlib.util.find_spec(module) is not None:
        raise Problem("wheel.module", module=module)
    return package


def _manifest(package: Files, name: str, module: str, version: Version) -> Mapping[str, Any]:
    if manifest.FILE not in package:
        raise Problem("wheel.manifest", reason=f"{module}/{manifest.FILE} is missing")
    try:
        found = manifest.parse(package[manifest.FILE])
    except manifest.Faulty as error:
        raise Problem("wheel.manifest", reason=str(error)) from None
    if (found.info["name"], found.module) != (name, module):
        raise Problem("wheel.manifest", reason="name or module is not that of the entry point")
    if _version(found.info["version"], manifest.FILE) != version:
        raise Problem("wheel.manifest", reason="version is not that of the wheel")
    if not found.info["author"].strip() or not found.info["description"]:
        raise Problem("wheel.manifest", reason="author and description must be given")
    return found.info
