"""Members: one vote an organisation, however it is spelt; who left and comes back; what is erased and when."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import clock
from survey_service.network import bodies, members
from survey_service.network.checks import line, lines
from survey_service.network.model import Voter
from survey_service.offers import organisations, organising
from survey_service.store.base import Store
from tests.network.conftest import NOW, TODAY, join, refusal

BOTH_STORES = True


def told(voters: list[Voter]) -> list[tuple[str, list[str]]]:
    return [(voter.organisation, [member.name for member in voter.people]) for voter in voters]


def test_an_organisation_is_one_voter_however_it_is_written(store: Store, body: int) -> None:
    join(store, body, "Olga Ohne")
    join(store, body, "Anna Amt", "Diakonie Meiningen e.V.")
    join(store, body, "Ben Bau", "DIAKONIE  Meiningen")
    join(store, body, "Cem Cafe", "diakonie-meiningen e. V.")
    join(store, body, "Dana Dorf", "Café Zuflucht")
    join(store, body, "Emil Eck", "Cafe\u0301 Zuflucht")  # the accent as a sign of its own
    join(store, body, "Fatma Frei")
    assert told(members.voters(store, body, TODAY)) == [
        ("Diakonie Meiningen e.V.", ["Anna Amt", "Ben Bau", "Cem Cafe"]),
        ("Café Zuflucht", ["Dana Dorf", "Emil Eck"]),
        ("", ["Olga Ohne"]),
        ("", ["Fatma Frei"]),
    ]
    assert len({voter.key for voter in members.voters(store, body, TODAY)}) == 4


def test_a_voter_stays_the_same_when_its_first_member_leaves(store: Store, body: int) -> None:
    first = join(store, body, "Anna Amt", "Diakonie e.V.", since="2026-01-01")
    join(store, body, "Ben Bau", "diakonie")
    before = members.voters(store, body, TODAY)
    members.leave(store, first.id, "2026-11-22")
    after = members.voters(store, body, TODAY)
    assert [(voter.organisation, voter.key) for voter in after] == [(voter.organisation, voter.key) for voter in before]
    assert told(after) == [("Diakonie e.V.", ["Ben Bau"])]


def test_spellings_merged_in_the_register_are_one_voter(store: Store, body: int) -> None:
    long, short = (organisations.ensure(store, name) for name in ("Volkshochschule Meiningen", "VHS"))
    join(store, body, "Anna Amt", "VHS")
    join(store, body, "Ben Bau", "volkshochschule meiningen")
    assert [voter.organisation for voter in members.voters(store, body, TODAY)] == ["VHS", "Volkshochschule Meiningen"]
    organising.merge(store, long, short, "Mara")
    assert told(members.voters(store, body, TODAY)) == [("VHS", ["Anna Amt", "Ben Bau"])]


def test_other_spellings_are_written_as_one(store: Store, body: int) -> None:
    join(store, body, "Anna Amt", "Wohnungsbau Mueller")
    join(store, body, "Ben Bau", "Wohnungsbau Müller")
    assert len(members.voters(store, body, TODAY)) == 2
    assert members.write_as(store, "WOHNUNGSBAU MUELLER", "wohnungsbau müller") == 1
    assert told(members.voters(store, body, TODAY)) == [("Wohnungsbau Müller", ["Anna Amt", "Ben Bau"])]
    assert members.write_as(store, "Wohnungsbau Müller", "Wohnungsbau MÜLLER GmbH") == 2
    assert [voter.organisation for voter in members.voters(store, body, TODAY)] == ["Wohnungsbau MÜLLER GmbH"]
    assert refusal(members.write_as, store, "Wohnungsbau Müller", "—") == "member.fields"


def test_an_address_is_once_in_a_body_at_a_time(store: Store, body: int) -> None:
    other = bodies.add(store, {"de": "Beirat"}, "board").id
    anna = join(store, body, "Anna Amt", since="2026-01-01")
    assert refusal(join, store, body, "Anna Zwei", email="ANNA@example.org") == "member.twice"
    assert join(store, other, "Anna Amt").body == other
    ben = join(store, body, "Ben Bau")
    assert refusal(members.change, store, ben.id, email="Anna@Example.org") == "member.twice"
    members.leave(store, anna.id, TODAY)
    assert refusal(join, store, body, "Anna Amt", since=TODAY) == "member.twice"  # the last day counts
    assert join(store, body, "Anna Amt", since="2026-11-24").since == "2026-11-24"
    assert refusal(members.change, store, anna.id, until="") == "member.twice"
    assert [member.name for member in members.current(store, body, "2026-11-24")] == ["Ben Bau", "Anna Amt"]


def test_who_left_and_comes_back_is_a_further_membership(store: Store, body: int) -> None:
    anna = join(store, body, "Anna Amt", "Diakonie", since="2026-01-01", consent=True)
    members.leave(store, anna.id)
    assert members.come_back(store, anna.id) == anna  # the last day is not over: it was a mistake
    members.leave(store, anna.id, "2026-05-31")
    again = members.come_back(store, anna.id)
    assert (again.since, again.until, again.name, again.consent) == (TODAY, "", "Anna Amt", True)
    assert again.id != anna.id
    assert refusal(members.come_back, store, anna.id) == "member.twice"
    days = ("2025-12-31", "2026-05-31", "2026-06-01", TODAY)
    assert [len(members.current(store, body, day)) for day in days] == [0, 1, 0, 1]
    bodies.close(store, body)
    members.leave(store, again.id, TODAY)
    assert refusal(members.come_back, store, again.id) == "body.closed"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " "}, "member.fields"), ({"name": "x" * 201}, "member.fields"), ({"role": "king"}, "member.fields"),
        ({"organisation": "—"}, "member.fields"), ({"stands_for": "x" * 201}, "member.fields"),
        ({"since": "23.11.2026"}, "member.days"), ({"since": "2026-02-30"}, "member.days"),
        ({"since": "0001-01-01"}, "member.days"), ({"email": "anna"}, "mail.address"), ({"email": ""}, "mail.address"),
        ({"email": "a@b@example.org"}, "mail.address"), ({"email": "änna@example.org"}, "mail.letters"),
        ({"email": "anna@example.org\nBcc: all@example.org"}, "mail.address"),
    ],
)  # fmt: skip
def test_what_is_no_member_is_refused_and_nothing_is_kept(
    store: Store, body: int, given: dict[str, str], code: str
) -> None:
    assert refusal(join, store, body, **{"name": "Anna Amt", "email": "anna@example.org", **given}) == code
    assert members.all_of(store, body) == []


def test_a_last_day_before_the_first_is_refused(store: Store, body: int) -> None:
    anna = join(store, body, "Anna Amt")
    assert refusal(members.leave, store, anna.id, "2026-11-22") == "member.days"
    assert refusal(members.leave, store, 99) == "member.missing"
    assert refusal(join, store, 99, "Ben Bau") == "body.missing"
    assert members.of_id(store, anna.id) == anna


def test_what_was_typed_is_kept_on_one_line_and_an_unknown_language_is_german(store: Store, body: int) -> None:
    anna = join(store, body, "Anna\tAmt\n", " Diakonie\u00a0 Süd ", email=" Anna@Example.org ", language="tlh")
    assert (anna.name, anna.organisation, anna.email) == ("Anna Amt", "Diakonie Süd", "Anna@Example.org")
    assert anna.language == "de"


def test_name_and_address_are_erased_three_months_after_the_last_day(store: Store, body: int) -> None:
    anna = join(store, body, "Anna Amt", "Diakonie", since="2026-01-01", stands_for="Ben Bau", consent=True)
    ben = join(store, body, "Ben Bau", "Diakonie", since="2026-01-01")
    assert refusal(members.erase, store, anna.id) == "member.there"
    members.leave(store, anna.id, "2026-08-22")
    assert members.left_long_ago(store, dt.date(2026, 11, 22)) == []
    assert members.left_long_ago(store, dt.date(2026, 11, 23)) == [anna.id]
    members.erase(store, anna.id)
    gone = members.of_id(store, anna.id)
    assert (gone.name, gone.email, gone.stands_for, gone.consent, gone.erased) == ("", "", "", False, True)
    assert (gone.organisation, gone.since, gone.until) == ("Diakonie", "2026-01-01", "2026-08-22")
    assert members.left_long_ago(store, dt.date(2027, 11, 22)) == []
    assert refusal(members.change, store, anna.id, name="Anna") == "member.erased"
    assert refusal(members.come_back, store, anna.id) == "member.erased"
    assert told(members.voters(store, body, "2026-08-22")) == [("Diakonie", ["", "Ben Bau"])]  # its voice still counts
    assert join(store, body, "Anna Amt").name == "Anna Amt"
    with clock.fixed(NOW + dt.timedelta(days=1)):
        members.leave(store, ben.id, TODAY)
        assert members.erase(store, ben.id).erased  # at once, if somebody asks for it


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_cleaned_text_is_clean(one: str, other: str) -> None:
    assert line(line(one)) == line(one)
    assert "\n" not in line(f"{one}\n{other}")
    assert lines(lines(f"{one}\r\n{other}")) == lines(f"{one}\n{other}")
