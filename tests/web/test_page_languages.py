"""Which languages a newcomer may choose follows from what is open; the addresses of a language exist without that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.arrival import LANGUAGES, SPOKEN, arrival
from tests.web.browser import Browser, Page

EVERY = ["de", "de-simple", "en", "ar"]  # the languages of the questionnaire that is open in these tests
CHOOSE_ANOTHER = {
    "es": "En este momento no hay ningún cuestionario abierto en este idioma. Por favor, elija otro idioma.",
    "fr": "Aucun questionnaire n’est ouvert dans cette langue en ce moment. Choisissez une autre langue.",
    "ti": "ኣብዚ እዋን’ዚ በዚ ቋንቋ ክፉት መጠይቕ የለን። በጃኹም ካልእ ቋንቋ ምረጹ።",
    "am": "በአሁኑ ጊዜ በዚህ ቋንቋ ክፍት የሆነ መጠይቅ የለም። እባክዎ ሌላ ቋንቋ ይምረጡ።",
}


def chosen_from(page: Page) -> list[str]:
    """Return the languages that a page leads to, in order."""
    return [str(values["hreflang"]) for tag, values in page.tags if tag == "a" and "hreflang" in values]


def test_the_start_page_names_the_languages_of_all_open_questionnaires(browser: Browser, store: Store) -> None:
    assert chosen_from(browser.open("/")) == EVERY
    Publications(store).publish({"arrival": arrival()})
    assert chosen_from(browser.open("/")) == ["de", "de-simple", "en", "ar", "ti", "fr", "am", "es"]
    Publications(store).set_open("every", False)
    assert chosen_from(browser.open("/")) == LANGUAGES


def test_while_nothing_is_open_the_holders_of_receipts_find_their_language(browser: Browser, store: Store) -> None:
    Publications(store).set_open("every", False)
    assert chosen_from(browser.open("/")) == EVERY
    page = browser.open("/en/")
    assert "No questionnaire is open at the moment. Please come back later." in page.text
    assert "/en/receipt" in page.links


def test_without_any_questionnaire_all_languages_are_named(store: Store, tmp_path: Path) -> None:
    browser = Browser(create_app(settings.load(tmp_path / "instance"), store).test_client())
    assert chosen_from(browser.open("/")) == [entry.tag for entry in languages.offered()]


def test_what_the_browser_accepts_comes_first_once_there_is_something_in_it(browser: Browser, store: Store) -> None:
    accepted = {"Accept-Language": "ti-ER, en;q=0.5"}
    assert chosen_from(browser.open("/", headers=accepted))[0] == "en"
    Publications(store).publish({"arrival": arrival()})
    page = browser.open("/", headers=accepted)
    assert chosen_from(page)[0] == "ti"
    assert "<h1>ቋንቋኹም ምረጹ</h1>" in page.html


@pytest.mark.parametrize("tag", SPOKEN)
def test_a_language_without_an_open_questionnaire_says_so_and_leads_on(browser: Browser, tag: str) -> None:
    page = browser.open(f"/{tag}/")
    assert browser.status == 200
    assert CHOOSE_ANOTHER[tag] in page.text
    main = page.html.split("<main", 1)[1]
    for other in EVERY:
        assert f'href="/{other}/" hreflang="{other}"' in main
    assert f"/{tag}/" not in [link for link in page.links if link in {f"/{other}/" for other in EVERY}]
    assert f"/{tag}/receipt" in page.links


@pytest.mark.parametrize("tag", SPOKEN)
def test_a_language_with_an_open_questionnaire_lists_it(browser: Browser, store: Store, tag: str) -> None:
    Publications(store).publish({"arrival": arrival()})
    page = browser.open(f"/{tag}/")
    assert f"/{tag}/q/arrival" in page.links
    assert CHOOSE_ANOTHER[tag] not in page.text
    assert arrival().label[tag] in page.text
    assert f'<html lang="{tag}" dir="ltr">' in page.html


@pytest.mark.parametrize("tag", SPOKEN)
@pytest.mark.parametrize("page", ["privacy", "imprint", "receipt", "erase"])
def test_other_pages_exist_in_every_language_of_the_interface(browser: Browser, page: str, tag: str) -> None:
    found = browser.open(f"/{tag}/{page}")
    assert browser.status == 200
    assert f'<html lang="{tag}" dir="ltr">' in found.html
    assert set(chosen_from(found)) == {entry.tag for entry in languages.offered()}


@pytest.mark.parametrize("tag", ["om", "sw", "xx"])
def test_a_language_that_is_only_registered_leads_nowhere(browser: Browser, tag: str) -> None:
    browser.open(f"/{tag}/")
    assert browser.status == 404


SAID = {
    "es": (
        "Dura aproximadamente de 1 a 2 minutos.",
        "Puede elegir como máximo 2 respuestas.",
        "Por favor, escriba el número 30 o uno menor.",
        "Esta fecha no existe. Por favor, revise el día, el mes y el año.",
        "«\u2068Nada\u2069» no se puede combinar con otras respuestas.",
    ),
    "fr": (
        "Cela prend environ 1 à 2 minutes.",
        "Vous pouvez choisir au maximum 2 réponses.",
        "Écrivez le nombre 30 ou un nombre plus petit.",
        "Cette date n’existe pas. Vérifiez le jour, le mois et l’année.",
        "« \u2068Rien\u2069 » ne peut pas être combiné avec d’autres réponses.",
    ),
    "ti": (
        "ኣስታት ካብ 1 ክሳብ 2 ደቒቕ ይወስድ።",
        "እንተበዝሐ 2 መልስታት ክትመርጹ ትኽእሉ።",
        "በጃኹም 30 ወይ ካብኡ ዝነኣሰ ቍጽሪ ጽሓፉ።",
        "እዚ ዕለት የለን። በጃኹም መዓልቲ፣ ወርሕን ዓመትን ፈትሹ።",
        "“\u2068ምንም\u2069” ምስ ካልኦት መልስታት ክምረጽ ኣይክእልን።",
    ),
    "am": (
        "ከ1 እስከ 2 ደቂቃ ያህል ይወስዳል።",
        "ቢበዛ 2 መልሶችን መምረጥ ይችላሉ።",
        "እባክዎ 30 ወይም ከዚያ ያነሰ ቁጥር ይጻፉ።",
        "ይህ ቀን የለም። እባክዎ ቀኑን፣ ወሩንና ዓመቱን እንደገና ይመልከቱ።",
        "«\u2068ምንም\u2069» ከሌሎች መልሶች ጋር አብሮ ሊመረጥ አይችልም።",
    ),
}


EMPTY = {
    "es": "La lista todavía está vacía.",
    "fr": "La liste est encore vide.",
    "ti": "እቲ ዝርዝር ክሳብ ሕጂ ባዶ እዩ።",
    "am": "ዝርዝሩ ገና ባዶ ነው።",
}


@pytest.mark.parametrize("tag", SPOKEN)
def test_a_questionnaire_is_answered_in_the_language(browser: Browser, store: Store, tag: str) -> None:
    Publications(store).publish({"arrival": arrival()})
    minutes, at_most, *refusals = SAID[tag]
    assert minutes in browser.open(f"/{tag}/q/arrival").text
    assert at_most in browser.send(OK="yes").text
    page = browser.send(people="31", since__day="30", since__month="2", since__year="2020", helps=["home", "none"])
    shown = page.text
    for refusal in refusals:
        assert shown.count(refusal) == 2, "in the summary and at the question"
    assert re.findall(r"\b(Please|cannot be|does not|Day|Month|Year|Continue|Back|computer)\b", shown) == []
    browser.send(people="4", since__day="1", since__month="2", since__year="2020", helps=["home", "doctor"])
    assert browser.url == f"/{tag}/q/arrival/household~"
    assert EMPTY[tag] in browser.page.text
    browser.send()
    assert browser.url == f"/{tag}/q/arrival/check"
    browser.send()
    assert browser.url == f"/{tag}/q/arrival/done"
    body = store.collection(RESPONSES).find()[0].body
    assert body["language"] == tag
    assert body["answers"] == {"OK": "yes", "people": 4, "since": "2020-02-01", "helps": ["home", "doctor"]}
