"""Consultation rounds: working groups vote and comment on statement versions, and each comment is answered."""
