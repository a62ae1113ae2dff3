"""Files are known by their content, and lose what tells of the person who made them."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from survey_service.questionnaire import uploads
from survey_service.questionnaire.file_cleaning import cleaned
from survey_service.questionnaire.file_kinds import ACCEPTED, KINDS, Broken, sniff
from tests.pictures import SECRET, box, film, office, open_document, picture

FORMS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
MP3 = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s at 44.1 kHz: 417 bytes a frame
SCRIPT = b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        *((picture(form), mime) for form, mime in FORMS.items()),
        (b"ID3\x04" + bytes(10), "audio/mpeg"),
        (MP3 * 2, "audio/mpeg"),
        (film(b"M4A "), "audio/mp4"),
        (film(b"isom"), "video/mp4"),
        (film(b"3gp4"), "video/3gpp"),
        (b"OggS\0" + bytes(20), "audio/ogg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"#!AMR\n" + bytes(5), "audio/amr"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
        (b"%PDF-1.7\n", "application/pdf"),
        (office("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (open_document("application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, mime: str) -> None:
    assert sniff(content) == mime


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"#!/bin/sh\nrm -rf /\n",
        b"MZ\x90\x00",
        b"\x7fELF",
        b" %PDF-1.7",
        MP3,  # one frame alone may be anything
        film(b"heic"),
        b"PK\x03\x04 and no more",
        open_document("text/html"),
        office("xl/vbaProject.bin"),
        office("evil.js"),
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
        b"RIFF\x24\0\0\0AVI ",
    ],
)
def test_anything_else_is_unknown(content: bytes) -> None:
    assert sniff(content) is None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_whatever_comes_is_one_of_the_table_or_nothing(content: bytes) -> None:
    assert sniff(content) in {*KINDS, None}


@settings(deadline=None)
@given(
    st.sampled_from(sorted(FORMS)),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
    st.sampled_from(["RGB", "L"]),
)
def test_a_cleaned_picture_looks_the_same_and_tells_nothing(form: str, size: tuple[int, int], mode: str) -> None:
    content = picture(form, size, mode)
    assert SECRET in content
    result = cleaned(content, FORMS[form])
    assert SECRET not in result
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(result)) as after:
        assert after.format == form
        assert not after.getexif()
        assert {"xmp", "comment", "Comment", "XML:com.adobe.xmp"}.isdisjoint(after.info)
        assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
    assert sniff(result) == FORMS[form]
    assert cleaned(result, FORMS[form]) == result


def test_the_colours_of_a_jpeg_stay() -> None:
    with Image.open(io.BytesIO(cleaned(picture("JPEG"), "image/jpeg"))) as image:
        assert image.info["icc_profile"] == b"ICC" * 20


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_held_upright_stays_upright(turn: int, order: str) -> None:
    image, out, exif = Image.new("RGB", (40, 30)), io.BytesIO(), Image.Exif()
    exif.endian = order
    exif[0x010E], exif[0x0112] = SECRET.decode(), turn
    exif.get_ifd(0x8825)[1] = "N"
    image.save(out, "JPEG", exif=exif.tobytes())
    result = cleaned(out.getvalue(), "image/jpeg")
    assert SECRET not in result
    with Image.open(io.BytesIO(result)) as after:
        assert dict(after.getexif()) == ({} if turn == 1 else {0x0112: turn})
    assert cleaned(result, "image/jpeg") == result


def test_a_recording_loses_its_titles() -> None:
    tag = b"ID3\x04\0\0" + bytes([0, 0, 1, 16]) + SECRET.ljust(144, b"\0")
    content = tag + MP3 * 3 + b"TAG" + SECRET.ljust(125)
    assert sniff(content) == "audio/mpeg"
    assert cleaned(content, "audio/mpeg") == MP3 * 3


def test_a_sound_in_a_wave_loses_all_but_the_sound() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) % 2)

    kept = chunk(b"fmt ", bytes(16)) + chunk(b"data", b"sound")
    parts = b"WAVE" + chunk(b"LIST", SECRET) + kept + chunk(b"id3 ", SECRET)
    content = b"RIFF" + struct.pack("<I", len(parts)) + parts
    assert cleaned(content, "audio/wav") == b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WAVE" + kept


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"ID3\x04\0\0\0\0\0\0" + SCRIPT, "audio/mpeg"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + MP3 * 2, "audio/mpeg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVE" + SCRIPT, "audio/wav"),
        (b"\xff\xd8" + b"\xff\xd0" * 100_000, "image/jpeg"),
        (b"\xff\xd8" + b"\xff\xfe\0\x02" * 100_000 + picture("JPEG")[2:], "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sI", 0, b"tEXt", zlib.crc32(b"tEXt")) * 100_000, "image/png"),
        (picture("GIF")[:-1] + b"\x21\xfe\0" * 100_000 + b"\x3b", "image/gif"),
        (b"RIFF" + struct.pack("<I", 800_004) + b"WEBP" + b"XMP \0\0\0\0" * 100_000, "image/webp"),
        (b"".join(struct.pack(">I4s", 8 * (5_000 - at), b"moov") for at in range(5_000)), "video/mp4"),
        (film() + box(b"free", b"") * 200_000, "video/mp4"),
    ],
)
def test_what_is_made_to_keep_us_busy_is_refused(content: bytes, mime: str) -> None:
    """Thousands of parts, deep nesting, sizes that lie: neither a crash nor a file that is kept."""
    with pytest.raises(Broken):
        cleaned(content, mime)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_what_hangs_behind_a_picture_goes(form: str) -> None:
    """A picture that is an archive or a page too, read from its end."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("page.html", SCRIPT)
    content = picture(form)
    result = cleaned(content + out.getvalue() + SCRIPT, FORMS[form])
    assert result == cleaned(content, FORMS[form])
    assert SCRIPT not in result
    assert not zipfile.is_zipfile(io.BytesIO(result))


def test_a_document_is_known_without_unpacking_it() -> None:
    """Neither a gigabyte of zeros nor a hundred thousand members cost anything."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(30_000_000))
        archive.writestr("word/document.xml", bytes(30_000_000))
    assert sniff(out.getvalue()) == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    many = office("word/document.xml") + b"PK\x01\x02" * 5_000
    assert sniff(many) is None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert sniff(packed.getvalue()) is None


@settings(deadline=None)
@given(st.sampled_from(["audio/mpeg", "audio/wav", "video/mp4"]), st.binary(max_size=300))
def test_recordings_are_cleaned_or_refused_without_a_crash(mime: str, content: bytes) -> None:
    with contextlib.suppress(Broken):
        assert len(cleaned(content, mime)) <= len(content) + 1


@pytest.mark.parametrize("mime", ["audio/mp4", "video/mp4", "video/3gpp"])
def test_a_film_loses_its_place_and_nothing_moves(mime: str) -> None:
    content = film()
    assert content.count(SECRET) == 2
    result = cleaned(content, mime)
    assert SECRET not in result
    assert len(result) == len(content)
    assert result.index(b"mdat") == content.index(b"mdat")


@settings(deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_picture_cut_off_or_changed_is_refused_or_cleaned_without_a_crash(form: str, data: st.DataObject) -> None:
    content = bytearray(picture(form))
    end = data.draw(st.integers(12, len(content)))
    at = data.draw(st.integers(0, end - 1))
    content[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Broken):
        cleaned(bytes(content[:end]), FORMS[form])


@pytest.mark.parametrize("form", sorted(FORMS))
def test_half_a_picture_is_broken(form: str) -> None:
    content = picture(form)
    with pytest.raises(Broken):
        cleaned(content[: len(content) // 2], FORMS[form])


@pytest.mark.parametrize(
    ("name", "mime", "kept"),
    [
        ("IMG_1.JPG", "image/jpeg", "IMG_1.JPG"),
        ("photo.html", "image/png", "photo.html.png"),
        ("../../etc/passwd", "application/pdf", "passwd.pdf"),
        ("C:\\Users\\me\\Bild.png", "image/png", "Bild.png"),
        ("a\u202egnp.exe", "image/png", "agnp.exe.png"),
        ("\0\n..", "image/png", "file.png"),
        ("", "image/webp", "file.webp"),
        ("صورة.jpeg", "image/jpeg", "صورة.jpeg"),
        ("x" * 300 + ".png", "image/png", "x" * 96 + ".png"),
    ],
)
def test_names_are_cleaned(name: str, mime: str, kept: str) -> None:
    assert uploads.clean_name(name, mime) == kept


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(sorted(KINDS)))
def test_a_cleaned_name_makes_an_answer(name: str, mime: str) -> None:
    found = uploads.clean_name(name, mime)
    assert uploads.is_file({"file": "0" * 32, "name": found, "type": mime, "size": 1})
    assert found.lower().endswith(KINDS[mime].endings)
    assert "/" not in found
    assert uploads.clean_name(found, mime) == found


def test_files_are_found_in_repeats() -> None:
    file = {"file": "a" * 32, "name": "a.png", "type": "image/png", "size": 3}
    other = {**file, "file": "b" * 32}
    assert list(uploads.ids({"x": file, "r": [{"y": other, "z": "text"}, {}], "n": 1})) == ["a" * 32, "b" * 32]


def test_each_question_type_takes_known_kinds() -> None:
    assert set(ACCEPTED) == {"image", "audio", "file"}
    assert all(mime in KINDS for mimes in ACCEPTED.values() for mime in mimes)
