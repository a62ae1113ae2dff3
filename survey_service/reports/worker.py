"""The process that runs one report plugin, once: ``python -m survey_service.reports.worker FD``.

It talks to its caller in lines of JSON: it reads requests on standard input and answers on the file descriptor FD. The
first request names the plugin, the limits and the sandbox, the answer is what the plugin says of itself; the second
names the folder of the snapshot, the answer is the report. Before that come lines of progress. The sandbox is entered
before anything of a plugin, and before the modules that it needs, are imported. Whatever goes wrong is answered with
the class of the exception and the plugin's own line, never with the exception's text, for that can carry answers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from survey_service.reports import sandbox


def prepare(request: Mapping[str, Any]) -> str:
    """Enter the sandbox; return why that can't be done, or an empty text."""
    statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    sys.path.extend(request["packages"])
    try:
        sandbox.enter(sandbox.Shield.of_json(request["shield"]))
    except OSError as error:
        return f"{error.args[-1]}: {os.strerror(error.errno or 0)}"
    import polars

    polars.DataFrame({"warm": [1, 2]}).lazy().select(polars.col("warm").sum()).collect()  # starts the thread pool
    sandbox.limit_memory(statm, request["mebibytes"])
    os.close(statm)
    return ""


def main(descriptor: int) -> int:
    """Answer one request for information and one for a report; return the exit status."""
    first = json.loads(sys.stdin.buffer.readline())
    fault = prepare(first)
    if fault:
        os.write(descriptor, json.dumps({"unprotected": fault}).encode("utf-8") + b"\n")
        return 1
    from survey_service.reports.guest import Guest

    guest = Guest(first["module"], first["folder"], descriptor)
    if guest.introduce():
        guest.report(json.loads(sys.stdin.buffer.readline()))
    return 0


if __name__ == "__main__":
    os._exit(main(int(sys.argv[1])))
