"""What a process may use from here on, whatever it does; the standard library only, for workers must start fast."""

from __future__ import annotations

import resource
from collections.abc import Mapping


def limit(values: Mapping[int, int]) -> None:
    """Set limits of this process (``resource.RLIMIT_…`` → value), soft and hard, where no lower one holds already."""
    for kind, wanted in values.items():
        hardest = resource.getrlimit(kind)[1]
        value = wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)
        resource.setrlimit(kind, (value, value))
