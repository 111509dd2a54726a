"""Every error that a caller of this package can catch."""

from __future__ import annotations

__all__ = [
    "ColumnsError",
    "CommentaryError",
    "EvidenceError",
    "IncidentAnalyticsError",
    "MissingExtraError",
    "NotebookError",
    "OutputError",
    "PathError",
    "PeriodError",
    "ReportError",
    "SettingsError",
    "UnknownNameError",
]


class IncidentAnalyticsError(Exception):
    """The base of all errors of this package: ``except IncidentAnalyticsError`` catches them all."""


class PathError(IncidentAnalyticsError, FileNotFoundError):
    """A path that was asked for does not exist, or cannot be listed."""


class SettingsError(IncidentAnalyticsError, ValueError):
    """A settings file cannot be read; the message names the file and the key."""


class PeriodError(IncidentAnalyticsError, ValueError):
    """A period such as ``2025Q3`` cannot be read, is empty or has not begun; the message says what to write."""


class UnknownNameError(IncidentAnalyticsError, ValueError):
    """A table, service, severity or column that is not there; the message lists those that are."""


class ColumnsError(IncidentAnalyticsError, ValueError):
    """A frame lacks a column, or has one of another type; the message names what is missing and what is there."""


class ReportError(IncidentAnalyticsError):
    """One problem of one report, as ``path:line: message [code]``; raised in a group by ``load(..., strict=True)``."""


class MissingExtraError(IncidentAnalyticsError, ImportError):
    """A part of the package that is installed on request is not there; the message says how to get it."""


class CommentaryError(IncidentAnalyticsError, ValueError):
    """A commentary cannot be read or fits no section; the message names file and line."""


class EvidenceError(IncidentAnalyticsError):
    """A source of evidence cannot be read; the message names it and what to do. It costs that source only."""


class NotebookError(IncidentAnalyticsError):
    """A notebook did not run to its end; the message names the cell."""


class OutputError(IncidentAnalyticsError):
    """An output could not be made; nothing was left half-written."""
