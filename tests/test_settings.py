"""Settings: environment over file over default; every mistake is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.problems import Problem


def test_environment_wins_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('operator = "Landratsamt"\nthreads = 4\n', "utf-8")
    monkeypatch.setenv("SURVEY_THREADS", "16")
    values = settings.load(tmp_path)
    assert (values.operator, values.threads, values.store) == ("Landratsamt", 16, "tinydb:")
    assert settings.load(tmp_path, threads=2).threads == 2


def test_no_two_settings_have_the_same_name() -> None:
    names = [setting.name for setting in settings.TABLE]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "content, named",
    [
        ("thread = 4", "thread"),
        ("threads = 0", "threads"),
        ("threads = [", "config.toml"),
        ('threads = "x"', "threads"),
    ],
)
def test_mistakes_in_the_file_are_named(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "config.toml").write_text(content, "utf-8")
    with pytest.raises(Problem) as caught:
        settings.load(tmp_path)
    assert caught.value.code == "settings.invalid"
    assert named in caught.value.message()


def test_mistakes_in_the_environment_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_PROXIES", "-1")
    with pytest.raises(Problem, match="SURVEY_PROXIES"):
        settings.load(tmp_path)
    monkeypatch.delenv("SURVEY_PROXIES")
    with pytest.raises(Problem, match="there is no such setting"):
        settings.load(tmp_path, colour="red")


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = settings.instance_secret(tmp_path / "instance", "secret")
    assert settings.instance_secret(tmp_path / "instance", "secret") == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "instance" / "secret.key").stat().st_mode) == 0o600
    assert settings.instance_secret(tmp_path / "instance", "receipt") != first


def test_secure_follows_the_public_address(tmp_path: Path) -> None:
    assert settings.load(tmp_path, public_url="https://example.org").secure
    assert not settings.load(tmp_path).secure


@pytest.mark.parametrize(
    "values, named",
    [
        ({"FILES": "s3:bucket"}, "SURVEY_FILES"),
        ({"FILES": "s3://county/survey?endpoint=https://s3.example.org&key=secret"}, "SURVEY_FILES"),
        ({"FILES": "s3://name:secret@county/survey"}, "SURVEY_FILES"),
        ({"FILES": "store:"}, "postgresql://"),
        ({"SECRETS": "vault:"}, "SURVEY_SECRETS"),
        ({"SECRETS": "store:", "SECRET_KEY": "k" * 31}, "32"),
    ],
)
def test_where_files_and_secrets_are_must_be_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    for name, text in values.items():
        monkeypatch.setenv(f"SURVEY_{name}", text)
    with pytest.raises(Problem) as refused:
        settings.load(tmp_path)
    assert named in refused.value.message()


def test_files_and_secrets_may_be_shared(tmp_path: Path) -> None:
    given = {"store": "postgresql://db1,db2/survey", "secrets": "store:", "secret_key": "k" * 32}
    assert settings.load(tmp_path, files="store:", **given).files == "store:"
    address = "s3://county/survey?endpoint=https://s3.example.org&region=eu-central-1&style=host"
    assert settings.checked("files", address) == address


def test_each_name_stands_once() -> None:
    assert len({setting.name for setting in settings.TABLE}) == len(settings.TABLE)
