"""Misbehaves in one way, named by the parameter ``how``."""

import ctypes
import mmap
import os
import signal
import sys
import threading
import time

from survey_service.reports.plugin import ReportInfo, ReportOutput, TextBlock, hookimpl

ANSWER = "My name is Amina and I live in Meiningen"
libc = ctypes.CDLL(None, use_errno=True)
pipe = int(sys.argv[1])
"""The descriptor of the answers: a plugin can find it, so what comes there is never believed."""


def forever():
    while True:
        time.sleep(3600)


def raise_with_an_answer():
    raise ValueError(ANSWER)


def raise_a_class_named_by_an_answer():
    raise type(ANSWER, (Exception,), {})


def hang_in_c():
    libc.sleep(3600)
    forever()


def hang_in_a_pattern():
    import re

    re.match(r"(a+)+b", "a" * 60)


def eat_memory():
    hoard = []
    while True:
        hoard.append(bytearray(10_000_000))


def eat_memory_by_mapping():
    hoard = []
    while True:
        hoard.append(mmap.mmap(-1, 50_000_000))


def flood(descriptor):
    while True:
        os.write(descriptor, b"x" * 65_536)


def flood_with_progress():
    while True:
        os.write(pipe, b'{"progress":[1,2]}\n' * 1_000)


def dribble():
    while True:
        os.write(pipe, b"x")
        time.sleep(0.05)


def many_threads():
    while True:
        threading.Thread(target=forever).start()


def threads_left_behind():
    for _ in range(5):
        threading.Thread(target=forever).start()
    return ReportOutput(())


def threads_that_go_on_talking():
    def talk():
        while True:
            os.write(pipe, b'{"output":{"blocks":[]}}\n')

    threading.Thread(target=talk).start()
    time.sleep(1)
    return ReportOutput(())


def close_the_pipe():
    os.close(pipe)
    forever()


def close_everything():
    os.closerange(0, 100)
    forever()


def stop_itself():
    os.kill(os.getpid(), signal.SIGSTOP)
    forever()


def ignore_all_signals():
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    forever()


def fork_bomb():
    while True:
        os.fork()


def fill_the_scratch_folder():
    number = 0
    while True:
        with open(f"file{number}", "wb") as file:
            file.write(b"x" * 1_000_000)
        number += 1


def fill_one_file():
    with open("file", "wb") as file:
        while True:
            file.write(b"x" * 1_000_000)


def many_small_files():
    number = 0
    while True:
        open(f"file{number}", "wb").close()
        number += 1


def many_folders_deep():
    """Each in the one before, by descriptors, so that no path is too long to make one more."""
    here = os.open(".", os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    forever()


def folders_nobody_can_open():
    os.mkdir("shut")
    os.mkdir("shut/inner")
    os.mkdir("closed", 0)
    forever()


def open_many_files():
    held = []
    while True:
        held.append(open("/dev/null"))


def use_another_instruction_set():
    """``int 0x80`` on x86_64 calls by the numbers of 32 bits, where 2 is fork; elsewhere there is no such thing."""
    if os.uname().machine != "x86_64":
        os.kill(os.getpid(), signal.SIGSYS)
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b802000000cd80c3"))  # mov eax, 2; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()


def another_answer_after_the_first():
    os.write(pipe, b'{"output":{"blocks":[]}}\n')
    return ReportOutput(())


def wrong_numbers_of_progress():
    os.write(pipe, b'{"progress":[-1,"x"]}\n{"progress":[9,1]}\n')
    return ReportOutput(())


def shut_the_answers_of_the_guest():
    """The plugin is in the same process as what speaks for it, so it can change that; nothing is gained by it."""
    import survey_service.reports.guest as guest

    guest._encode = lambda answer: b'{"output":{"blocks":[{"type":"text","text":{"*":"<script>"}}]}}'


HOW = {
    "raises": raise_with_an_answer,
    "raises a class": raise_a_class_named_by_an_answer,
    "exits": lambda: os._exit(3),
    "crashes": lambda: ctypes.string_at(0),
    "aborts": os.abort,
    "hangs": forever,
    "hangs in C": hang_in_c,
    "hangs in a pattern": hang_in_a_pattern,
    "burns": lambda: [None for _ in iter(int, 1) if None],
    "eats memory": eat_memory,
    "eats memory by mapping": eat_memory_by_mapping,
    "floods standard output": lambda: flood(1),
    "floods standard error": lambda: flood(2),
    "floods the pipe": lambda: flood(pipe),
    "floods with progress": flood_with_progress,
    "dribbles": dribble,
    "starts threads": many_threads,
    "leaves threads behind": threads_left_behind,
    "goes on talking": threads_that_go_on_talking,
    "closes the pipe": close_the_pipe,
    "closes everything": close_everything,
    "stops itself": stop_itself,
    "ignores signals": ignore_all_signals,
    "fork bomb": fork_bomb,
    "fills the scratch folder": fill_the_scratch_folder,
    "fills one file": fill_one_file,
    "makes many files": many_small_files,
    "nests folders": many_folders_deep,
    "makes shut folders": folders_nobody_can_open,
    "opens many files": open_many_files,
    "another instruction set": use_another_instruction_set,
    "answers twice": another_answer_after_the_first,
    "lies about progress": wrong_numbers_of_progress,
    "changes the guest": shut_the_answers_of_the_guest,
    "garbage": lambda: {"blocks": [b"\xff"]},
    "not a number": lambda: {"blocks": [{"type": "text", "text": float("nan")}]},
    "infinite": lambda: {"blocks": [float("inf")]},
    "a circle": lambda: [circle := {}, circle.update(blocks=circle), circle][-1],
    "100 MB": lambda: {"blocks": ["x" * 100_000_000]},
    "nothing": lambda: None,
    "markup": lambda: ReportOutput((TextBlock({"*": "<b>bold</b>"}),)),
}


@hookimpl
def report_info():
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context):
    return HOW[context.parameters["how"]]()
