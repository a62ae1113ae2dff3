"""The application: wiring only. Whoever calls ``create_app`` has published the questionnaires, or does so later."""

from __future__ import annotations

from types import ModuleType

from flask import Flask
from jinja2 import StrictUndefined

from survey_service.settings import Settings
from survey_service.store.base import Store
from survey_service.web import (
    aloud,
    api,
    arrival,
    audience,
    closing,
    compression,
    concept,
    confirming,
    consulting,
    contacting,
    context,
    directory,
    helper,
    helping,
    hsds,
    i18n,
    kiosk,
    leaving,
    manage,
    media_view,
    metrics,
    offer,
    offline,
    openrosa,
    pictures,
    problems_view,
    provider,
    provider_visit,
    public,
    receipt,
    rendering,
    respondent,
    results,
    resume,
    security,
    tracing,
    way_in,
    wordings,
    words,
)

MODULES: tuple[ModuleType, ...] = (
    *(public, arrival, respondent, contacting, helper, receipt, resume, leaving, offline),
    *(directory, offer, results, concept, consulting, closing, provider, confirming),
    *(api, hsds, openrosa, metrics, manage),
)


def create_app(settings: Settings, store: Store | None = None) -> Flask:
    """Return the WSGI application of an instance; without ``store`` the instance's own is opened at first use."""
    app = Flask("survey_service", static_folder=None, template_folder="web/templates")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    here = context.Context(settings, store)
    context.install(app, here)
    app.config.from_mapping(security.configuration(settings, here.secret_key))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    i18n.install(app)
    wordings.install(app)
    pictures.install(app)
    aloud.install(app)
    media_view.install(app)
    words.install(app)
    metrics.install(app)
    tracing.install(app, settings)
    security.install(app, settings)
    way_in.install(app)
    helping.install(app)
    problems_view.install(app)
    rendering.install(app)
    provider_visit.install(app)
    compression.install(app)
    rows: dict[str, audience.Access] = {}
    guards: dict[str, audience.Guard] = {}
    for module in MODULES:
        app.register_blueprint(module.blueprint)
        rows.update(module.AUDIENCES)
        guards.update(dict.fromkeys(module.AUDIENCES, getattr(module, "guard", _nobody)))
    audience.install(app, audience.Table(rows, guards))
    offline.install(app)
    leaving.install(app)
    kiosk.install(app)  # after who may see a page comes who has gone away
    return app


def _nobody(action: str) -> None:
    raise LookupError(f"no guard decides on {action}")
