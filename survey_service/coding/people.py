"""Who acts in coding: an account, and whether it may see and manage all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.accounts import access, accounts, audit
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.store.base import Store


@dataclass(frozen=True)
class Person:
    """An account by id and name; ``manages`` says that it sees all tasks and may begin and change them."""

    id: int
    name: str
    manages: bool = False


def of(account: Account) -> Person:
    """Return an account as a person in coding."""
    return Person(account.id, account.name, access.allowed(account.roles, "manage_coding"))


def coders(store: Store) -> list[Person]:
    """Return the accounts that may code texts if they are asked to."""
    everyone = accounts.everyone(store)
    return [of(one) for one in everyone if not one.disabled and access.allowed(one.roles, "code_texts")]


def note(store: Store, by: Person, action: str, subject: str, *, now: dt.datetime, **details: audit.Detail) -> None:
    """Write what a person does in coding into the audit log, within the caller's transaction."""
    audit.append(store, by.name, f"coding.{action}", subject, details, now=now)


def missing_unless(found: object) -> None:
    """Raise Problem coding.missing if there is nothing: what is another's looks like what is not there."""
    if not found:
        raise Problem("coding.missing")


Names = Mapping[str, str]
"""A text by language tag."""
