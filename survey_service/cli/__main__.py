"""``python -m survey_service.cli`` is the command ``survey-service``."""

from __future__ import annotations

from survey_service.cli import main

if __name__ == "__main__":
    main()
