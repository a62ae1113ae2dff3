"""Packages that counties give each other as files: published figures, questionnaires, report plugins; never answers."""
