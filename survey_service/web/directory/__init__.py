"""The directory of offers for newcomers and counsellors: search, filters, list, and what is proposed while one types.

What people look for stands in addresses only, so that they can be passed on; it is neither stored nor logged.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request, url_for
from markupsafe import Markup, escape

from survey_service.offers.directory import PAGE, Found, Wanted
from survey_service.offers.entry import DAY, FIELD, FLAG, KIND, LANGUAGE, PLACE, Entry
from survey_service.problems import N_, Problem
from survey_service.web import i18n, styles
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.directory import asked, facets, rows
from survey_service.web.directory.naming import Names, Shelf

blueprint = Blueprint("directory", __name__)
AUDIENCES = {"directory.offers": PUBLIC, "directory.suggest": PUBLIC, "directory.script": PUBLIC}
_TITLES = {FIELD: N_("Topics"), FLAG: N_("What matters to you?"), DAY: N_("Days"), KIND: N_("Kind of entry")}
_KEY = "survey_service.directory"
_MOST_SUGGESTED = 6
_LEAST_SUGGESTED = 2


def shelf() -> Shelf:
    """Return the directory of the present application, up to date to the second."""
    if _KEY not in current_app.extensions:
        current_app.extensions.setdefault(_KEY, Shelf(current()))
    found: Shelf = current_app.extensions[_KEY]
    found.directory.glance()
    return found


@blueprint.get("/<lang:lang>/offers")
def offers() -> str:
    """Show the offers that are looked for, twenty on a page, and what to filter by."""
    held = shelf()
    names = held.names()
    wanted, unknown = asked.read(names)
    found = held.directory.find(wanted, names.lexicon)
    chosen = {**wanted.chosen, FLAG: wanted.flags, PLACE: (wanted.place,)}
    listed, written = _rows(held, names, found)
    path, carried = asked.base()
    return render_template(
        "directory/list.html",
        wanted=wanted,
        found=found,
        rows=listed,
        written=written,
        action=path,
        carried=carried,
        lists={kind: facets.options(kind, chosen.get(kind, ()), found.counts, names) for kind in facets.LISTS},
        boxes=[
            (i18n.gettext(_TITLES[kind]), facets.boxes(kind, chosen.get(kind, ()), found.counts, names))
            for kind in facets.BOXES
        ],
        is_open=bool(wanted.flags or wanted.inactive or any(wanted.chosen.get(kind) for kind in (FIELD, DAY, KIND))),
        removable=[(names.shown[mark], asked.address(asked.without(wanted, mark))) for mark in asked.filters(wanted)],
        everything=asked.address(Wanted(query=wanted.query)),
        unknown=unknown,
        pages=_neighbours(wanted, found),
        ways=_ways(held, wanted, names) if not found.total else None,
        addresses=_in_other_languages(wanted),
        place_label=names.place,
        removing=_removing,
        script=_script_tag(),
    )


def _rows(held: Shelf, names: Names, found: Found) -> tuple[Markup, str]:
    """Return the rows of a page, and what is said once of the language of all of them; "" if it differs."""
    here = i18n.language().tag
    tags = {entry.body["language"] for entry, _ in found.rows}
    says_language = len(tags) > 1
    path, carried = asked.base()
    behind = url_for("directory.offers").removeprefix(path) if carried else ""
    listed = Markup("").join(
        _row(held, names, entry, stands, path, behind, says_language) for entry, stands in found.rows
    )
    other = next(iter(tags), here)
    return listed, rows.written_in(other, names) if len(tags) == 1 and other != here else ""


def _row(held: Shelf, names: Names, entry: Entry, stands: int, path: str, behind: str, says_language: bool) -> Markup:
    says = says_language and entry.body["language"] != i18n.language().tag
    address = f"{path}/{entry.body['offer']}{behind}"
    key = (names.mark, entry.id, entry.version, stands, address, says)
    return held.rows.get(key, lambda: rows.row(entry, stands, names, address, says_language=says))


def _neighbours(wanted: Wanted, found: Found) -> dict[str, str]:
    """Return the addresses of the pages before and after, "" where there is none."""
    return {
        "before": asked.address(wanted, found.page - 1) if found.page > 1 else "",
        "after": asked.address(wanted, found.page + 1) if found.page < found.pages else "",
    }


def _ways(held: Shelf, wanted: Wanted, names: Names) -> list[tuple[str, str]]:
    """Return the ways on where nothing was found: what to do, and the address."""
    ways = []
    instead = held.directory.instead(wanted, names.lexicon) if wanted.query else ""
    if instead and instead != wanted.query:
        ways.append((i18n.gettext("Did you mean “%(words)s”?", words=instead), replace(wanted, query=instead, page=1)))
    for way in asked.ways_on(wanted):
        said = "Search without filters" if not asked.filters(way) else "Search in all towns and municipalities"
        ways.append((i18n.gettext(said), way))
    for field in wanted.chosen.get(FIELD, ()):
        ways.append(
            (i18n.gettext("Show all: %(what)s", what=names.plain[FIELD, field]), Wanted(chosen={FIELD: (field,)}))
        )
    ways.append((i18n.gettext("Show everything"), Wanted()))
    return [(said, asked.address(way)) for said, way in ways]


def _in_other_languages(wanted: Wanted) -> list[tuple[i18n.Language, str]]:
    """Return the address of what is asked for in each language; one is made, the others differ in the tag."""
    own = asked.address(wanted, wanted.page).partition("#")[0]
    rest = own.removeprefix(f"/{i18n.language().tag}/")
    return [(entry, f"/{entry.tag}/{rest}") for entry in i18n.languages.offered()]


@blueprint.get("/<lang:lang>/offers/suggest")
def suggest() -> Response:
    """Propose topics, types of offer and names for what was typed so far, as JSON; the same for everybody."""
    typed = request.args.get("q", "").replace("\0", " ")
    found = _suggestions(typed) if len(typed.strip()) >= _LEAST_SUGGESTED else []
    said = i18n.ngettext("%(num)s suggestion", "%(num)s suggestions", len(found))
    response = jsonify(suggestions=found, said=said)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _suggestions(typed: str) -> list[dict[str, str]]:
    held = shelf()
    names, found = held.names(), dict[str, dict[str, str]]()
    for mark in held.directory.called(typed, names.lexicon):
        found.setdefault(names.plain[mark], {"text": names.plain[mark]})
    for entry, _ in held.directory.names(typed, names.lexicon, PAGE):
        known = i18n.languages.registry().get(entry.body["language"])
        own = {"lang": known.html, "dir": known.direction} if known else {}
        found.setdefault(entry.body["name"], {"text": entry.body["name"], **own})
        if len(found) >= _MOST_SUGGESTED:
            break
    return list(found.values())[:_MOST_SUGGESTED]


@blueprint.get("/static/find-<mark>.js")
def script(mark: str) -> Response:
    """Return the script that shows what is proposed; a browser may keep it for good."""
    found = styles.script("find")
    if mark != found.mark:
        raise Problem("page.missing")
    response = Response(found.text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _removing(label: Markup) -> Markup:
    """Return what a link says that removes a filter."""
    return escape(i18n.gettext("Remove: %(what)s")) % {"what": label}


def _script_tag() -> Markup:
    """Return the script for the present page, and allow it, and that it asks for proposals."""
    g.scripts = {*g.get("scripts", ()), "self"}
    return Markup('<script src="{}" data-ask="{}" defer></script>').format(
        url_for("directory.script", mark=styles.script("find").mark), url_for("directory.suggest")
    )
