"""How a response came in. ``web``: answered alone in a browser; ``assisted``: with somebody's help; ``interview``: read
aloud and ticked by an interviewer. Programs, files and the demonstration have modes of their own: api, import, demo.
"""

from __future__ import annotations

WEB, ASSISTED, INTERVIEW = "web", "assisted", "interview"
IN_BROWSER = (WEB, ASSISTED, INTERVIEW)
"""The modes of a response that is filled in on our pages."""
HELPED = (ASSISTED, INTERVIEW)
