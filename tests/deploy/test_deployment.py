"""The files for a machine: systemd, Caddy and nginx take them as they are, and they say what the program has."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from survey_service import settings
from survey_service.cli import cli

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
COMMAND = "/opt/survey-service/bin/survey-service"


def lines(name: str, key: str) -> list[str]:
    found = re.findall(rf"^{key}=(.*)$", (DEPLOY / name).read_text("utf-8"), re.MULTILINE)
    assert found, (name, key)
    return found


def understood(words: list[str]) -> None:
    """Fail unless a command line is one of the program, with its options."""
    arguments = [word for word in words if not word.startswith("$")]
    command: click.Command = cli
    context = click.Context(cli, info_name="survey-service")
    while isinstance(command, click.Group):
        command = command.commands[arguments.pop(0)]
    with_folder = [str(ROOT) if word == "/var/backups/survey-service" else word for word in arguments]
    command.make_context(command.name, with_folder, parent=context)


def test_the_command_writes_them_and_replaces_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        result = CliRunner().invoke(cli, ["deployment", str(tmp_path / "new")])
        assert result.exit_code == 0, result.output
    names = sorted(path.name for path in DEPLOY.iterdir())
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == names
    assert (tmp_path / "new" / "survey").stat().st_mode & 0o111
    (tmp_path / "new" / "Caddyfile").write_text("mine")
    assert CliRunner().invoke(cli, ["deployment", str(tmp_path / "new")]).exit_code == 1
    assert (tmp_path / "new" / "Caddyfile").read_text() == "mine"


def test_systemd_takes_the_units_and_finds_them_shut(tmp_path: Path) -> None:
    for path in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        text = path.read_text("utf-8").replace(COMMAND, shutil.which("true") or "")
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in verified.stderr.splitlines() if "survey-service" in line]
    assert (verified.returncode, ours) == (0, []), verified.stderr
    for name in UNITS:
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", tmp_path / name]
        scored = subprocess.run(command, capture_output=True, text=True, check=False)
        assert scored.returncode == 0, scored.stdout.splitlines()[-1]  # 2.0 of 10: what is left is the network


@pytest.mark.parametrize("name", UNITS)
def test_units_call_what_there_is(name: str) -> None:
    (line,) = lines(name, "ExecStart")
    words = shlex.split(line)
    assert words.pop(0) == COMMAND
    understood(words)
    for text in lines(name, "Environment"):
        variable, _, value = text.partition("=")
        assert variable.removeprefix("SURVEY_").lower() == "instance"
        assert value == "/var/lib/survey-service/instance"
    assert lines(name, "User") == ["survey-service"]


def test_caddy_takes_its_file(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SITE": "survey.example.org"}
    command = ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    adapted = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "survey.example.org" in json.dumps(json.loads(adapted.stdout)["apps"]["http"])
    assert "not formatted" not in adapted.stderr
    settled = {setting.name: setting.default for setting in settings.TABLE}
    most = settled["upload_bytes"] * settled["uploads_per_response"] + settled["max_body"]
    (size,) = re.findall(r'"max_size": ?(\d+)', adapted.stdout)
    assert int(size) >= most


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=survey.example.org", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/etc/ssl/survey-service", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
        f"http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    command = [NGINX, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    tested = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax is ok" in tested.stderr, tested.stderr
    assert "client_max_body_size 26m" in site


def test_the_container_file_says_what_the_program_has() -> None:
    """No image is built here, for that needs a registry; what can be read of the file is."""
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    steps = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
    images = [rest for word, rest in steps if word == "FROM"]
    assert all(re.fullmatch(r"docker\.io/library/python:3\.1\d-slim-\w+( AS build)?", image) for image in images)
    told = dict(step for step in steps if step[0] in ("USER", "ENTRYPOINT", "CMD", "ENV", "VOLUME"))
    assert told["USER"].isdigit()
    assert told["USER"] != "0"
    assert json.loads(told["ENTRYPOINT"]) == ["survey-service"]
    understood(json.loads(told["CMD"]))
    known = {f"SURVEY_{setting.name.upper()}" for setting in settings.TABLE} | {"SURVEY_INSTANCE"}
    variables = dict(word.split("=", 1) for word in told["ENV"].split())
    assert {name for name in variables if name.startswith("SURVEY_")} - known == set()
    assert variables["SURVEY_INSTANCE"].startswith(told["VOLUME"] + "/")
    assert (ROOT / ".ci" / "constraints.txt").is_file()
