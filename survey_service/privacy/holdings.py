"""What is stored about people: every collection and folder of an instance, and the processing activity it belongs to.

A test walks all modules: a collection that stands in none of these tables fails it. So whoever adds one decides whether
it says something about a person, and the record of processing activities (`record`) tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.problems import D_

SURVEY, OFFERS, VOTES, BODIES, TEAM, SECURITY, LINKED = (
    *("survey", "offers", "votes", "bodies", "team", "security", "linked"),
)


@dataclass(frozen=True)
class Activity:
    """One processing activity, as Article 30 GDPR wants it: what for, on which basis, about whom, who gets it, and the
    retention rules (`rules.TABLE`) that end it."""

    title: str
    purpose: str
    basis: str
    people: str
    recipients: str
    rules: tuple[str, ...]


ACTIVITIES: Mapping[str, Activity] = {
    SURVEY: Activity(
        D_("Questionnaires for newcomers and experts"),
        D_("Finding out what is needed, so that the county plans better offers."),
        D_("Consent, Article 6(1)(a) GDPR; for especially personal questions Article 9(2)(a)."),
        D_("People who moved here and people who work in integration, 16 and older; they need not say who they are."),
        D_("Managers; two coders of free texts; in reports and publications figures about groups only."),
        ("drafts", "responses", "texts", "files", "codings", "snapshots", "withdrawn", "wishes"),
    ),
    OFFERS: Activity(
        D_("Directory of offers"),
        D_("Showing which help there is, and keeping it up to date."),
        D_("Public task, Article 6(1)(e) GDPR; publishing contact persons: consent, Article 6(1)(a)."),
        D_("People who register, look after or are named in offers; visitors who point out mistakes."),
        D_("The public, as far as it is published; the integration team; providers of the same organisation."),
        ("contacts", "notices", "drafts"),
    ),
    VOTES: Activity(
        D_("Consultations on the concept"),
        D_("Letting organisations vote and comment on statements."),
        D_("Public task, Article 6(1)(e) GDPR."),
        D_("People who vote for an organisation."),
        D_("Managers; the county council gets organisations, votes and comments, and no names."),
        ("voters",),
    ),
    BODIES: Activity(
        D_("Bodies and meetings"),
        D_("Inviting members and keeping track of attendance."),
        D_("Public task, Article 6(1)(e) GDPR."),
        D_("Members of working groups, boards and networks."),
        D_("Managers; in reports numbers only."),
        ("members",),
    ),
    TEAM: Activity(
        D_("Accounts and work of the team"),
        D_("Signing in, and telling who did what."),
        D_("Public task and duty to account, Article 6(1)(e) and (c) GDPR."),
        D_("People of the integration team."),
        D_("Administrators; what somebody did: managers."),
        ("passing",),
    ),
    SECURITY: Activity(
        D_("Protection from misuse"),
        D_("Slowing down whoever guesses passwords, words or codes, or floods mailboxes."),
        D_("Security of processing, Article 32 GDPR."),
        D_("Visitors, by marks made from an internet address or an e-mail address."),
        D_("Nobody looks at them."),
        ("passing",),
    ),
    LINKED: Activity(
        D_("Other systems of the county"),
        D_("Letting a system fetch or send what its token allows, and telling it that something happened."),
        D_("Public task, Article 6(1)(e) GDPR."),
        D_("Whoever stands in what is fetched; the people who made a token or an address."),
        D_("The systems that an administrator or manager connected."),
        ("channels",),
    ),
}

_RESPONSE = D_("Answers, language, quarter, link that led here, version of the consent")
_FILE = D_("Pictures, recordings and files that were sent")
_OFFER = D_("Entries with contact persons, and who changed them when")
_CONTACT = D_("E-mail addresses of people who look after offers")
_VOTE = D_("Votes and comments, with name and organisation of the voter")
_INVITED = D_("Names and e-mail addresses of people invited to vote")
_MEMBER = D_("Names, addresses and organisations of members, attendance")
_ACCOUNT = D_("Name, e-mail address and roles")
_SECRET = D_("Hashed passwords, second factors, sessions")
_WORK = D_("Who of the team did something, and when")
_CODED = D_("Codes, translations, remarks and quotes of free texts")
_REVIEW = D_("Notes of the team, review state, exclusion with its reason")
_WISH = D_("How to reach people who want to be contacted")
_MARK = D_("Marks of networks and addresses with the times of attempts")
_LINK = D_("Hashes of links that were sent")
_TOKEN = D_("Hashes of tokens, addresses of systems, days of use")

COLLECTIONS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("responses", "drafts"), (SURVEY, _RESPONSE)),
    "uploads": (SURVEY, _FILE),
    **dict.fromkeys(("coding_units", "codings", "coding_consensus", "coding_quotes"), (SURVEY, _CODED)),
    **dict.fromkeys(("response_reviews", "review_batches"), (SURVEY, _REVIEW)),
    "contact_wishes": (SURVEY, _WISH),
    **dict.fromkeys(
        ("offers", "offer_events", "offer_notices", "organisations", "organisation_events"), (OFFERS, _OFFER)
    ),
    **dict.fromkeys(("offer_contacts", "offer_links_asked"), (OFFERS, _CONTACT)),
    **dict.fromkeys(("offer_links", "offer_visits"), (OFFERS, _LINK)),
    **dict.fromkeys(("consulting_votes", "consulting_votes_before", "consulting_answers"), (VOTES, _VOTE)),
    **dict.fromkeys(("consulting_tables", "consulting_rounds"), (VOTES, _VOTE)),
    **dict.fromkeys(("consulting_invitations", "consulting_attending", "consulting_asked"), (VOTES, _INVITED)),
    "consulting_links": (VOTES, _LINK),
    **dict.fromkeys(("network_members", "network_meetings", "network_bodies"), (BODIES, _MEMBER)),
    **dict.fromkeys(("accounts", "handovers"), (TEAM, _ACCOUNT)),
    **dict.fromkeys(
        (
            *("account_apps", "account_passkeys", "account_recovery", "account_standing", "account_links"),
            *("account_links_asked", "sessions"),
        ),
        (TEAM, _SECRET),
    ),
    **dict.fromkeys(
        (
            *("audit", "revisions", "verdict_overrides", "offer_distinct", "definitions", "translations"),
            *("codebook_versions", "coding_tasks", "concept_versions", "concept_items", "concept_wordings"),
            *("concept_left", "concept_progress", "observations", "observation_history", "indicator_goals"),
            *("indicator_goal_history", "figure_batches", "closing_pages", "closing_news", "packages"),
            *("package_senders", "plugins", "reports", "report_blocks", "runs", "response_filters", "report_schedules"),
        ),
        (TEAM, _WORK),
    ),
    **dict.fromkeys(
        (
            *("login_attempts", "login_addresses", "factor_attempts", "receipt_attempts", "code_attempts"),
            *("account_links_accounts", "account_links_askers", "consulting_askers", "consulting_asked_addresses"),
            *("offer_links_askers", "offer_links_addresses", "token_attempts"),
        ),
        (SECURITY, _MARK),
    ),
    **dict.fromkeys(("api_tokens", "hook_endpoints", "channels"), (LINKED, _TOKEN)),
}
"""Collection → the activity it belongs to, and what stands in it about people."""

FOLDERS: Mapping[str, tuple[str, str]] = {
    "uploads": (SURVEY, _FILE),
    "snapshots": (SURVEY, _RESPONSE),
    "loading": (SURVEY, _RESPONSE),
    "outbox": (OFFERS, _CONTACT),
}
"""The same for folders of the instance."""

WITHOUT = frozenset(
    {
        *("audit_head", "audit_checks", "backups", "closing_look", "closing_news_draft", "closing_texts", "codebooks"),
        *(
            "concept_keys",
            "consulting_groups",
            "hook_deliveries",
            "hook_offers",
            "hook_seen",
            "links",
            "claims",
            "hosts",
        ),
        *("plugin_comparisons", "publications", "published_counts", "retention_last", "retention_rounds", "rounds"),
        *("scheduled_work", "spent_challenges", "text_standing", "withdrawals", "withdrawals_pending"),
        *("blobs", "blob_parts", "secrets"),
    }
)
"""Collections that say nothing about a person; contents of files (``blobs``) stand in the folders above."""


def of_activity(key: str) -> tuple[str, ...]:
    """Return what is stored for an activity, each kind once."""
    found = (*COLLECTIONS.values(), *FOLDERS.values())
    return tuple(dict.fromkeys(what for activity, what in found if activity == key))
