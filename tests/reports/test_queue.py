"""The line of tickets: two may run, in order, over threads and processes, and the dead give their place back."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

from survey_service.reports.queue import Queue, Ticket

HOLDER = """
import sys, time
from pathlib import Path
from survey_service.reports.queue import Queue
ticket = Queue(Path(sys.argv[1])).join()
print(ticket.name, flush=True)
time.sleep(3600)
"""


def test_two_may_run_and_the_others_wait_in_order(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    tickets = [queue.join() for _ in range(4)]
    assert [ticket.may_run() for ticket in tickets] == [True, True, False, False]
    assert [queue.ahead(ticket.name) for ticket in tickets] == [0, 1, 2, 3]
    tickets[1].leave()
    assert [ticket.may_run() for ticket in tickets] == [True, False, True, False]
    tickets[0].leave()
    assert [ticket.may_run() for ticket in tickets[2:]] == [True, True]
    with tickets[2], tickets[3]:
        assert queue.ahead(tickets[3].name) == 1
    tickets[3].leave()
    assert queue.ahead(tickets[3].name) is None
    assert [path.name for path in (tmp_path / "report-queue").iterdir()] == ["door"]


def test_one_who_waits_may_leave_and_the_next_moves_up(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    first, second, third, fourth = (queue.join() for _ in range(4))
    third.leave()
    assert queue.ahead(fourth.name) == 2
    assert not fourth.may_run()
    first.leave()
    assert fourth.may_run()
    assert second.may_run()


def test_the_line_is_one_over_processes_and_a_killed_one_gives_its_place_back(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        name = holder.stdout.readline().strip()
        mine, waiting = queue.join(), queue.join()
        assert queue.ahead(name) == 0
        assert (mine.may_run(), waiting.may_run()) == (True, False)
        holder.send_signal(signal.SIGKILL)
    assert queue.ahead(name) is None
    assert waiting.may_run()
    assert not (tmp_path / "report-queue" / name).exists()


def test_never_more_than_two_at_once(tmp_path: Path) -> None:
    queue, lock, running, most, done = Queue(tmp_path), threading.Lock(), [0], [0], []

    def work() -> None:
        with queue.join() as ticket:
            while not ticket.may_run():
                pass
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            with lock:
                running[0] -= 1
                done.append(ticket.name)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 12
    assert 1 <= most[0] <= 2


def test_machines_have_lines_of_their_own(tmp_path: Path) -> None:
    one, other = Queue(tmp_path / "one"), Queue(tmp_path / "other")
    held: list[Ticket] = [one.join(), one.join()]
    assert other.join().may_run()
    assert one.machine != other.machine
    assert one.machine == Queue(tmp_path / "one").machine
    assert len(held) == 2
