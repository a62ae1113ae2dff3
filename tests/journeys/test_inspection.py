"""Each check of the inspection can fail: one seeded fault for each, in a page that is otherwise sound."""

from __future__ import annotations

import pytest

from tests.journeys.inspection import FEW, Inspector

SOUND = """<!doctype html>
<html lang="ar" dir="rtl"><head><title>عنوان</title><meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 18px/1.5 sans-serif; background: #fff; color: #1b1b1f; margin: 0 }
label { display: flex; gap: 12px; align-items: center; min-height: 50px; padding: 0 10px }
input { width: 24px; height: 24px; margin: 0 }
a { display: inline-block; min-height: 50px; min-width: 50px; color: #00508a }
@media (prefers-color-scheme: dark) { body { background: #141518; color: #f1f1f4 } a { color: #8cc4ff } }
</style></head>
<body><main><h1>عنوان الصفحة</h1><p>هذا نص عربي متصل الحروف</p><p lang="en" dir="ltr">English text</p>
<form><fieldset><legend>سؤال</legend>
<label><input type="radio" name="a" value="1"> نعم</label><label><input type="radio" name="a" value="2"> لا</label>
</fieldset></form><p><a href="/">رابط</a></p></main></body></html>"""

FAULTS = [
    ("<p>هذا", '<p style="color:#888">هذا', "axe color-contrast"),
    ("<p>هذا", '<p style="background:linear-gradient(#fff,#000)">هذا', "not judged"),
    ('lang="ar" dir="rtl"', 'lang="ar"', "direction is not rtl"),
    ('lang="ar" dir="rtl"', 'lang="de" dir="rtl"', "lang is de, not ar"),
    (' lang="en" dir="ltr"', "", "lang does not fit: English text"),
    ("<h1>عنوان الصفحة", '<h1 dir="ltr">عنوان الصفحة', "direction does not fit"),
    ("gap: 12px", "flex-direction: row-reverse; justify-content: start", "drawn on the wrong side"),
    ("min-width: 50px", "", "target "),
    ("min-height: 50px; padding", "padding", "target "),
    ("<legend>سؤال</legend>", "", "group without a legend"),
    ("<p>هذا", '<p style="width:400px">هذا', "px wider than the screen"),
    ("رابط</a>", "رابط\u0379</a>", "no glyph for"),
    ("<title>عنوان</title>", "", "axe document-title"),
    ("<label><input type", "<label></label><input type", "no label around"),
]


def test_a_sound_page_has_no_faults(inspector: Inspector) -> None:
    for scheme in ("light", "dark"):
        assert inspector.faults(SOUND, "ar", "rtl", scheme) == []


@pytest.mark.parametrize(("sound", "faulty", "found"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_a_seeded_fault_is_found(inspector: Inspector, sound: str, faulty: str, found: str) -> None:
    html = SOUND.replace(sound, faulty)
    assert html != SOUND
    assert any(found in fault for fault in inspector.faults(html, "ar", "rtl"))


def test_a_fault_in_dark_colours_alone_is_found(inspector: Inspector) -> None:
    html = SOUND.replace("color: #f1f1f4", "color: #444")
    assert inspector.faults(html, "ar", "rtl", "light") == []
    assert any("color-contrast" in fault for fault in inspector.faults(html, "ar", "rtl", "dark"))


def test_axe_alone_would_pass_over_arabic_script(inspector: Inspector) -> None:
    """Why every text gets U+200C: without it axe judges the contrast of almost no Arabic text."""
    from tests.journeys import inspection

    page = inspector.load(SOUND)
    page.evaluate(inspection.AXE)
    blind = page.evaluate(inspection._AXE.replace("text.textContent += '\\u200c'", ""), [inspection.TAGS, FEW, {}])
    assert len(blind["missed"]) > (1 - inspection.LEAST_COVERAGE) * blind["texts"]


ALIKE = "<section><h2>عنوان</h2><p>نص آخر</p></section>"


def test_of_what_is_made_alike_the_first_and_the_last_are_looked_at(inspector: Inspector) -> None:
    page = inspector.load(SOUND.replace("</main>", ALIKE * 9 + "</main>"))
    assert inspector.axe(page) == []
    assert page.locator("section").count() == FEW + 1
    assert page.locator("label").count() == 2


@pytest.mark.parametrize("place", [4, 8], ids=["in the middle", "at the end"])
def test_what_differs_from_its_siblings_is_looked_at(inspector: Inspector, place: int) -> None:
    odd = ALIKE.replace("<p>", '<p style="color:#888">')
    html = SOUND.replace("</main>", ALIKE * place + odd + ALIKE * (8 - place) + "</main>")
    assert any("axe color-contrast" in fault for fault in inspector.faults(html, "ar", "rtl"))


@pytest.mark.parametrize("name", ['<label for="c{0}">أ</label>', '<p id="p{0}">أ</p>'])
def test_what_names_a_control_stays(inspector: Inspector, name: str) -> None:
    names = "".join(name.format(number) for number in range(9))
    fields = "".join(f'<textarea id="c{number}" aria-describedby="p{number}"></textarea>' for number in range(9))
    if "<p" in name:
        fields = fields.replace("describedby", "labelledby")
    page = inspector.load(SOUND.replace("</main>", f"<div>{names}</div><div>{fields}</div></main>"))
    assert inspector.axe(page, ["label"], contrast=False) == []
