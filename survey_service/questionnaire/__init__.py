"""The questionnaire engine: pure rules, no web and no store."""
