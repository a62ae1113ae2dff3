"""The table of roles, compared with the project's own table, cell by cell."""

from __future__ import annotations

import pytest

from survey_service.accounts.access import ROLES, TABLE, allowed

#             respondent provider working_group manager admin
EXPECTED = {
    "answer":           (True, True, True, True, True),
    "sign_in":          (True, True, True, True, True),
    "edit_own_offer":   (False, True, False, False, False),
    "use_desk":         (False, False, True, True, True),
    "moderate_offers":  (False, False, True, True, False),
    "import_offers":    (False, False, False, True, False),
    "manage_organisations": (False, False, False, True, False),
    "read_indicators":  (False, False, True, True, False),
    "keep_indicators":  (False, False, False, True, False),
    "publish_figures":  (False, False, False, True, False),
    "close_loop":       (False, False, False, True, False),
    "read_concept":     (False, False, True, True, False),
    "edit_concept":     (False, False, True, True, False),
    "decide_concept":   (False, False, False, True, False),
    "run_consultations": (False, False, False, True, False),
    "keep_network":     (False, False, False, True, False),
    "draft_questions":  (False, False, True, True, False),
    "translate":        (False, False, False, True, False),
    "publish":          (False, False, False, True, False),
    "read_responses":   (False, False, False, True, False),
    "export_responses": (False, False, False, True, False),
    "load_responses":   (False, False, False, True, True),
    "code_texts":       (False, False, True, True, False),
    "manage_coding":    (False, False, False, True, False),
    "run_reports":      (False, False, True, True, False),
    "schedule_reports": (False, False, False, True, False),
    "exchange_packages": (False, False, False, True, False),
    "handle_mail":      (False, False, False, True, False),
    "request_plugins":  (False, False, False, True, False),
    "approve_plugins":  (False, False, False, False, True),
    "manage_plugins":   (False, False, False, True, True),
    "manage_users":     (False, False, False, False, True),
    "manage_backups":   (False, False, False, False, True),
    "change_settings":  (False, False, False, False, True),
}  # fmt: skip


def test_the_table_is_exactly_the_expected_one() -> None:
    everyone = ("respondent", "provider", "working_group", "manager", "admin")
    assert {action: tuple(allowed([role], action) for role in everyone) for action in TABLE} == EXPECTED


def test_several_roles_add_up() -> None:
    assert allowed(["admin", "manager"], "manage_users")
    assert allowed(["admin", "manager"], "read_responses")
    assert not allowed(["admin", "working_group"], "read_responses")


@pytest.mark.parametrize("roles", [[], ["king"], [""], ["MANAGER"]])
def test_unknown_roles_may_nothing(roles: list[str]) -> None:
    assert not any(allowed(roles, action) for action in TABLE)


@pytest.mark.parametrize("action", ["", "fly", "READ_RESPONSES"])
def test_unknown_actions_are_denied_to_all(action: str) -> None:
    assert not allowed(ROLES, action)
