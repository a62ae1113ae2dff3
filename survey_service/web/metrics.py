"""Figures for who runs the service, in the format of Prometheus, at ``/metrics``: none of them says who answered what.

Requests are counted in each process; several processes of a host share their counts in files (``share``), so that it
does not matter which of them is asked. What stands in the store, on the disk and in the outbox is looked up when asked.
"""

from __future__ import annotations

import hmac
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from survey_service import outbox
from survey_service.hooks import deliveries
from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.reports import runs
from survey_service.settings import Settings
from survey_service.web.audience import PROGRAM
from survey_service.web.context import Context, current
from survey_service.web.tracing import endpoint

blueprint = Blueprint("metrics", __name__)
AUDIENCES = {"metrics.show": PROGRAM}
SHARED = "PROMETHEUS_MULTIPROC_DIR"
FOLDER = ".metrics"
_KEY = "survey_service.metrics"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_OTHERS = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def share(instance: Path) -> None:
    """Let the processes that are started from here share their counts, which begin at 0; call it before they are."""
    folder = instance / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[SHARED] = str(folder)


class Measures:
    """What is counted of requests, in a registry of the application's own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "survey_requests", "Answered requests", ("method", "endpoint", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "survey_request_seconds",
            "Time until a request was answered",
            ("endpoint",),
            buckets=_SECONDS,
            registry=self.registry,
        )

    def count(self, response: Response) -> Response:
        """Count a request with its answer; strangers can invent methods, so they are counted together."""
        method = request.method if request.method in _METHODS else _OTHERS
        self.requests.labels(method, endpoint(), str(response.status_code)).inc()
        if "begun" in g:
            self.seconds.labels(endpoint()).observe(time.perf_counter() - g.begun)
        return response

    def text(self, context: Context) -> bytes:
        """Return all figures in Prometheus' text format."""
        counted = self.registry
        if SHARED in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        state = CollectorRegistry()
        state.register(_State(context))
        return bytes(generate_latest(counted) + generate_latest(state))


class _State:
    """What is looked up when it is asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def describe(self) -> list[Metric]:
        """Return nothing: there is no need to look everything up to learn the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Look up what there is now."""
        store, settings = self._context.store, self._context.settings
        yield GaugeMetricFamily("survey_store_healthy", "1 if the store takes changes", value=int(store.healthy()))
        usage = shutil.disk_usage(settings.instance)
        yield GaugeMetricFamily("survey_disk_free_bytes", "Free bytes where the instance lies", value=usage.free)
        yield GaugeMetricFamily("survey_disk_bytes", "All bytes where the instance lies", value=usage.total)
        mail = GaugeMetricFamily("survey_outbox_messages", "Mail that waits or failed", labels=["place"])
        for place in (outbox.WAITING, outbox.FAILED):
            mail.add_metric([place], outbox.count(settings.instance, place))
        yield mail
        hooks = GaugeMetricFamily("survey_webhook_deliveries", "Webhooks that wait or were given up", labels=["state"])
        for state in (deliveries.WAITING, deliveries.FAILED):
            hooks.add_metric([state], deliveries.count(store, state))
        yield hooks
        waiting = store.collection(register.OFFERS).count(moderation="submitted")
        yield GaugeMetricFamily("survey_offers_waiting", "Offers that wait for a decision", value=waiting)
        states: dict[str, int] = {}
        for run in runs.all_runs(store, settings):
            states[run.state] = states.get(run.state, 0) + 1
        made = GaugeMetricFamily("survey_report_runs", "Kept runs of reports by state", labels=["state"])
        for name, number in sorted(states.items()):
            made.add_metric([name], number)
        yield made


@blueprint.get("/metrics")
def show() -> Response:
    """Return the figures to whoever has the token; without one in the settings there is no such page."""
    context = current()
    if not _may(context.settings):
        raise Problem("page.missing")
    measures: Measures = current_app.extensions[_KEY]
    return Response(measures.text(context), content_type=CONTENT_TYPE_LATEST)


def _may(settings: Settings) -> bool:
    token = str(settings.metrics_token)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode("utf-8"), token.encode("utf-8"))
    return bool(token) and scheme.lower() == "bearer" and same


def install(app: Flask) -> None:
    """Count every answered request of an application."""
    measures = Measures()
    app.extensions[_KEY] = measures
    app.after_request(measures.count)
