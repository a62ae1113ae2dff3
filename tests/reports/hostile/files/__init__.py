"""Tries to read, change and find what lies outside the folders a plugin may use."""

import ctypes
import mmap
import os
import shutil
from pathlib import Path

from survey_service.reports.plugin import ReportInfo, ReportOutput, TextBlock, hookimpl, words

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def store(given):
    """Return a file of the store; its name is known, as it is to anybody who has read the documentation."""
    return given["store_file"]


def read_store(given):
    assert Path(store(given)).read_bytes()


def map_store(given):
    with open(store(given), "rb") as file:
        mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)


def open_for_writing_and_truncating(given):
    with open(store(given), "r+b") as file:
        file.truncate(1)


def open_read_only_and_truncate(given):
    os.close(os.open(store(given), os.O_RDONLY | os.O_TRUNC))


def truncate_the_code(given):
    """Of a file that may be read: before ABI 3, Landlock lets it be emptied by opening it."""
    os.close(os.open(given["code_file"], os.O_RDONLY | os.O_TRUNC))


def truncate_the_code_by_name(given):
    os.truncate(given["code_file"], 0)


def write_in_scratch_through_a_symlink(given):
    os.symlink(store(given), "link")
    Path("link").write_bytes(b"x")


def swap_the_snapshot_for_a_symlink(given):
    snapshot = Path(given["snapshot"])
    os.rename(snapshot, snapshot.with_name("away"))


def make_a_file_with_a_name_of_the_store_by_rename(given):
    Path("mine").write_bytes(b"x")
    os.rename("mine", store(given))


def hardlink_the_store(given):
    os.link(store(given), "hard")


def rename_the_store(given):
    os.rename(store(given), store(given) + ".gone")


def leave(place):
    """Write a file outside, and take it away again if that was possible."""
    Path(place).write_text("x")
    os.unlink(place)


def file_tree_of_the_instance(given):
    assert os.listdir(given["instance"])


def change_folder(given):
    os.chdir(given["instance"])


def change_the_root(given):
    os.chroot(given["instance"])


def chmod_by_path_descriptor(given):
    descriptor = os.open(store(given), os.O_PATH)
    os.chmod(f"/proc/self/fd/{descriptor}", 0o777)


def mark_by_descriptor(given):
    descriptor = os.open(given["code_file"], os.O_RDONLY)
    checked(libc.fsetxattr(descriptor, b"user.x", b"1", 1, 0))


def watch(given):
    checked(libc.inotify_add_watch(checked(libc.inotify_init()), store(given).encode(), 0xFFF))


ATTEMPTS = {
    "read /etc/passwd": lambda given: Path("/etc/passwd").read_text(),
    "list /etc": lambda given: os.listdir("/etc"),
    "list the root": lambda given: os.listdir("/"),
    "list /tmp": lambda given: os.listdir("/tmp"),
    "list the instance": file_tree_of_the_instance,
    "read the store": read_store,
    "map the store": map_store,
    "read the secret": lambda given: Path(given["secret_file"]).read_text(),
    "copy the store": lambda given: shutil.copyfile(store(given), "copy"),
    "write into the store": open_for_writing_and_truncating,
    "append to the store": lambda given: open(store(given), "ab").write(b"x"),
    "open read-only and truncate": open_read_only_and_truncate,
    "truncate the store by name": lambda given: os.truncate(store(given), 0),
    "truncate the code": truncate_the_code,
    "truncate the code by name": truncate_the_code_by_name,
    "write beside the store": lambda given: Path(given["instance"], "new").write_text("x"),
    "write in /tmp": lambda given: leave("/tmp/survey-hostile"),
    "write in /dev/shm": lambda given: leave("/dev/shm/survey-hostile"),
    "write into the plugin": lambda given: Path(__file__).with_name("new.py").write_text("x"),
    "write into the snapshot": lambda given: Path(given["snapshot"], "new").write_text("x"),
    "swap the snapshot": swap_the_snapshot_for_a_symlink,
    "write through a symlink": write_in_scratch_through_a_symlink,
    "make a hard link": hardlink_the_store,
    "chmod the store": lambda given: os.chmod(store(given), 0o666),
    "chmod by descriptor": chmod_by_path_descriptor,
    "chown the store": lambda given: os.chown(store(given), os.getuid(), os.getgid()),
    "touch the store": lambda given: os.utime(store(given), (1, 1)),
    "touch the store (old call)": lambda given: checked(libc.utimes(store(given).encode(), None)),
    "mark the store": lambda given: os.setxattr(store(given), "user.mark", b"1"),
    "mark by descriptor": mark_by_descriptor,
    "make a device": lambda given: os.mknod("device"),
    "make a pipe file": lambda given: os.mkfifo("pipe"),
    "change the folder": change_folder,
    "change the root": change_the_root,
    "watch the store": watch,
    "a memory file": lambda given: os.memfd_create("x"),
    "rename into the store": make_a_file_with_a_name_of_the_store_by_rename,
    "rename the store": rename_the_store,
    "remove the store": lambda given: os.unlink(store(given) + ".gone"),
}
"""What must fail; the last ones destroy what the others need."""

NAMES = {
    "stat the store": lambda given: os.stat(store(given)),
    "is the store there": lambda given: os.access(store(given), os.F_OK) or int("no"),
    "open the store's path": lambda given: os.open(store(given), os.O_PATH),
}
"""What only a root of its own hides: names, sizes and times of files."""


@hookimpl
def report_info():
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context):
    given = {**context.parameters, "snapshot": str(context._folder)}
    if given["only"]:
        ATTEMPTS[given["only"]](given)
    found = []
    for name, attempt in {**NAMES, **ATTEMPTS}.items():
        try:
            attempt(given)
            outcome = "done"
        except Exception as error:
            outcome = type(error).__name__
        values = {"attempt": words({"*": name}), "outcome": words({"*": outcome})}
        found.append(TextBlock({"*": "%(attempt)s %(outcome)s"}, values=values))
    return ReportOutput(tuple(found))
