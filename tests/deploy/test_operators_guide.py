"""The operators' guide works as it stands: its blocks are run in an empty system, from the wheel to the way back.

Between them the test does what people do meanwhile: somebody answers over TLS, and asks again after the disk was lost,
the version changed and changed back.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from survey_service import __version__
from survey_service.cli import cli
from tests.deploy import container
from tests.test_packaging import build_wheel

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operators-guide.md"
NEXT = "99.0"
ROOT_CERTIFICATE = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
SITE = "https://survey.example.org"
ANSWERS = {"id": "9f0c4a51-3d0e-4c1c-9d55-6a4e1d7c2b10", "language": "ar", "answers": {"B00": "yes", "B02": "27-44"}}
ASK = f"curl --silent --show-error --cacert {ROOT_CERTIFICATE} --retry 30 --retry-all-errors --retry-delay 1"
ANSWER = (
    f"{ASK} --fail --json '{json.dumps(ANSWERS)}' --write-out ' %{{http_code}}\\n' "
    f"{SITE}/api/v1/questionnaires/needs/responses"
)


def guide() -> dict[str, str]:
    """Return the blocks of the guide by their headings, in their order."""
    blocks: dict[str, str] = {}
    parts = re.split(r"^(## .*|```sh$)", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    heading = ""
    for mark, text in zip(parts[1::2], parts[2::2], strict=True):
        if mark == "```sh":
            blocks[f"{heading} ({len(blocks)})"] = text.partition("\n```")[0].strip()
        else:
            heading = mark.removeprefix("## ")
    return blocks


def newer(wheel: Path, place: Path) -> Path:
    """Return the wheel of a later version, in which accounts have one more member."""
    path = place / f"survey_service-{NEXT}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "survey_service/__init__.py" or name.endswith(".dist-info/METADATA"):
                content = content.replace(__version__.encode(), NEXT.encode(), 1 if name.endswith("py") else -1)
            if name == "survey_service/accounts/tickets.py":
                changed = content.replace(
                    b'unique=("token_hash",))', b'unique=("token_hash",), migrations=(_aged,))', 1
                )
                assert changed != content
                content = changed.replace(
                    b"TICKETS = ", b'def _aged(body):\n    return {**body, "aged": 1}\n\n\nTICKETS = ', 1
                )
            new.writestr(name.replace(f"-{__version__}.dist-info", f"-{NEXT}.dist-info"), content)
    return path


def with_people(blocks: dict[str, str]) -> dict[str, str]:
    """Return the blocks with what the test does in between, after the last block of a heading."""
    between = {
        "4": f"{ANSWER}\n{ASK} --output /dev/null --write-out 'plain %{{http_code}} %{{redirect_url}}\\n' http://survey.example.org/",
        "6": ANSWER,
        "7": ANSWER,
        "8": f"until {ASK} --fail {SITE}/de/imprint | grep 'Landkreis Beispiel<'; do sleep 0.2; done",
    }
    last = {name.split(".")[0]: name for name in blocks}
    found: dict[str, str] = {}
    for name, block in blocks.items():
        found[name] = block
        number = name.split(".")[0]
        if number == "7" and "upgrade" in block:
            found["the new version"] = f"{ANSWER}\ncat /var/lib/survey-service/instance/version"
        if last[number] == name and number in between:
            found[f"people after {number}"] = between[number]
    found["after all"] = (
        "cat /var/lib/survey-service/instance/version\n"
        "find /var/lib/survey-service /var/backups/survey-service ! -user survey-service -o -perm /077 ! -type l\n"
        "head -c 21 /var/backups/survey-service/*.backup\necho\nsystemctl stop survey-service"
    )
    return found


def test_every_command_of_the_guide_is_one_of_the_program() -> None:
    text = GUIDE.read_text("utf-8")
    named = set(re.findall(r"^(?:survey|.*/survey-service) ([a-z]+)", text, re.MULTILINE))
    assert {"check", "users", "restore", "upgrade", "deployment"} <= named
    assert named - set(cli.commands) == set()


@pytest.mark.timeout(1_600)
def test_from_an_empty_machine_to_a_restored_and_upgraded_one(tmp_path: Path) -> None:
    reason = container.possible()
    if reason:
        pytest.skip(reason)
    blocks = guide()
    assert len(blocks) == 13
    (tmp_path / "dist").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "place").mkdir()
    wheel = build_wheel(tmp_path / "source", tmp_path / "dist")
    later = newer(wheel, tmp_path / "new")
    files = {wheel.name: wheel, f"new/{later.name}": later}
    ran = container.run(tmp_path / "place", with_people(blocks), files, "127.0.0.1 localhost survey.example.org\n")
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-6000:]
    said = dict(re.findall(r"^### # (.*)\n((?:(?!### ).*\n)*)", ran.stdout, re.MULTILINE))
    assert len(said) == len(with_people(blocks))
    by_number = {name.split(" (")[0].split(".")[0]: text for name, text in said.items()}
    assert f"{SITE}/manage/invited/" in by_number["3"]
    first = re.search(r'"receipt": ?"([^"]+)".* 201$', said["people after 4"], re.MULTILINE | re.DOTALL)
    assert first, said["people after 4"]
    assert f"plain 308 {SITE}/" in said["people after 4"]
    for name in ("people after 6", "the new version", "people after 7"):
        assert first[1] in said[name]
        assert " 200\n" in said[name]  # the same answer again: it is there, and counted once
    assert said["the new version"].rstrip().endswith(NEXT)
    assert "To migrate: account_links, 1 documents, 1 → 2." in ran.stdout
    left = said["after all"].splitlines()
    assert left[0] == __version__
    assert left[1:] == ["age-encryption.org/v1"], left
