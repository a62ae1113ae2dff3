"""``make bench``: what is measured side by side in one run, as ratios.

Absolute figures depend on the machine and are shown only to make the ratios readable. ``make bench BENCH=http`` runs
one part only, by its name in PARTS.
"""

from __future__ import annotations

import sys

from tests.bench import (
    backup,
    concept,
    dashboard,
    directory,
    disclosure,
    exports,
    expressions,
    forms,
    http,
    importing,
    reports,
    store,
)

PARTS = {
    "http": http.main,
    "store": store.main,
    "backup": backup.main,
    "exports": exports.main,
    "expressions": expressions.measure,
    "forms": forms.main,
    "importing": importing.main,
    "disclosure": disclosure.main,
    "reports": reports.main,
    "directory": directory.main,
    "concept": concept.main,
    "dashboard": dashboard.main,
    "reports-small": reports.small,
    "reports-one-quarter": reports.one_quarter,
}
BY_NAME = {"reports-small", "reports-one-quarter"}
"""Other forms of a part, only run by name."""


def main(names: list[str]) -> None:
    for name in names or [name for name in PARTS if name not in BY_NAME]:
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
