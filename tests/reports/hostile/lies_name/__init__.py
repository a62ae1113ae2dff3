"""Says of itself what it is not."""

from survey_service.reports.plugin import ReportInfo, ReportOutput, hookimpl


@hookimpl
def report_info():
    return ReportInfo("monitoring", "1.0", {"de": "Böse", "en": "Hostile"}, questionnaires=("small",))


@hookimpl
def report_run(context):
    return ReportOutput(())
