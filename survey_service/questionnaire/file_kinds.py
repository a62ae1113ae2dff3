"""Which files an answer may be, told by their content (a small table of first bytes), never by the name.

What stands in no row is refused, so pages, scripts, SVG and programs are. HEIC is known only to be refused: it may hold
the place where it was taken in a way that cannot be cut out; phones send JPEG where that is asked for.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

IMAGE, AUDIO, VIDEO, DOCUMENT = "image", "audio", "video", "document"


class Broken(ValueError):
    """The content of a file is not what its first bytes say."""


@dataclass(frozen=True)
class FileKind:
    """One row: the MIME type, what it is, and the endings its name may have, the usual one first."""

    mime: str
    group: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS: Mapping[str, FileKind] = {
    row.mime: row
    for row in (
        FileKind("image/jpeg", IMAGE, (".jpg", ".jpeg")),
        FileKind("image/png", IMAGE, (".png",)),
        FileKind("image/webp", IMAGE, (".webp",)),
        FileKind("image/gif", IMAGE, (".gif",)),
        FileKind("audio/mpeg", AUDIO, (".mp3",)),
        FileKind("audio/mp4", AUDIO, (".m4a",)),
        FileKind("audio/ogg", AUDIO, (".ogg", ".oga", ".opus")),
        FileKind("audio/wav", AUDIO, (".wav",)),
        FileKind("audio/amr", AUDIO, (".amr",)),
        FileKind("video/webm", VIDEO, (".webm",)),
        FileKind("video/mp4", VIDEO, (".mp4", ".m4v")),
        FileKind("video/3gpp", VIDEO, (".3gp", ".3gpp")),
        FileKind("application/pdf", DOCUMENT, (".pdf",)),
        FileKind(f"{_OFFICE}.wordprocessingml.document", DOCUMENT, (".docx",)),
        FileKind(f"{_OFFICE}.spreadsheetml.sheet", DOCUMENT, (".xlsx",)),
        FileKind(f"{_OFFICE}.presentationml.presentation", DOCUMENT, (".pptx",)),
        FileKind(f"{_OPEN}.text", DOCUMENT, (".odt",)),
        FileKind(f"{_OPEN}.spreadsheet", DOCUMENT, (".ods",)),
        FileKind(f"{_OPEN}.presentation", DOCUMENT, (".odp",)),
    )
}
"""All kinds of files by MIME type."""

_RECORDERS = ("video/webm", "video/mp4", "video/3gpp")  # what records sound only uses these containers too
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "image": tuple(mime for mime, kind in KINDS.items() if kind.group == IMAGE),
    "audio": (*(mime for mime, kind in KINDS.items() if kind.group == AUDIO), *_RECORDERS),
    "file": tuple(KINDS),
}
"""Question type → the MIME types it takes."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\0", "audio/ogg"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr"),
    (b"%PDF-1.", "application/pdf"),
    (b"%PDF-2.", "application/pdf"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: tuple[tuple[bytes, str], ...] = (
    *((brand, "audio/mp4") for brand in (b"M4A ", b"M4B ")),
    *((brand, "video/3gpp") for brand in (b"3gp", b"3g2", b"3gr", b"3gs", b"3ge")),
    *((brand, "video/mp4") for brand in (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42")),
    *((brand, "video/mp4") for brand in (b"avc1", b"M4V ", b"MSNV", b"dash")),
)
_IN_OFFICE = {
    "word/document.xml": f"{_OFFICE}.wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}.spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}.presentationml.presentation",
}
_MEMBER, _MOST_MEMBERS = b"PK\x01\x02", 5_000


def sniff(content: bytes) -> str | None:
    """Return the MIME type of a file's content, None if it is none of KINDS."""
    for start, mime in _STARTS:
        if content.startswith(start):
            return mime
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        return next((mime for brand, mime in _BRANDS if content[8:12].startswith(brand)), None)
    if content.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in content[:64] else None
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return "audio/mpeg" if is_mpeg_audio(content) else None


def is_mpeg_audio(content: bytes, at: int = 0) -> bool:
    """Tell whether two MPEG audio frames of layer III stand here, the second where the first ends."""
    size = _frame_size(content[at : at + 4])
    return bool(size and _frame_size(content[at + size : at + size + 4]))


_BITRATES = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)


def _frame_size(head: bytes) -> int:
    """Return the bytes of the MPEG audio frame with this head, 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    first = version == 3
    hertz = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * 1000 * _BITRATES[first][bitrate - 1] // hertz + (head[2] >> 1 & 1)


def _office(content: bytes) -> str | None:
    """Return the MIME type of a document in a zip; one with macros is none. Nothing of it is unpacked but a short text
    that is not packed."""
    if content.count(_MEMBER) > _MOST_MEMBERS:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            first = members[0]
            if first.filename == "mimetype" and first.file_size < 100 and first.compress_type == zipfile.ZIP_STORED:
                mime = archive.read(first).decode("ascii", "replace")
                return mime if mime.startswith(_OPEN) and mime in KINDS else None
    except (zipfile.BadZipFile, zlib.error, IndexError, ValueError, OSError, NotImplementedError, RuntimeError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((mime for name, mime in _IN_OFFICE.items() if name in names), None)
