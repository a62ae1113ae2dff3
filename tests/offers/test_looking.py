"""Whether an entry is there already, however its name is spelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.offers import looking, moderation, register
from survey_service.store.base import Store

DAY = dt.date(2026, 11, 23)
Register = Callable[..., str]


@pytest.fixture
def add(store: Store) -> Register:
    """Return a function that registers an offer, and publishes it if asked to; it returns the id."""

    def register_one(
        name: str, organisation: str = "Verein Beispiel e. V.", *, listed: bool = True, **more: Any
    ) -> str:
        answers = {"A01": "offer", "A02": organisation, "A04_name": name, **more}
        response = {"key": name + organisation, "answers": answers, "revision": "r", "language": "de", "mode": "web"}
        offer: str = register.register(store, response, DAY).body["offer"]
        if listed:
            moderation.decide(store, offer, "published", "Mara")
        return offer

    return register_one


@pytest.mark.parametrize(
    "typed",
    [
        "Sprachcafé Meiningen",
        "sprachcafe meiningen",
        "SPRACHCAFE",
        "Meiningen Sprachcafé",
        "Sprachkafe Meinigen",
        "Verein Beispiel",
        "Verein Beispeil eV",
        "  beispiel-verein ",
    ],
)
def test_a_name_is_found_as_people_spell_it(store: Store, add: Register, typed: str) -> None:
    offer = add("Sprachcafé Meiningen")
    add("Nähstube", "Haus der Vielfalt gGmbH")
    assert [found.offer for found in looking.Names().find(store, typed)] == [offer]


def test_the_likest_comes_first_and_what_is_unlike_not_at_all(store: Store, add: Register) -> None:
    near, same = add("Sprachcafe Süd", "A"), add("Sprachcafe", "B")
    add("Fahrradwerkstatt", "C")
    assert [found.offer for found in looking.Names().find(store, "Sprachcafe")] == [same, near]
    assert looking.Names().find(store, "Hebamme") == []
    assert looking.Names().find(store, "?!") == []
    assert len(looking.Names().find(store, "Sprachcafe", most=1)) == 1


def test_of_what_waits_only_the_name_is_known(store: Store, add: Register) -> None:
    offer = add("Sprachcafé", "Geheimer Träger", listed=False, A07_place="16066042")
    (found,) = looking.Names().find(store, "Sprachcafé")
    assert (found.offer, found.name, found.public, found.organisation) == (offer, "Sprachcafé", None, "")
    assert looking.Names().find(store, "Geheimer Träger") == [], "not even whose it is"


def test_a_change_that_waits_is_not_found_by_its_new_name(store: Store, add: Register) -> None:
    offer = add("Sprachcafé")
    body = register.find(store, offer).body
    answers = {**body["answers"], "A04_name": "Zirkusschule", "A07_street": "Neue Gasse 1"}
    register.update(
        store, {"key": body["response_key"], "answers": answers, "revision": "r", "language": "de", "mode": "web"}, DAY
    )
    assert looking.Names().find(store, "Zirkusschule") == []
    (found,) = looking.Names().find(store, "Sprachcafé")
    assert "A07_street" not in (found.public or {})


def test_what_was_rejected_or_withdrawn_or_taken_off_is_not_there(store: Store, add: Register) -> None:
    rejected, withdrawn, gone = (add("Sprachcafé", name, listed=name == "C") for name in "ABC")
    moderation.decide(store, rejected, "rejected", "Mara", reason="Werbung")
    register.withdraw(store, register.find(store, withdrawn).body["response_key"])
    moderation.take_off(store, gone, "Mara", reason="Gibt es nicht mehr")
    assert looking.Names().find(store, "Sprachcafé") == []


def test_what_has_changed_since_the_last_look_is_known(store: Store, add: Register) -> None:
    names = looking.Names()
    assert names.find(store, "Sprachcafé") == []
    offer = add("Sprachcafé", listed=False)
    assert [found.public for found in names.find(store, "Sprachcafé")] == [None]
    published = moderation.decide(store, offer, "published", "Mara")
    assert [found.public for found in names.find(store, "Sprachcafé")] == [published.body["public"]]
    register.change(store, offer, public={**published.body["public"], "A04_name": "Nähstube"})
    assert [found.name for found in names.find(store, "Nähstube")] == ["Nähstube"]
    assert names.find(store, "Sprachcafé") == []
    moderation.take_off(store, offer, "Mara", reason="Gibt es nicht mehr")
    assert names.find(store, "Nähstube") == []


def test_among_many_alike_the_one_with_a_slip_is_found(store: Store, add: Register) -> None:
    for number in range(300):
        add(f"Sprachkurs Gruppe {number}", f"Träger {number}", listed=False)
    offer = add("Sprachcafé am Markt", "Anderer")
    assert looking.Names().find(store, "Sprachkafe am Mark")[0].offer == offer


_LETTERS = st.characters(categories=["Lu", "Ll", "Lo"], max_codepoint=0x6FF).filter(
    lambda letter: len(looking.fold(f"{letter}b")) == 2  # where one is two, or one and a dot as Ŀ, a slip is two
)
_WORD = st.text(_LETTERS, min_size=2, max_size=12)
_NAMES = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A name of several letters, and the same with one slip of the hand: a letter missing, doubled, wrong, swapped."""
    name = draw(_NAMES.filter(lambda text: len(looking.fold(text)) >= 4))
    places = [place for place, letter in enumerate(name) if letter != " " and place + 1 < len(name)]
    place = draw(st.sampled_from([place for place in places if name[place + 1] != " "] or places))
    letter = draw(st.sampled_from("aeinrstxé"))
    slipped = draw(
        st.sampled_from(
            [
                name[:place] + name[place + 1 :],
                name[:place] + letter + name[place:],
                name[:place] + letter + name[place + 1 :],
                name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            ]
        )
    )
    return name, slipped


@given(slips())
def test_one_slip_finds_the_name(pair: tuple[str, str]) -> None:
    name, slipped = (looking.fold(text) for text in pair)
    assert looking.likeness(slipped, name) > 0, pair
    assert looking.pairs(slipped) & looking.pairs(name), "so that it is compared at all"


@given(_NAMES, _NAMES)
def test_likeness_is_highest_for_the_same_name(first: str, second: str) -> None:
    one, other = looking.fold(first), looking.fold(second)
    assert looking.likeness(one, one) == 100
    assert looking.likeness(one, other) <= 100
    assert (looking.likeness(one, other) == 100) == (one == other)
