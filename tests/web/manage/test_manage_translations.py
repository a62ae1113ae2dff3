"""The translation workbench through a browser without scripts, from the desk to the respondent's page."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from survey_service import settings
from survey_service.accounts import accounts, audit
from survey_service.app import create_app
from survey_service.questionnaire import translating
from survey_service.questionnaire.loader import load_folder
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.web.browser import Browser, Page
from tests.web.manage.conftest import NOW, PASSWORD
from tests.web.manage.test_manage_responses import noted

FORM = """
questionnaire: tiny
audience: newcomers
languages: [de, de-simple, en, ar]
label: {de: Klein, de-simple: Klein, en: Small, ar: صغير}
minutes: [1, 2]
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, de-simple: Ja, en: "Yes", ar: نعم}}
    - {name: "no", label: {de: Nein, de-simple: Nein, en: "No", ar: لا}}
pages:
  - name: start
    label: {de: Beginn, de-simple: Beginn, en: Start, ar: بداية}
    questions:
      - type: select_one
        name: OK
        choices: yes_no
        required: true
        label: {de: "Stimmen Sie zu?", de-simple: "Ist das gut?", en: "Do you agree?", ar: "هل توافق؟"}
        required_message: {de: Bitte., de-simple: Bitte., en: Please., ar: رجاءً.}
"""
LABEL, ANSWER = "tiny/start/OK/label", "tiny/choices/yes_no/yes/label"
MANY = 45


@pytest.fixture
def app(store: Store, tmp_path: Path, at_nine: None) -> Flask:
    forms = tmp_path / "forms"
    forms.mkdir()
    extra = "".join(
        f'      - {{type: text, name: q{number}, label: {{de: "Frage {number}", en: "Question {number}"}}}}\n'
        for number in range(MANY)
    )
    many = FORM.replace("tiny", "many").replace("[de, de-simple, en, ar]", "[de, en]") + extra
    (forms / "tiny.yaml").write_text(FORM, "utf-8")
    (forms / "many.yaml").write_text(many, "utf-8")
    Publications(store).publish(load_folder(forms).questionnaires)
    for name, role in (("Mara", "manager"), ("Ada", "manager")):
        accounts.add(store, name, [role], PASSWORD, actor="test", now=NOW)
    return create_app(settings.load(tmp_path / "instance", forms=str(forms)), store)


def signed_in(app: Flask, name: str = "Mara") -> Browser:
    browser = Browser(app.test_client())
    browser.open("/manage/login?lang=en")
    browser.send("/manage/login", name=name, password=PASSWORD)
    browser.client.post("/manage/language", data={**browser.page.form(), "language": "en"})
    return browser


@pytest.fixture
def mara(app: Flask) -> Browser:
    return signed_in(app)


def key(address: str) -> str:
    return translating.key_of(address)


def box(address: str, number: int = 0) -> str:
    return f"w-{key(address)}-{number}"


def shown(page: Page) -> list[str]:
    """Return the keys of the texts on a page, in order."""
    return [name[2:] for name in (control.name for control in page.controls) if name.startswith("m-")]


def save_page(browser: Browser, **wordings: str) -> Page:
    """Type into the boxes and press “Save this page”."""
    target = action(browser)
    typed = {box(address.replace("__", "/")): wording for address, wording in wordings.items()}
    pairs = [(name, typed.get(name, value)) for name, value in browser.page.pairs() if name not in ("show", "q")]
    return browser._take(target, browser.client.post(target, data=as_form(pairs)))


def press(browser: Browser, address: str, wording: str, **others: str) -> Page:
    """Type, and press “Save this text” of one of the texts."""
    target = action(browser)
    typed = {box(address): wording, **{box(name.replace("__", "/")): value for name, value in others.items()}}
    pairs = [(name, typed.get(name, value)) for name, value in browser.page.pairs() if name not in ("show", "q")]
    return browser._take(target, browser.client.post(target, data=as_form([*pairs, ("one", key(address))])))


def as_form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value.replace("\n", "\r\n") if name.startswith("w-") else value)
    return data


def action(browser: Browser) -> str:
    return next(str(values["action"]) for tag, values in browser.page.tags if values.get("class") == "texts")


def upload(browser: Browser, path: str, content: bytes, name: str) -> Page:
    token = browser.open(path).value("_csrf")
    response = browser.client.post(f"{path}/file", data={"_csrf": token, "file": (io.BytesIO(content), name)})
    return browser._take(path, response)


# --- the way of a text ---------------------------------------------------------------------------------------------


def test_the_overview_says_in_words_how_far_each_language_is(mara: Browser) -> None:
    page = mara.open("/manage/translations")
    assert "6 of 6" in page.text  # “tiny”: title, page, question, message, two choices
    assert f"6 of {6 + MANY}" in page.text  # “many” in Arabic
    assert f"{MANY} missing" in page.text
    assert "/manage/translations/tiny/ar?show=all" in page.links
    assert "/manage/questionnaires/tiny/publish" in page.links


def test_side_by_side_with_language_and_direction(mara: Browser) -> None:
    page = mara.open("/manage/translations/tiny/ar?english=1")
    assert page.value(box(LABEL)) == "هل توافق؟"
    areas = {str(values["id"]): values for tag, values in page.tags if tag == "textarea"}
    assert (areas[box(LABEL)]["lang"], areas[box(LABEL)]["dir"]) == ("ar", "rtl")
    assert '<p class="source" lang="de" dir="ltr">Stimmen Sie zu?</p>' in page.html
    assert '<p class="source" lang="en" dir="ltr">Do you agree?</p>' in page.html
    assert '<p class="source" lang="en"' not in mara.open("/manage/translations/tiny/ar").html


def test_an_edit_of_a_questionnaire_is_seen_with_the_next_publication(mara: Browser, app: Flask, store: Store) -> None:
    visitor = Browser(app.test_client())
    assert "هل توافق؟" in visitor.open("/ar/q/tiny").text
    mara.open("/manage/translations/tiny/ar")
    page = press(mara, LABEL, "أتوافق؟")
    assert mara.status == 200
    assert mara.url.endswith(f"#t-{key(LABEL)}")
    assert "1 text saved." in page.text
    assert page.value(box(LABEL)) == "أتوافق؟"
    assert "هل توافق؟" in visitor.open("/ar/q/tiny").text
    mara.open("/manage/questionnaires/tiny/publish")
    assert "Published as revision tiny-2." in mara.send("/manage/questionnaires/tiny/publish").text
    assert "أتوافق؟" in visitor.open("/ar/q/tiny").text
    assert "Nothing has changed" in mara.send("/manage/questionnaires/tiny/publish").text
    assert [(one.actor, one.subject) for one in audit.entries(store) if one.action == "questionnaire.published"] == [
        ("Mara", "tiny-2")
    ]


def test_an_edit_of_the_interface_is_seen_at_once_and_its_loss_closes_the_gate(mara: Browser, app: Flask) -> None:
    visitor = Browser(app.test_client())
    address = "interface/Privacy"
    mara.open("/manage/translations/legal/ar?q=Privacy")
    assert shown(mara.page) == [key(address)]
    press(mara, address, "الخصوصية هنا")
    assert "الخصوصية هنا" in visitor.open("/ar/privacy").text
    press(mara, address, "")
    assert "الخصوصية هنا" not in visitor.open("/ar/privacy").text
    page = mara.open("/manage/questionnaires/tiny/publish")
    assert f"/manage/translations/legal/ar?text={key(address)}#t-{key(address)}" in page.links


def test_taking_one_languages_text_away_closes_the_gate_with_a_link_to_it(mara: Browser, store: Store) -> None:
    mara.open("/manage/translations/tiny/ar")
    page = save_page(mara, tiny__choices__yes_no__yes__label="")
    assert "5 of 6" in page.text

    page = mara.open("/manage/questionnaires/tiny/publish")
    page = mara.send("/manage/questionnaires/tiny/publish")
    assert mara.status == 409
    assert "in Arabic texts are missing" in page.text
    assert Publications(store).history("tiny") == ["tiny-1"]
    link = next(link for link in page.links if link.startswith("/manage/translations/tiny/ar"))

    page = mara.open(link)
    assert f"t-{key(ANSWER)}" == link.partition("#")[2]
    assert f"t-{key(ANSWER)}" in page.ids
    assert page.value(box(ANSWER)) == ""
    press(mara, ANSWER, "أجل")
    page = mara.open("/manage/questionnaires/tiny/publish")
    assert not [link for link in page.links if "?text=" in link]
    mara.send("/manage/questionnaires/tiny/publish")
    assert Publications(store).current("tiny").questionnaire.lists["yes_no"][0].label["ar"] == "أجل"


def test_a_language_is_left_out_only_on_purpose(mara: Browser, app: Flask) -> None:
    mara.open("/manage/translations/tiny/ar")
    save_page(mara, tiny__choices__yes_no__yes__label="")
    mara.open("/manage/questionnaires/tiny/publish")
    page = mara.send("/manage/questionnaires/tiny/publish", without="ar")
    assert "Published as revision tiny-2." in page.text
    assert Browser(app.test_client()).open("/ar/").text.count("صغير") == 0
    assert "Small" in Browser(app.test_client()).open("/en/").text


def test_before_publishing_one_sees_what_it_changes_and_leaves_a_note(mara: Browser, store: Store) -> None:
    mara.open("/manage/translations/tiny/ar")
    press(mara, LABEL, "أتوافق؟")
    page = mara.open("/manage/questionnaires/tiny/publish?lang=en")
    assert "1 question: break in series" in page.text
    assert "The wording was changed (Arabic)." in page.text
    assert re.search(r'<span lang="ar" dir="rtl">.*أتوافق', page.html)
    page = mara.send("/manage/questionnaires/tiny/publish", note="n" * 2_001)
    assert mara.status == 422
    assert page.value("note") == "n" * 2_001
    assert Publications(store).history("tiny") == ["tiny-1"]
    mara.send("/manage/questionnaires/tiny/publish", note="Neu übersetzt")
    entry = Publications(store).entry("tiny-2")
    assert (entry.note, entry.by, [change.question for change in entry.changes]) == ("Neu übersetzt", "Mara", ["OK"])
    page = mara.open("/manage/questionnaires/tiny/revisions")
    assert "Neu übersetzt" in page.text
    assert "/manage/questionnaires/tiny/publish" in page.links


# --- saving --------------------------------------------------------------------------------------------------------


def test_a_faulty_text_is_refused_with_all_that_was_typed(mara: Browser, store: Store) -> None:
    mara.open("/manage/translations/tiny/ar")
    page = save_page(mara, tiny__label="صغير جدًا", tiny__start__OK__label="هل %(x)s؟")
    assert mara.status == 422
    assert page.title.startswith("Error:")
    assert f"#{box(LABEL)}" in page.links
    assert "%(x)s" in page.text
    assert page.value(box("tiny/label")) == "صغير جدًا"
    assert page.value(box(LABEL)) == "هل %(x)s؟"
    assert noted(store, "translation.saved") == []
    page = save_page(mara, tiny__start__OK__label="هل؟")
    assert "2 texts saved." in page.text


def test_saving_one_text_keeps_what_was_typed_elsewhere(mara: Browser) -> None:
    mara.open("/manage/translations/tiny/ar")
    page = press(mara, LABEL, "أتوافق؟", tiny__label="صغير جدًا")
    assert "1 text saved." in page.text
    assert "not saved yet" in page.text
    assert page.value(box("tiny/label")) == "صغير جدًا"
    page = save_page(mara)
    assert "1 text saved." in page.text
    assert mara.open("/manage/translations/tiny/ar").value(box("tiny/label")) == "صغير جدًا"


def test_two_managers_do_not_undo_each_other(mara: Browser, app: Flask) -> None:
    ada = signed_in(app, "Ada")
    ada.open("/manage/translations/tiny/ar")
    mara.open("/manage/translations/tiny/ar")
    press(mara, LABEL, "من مارا")
    page = save_page(ada, tiny__start__OK__label="من آدا")
    assert ada.status == 422
    assert "have changed since this page was opened" in page.text
    assert "من مارا" in page.text  # beside the box
    assert page.value(box(LABEL)) == "من آدا"  # in it
    assert "1 text saved." in save_page(ada).text


def test_a_review_is_kept_and_said(mara: Browser, store: Store) -> None:
    mara.open("/manage/translations/tiny/ar")
    target = action(mara)
    pairs = [*mara.page.pairs(), (f"r-{key(LABEL)}", "1")]
    page = mara._take(target, mara.client.post(target, data=as_form(pairs)))
    assert "Reviewed: 1" in page.text
    assert noted(store, "translation.saved") == [("Mara", LABEL, {"language": "ar", "state": "reviewed"})]
    assert shown(mara.open("/manage/translations/tiny/ar?show=reviewed")) == [key(LABEL)]


def test_line_ends_of_browsers_are_not_a_change(mara: Browser, store: Store) -> None:
    mara.open("/manage/translations/tiny/ar")
    save_page(mara, tiny__label="سطر\nسطر")
    mara.open("/manage/translations/tiny/ar")
    assert "0 texts saved." in save_page(mara).text
    assert len(noted(store, "translation.saved")) == 1


def test_another_language_of_the_desk_keeps_the_search(mara: Browser) -> None:
    page = mara.open("/manage/translations/many/ar?show=open&q=Frage+44")
    assert page.value("next") == "/manage/translations/many/ar?show=open&q=Frage+44"
    mara.send("/manage/language", language="de")
    assert mara.url == "/manage/translations/many/ar?show=open&q=Frage+44"


def test_markup_is_shown_as_text(mara: Browser) -> None:
    mara.open("/manage/translations/tiny/ar")
    page = save_page(mara, tiny__label="</textarea><script>alert(1)</script>")
    assert "<script>" not in page.html
    assert page.value(box("tiny/label")) == "</textarea><script>alert(1)</script>"


def test_hints_for_easy_german_never_block(mara: Browser) -> None:
    mara.open("/manage/translations/tiny/de-simple")
    page = press(mara, LABEL, "Sind Sie mit der Krankenversicherungskarte nicht einverstanden?")
    assert "1 text saved." in page.text
    assert "“Krankenversicherungskarte” is long." in page.text
    assert "A negation: “nicht”." in page.text
    assert "is long" not in mara.open("/manage/translations/tiny/ar").text


# --- finding -------------------------------------------------------------------------------------------------------


def test_pages_filters_and_search(mara: Browser) -> None:
    first = shown(mara.open("/manage/translations/many/ar?show=open"))
    assert len(first) == 20
    last = shown(mara.open("/manage/translations/many/ar?show=open&page=3"))
    assert (len(last), set(first) & set(last)) == (5, set())
    assert shown(mara.open("/manage/translations/many/ar?q=Frage+44")) == [key("many/start/q44/label")]
    assert shown(mara.open("/manage/translations/many/ar?show=draft")) == []
    assert "There is no such text." in mara.page.text
    page = mara.open(f"/manage/translations/many/ar?text={key('many/start/q44/label')}")
    assert key("many/start/q44/label") in shown(page)
    assert shown(mara.open("/manage/translations/many/ar?show=open&page=9")) == last  # the list got shorter


@pytest.mark.parametrize(
    "path",
    [
        "tiny/xx", "nothing/ar", "tiny/de", "interface/en", "tiny/ar?show=x", "tiny/ar?page=0", "tiny/ar?page=x",
        "tiny/ar?text=0", "tiny/ar/file?format=exe", "tiny/ar/file",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404(mara: Browser, path: str) -> None:
    mara.open(f"/manage/translations/{path}")
    assert mara.status == 404


def test_a_questionnaire_that_is_not_there_cannot_be_published(mara: Browser) -> None:
    mara.open("/manage/questionnaires/nothing/publish")
    assert mara.status == 404


def test_plural_forms_have_a_box_each_with_numbers(mara: Browser) -> None:
    page = mara.open("/manage/translations/interface/ar?q=You+can+choose+%25(num)s+answer")
    labels = re.findall(r"Arabic, for ([0-9, …]+)</label>", page.html)
    assert labels == ["0", "1", "2", "3, 4, 5 …", "11, 12, 13 …", "100, 1000, 1000000"]


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["po", "xlsx"])
def test_a_file_goes_out_and_comes_back(mara: Browser, store: Store, form: str) -> None:
    sent = mara.client.get(f"/manage/translations/tiny/ar/file?format={form}")
    assert sent.headers["Content-Disposition"] == f"attachment; filename=tiny-ar.{form}"
    assert noted(store, "translations.exported") == [("Mara", "tiny", {"language": "ar", "format": form})]
    page = upload(mara, "/manage/translations/tiny/ar", changed(sent.data, form), f"x.{form}")
    assert "1 text saved." in page.text
    assert "5 texts were there already." in page.text
    assert mara.open("/manage/translations/tiny/ar").value(box(LABEL)) == "أتوافق؟"


def changed(content: bytes, form: str, old: str = "هل توافق؟", new: str = "أتوافق؟") -> bytes:
    if form == "po":
        return content.replace(old.encode(), new.encode())
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book["texts"].iter_rows():
        for cell in row:
            cell.value = str(cell.value).replace(old, new) if cell.value is not None else None
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("form", ["po", "xlsx"])
def test_a_source_that_changed_meanwhile_is_reported(mara: Browser, form: str) -> None:
    sent = mara.client.get(f"/manage/translations/tiny/ar/file?format={form}").data
    page = upload(mara, "/manage/translations/tiny/ar", changed(sent, form, "Stimmen Sie zu?", "Einverstanden?"), "x")
    assert "1 text was not applied." in page.text
    assert LABEL in page.text
    assert "The source has changed since the file was made." in page.text


@pytest.mark.parametrize("form", ["po", "xlsx"])
def test_a_file_with_a_faulty_text_changes_nothing_and_says_where(mara: Browser, store: Store, form: str) -> None:
    sent = mara.client.get(f"/manage/translations/tiny/ar/file?format={form}").data
    faulty = changed(changed(sent, form, "نعم", "نعم!"), form, "هل توافق؟", "هل %(x)s؟")
    page = upload(mara, "/manage/translations/tiny/ar", faulty, "x")
    assert mara.status == 422
    assert re.search(r"(Line|Row) \d+", page.text)
    assert LABEL in page.text
    assert "%(x)s" in page.text
    assert noted(store, "translations.imported") == []
    assert mara.open("/manage/translations/tiny/ar").value(box(ANSWER)) == "نعم"


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook>" + " " * 5_000_000 + "</workbook>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a PO file"),
        (b"\x00\x01\x02", "cannot be read from line 1"),
        (b'msgid "a\nmsgstr "b"\n', "cannot be read from line 1"),
        (b"PK\x03\x04", "cannot be read"),
        (bomb(), "packed more than 100 times"),
        (b'msgid ""\nmsgstr ""\n"X-Survey-Language: uk\\n"\n\nmsgid "a"\nmsgstr "b"\n', "holds texts in “uk”"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(mara: Browser, store: Store, content: bytes, words: str) -> None:
    page = upload(mara, "/manage/translations/tiny/ar", content, "x.po")
    assert mara.status == 422
    assert words in page.text
    assert "/manage/translations/tiny/ar" in page.links  # the way back to the texts
    assert noted(store, "translation.saved") == noted(store, "translations.imported") == []


def test_a_file_that_is_too_large_is_refused(mara: Browser) -> None:
    upload(mara, "/manage/translations/tiny/ar", b"x" * 505_000, "x.po")
    assert mara.status == 413


# --- faults --------------------------------------------------------------------------------------------------------


def test_the_desk_says_which_catalog_is_not_used_and_why(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "forms" / "translations"
    folder.mkdir()
    (folder / "uk.po").write_text('msgctxt "tiny/label"\nmsgid "Klein"\nmsgstr "x %(y)s"\n', "utf-8")
    page = signed_in(app).open("/manage/translations")
    assert "Catalogs that are not used" in page.text
    assert "translations/uk.po:2: tiny/label" in page.text
    assert "%(y)s" in page.text
