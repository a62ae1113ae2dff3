"""Who wants to be contacted: a list at the desk, with nothing that leads to anybody's answers."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.problems import Problem
from survey_service.responses import contact_wishes
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint


@blueprint.get("/contacts")
def contact_list() -> str:
    """List who waits, oldest first, and who was contacted lately; that is noted in the audit log."""
    store = current().store
    waiting, done = (contact_wishes.everyone(store, state) for state in (contact_wishes.OPEN, contact_wishes.DONE))
    desk.note("contacts.read", "contacts", count=len(waiting) + len(done))
    return render_template("manage/contacts.html", waiting=waiting, done=done)


@blueprint.post("/contacts")
def change_contact_wish() -> ResponseReturnValue:
    """Note that somebody was contacted, take that back, or erase the wish at once."""
    store, what, wish = current().store, request.form.get("what", ""), request.form.get("wish", "")
    if what not in ("done", "open", "erase"):
        raise Problem("request.bad")
    with store.transaction():
        if what == "done":
            contact_wishes.finish(store, wish, desk.signed_in().account.name, clock.today())
        elif what == "open":
            contact_wishes.reopen(store, wish)
        else:
            contact_wishes.erase(store, wish)
        desk.note("contacts.changed", "contacts", act=what)
    return redirect(url_for("manage.contact_list"), 303)
