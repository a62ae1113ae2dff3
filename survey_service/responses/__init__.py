"""Responses: the use cases between a questionnaire and the store."""
