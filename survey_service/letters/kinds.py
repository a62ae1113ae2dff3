"""Every letter to providers and to members of bodies: its subject, what it says, where its button leads, and the values
it needs.

Texts are English sources of the domain ``provider``. No subject holds a value: subjects are read over shoulders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.problems import P_

WHY = P_("You get this message because your e-mail address is noted for an offer for newcomers.")
SERVICE = P_("The list of offers for newcomers")


@dataclass(frozen=True)
class Kind:
    """One kind of letter.

    ``says`` are its paragraphs, ``then`` those below what is listed or quoted, ``after`` those below the button;
    ``button`` is what stands on it, "" for none: then there is no value ``link``. ``needs`` are the values that must be
    given, ``may`` those that can be. Of the values ``offers`` is a list of (name, day last confirmed or None),
    and ``reason``, ``what`` and ``agenda`` are texts of several lines by other people, shown apart as such, ``quoted``
    above them if there is one. ``why`` says why somebody gets it, ``service`` who writes where no operator is set;
    ``team`` tells that it goes to somebody of the integration team, not to a provider or member.
    """

    subject: str
    says: tuple[str, ...]
    needs: frozenset[str]
    button: str = ""
    after: tuple[str, ...] = ()
    may: frozenset[str] = frozenset()
    then: tuple[str, ...] = ()
    why: str = WHY
    service: str = SERVICE
    quoted: str = ""
    team: bool = False


_SECRET = P_("The link works once, for %(days)s days. Please do not pass it on: whoever has it can change your offers.")
_NOT_ASKED = P_("You did not ask for it? Then you need not do anything.")
_ONE_CLICK = P_("Everything is still right? Then one click is enough. Otherwise you can change what is wrong there.")
_LOOK = P_("Look and confirm")
_OPEN = P_("Open my offers")
_SHOW = P_("Look at the offer")

_LISTED = frozenset({"link", "offers"})
_ABOUT = frozenset({"offer", "link"})

_MEMBER = P_("You get this message because you are noted as a member of “%(body)s”.")
_OFFICE = P_("The office for integration")
_VOTE = P_("Open the consultation")
_MISSING = P_("Statements still without a vote of “%(voter)s”: %(left)s of %(count)s.")
_CHANGE = P_("Until then every vote can be changed. You need no account for it.")
_PERSONAL = P_("The link is for you only. Please do not pass it on: whoever has it can vote for “%(voter)s”.")
_MEETING = frozenset({"body", "day", "time", "place"})
_VOTING = frozenset({"link", "round", "body", "voter", "day"})

KINDS: Mapping[str, Kind] = {
    "edit_link": Kind(
        P_("Your link to your offers"),
        (P_("Here is the link you asked for. With it you can look at your offers, change and confirm them."),),
        frozenset({"link"}),
        _OPEN,
        (_SECRET, _NOT_ASKED),
        frozenset({"offer", "organisation"}),
    ),
    "invited": Kind(
        P_("You are a contact for offers now"),
        (
            P_("%(by)s has named you as a contact for the offers of “%(organisation)s”."),
            P_("You can now look at these offers, change and confirm them. You need no account for it."),
        ),
        frozenset({"link", "organisation", "by"}),
        _OPEN,
        (_SECRET,),
    ),
    "handed_over": Kind(
        P_("You look after offers now"),
        (
            P_("The offers of “%(organisation)s” have been handed over to you."),
            P_("Please look whether they are still right. You need no account for it."),
        ),
        frozenset({"link", "organisation"}),
        _OPEN,
        (_SECRET,),
    ),
    "confirm": Kind(
        P_("Is your offer still right?"),
        (P_("“%(offer)s” was last confirmed on %(day)s. Please look whether everything is still right."),),
        frozenset({"link", "offer", "day"}),
        _LOOK,
        (_ONE_CLICK,),
    ),
    "reminder_first": Kind(
        P_("Are your offers still right?"),
        (P_("Offers change. So that nobody comes in vain, please look whether everything is still right:"),),
        _LISTED,
        _LOOK,
        (_ONE_CLICK,),
    ),
    "reminder_second": Kind(
        P_("Please confirm your offers"),
        (P_("We wrote to you some time ago. Please look whether everything is still right:"),),
        _LISTED,
        _LOOK,
        (_ONE_CLICK,),
        then=(P_("If nobody confirms them, the list will soon say “not confirmed” beside them."),),
    ),
    "reminder_last": Kind(
        P_("Last reminder: please confirm your offers"),
        (P_("Nobody has confirmed these offers for a long time:"),),
        _LISTED,
        _LOOK,
        (_ONE_CLICK,),
        then=(
            P_("After %(after)s days without an answer the list says “not confirmed” beside an offer. It stays there."),
        ),
    ),
    "not_confirmed": Kind(
        P_("Offers of yours are shown as “not confirmed”"),
        (P_("Nobody has confirmed these offers for a long time:"),),
        _LISTED,
        _LOOK,
        (_ONE_CLICK,),
        then=(
            P_("After %(after)s days the list says “not confirmed” beside an offer. Confirm it, and that goes away."),
        ),
    ),
    "project_ends": Kind(
        P_("A project of yours ends soon"),
        (
            P_("By what you told us, the funding of “%(offer)s” ends on %(day)s."),
            P_("After that day the list shows the project as ended. It goes on? Then please change the day."),
        ),
        frozenset({"offer", "day"}),
        _OPEN,
        may=frozenset({"link"}),
    ),
    "project_ended": Kind(
        P_("A project of yours is shown as ended"),
        (
            P_("By what you told us, the funding of “%(offer)s” ended on %(day)s. The list now shows it as ended."),
            P_("It goes on? Then please change the day. Thank you for what you have done!"),
        ),
        frozenset({"offer", "day"}),
        _OPEN,
        may=frozenset({"link"}),
    ),
    "published": Kind(
        P_("Your entry is published"),
        (P_("Thank you! Your entry is in the list now, and people can find it."),),
        frozenset(),
        _SHOW,
        may=_ABOUT,
    ),
    "returned": Kind(
        P_("Please look at your entry again"),
        (P_("Thank you for your entry. Before it can be published, something has to be changed. We wrote down what:"),),
        frozenset({"reason"}),
        _OPEN,
        may=_ABOUT,
    ),
    "rejected": Kind(
        P_("Your entry was not published"),
        (P_("Thank you for your entry. We have not taken it into the list. This is why:"),),
        frozenset({"reason"}),
        _OPEN,
        (P_("You see it differently? Please write to us."),),
        _ABOUT,
    ),
    "taken_off": Kind(
        P_("Your entry was taken out of the list"),
        (P_("Your entry is no longer in the list. This is why:"),),
        frozenset({"reason"}),
        _OPEN,
        (P_("You see it differently? Please write to us."),),
        _ABOUT,
    ),
    "error_reported": Kind(
        P_("Somebody has found a mistake"),
        (P_("A visitor has told us that something in your entry may be wrong. Please look whether it is so:"),),
        frozenset({"what"}),
        _OPEN,
        may=_ABOUT,
    ),
    "vote_invited": Kind(
        P_("Your vote on the integration concept"),
        (
            P_("Statements of the integration concept are put to the vote: “%(round)s”. “%(body)s” is asked."),
            P_("Please vote by %(day)s and say what should change. Every comment is answered."),
            _CHANGE,
        ),
        _VOTING,
        _VOTE,
        (_PERSONAL,),
        why=_MEMBER,
        service=_OFFICE,
    ),
    "vote_link": Kind(
        P_("Your link to the consultation"),
        (
            P_("Here is the link you asked for. It leads to the consultation “%(round)s” for “%(body)s”."),
            P_("Please vote by %(day)s and say what should change. Every comment is answered."),
            _CHANGE,
        ),
        _VOTING,
        _VOTE,
        (_PERSONAL, _NOT_ASKED),
        why=_MEMBER,
        service=_OFFICE,
    ),
    "vote_reminded": Kind(
        P_("Please vote on the integration concept"),
        (P_("The consultation “%(round)s” ends on %(day)s."), _MISSING, _CHANGE),
        _VOTING | {"left", "count"},
        _VOTE,
        (_PERSONAL,),
        why=_MEMBER,
        service=_OFFICE,
    ),
    "vote_last": Kind(
        P_("Last reminder: your vote on the integration concept"),
        (
            P_("The consultation “%(round)s” ends soon: on %(day)s."),
            _MISSING,
            P_("After that day nobody can vote any more."),
        ),
        _VOTING | {"left", "count"},
        _VOTE,
        (_PERSONAL,),
        why=_MEMBER,
        service=_OFFICE,
    ),
    "vote_results": Kind(
        P_("What became of your vote"),
        (
            P_("The consultation “%(round)s” has ended. Thank you for taking part!"),
            P_("You can now read how the bodies voted, and what was answered to the comments."),
        ),
        frozenset({"link", "round", "body"}),
        P_("Read the results"),
        why=_MEMBER,
        service=_OFFICE,
    ),
    "meeting": Kind(
        P_("Invitation to a meeting"),
        (
            P_("“%(body)s” meets on %(day)s, %(time)s."),
            P_("Place: %(place)s"),
        ),
        _MEETING,
        after=(
            P_("The attached file puts the meeting into your calendar."),
            P_("You can't come? Please tell us, or send somebody in your place."),
        ),
        may=frozenset({"agenda"}),
        quoted=P_("Agenda:"),
        why=_MEMBER,
        service=_OFFICE,
    ),
    "meeting_cancelled": Kind(
        P_("A meeting is cancelled"),
        (
            P_("The meeting of “%(body)s” on %(day)s, %(time)s, is cancelled."),
            P_("The attached file takes it out of your calendar."),
        ),
        _MEETING - {"place"},
        why=_MEMBER,
        service=_OFFICE,
    ),
    "team_invited": Kind(
        P_("You are invited to the integration survey"),
        (
            P_("%(by)s invites you to work with the integration team’s pages."),
            P_("Choose a user name and a password there. Your account is ready after that."),
        ),
        frozenset({"link", "by"}),
        P_("Make my account"),
        (P_("The link works once, for seven days. Please do not pass it on."),),
        team=True,
    ),
    "team_password": Kind(
        P_("Choose a new password"),
        (P_("A new password was asked for your account of the integration team. You can choose it here."),),
        frozenset({"link"}),
        P_("Choose a new password"),
        (P_("The link works once and only for a short time. Your second factor stays as it is."), _NOT_ASKED),
        team=True,
    ),
    "team_changed": Kind(
        P_("The way you sign in was changed"),
        (
            P_("Your password, your second factor or this e-mail address was changed for your account."),
            P_("Was it you? Then all is well. If not, please tell an administrator at once."),
        ),
        frozenset(),
        team=True,
    ),
}
