"""Questionnaires as XForms, for ODK Collect, Enketo and other OpenRosa clients; what they send, read into inputs."""
