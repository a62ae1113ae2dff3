"""The table of roles, compared with the project's own table, cell by cell."""

from __future__ import annotations

import pytest

from survey_service.accounts.access import GRAVE, ROLES, TABLE, allowed

#             respondent provider working_group manager admin translator
EXPECTED = {
    "answer":           (True, True, True, True, True, True),
    "sign_in":          (True, True, True, True, True, True),
    "edit_own_offer":   (False, True, False, False, False, False),
    "use_desk":         (False, False, True, True, True, True),
    "own_account":      (False, False, True, True, True, True),
    "change_own_access": (False, False, True, True, True, True),
    "moderate_offers":  (False, False, True, True, False, False),
    "import_offers":    (False, False, False, True, False, False),
    "manage_organisations": (False, False, False, True, False, False),
    "read_indicators":  (False, False, True, True, False, False),
    "keep_indicators":  (False, False, False, True, False, False),
    "publish_figures":  (False, False, False, True, False, False),
    "read_concept":     (False, False, True, True, False, False),
    "edit_concept":     (False, False, True, True, False, False),
    "decide_concept":   (False, False, False, True, False, False),
    "draft_questions":  (False, False, True, True, False, False),
    "translate":        (False, False, False, True, False, True),
    "publish":          (False, False, False, True, False, False),
    "read_responses":   (False, False, False, True, False, False),
    "export_responses": (False, False, False, True, False, False),
    "read_privacy": (False, False, False, True, True, False),
    "erase_responses": (False, False, False, True, False, False),
    "review_responses": (False, False, False, True, False, False),
    "contact_people":   (False, False, False, True, False, False),
    "load_responses":   (False, False, False, True, True, False),
    "code_texts":       (False, False, True, True, False, False),
    "manage_coding":    (False, False, False, True, False, False),
    "run_reports":      (False, False, True, True, False, False),
    "schedule_reports": (False, False, False, True, False, False),
    "handle_mail":      (False, False, False, True, False, False),
    "request_plugins":  (False, False, False, True, False, False),
    "approve_plugins":  (False, False, False, False, True, False),
    "manage_plugins":   (False, False, False, True, True, False),
    "manage_hooks":     (False, False, False, True, True, False),
    "manage_tokens":    (False, False, False, True, True, False),
    "hand_over":        (False, False, False, True, False, False),
    "see_status":       (False, False, False, True, True, False),
    "read_audit":       (False, False, False, True, True, False),
    "export_audit":     (False, False, False, True, True, False),
    "manage_users":     (False, False, False, False, True, False),
    "manage_backups":   (False, False, False, False, True, False),
    "change_settings":  (False, False, False, False, True, False),
    "close_loop":       (False, False, False, True, False, False),
    "run_consultations": (False, False, False, True, False, False),
    "keep_network":     (False, False, False, True, False, False),
    "exchange_packages": (False, False, False, True, False, False),
}  # fmt: skip


def test_the_table_is_exactly_the_expected_one() -> None:
    everyone = ("respondent", "provider", "working_group", "manager", "admin", "translator")
    assert {action: tuple(allowed([role], action) for role in everyone) for action in TABLE} == EXPECTED


def test_several_roles_add_up() -> None:
    assert allowed(["admin", "manager"], "manage_users")
    assert allowed(["admin", "manager"], "read_responses")
    assert not allowed(["admin", "working_group"], "read_responses")


def test_a_translator_translates_and_sees_nothing_of_a_response() -> None:
    may = {action for action in TABLE if allowed(["translator"], action)}
    assert may == {"answer", "sign_in", "use_desk", "own_account", "change_own_access", "translate"}


def test_what_is_grave_is_an_action() -> None:
    assert set(TABLE) >= GRAVE


@pytest.mark.parametrize("roles", [[], ["king"], [""], ["MANAGER"]])
def test_unknown_roles_may_nothing(roles: list[str]) -> None:
    assert not any(allowed(roles, action) for action in TABLE)


@pytest.mark.parametrize("action", ["", "fly", "READ_RESPONSES"])
def test_unknown_actions_are_denied_to_all(action: str) -> None:
    assert not allowed(ROLES, action)
