"""Says of itself what it is not."""

from survey_service.reports.plugin import ReportInfo, ReportOutput, hookimpl


@hookimpl
def report_info():
    return ReportInfo("lies_version", "9.9", {"de": "Böse", "en": "Hostile"}, questionnaires=("small",))


@hookimpl
def report_run(context):
    return ReportOutput(())
