"""What protects every request and response: size limits, origin and CSRF token, headers, cookies, trusted hosts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request, url_for
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf, validate_csrf
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix
from wtforms import ValidationError

from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.web import audience, incoming, patience, styles
from survey_service.web.context import current as current_context

CSRF_FIELD = "_csrf"  # question names begin with a letter, so this is never one
CSRF_SECONDS = 3 * 60 * 60
COOKIE_LIFE = dt.timedelta(hours=24)
_LONGEST_QUERY = 4_000
_MOST_ARGUMENTS = 50
_LONGEST_PATH = 1_000
_MOST_PARTS = 1_000
_SAFE = ("GET", "HEAD", "OPTIONS")
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
"""What stands on every answer."""
_OFFLINE = "connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
_FILES = ("text/css", "text/javascript", "image/svg+xml", "application/manifest+json")
NOT_MODIFIED = 304
_ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000")


def configuration(settings: Settings, secret_key: str) -> dict[str, Any]:
    """Return Flask's configuration: cookies, limits, trusted hosts."""
    public = urlsplit(settings.public_url).hostname
    return {
        "SECRET_KEY": secret_key,
        "SESSION_COOKIE_NAME": "__Host-survey" if settings.secure else "survey",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "None" if settings.embed_origins else "Lax",
        "SESSION_COOKIE_PARTITIONED": bool(settings.embed_origins),  # within a frame of each site another cookie
        "PERMANENT_SESSION_LIFETIME": COOKIE_LIFE,
        "SESSION_REFRESH_EACH_REQUEST": False,  # saving a page renews it; reading sends no cookie
        "TRUSTED_HOSTS": [*_LOCAL_HOSTS, *([public] if public else [])],
        "MAX_CONTENT_LENGTH": settings.max_body,
        "MAX_FORM_MEMORY_SIZE": settings.max_body,
        "MAX_FORM_PARTS": _MOST_PARTS,
        "WTF_CSRF_FIELD_NAME": CSRF_FIELD,
        "WTF_CSRF_TIME_LIMIT": CSRF_SECONDS,
    }


def limit_size() -> None:
    """Refuse what is too long or too large before anything is parsed. Raises Problems too_long and too_large, and
    service.unavailable for a body that nobody has the time to wait for.

    Werkzeug limits the parts of multipart bodies only, so the fields of urlencoded ones are counted here.
    """
    present = request_ctx.request
    query = present.query_string
    if len(query) > _LONGEST_QUERY or query.count(b"&") >= _MOST_ARGUMENTS or len(present.path) > _LONGEST_PATH:
        raise Problem("request.too_long")
    settings = current_context().settings
    if (present.content_length or 0) > settings.max_body:
        _admit_large()
    if patience.BUSY in present.environ:
        raise Problem("service.unavailable")
    if present.mimetype == "application/x-www-form-urlencoded":
        body = present.get_data(cache=True)
        if len(body) > settings.max_body or body.count(b"&") >= settings.max_fields:
            raise Problem("request.too_large")


def _admit_large() -> None:
    """Let a large body pass where a file is expected, from whoever may bring one. Raises Problem request.too_large.

    One that was begun to be read is of unknown length, and larger than allowed without a file.
    """
    access, size = audience.present(), request.content_length or 0
    if access is None or patience.WHOLE in request.environ or size > max(access.body, _most_for_files(access)):
        raise Problem("request.too_large")
    audience.admit()
    if access.files is not None and not access.files():
        raise Problem("request.too_large")
    patience.read(request.environ, size)
    request.max_content_length = size


def _most_for_files(access: audience.Access) -> int:
    """Return how many bytes a body with files of a respondent may have, 0 where none are expected."""
    if access.files is None or request.mimetype != "multipart/form-data":
        return 0
    settings = current_context().settings
    return int(settings.upload_bytes * settings.uploads_per_response + settings.max_body)


def protect() -> None:
    """Refuse changing requests that another site caused or whose CSRF token is missing, foreign or too old."""
    access = audience.present()
    if request.method in _SAFE or access is None or access.forged == audience.EXEMPT:
        return
    if not _from_here():
        raise Problem("request.foreign")
    g.forged = not _token_holds()
    if g.forged and access.forged == audience.REFUSED:
        raise Problem("request.forged")


def _from_here() -> bool:
    """Tell whether the browser says the request comes from our own pages; old browsers say nothing.

    With ``no-referrer`` a browser sends ``Origin: null`` for its own forms, so that says nothing either.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host


def _token_holds() -> bool:
    try:
        validate_csrf(request.form.get(CSRF_FIELD))
    except ValidationError:
        return False
    return True


def is_forged() -> bool:
    """Tell whether the present request lacks a valid CSRF token, for views that show their form again (RESHOWN)."""
    return bool(g.get("forged", False))


def csrf_field() -> Markup:
    """Return the hidden field that every form with ``method=post`` needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, generate_csrf())


def stylesheet(name: str = styles.SURVEY) -> Markup:
    """Return a style sheet for a ``<style>`` element of the present page, and allow it there."""
    g.sheets = {*g.get("sheets", ()), name}
    return Markup(styles.sheet(name).text)  # noqa: S704 - a file of ours


def sheet_address() -> str:
    """Return the address of the style sheet as a file that a browser keeps, and allow it on the present page."""
    g.linked = True
    return url_for("public.style", mark=styles.sheet().mark)


def position_script(label: str, failed: str) -> Markup:
    """Return the script that offers to fill in the browser's position, and allow both on the present page.

    ``label`` is what its button says, ``failed`` what is said if there is no position. Without scripts it is typed.
    """
    script = allow_script("position")
    g.asks_place = True
    return Markup('<script data-label="{}" data-failed="{}">{}</script>').format(
        label,
        failed,
        Markup(script.text),  # noqa: S704 - a file of ours
    )


def allow_script(name: str) -> styles.Sheet:
    """Return a script to be inlined in the present page, and allow it there."""
    script = styles.script(name)
    g.scripts = {*g.get("scripts", ()), script.source}
    return script


def allow_offline() -> None:
    """Allow the present page what it needs to be answered without a network: a service worker, and to send."""
    g.offline = True


_ALLOWANCES = ("sheets", "scripts", "linked", "leaves", "offline", "asks_place", "pictures", "sources", "sandboxed")
Allowed = dict[str, Any]
"""What a page was allowed: the names in ``g`` that the protective headers are made of."""


def allowed() -> Allowed:
    """Return what the present page was allowed so far, for ``allow_again`` when it is shown as it was."""
    return {name: g.get(name) for name in _ALLOWANCES if name in g}


def allow_again(found: Allowed) -> None:
    """Allow the present page what it was allowed when it was made."""
    for name, value in found.items():
        setattr(g, name, value)


def has_session() -> bool:
    """Tell whether the browser sent a session, without opening it: what a session decides may not be kept by caches."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _script_sources() -> str:
    """Return the directive for the scripts of the present page, and for what it needs to go on without a network."""
    offline = g.get("offline", False)
    sources = " ".join(f"'{source}'" for source in sorted({*g.get("scripts", ()), *(["self"] if offline else [])}))
    sends = _OFFLINE if offline else "connect-src 'self'; " if g.get("leaves", False) else ""
    return f"script-src {sources}; {sends}" if sources else ""


def _image_sources() -> str:
    """Return the directive for images: the empty icon of every page, and what the present page shows."""
    ours = g.get("pictures", False) or g.get("offline", False) or "img-src" in g.get("sources", ())
    return "img-src data: 'self'; " if ours else "img-src data:; "


def _frame_ancestors() -> str:
    """Return which sites may show the present page in a frame: those of the setting, and only pages for respondents."""
    origins = current_context().settings.embed_origins if audience.for_respondents() else ()
    return " ".join(origins) or "'none'"


def _style_sources() -> str:
    inlined = [f"'{styles.sheet(name).source}'" for name in sorted(g.get("sheets", ()))]
    return " ".join([*inlined, *(["'self'"] if g.get("linked", False) else [])]) or "'none'"


def add_headers(response: Response) -> Response:
    """Add the protective headers that depend on the page; what sets no Cache-Control of its own is never stored.

    “Not modified” leaves the headers in force that the browser has; a file that is no page needs no policy for pages.
    """
    if not response.headers.getlist("Cache-Control"):
        response.headers.add("Cache-Control", "no-store")
    if response.status_code == NOT_MODIFIED:
        return response
    if response.mimetype in _FILES and not (g.get("offline", False) or g.get("sandboxed", False)):
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response
    sources = "".join(f"{kind} 'self'; " for kind in sorted({*g.get("sources", ())} - {"img-src"}))
    sandbox = "sandbox; " if g.get("sandboxed", False) else ""
    response.headers["Content-Security-Policy"] = (
        f"{sandbox}default-src 'none'; {_script_sources()}{_image_sources()}{sources}style-src {_style_sources()}; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {_frame_ancestors()}"
    )
    place = "(self)" if g.get("asks_place", False) else "()"
    response.headers["Permissions-Policy"] = f"camera=(), geolocation={place}, microphone=()"
    return response


def _with_headers(application: patience.Wsgi, headers: Sequence[tuple[str, str]]) -> patience.Wsgi:
    """Return an application whose answers all have these headers."""

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, given: Sequence[tuple[str, str]], *error: Any) -> Any:
            return start(status, [*given, *headers], *error)

        return application(environ, begin)

    return serve


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies; most requests of programs come without one and touch no session."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def install(app: Flask, settings: Settings) -> None:
    """Put limits, CSRF protection and headers in force; limits come first of all."""
    app.request_class = incoming.Request
    app.session_interface = Sessions()
    app.before_request(limit_size)
    app.before_request(protect)
    app.after_request(add_headers)
    app.jinja_env.globals.update(
        csrf_field=csrf_field, stylesheet=stylesheet, sheet_address=sheet_address, position_script=position_script
    )
    app.wsgi_app = patience.patient(  # type: ignore[method-assign, assignment]
        app.wsgi_app, threads=settings.threads, most=settings.max_body
    )
    headers = (*_HEADERS, _ENCRYPTED) if settings.secure else _HEADERS
    app.wsgi_app = _with_headers(app.wsgi_app, headers)  # type: ignore[method-assign, assignment]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
