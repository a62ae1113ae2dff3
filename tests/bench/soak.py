"""``make soak``: ten minutes of a busy day on one machine, all at once.

Phones on slow connections fill in the needs questionnaire, and some send again what was not answered; providers look
through the directory and ask for their links; a manager looks, exports and makes reports; a backup is written again and
again. Counted is what went wrong: responses lost or stored twice, answers that are a fault of the server, memory that
grows, pages that take much longer than on the idle machine. A sample of it is part of ``make test``, without times.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import requests

from survey_service import clock, settings
from survey_service.accounts import accounts
from survey_service.reports.report import BLOCKS
from survey_service.responses import receipts
from survey_service.responses.submissions import RESPONSES
from survey_service.store import open_store
from survey_service.store.archive import Archive
from survey_service.store.sealing import Keys
from tests.bench.http import ANSWERS

PASSWORD = "correct horse battery staple"
RATE = 20_000
"""Bytes a second that a phone sends and receives."""
PAUSES = 4.0
"""Seconds between two responses of a phone: sixty-four people hand theirs in every six seconds or so, all day long."""
RESPONSE = 0.003
"""MB of memory that a response takes in the embedded store, with its row in the list of the desk."""
_PART = 1_400
_FIELD = re.compile(r'name="_csrf" value="([^"]+)"')
LANGUAGES = ("de", "ar", "uk", "fa-AF", "en")
PAGES = ("/{}/", "/{}/q/needs", "/{}/receipt", "/{}/privacy", "/{}/offers")


@dataclass
class Seen:
    """What the people of a soak have seen: status codes by who, acknowledged responses (receipt by key), when each
    backup was begun and what was acknowledged by then, and how long a page took, in ms."""

    answers: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, str] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)
    backups: list[tuple[Path, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def note(self, who: str, status: int, where: str) -> None:
        self.answers[f"{who} {status}"] += 1
        if status >= 500:
            self.faults.append(f"{who}: {status} at {where}")


# -- phones ---------------------------------------------------------------------------------------------------------


async def _slowly(port: int, request: bytes, *, hang_up: bool = False) -> tuple[int, bytes]:
    """Send a request and read its answer at the pace of a bad connection; ``hang_up`` before it comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        for start in range(0, len(request), _PART):
            writer.write(request[start : start + _PART])
            await writer.drain()
            await asyncio.sleep(_PART / RATE)
        if hang_up:
            return 0, b""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = b""
        while len(body) < length:
            body += await reader.readexactly(min(_PART, length - len(body)))
            await asyncio.sleep(_PART / RATE)
        return int(head.split(b" ", 2)[1]), body
    finally:
        writer.close()


def _request(method: str, path: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: br", "Connection: close"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode() + body


async def _phone(port: int, seen: Seen, chance: random.Random, stop: Callable[[], bool], pause: float) -> None:
    while not stop():
        language = chance.choice(LANGUAGES)
        for page in ("/{}/", "/{}/q/needs"):
            path = page.format(language)
            status, _ = await _slowly(port, _request("GET", path))
            seen.note("phone", status, path)
        key, answers = str(uuid.uuid4()), {**ANSWERS, "B17": chance.choice("12345")}
        body = json.dumps({"id": key, "language": language, "answers": answers}).encode()
        request = _request("POST", "/api/v1/questionnaires/needs/responses", body)
        if chance.random() < 0.2:  # the network goes before the answer has come
            await _slowly(port, request, hang_up=True)
        for _ in range(1 + (chance.random() < 0.2)):  # and some send again although it has come
            status, said = await _slowly(port, request)
            seen.note("phone", status, "responses")
            if status in (200, 201):
                receipt = str(json.loads(said)["receipt"])
                if seen.acknowledged.setdefault(key, receipt) != receipt:
                    seen.differing.append(key)
        await asyncio.sleep(chance.uniform(0.2, 1.8) * pause)


def _phones(port: int, seen: Seen, number: int, stop: Callable[[], bool], pause: float) -> None:
    async def everybody() -> None:
        await asyncio.gather(*(_phone(port, seen, random.Random(each), stop, pause) for each in range(number)))

    asyncio.run(everybody())


# -- people ---------------------------------------------------------------------------------------------------------


class Person:
    """Somebody with a browser: cookies, and the token of each form."""

    def __init__(self, port: int, seen: Seen, name: str) -> None:
        self.address, self.seen, self.name = f"http://127.0.0.1:{port}", seen, name
        self.browser = requests.Session()

    def get(self, path: str) -> str:
        answer = self.browser.get(self.address + path, timeout=60)
        self.seen.note(self.name, answer.status_code, path)
        return answer.text

    def post(self, path: str, form: str, **fields: str) -> None:
        token = _FIELD.search(self.get(form))
        if token is None:
            self.seen.faults.append(f"{self.name}: no form at {form}")
            return
        given = {**fields, "_csrf": token[1]}
        origin = {"Origin": self.address, "Referer": self.address + form}
        answer = self.browser.post(self.address + path, given, timeout=60, headers=origin)
        self.seen.note(self.name, answer.status_code, path)


def _provider(port: int, seen: Seen, stop: Callable[[], bool], pause: float) -> None:
    person = Person(port, seen, "provider")
    for round in range(1 << 30):
        if stop():
            return
        for path in ("/de/offers", "/de/offers?q=Deutsch", "/hsds/services", "/provider/de/"):
            person.get(path)
            time.sleep(pause)
        if round % 4 == 0:
            person.post("/provider/de/link", "/provider/de/link", email=f"nobody{round}@example.org")


def _manager(port: int, seen: Seen, stop: Callable[[], bool], pause: float) -> None:
    person = Person(port, seen, "manager")
    person.post("/manage/login", "/manage/login", name="mara", password=PASSWORD)
    while not stop():
        for path in ("/manage/", "/manage/questionnaires/needs/responses", "/manage/reports", "/manage/outbox"):
            person.get(path)
            time.sleep(pause)
        person.get("/manage/questionnaires/needs/responses.file?format=csv&language=de")
        person.post("/manage/reports", "/manage/reports", plugin="needs_and_offers")
        time.sleep(4 * pause)


def _looker(port: int, seen: Seen, stop: Callable[[], bool]) -> None:
    """Load one page after another over a good connection, and note how long each takes."""
    browser = requests.Session()
    for round in range(1 << 30):
        if stop():
            return
        path = PAGES[round % len(PAGES)].format(LANGUAGES[round // len(PAGES) % len(LANGUAGES)])
        began = time.perf_counter()
        status = browser.get(f"http://127.0.0.1:{port}{path}", timeout=60).status_code
        seen.pages.append((time.perf_counter() - began) * 1_000)
        seen.note("looker", status, path)
        time.sleep(0.2)


def _backups(instance: Path, seen: Seen, stop: Callable[[], bool], pause: float) -> None:
    for number in range(1 << 30):
        if stop():
            return
        path, before = instance.parent / f"{number}.backup", len(seen.acknowledged)
        command = [sys.executable, "-m", "survey_service.cli", "backup", "--to", str(path), "--instance", str(instance)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            seen.faults.append(f"backup: {done.stderr[-200:]}")
        else:
            seen.backups.append((path, before))
        time.sleep(pause)


def _measurer(pid: int, seen: Seen, stop: Callable[[], bool]) -> None:
    while not stop():
        seen.memory.append(_resident(pid))
        time.sleep(1)


def _resident(pid: int) -> float:
    """Return the memory of the service's processes in MB; what a report's worker takes is not theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = 0
    for each in (str(pid), *children):
        try:
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# -- the whole ------------------------------------------------------------------------------------------------------


@contextmanager
def serving(instance: Path, *options: str) -> Iterator[tuple[int, int]]:
    """Start the service for the block; yield its port and the id of its process."""
    store = open_store("tinydb:", instance)
    accounts.add(store, "mara", ["manager"], PASSWORD, actor="soak", now=clock.now())
    store.close()
    command = [sys.executable, "-m", "survey_service.cli", "serve", "--port", "0", "--instance", str(instance)]
    given = {**os.environ, "SURVEY_SECOND_FACTOR": "false"}
    process = subprocess.Popen(
        [*command, *options], env=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        found = next((line for line in process.stdout if line.startswith("Serving ")), "")
        assert found, "the service did not start"
        yield int(found.rsplit(":", 1)[1].strip("/ \n")), process.pid
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def soak(instance: Path, seconds: float, phones: int, pauses: float, *options: str) -> tuple[Seen, list[float]]:
    """Let all of them at the service for so many seconds; return what they saw, and how long pages took before.

    A phone begins with the next response after ``pauses`` seconds in the middle; the others do something each second.
    """
    seen, idle = Seen(), Seen()
    with serving(instance, *options) as (port, pid):
        end = time.monotonic() + (20 if seconds > 60 else 3)
        _looker(port, idle, lambda: time.monotonic() > end)
        end = time.monotonic() + seconds

        def stop() -> bool:
            return time.monotonic() > end

        works: list[Callable[[], None]] = [
            lambda: _phones(port, seen, phones, stop, pauses),
            *[lambda: _provider(port, seen, stop, 1.0)] * 4,
            lambda: _manager(port, seen, stop, 1.0),
            lambda: _looker(port, seen, stop),
            lambda: _backups(instance, seen, stop, 5.0),
            lambda: _measurer(pid, seen, stop),
        ]
        threads = [threading.Thread(target=_guarded, args=(work, seen), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 240)
        if any(thread.is_alive() for thread in threads):
            seen.faults.append("somebody hangs")
    return seen, idle.pages


def _guarded(work: Callable[[], None], seen: Seen) -> None:
    try:
        work()
    except Exception as error:
        seen.faults.append(f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Verdict:
    """What is found afterwards: acknowledged responses that are lost, stored twice, with another receipt; backups that
    lack one acknowledged before they began; what else went wrong; and how many MB of memory what is stored takes."""

    kept: int
    lost: int
    doubled: int
    differing: int
    short_backups: int
    faults: tuple[str, ...]
    stored: float

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.differing or self.short_backups or self.faults)


def judge(instance: Path, seen: Seen) -> Verdict:
    """Compare what is stored with what was acknowledged."""
    store = open_store(settings.load(instance).store, instance)
    bodies = [stored.body for stored in store.collection(RESPONSES).iterate()]
    reports = sum(len(orjson.dumps(stored.body)) for stored in store.collection(BLOCKS).iterate())
    store.close()
    kept = Counter(body["key"] for body in bodies)
    hashes = {body["key"]: body["receipt_hash"] for body in bodies}
    wrong = [key for key, words in seen.acknowledged.items() if hashes.get(key) != receipts.hash_of(words)]
    counts = [(Archive(path, Keys()).manifest.collections["responses"], before) for path, before in seen.backups]
    return Verdict(
        kept=len(kept),
        lost=len(set(seen.acknowledged) - set(kept)),
        doubled=sum(count > 1 for count in kept.values()),
        differing=len(set(seen.differing) | set(wrong)),
        short_backups=sum(held < before for held, before in counts),
        faults=tuple(seen.faults),
        stored=len(bodies) * RESPONSE + reports / 1e6,
    )


def main(seconds: float = 600.0) -> int:
    """Run it whole, print what came of it, and return 1 if it is not as it must be."""
    with tempfile.TemporaryDirectory(prefix="survey-soak-") as folder:
        instance = Path(folder) / "instance"
        seen, idle = soak(instance, seconds, 64, PAUSES, "--demo")
        verdict = judge(instance, seen)
    median, slowest = statistics.median(idle), statistics.quantiles(seen.pages, n=100)[98]
    half = len(seen.memory) // 2
    warm, late = statistics.median(seen.memory[half // 2 : half]), statistics.median(seen.memory[-half // 2 :])
    grown = late - warm - verdict.stored / 2
    print(f"{sum(seen.answers.values()):,} answers in {seconds:.0f} s: {dict(sorted(seen.answers.items()))}")
    print(f"{len(seen.acknowledged):,} responses acknowledged, {verdict.kept:,} kept, {len(seen.backups)} backups")
    print(f"lost {verdict.lost} · doubled {verdict.doubled} · with another receipt {verdict.differing}")
    print(f"backups that lack something {verdict.short_backups} · other faults {len(verdict.faults)}")
    for fault in verdict.faults[:20]:
        print(f"  {fault}")
    print(
        f"page: idle median {median:.1f} ms, p99 under load {slowest:.1f} ms, ratio {slowest / median:.1f} (at most 20)"
    )
    print(f"memory: {warm:.0f} MB after a quarter, {late:.0f} MB at the end; {grown:+.0f} MB beyond what is stored")
    ratio = slowest / median
    good = verdict.clean and ratio <= 20 and grown < max(20.0, warm * 0.1)
    print("as it must be" if good else "NOT as it must be")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
