"""How Sphinx builds the documentation: ``make docs``. Warnings are errors; nothing is fetched from a network."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

project = "survey-service"
language = "en"
extensions = ["myst_parser", "tables"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_*"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
html_theme = "furo"
html_title = "survey-service"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_theme_options = {"navigation_with_keys": False}
nitpicky = True
