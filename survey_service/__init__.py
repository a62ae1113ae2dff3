"""Questionnaires, responses, offers and reports for a county's integration manager."""

__version__ = "0.1.0"
