"""The table of bad input and faults: what each must get, and which tests try it.

A row names its tests as ``folder/test_file.py::test_name``; all parametrizations count.
``docs/faults.md`` shows the same rows to people. The table is printed at the end of a run (`tests.faults.table`).
"""

from __future__ import annotations

from dataclasses import dataclass

JUDGE = "questionnaire/test_judge.py"
RESPONDENT = "web/test_respondent.py"
REQUESTS = "web/test_requests.py"
API = "web/test_api.py"
ACCESS = "web/manage/test_manage_access.py"
LOGIN = "accounts/test_login.py"
DESK_LOGIN = "web/manage/test_manage_login.py"
OFFLINE = "journeys/test_offline.py"
UPLOADS = "web/test_uploads.py"
RECOVERY = "store/test_recovery.py"
DISK = "store/test_disk_errors.py"
ARCHIVE = "store/test_archive.py"
SANDBOX = "reports/test_sandbox.py"
HOST = "reports/test_host.py"
LOADER = "questionnaire/test_loader.py"
MAIL = "test_mail.py"
OUTBOX = "test_outbox.py"
ANSWERS = "web/manage/test_odd_answers.py"
FUZZ = "web/test_fuzz.py"
METHODS = "web/test_methods.py"


@dataclass(frozen=True)
class Row:
    """One kind of bad input or fault: its number in ``docs/faults.md``, what happens, and the tests that try it."""

    number: str
    what: str
    tests: tuple[str, ...]


def _row(number: str, what: str, *tests: str) -> Row:
    return Row(number, what, tests)


ROWS: tuple[Row, ...] = (
    # -- answers --------------------------------------------------------------------------------------------------
    _row(
        "A1",
        "a choice that is not offered; two for one",
        f"{RESPONDENT}::test_bad_input_gets_422_and_its_message",
        f"{JUDGE}::test_refused",
        f"{API}::test_invalid_names_each_question_in_the_language_of_the_response",
    ),
    _row(
        "A2",
        "digits of other scripts; thousands of digits",
        f"{JUDGE}::test_accepted",
        f"{RESPONDENT}::test_bad_input_gets_422_and_its_message",
        f"{ANSWERS}::test_digits_of_the_scripts_people_write_in",
    ),
    _row(
        "A3",
        "a number out of range, or no whole one",
        f"{JUDGE}::test_refused",
        f"{ANSWERS}::test_what_is_no_step_of_a_scale",
    ),
    _row(
        "A4",
        "NUL in a text",
        f"{API}::test_nul_is_refused_at_its_question",
        f"{RESPONDENT}::test_text_with_nul_is_not_saved_and_the_rest_is",
        f"{JUDGE}::test_characters_no_store_can_keep_are_refused",
    ),
    _row(
        "A5",
        "emoji, right-to-left, combining marks",
        f"{ANSWERS}::test_a_text_is_the_same_wherever_it_comes_out",
        "responses/test_export.py::test_any_answer_comes_back",
        "consulting/test_papers.py::test_a_sign_is_spelled_only_if_no_font_has_it",
    ),
    _row(
        "A6",
        "one character more than allowed",
        f"{JUDGE}::test_text_is_never_cut_and_one_character_too_many_is_refused",
        f"{RESPONDENT}::test_errors_keep_everything_typed_and_lead_to_each_field",
    ),
    _row(
        "A7",
        "days that do not exist or are of another calendar",
        f"{JUDGE}::test_dates_refused",
        f"{RESPONDENT}::test_bad_input_gets_422_and_its_message",
    ),
    _row(
        "A8",
        "an answer to a question that is not shown",
        f"{JUDGE}::test_an_answer_to_a_question_that_is_not_shown_is_dropped",
        f"{RESPONDENT}::test_an_answer_to_a_question_that_is_not_shown_is_dropped",
    ),
    _row(
        "A9",
        "too many fields; too large a body",
        f"{REQUESTS}::test_a_body_too_large_gets_413_unparsed",
        f"{REQUESTS}::test_as_many_fields_as_allowed_are_read",
    ),
    _row(
        "A10",
        "1,001 parts; a file of 50 MB",
        f"{REQUESTS}::test_too_many_parts_get_413",
        f"{REQUESTS}::test_a_large_file_is_refused_by_its_announced_length",
        f"{UPLOADS}::test_fifty_megabytes_are_refused_before_anything_is_read",
        f"{UPLOADS}::test_fifty_megabytes_without_a_length_are_refused",
    ),
    _row("A11", "100,000 arguments in an address", f"{REQUESTS}::test_an_address_too_long_gets_414"),
    _row(
        "A12",
        "markup in an answer, a label, a file's name",
        f"{RESPONDENT}::test_markup_in_answers_and_labels_is_escaped",
        "web/manage/test_manage_responses.py::test_markup_and_right_to_left_text_in_an_answer_stay_text",
        "web/test_offer.py::test_nothing_typed_is_ever_markup",
        "web/manage/test_manage_translations.py::test_markup_is_shown_as_text",
    ),
    _row(
        "A13",
        "the same key twice; with other answers",
        "responses/test_submissions.py::test_the_same_key_again_gives_the_same_receipt_and_one_response",
        "responses/test_submissions.py::test_the_same_key_with_other_answers_is_a_conflict_and_the_first_is_kept",
        "responses/test_submissions.py::test_ten_at_once_with_one_key_leave_one_response",
        f"{API}::test_created_then_the_same_receipt_then_conflict",
    ),
    _row(
        "A14",
        "back after sending",
        f"{RESPONDENT}::test_back_after_sending_and_sending_twice_show_the_same_receipt",
        "journeys/test_respondents.py::test_back_after_sending_shows_the_receipt_and_sends_nothing_twice",
    ),
    _row(
        "A15",
        "a new revision, or the end, in the middle",
        f"{RESPONDENT}::test_a_new_revision_leaves_those_who_began_with_theirs",
        f"{RESPONDENT}::test_a_closed_questionnaire_can_be_finished_but_not_begun",
        f"{OFFLINE}::test_a_new_revision_in_the_middle_leaves_the_one_that_was_begun",
        f"{API}::test_an_older_revision_is_judged_as_it_was",
    ),
    _row(
        "A16",
        "a token that is too old",
        f"{REQUESTS}::test_a_token_is_good_for_three_hours",
        f"{REQUESTS}::test_without_a_token_the_form_comes_back_with_everything_typed",
        f"{REQUESTS}::test_an_expired_start_page_comes_back_and_begins_nothing",
    ),
    _row(
        "A17",
        "a full or cleared storage, no scripts, no network",
        f"{OFFLINE}::test_a_full_storage_is_told_and_the_answers_are_sent_all_the_same",
        f"{OFFLINE}::test_a_full_storage_without_a_network_keeps_the_answers_on_the_page",
        f"{OFFLINE}::test_a_reply_that_gets_lost_costs_nothing",
        f"{OFFLINE}::test_answered_without_a_network_sent_once_when_there_is_one",
        "journeys/test_respondents.py::test_a_newcomer_answers_in_arabic_without_scripts",
    ),
    _row(
        "A18",
        "anything at all in a form or a body",
        f"{FUZZ}::test_whatever_a_form_sends_gets_an_answer",
        f"{FUZZ}::test_whatever_bytes_are_sent_get_an_answer",
        f"{FUZZ}::test_the_api_keeps_to_its_description",
        "web/test_page_form.py::test_form_and_json_agree",
    ),
    _row(
        "A19",
        "a form that a phone's app sends, twice or wrongly",
        "web/openrosa/test_sending.py::test_a_form_sent_again_is_one_response_and_other_answers_are_refused",
        "web/openrosa/test_sending.py::test_what_is_no_filled_in_form_is_refused_with_a_message",
        "web/openrosa/test_sending.py::test_what_the_judge_refuses_is_refused_by_name",
        "web/openrosa/test_sending.py::test_more_than_is_taken_is_refused_before_it_is_read",
    ),
    _row(
        "A20",
        "the same texts again and again, links, answers given too fast",
        "responses/test_reviewing.py::test_signs_of_spam",
        "responses/test_reviewing.py::test_the_same_texts_again_wait_however_they_are_spelled",
        "responses/test_reviewing.py::test_what_is_excluded_or_waits_is_nowhere_else",
    ),
    # -- people and links -----------------------------------------------------------------------------------------
    _row(
        "B1",
        "a name that looks like another",
        "accounts/test_accounts.py::test_a_look_alike_name_is_no_second_account",
        "accounts/test_accounts.py::test_a_name_that_could_be_taken_for_another_is_refused",
    ),
    _row(
        "B2",
        "a link used twice, or altered",
        "web/test_confirming.py::test_altered_used_old_and_missing_are_one_page",
        "web/test_consulting.py::test_altered_revoked_and_unknown_links_are_one_missing_page",
        "accounts/test_tickets.py::test_no_other_token_is_a_link",
        f"{LOGIN}::test_one_character_changed_opens_nothing",
    ),
    _row(
        "B3",
        "what belongs to somebody else",
        f"{ACCESS}::test_somebody_elses_and_a_missing_thing_look_the_same",
        "web/test_provider.py::test_somebody_elses_offer_is_the_same_missing_page_as_none",
        "web/test_provider_people.py::test_somebody_elses_contact_is_the_same_missing_page_as_none",
    ),
    _row(
        "B4",
        "a known and an unknown address or name",
        "web/test_provider.py::test_known_and_unknown_addresses_cost_the_same_work_and_see_the_same_page",
        "web/manage/test_people.py::test_known_and_unknown_names_get_the_same_page_and_leave_the_same",
        f"{DESK_LOGIN}::test_known_and_unknown_names_verify_one_hash_each",
    ),
    _row(
        "B5",
        "the sixth wrong password of a minute",
        f"{LOGIN}::test_the_sixth_wrong_login_within_60_seconds_is_refused_even_with_the_right_password",
        f"{LOGIN}::test_the_lock_survives_a_restart",
        f"{LOGIN}::test_twenty_wrong_logins_at_once_get_five_tries",
        f"{DESK_LOGIN}::test_the_sixth_wrong_login_is_refused_and_others_get_in",
    ),
    _row(
        "B6",
        "an address to go to that leads elsewhere",
        f"{DESK_LOGIN}::test_an_unsafe_next_leads_home",
        "web/manage/test_people.py::test_an_unsafe_next_leads_home_from_every_step",
    ),
    _row(
        "B7",
        "a session's cookie after its end",
        f"{DESK_LOGIN}::test_a_cookie_is_worth_nothing_after_logout",
        f"{DESK_LOGIN}::test_a_cookie_is_worth_nothing_after_a_change_of_the_account",
        f"{LOGIN}::test_a_session_that_outlived_a_change_counts_for_nothing",
    ),
    _row(
        "B8",
        "forged headers of a proxy",
        f"{REQUESTS}::test_forwarded_headers_count_only_behind_a_configured_proxy",
        "web/manage/test_people.py::test_a_forged_address_does_not_slip_past_the_limit_of_a_network",
    ),
    _row(
        "B9",
        "mail that cannot be sent",
        f"{MAIL}::test_a_server_that_is_away_is_asked_for_a_week",
        f"{MAIL}::test_what_is_refused_for_now_is_tried_again",
        f"{MAIL}::test_what_is_refused_for_good_is_kept_apart",
        "web/manage/test_outbox.py::test_what_waits_what_failed_and_why_and_what_stays",
    ),
    _row(
        "B10",
        "another site, another host, another method",
        f"{REQUESTS}::test_a_request_from_another_site_gets_403",
        f"{REQUESTS}::test_an_unknown_host_gets_400_without_a_page",
        f"{METHODS}::test_a_method_that_no_route_has_is_refused",
    ),
    _row(
        "B11",
        "a route that is not for this role",
        f"{ACCESS}::test_all_other_routes_refuse",
        f"{ACCESS}::test_a_route_lets_through_whom_it_should",
        f"{ACCESS}::test_a_route_that_nobody_listed_is_not_found_even_for_a_manager",
        f"{REQUESTS}::test_every_endpoint_stands_in_the_table",
        f"{REQUESTS}::test_an_unlisted_endpoint_is_not_found_and_does_not_run",
    ),
    _row(
        "B12",
        "guessing receipts",
        "responses/test_holder.py::test_guessing_from_one_network_is_stopped_and_others_go_on",
        "responses/test_receipts.py::test_what_cannot_be_a_receipt_is_named",
        f"{FUZZ}::test_whatever_is_typed_as_a_receipt_opens_nothing",
    ),
    _row(
        "B13",
        "a token of a program that is wrong, too old, or not for that",
        "web/test_api_tokens.py::test_a_token_that_does_not_hold",
        "web/test_api_tokens.py::test_each_scope_opens_its_own_addresses_and_no_other",
        "web/test_api_tokens.py::test_nobody_gives_what_they_may_not_do",
    ),
    _row(
        "B14",
        "a webhook to an address of the inside",
        "hooks/test_networks.py::test_no_address_of_the_inside_is_reached_and_public_ones_are",
        "hooks/test_networks.py::test_one_bad_address_of_a_name_is_enough_and_it_is_looked_up_once",
        "hooks/test_sending.py::test_the_address_that_was_checked_is_the_one_connected_to",
    ),
    # -- machine and data -----------------------------------------------------------------------------------------
    _row(
        "C1",
        "killed while it writes",
        "store/test_kill.py::test_twenty_kills",
        "store/test_kill.py::test_a_thousand_kills",
        "store/test_power_cut.py::test_a_power_cut_loses_nothing_acknowledged",
    ),
    _row(
        "C2",
        "a journal cut at any byte",
        f"{RECOVERY}::test_cut_at_every_byte_behind_the_mark_leaves_the_whole_frames",
        f"{RECOVERY}::test_cut_at_every_byte_what_was_acknowledged_is_missed",
        f"{RECOVERY}::test_cut_at_every_byte_within_the_last_frame_and_the_mark_before_it",
        f"{RECOVERY}::test_the_snapshot_cut_at_every_byte",
    ),
    _row(
        "C3",
        "any bit turned over",
        f"{RECOVERY}::test_every_bit_of_the_journal",
        f"{RECOVERY}::test_every_bit_of_the_snapshot",
        f"{RECOVERY}::test_every_bit_of_the_mark",
        "store/test_repair.py::test_random_damage_never_gives_wrong_data",
    ),
    _row(
        "C4",
        "a sync that fails",
        f"{DISK}::test_an_error_of_the_nth_sync",
        f"{DISK}::test_an_error_of_a_write_is_as_final_as_one_of_a_sync",
    ),
    _row(
        "C5",
        "a full disk",
        f"{DISK}::test_no_room_is_no_failure",
        f"{DISK}::test_threads_on_a_disk_that_fills_up",
        f"{DISK}::test_a_small_real_disk_that_fills_up",
        f"{UPLOADS}::test_a_full_disk_is_told_and_names_nothing",
        "web/test_headers.py::test_a_problem_of_the_store_says_when_to_come_back",
    ),
    _row("C6", "a disk that cannot be written to", f"{DISK}::test_a_read_only_disk_is_named"),
    _row(
        "C7",
        "a backup while 32 write",
        "store/test_transfer.py::test_a_store_in_use_is_read_as_it_was",
        "cli/test_backups.py::test_while_the_instance_is_in_use",
    ),
    _row(
        "C8",
        "a damaged backup",
        f"{ARCHIVE}::test_a_cut_at_any_place_is_found",
        f"{ARCHIVE}::test_any_bit_that_is_flipped_is_found",
        "cli/test_backups.py::test_a_damaged_backup_leaves_the_instance_as_it_is",
    ),
    _row(
        "C9",
        "data of another version",
        "store/test_migrating.py::test_several_steps_in_one_go",
        "store/test_migrating.py::test_documents_of_a_later_version_are_refused",
        "store/test_postgres_schema.py::test_a_database_of_a_later_version_is_refused",
        "store/test_reopen.py::test_files_of_a_later_format_are_refused",
    ),
    _row(
        "C10",
        "the end with 20 requests under way",
        "web/test_server.py::test_twenty_requests_in_flight_are_each_answered_whole_or_refused",
    ),
    _row(
        "C11",
        "a plugin that means harm",
        f"{SANDBOX}::test_every_misbehaviour_gets_its_problem",
        f"{SANDBOX}::test_no_attempt_succeeds",
        f"{HOST}::test_a_misbehaving_plugin_is_named",
        f"{HOST}::test_a_hanging_plugin_is_stopped",
        f"{HOST}::test_a_plugin_that_eats_memory_is_ended",
        f"{HOST}::test_printing_and_flooding_the_pipe_do_no_harm",
        "reports/test_output.py::test_garbage_is_refused",
    ),
    _row(
        "C12",
        "a faulty file of a questionnaire",
        f"{LOADER}::test_each_fault_is_named_with_a_remedy",
        f"{LOADER}::test_a_cycle_is_found",
        f"{LOADER}::test_a_key_that_stands_twice_is_named",
        "test_cli.py::test_check_names_all_faults_with_place_and_remedy",
        "test_cli.py::test_serve_stops_at_a_bad_form_file_before_it_touches_the_store",
    ),
    _row(
        "C13",
        "a database that goes and comes back",
        "store/test_processes.py::test_nothing_is_lost_while_the_database_is_restarted",
        "store/test_postgres.py::test_nothing_acknowledged_is_lost_while_the_database_is_restarted",
        "store/test_postgres.py::test_people_and_programs_are_told_to_try_again",
    ),
    _row(
        "C14",
        "any file as a questionnaire or workbook",
        f"{LOADER}::test_no_file_ever_ends_in_anything_but_a_problem",
        f"{FUZZ}::test_a_damaged_workbook_is_refused_or_read",
        "questionnaire/test_file_kinds.py::test_whatever_comes_is_one_of_the_table_or_nothing",
    ),
    _row(
        "C15",
        "a webhook's receiver that fails",
        "hooks/test_hooks.py::test_a_failure_is_tried_again_later_with_the_same_id_until_it_is_there",
        "hooks/test_hooks.py::test_what_fails_for_too_long_is_given_up_and_the_endpoint_pauses",
        "hooks/test_sending.py::test_who_is_not_trusted_slow_or_not_there",
    ),
    _row(
        "C16",
        "several machines at the same work, and one that is gone",
        "store/test_claims.py::test_of_many_that_ask_at_once_one_is_told_so",
        "store/test_claims.py::test_who_is_gone_holds_it_no_longer_than_asked_for_and_who_asks_again_holds_it_on",
        "store/test_hosts.py::test_in_what_machines_differ_that_are_there",
    ),
    # -- standing rules -------------------------------------------------------------------------------------------
    _row(
        "D1",
        "protective headers on every answer",
        "web/test_headers.py::test_headers_on_every_response",
        "web/test_headers.py::test_headers_on_posts_and_failures",
        f"{ACCESS}::test_every_page_has_the_protective_headers",
    ),
    _row(
        "D2",
        "nothing changes on GET",
        f"{REQUESTS}::test_nothing_changes_on_get",
        f"{ACCESS}::test_nothing_changes_on_get_or_without_a_csrf_token",
    ),
    _row(
        "D3",
        "no answer and no token in a log",
        "web/test_public.py::test_an_unexpected_error_tells_nobody_what_was_typed",
        f"{HOST}::test_no_answer_reaches_the_log",
        "web/test_provider.py::test_no_token_gets_into_a_log_or_a_referer",
        "web/manage/test_people.py::test_no_log_holds_a_link_a_code_or_a_password",
        f"{OUTBOX}::test_no_record_of_a_whole_run_holds_a_token",
    ),
    _row(
        "D4",
        "cookies and sessions",
        f"{DESK_LOGIN}::test_over_https_the_cookie_is_secure_and_host_bound",
        f"{DESK_LOGIN}::test_a_login_gives_a_new_session_and_ends_the_old_one",
        f"{LOGIN}::test_a_session_ends_after_30_idle_minutes",
        f"{LOGIN}::test_a_session_ends_after_12_hours_of_work",
        f"{REQUESTS}::test_the_public_address_is_a_host_and_makes_cookies_secure",
    ),
    _row(
        "D5",
        "each reading of responses is noted",
        "web/manage/test_manage_responses.py::test_the_table_is_paged_newest_first_and_each_look_is_audited",
        "web/manage/test_manage_responses.py::test_responses_are_not_shown_if_that_cannot_be_audited",
    ),
    _row(
        "D6",
        "what is to be erased, wherever it went",
        "privacy/test_reach.py::test_the_holder_gets_all_and_withdrawal_reaches_all",
        "privacy/test_holdings.py::test_every_collection_is_of_an_activity_or_holds_nothing_about_people",
        "privacy/test_rounds.py::test_a_year_of_rounds",
    ),
)
