"""What waits around accounts: second factors, and invitations that nobody has accepted."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.accounts import accounts, factors
from survey_service.watching.model import Decision, Look, counted


def own_factor(look: Look) -> Iterator[Decision]:
    """A second factor that the visitor will need, with how often they can sign in without one."""
    left = _left(look, look.account)
    if left is not None:
        yield Decision(1, facts={"left": max(0, left)})


def other_factors(look: Look) -> Iterator[Decision]:
    """Other accounts that need a second factor and have none."""
    others = (each for each in accounts.everyone(look.store) if not each.disabled and each.id != look.account.id)
    yield from counted(sum(_left(look, each) is not None for each in others))


def _left(look: Look, account: accounts.Account) -> int | None:
    held, standing = factors.held(look.store, account.id), factors.standing(look.store, account.id)
    return look.policy.left(account, held, standing)
