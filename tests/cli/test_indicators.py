"""Indicators on the command line: set, import, list, export; the same rules as at the desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from survey_service.cli import cli


def run(instance: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["indicators", *arguments, "--instance", str(instance)], catch_exceptions=False)
    return result.exit_code, result.output


COUNTS = ("--numerator", "420", "--denominator", "970", "--source", "BA")


def test_a_figure_is_set_listed_exported_and_imported_again(tmp_path: Path) -> None:
    first, second, file = tmp_path / "a", tmp_path / "b", tmp_path / "figures.csv"
    assert run(first, "set", "ARB1", "2025", *COUNTS) == (0, "ARB1 2025: 43.3 % (new).\n")
    assert run(first, "set", "INT1", "2025", "--percent", "3.1", "--source", "TLS", "--preliminary")[0] == 0
    listed = run(first, "list")[1].splitlines()
    assert len(listed) == 28
    assert next(line.split()[-3:] for line in listed if line.startswith("ARB1")) == ["43.3", "%", "–"]
    assert run(first, "export", "--output", str(file))[0] == 0
    assert run(second, "import", str(file)) == (0, "2 new, 0 changed, 0 unchanged.\n")
    assert run(second, "import", str(file)) == (0, "0 new, 0 changed, 2 unchanged.\n")
    whole = json.loads(run(second, "export", "--format", "json")[1])
    arb1 = next(entry for entry in whole if entry["code"] == "ARB1")
    assert (arb1["goal"], len(arb1["versions"])) == (None, 1)
    assert arb1["observations"][0]["observation"]["numerator"] == 420


def test_corrections_need_a_reason(tmp_path: Path) -> None:
    run(tmp_path, "set", "ARB1", "2025", *COUNTS)
    status, told = run(tmp_path, "set", "ARB1", "2025", "--percent", "50", "--source", "BA")
    assert (status, "Say why it is corrected" in told) == (1, True)
    arguments = ("set", "ARB1", "2025", "--percent", "50", "--source", "BA", "--reason", "Revision")
    assert run(tmp_path, *arguments) == (0, "ARB1 2025: 50.0 % (changed).\n")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("set", "ARB1", "2025", "--source", "BA"), 2, "or --percent"),
        (("set", "ARB1", "2025", "--numerator", "1", "--source", "BA"), 2, "or --percent"),
        (("set", "ARB1", "2025", "--percent", "101", "--source", "BA"), 1, "from 0 to 100 percent"),
        (("set", "ARB1", "2025", "--percent", "nan", "--source", "BA"), 1, "from 0 to 100 percent"),
        (("set", "ARB1", "2025", "--numerator", "1", "--denominator", "0", "--source", "BA"), 1, "denominator above 0"),
        (("set", "XYZ1", "2025", "--percent", "1", "--source", "BA"), 1, "no indicator “XYZ1”"),
        (("set", "ARB1", "Q1", "--percent", "1", "--source", "BA"), 1, "is no period"),
        (("set", "ARB1", "2025", "--percent", "1", "--source", "BA", "--area", "1"), 1, "no municipality"),
    ],
)
def test_what_is_refused(tmp_path: Path, arguments: tuple[str, ...], status: int, told: str) -> None:
    found = run(tmp_path, *arguments)
    assert (found[0], told in found[1]) == (status, True)


def test_a_faulty_table_names_the_cell_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("code,period,numerator,denominator,source\nARB1,2025,42,97,BA\nARB2,2025,98,97,BA\n", "utf-8")
    status, told = run(tmp_path / "i", "import", str(file))
    assert (status, "figures, cell C3: The numerator is larger" in told) == (1, True)
    assert "43.3" not in run(tmp_path / "i", "list")[1]
