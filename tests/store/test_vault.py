"""All machines have the same secrets, and whoever reads the store alone has none."""

from __future__ import annotations

import functools

import pytest

from survey_service.problems import Problem
from survey_service.store.base import Store
from survey_service.store.vault import SECRETS, Vault
from tests.store.threads import in_threads

KEY = "k" * 32


def test_all_have_the_same_and_the_store_alone_has_none(store: Store) -> None:
    found: list[str] = []
    machines = [Vault(KEY, lambda: store) for _ in range(4)]
    in_threads([functools.partial(lambda vault: found.append(vault.secret("receipt")), vault) for vault in machines])
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(found[0]) == 64
    assert machines[0].secret("factor") != found[0]
    assert store.collection(SECRETS).count() == 2
    assert all(found[0] not in str(stored.body) for stored in store.collection(SECRETS).find())


def test_a_secret_of_a_machine_becomes_that_of_all_and_another_is_refused(store: Store) -> None:
    assert Vault(KEY, lambda: store).secret("receipt", "a" * 64) == "a" * 64
    assert Vault(KEY, lambda: store).secret("receipt") == "a" * 64
    with pytest.raises(Problem) as refused:
        Vault(KEY, lambda: store).secret("receipt", "b" * 64)
    assert refused.value.code == "secrets.differ"


def test_another_key_opens_nothing_until_all_is_sealed_anew(store: Store) -> None:
    before = Vault(KEY, lambda: store)
    secret = before.secret("receipt")
    with pytest.raises(Problem) as refused:
        Vault("n" * 32, lambda: store).secret("receipt")
    assert refused.value.code == "secrets.sealed"
    moved = store.collection(SECRETS).first(name="receipt")
    assert moved is not None
    store.collection(SECRETS).add({**moved.body, "name": "factor"})
    with pytest.raises(Problem):
        Vault(KEY, lambda: store).secret("factor")  # it is bound to its name
    store.collection(SECRETS).delete(2)
    assert before.seal_anew("n" * 32) == 1
    assert Vault("n" * 32, lambda: store).secret("receipt") == secret
