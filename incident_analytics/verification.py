"""A review checked against what there is today: which of its figures would be other ones now, and why."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from incident_analytics import highlights, measures
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import IncidentAnalyticsError, PathError, PeriodError
from incident_analytics.figures import compute
from incident_analytics.files import matching_paths
from incident_analytics.finding import find_files
from incident_analytics.manifest import MANIFEST, FigureRecord, Manifest, read_manifest
from incident_analytics.periods import Period, at_clock, read_instant
from incident_analytics.restatements import Restatements
from incident_analytics.review_input import ReviewInput, read_input
from incident_analytics.sentences import HEADLINES

__all__ = ["last_restated", "manifest_of", "verify"]

_MODULES: Final = (highlights, measures)  # whose measures `compute` knows once they are imported
_CHOICE: Final = ("status", "severities", "services", "teams", "fields", "hours", "business_hours")
_BEGINNING: Final = "review-"


def verify(
    review: str | Path,
    paths: Sequence[str | Path] = (),
    *,
    settings: str | Path | None = None,
    period: str | None = None,
) -> Restatements:
    """Compute the figures of a review once more, and say which are other ones, and why.

    Parameters
    ----------
    review
        The page, in any of its forms, its manifest, or the folder of both.
    paths
        The reports; none takes those that the manifest names.
    settings
        The settings file; None takes the one that the manifest names. That one may lead outside its folder only where
        it is in the working folder or above it.
    period
        Which review of a folder with several.

    Returns
    -------
    Restatements
        ``changes`` are the values that changed, each with its causes; ``edited`` are the reports of which a line that a
        figure is based on was edited, whether or not a value changed with it. Both are empty where all is as it was.

    Raises
    ------
    PathError
        ``build/review-2025Q3.manifest.json: No such file or directory``, or the reports or settings are not where the
        manifest has them, or it is that of a redacted review, which names neither.
    SettingsError
        The settings file cannot be read.

    Notes
    -----
    A figure is a result table: its values are compared to twelve digits. Nothing of the page's HTML is read, so a page
    that was altered by hand is not noticed.
    """
    file = manifest_of(Path(review), period)
    before = read_manifest(file)
    chosen = _settings(file, before, settings)
    given = read_input(
        [str(path) for path in paths] or _paths(file, before),
        chosen,
        period=str(before.review["period"]),
        as_of=str(before.review["as_of"]),
        is_past=bool(before.review["is_past"]),
        redact=bool(before.review["redact"]),
        **_choice(before.review),
    )
    return _compared(before, given)


def last_restated(folder: Path, given: ReviewInput) -> Restatements | None:
    """Return what changed of the headline figures of the last review in a folder, before the one that is made.

    Parameters
    ----------
    folder
        The folder of reviews.
    given
        What the new review is made from.

    Returns
    -------
    Restatements or None
        None without an earlier review that chose its incidents alike.
    """
    found: list[tuple[Period, pd.Timestamp, Manifest]] = []
    now = given.scope
    for file in sorted(folder.glob(f"{_BEGINNING}*{MANIFEST}")):
        try:
            before = read_manifest(file)
            period = Period.parse(
                str(before.review["period"]),
                timezone=now.settings.timezone,
                fiscal_year_start=now.settings.fiscal_year_start,
            )
            as_of = read_instant(before.review["as_of"], now.settings.timezone)
        except (PathError, PeriodError):  # that of a later version, or not one
            continue
        choice = _choice(before.review) | {"redact": bool(before.review["redact"])}
        own = {name: value for name in _CHOICE if (value := given.choice.get(name))}
        is_alike = choice == _plain(own) | {"redact": now.redaction is not None}
        if period.start < as_of and period.end <= now.period.start and is_alike:
            found.append((period, as_of, before))
    if not found:
        return None
    _, as_of, before = max(found, key=lambda each: (each[0].end, each[0].start))
    before = replace(before, figures={name: each for name, each in before.figures.items() if name in HEADLINES})
    return _compared(
        before, given.with_period(str(before.review["period"]), as_of, is_past=bool(before.review["is_past"]))
    )


def _compared(before: Manifest, given: ReviewInput) -> Restatements:
    for each in before.figures.values():
        _compute(given, each)
    return Restatements(before, given.manifest())


def _compute(given: ReviewInput, figure: FigureRecord) -> None:
    """Compute a figure again; one that is named wrongly, or that no longer exists, is left out."""
    # A fault of a measure is none of the manifest's, and is not taken for a figure that is gone.
    with suppress(IncidentAnalyticsError):
        compute(given.scope, figure.measure, _arguments(figure, given.scope.settings))


def _arguments(figure: FigureRecord, settings: Settings) -> dict[str, Any]:
    """Return a figure's options as a measure takes them.

    Raises
    ------
    PeriodError
        One of them has the parts of a period but isn't one.
    """
    return {
        name: _period(value, settings) if isinstance(value, dict) else value for name, value in figure.options.items()
    }


def _period(option: Mapping[str, Any], settings: Settings) -> Period:
    try:
        start, end = (_in_zone(pd.Timestamp(str(option[name])), settings.timezone) for name in ("start", "end"))
        is_fiscal = bool(option.get("is_fiscal"))
        return Period(str(option["name"]), start, end, settings.timezone, settings.fiscal_year_start, is_fiscal)
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise PeriodError(f"{option} isn't a period") from error


def _in_zone(instant: pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return an instant of a manifest; where the zone is another one now, when its clock says the same."""
    if instant.tz_convert(timezone).utcoffset() == instant.utcoffset():
        return instant.tz_convert("UTC")
    return at_clock(instant.tz_localize(None), timezone)


def manifest_of(review: Path, period: str | None = None) -> Path:
    """Return the manifest of a review, named by its page, itself, or its folder.

    Raises
    ------
    PathError
        ``build: 2 reviews (2025Q2, 2025Q3); choose one by --period``
    """
    if not review.is_dir():
        if not review.exists():
            raise PathError(f"{review}: no such file or folder")
        if review.name.endswith(MANIFEST):
            return review
        file = review.with_name(f"{review.name.partition('.')[0]}{MANIFEST}")
        if not file.is_file():
            raise PathError(f"{file}: no such file; a review made by 'incident-analytics review' has it next to it")
        return file
    if period is not None:
        name = Period.parse(period).name.replace("/", "_")
        file = review / f"{_BEGINNING}{name}{MANIFEST}"
        if not file.is_file():
            raise PathError(f"{file}: no such file")
        return file
    files = sorted(review.glob(f"{_BEGINNING}*{MANIFEST}"))
    if len(files) != 1:
        names = ", ".join(each.name.removeprefix(_BEGINNING).removesuffix(MANIFEST) for each in files)
        raise PathError(
            f"{review}: {len(files)} reviews ({names}); choose one by --period" if files else f"{review}: no manifest"
        )
    return files[0]


def _choice(review: Mapping[str, Any]) -> dict[str, Any]:
    return {name: review[name] for name in _CHOICE if review.get(name)}


def _plain(choice: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, list | tuple) else value for name, value in choice.items()}


def _paths(file: Path, before: Manifest) -> list[str]:
    paths = before.review.get("paths")
    if not paths:
        raise PathError(f"{file}: names no reports; name them after the review")
    found = [_place(file, path) for path in paths]
    # Anybody may have written the manifest, and made links next to it: neither must send a reader to files elsewhere on
    # the machine. Links within the working folder are the reader's own.
    here, own = Path.cwd(), file.parent.resolve()

    def is_near(path: Path) -> bool:
        return path.is_relative_to(here) or any(path.resolve().is_relative_to(folder) for folder in (here, own))

    if not (all(map(is_near, found)) and all(map(is_near, find_files(found)))):
        raise PathError(f"{file}: names reports outside of the working folder; name them after the review")
    return [str(path) for path in found]


def _place(file: Path, named: object) -> Path:
    """Return what a manifest names, as seen from its folder: through links, else from where that itself is."""
    folders = (file.parent.absolute(), file.parent.resolve())
    places = [Path(os.path.normpath(folder / str(named))) for folder in folders]
    return next((place for place in places if matching_paths(place)), places[0])


def _settings(file: Path, before: Manifest, settings: str | Path | None) -> Settings:
    if settings is not None:
        return read_settings(settings)
    named = before.review.get("settings")
    if named is None:
        return Settings()
    if not named:
        raise PathError(f"{file}: names no settings, though the review had some; name them by --config")
    own = _place(file, named)
    if not own.is_file():
        raise PathError(f"{own}: no such file; name the settings by --config")
    # They were found because of a path that was named, as those above the reports are.
    return read_settings(own, trusted=Path.cwd().resolve().is_relative_to(own.parent.resolve()))
