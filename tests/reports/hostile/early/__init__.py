"""Answers the second question before it was asked."""

import os
import sys

from survey_service.reports.plugin import ReportInfo, ReportOutput, hookimpl


@hookimpl
def report_info():
    info = ReportInfo("early", "1.0", {"de": "Böse", "en": "Hostile"}, questionnaires=("small",))
    import json

    os.write(int(sys.argv[1]), json.dumps({"info": info.to_json()}).encode() + b'\n{"output":{"blocks":[]}}\n')
    return info


@hookimpl
def report_run(context):
    return ReportOutput(())
