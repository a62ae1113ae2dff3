"""What a plugin computes with: groups, shares under disclosure control, offers, and the note on who took part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import sample, snapshot
from survey_service.reports.blocks import TextBlock, words
from survey_service.reports.codebook import codebook_of
from survey_service.reports.plugin import (
    Group,
    Reason,
    ReportContext,
    ReportInfo,
    all_of,
    answered,
    any_of,
    asked,
    chose,
    chose_any,
    everyone,
)
from survey_service.responses import standing
from survey_service.statistics.disclosure import Released
from survey_service.statistics.shares import share_of, wilson
from tests.conftest import TODAY
from tests.reports.test_snapshot import body

INFO = ReportInfo("trial", "1", {"de": "a", "en": "a"}, ("small",), permissions=("aggregates", "rows"))


def person(likes: list[str] | None, *, state: str = "answered", why: str | None = None, **more: Any) -> dict[str, Any]:
    answers = {"OK": "yes", **({"likes": likes} if likes else {}), **({"why": why} if why else {})}
    states = {"OK": "answered", "likes": state, "why": "answered" if why else "not_shown"}
    return body(answers, states, **more)


def context_of(people: Iterable[dict[str, Any]], small: Questionnaire, folder: Path) -> ReportContext:
    revisions = {"small-1": small}
    table = snapshot.responses_table(people, revisions)
    frozen = snapshot.write(folder, {"responses-small": table}, {"small": codebook_of(revisions)})
    return ReportContext(frozen.folder, INFO, TODAY)


@pytest.fixture
def crowd(small: Questionnaire, tmp_path: Path) -> ReportContext:
    """12 like red, 8 blue (5 of them red too), 6 would not say, 4 skipped, 3 did not see the question."""
    people = [
        *(person(["red"], why="red") for _ in range(7)),
        *(person(["red", "blue"]) for _ in range(5)),
        *(person(["blue"], period="2026-Q3") for _ in range(3)),
        *(person(None, state="pna", language="ar") for _ in range(6)),
        *(person(None, state="skipped", language="ar") for _ in range(4)),
        *(person(None, state="not_shown", language="uk") for _ in range(3)),
    ]
    return context_of(people, small, tmp_path)


def test_a_share_says_its_base(crowd: ReportContext) -> None:
    red = chose_any("likes", "red")
    for base, n in ((answered("likes"), 15), (asked("likes"), 25), (everyone(), 28)):
        released = crowd.share("small", red, base)
        reason = Reason.GROUP if n == 15 else None  # 15 - 12 = 3 people are left
        assert (released.base, released.suppressed) == (n, reason)
        if reason is None:
            assert (released.numerator, released.share) == (12, 12 / n)
            assert (released.low, released.high) == pytest.approx(wilson(12 / n, n))


def test_groups_combine(crowd: ReportContext) -> None:
    both = all_of([chose_any("likes", "red"), chose_any("likes", "blue")])
    either = any_of([chose("why", "red"), chose_any("likes", "blue", "green")])
    found = crowd.count("small", {"both": both, "either": either, "nobody": any_of([]), "everyone": all_of([])})
    assert {name: released.numerator for name, released in found.items()} == {
        "both": 5,
        "either": 15,
        "nobody": None,
        "everyone": 28,
    }
    assert found["nobody"].suppressed is Reason.GROUP


def test_choosing_from_an_empty_list_is_choosing_nothing(crowd: ReportContext) -> None:
    assert crowd.count("small", {"none": chose_any("likes")})["none"].suppressed is Reason.GROUP


def test_periods_are_apart(crowd: ReportContext) -> None:
    assert crowd.periods("small") == ("2026-Q3", "2026-Q4")
    base = crowd.share("small", chose_any("likes", "blue"), asked("likes"), period="2026-Q4")
    assert (base.numerator, base.base) == (5, 22)
    assert crowd.share("small", everyone(), everyone(), period="2026-Q3").base is None


def test_parts_of_a_whole_are_suppressed_together(crowd: ReportContext) -> None:
    state = pl.col("likes:state").cast(pl.String)
    parts = {name: state == name for name in ("answered", "pna", "skipped", "not_shown")}
    released = crowd.parts("small", parts, everyone())
    assert {name: share.numerator for name, share in released.items()} == {
        "answered": 15,
        "pna": 6,
        "skipped": None,
        "not_shown": None,
    }
    with pytest.raises(ValueError, match="do not make up the base"):
        crowd.parts("small", {"red": chose_any("likes", "red")}, answered("likes"))


def test_pooled_answers_rest_on_people(crowd: ReportContext) -> None:
    groups = [
        Group(chose_any("likes", "red"), asked("likes")),
        Group(chose_any("likes", "blue"), asked("likes")),
    ]
    released = crowd.pooled("small", groups)
    assert (released.numerator, released.base) == (12 + 8, 50)
    assert (released.low, released.high) == pytest.approx(wilson(0.4, 25))
    few = [Group(chose_any("likes", "red"), chose("why", "red"))] * 2
    assert crowd.pooled("small", few).suppressed is Reason.GROUP  # nobody misses
    assert crowd.pooled("small", []).suppressed is Reason.BASE


def test_rows_are_a_permission(crowd: ReportContext, tmp_path: Path) -> None:
    assert crowd.rows("small").collect().height == 28
    plain = ReportContext(next(tmp_path.iterdir()), ReportInfo("trial", "1", {"*": "a"}, ("small",)), TODAY)
    with pytest.raises(PermissionError, match="rows"):
        plain.rows("small")


def test_the_codebook(crowd: ReportContext, small: Questionnaire) -> None:
    assert crowd.has("small", "likes")
    assert not crowd.has("small", "B08")
    assert not crowd.has("large", "likes")
    assert crowd.label("small", "likes") == dict(small.questions["likes"].label)
    assert [choice.name for choice in crowd.choices("small", "likes")] == ["red", "blue", "green", "none", "pna"]
    assert crowd.choices("small", "age") == ()
    assert crowd.revisions("small") == ("small-1",)
    assert crowd.period == "2026-Q4"


def test_who_took_part(crowd: ReportContext) -> None:
    tables = {block.id: block for block in crowd.sample("small") if hasattr(block, "rows")}
    languages = {row[0].value["en"]: (row[1].kind, row[1].value) for row in tables["sample.small.language"].rows}  # type: ignore[index]
    # 3 in Ukrainian are too few; without the next smallest they could be computed from the total.
    assert languages == {
        "Arabic": ("hidden", "derivable"),
        "German": ("persons", 15),
        "Ukrainian": ("hidden", "small_group"),
    }
    assert tables["sample.small.mode"].rows[0][1].value == 28


@pytest.mark.parametrize(("within", "names"), [(None, ["a", "b", "c"]), (365, ["a", "b"]), (30, ["a"])])
def test_active_offers(small: Questionnaire, tmp_path: Path, within: int | None, names: list[str]) -> None:
    def offer(name: str, confirmed: str, status: str = "active", ends: str | None = None) -> dict[str, Any]:
        return {"offer": name, "response_key": "", "moderation": "published", "listed": True, "mode": "web",
                "status": status, "confirmed": confirmed, "ends": ends}  # fmt: skip

    table = snapshot.offers_table(
        [
            offer("a", "2026-10-24"),  # 30 days before
            offer("b", "2025-11-23", ends="2026-11-23"),  # 365 days before; the funding ends today
            offer("c", "2025-11-22"),
            offer("d", "2026-11-23", status="inactive"),
            offer("e", "2026-11-23", ends="2026-11-22"),
        ],
    )
    frozen = snapshot.write(tmp_path, {"offers": table}, {})
    context = ReportContext(frozen.folder, INFO, TODAY)
    assert sorted(context.active_offers(confirmed_within=within)["offer"].to_list()) == names


@pytest.mark.parametrize(("days", "confirmed"), [(180, ["a"]), (365, ["a", "b"]), (366, ["a", "b", "c"])])
def test_confirmed_offers_are_those_within_the_limit_of_the_snapshot(
    tmp_path: Path, days: int, confirmed: list[str]
) -> None:
    days_ago = {"a": 180, "b": 365, "c": 366}
    bodies = [
        {"offer": name, "moderation": "published", "listed": True, "mode": "web", "status": "active", "ends": None,
         "confirmed": (TODAY - dt.timedelta(days=age)).isoformat()}
        for name, age in days_ago.items()
    ]  # fmt: skip
    frozen = snapshot.write(tmp_path, {"offers": snapshot.offers_table(bodies, confirmed_days=days)}, {})
    context = ReportContext(frozen.folder, INFO, TODAY)
    assert context.confirmed_days == days
    assert sorted(context.confirmed_offers()["offer"].to_list()) == confirmed
    assert sorted(context.unconfirmed_offers()["offer"].to_list()) == sorted(set(days_ago) - set(confirmed))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["answered", "pna", "skipped", "not_shown"]), st.booleans()), max_size=40))
def test_shares_equal_a_plain_count(tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str, bool]]) -> None:
    from survey_service.questionnaire.loader import load_folder
    from tests.conftest import SMALL

    folder = tmp_path_factory.mktemp("forms")
    (folder / "small.yaml").write_text(SMALL, "utf-8")
    small = load_folder(folder).questionnaires["small"]
    bodies = [person(["red" if red else "blue"] if state == "answered" else None, state=state) for state, red in people]
    context = context_of(bodies, small, folder / "snapshots")
    base = [red for state, red in people if state == "answered"]
    released = context.share("small", chose_any("likes", "red"), answered("likes"))
    if len(base) < 5 or sum(base) < 5 or len(base) - sum(base) < 5:
        assert released.suppressed is not None
        assert released.numerator is None
        assert released.base == (len(base) if len(base) >= 5 else None)
    else:
        plain = share_of(sum(base), len(base))
        assert (released.numerator, released.base, released.share) == (plain.numerator, plain.base, plain.share)


def test_who_begins_and_who_sends(small: Questionnaire, tmp_path: Path) -> None:
    people = [
        *(person(["red"]) for _ in range(20)),
        *(person(["blue"], language="ar") for _ in range(6)),
        *(person(["blue"], language="uk") for _ in range(9)),
        *(person(["blue"], language="ti") for _ in range(2)),
    ]
    drafts = {"de": 3, "uk": 5, "pl": 7, "ti": 1}
    revisions = {"small-1": small}
    table = snapshot.responses_table(people, revisions, drafts=drafts)
    assert table.counts["started"] == {"ar": 6, "de": 23, "pl": 7, "ti": 3, "uk": 14}
    frozen = snapshot.write(tmp_path, {"responses-small": table}, {"small": codebook_of(revisions)})
    found = ReportContext(frozen.folder, INFO, TODAY).participation("small", "likes")
    numbers = {
        tag: (one.preferred.numerator, one.started.numerator, one.completed.numerator) for tag, one in found.items()
    }
    assert numbers == {
        "red": (20, None, None),  # the question stands for one about languages: nobody begins in red
        "blue": (17, None, None),
        "green": (None, None, None),
        "ar": (None, 6, None),  # 2 sent in Tigrinya are too few, so the next smallest number is hidden too
        "de": (None, None, 20),  # 3 are open
        "pl": (None, 7, None),
        "ti": (None, None, None),
        "uk": (None, 14, 9),
    }
    assert found["de"].started.suppressed is Reason.DERIVABLE
    assert found["ar"].completed.suppressed is Reason.DERIVABLE


def test_parameters_and_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    context = ReportContext(tmp_path, INFO, TODAY, {"limit": 3}, on_progress=lambda *step: told.append(step))
    context.progress(1, 4)
    assert (context.parameters, told) == ({"limit": 3}, [(1, 4)])
    silent = ReportContext(tmp_path, INFO, TODAY)
    silent.progress(1, 4)
    assert silent.parameters == {}
    with pytest.raises(TypeError):
        context.parameters["limit"] = 4  # type: ignore[index]


def test_texts_are_a_permission(small: Questionnaire, tmp_path: Path) -> None:
    typed = body({"OK": "yes", "town": "Musterdorf"}, {"OK": "answered", "town": "answered"})
    people = [typed, *(person(["red"]) for _ in range(4)), {**typed, "language": "ar"}, {**typed, "status": "excluded"}]
    revisions = {"small-1": small}
    tables = {
        "responses-small": snapshot.responses_table(people, revisions),
        "texts-small": snapshot.texts_table(people, revisions),
    }
    frozen = snapshot.write(tmp_path, tables, {})
    with pytest.raises(PermissionError, match="texts"):
        ReportContext(frozen.folder, INFO, TODAY).texts("small")
    allowed = ReportInfo("trial", "1", {"*": "a"}, ("small",), permissions=("aggregates", "texts"))
    rows = ReportContext(frozen.folder, allowed, TODAY).texts("small").collect().sort("language").to_dicts()
    text = {"question": "town", "text": "Musterdorf", "period": "2026-Q4"}
    assert [{**row, "id": ""} for row in rows] == [
        {"id": "", **text, "language": None},  # the only one who answered in Arabic
        {"id": "", **text, "language": "de"},
    ]
    assert {row["id"] for row in rows} == {"0", "1"}


def test_the_basis_says_how_many_were_excluded_and_why() -> None:
    parts: dict[str, dict[str, Released]] = {"language": {}, "mode": {}}
    statuses = {"valid": 10, "excluded": 3}
    blocks = sample.sample_blocks("small", words({"*": "Small"}), statuses, [], parts, {"spam": 2, "trial": 1})
    (block,) = [each for each in blocks if isinstance(each, TextBlock) and each.text == sample.EXCLUDED_BY]
    assert block.values["reasons"].value == {"de": "Spam: 2; Probe: 1", "en": "spam: 2; trial: 1"}
    assert sample.EXCLUSIONS.keys() == set(standing.REASONS)
    without = sample.sample_blocks("small", words({"*": "Small"}), {"valid": 10}, [], parts, {})
    assert len(without) == len(blocks) - 1
