"""Enketo, as any OpenRosa server would meet it: enketo-core and enketo-transformer from npm, bundled into one page."""
