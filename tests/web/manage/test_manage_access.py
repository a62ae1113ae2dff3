"""Default deny: every route × every role, and a route that nobody listed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service.web import audience
from survey_service.web.manage import AUDIENCES, blueprint
from tests.web.manage.conftest import Desk

NOBODY, GROUP, MANAGER, ADMIN, TRANSLATOR = "", "Willi", "Mara", "Ada", "Tanja"
EVERYONE = {GROUP, MANAGER, ADMIN, TRANSLATOR}
TRANSLATORS = {MANAGER, TRANSLATOR}
MODERATORS = {GROUP, MANAGER}

WHO_MAY = {
    ("GET", "/manage/"): EVERYONE,
    ("GET", "/manage/status"): {MANAGER, ADMIN},
    ("GET", "/manage/audit"): {MANAGER, ADMIN},
    ("POST", "/manage/audit"): {MANAGER, ADMIN},
    ("GET", "/manage/audit.file"): {MANAGER, ADMIN},
    ("POST", "/manage/logout"): EVERYONE,
    ("GET", "/manage/help"): EVERYONE,
    ("GET", "/manage/help/<page>"): EVERYONE,
    ("GET", "/manage/help/details/<page>"): EVERYONE,
    ("GET", "/manage/packages"): {MANAGER},
    ("POST", "/manage/packages"): {MANAGER},
    ("POST", "/manage/packages/made"): {MANAGER},
    ("POST", "/manage/packages/senders"): {MANAGER},
    ("POST", "/manage/packages/senders/<county>/remove"): {MANAGER},
    ("POST", "/manage/packages/<int:number>/remove"): {MANAGER},
    ("GET", "/manage/packages/comparison"): MODERATORS,
    ("GET", "/manage/packages/comparison.<form>"): MODERATORS,
    ("GET", "/manage/privacy"): {MANAGER, ADMIN},
    ("GET", "/manage/privacy/record"): {MANAGER, ADMIN},
    ("GET", "/manage/privacy/record.docx"): {MANAGER, ADMIN},
    ("GET", "/manage/privacy/consents/<name>"): {MANAGER, ADMIN},
    ("GET", "/manage/privacy/access"): {MANAGER, ADMIN},
    ("GET", "/manage/privacy/erase"): {MANAGER},
    ("POST", "/manage/privacy/erase"): {MANAGER},
    ("POST", "/manage/privacy/erase/<int:number>"): {MANAGER},
    ("POST", "/manage/language"): EVERYONE,
    ("GET", "/manage/password"): EVERYONE,
    ("POST", "/manage/password"): EVERYONE,
    ("GET", "/manage/confirm"): EVERYONE,
    ("POST", "/manage/confirm"): EVERYONE,
    ("GET", "/manage/account"): EVERYONE,
    ("POST", "/manage/account/app"): EVERYONE,
    ("POST", "/manage/account/app/confirm"): EVERYONE,
    ("POST", "/manage/account/app/remove"): EVERYONE,
    ("GET", "/manage/account/passkey"): EVERYONE,
    ("POST", "/manage/account/passkey"): EVERYONE,
    ("POST", "/manage/account/passkeys/<int:number>/remove"): EVERYONE,
    ("POST", "/manage/account/codes"): EVERYONE,
    ("POST", "/manage/account/sessions"): EVERYONE,
    ("POST", "/manage/account/email"): EVERYONE,
    ("GET", "/manage/people"): {ADMIN},
    ("POST", "/manage/people/invitations"): {ADMIN},
    ("POST", "/manage/people/invitations/<int:number>/revoke"): {ADMIN},
    ("GET", "/manage/people/<int:number>"): {ADMIN},
    ("POST", "/manage/people/<int:number>"): {ADMIN},
    ("GET", "/manage/webhooks"): {MANAGER, ADMIN},
    ("POST", "/manage/webhooks"): {MANAGER, ADMIN},
    ("GET", "/manage/webhooks/<int:number>"): {MANAGER, ADMIN},
    ("POST", "/manage/webhooks/<int:number>"): {MANAGER, ADMIN},
    ("POST", "/manage/webhooks/<int:number>/deliveries/<int:delivery>/again"): {MANAGER, ADMIN},
    ("GET", "/manage/tokens"): {MANAGER, ADMIN},
    ("POST", "/manage/tokens"): {MANAGER, ADMIN},
    ("POST", "/manage/tokens/<int:number>/revoke"): {MANAGER, ADMIN},
    ("GET", "/manage/handover"): {MANAGER},
    ("GET", "/manage/handover/file"): {MANAGER},
    ("POST", "/manage/handover"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/open"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/close"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/publish"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/publish"): {MANAGER},
    ("GET", "/manage/translations"): TRANSLATORS,
    ("GET", "/manage/translations/<scope>/<tag>"): TRANSLATORS,
    ("POST", "/manage/translations/<scope>/<tag>"): TRANSLATORS,
    ("GET", "/manage/translations/<scope>/<tag>/file"): TRANSLATORS,
    ("POST", "/manage/translations/<scope>/<tag>/file"): TRANSLATORS,
    ("GET", "/manage/questionnaires/<name>/distribute"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/phones"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/phones"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/phones/closed"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/distribute/links"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/distribute/retired"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/distribute/code"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/distribute/qr.<kind>"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/distribute/poster"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/distribute/poster.pdf"): {MANAGER},
    ("GET", "/manage/questionnaires/import"): MODERATORS,
    ("POST", "/manage/questionnaires/import"): MODERATORS,
    ("GET", "/manage/questionnaires/new"): MODERATORS,
    ("POST", "/manage/questionnaires/new"): MODERATORS,
    ("POST", "/manage/questionnaires/<name>/change"): MODERATORS,
    ("GET", "/manage/drafts/<name>"): MODERATORS,
    ("GET", "/manage/drafts/<name>/edit"): MODERATORS,
    ("POST", "/manage/drafts/<name>/edit"): MODERATORS,
    ("GET", "/manage/drafts/<name>/edit/<any(question, page, group, end):kind>/<part>"): MODERATORS,
    ("POST", "/manage/drafts/<name>/edit/<any(question, page, group, end):kind>/<part>"): MODERATORS,
    ("GET", "/manage/drafts/<name>/edit/new/<any(question, page, group, end):kind>"): MODERATORS,
    ("POST", "/manage/drafts/<name>/edit/new/<any(question, page, group, end):kind>"): MODERATORS,
    ("GET", "/manage/drafts/<name>/edit/head"): MODERATORS,
    ("POST", "/manage/drafts/<name>/edit/head"): MODERATORS,
    ("GET", "/manage/drafts/<name>/edit/list/<list_name>"): MODERATORS,
    ("POST", "/manage/drafts/<name>/edit/list/<list_name>"): MODERATORS,
    ("GET", "/manage/drafts/<name>/edit/bank"): MODERATORS,
    ("POST", "/manage/drafts/<name>/edit/bank"): MODERATORS,
    ("GET", "/manage/drafts/<name>/try"): MODERATORS,
    ("POST", "/manage/drafts/<name>/try"): MODERATORS,
    ("GET", "/manage/drafts/<name>/preview"): MODERATORS,
    ("GET", "/manage/drafts/<name>/workbook"): MODERATORS,
    ("POST", "/manage/drafts/<name>/languages"): MODERATORS,
    ("GET", "/manage/drafts/<name>/media"): MODERATORS,
    ("POST", "/manage/drafts/<name>/media"): MODERATORS,
    ("POST", "/manage/drafts/<name>/discard"): MODERATORS,
    ("GET", "/manage/drafts/<name>/publish"): {MANAGER},
    ("POST", "/manage/drafts/<name>/publish"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/revisions"): MODERATORS,
    ("GET", "/manage/questionnaires/<name>/compare"): MODERATORS,
    ("POST", "/manage/questionnaires/<name>/revisions/<revision>/verdict"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/schedule"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/schedule"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/responses"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/responses"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/responses/undo"): {MANAGER},
    ("POST", "/manage/questionnaires/<name>/responses/filters"): {MANAGER},
    ("POST", "/manage/responses/find"): {MANAGER},
    ("GET", "/manage/responses/<int:number>"): {MANAGER},
    ("POST", "/manage/responses/<int:number>"): {MANAGER},
    ("GET", "/manage/quarantine"): {MANAGER},
    ("GET", "/manage/contacts"): {MANAGER},
    ("POST", "/manage/contacts"): {MANAGER},
    ("GET", "/manage/responses/<int:number>/files/<file>"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/export"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/responses.file"): {MANAGER},
    ("GET", "/manage/questionnaires/<name>/codebook"): {MANAGER},
    ("GET", "/manage/responses/load"): {MANAGER, ADMIN},
    ("POST", "/manage/responses/load"): {MANAGER, ADMIN},
    ("POST", "/manage/responses/load/<token>"): {MANAGER, ADMIN},
    ("GET", "/manage/offers/import"): {MANAGER},
    ("POST", "/manage/offers/import"): {MANAGER},
    ("GET", "/manage/offers/import/template.<kind>"): {MANAGER},
    ("GET", "/manage/offers/import/entries.xlsx"): {MANAGER},
    ("POST", "/manage/offers/import/<token>"): {MANAGER},
    ("POST", "/manage/offers/import/<token>/findings.csv"): {MANAGER},
    ("GET", "/manage/offers"): MODERATORS,
    ("GET", "/manage/offers/<offer>"): MODERATORS,
    ("POST", "/manage/offers/<offer>"): MODERATORS,
    ("POST", "/manage/offers/chosen"): MODERATORS,
    ("GET", "/manage/offers/notices"): MODERATORS,
    ("POST", "/manage/offers/notices"): MODERATORS,
    ("GET", "/manage/offers/live"): MODERATORS,
    ("POST", "/manage/offers/<offer>/live/<int:number>"): MODERATORS,
    ("GET", "/manage/offers/duplicates"): MODERATORS,
    ("POST", "/manage/offers/duplicates"): MODERATORS,
    ("GET", "/manage/offers/<offer>/merge/<other>"): MODERATORS,
    ("POST", "/manage/offers/<offer>/merge/<other>"): MODERATORS,
    ("POST", "/manage/offers/<offer>/separate"): MODERATORS,
    ("POST", "/manage/offers/<offer>/leave-merged"): MODERATORS,
    ("GET", "/manage/offers/<offer>/organisation"): {MANAGER},
    ("POST", "/manage/offers/<offer>/organisation"): {MANAGER},
    ("GET", "/manage/organisations"): {MANAGER},
    ("GET", "/manage/organisations/<organisation>"): {MANAGER},
    ("POST", "/manage/organisations/<organisation>"): {MANAGER},
    ("POST", "/manage/organisations/<organisation>/contacts"): {MANAGER},
    ("POST", "/manage/organisations/<organisation>/contacts/<contact>"): {MANAGER},
    ("GET", "/manage/coding"): MODERATORS,
    ("GET", "/manage/coding/new"): {MANAGER},
    ("POST", "/manage/coding/new"): {MANAGER},
    ("GET", "/manage/coding/tasks/<task>"): MODERATORS,
    ("GET", "/manage/coding/tasks/<task>/next"): MODERATORS,
    ("POST", "/manage/coding/tasks/<task>/texts"): {MANAGER},
    ("POST", "/manage/coding/tasks/<task>/compare"): MODERATORS,
    ("GET", "/manage/coding/tasks/<task>/agreement"): MODERATORS,
    ("GET", "/manage/coding/tasks/<task>/decisions"): MODERATORS,
    ("POST", "/manage/coding/tasks/<task>/decisions"): MODERATORS,
    ("GET", "/manage/coding/tasks/<task>/quotes"): {MANAGER},
    ("POST", "/manage/coding/tasks/<task>/quotes"): {MANAGER},
    ("GET", "/manage/coding/texts/<unit>"): MODERATORS,
    ("POST", "/manage/coding/texts/<unit>"): MODERATORS,
    ("POST", "/manage/coding/texts/<unit>/translation"): MODERATORS,
    ("GET", "/manage/coding/texts/<unit>/decision"): MODERATORS,
    ("POST", "/manage/coding/texts/<unit>/decision"): MODERATORS,
    ("GET", "/manage/coding/texts/<unit>/quote"): {MANAGER},
    ("POST", "/manage/coding/texts/<unit>/quote"): {MANAGER},
    ("POST", "/manage/coding/codebooks"): {MANAGER},
    ("GET", "/manage/coding/codebooks/<book>"): MODERATORS,
    ("GET", "/manage/coding/codebooks/<book>/new"): {MANAGER},
    ("POST", "/manage/coding/codebooks/<book>/new"): {MANAGER},
    ("GET", "/manage/coding/codebooks/<book>/codes/<code>"): {MANAGER},
    ("POST", "/manage/coding/codebooks/<book>/codes/<code>"): {MANAGER},
    ("POST", "/manage/coding/codebooks/<book>/codes/<code>/state"): {MANAGER},
    ("GET", "/manage/reports"): MODERATORS,
    ("POST", "/manage/reports"): MODERATORS,
    ("GET", "/manage/reports/runs/<int:number>"): MODERATORS,
    ("POST", "/manage/reports/runs/<int:number>/cancel"): MODERATORS,
    ("GET", "/manage/reports/<int:number>"): MODERATORS,
    ("GET", "/manage/indicators"): MODERATORS,
    ("GET", "/manage/indicators/<code>"): MODERATORS,
    ("POST", "/manage/indicators/<code>"): {MANAGER},
    ("GET", "/manage/indicators/import"): {MANAGER},
    ("POST", "/manage/indicators/import"): {MANAGER},
    ("POST", "/manage/indicators/take"): {MANAGER},
    ("GET", "/manage/network"): {MANAGER},
    ("POST", "/manage/network"): {MANAGER},
    ("GET", "/manage/network/<int:body>"): {MANAGER},
    ("POST", "/manage/network/<int:body>"): {MANAGER},
    ("POST", "/manage/network/<int:body>/members"): {MANAGER},
    ("GET", "/manage/network/<int:body>/members/<int:member>"): {MANAGER},
    ("POST", "/manage/network/<int:body>/members/<int:member>"): {MANAGER},
    ("GET", "/manage/network/<int:body>/import"): {MANAGER},
    ("POST", "/manage/network/<int:body>/import"): {MANAGER},
    ("GET", "/manage/network/<int:body>/members.csv"): {MANAGER},
    ("GET", "/manage/network/<int:body>/meetings/new"): {MANAGER},
    ("POST", "/manage/network/<int:body>/meetings/new"): {MANAGER},
    ("GET", "/manage/network/<int:body>/meetings/<int:meeting>"): {MANAGER},
    ("POST", "/manage/network/<int:body>/meetings/<int:meeting>"): {MANAGER},
    ("GET", "/manage/network/<int:body>/meetings/<int:meeting>/calendar"): {MANAGER},
    ("GET", "/manage/closing"): {MANAGER},
    ("POST", "/manage/closing"): {MANAGER},
    ("GET", "/manage/closing/<wave>/<field>"): {MANAGER},
    ("POST", "/manage/closing/<wave>/<field>"): {MANAGER},
    ("POST", "/manage/closing/<wave>/<field>/publish"): {MANAGER},
    ("GET", "/manage/news"): {MANAGER},
    ("POST", "/manage/news"): {MANAGER},
    ("POST", "/manage/news/items"): {MANAGER},
    ("POST", "/manage/news/publish"): {MANAGER},
    ("GET", "/manage/concept"): MODERATORS,
    ("POST", "/manage/concept"): {MANAGER},
    ("POST", "/manage/concept/observe"): {MANAGER},
    ("GET", "/manage/concept/compare"): MODERATORS,
    ("GET", "/manage/concept/<int:number>"): MODERATORS,
    ("POST", "/manage/concept/<int:number>"): {MANAGER},
    ("GET", "/manage/concept/<int:number>/file"): MODERATORS,
    ("GET", "/manage/concept/<int:number>/inputs"): MODERATORS,
    ("POST", "/manage/concept/<int:number>/inputs"): MODERATORS,
    ("GET", "/manage/concept/<int:number>/items/new"): MODERATORS,
    ("POST", "/manage/concept/<int:number>/items/new"): MODERATORS,
    ("GET", "/manage/concept/<int:number>/items/<key>"): MODERATORS,
    ("POST", "/manage/concept/<int:number>/items/<key>"): MODERATORS,
    ("POST", "/manage/concept/<int:number>/items/<key>/place"): MODERATORS,
    ("POST", "/manage/concept/<int:number>/items/<key>/progress"): MODERATORS,
    ("GET", "/manage/concept/<int:number>/items/<key>/evidence"): MODERATORS,
    ("POST", "/manage/concept/<int:number>/items/<key>/evidence"): {MANAGER},
    ("GET", "/manage/consulting"): {MANAGER},
    ("GET", "/manage/consulting/new"): {MANAGER},
    ("POST", "/manage/consulting/new"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/edit"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>/edit"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/preview"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/people"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>/people/<int:invitation>"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/comments"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>/comments"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/comments/<int:comment>"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>/comments/<int:comment>"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>/comments/<int:comment>/wording"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/table"): {MANAGER},
    ("POST", "/manage/consulting/<int:id>/table"): {MANAGER},
    ("GET", "/manage/consulting/<int:id>/file"): {MANAGER},
    ("GET", "/manage/indicators/overview"): MODERATORS,
    ("GET", "/manage/indicators/publish"): {MANAGER},
    ("POST", "/manage/indicators/publish"): {MANAGER},
    ("GET", "/manage/plugins"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins"): {MANAGER},
    ("POST", "/manage/plugins/offered"): {MANAGER},
    ("GET", "/manage/plugins/<name>"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins/<name>/versions/<key>/approve"): {ADMIN},
    ("POST", "/manage/plugins/<name>/versions/<key>/refuse"): {ADMIN},
    ("POST", "/manage/plugins/<name>/compare"): {MANAGER},
    ("POST", "/manage/plugins/<name>/activate"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins/<name>/roll-back"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins/<name>/enable"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins/<name>/disable"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins/<name>/remove"): {MANAGER, ADMIN},
    ("GET", "/manage/plugins/<name>/settings"): {MANAGER, ADMIN},
    ("POST", "/manage/plugins/<name>/settings"): {MANAGER, ADMIN},
    ("GET", "/manage/reports/<int:number>/file"): MODERATORS,
    ("GET", "/manage/reports/<int:number>/charts/<name>.<form>"): MODERATORS,
    ("GET", "/manage/outbox"): {MANAGER},
    ("GET", "/manage/outbox/<place>/<name>"): {MANAGER},
    ("POST", "/manage/outbox/<place>/<name>"): {MANAGER},
    ("GET", "/manage/calls"): MODERATORS,
    ("POST", "/manage/calls"): MODERATORS,
    ("GET", "/manage/reports/schedules"): {MANAGER},
    ("POST", "/manage/reports/schedules"): {MANAGER},
    ("POST", "/manage/reports/schedules/<int:number>/remove"): {MANAGER},
}
"""Every route of the desk but the login, with the accounts that may use it; written by hand, compared with the code."""

PUBLIC = {
    ("GET", "/manage/login"),
    ("POST", "/manage/login"),
    ("GET", "/manage/login/second"),
    ("POST", "/manage/login/second"),
    ("GET", "/manage/lost"),
    ("POST", "/manage/lost"),
    ("GET", "/manage/lost/sent"),
    ("GET", "/manage/new-password/<token>"),
    ("POST", "/manage/new-password/<token>"),
    ("GET", "/manage/invited/<token>"),
    ("POST", "/manage/invited/<token>"),
}


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("manage.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_each_route_stands_in_the_table_of_this_test(app: Flask) -> None:
    assert routes(app) == set(WHO_MAY) | PUBLIC


def test_each_route_of_the_application_is_listed_with_its_audience(app: Flask) -> None:
    table: audience.Table = app.extensions["survey_service.audience"]
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - set(table.rows) == set()


def address(rule: str) -> str:
    return (
        re.sub(r"<int:\w+>", "999", rule)
        .replace("<name>", "nothing")
        .replace("<revision>", "nothing-1")
        .replace("<offer>", "nothing")
        .replace("<other>", "nobody")
        .replace("<organisation>", "nothing")
        .replace("<contact>", "nothing")
        .replace("<scope>/<tag>", "nothing/ar")
        .replace("<form>", "svg")
        .replace("<kind>", "png")
        .replace("<any(question, page, group, end):kind>", "question")
        .replace("<part>", "nothing")
        .replace("<list_name>", "nothing")
        .replace("<key>", "nothing")
        .replace("<task>", "nothing")
        .replace("<unit>", "nothing")
        .replace("<book>", "nothing")
        .replace("<code>", "nothing")
    )


def asked(desk: Desk, method: str, rule: str, token: str) -> TestResponse:
    """Ask for a route; what is named in it doesn't exist."""
    if method == "POST":
        return desk.client.post(address(rule), data={"_csrf": token})
    return desk.get(address(rule))


@pytest.mark.parametrize(
    "method, rule, name", sorted((*route, name) for route, names in WHO_MAY.items() for name in names)
)
def test_a_route_lets_through_whom_it_should(as_role: Callable[[str], Desk], method: str, rule: str, name: str) -> None:
    """Whoever is let through meets a 404, another page, or a complaint."""
    desk = as_role(name)
    response = asked(desk, method, rule, desk.token("/manage/password"))
    assert response.status_code in (200, 303, 400, 404, 422)
    assert "/manage/login?next" not in response.headers.get("Location", "")


@pytest.mark.parametrize("name", [NOBODY, GROUP, MANAGER, ADMIN, TRANSLATOR])
def test_all_other_routes_refuse(as_role: Callable[[str], Desk], name: str) -> None:
    """A refusal changes nothing, so that one session meets them all."""
    desk = as_role(name)
    token = desk.token("/manage/password" if name else "/manage/login")
    others = [route for route in sorted(WHO_MAY) if name not in WHO_MAY[route]]
    met = {(method, rule): asked(desk, method, rule, token) for method, rule in others}
    assert met
    if name:
        assert {route: response.status_code for route, response in met.items()} == dict.fromkeys(met, 403)
        return
    for (method, rule), response in met.items():
        if method == "GET":
            assert (response.status_code, response.headers["Location"].split("?")[0]) == (303, "/manage/login"), rule
        else:
            assert response.status_code == 401, rule


def test_a_route_that_nobody_listed_is_not_found_even_for_a_manager(app: Flask, as_role: Callable[[str], Desk]) -> None:
    app.add_url_rule("/manage/secret", "manage.secret", lambda: "secret")
    app.add_url_rule("/secret", "secret", lambda: "secret")
    for name in (NOBODY, MANAGER, ADMIN, TRANSLATOR):
        for path in ("/manage/secret", "/secret"):
            response = as_role(name).get(path)
            assert response.status_code == 404
            assert "secret" not in response.text


def test_somebody_elses_and_a_missing_thing_look_the_same(as_role: Callable[[str], Desk]) -> None:
    """Whoever may not see responses gets one answer for a questionnaire that exists and for one that doesn't."""
    for name, status in ((GROUP, 403), (TRANSLATOR, 403), (NOBODY, 303)):
        desk = as_role(name)
        there, missing = (desk.get(f"/manage/questionnaires/{q}/responses") for q in ("small", "nothing"))
        assert there.status_code == missing.status_code == status
        assert there.text.replace("small", "nothing") == missing.text


@pytest.mark.parametrize(
    "path",
    [
        "/manage/questionnaires/nothing/responses",
        "/manage/questionnaires/nothing/responses.file?format=csv&language=de",
        "/manage/questionnaires/small/responses.file?format=exe&language=de",
        "/manage/questionnaires/small/responses.file?format=csv&language=xx",
        "/manage/questionnaires/small/responses.file", "/manage/questionnaires/small/responses?page=2",
        "/manage/questionnaires/small/responses?page=0", "/manage/questionnaires/small/responses?page=x",
        "/manage/questionnaires/small/responses?page=\u0661", "/manage/offers/nothing", "/manage/offers?state=lost",
        "/manage/reports/999", "/manage/reports/999/file?format=csv",
    ],
)  # fmt: skip
def test_what_is_missing_is_a_404(manager: Desk, path: str) -> None:
    assert manager.get(path).status_code == 404


def test_a_problem_on_the_desk_leads_back_to_the_desk(as_role: Callable[[str], Desk]) -> None:
    for name, path in ((MANAGER, "/manage/offers/nothing"), (GROUP, "/manage/questionnaires/small/responses")):
        page = as_role(name).get(path).text
        assert '<a class="button" href="/manage/">' in page


@pytest.mark.parametrize("path", ["/manage/questionnaires/small/close", "/manage/offers/x", "/manage/logout"])
def test_nothing_changes_on_get_or_without_a_csrf_token(manager: Desk, path: str) -> None:
    assert manager.get(path).status_code in (404, 405)
    assert manager.client.post(path).status_code == 400
    foreign = manager.post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code in (400, 403)
    assert manager.get("/manage/").status_code == 200


def test_every_page_has_the_protective_headers(as_role: Callable[[str], Desk]) -> None:
    for name, path in (
        (MANAGER, "/manage/"),
        (NOBODY, "/manage/login"),
        (GROUP, "/manage/questionnaires/small/responses"),
    ):
        response = as_role(name).get(path)
        assert response.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_audiences_are_actions_of_the_table_of_roles() -> None:
    from survey_service.accounts.access import TABLE

    assert {row.audience for row in AUDIENCES.values()} - {"public"} <= set(TABLE)
    assert all(endpoint.startswith(f"{blueprint.name}.") for endpoint in AUDIENCES)
