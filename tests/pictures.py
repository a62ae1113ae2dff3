"""Files as phones send them, made here: pictures that tell where they were taken, a recording, documents."""

from __future__ import annotations

import io
import struct
import zipfile

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"50.5683N-10.4157E"
"""What stands in the facts about a recording, and must not be kept."""


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes()


def picture(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    """Return a picture of a form that Pillow knows, with a place in it in every way the form has."""
    image, out = Image.linear_gradient("L").resize(size).convert(mode), io.BytesIO()
    if form == "PNG":
        info = PngInfo()
        info.add_text("Comment", SECRET.decode())
        info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        image.save(out, form, pnginfo=info, exif=_exif())
    elif form == "JPEG":
        image.save(out, form, exif=_exif(), comment=SECRET, icc_profile=b"ICC" * 20)
        return out.getvalue() + SECRET  # as phones append a film
    elif form == "WEBP":
        image.save(out, form, exif=_exif(), xmp=SECRET)
    else:
        image.save(out, form, comment=SECRET)
    return out.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of a film."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def film(brand: bytes = b"mp42") -> bytes:
    """Return a film without a picture that tells where it was taken, twice."""
    facts = box(b"udta", box(b"\xa9xyz", SECRET))
    track = box(b"trak", box(b"tkhd", bytes(20)) + box(b"meta", SECRET))
    moov = box(b"moov", box(b"mvhd", bytes(30)) + track + facts)
    return box(b"ftyp", brand + bytes(4) + brand) + moov + box(b"mdat", b"sound")


def office(member: str) -> bytes:
    """Return an office document with this part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x/>")
    return out.getvalue()


def open_document(mime: str) -> bytes:
    """Return an open document of a MIME type."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", mime)
        archive.writestr("content.xml", "<x/>")
    return out.getvalue()
