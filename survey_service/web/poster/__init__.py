"""Posters: an invitation in several languages with a QR code, for the browser to print and as PDF."""
