"""Methods that a route does not have: refused for everybody, by the service's own page, and nothing runs."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from tests.conftest import Count

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


def test_a_method_that_no_route_has_is_refused(app: Flask, counted: Count) -> None:
    """No account is needed for this answer: who is not signed in learns no more than what the method is."""
    adapter, client = app.url_map.bind("localhost"), app.test_client()
    tried = 0
    for rule in app.url_map.iter_rules():
        values = {name: _fitting(kind) for name, kind in rule._converters.items()}
        path = adapter.build(rule.endpoint, values, method=min(rule.methods or ()))
        allowed = set(adapter.allowed_methods(path))
        for method in METHODS:
            if method in allowed:
                continue
            answer = client.open(path, method=method)
            tried += 1
            assert answer.status_code in (404, 405, 413), (method, path, answer.status)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", (method, path)
    counted("methods refused", tried)
    assert tried > 1_000


def _fitting(kind: BaseConverter) -> Any:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return 1 if isinstance(kind, IntegerConverter) else "x"
