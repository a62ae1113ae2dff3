"""Concept inputs of a report on the desk: seen, and accepted all at once or the chosen ones."""

from __future__ import annotations

import itertools

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.concept import accepting, evidence, versions
from survey_service.problems import Problem
from survey_service.reports import report as reports
from survey_service.reports.report import Report
from survey_service.web.context import current
from survey_service.web.manage import concept_words, desk
from survey_service.web.manage.desk import blueprint

_REPORTS_SHOWN = 10


@blueprint.get("/concept/<int:number>/inputs")
def concept_inputs(number: int) -> str:
    """List the newest reports with statements; of one (``?report=``) show each, and which are in the draft."""
    store = current().store
    found = versions.load(store, number)
    versions.changeable(store, number)
    report = _report(request.args["report"]) if "report" in request.args else None
    present = {item.source for item in found.items}
    listed = (each for each in reports.with_blocks(store, "statement") if any(evidence.inputs(each)))
    return render_template(
        "manage/concept_inputs.html",
        concept=found,
        reports=[(each, evidence.usable(each)) for each in itertools.islice(listed, _REPORTS_SHOWN)],
        report=report,
        usable=report is not None and evidence.usable(report),
        inputs=[
            (
                block["id"],
                evidence.texts_of(block),
                concept_words.basis(evidence.of_block(report, block)),
                accepting.source_of(report, block["id"]) in present,
            )
            for block in evidence.inputs(report)
            if block["field"] in found.fields
        ]
        if report is not None
        else [],
    )


@blueprint.post("/concept/<int:number>/inputs")
def accept_concept_inputs(number: int) -> BaseResponse:
    """Accept the inputs of a report, all or the chosen ones; that is noted in the audit log."""
    report = _report(request.form.get("report", ""))
    chosen = None if "all" in request.form else request.form.getlist("block")
    accepted = accepting.accept(current().store, number, report, desk.signed_in().account.name, chosen)
    done = url_for(".concept_version", number=number, accepted=len(accepted.new), known=accepted.known)
    return redirect(done, 303)


def _report(number: str) -> Report:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Problem("report.missing")
    return reports.load(current().store, int(number))
