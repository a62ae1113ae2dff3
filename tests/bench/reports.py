"""The bundled reports over a million responses, beside the same queries alone; snapshots, memory, start, page.

``make bench BENCH=reports`` takes some minutes, ``make bench BENCH=reports-small`` (50,000 responses) less than one.
Every line is a ratio and its target. CPU ratios are shown beside those of time, for other work on the machine counts
into the latter only.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.app import create_app
from survey_service.demo import fill, fit, people
from survey_service.offers.register import OFFERS
from survey_service.paths import bundled
from survey_service.questionnaire.judge import Circumstances, judge
from survey_service.questionnaire.loader import load_folder
from survey_service.reports import report, snapshot
from survey_service.reports.context import ReportContext
from survey_service.reports.guest import load, manager_of
from survey_service.reports.host import list_plugins
from survey_service.reports.snapshot import Snapshot
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.settings import load as load_settings
from survey_service.store import MemoryStore
from tests.web.manage.conftest import PASSWORD, Desk

TODAY = dt.date(2026, 11, 23)
PERIODS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
NEW, OFFER_COUNT, KINDS = 1_000, 5_000, 2_000
ROUNDS = 3
_CHILD = """
import datetime as dt, sys
from pathlib import Path
from survey_service.reports.context import ReportContext
from survey_service.reports.guest import load, manager_of
name, folder, plugin, day = sys.argv[1:]
hook = manager_of(load(name, plugin)).hook
info = hook.report_info()
hook.report_run(context=ReportContext(Path(folder), info, dt.date.fromisoformat(day)))
status = Path("/proc/self/status").read_text()  # unlike ru_maxrss it begins anew with a program
print(status.split("VmHWM:")[1].split()[0])
"""


class World:
    """A store in memory with so many responses to the needs questionnaire, and offers."""

    def __init__(self, responses: int, periods: tuple[str, ...]) -> None:
        forms = load_folder(bundled("forms")).questionnaires
        self.store, self.dice = MemoryStore(), random.Random(1)
        self.publications = Publications(self.store)
        self.publications.publish(forms)
        fill(self.store, self.publications, today=TODAY)
        self._kinds = list(self._judged(forms["needs"]))
        self._multiply_offers()
        self.add(responses, periods)

    def _judged(self, form: Any) -> Iterator[dict[str, Any]]:
        now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
        for language, inputs in people.respondents(self.dice, form, KINDS):
            judged = judge(form, fit(form, inputs), TODAY, Circumstances(1, language, now, frozenset()))
            yield {"language": language, "answers": dict(judged.answers), "states": dict(judged.states)}

    def _multiply_offers(self) -> None:
        register = self.store.collection(OFFERS)
        known = [stored.body for stored in register.find()]
        for number in range(OFFER_COUNT - len(known)):
            body = known[number % len(known)]
            register.add({**body, "offer": str(uuid.uuid4()), "response_key": str(uuid.uuid4())})

    def add(self, count: int, periods: tuple[str, ...]) -> None:
        """Add responses; in the answers that nothing else depends on they differ from each other."""
        responses = self.store.collection(RESPONSES)
        for number in range(count):
            kind = self.dice.choice(self._kinds)
            free = {"B17": self.dice.choice("12345"), "B16": self.dice.choice(["own", "shared", "with_others"])}
            answers = {**kind["answers"], **{name: free[name] for name in free if name in kind["answers"]}}
            responses.add(
                {
                    **kind,
                    "answers": answers,
                    "key": str(uuid.UUID(int=self.dice.getrandbits(128))),
                    "questionnaire": "needs",
                    "revision": "needs-1",
                    "period": periods[number % len(periods)],
                    "mode": "web",
                    "seed": number,
                    "digest": "d" * 64,
                    "receipt_hash": f"{self.dice.getrandbits(256):064x}",
                    "status": "valid",
                }
            )

    def freeze(self, folder: Path, *questionnaires: str) -> Snapshot:
        names = list(questionnaires or ("needs",))
        return snapshot.freeze(folder, self.store, self.publications, names, offers=True)


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds of the clock and of the processor."""
    began, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - spent


def _line(what: str, ratio: float, target: str, details: str) -> None:
    print(f"{what:<58} {ratio:>8.2f}   target {target:<8} {details}")


def main(responses: int = 1_000_000, spread: tuple[tuple[str, ...], ...] = (PERIODS,)) -> None:
    """Measure all with so many responses, spread over a year; of ``spread`` the last is what reports are made of."""
    folder = Path(tempfile.mkdtemp(prefix="survey-bench-"))
    try:
        print(f"\nReports over {responses:,} responses and {OFFER_COUNT:,} offers")
        for periods in spread:
            where = "over four quarters" if len(periods) > 1 else "all in one quarter"
            world = World(responses, periods)
            frozen = _snapshots(world, folder / where.replace(" ", "-"), where)
        _reports(world, folder, frozen)
        _start()
        _page(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def small() -> None:
    """Measure all with 50,000 responses."""
    main(50_000, (PERIODS[-1:], PERIODS))


def one_quarter() -> None:
    """Measure all with a million responses of one quarter: every snapshot writes all of them again."""
    main(1_000_000, (PERIODS[-1:],))


def _snapshots(world: World, folder: Path, where: str) -> Snapshot:
    full = _timed(lambda: world.freeze(folder))
    later = []
    for _ in range(ROUNDS):
        world.add(NEW, PERIODS[-1:])
        later.append(_timed(lambda: world.freeze(folder)))
    for place, name in enumerate(("time", "CPU")):
        again = statistics.median(each[place] for each in later)
        details = f"{again:.2f} s after {NEW:,} new ones, {full[place]:.1f} s in full"
        _line(f"snapshot, {where}: {name}, % of a full build", 100 * again / full[place], "≤2", details)
    return world.freeze(folder)


def _reports(world: World, folder: Path, frozen: Snapshot) -> None:
    for entry in list_plugins():
        hook = manager_of(load(entry.module, str(entry.folder))).hook
        info = hook.report_info()
        taken = world.freeze(folder / "reports", *info.questionnaires)
        size = sum(path.stat().st_size for path in taken.folder.glob("*.arrow"))
        _beside_hand(entry.name, hook, info, taken)
        _memory(entry.name, entry, taken, size)


def _beside_hand(name: str, hook: Any, info: Any, taken: Snapshot) -> None:
    """Compare a report with its own queries, all at once in one polars call, as one would write them by hand."""
    queries: list[pl.LazyFrame] = []
    collect, collect_all = pl.LazyFrame.collect, pl.collect_all

    def noted(frame: pl.LazyFrame, *args: Any, **more: Any) -> Any:
        queries.append(frame)
        return collect(frame, *args, **more)

    def all_noted(frames: Any, *args: Any, **more: Any) -> Any:
        known = list(frames)
        queries.extend(known)
        return collect_all(known, *args, **more)

    def run() -> None:
        hook.report_run(context=ReportContext(taken.folder, info, TODAY))

    with mock.patch.object(pl.LazyFrame, "collect", noted), mock.patch.object(pl, "collect_all", all_noted):
        run()
    whole = min(_timed(run) for _ in range(ROUNDS))
    if not queries:
        print(f"report {name}: reads no responses; {whole[0]:.2f} s")
        return
    by_hand = min(_timed(lambda: collect_all(queries)) for _ in range(ROUNDS))
    details = f"{whole[0]:.2f} s, its {len(queries)} queries alone {by_hand[0]:.2f} s"
    _line(f"report {name}: time ÷ the queries alone", whole[0] / by_hand[0], "≤3", details)


def _memory(name: str, entry: Any, taken: Snapshot, size: int) -> None:
    command = [sys.executable, "-c", _CHILD, entry.module, str(taken.folder), str(entry.folder), TODAY.isoformat()]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    peak = int(done.stdout) * 1024
    details = f"peak {peak / 2**20:.0f} MiB, Arrow files {size / 2**20:.0f} MiB"
    _line(f"report {name}: peak memory ÷ Arrow files", peak / size, "≤4", details)


def _start() -> None:
    def run(code: str) -> float:
        return min(_timed(lambda: subprocess.run([sys.executable, "-I", "-c", code], check=True))[0] for _ in range(7))

    root = str(Path(__file__).resolve().parents[2])
    bare = run("pass")
    ours = run(f"import sys; sys.path.insert(0, {root!r}); import survey_service.reports.worker")
    _line(
        "worker: ms until it listens, more than bare Python", 1000 * (ours - bare), "≤150", f"bare {1000 * bare:.0f} ms"
    )


def _page(folder: Path) -> None:
    """Compare the page of a finished report with the desk's first page, by the same account in the same application."""
    world = World(2_000, PERIODS)
    settings = load_settings(folder / "instance", secret_key="0" * 64)
    app = create_app(settings, world.store)
    entry = next(entry for entry in list_plugins() if entry.name == "needs_and_offers")
    hook = manager_of(load(entry.module, str(entry.folder))).hook
    info = hook.report_info()
    taken = world.freeze(folder / "page", *info.questionnaires)
    blocks = hook.report_run(context=ReportContext(taken.folder, info, TODAY)).to_json()["blocks"]
    made = report.save(world.store, entry.name, info.to_json(), taken, json.loads(json.dumps(blocks)), TODAY)
    accounts.add(world.store, "Mara", ("manager",), PASSWORD, actor="bench", now=clock.now())
    desk = Desk(app)
    desk.sign_in("Mara")
    client = desk.client

    def get(path: str) -> float:
        assert client.get(path).status_code == 200, path
        return statistics.median(_timed(lambda: client.get(path))[0] for _ in range(9))

    constant, ready = get("/manage/"), get(f"/manage/reports/{made.id}")
    details = f"{1000 * ready:.1f} ms, the desk's first page {1000 * constant:.1f} ms; {len(blocks)} blocks"
    _line("page of a ready report ÷ the desk's first page", ready / constant, "≤2", details)
