"""Reading PO files strictly: Babel takes a text with a missing quotation mark, and cuts off its last letter."""

from __future__ import annotations

import io
import re

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from survey_service.problems import D_, Said, said

_LINE = re.compile(r'(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\])\s*)?"(?:[^"\\]|\\.)*"')


_SYNTAX = D_("not a PO file (%(reason)s)")


class PoFault(ValueError):
    """A PO file that can't be read; ``line`` counts from 1."""

    def __init__(self, line: int, reason: Said) -> None:
        self.line, self.reason = line, reason
        super().__init__(line, reason)

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def read(content: bytes) -> Catalog:
    """Return the catalog in a PO file in UTF-8. Raises PoFault for anything else."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PoFault(content[: error.start].count(b"\n") + 1, said(D_("not encoded as UTF-8"))) from error
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#") and not _LINE.fullmatch(stripped):
            raise PoFault(number, said(D_("neither a comment nor a text in quotation marks")))
    try:
        return read_po(io.BytesIO(content), abort_invalid=True, charset="utf-8")
    except PoFileError as error:
        raise PoFault((getattr(error, "lineno", 0) or 0) + 1, said(_SYNTAX, reason=str(error))) from error
    except (ValueError, LookupError, AttributeError, TypeError) as error:  # LookupError: an unknown charset too
        raise PoFault(1, said(D_("not a PO file"))) from error


def place_and_reason(error: PoFault | OSError) -> tuple[int, Said]:
    """Return the line of a fault, 0 if it has none, and why the file is not used."""
    if isinstance(error, PoFault):
        return error.line, error.reason
    return 0, said(D_("cannot be read (%(reason)s)"), reason=error.strerror or type(error).__name__)
