"""An empty Debian in namespaces: its programs, no data, no network, a root of its own, and a stand-in for systemd."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = "/opt/packages"
_APART = ("--unshare-ipc", "--unshare-net", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")
_ETC = (
    *("alternatives", "ca-certificates", "default", "ld.so.cache", "localtime", "login.defs", "nsswitch.conf"),
    *("pam.conf", "pam.d", "security", "ssl"),
)
_PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n"
_GROUP = "root:x:0:\nnogroup:x:65534:\n"
_CADDY = "caddy:x:998:998::/var/lib/caddy:/usr/sbin/nologin\n"
_PYTHON = """#!/bin/sh
# The machine's python3; what a virtual environment would fetch from the network is there already.
{python} "$@" || exit
if [ "$1 $2" = "-m venv" ]; then echo {packages} > "$(ls -d "$3"/lib/python3.*/site-packages)/packages.pth"; fi
"""
_DRIVER = """#!/bin/bash
set -u
install -d -o caddy -g caddy /var/lib/caddy
for block in /blocks/*; do
    cd /root
    echo "### $(head -n 1 "$block")"
    bash -euo pipefail "$block" || { echo "failed: $block"; tail -n 40 /run/stand-in/*.log; exit 1; }
done
"""


def possible() -> str:
    """Return why no such system can be had here, or an empty text."""
    if os.geteuid() != 0:
        return "only root may have several users in a container without an engine"
    tried = subprocess.run(
        ["bwrap", *_APART, "--ro-bind", "/", "/", "true"], capture_output=True, text=True, check=False
    )
    return f"this machine allows no namespaces: {tried.stderr.strip()}" if tried.returncode else ""


def run(
    place: Path, blocks: Mapping[str, str], files: Mapping[str, Path], hosts: str
) -> subprocess.CompletedProcess[str]:
    """Run shell blocks by name one after the other in a new system, as root; ``files`` lie in its ``/root``."""
    _prepare(place, blocks, hosts)
    command = ["bwrap", *_APART, "--die-with-parent", "--new-session", "--cap-add", "ALL", "--clearenv"]
    command += ["--setenv", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "--setenv", "HOME", "/root"]
    command += ["--setenv", "PIP_NO_INDEX", "1", "--setenv", "PIP_DISABLE_PIP_VERSION_CHECK", "1"]
    command += ["--setenv", "PIP_ROOT_USER_ACTION", "ignore", "--setenv", "LC_ALL", "C.UTF-8"]
    command += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"]
    for name in ("bin", "sbin", "lib", "lib64"):
        command += ["--symlink", f"usr/{name}", f"/{name}"]
    for name in ("bin", "sbin"):
        command += ["--bind", str(place / name), f"/usr/local/{name}"]
    command += ["--bind", str(place / "etc"), "/etc"]
    for name in _ETC:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    shown = {
        folder: folder for folder in (sys.base_prefix, sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    }
    shown |= {PACKAGES: str(place / "packages"), "/blocks": str(place / "blocks")}
    for folder in ("/root", "/var/lib", "/var/backups", *shown):  # made on the way they were closed to others
        command += [word for above in reversed(Path(folder).parents) for word in ("--dir", str(above))][2:]
        command += ["--ro-bind", shown[folder], folder] if folder in shown else ["--dir", folder]
    for name, path in files.items():
        command += ["--ro-bind", str(path), f"/root/{name}"]
    command += ["bash", "/usr/local/sbin/driver"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1_500, umask=0o022)


def _prepare(place: Path, blocks: Mapping[str, str], hosts: str) -> None:
    for name in ("bin", "sbin", "etc", "packages", "blocks", "etc/caddy", "etc/systemd", "etc/systemd/system"):
        (place / name).mkdir()
    python = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    if python.is_relative_to("/usr/local"):  # which is another folder in there
        python = Path(shutil.copy(python, place / "bin" / python.name))
        python = Path("/usr/local/bin", python.name)
    for name, content in (
        ("bin/python3", _PYTHON.format(python=python, packages=PACKAGES)),
        ("sbin/systemctl", f'#!/bin/sh\nexec {python} /usr/local/sbin/systemctl.py "$@"\n'),
        ("sbin/systemctl.py", (HERE / "systemctl.py").read_text("utf-8")),
        ("sbin/driver", _DRIVER),
    ):
        (place / name).write_text(content)
        (place / name).chmod(0o755)
    for name, content in (("passwd", _PASSWD + _CADDY), ("group", _GROUP + "caddy:x:998:\n"), ("hosts", hosts)):
        (place / "etc" / name).write_text(content)
    for path in Path(sysconfig.get_path("purelib")).iterdir():  # all that is installed, but not the service itself
        if not path.name.startswith(("survey_service", "__editable__", "_survey")) and path.suffix != ".pth":
            (place / "packages" / path.name).symlink_to(path)
    for number, (name, block) in enumerate(blocks.items()):
        (place / "blocks" / f"{number:02}").write_text(f"# {name}\n{block}\n")
    place.chmod(0o755)
