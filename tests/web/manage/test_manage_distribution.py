"""Distribution on the desk: links, codes, QR codes that a reader reads, posters."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from survey_service.accounts import audit
from survey_service.app import create_app
from survey_service.questionnaire.loader import load_folder
from survey_service.responses import links
from survey_service.responses.revisions import Publications
from survey_service.settings import load
from survey_service.store.base import Store
from survey_service.typesetting import fonts
from tests.web.manage.conftest import SMALL, Desk
from tests.web.test_poster import decoded, page_of

AT = "/manage/questionnaires/small/distribute"
Respond = Callable[..., str]


@pytest.fixture
def outside(app: Flask, store: Store, tmp_path: Path) -> Callable[..., Desk]:
    """Return a function that gives the manager's browser at a service with further settings."""

    def opened(**settings: object) -> Desk:
        desk = Desk(create_app(load(tmp_path / "other", **settings), store))
        desk.sign_in("Mara")
        return desk

    return opened


def noted(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    wanted = ("link.", "code.")
    return [(e.action, e.subject, dict(e.details)) for e in audit.entries(store) if e.action.startswith(wanted)]


def say(desk: Desk, path: str, **fields: str) -> str:
    """Send a form and return where it leads."""
    answer = desk.post(f"{AT}/{path}", {"_csrf": desk.token(AT), **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_link_is_made_listed_retired_and_used_again(manager: Desk, store: Store) -> None:
    assert say(manager, "links", tag="VHS-Kurs") == f"{AT}?from=vhs-kurs"
    page = unescape(manager.get(f"{AT}?from=vhs-kurs&lang=en").text)
    assert "http://localhost/q/small/vhs-kurs" in page
    assert "http://localhost/de/q/small?from=vhs-kurs" in page
    assert say(manager, "retired", tag="vhs-kurs", retired="yes") == AT
    assert links.way(store, "small", "vhs-kurs").source == ""
    assert "retired" in manager.get(f"{AT}?lang=en").text
    say(manager, "retired", tag="vhs-kurs", retired="no")
    assert links.way(store, "small", "vhs-kurs").source == "vhs-kurs"
    tag = {"tag": "vhs-kurs"}
    assert noted(store) == [
        ("link.created", "small", tag), ("link.retired", "small", tag), ("link.restored", "small", tag)
    ]  # fmt: skip


@pytest.mark.parametrize("tag, status", [("a b", 422), ("", 422), ("<script>", 422), ("known", 409), ("\0", 422)])
def test_a_tag_that_cannot_be_is_refused_and_not_audited(manager: Desk, store: Store, tag: str, status: int) -> None:
    links.create(store, "small", "known")
    answer = manager.post(f"{AT}/links", {"_csrf": manager.token(AT), "tag": tag})
    assert answer.status_code == status
    assert [link.tag for link in links.groups(store, "small")] == ["known"]
    assert noted(store) == []


def test_what_is_missing_is_a_404(manager: Desk) -> None:
    token = manager.token(AT)
    nothing = AT.replace("small", "nothing")
    for path, fields in (("links", {"tag": "a"}), ("code", {"code": "482913"}), ("retired", {"tag": "a"})):
        assert manager.post(f"{nothing}/{path}", {"_csrf": token, **fields}).status_code == 404
    for path in (nothing, f"{AT}?from=nothing", f"{AT}?from=%00", f"{AT}/qr.gif", f"{AT}/qr.png?language=xx"):
        assert manager.get(path).status_code == 404
    assert manager.post(f"{AT}/code", {"_csrf": token, "tag": "nothing", "code": "482913"}).status_code == 404


def test_small_numbers_of_responses_are_not_shown(manager: Desk, store: Store, respond: Respond) -> None:
    for tag, count in (("vhs", 5), ("cafe", 4), ("none", 0)):
        links.create(store, "small", tag)
        for _ in range(count):
            respond(source=tag)
    page = manager.get(f"{AT}?lang=en").text
    rows = re.findall(r">([a-z]+)</a></th>\s*<td>([^<]*)</td>", page)
    assert rows == [("vhs", "5"), ("cafe", "fewer than 5"), ("none", "0")]
    assert "would identify them" in page


def test_a_code_is_set_shown_replaced_and_removed_and_never_in_the_audit_log(manager: Desk, store: Store) -> None:
    say(manager, "code", tag="", code=" 482  913 ")
    assert links.way(store, "small").code == "482 913"
    assert '<strong dir="ltr">482 913</strong>' in manager.get(AT).text
    say(manager, "code", tag="", code="sommer-fest")
    assert links.way(store, "small").code == "sommer-fest"
    say(manager, "code", tag="", code="sommer-fest", remove="yes")
    assert links.way(store, "small").code == ""
    assert noted(store) == [
        ("code.set", "small", {"tag": ""}), ("code.set", "small", {"tag": ""}), ("code.removed", "small", {"tag": ""})
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["", "12345", "x" * 41, "\u202e123456"])
def test_a_code_nobody_could_type_is_refused(manager: Desk, store: Store, code: str) -> None:
    answer = manager.post(f"{AT}/code", {"_csrf": manager.token(AT), "tag": "", "code": code})
    assert answer.status_code == 422
    assert links.way(store, "small").code == ""


def test_a_proposed_code_stands_in_the_field(manager: Desk) -> None:
    found = re.search(r'name="code" value="(\d{3} \d{3})"', manager.get(AT).text)
    assert found


def test_addresses_are_those_of_the_public_address_wherever_the_manager_is(outside: Callable[..., Desk]) -> None:
    desk = outside(public_url="http://survey.example:8080/")
    page = desk.get(f"{AT}?lang=en").text
    assert "http://survey.example:8080/q/small" in page
    assert "http://survey.example:8080/de/q/small" in page
    assert "http://localhost" not in page
    assert decoded(Image.open(io.BytesIO(desk.get(f"{AT}/qr.png").data))) == "http://survey.example:8080/q/small"


def test_png_and_svg_say_the_same(manager: Desk, store: Store) -> None:
    links.create(store, "small", "vhs")
    for query, address in (
        ("", "http://localhost/q/small"),
        ("?from=vhs", "http://localhost/q/small/vhs"),
        ("?from=vhs&language=de", "http://localhost/de/q/small?from=vhs"),
    ):
        answer = manager.get(f"{AT}/qr.png{query}")
        assert answer.mimetype == "image/png"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert decoded(Image.open(io.BytesIO(answer.data))) == address
        drawing = manager.get(f"{AT}/qr.svg{query}")
        assert drawing.mimetype == "image/svg+xml"
        assert drawn(drawing.text) == address


def drawn(svg: str) -> str:
    """Return what the QR code of an SVG says: each ``h`` of its one path is a row of modules."""
    side = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])  # type: ignore[index]
    picture = Image.new("1", (side, side), 1)
    path = re.search(r'stroke="#000" d="([^"]+)"', svg)[1]  # type: ignore[index]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "h":
            for at in range(int(x), int(x + values[0])):
                picture.putpixel((at, int(y)), 0)
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return decoded(picture.resize((side * 8, side * 8)))


def test_the_codes_on_the_page_are_those_of_the_addresses(manager: Desk) -> None:
    page = manager.get(f"{AT}?lang=en").text
    codes = re.findall(r'<svg role="img" aria-label="QR code of ([^"]+)".*?</svg>', page)
    assert codes == [f"http://localhost{path}" for path in ("/q/small", "/de/q/small", "/en/q/small")]
    drawings = re.findall(r"<svg .*?</svg>", page)
    assert [drawn(one) for one in drawings] == codes
    assert " style=" not in page


def test_the_manager_is_told_what_is_missing(manager: Desk, outside: Callable[..., Desk]) -> None:
    page = manager.get(f"{AT}?lang=en").text
    assert "SURVEY_PUBLIC_URL" in page
    assert "SURVEY_OPERATOR" in page
    assert "SURVEY_EMBED_ORIGINS" in page
    assert "<iframe" not in unescape(page)
    page = outside(operator="Landkreis").get(f"{AT}?lang=en").text
    assert "SURVEY_OPERATOR" not in page


def test_a_missing_font_is_said_in_words_with_its_package(
    manager: Desk,
    publications: Publications,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arabic = SMALL.replace("[de, en]", "[de, en, ar]").replace("en: Small}", "en: Small, ar: صغير}")
    (tmp_path / "arabic").mkdir()
    (tmp_path / "arabic" / "small.yaml").write_text(arabic, "utf-8")
    publications.publish(load_folder(tmp_path / "arabic", catalogs=False).questionnaires)
    here = tuple(found for found in fonts.installed() if found.face.family == "Noto Sans")
    monkeypatch.setattr(fonts, "installed", lambda: here)
    page = manager.get(f"{AT}?lang=en").text
    assert "Arabic: The PDF would show empty boxes, because this computer has no font for the script Arabic" in page
    assert "fonts-noto-core" in page
    assert "German: The PDF" not in page
    answer = manager.get(f"{AT}/poster.pdf?languages=de&languages=ar&size=a4&lang=en")
    assert answer.status_code == 503
    assert "install the Debian package fonts-noto-core" in answer.text
    assert manager.get(f"{AT}/poster?languages=ar&size=a4").status_code == 200
    assert manager.get(f"{AT}/poster.pdf?languages=de&size=a4").status_code == 200


def test_the_poster_as_page_and_as_pdf(outside: Callable[..., Desk], store: Store) -> None:
    links.create(store, "small", "vhs")
    links.set_code(store, "small", "vhs", "482 913")
    desk = outside(operator="Landkreis <Schmalkalden>")
    asked = "languages=de&languages=en&size=a3&from=vhs&code=yes"
    page = desk.get(f"{AT}/poster?{asked}").text
    assert "Landkreis &lt;Schmalkalden&gt;" in page
    assert "localhost/q/small/vhs" in page
    assert "482 913" in page
    assert "@page{size:A3 portrait" in page
    assert drawn(re.search(r"<svg .*?</svg>", page)[0]) == "http://localhost/q/small/vhs"  # type: ignore[index]
    pdf = next(unescape(link) for link in re.findall(r'href="([^"]+)"', page) if ".pdf" in link)
    answer = desk.get(pdf)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="small-a3.pdf"'
    picture, text = page_of(answer.data)
    assert decoded(picture) == "http://localhost/q/small/vhs"
    for part in ("482 913", "Landkreis <Schmalkalden>", "localhost/q/small/vhs", "Klein", "Small"):
        assert part in text, text
    assert "482 913" not in page_of(desk.get(pdf.replace("code=yes", "")).data)[1]


@pytest.mark.parametrize("asked", ["", "size=a4", "languages=de", "languages=uk&size=a4", "languages=de&size=a0"])
def test_a_poster_in_no_language_or_on_no_paper_is_refused(manager: Desk, asked: str) -> None:
    assert manager.get(f"{AT}/poster?{asked}").status_code == 422
    assert manager.get(f"{AT}/poster.pdf?{asked}").status_code == 422


def test_arguments_of_the_address_reach_nothing_else(manager: Desk) -> None:
    asked = "languages=de&size=a4&name=x&_external=1&_scheme=x&lang=en"
    assert manager.get(f"{AT}/poster?{asked}").status_code == 200
