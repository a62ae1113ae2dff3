"""Reading PO files strictly: Babel takes a text with a missing quotation mark, and cuts off its last letter."""

from __future__ import annotations

import io
import re

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

_LINE = re.compile(r'(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\])\s*)?"(?:[^"\\]|\\.)*"')


class PoFault(ValueError):
    """A PO file that can't be read; ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"line {line}: {reason}")


def read(content: bytes) -> Catalog:
    """Return the catalog in a PO file in UTF-8. Raises PoFault for anything else."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PoFault(content[: error.start].count(b"\n") + 1, "not encoded as UTF-8") from error
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#") and not _LINE.fullmatch(stripped):
            raise PoFault(number, "neither a comment nor a text in quotation marks")
    try:
        return read_po(io.BytesIO(content), abort_invalid=True, charset="utf-8")
    except PoFileError as error:
        raise PoFault((getattr(error, "lineno", 0) or 0) + 1, str(error)) from error
    except (ValueError, LookupError, AttributeError, TypeError) as error:  # LookupError: an unknown charset too
        raise PoFault(1, "not a PO file") from error
