"""Turnout and results, counted by hand; one current vote under whatever order of votes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.concept import items, versions
from survey_service.concept.model import Judgement
from survey_service.consulting import ballots, comments, invitations, rounds, tallies
from survey_service.consulting.model import Invitation, Put, Round, Vote
from survey_service.consulting.tallies import ALL, Result, Turnout
from survey_service.network import bodies
from survey_service.questionnaire.model import Questionnaire
from survey_service.store import MemoryStore
from survey_service.store.base import Store
from tests.consulting.conftest import FIELDS, HOUSING, PEOPLE, WORK, invite, make, vote

BOTH_STORES = True


def test_turnout_counts_organisations_and_members_who_have_none(
    store: Store, round: Round, form: Questionnaire
) -> None:
    people = {name: invite(store, round, name) for name in PEOPLE}
    invitations.note_opened(store, people["Ben"].id)
    invitations.note_opened(store, people["Dora"].id)
    for item in ("item-1", "item-2", "item-3"):
        vote(store, form, people["Cem"], item)
    vote(store, form, people["Dora"])
    vote(store, form, people["Fatma"], "item-3")
    invitations.revoke(store, people["Emil"].id)  # never voted: not invited any more
    invitations.revoke(store, people["Fatma"].id)  # has voted: counts on
    everybody = tallies.voters(invitations.of_round(store, round.id), ballots.current(store, round.id))
    assert [(each.body, each.organisation, len(each.people), each.opened, each.votes) for each in everybody] == [
        (WORK, "Jobcenter", 2, True, 0),
        (HOUSING, "Jobcenter", 1, True, 3),
        (WORK, "", 1, True, 1),
        (HOUSING, "Wohnbau", 1, True, 1),
    ]
    assert tallies.turnout(round, everybody) == [
        Turnout(WORK, invited=2, opened=2, voted=1, complete=0),
        Turnout(HOUSING, invited=2, opened=2, voted=2, complete=1),
        Turnout(ALL, invited=4, opened=4, voted=3, complete=1),
    ]


def test_results_per_statement_and_body(store: Store, round: Round, form: Questionnaire) -> None:
    people = {name: invite(store, round, name) for name in PEOPLE}
    vote(store, form, people["Anna"], K1="reservation", K4="5")
    vote(store, form, people["Dora"], K4="2")
    vote(store, form, people["Emil"], K1="abstain", K4="pna")
    vote(store, form, people["Cem"], K1="disagree", K2="Nein.", K4="4")
    vote(store, form, people["Fatma"], "item-3")
    found = tallies.results(round, ballots.current(store, round.id))
    assert len(found) == 9
    one, three = Put("item-1", 1), Put("item-3", 1)

    def counts(agree: int = 0, reservation: int = 0, disagree: int = 0, abstain: int = 0) -> dict[str, int]:
        return {"agree": agree, "reservation": reservation, "disagree": disagree, "abstain": abstain}

    assert found[:3] == [
        Result(one, WORK, counts(agree=1, reservation=1, abstain=1), 3.5, 2),
        Result(one, HOUSING, counts(disagree=1), 4.0, 1),
        Result(one, ALL, counts(1, 1, 1, 1), 11 / 3, 3),
    ]
    assert [each.votes for each in found[3:6]] == [0, 0, 0]
    assert found[6:] == [
        Result(three, WORK, counts(), None, 0),
        Result(three, HOUSING, counts(agree=1), None, 0),
        Result(three, ALL, counts(agree=1), None, 0),
    ]


CASTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(PEOPLE)),
        st.sampled_from(("item-1", "item-2", "item-3")),
        st.sampled_from(("agree", "reservation", "disagree", "abstain")),
        st.sampled_from(("", "Weil.")),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(CASTS)
def test_the_last_vote_of_each_organisation_in_each_body_is_the_one_that_counts(
    form: Questionnaire, casts: list[tuple[str, str, str, str]]
) -> None:
    store = MemoryStore()
    for name in ("AK Arbeit", "AK Wohnen"):
        bodies.add(store, {"de": name}, "working_group")
    number = versions.begin(store, {"de": "K"}, FIELDS, "Mara").number
    for text in "abc":
        items.add(
            store, number, kind="goal", field="ARB", texts={"de": text}, basis=Judgement("AK"), by="Mara"
        )  # fmt: skip
    made = make(store, number, languages=())
    opened = rounds.open_round(store, made.id, "Mara")
    people: dict[str, Invitation] = {name: invite(store, opened, name) for name in PEOPLE}
    voters = {"Anna": "J1", "Ben": "J1", "Cem": "J2", "Dora": "D", "Emil": "E", "Fatma": "F"}
    expected: dict[tuple[str, str], tuple[str, dict[str, str], int]] = {}
    for name, item, said, why in casts:
        key = (voters[name], item)
        turn = expected[key][2] + 1 if key in expected else 1
        try:
            vote(store, form, people[name], item, K1=said, K2=why)
        except ballots.Refused:
            assert (said, why) == ("disagree", "")
        else:
            expected[key] = (name, {"K1": said, **({"K2": why} if why else {})}, turn)
    found: dict[tuple[str, str], Vote] = {
        (voters[each.name], each.item): each for each in ballots.current(store, opened.id)
    }
    assert {key: (each.name, dict(each.answers), each.turn) for key, each in found.items()} == expected
    assert len(ballots.current(store, opened.id)) == len(expected)
    results = [each for each in tallies.results(opened, [*found.values()]) if each.body == ALL]
    assert sum(each.votes for each in results) == len(expected)
    assert len(comments.of_round(store, opened)) == sum("K2" in answers for _, answers, _ in expected.values())
    store.close()
