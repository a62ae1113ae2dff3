"""The published figures: pages and files say the same, of a frozen batch; nothing that was hidden is anywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import brotli
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import settings
from survey_service.app import create_app
from survey_service.monitoring import definitions, publication
from survey_service.monitoring.figures import Batches
from survey_service.paths import bundled
from survey_service.store.base import Store
from tests.monitoring.published import INDICATORS, MEININGEN, ZELLA, fill, note, publish
from tests.web.browser import Browser

PUBLIC = "https://survey.example"
KB = 1024
Key = tuple[str, str, str]


@pytest.fixture
def filled(store: Store, app: Flask) -> Store:
    fill(store)
    publish(store)
    return store


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def section(page: str, code: str) -> str:
    """Return what a page says of an indicator."""
    found = re.search(rf'<h[12] id="{code}">.*?</section>', page, re.S)
    assert found is not None
    return text_of(found[0])


def table(page: str, label: str) -> dict[str, tuple[str, str]]:
    """Return the rows of a table: heading → share and counts as written."""
    found = re.search(rf'<table aria-labelledby="{label}">(.*?)</table>', page, re.S)
    assert found is not None
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', found[1], re.S)
    return {text_of(head): (text_of(share), text_of(counts)) for head, share, counts in rows}


def test_without_a_batch_the_page_says_so_and_there_are_no_files(client: FlaskClient) -> None:
    assert "No results have been published yet." in client.get("/en/results").text
    for path in ("/en/results/ARB1", "/results/files/figures.csv", "/results/1/figures.csv", "/results/feed.atom"):
        assert client.get(path).status_code == 404


def test_a_topic_shows_shares_targets_and_what_is_hidden_in_words(client: FlaskClient, filled: Store) -> None:
    page = client.get("/en/results?field=ARB").text
    rate = section(page, "ARB1")
    assert "Employment rate of foreigners" in rate
    assert "More is better. Target: 50 % by 2028." in rate
    assert "Better than at the start: 40.8 % in 2023." in rate  # 980 of 2400
    assert "43.4 % (preliminary) 1,042 of 2,400" in rate
    assert "hidden" not in rate
    assert table(page, "ARB4") == {"2026-Q2": ("•", "–")}
    assert "• means: hidden" in section(page, "ARB4")
    assert "More is better" not in section(page, "ARB4")  # it rises with better outreach
    assert page.count('<svg class="trend"') == 1  # of one figure there is no course
    assert "=Statistik &lt;b&gt;" in page
    assert "INT3" not in page


def test_survey_figures_are_rounded_with_their_limits(client: FlaskClient, filled: Store) -> None:
    rate = section(client.get("/en/results?field=INT").text, "INT3")
    assert "42.1 %" in rate  # 40 of 95
    assert "between 32.7 % and 52.2 %" in rate
    assert "40 of 95" in rate
    assert "The numbers are rounded to 5." in rate


def test_the_choices_stand_in_the_address(client: FlaskClient, filled: Store) -> None:
    page = client.get(f"/en/results?field=ARB&area={MEININGEN}&year=2025").text
    assert table(page, "ARB1") == {"2025": ("50 %", "500 of 1,000")}
    assert "Meiningen" in page
    assert "Target" not in section(page, "ARB1")  # it is the county's
    assert table(client.get("/en/results?field=ARB&year=2024").text, "ARB1") == {"2024": ("42.1 %", "1,010 of 2,400")}
    unknown = client.get("/en/results?field=XXX&area=999&year=1066").text
    assert table(unknown, "ARB1").keys() == {"2023", "2024", "2025"}
    assert client.get("/en/results?batch=2").status_code == 404
    assert client.get("/en/results?batch=x").status_code == 404


def test_an_indicator_by_municipality(client: FlaskClient, filled: Store) -> None:
    page = client.get("/en/results/ARB1").text
    rows = table(page, "_areas")
    assert rows["Meiningen"] == ("50 %", "500 of 1,000")
    assert [share for share, _ in rows.values()].count("•") == 1  # Zella-Mehlis; the rest of the county is large
    assert f"/en/results/ARB1?area={MEININGEN}" in page
    assert client.get("/en/results/XXX1").status_code == 404


def test_a_changed_definition_breaks_the_line_and_the_table(client: FlaskClient, filled: Store) -> None:
    body = json.loads(client.get("/results/files/figures.json").data)
    assert body["indicators"][0]["versions"][0]["version"] == 1
    from survey_service.monitoring.figures import Cell, Figure

    cells = tuple(Cell(version, str(2020 + version), "", 0.5) for version in (1, 2))
    runs = Figure(INDICATORS["ARB1"], None, cells).runs()
    assert [[each.observation.period for each in run] for run in runs] == [["2021"], ["2022"]]


@pytest.mark.parametrize("path", ["results", "results/ARB1"])
def test_a_language_without_texts_of_all_indicators_is_not_offered(
    client: FlaskClient, store: Store, path: str
) -> None:
    fill(store)
    publish(store, definitions.load(bundled("forms")))  # without catalogs: German and English
    page = client.get(f"/ar/{path}", headers={"Accept-Language": "ar, en"}).text
    assert '<html lang="en" dir="ltr">' in page
    assert set(re.findall(r'href="/([\w-]+)/results', page)) == {"de", "en"}
    assert "43.4" not in page
    assert 'href="/ar/results"' not in client.get("/ar/").text
    assert 'href="/en/results"' in client.get("/en/").text


def test_names_and_definitions_stand_in_the_language_of_the_page(client: FlaskClient, filled: Store) -> None:
    page = client.get("/ar/results?field=ARB").text
    assert '<html lang="ar" dir="rtl">' in page
    name = INDICATORS["ARB1"].name["ar"]
    assert re.search(rf'<h2 id="ARB1"><a [^>]*>{name}</a>', page)
    assert f"<p>{INDICATORS['ARB1'].current.definition['ar']}</p>" in page
    assert 'direction="ltr"' in page  # the chart isn't mirrored


def rounded_percent(text: str) -> float | None:
    shown = text.split("%")[0].strip()
    return None if shown == "•" else float(shown)


def of_csv(content: bytes, key: tuple[str, str, str], names: tuple[str, str, str]) -> dict[Key, Any]:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    return {(row[key[0]], row[key[1]], row[key[2]].replace("_T", "")): tuple(map(_number, (row[n] for n in names)))
            for row in rows}  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value in ("", "•", None) else float(value)


def test_all_channels_say_the_same_cell_by_cell(client: FlaskClient, filled: Store) -> None:
    own, names = ("indicator", "period", "area"), ("percent", "numerator", "denominator")
    listed = of_csv(client.get("/results/files/figures.csv").data, own, names)
    sdmx = of_csv(
        client.get("/results/files/figures.sdmx.csv").data,
        ("INDICATOR", "TIME_PERIOD", "REF_AREA"),
        ("OBS_VALUE", "NUMERATOR", "DENOMINATOR"),
    )
    told = {
        tuple(row[name] for name in own): tuple(_number(row[name]) for name in names)
        for row in client.get("/results/files/figures.json").get_json()["figures"]
    }
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/results/files/figures.xlsx").data))["figures"]
    heading, *lines = sheet.iter_rows(values_only=True)
    rows = [dict(zip(heading, line, strict=True)) for line in lines]
    written = {tuple(row[name] or "" for name in own): tuple(_number(row[name]) for name in names) for row in rows}
    assert listed == sdmx == told == written
    assert len(listed) == 10
    assert listed["ARB1", "2025", ZELLA] == listed["ARB4", "2026-Q2", ""] == (None, None, None)
    on_pages: dict[Key, Any] = {}
    for code in ("ARB1", "ARB2", "ARB4", "INT3", "SYS1"):
        for area in {area for indicator, _, area in listed if indicator == code}:
            for period, (share, counts) in table(client.get(f"/en/results/{code}?area={area}").text, code).items():
                numbers = ["", ""] if counts == "–" else counts.replace(",", "").split(" of ")
                on_pages[code, period, area] = (rounded_percent(share), *map(_number, numbers))
    assert on_pages == listed


def test_no_cell_begins_like_a_formula(client: FlaskClient, filled: Store) -> None:
    for name in ("figures.csv", "figures.sdmx.csv"):
        content = client.get(f"/results/files/{name}").data.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
        assert "'=Statistik <b>" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]


def test_the_sdmx_file_has_the_columns_of_the_standard(client: FlaskClient, filled: Store) -> None:
    answer = client.get("/results/files/figures.sdmx.csv")
    assert answer.headers["Content-Type"] == "application/vnd.sdmx.data+csv;version=2.0.0"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0])[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    assert {(row["STRUCTURE"], row["STRUCTURE_ID"], row["ACTION"]) for row in rows} == {
        ("dataflow", "COUNTY:INTEGRATION_INDICATORS(1.0.0)", "I")
    }
    keys = [tuple(row[name] for name in ("FREQ", "INDICATOR", "DEFINITION", "REF_AREA", "TIME_PERIOD")) for row in rows]
    assert len(set(keys)) == len(keys)
    status = {(row["INDICATOR"], row["TIME_PERIOD"], row["REF_AREA"]): (row["OBS_STATUS"], row["CONF_STATUS"])
              for row in rows}  # fmt: skip
    assert status["ARB1", "2025", "_T"] == ("P", "F")
    assert status["ARB1", "2024", "_T"] == ("A", "F")
    assert status["ARB1", "2025", ZELLA] == ("Q", "C")


def test_an_older_batch_stays_at_its_address_and_says_that_there_is_a_newer(client: FlaskClient, filled: Store) -> None:
    before = client.get("/results/1/figures.csv")
    note(filled, "ARB1", "2025", 1100, 2400)
    mark = publication.prepare(filled, INDICATORS).mark
    publication.publish(filled, INDICATORS, None, mark, "Mara")
    assert "45.8" in section(client.get("/en/results?field=ARB").text, "ARB1")
    old = client.get("/en/results?field=ARB&batch=1").text
    assert "43.4" in section(old, "ARB1")
    assert "There are newer results." in old
    assert "/results/1/figures.csv" in old
    assert client.get("/results/1/figures.csv").data == before.data
    assert client.get("/results/files/figures.csv").data == client.get("/results/2/figures.csv").data != before.data
    again = client.get("/results/1/figures.csv", headers={"If-None-Match": before.headers["ETag"]})
    assert again.status_code == 304
    feed = ElementTree.fromstring(client.get("/results/feed.atom").data)
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{atom}feed"
    entries = feed.findall(f"{atom}entry")
    assert len(entries) == 2
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert element.find(f"{atom}{name}") is not None
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == 2
    summary = entries[0].findtext(f"{atom}summary")
    assert summary is not None
    assert summary.endswith("ARB1")


def rows_of(content: bytes) -> dict[Key, dict[str, str]]:
    """Return the rows of a CSV file by indicator, period and area."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return {(row["indicator"], row["period"], row["area"]): row for row in rows}


def test_a_corrected_figure_is_told_on_all_pages_in_all_files_and_in_the_feed(
    client: FlaskClient, filled: Store
) -> None:
    note(filled, "ARB1", "2024", 1001, 2400)  # final: 1010 was wrong
    publish(filled)
    note(filled, "INT3", "2027-Q2", 60, 120)
    publish(filled)
    now = client.get("/en/results?field=ARB").text
    assert table(now, "ARB1")["2024"] == ("41.7 % (corrected)", "1,001 of 2,400")
    assert table(now, "ARB1")["2023"] == ("40.8 %", "980 of 2,400")
    assert "Corrected with publication 2 on" in section(now, "ARB1")
    assert "Reason: Zahlendreher" in section(now, "ARB1")
    assert "Corrected" not in section(now, "ARB2")
    old = client.get("/en/results?field=ARB&batch=1").text
    assert table(old, "ARB1")["2024"] == ("42.1 % (wrong)", "1,010 of 2,400")
    assert "This figure was wrong. Publication 2 of" in section(old, "ARB1")
    assert 'href="/en/results/ARB1?batch=2"' in old
    key = ("ARB1", "2024", "")
    told = {
        1: "falsch, berichtigt mit Veröffentlichung 2 / wrong, corrected with publication 2: Zahlendreher",
        2: "berichtigt mit Veröffentlichung 2 / corrected with publication 2: Zahlendreher",
        3: "berichtigt mit Veröffentlichung 2 / corrected with publication 2: Zahlendreher",
    }
    for number, text in told.items():
        rows = rows_of(client.get(f"/results/{number}/figures.csv").data)
        assert {place: row["correction"] for place, row in rows.items() if row["correction"]} == {key: text}
        body = json.loads(client.get(f"/results/{number}/figures.json").data)
        assert [row["correction"] for row in body["figures"] if row["correction"]] == [text]
        sdmx = csv.DictReader(io.StringIO(client.get(f"/results/{number}/figures.sdmx.csv").text))
        assert [row["TIME_PERIOD"] for row in sdmx if text in row["COMMENT_OBS"]] == ["2024"]
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/results/{number}/figures.xlsx").data))
        assert [row[-1] for row in book["figures"].iter_rows(values_only=True) if row[-1] == text] == [text]
    atom = "{http://www.w3.org/2005/Atom}"
    entries = ElementTree.fromstring(client.get("/results/feed.atom").data).findall(f"{atom}entry")
    summaries = [entry.findtext(f"{atom}summary") or "" for entry in entries]
    assert ["Berichtigt / corrected: ARB1 (2024): Zahlendreher" in each for each in summaries] == [False, True, False]
    assert ["wrong, see publication 2: ARB1" in each for each in summaries] == [False, False, True]
    moments = [each.moment for each in Batches(lambda: filled).news()]
    assert [entry.findtext(f"{atom}updated") for entry in entries] == [moments[0], moments[1], moments[1]]


def test_a_withdrawn_figure_says_so_where_it_stood(client: FlaskClient, filled: Store) -> None:
    publish(filled, withdraw=[("ARB1", 1, "2025")])
    now = client.get("/en/results?field=ARB").text
    assert list(table(now, "ARB1").items()) == [
        ("2025", ("– (withdrawn)", "–")), ("2024", ("42.1 %", "1,010 of 2,400")), ("2023", ("40.8 %", "980 of 2,400")),
    ]  # fmt: skip
    assert "It was withdrawn with publication 2" in section(now, "ARB1")
    assert "Reason: Zahlendreher" in section(now, "ARB1")
    assert "1,042" not in now
    assert table(client.get(f"/en/results?field=ARB&area={MEININGEN}").text, "ARB1") == {"2025": ("– (withdrawn)", "–")}
    old = table(client.get("/en/results?field=ARB&batch=1").text, "ARB1")
    assert old["2025"] == ("43.4 % (preliminary) (withdrawn)", "1,042 of 2,400")
    assert rows_of(client.get("/results/1/figures.csv").data)["ARB1", "2025", ""]["percent"] == "43.4"
    row = rows_of(client.get("/results/files/figures.csv").data)["ARB1", "2025", ""]
    assert (row["percent"], row["numerator"], row["state"], row["batch"]) == ("", "", "withdrawn", "2")
    assert row["correction"].endswith("wrong, withdrawn with publication 2: Zahlendreher")
    sdmx = csv.DictReader(io.StringIO(client.get("/results/files/figures.sdmx.csv").text))
    (gone,) = [
        each
        for each in sdmx
        if (each["TIME_PERIOD"], each["REF_AREA"]) == ("2025", "_T") and each["INDICATOR"] == "ARB1"
    ]
    assert (gone["OBS_VALUE"], gone["OBS_STATUS"], gone["CONF_STATUS"]) == ("", "O", "F")
    assert "Zurückgezogen / withdrawn: ARB1 (2025): Zahlendreher" in client.get("/results/feed.atom").text


def test_the_catalogue_names_each_file(client: FlaskClient, filled: Store) -> None:
    (dataset,) = client.get("/results/catalog.jsonld").get_json(force=True)["dcat:dataset"]
    addresses = [each["dcat:downloadURL"]["@id"] for each in dataset["dcat:distribution"]]
    assert len(addresses) == 4
    for address in addresses:
        assert client.get(address.removeprefix("http://localhost")).status_code == 200
    assert dataset["dcatde:politicalGeocodingURI"]["@id"].endswith("/16066")


def test_what_was_entered_since_is_not_public(client: FlaskClient, filled: Store) -> None:
    note(filled, "ARB1", "2025", 1200, 2400)
    for path in ("/en/results?field=ARB", "/en/results/ARB1", "/results/files/figures.csv"):
        answer = client.get(path).get_data(as_text=True)
        assert "1200" not in answer
        assert "1,200" not in answer


@pytest.mark.parametrize("tag", ["de", "ar", "ti"])
def test_a_page_of_a_topic_weighs_at_most_8_kb(client: FlaskClient, store: Store, tag: str) -> None:
    """Four indicators, six years each."""
    for code in ("ARB1", "ARB2", "ARB3"):
        for year in range(2020, 2026):
            note(store, code, str(year), 900 + 7 * year % 100, 2400)
    for quarter in range(1, 5):
        note(store, "ARB4", f"2025-Q{quarter}", 30 + quarter, 97)
    publish(store)
    content = client.get(f"/{tag}/results?field=ARB").data
    assert len(brotli.compress(content, quality=5)) <= 8 * KB


def test_a_frame_of_a_named_site_may_show_one_indicator_alone(tmp_path: Path, store: Store, filled: Store) -> None:
    site = "https://www.example.org"
    values = settings.load(tmp_path / "framed", public_url=PUBLIC, embed_origins=(site,))
    client = create_app(values, store).test_client()
    answer = client.get("/en/results/ARB1?embed=1", base_url=PUBLIC)
    assert f"frame-ancestors {site}" in answer.headers["Content-Security-Policy"]
    assert "<header>" not in answer.text
    assert 'href="/en/results/ARB1" target="_top"' in answer.text
    assert "43.4" in section(answer.text, "ARB1")
    plain = create_app(settings.load(tmp_path / "plain", public_url=PUBLIC), store).test_client()
    refused = plain.get("/en/results/ARB1?embed=1", base_url=PUBLIC).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in refused


def test_every_address_exists_in_every_language(browser: Browser, filled: Store) -> None:
    found = browser.open("/en/results?field=INT")
    links: list[Mapping[str, Any]] = [values for tag, values in found.tags if tag == "a" and "hreflang" in values]
    assert len(links) == 24
    assert {link["href"] for link in links} >= {"/ti/results?field=INT", "/ar/results?field=INT"}


def test_what_is_kept_is_kept_by_language_choice_and_frame(client: FlaskClient, filled: Store) -> None:
    paths = ("/en/results/ARB1", "/en/results/ARB1?embed=1", "/ar/results/ARB1", "/en/results/ARB1?year=2024",
             "/en/results?field=ARB", f"/en/results?field=ARB&area={MEININGEN}", "/en/results?field=INT")  # fmt: skip
    first = [client.get(path).text for path in paths]
    assert len(set(first)) == len(paths)
    assert [client.get(path).text for path in reversed(paths)][::-1] == first
