"""Free texts become codes that a report can count: by two people, traceably, never by a machine alone."""
