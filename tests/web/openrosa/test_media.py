"""Pictures and sounds of a questionnaire go to phones by its manifest, in the language that has them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask.testing import FlaskClient
from lxml import etree

from survey_service.questionnaire.loader import load_folder
from survey_service.responses import channels, media
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.pictures import picture
from tests.web.openrosa.conftest import UNTIL, Phone

MAP = """
questionnaire: map
audience: newcomers
languages: [de, ar]
label: {de: Karte, ar: خريطة}
minutes: [1, 2]
choices:
  places:
    - {name: a, label: {de: A, ar: ا}, media: {image: {"*": map 1.png}}}
    - {name: b, label: {de: B, ar: ب}}
pages:
  - name: one
    label: {de: Eins, ar: واحد}
    questions:
      - type: select_one
        name: where
        label: {de: Wo, ar: أين}
        choices: places
        media: {image: {ar: map 1.png}}
"""


def test_a_phone_finds_each_file_with_its_hash(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    (folder / "media" / "map").mkdir(parents=True)
    (folder / "media" / "map" / "map 1.png").write_bytes(picture("PNG"))
    (folder / "map.yaml").write_text(MAP, "utf-8")
    form = load_folder(folder, catalogs=False).questionnaires["map"]
    media.take_along(tmp_path / "instance", folder / "media", form)
    Publications(store).publish({"map": form})
    channel, token = channels.create(store, "map", label="A", until=UNTIL, today=TODAY, by="anna")
    phone = Phone(client, token, channel)
    (listed,) = etree.fromstring(phone.get("/formList").data)
    manifest = listed.findtext("{*}manifestUrl")
    assert manifest == f"http://localhost/openrosa/{token}/forms/map-1/manifest.xml"
    (entry,) = etree.fromstring(client.get(manifest).data)
    fetched = client.get(entry.findtext("{*}downloadUrl"), buffered=True)
    assert (entry.findtext("{*}filename"), fetched.status_code) == ("map 1.png", 200)
    assert entry.findtext("{*}hash") == f"md5:{hashlib.md5(fetched.data, usedforsecurity=False).hexdigest()}"
    xform = etree.fromstring(phone.get("/forms/map-1.xml").data)
    shown = {
        (each.getparent().getparent().get("lang"), each.getparent().get("id"))
        for each in xform.iter("{http://www.w3.org/2002/xforms}value")
        if each.text == "jr://images/map 1.png"
    }
    german, arabic = "Deutsch (de)", "العربية (ar)"
    where = "/data/one/where:label"
    assert shown == {(arabic, where), (german, "places/a"), (arabic, "places/a")}
