"""A finished report as JSON, as CSV, and as a view that templates turn into a page. Plugins never render."""
