"""What each role may do, as data. What does not stand in the table is denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ADMIN, MANAGER, WORKING_GROUP, TRANSLATOR = "admin", "manager", "working_group", "translator"
ROLES = (ADMIN, MANAGER, WORKING_GROUP, TRANSLATOR)
"""The roles an account can hold; one person may hold several."""

RESPONDENT, PROVIDER = "respondent", "provider"
"""What a visitor is without an account: a respondent, or the holder of an offer's link."""

_EVERYONE = frozenset({RESPONDENT, PROVIDER, *ROLES})
_TEAM = frozenset(ROLES)

TABLE: Mapping[str, frozenset[str]] = {
    "answer": _EVERYONE,
    "sign_in": _EVERYONE,
    "edit_own_offer": frozenset({PROVIDER}),
    "use_desk": _TEAM,
    "own_account": _TEAM,
    "change_own_access": _TEAM,
    "moderate_offers": frozenset({WORKING_GROUP, MANAGER}),
    "import_offers": frozenset({MANAGER}),
    "manage_organisations": frozenset({MANAGER}),
    "draft_questions": frozenset({WORKING_GROUP, MANAGER}),
    "translate": frozenset({MANAGER, TRANSLATOR}),
    "publish": frozenset({MANAGER}),
    "read_responses": frozenset({MANAGER}),
    "review_responses": frozenset({MANAGER}),
    "contact_people": frozenset({MANAGER}),
    "export_responses": frozenset({MANAGER}),
    "read_privacy": frozenset({MANAGER, ADMIN}),
    "erase_responses": frozenset({MANAGER}),
    "load_responses": frozenset({MANAGER, ADMIN}),
    # Working groups code the texts of tasks they were named in, and see nothing else of a response.
    "code_texts": frozenset({WORKING_GROUP, MANAGER}),
    "manage_coding": frozenset({MANAGER}),
    # Reports hold aggregates under disclosure control only (cells of 5 and more), so working groups may have them.
    "run_reports": frozenset({WORKING_GROUP, MANAGER}),
    "schedule_reports": frozenset({MANAGER}),
    "read_indicators": frozenset({WORKING_GROUP, MANAGER}),
    "keep_indicators": frozenset({MANAGER}),
    "read_concept": frozenset({WORKING_GROUP, MANAGER}),
    "edit_concept": frozenset({WORKING_GROUP, MANAGER}),
    "decide_concept": frozenset({MANAGER}),
    "run_consultations": frozenset({MANAGER}),
    # Names and addresses of members of bodies: the manager only.
    "keep_network": frozenset({MANAGER}),
    "publish_figures": frozenset({MANAGER}),
    "close_loop": frozenset({MANAGER}),
    "exchange_packages": frozenset({MANAGER}),
    "handle_mail": frozenset({MANAGER}),
    "request_plugins": frozenset({MANAGER}),
    "approve_plugins": frozenset({ADMIN}),
    "manage_plugins": frozenset({MANAGER, ADMIN}),
    "manage_hooks": frozenset({MANAGER, ADMIN}),
    "manage_tokens": frozenset({MANAGER, ADMIN}),
    "hand_over": frozenset({MANAGER}),
    "see_status": frozenset({MANAGER, ADMIN}),
    "read_audit": frozenset({MANAGER, ADMIN}),
    "export_audit": frozenset({MANAGER, ADMIN}),
    "manage_users": frozenset({ADMIN}),
    "manage_backups": frozenset({ADMIN}),
    "change_settings": frozenset({ADMIN}),
}
"""Action → the roles that may do it."""

GRAVE = frozenset(
    {
        *("change_own_access", "manage_users", "approve_plugins", "export_responses", "export_audit", "hand_over"),
        *("manage_hooks", "manage_tokens", "erase_responses"),
    }
)
"""Actions for which somebody who signed in a while ago shows once more who they are."""

GUARDED = frozenset({ADMIN, MANAGER})
"""The roles that need a second factor where the setting asks for one."""


def allowed(roles: Iterable[str], action: str) -> bool:
    """Return whether somebody with these roles may do the action; an unknown role or action is denied."""
    return not TABLE.get(action, frozenset()).isdisjoint(roles)
