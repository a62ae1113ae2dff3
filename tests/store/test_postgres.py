"""What only PostgreSQL can meet: the database goes away and comes back, several stores over one database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.app import create_app
from survey_service.problems import Problem
from survey_service.store import open_store
from survey_service.store.base import CollectionSpec
from survey_service.store.postgres import PostgresStore
from tests.store.postgres_server import Server, running

pytestmark = pytest.mark.injected

THINGS = CollectionSpec("things", unique=("key",))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own, which may be stopped."""
    import shutil
    import tempfile

    with running(Path(tempfile.mkdtemp(prefix="survey-pg-"))) as started:
        yield started
    shutil.rmtree(started.folder)


def test_nothing_acknowledged_is_lost_while_the_database_is_restarted(own: Server) -> None:
    store = PostgresStore(own.url)
    things = store.collection(THINGS)
    acknowledged: list[str] = []
    refused: list[str] = []
    stop = threading.Event()

    def work(name: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            key = f"{name}-{number}"
            try:
                things.add({"key": key})
            except Problem as problem:
                refused.append(problem.code)
            else:
                acknowledged.append(key)

    workers = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for worker in workers:
        worker.start()
    time.sleep(0.5)
    before = len(acknowledged)
    own.stop("immediate")
    own.start()
    deadline = time.monotonic() + 20
    middle = len(acknowledged)
    while len(acknowledged) < middle + 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    for worker in workers:
        worker.join()
    assert before > 0
    assert len(acknowledged) >= middle + 50, "it goes on by itself"
    assert set(refused) <= {"store.unreachable", "store.duplicate"}
    kept = {stored.body["key"] for stored in things.iterate()}
    assert set(acknowledged) - kept == set()
    store.close()


def test_two_stores_over_one_database_see_each_other_and_keep_unique_fields(own: Server) -> None:
    first, second = PostgresStore(own.url), PostgresStore(own.url)
    stored = first.collection(THINGS).add({"key": "shared"})
    assert second.collection(THINGS).get(stored.id) == stored
    with pytest.raises(Problem, match="already"):
        second.collection(THINGS).add({"key": "shared"})
    second.collection(THINGS).replace(stored.id, {"key": "shared", "n": 1}, version=1)
    with pytest.raises(Problem) as caught:
        first.collection(THINGS).replace(stored.id, {"key": "shared", "n": 2}, version=1)
    assert caught.value.code == "store.conflict"
    first.close()
    second.close()


def test_people_and_programs_are_told_to_try_again(own: Server, tmp_path: Path) -> None:
    store = PostgresStore(own.url)
    client = create_app(settings.load(tmp_path), store).test_client()
    assert client.get("/en/").status_code == 200
    own.stop("immediate")
    try:
        page, answer = client.get("/en/"), client.get("/readyz")
    finally:
        own.start()
    assert (page.status_code, answer.status_code) == (503, 503)
    assert page.headers["Retry-After"] == answer.headers["Retry-After"] == "30"
    assert "Traceback" not in page.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert client.get("/en/").status_code == 200
    store.close()


def test_a_database_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        open_store("postgresql://survey@127.0.0.1:1/nothing", tmp_path)
    assert caught.value.code == "store.unreachable"
