"""Tries calls of the kernel that a report has no use for, by their numbers on x86_64 and aarch64."""

import ctypes
import errno
import os

from survey_service.reports.plugin import ReportInfo, ReportOutput, TextBlock, hookimpl, words

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "socket": (41, 198), "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117), "mount": (165, 40),
    "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268),
    "bpf": (321, 280), "perf_event_open": (298, 241), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "userfaultfd": (323, 282), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "process_madvise": (440, 440), "kcmp": (312, 272), "truncate": (76, 45),
    "utimensat": (280, 88), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "fchown": (93, 55),
    "fchownat": (260, 54), "setxattr": (188, 5), "linkat": (265, 37), "symlinkat": (266, 36), "mknodat": (259, 33),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "openat2": (437, 437), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "mount_setattr": (442, 442), "quotactl": (179, 60),
    "clone3": (435, 435), "setuid": (105, 146), "setgroups": (116, 159), "setsid": (112, 157), "setpgid": (109, 154),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "personality": (135, 92), "reboot": (169, 142),
    "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104), "swapon": (167, 224),
    "sethostname": (170, 161), "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "syslog": (103, 116), "seccomp": (317, 277), "landlock_create_ruleset": (444, 444), "fanotify_init": (300, 262),
    "inotify_init1": (294, 26), "setpriority": (141, 140), "sched_setaffinity": (203, 122), "ioprio_set": (251, 30),
    "sendmsg": (46, 211), "sendto": (44, 206), "connect": (42, 203), "bind": (49, 200), "socketpair": (53, 199),
    "vmsplice": (278, 75), "splice": (275, 76), "remap_file_pages": (216, 234), "capset": (126, 91),
    "chdir": (80, 49), "fchdir": (81, 50), "umask": (95, 166), "acct": (163, 89), "lookup_dcookie": (212, 18),
    "no call at all": (900, 900),
}  # fmt: skip
COLUMN = 0 if os.uname().machine == "x86_64" else 1


@hookimpl
def report_info():
    return ReportInfo("kernel", "1.0", {"de": "Böse", "en": "Hostile"}, questionnaires=("small",))


@hookimpl
def report_run(context):
    found = []
    for name, numbers in CALLS.items():
        ctypes.set_errno(0)
        result = libc.syscall(numbers[COLUMN], -1, -1, -1, -1, -1, -1)
        outcome = "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
        values = {"attempt": words({"*": name}), "outcome": words({"*": outcome})}
        found.append(TextBlock({"*": "%(attempt)s %(outcome)s"}, values=values))
    return ReportOutput(tuple(found))
