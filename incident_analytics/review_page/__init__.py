"""A review's figures and tables, a method each; a module a part of the page."""

from __future__ import annotations

from incident_analytics.review_page.page import ReviewPage

__all__ = ["ReviewPage"]
