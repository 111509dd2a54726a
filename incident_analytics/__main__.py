"""``python -m incident_analytics`` is the command incident-analytics."""

from __future__ import annotations

from incident_analytics.cli import main

if __name__ == "__main__":
    main()
