"""The round of reminders over both stores: one letter a person, each step once, also after crashes and jumps."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from survey_service import clock, letters, outbox
from survey_service import settings as settings_module
from survey_service.letters import reminding
from survey_service.letters.reminding import Round
from survey_service.offers import confirming, contacts, events, links, organisations, register
from survey_service.offers.register import OFFERS
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store import open_store
from survey_service.store.base import Store

BOTH_STORES = True
START = dt.date(2026, 1, 1)


def offer(store: Store, number: int, organisation: str = "Treff", **changes: Any) -> str:
    columns = {"ends": "A21", "kind": "A01", "status": "A06"}
    answers = {"A02": organisation, "A04_name": f"Angebot {number}"}
    answers |= {columns[column]: changes.pop(column) for column in list(changes) if column in columns}
    name = f"offer{number:05}"
    body = {
        "offer": name,
        "response_key": f"key-{number}",
        "answers": answers,
        "public": answers,
        "listed": True,
        "moderation": "published",
        "reason": "",
        "merged_into": "",
        "reminded": 0,
        "organisation_id": organisations.ensure(store, organisation),
        "revision": "offers-1",
        "language": "de",
        "mode": "web",
        "confirmed": START.isoformat(),
        **register.describe(answers),
        **changes,
    }
    store.collection(OFFERS).add(body)
    return name


def contact(store: Store, email: str = "mara@example.org", organisation: str = "Treff", **more: Any) -> str:
    language = more.pop("language", "de")
    return contacts.add(store, organisations.ensure(store, organisation), email, language, **more).contact


@pytest.fixture
def values(tmp_path: Path) -> Settings:
    return settings_module.load(tmp_path / "instance", public_url="https://survey.example")


def on(store: Store, settings: Settings, day: int) -> Round:
    """Do the round on the day that comes so many days after START."""
    moment = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC) + dt.timedelta(days=day)
    with clock.fixed(moment):
        return reminding.send(store, settings, moment.date())


def sent(settings: Settings) -> list[tuple[str, str]]:
    """Return recipient and kind of each letter in the outbox, oldest first."""
    subjects = {letters.compose(settings, kind, "de", **_any(kind)).subject: kind for kind in letters.KINDS}
    found = outbox.entries(settings.instance, outbox.OUTBOX, 1_000)
    return [(entry.to, subjects[entry.subject]) for entry in reversed(found)]


def _any(kind: str) -> dict[str, Any]:
    samples: dict[str, Any] = {"link": "https://a.b/", "day": START, "offers": [("x", START)]}
    return {name: samples.get(name, "x") for name in letters.KINDS[kind].needs}


def text(settings: Settings) -> str:
    """Return the text of the newest letter."""
    entry = outbox.entries(settings.instance, outbox.OUTBOX, 1)[0]
    body = outbox.message(outbox.find(settings.instance, outbox.OUTBOX, entry.name)).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def reminded(store: Store, name: str) -> int:
    return int(register.find(store, name).body["reminded"])


def kinds_of(store: Store, name: str) -> list[str]:
    return [event.kind for event in events.of(store, name)]


def test_each_step_is_sent_once_on_its_day(store: Store, values: Settings) -> None:
    name = offer(store, 1)
    contact(store)
    for day in range(140, 200):
        on(store, values, day)
        assert on(store, values, day) == Round()
        assert reminded(store, name) == (0 if day < 150 else 150 if day < 165 else 165 if day < 180 else 180)
    assert sent(values) == [
        ("mara@example.org", "reminder_first"),
        ("mara@example.org", "reminder_second"),
        ("mara@example.org", "reminder_last"),
    ]
    assert kinds_of(store, name) == ["reminded"] * 3


def test_after_a_pause_of_the_service_one_letter_comes(store: Store, values: Settings) -> None:
    name = offer(store, 1)
    contact(store)
    on(store, values, 149)
    assert on(store, values, 209) == Round(letters=1, reminded=1)
    assert sent(values) == [("mara@example.org", "not_confirmed")]
    assert reminded(store, name) == 180
    assert on(store, values, 400) == Round()
    assert on(store, values, 100) == Round()  # the clock went back


def test_one_letter_lists_all_that_is_to_be_looked_at(store: Store, values: Settings) -> None:
    offer(store, 1)
    offer(store, 2, confirmed="2026-01-03")
    offer(store, 3, confirmed="2026-05-25")  # fresh
    offer(store, 4, "Anderer Träger")
    contact(store)
    assert on(store, values, 152) == Round(letters=1, reminded=2)
    said = text(values)
    assert ("Angebot 1 (" in said, "Angebot 2 (" in said) == (True, True)
    assert "Angebot 3" not in said
    assert "Angebot 4" not in said
    assert on(store, values, 153) == Round()


def test_the_link_of_a_letter_confirms_and_then_all_begins_again(store: Store, values: Settings) -> None:
    name = offer(store, 1)
    contact(store)
    on(store, values, 150)
    found = re.search(r"https://survey\.example/provider/de/confirm/(\S+)", text(values))
    assert found
    with clock.fixed(dt.datetime(2026, 6, 2, tzinfo=dt.UTC)):
        link = links.use(store, found[1], links.CONFIRM)
        (body,) = confirming.of_link(store, link, dt.date(2026, 6, 2), values)
        assert confirming.confirm(store, [body["offer"]], dt.date(2026, 6, 2), events.PROVIDER) == 1
    assert (reminded(store, name), register.find(store, name).body["confirmed"]) == (0, "2026-06-02")
    assert on(store, values, 180) == Round()
    assert on(store, values, 152 + 150).letters == 1
    assert kinds_of(store, name) == ["reminded", "confirmed", "reminded"]


def test_all_contacts_are_written_to_but_those_who_left_or_whose_mail_came_back(store: Store, values: Settings) -> None:
    name = offer(store, 1)
    contact(store)
    contact(store, "second@example.org", language="en")
    contacts.change(store, contact(store, "left@example.org"), left=True)
    contacts.change(store, contact(store, "back@example.org"), bounced="2026-02-01")
    contact(store, "other@example.org", offer="offer00002")
    contact(store, "else@example.org", "Anderer Träger")
    with_english = on(store, values, 150)
    assert with_english == Round(letters=2, reminded=1)
    to = {entry.to: entry.subject for entry in outbox.entries(values.instance, outbox.OUTBOX, 10)}
    assert to.keys() == {"mara@example.org", "second@example.org"}
    assert to["second@example.org"] == "Are your offers still right?"
    assert kinds_of(store, name) == ["reminded"]


def test_an_offer_nobody_can_be_written_to_about_waits_for_a_call(store: Store, values: Settings) -> None:
    first, second = offer(store, 1), offer(store, 2, confirmed="2025-06-01")
    offer(store, 3, confirmed="2026-05-25")
    offer(store, 4, status="defunct", confirmed="2020-01-01")
    gone = contact(store)
    contacts.change(store, gone, bounced="2026-02-01")
    today = dt.date(2026, 6, 10)
    assert on(store, values, 160) == Round()
    found = confirming.unreachable(store, today, values)
    assert [body["offer"] for body, _ in found] == [second, first]
    assert [contact.email for contact in found[0][1]] == ["mara@example.org"]
    assert confirming.standing(store, today, values) == (2, 2)
    contacts.change(store, gone, bounced="")
    assert confirming.unreachable(store, today, values) == []
    assert on(store, values, 161) == Round(letters=1, reminded=2)


def test_without_a_public_address_nobody_is_written_to_but_projects_end(store: Store, tmp_path: Path) -> None:
    bare = settings_module.load(tmp_path / "instance")
    offer(store, 1)
    name = offer(store, 2, ends="2026-02-01")
    contact(store)
    assert on(store, bare, 200) == Round(ended=1)
    assert outbox.entries(bare.instance, outbox.OUTBOX, 10) == []
    assert kinds_of(store, name) == ["ended"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_the_letter_sends_none_twice(
    store: Store, values: Settings, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    for number in (1, 2):
        offer(store, number)
    for email in ("a@example.org", "b@example.org"):
        contact(store, email)
    real, calls = letters.post, [0]

    def post(*arguments: Any, **named: Any) -> Path:
        calls[0] += 1
        if calls[0] == 2 and when == "before":
            raise OSError("killed")
        made = real(*arguments, **named)
        if calls[0] == 2:
            raise OSError("killed")
        return made

    monkeypatch.setattr(letters, "post", post)
    with pytest.raises(OSError, match="killed"):
        on(store, values, 150)
    monkeypatch.setattr(letters, "post", real)
    assert on(store, values, 150).reminded == 2
    assert sorted(sent(values)) == [("a@example.org", "reminder_first"), ("b@example.org", "reminder_first")]
    assert on(store, values, 151) == Round()


def test_a_crash_before_the_note_sends_none_twice_even_if_it_was_delivered_and_a_day_later(
    store: Store, values: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = offer(store, 1)
    contact(store)

    def killed(*_arguments: Any) -> bool:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(reminding, "_note_reminder", killed)
        with pytest.raises(OSError, match="killed"):
            on(store, values, 180)
    entry = outbox.entries(values.instance, outbox.OUTBOX, 2)[0]
    outbox.gone(outbox.find(values.instance, outbox.OUTBOX, entry.name))
    on(store, values, 181)
    assert outbox.entries(values.instance, outbox.OUTBOX, 2) == []
    assert (reminded(store, name), kinds_of(store, name)) == (180, ["reminded"])


def test_who_confirms_while_the_round_runs_is_not_noted_as_reminded(
    store: Store, values: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = offer(store, 1)
    contact(store)
    real = letters.post

    def post(*arguments: Any, **named: Any) -> Path:
        confirming.confirm(store, [name], dt.date(2026, 5, 31), events.PROVIDER)
        return real(*arguments, **named)

    monkeypatch.setattr(letters, "post", post)
    assert on(store, values, 150) == Round(letters=1)
    assert reminded(store, name) == 0
    assert kinds_of(store, name) == ["confirmed"]


def test_an_address_that_is_none_does_not_stop_the_others(store: Store, values: Settings) -> None:
    offer(store, 1)
    offer(store, 2, "Zweiter")
    first = contact(store)
    contact(store, "b@example.org", "Zweiter")
    contacts.change(store, first, email="käthe@example.org")
    assert on(store, values, 150) == Round(letters=1, reminded=1)


def test_projects_get_notice_and_end_by_themselves_once(store: Store, values: Settings) -> None:
    name = offer(store, 1, ends="2026-03-31", kind="project")
    contact(store)
    assert on(store, values, 58) == Round()  # 28 February
    assert on(store, values, 59) == Round(letters=1, reminded=1)  # 1 March, 30 days before
    assert [on(store, values, day) for day in (60, 75, 89)] == [Round()] * 3
    assert on(store, values, 90) == Round(letters=1, ended=1)
    assert "31. März 2026" in text(values).replace("March 31, 2026", "31. März 2026")
    assert [on(store, values, day) for day in (91, 150, 400)] == [Round()] * 3  # and no reminders after the end
    assert sent(values) == [("mara@example.org", "project_ends"), ("mara@example.org", "project_ended")]
    assert kinds_of(store, name) == ["reminded", "ended"]
    assert register.find(store, name).body["listed"]


def test_a_project_that_goes_on_is_told_of_its_new_end(store: Store, values: Settings) -> None:
    name = offer(store, 1, ends="2026-03-31")
    contact(store)
    on(store, values, 59)
    public = {**register.find(store, name).body["public"], "A21": "2026-06-30"}
    register.change(store, name, public=public, confirmed="2026-03-02")
    assert on(store, values, 90) == Round()
    assert on(store, values, 150) == Round(letters=1, reminded=1)


def test_a_project_that_ended_long_ago_is_noted_without_a_letter(store: Store, values: Settings) -> None:
    name = offer(store, 1, ends="2020-01-01")
    contact(store)
    assert on(store, values, 10) == Round(ended=1)
    assert sent(values) == []
    assert kinds_of(store, name) == ["ended"]


def test_a_bounce_is_noted_once_for_all_contacts_of_an_address(store: Store) -> None:
    first, second = contact(store), contact(store, "MARA@example.org", "Zweiter")
    assert reminding.note_bounce(store, "Mara@Example.org", dt.date(2026, 3, 1)) == 2
    assert reminding.note_bounce(store, "mara@example.org", dt.date(2026, 4, 1)) == 2
    assert {contacts.find(store, one).bounced for one in (first, second)} == {"2026-03-01"}
    assert reminding.note_bounce(store, "nobody@example.org", dt.date(2026, 3, 1)) == 0


def test_a_link_shows_what_its_contact_may_confirm(store: Store, values: Settings) -> None:
    today = dt.date(2026, 6, 10)
    due, fresh = offer(store, 1), offer(store, 2, confirmed="2026-06-01")
    offer(store, 3, listed=False)
    offer(store, 4, ends="2026-01-31")
    offer(store, 5, "Anderer Träger")
    person = contact(store)

    def shown(purposed: str = "") -> list[str]:
        link = links.Link(person, links.CONFIRM, purposed)
        return [body["offer"] for body in confirming.of_link(store, link, today, values)]

    assert shown() == [due]
    assert shown(fresh) == [fresh]
    assert shown("offer00004") == ["offer00004"]
    assert shown("offer00005") == []
    confirming.confirm(store, [due], today, events.PROVIDER)
    assert shown() == [due, fresh]
    contacts.change(store, person, left=True)
    assert shown() == []


def test_confirming_is_all_or_nothing(store: Store) -> None:
    name = offer(store, 1)
    with pytest.raises(Problem) as caught:
        confirming.confirm(store, [name, "nothing"], dt.date(2026, 6, 1), events.PROVIDER)
    assert caught.value.code == "offer.missing"
    assert register.find(store, name).body["confirmed"] == "2026-01-01"
    assert kinds_of(store, name) == []


@given(
    moves=st.lists(
        st.one_of(st.integers(-20, 80).map(lambda days: ("go", days)), st.integers(0, 2).map(lambda n: ("confirm", n))),
        max_size=25,
    )
)
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_over_any_clock_no_step_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("clock")
    values = settings_module.load(folder, public_url="https://survey.example")
    store = open_store("memory:", folder)
    names = [offer(store, number) for number in range(3)]
    contact(store)
    day = 0
    steps: dict[str, list[int]] = {name: [] for name in names}
    for move, number in moves:
        if move == "confirm":
            confirming.confirm(store, [names[number]], START + dt.timedelta(days=day), events.PROVIDER)
            steps[names[number]] = []
        else:
            day = max(0, day + number)
        before = {name: reminded(store, name) for name in names}
        assert on(store, values, day).letters <= 1
        for name in names:
            after = reminded(store, name)
            if after != before[name]:
                assert after in values.reminder_days
                assert not steps[name] or after > steps[name][-1]
                steps[name].append(after)
        assert on(store, values, day) == Round()
    store.close()
