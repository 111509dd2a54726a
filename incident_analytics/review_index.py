"""The page that lists the reviews of a folder, made from the files that are there."""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from incident_analytics.config import Settings
from incident_analytics.errors import OutputError, PeriodError
from incident_analytics.files import read_bytes, write_bytes
from incident_analytics.pages import as_html, is_page
from incident_analytics.periods import Period
from incident_analytics.showing import escape_html

__all__ = ["write_index"]

_NAME: Final = re.compile(r"review-(?P<period>.+)\.(?P<form>html|pdf|md|ipynb)")
_LONGEST: Final = 1000
"""Characters of a headline."""
_FORMS: Final = {"html": "page", "pdf": "PDF", "md": "Markdown", "ipynb": "notebook"}


def write_index(folder: Path, settings: Settings) -> bool:
    """Write ``index.html``, which lists the reviews of a folder, the newest first.

    Parameters
    ----------
    folder
        A folder with reviews, ``review-<period>.<form>``.
    settings
        Whose time zone and fiscal year the periods are in.

    Returns
    -------
    bool
        Whether it was written: an ``index.html`` that this package did not write stays as it is.

    Raises
    ------
    OutputError
        ``build/index.html: Permission denied``
    """
    from nbformat import v4

    file = folder / "index.html"
    try:
        if file.exists() and not is_page(_text(file)):
            return False
        listing = _listing(folder, settings)
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}") from error
    title = f"{settings.title}: incident reviews" if settings.title else "Incident reviews"
    shown = v4.new_output("display_data", {"text/html": listing})  # type: ignore[no-untyped-call]
    cells = [
        v4.new_markdown_cell("# Incident reviews"),  # type: ignore[no-untyped-call]
        v4.new_code_cell(outputs=[shown]),  # type: ignore[no-untyped-call]
    ]
    page = as_html(v4.new_notebook(cells=cells), title)  # type: ignore[no-untyped-call]
    write_bytes(file, page.encode())
    return True


def _listing(folder: Path, settings: Settings) -> str:
    """Return the reviews of a folder as a list in HTML: each with its period, its headline and its forms."""
    forms: dict[Period, list[str]] = {}
    for file in sorted(folder.iterdir()):
        found = _NAME.fullmatch(file.name)
        if not (found and file.is_file()):
            continue
        try:
            period = Period.parse(
                found["period"].replace("_", "/"),
                timezone=settings.timezone,
                fiscal_year_start=settings.fiscal_year_start,
            )
        except PeriodError:  # a file of another kind
            continue
        if file.stem == _stem(period):
            forms.setdefault(period, []).append(found["form"])
    newest = sorted(forms, key=lambda period: (period.end, period.start), reverse=True)
    items = "\n".join(_item(folder, period, forms[period]) for period in newest)
    return f'<ul class="reviews">\n{items}\n</ul>'


def _item(folder: Path, period: Period, forms: Collection[str]) -> str:
    stem = _stem(period)
    first, *others = (form for form in _FORMS if form in forms)
    also = ", ".join(f'<a href="{stem}.{form}">{_FORMS[form]}</a>' for form in others)
    below = [
        *([] if period.label == period.dates else [escape_html(period.dates)]),
        *([f"also as {also}"] if also else []),
    ]
    parts = [
        f'<a href="{stem}.{first}"><strong>{escape_html(period.label)}</strong></a>',
        f"<span>{escape_html(_headline(folder / f'{stem}.html'))}</span>",
        f"<small>{'; '.join(below)}</small>",
    ]
    return f"<li>{' '.join(parts)}</li>"


def _stem(period: Period) -> str:
    return f"review-{period.name.replace('/', '_')}"


def _headline(page: Path) -> str:
    """Return the headline of a review's page; empty where there is none, whoever wrote the page."""
    try:
        text = _text(page)
    except OSError:
        return ""
    _, _, rest = text.partition("<h1")
    headline, end, _ = rest.partition(">")[2].partition("</h1>")
    return html.unescape(re.sub("<[^<>]*>", "", headline[:_LONGEST])) if end else ""


def _text(file: Path) -> str:
    return read_bytes(file).decode(errors="replace")
