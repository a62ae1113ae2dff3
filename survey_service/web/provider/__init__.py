"""The pages of providers: look whether an offer is there, get a link by mail, keep one's offers true."""

from __future__ import annotations

from survey_service.web.audience import PUBLIC, Access
from survey_service.web.provider import bulk, entrance, mine, people
from survey_service.web.provider.frame import blueprint, guard

__all__ = ["AUDIENCES", "blueprint", "bulk", "entrance", "guard", "mine", "people"]

_OWN = Access("edit_own_offer")
AUDIENCES = {
    "provider.start": PUBLIC,
    "provider.ask": PUBLIC,
    "provider.send": PUBLIC,
    "provider.sent": PUBLIC,
    "provider.arrive": PUBLIC,
    "provider.enter": PUBLIC,
    "provider.finish": PUBLIC,
    **{
        f"provider.{name}": _OWN
        for name in (
            *("mine", "offer", "change", "confirm", "copy", "another", "go_on", "give_up", "withdraw", "withdraw_now"),
            *("people", "add", "remove", "remove_now", "leave", "hand_over", "stay"),
            *("bulk", "bulk_template", "bulk_findings", "confirm_bulk"),
        )
    },
    "provider.look_through_bulk": Access("edit_own_offer", body=bulk.BODY),
}
