"""Which county an instance is of, as its packages say it."""

from __future__ import annotations

from collections.abc import Collection

from survey_service.offers.hsds import places
from survey_service.offers.open_data import About
from survey_service.packages.manifest import LONGEST_NAME, County
from survey_service.packages.sealed import Sender
from survey_service.problems import Problem
from survey_service.settings import Settings


def county(settings: Settings, municipalities: Collection[str]) -> County:
    """Return the county; the key is that of its municipalities, the name is the operator's. Both may be ""."""
    name = "".join(sign if sign.isprintable() else " " for sign in settings.operator)
    return County(places.district(municipalities), name.strip()[:LONGEST_NAME])


def sender(settings: Settings, municipalities: Collection[str]) -> Sender:
    """Return who makes packages here. Raises Problem package.county if key or name is not known."""
    found = county(settings, municipalities)
    if not found.key or not found.name:
        raise Problem("package.county")
    return Sender(settings.instance, found, about(settings))


def about(settings: Settings) -> About:
    """Return who publishes, for the files of public figures."""
    return About(settings.operator, settings.operator_email, settings.public_url, settings.open_data_license)
