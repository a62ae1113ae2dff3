"""XForms: whole, whatever the questionnaire; what a phone fills in is read back as it was."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from survey_service.questionnaire import definition
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xform import reading, writing
from tests.conftest import TODAY
from tests.questionnaire.xform import filling
from tests.questionnaire.xlsform.test_exporting import questionnaires

X = "{http://www.w3.org/2002/xforms}"
PREFIXES = {"x": X[1:-1], "h": "http://www.w3.org/1999/xhtml", "orx": "http://openrosa.org/xforms"}
Load = Callable[[str], Questionnaire]
NESTED = """
questionnaire: nested
audience: newcomers
languages: [de, ar]
label: {de: Haushalt, ar: بيت}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, ar: نعم}}
    - {name: "no", label: {de: Nein, ar: لا}}
  towns:
    - {name: m, label: Meiningen, county: c1}
    - {name: s, label: Suhl, county: c2}
    - {name: pna, label: {de: Keine Angabe, ar: لا}, exclusive: true}
groups:
  - {name: household, label: {de: Person, ar: شخص}, repeat: true}
  - {name: kids, label: {de: Kind, ar: طفل}, repeat: true, count: "${kid_count}", parent: household}
pages:
  - name: start
    label: {de: Start, ar: بداية}
    questions:
      - {type: select_one, name: OK, choices: yes_no, label: {de: "Ja?", ar: ن}}
      - {type: select_one, name: county, choices: towns, label: {de: Kreis, ar: ب}}
  - name: person
    group: household
    label: {de: Wer, ar: من}
    hint: {de: Kurz, ar: ق}
    questions:
      - {type: text, name: who, label: {de: Bürger*in und *alle*, ar: اسم}, parameters: {max_length: 30}}
      - {type: integer, name: age, label: {de: "Alter von ${who}", ar: عمر}, parameters: {min: 0, max: 120}}
      - type: select_multiple
        name: town
        choices: towns
        choice_filter: "name = ${county} or ${age} > 17"
        label: {de: Ort, ar: م}
        parameters: {max_selected: 1}
      - {type: integer, name: kid_count, relevant: "${age} > 15", label: {de: Kinder, ar: أ}}
  - name: kid
    group: kids
    label: {de: Kind, ar: ط}
    questions:
      - {type: text, name: kid_name, label: {de: Name, ar: ا}, relevant: "${age} > 15 and position(..) < 5"}
  - name: last
    label: {de: Ende, ar: نهاية}
    questions:
      - {type: calculate, name: adults, calculation: "count(${household}[age > 17])"}
      - {type: calculate, name: second, calculation: "${household}[2]/who"}
      - {type: calculate, name: rounded, calculation: "floor(${adults} div 2)"}
      - {type: calculate, name: looked, calculation: "pulldata('towns', 'county', 'name', ${county})"}
      - {type: select_one, name: speaks, choices_from: who, label: {de: Wer spricht, ar: م}}
screen_outs:
  - {name: none, when: "${county} = 's'", label: {de: Danke, ar: ش}}
"""


def written(questionnaire: Questionnaire) -> etree._Element:
    return etree.fromstring(writing.write(questionnaire, f"{questionnaire.name}-1", lambda text, tag: f"{tag}:{text}"))


def is_whole(form: etree._Element, questionnaire: Questionnaire) -> None:
    """Fail unless all that a form refers to is there, in every language."""
    model = form.find(f".//{X}model")
    data = model.find(f"{X}instance")[0]
    for each in form.iter():
        for key in ("nodeset", "ref"):
            path = each.get(key, "")
            if path.startswith("/data"):
                steps = [step if ":" in step else f"x:{step}" for step in path.split("[")[0].split("/")[2:]]
                assert data.xpath("/".join(steps), namespaces=PREFIXES), path
    asked = set(re.findall(r"jr:itext\('([^']+)'\)", etree.tostring(form).decode()))
    asked |= {each.text for each in form.iter(f"{X}itextId")}
    translations = model.findall(f"{X}itext/{X}translation")
    assert len(translations) == len(questionnaire.languages)
    for translation in translations:
        assert asked == {text.get("id") for text in translation}
    nodesets = [bind.get("nodeset") for bind in model.findall(f"{X}bind")]
    assert len(nodesets) == len(set(nodesets))


def test_paths_are_those_from_where_an_expression_stands(questionnaire: Load) -> None:
    form = written(questionnaire(NESTED))
    is_whole(form, questionnaire(NESTED))
    binds = {bind.get("nodeset"): bind for bind in form.iter(f"{X}bind")}
    assert binds["/data/household/person/kid_count"].get("relevant") == "../../person/age > 15"
    kid = binds["/data/household/kids/kid/kid_name"]
    assert kid.get("relevant") == "../../../person/age > 15 and position(../..) < 5"
    assert binds["/data/last/adults"].get("calculate") == "count(/data/household[person/age > 17])"
    assert binds["/data/last/second"].get("calculate") == "/data/household[2]/person/who"
    cut = "int(/data/last/adults div 2)"
    assert binds["/data/last/rounded"].get("calculate") == (f"if(/data/last/adults div 2 < {cut}, {cut} - 1, {cut})")
    looked = "instance('towns')/root/item[name = /data/start/county]/county"
    assert binds["/data/last/looked"].get("calculate") == looked
    lists = [items.get("nodeset") for items in form.iter(f"{X}itemset")]
    here = "name = /data/start/county or current()/../../person/age > 17"
    assert f"instance('towns')/root/item[{here}]" in lists
    assert "/data/household[./person/who != '']" in lists
    rows = form.xpath("//x:instance[@id='towns']//x:item", namespaces=PREFIXES)
    assert [row.findtext(f"{X}county") for row in rows] == ["c1", "c2", ""]  # a column that is empty is there
    (repeat,) = [each for each in form.iter(f"{X}repeat") if each.get("nodeset") == "/data/household/kids"]
    assert repeat.get("{http://openrosa.org/javarosa}count") == "/data/household/_count_kids"


def test_what_the_judge_would_refuse_is_asked_for_on_the_phone(questionnaire: Load) -> None:
    form = written(questionnaire(NESTED))
    binds = {bind.get("nodeset"): bind for bind in form.iter(f"{X}bind")}
    assert binds["/data/household/person/age"].get("constraint") == "(. >= 0) and (. <= 120)"
    alone = "not(selected(., 'pna')) or count-selected(.) = 1"
    most = "selected(., 'pna') or count-selected(.) <= 1"
    assert binds["/data/household/person/town"].get("constraint") == f"({alone}) and ({most})"
    texts = {text.get("id"): text[0].text for text in form.find(f".//{X}itext/{X}translation[1]")}
    said = texts["/data/household/person/town:jr:constraintMsg"]
    assert said == "de:“\u2068Keine Angabe\u2069” cannot be combined with other answers. de:Please choose at most 1."


def test_nobody_goes_on_without_consent_or_behind_an_early_end(questionnaire: Load) -> None:
    form = written(questionnaire(NESTED))
    binds = {bind.get("nodeset"): bind.get("relevant") for bind in form.iter(f"{X}bind")}
    held = "(/data/start/OK = 'yes') and (not(/data/start/county = 's'))"
    assert binds["/data/household/person"] == binds["/data/last"] == held
    assert "/data/start" not in binds
    assert binds["/data/_end/none"] == "/data/start/county = 's'"


def test_stars_in_a_text_are_no_marks_and_names_in_it_show_answers(questionnaire: Load) -> None:
    first = written(questionnaire(NESTED)).find(f".//{X}itext/{X}translation[1]")
    texts = {text.get("id"): text[0] for text in first}
    assert texts["/data/household/person/who:label"].text == r"Bürger\*in und \*alle\*"
    (shown,) = texts["/data/household/person/age:label"]
    assert (shown.get("value"), texts["/data/household/person/age:label"].text) == ("../../person/who", "Alter von ")


def test_the_bundled_questionnaires_are_whole(bundled: Library) -> None:
    for questionnaire in bundled.questionnaires.values():
        is_whole(written(questionnaire), questionnaire)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(questionnaires(), st.integers(0, 10**6))
def test_any_questionnaire_is_written_whole_and_any_answers_are_read_back(raw: dict[str, Any], seed: int) -> None:
    questionnaire = definition.from_json(raw)
    is_whole(written(questionnaire), questionnaire)
    goes_round(questionnaire, seed)


def goes_round(questionnaire: Questionnaire, seed: int) -> None:
    """Fail unless the judge says the same of answers and of what is read of the form that they were filled into."""
    inputs = filling.answers(questionnaire, random.Random(seed))
    sent = reading.opened(filling.instance(questionnaire, inputs))
    assert (sent.key, sent.language, sent.form) == (filling.KEY, "de", questionnaire.name)
    found = judge(questionnaire, reading.read(questionnaire, sent).inputs, TODAY)
    expected = judge(questionnaire, _as_programs_send(questionnaire, inputs), TODAY)
    assert (found.answers, found.states) == (expected.answers, expected.states)
    assert {key: refusal.code for key, refusal in found.refusals.items()} == {
        key: refusal.code for key, refusal in expected.refusals.items()
    }


def _as_programs_send(questionnaire: Questionnaire, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return inputs with names of choices as lists, without empty ones, and without files: those are read apart."""
    found: dict[str, Any] = {}
    for name, value in inputs.items():
        question = questionnaire.questions.get(name)
        if question is None:
            found[name] = [_as_programs_send(questionnaire, entry) for entry in value]
        elif value.strip() and question.type not in ("image", "audio", "file"):
            found[name] = value.split() if question.type in ("select_multiple", "rank") else value
    return found


def test_answers_in_nested_repeats_are_read_back(questionnaire: Load, bundled: Library) -> None:
    for seed in range(30):
        goes_round(questionnaire(NESTED), seed)
    for form in bundled.questionnaires.values():
        goes_round(form, 1)


@settings(max_examples=50)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: f"<data>{text}</data>".encode())))
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(reading.Unusable):  # and nothing else
        assert reading.opened(content).key


def test_what_nests_without_end_is_refused() -> None:
    content = b'<data id="x" version="x-1">' + b"<a>" * 60_000 + b"</a>" * 60_000 + b"</data>"
    with pytest.raises(reading.Unusable, match="xml"):
        reading.opened(content)
