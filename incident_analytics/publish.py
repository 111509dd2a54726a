"""Reviews: a notebook run with its parameters, and what it shows as a page, from which PDF and Markdown are made.

The outputs are made whole, then put in place one by one: a notebook that fails leaves the earlier ones as they were.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from incident_analytics.checks import require_instant
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import OutputError, UnknownNameError
from incident_analytics.files import write_bytes
from incident_analytics.loading import find_files
from incident_analytics.notebooks import notebook_file, run_notebook
from incident_analytics.periods import Period
from incident_analytics.records import named_statuses
from incident_analytics.wiki import FIGURE, page_as_markdown

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["as_page", "put_file", "review"]

_HERE: Final = Path(__file__).parent
_TARGETS: Final = ("html", "pdf", "md", "ipynb")


def review(
    paths: str | Path | Sequence[str | Path],
    *,
    period: str,
    output_dir: str | Path,
    to: Sequence[str] = ("html",),
    settings: str | Path | None = None,
    trusted: bool = True,
    status: str = "final",
    severities: Sequence[str] = (),
    services: Sequence[str] = (),
    teams: Sequence[str] = (),
    as_of: pd.Timestamp | None = None,
    business_hours: bool = False,
    notebook: str | Path | None = None,
    commentary: str | Path | None = None,
    progress: Callable[[int, int], object] | None = None,
    remark: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write the review of a period.

    Parameters
    ----------
    paths
        The reports, as `load` takes them.
    period
        Such as ``2025Q3``; see `Period.parse`.
    output_dir
        The folder to write to; it is made where there is none.
    to
        What to write: ``html``, one page that needs nothing else, ``pdf``, the same page for print, tagged (PDF/UA),
        ``md``, Markdown for a wiki with its figures in a folder next to it, and ``ipynb``, the notebook as it ran.
    settings
        A settings file; None takes the defaults.
    trusted
        Whether the settings may lead outside their folder, as `read_settings` takes it. If not, a notebook of your own
        also sets ``trusted`` in its cell tagged ``parameters``.
    status
        ``final``, ``all`` or the name of a status.
    severities, services, teams
        Which incidents, as `narrow` takes them; none named keeps all.
    as_of
        The instant at which open incidents and action items are judged; None is the period's end or now,
        whichever is earlier.
    business_hours
        Whether response times count the hours of ``[calendar]`` alone.
    notebook
        A notebook of your own in place of the periodic review; it has a cell tagged ``parameters`` that sets
        ``paths``, ``period``, ``settings``, ``status`` and ``as_of``, and ``severities``, ``services``, ``teams`` or
        ``business_hours`` where these are used. Where it sets ``output_dir`` it gets the folder of the page, to link
        from there.
    commentary
        A Markdown file with your own words for the heads of the notebook's sections; see `read_commentary` in
        `incident_analytics.commentary`.
    progress
        Called before each code cell with the number of those that have run, and at the end, and the number of all.
    remark
        Called with each sentence on files that are not counted.

    Returns
    -------
    list of pathlib.Path
        The files written, ``review-<period>.<target>``, in the order of ``to``. The figures of ``md`` are in the
        folder ``review-<period>_files``; those of an earlier review there go, other files stay.

    Raises
    ------
    UnknownNameError
        ``target 'docx' is not one of html, pdf, md, ipynb``
    PathError
        ``reports: no such file or folder``
    PeriodError
        The period cannot be read.
    SettingsError
        The settings file cannot be read.
    CommentaryError
        ``words.md:12: no section is headed 'Severities'; there are: Time to restore, Severity``
    NotebookError
        ``mine.ipynb: code cell 3 (times = ia.response_times(c)) failed: NameError: name 'c' is not defined``;
        also where a cell ends the notebook early, a figure vanished, or a parameter is unknown to the notebook.
    OutputError
        A file cannot be written; or ``pdf`` is asked for and what makes it is not installed:
        ``a PDF needs WeasyPrint: pip install 'incident-analytics[pdf]'``.
    """
    for target in to:
        if target not in _TARGETS:
            raise UnknownNameError(f"target {target!r} is not one of {', '.join(_TARGETS)}")
    if "pdf" in to:
        _need_weasyprint()
    chosen = read_settings(settings, trusted=trusted) if settings is not None else Settings()
    window = Period.parse(
        period,
        timezone=chosen.timezone,
        fiscal_year_start=chosen.fiscal_year_start,
        now=pd.Timestamp.now("UTC").to_pydatetime(),
    )
    require_instant("as_of", as_of)
    sources = [paths] if isinstance(paths, str | Path) else paths
    find_files(sources)
    named_statuses(status)
    parameters: dict[str, object] = {
        "paths": [str(Path(path).absolute()) for path in sources],
        "period": window.name,
        "settings": None if settings is None else str(Path(settings).absolute()),
        "status": status,
        "as_of": None if as_of is None else as_of.isoformat(),
    }
    narrowed = {"severities": list(severities), "services": list(services), "teams": list(teams)}
    parameters |= {name: names for name, names in narrowed.items() if names}
    if business_hours:
        parameters["business_hours"] = True
    if not trusted:
        parameters["trusted"] = False
    stem = f"review-{window.name.replace('/', '_')}"
    ran = run_notebook(
        notebook or notebook_file("periodic_review"),
        parameters,
        optional={"output_dir": str(Path(output_dir).absolute())},
        commentary=commentary,
        progress=progress,
    )
    outputs = [output for cell in ran.cells for output in cell.get("outputs", ())]
    for text in (text for output in outputs for text in output.get("metadata", {}).get("remarks", ())):
        if remark is not None:
            remark(text)
    page = as_page(ran, f"Incident review {window.name}", f"{stem}.ipynb" if "ipynb" in to else None)
    # All are made before the first is put in place. A figure's name comes from what it shows: new ones change none that
    # the earlier review shows, and only once the new review stands do the others go.
    made = [_files(target, ran, page, stem) for target in dict.fromkeys(to)]
    written = [[put_file(Path(output_dir, name), content) for name, content in files.items()] for files in made]
    if "md" in to:
        _drop_figures(Path(output_dir, f"{stem}_files"), but={file for files in written for file in files})
    return [files[-1] for files in written]


def as_page(notebook: NotebookNode, title: str, beside: str | None = None) -> str:
    """Return what a notebook shows as a page (HTML).

    Parameters
    ----------
    notebook
        As it ran.
    title
        The page's title.
    notebook
        The notebook's own file, where that is next to the page.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="page",
        extra_template_basedirs=[str(_HERE)],
        exclude_input=True,
        exclude_anchor_links=True,
        filters={"with_anchors": _with_anchors, "commentary2html": _commentary_as_html},
    )
    resources = {"metadata": {"name": title}, "notebook": beside}
    page: str
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return _with_contents(page)


def _with_contents(page: str) -> str:
    """Put the sections that the page has, by their headings and anchors, where it keeps room for them."""
    links = "\n".join(
        f'<li><a href="#{anchor}">{re.sub("<[^>]*>", "", words)}</a></li>'
        for anchor, words in re.findall(r'<h2 id="([^"]*)">(.*?)</h2>', page)
    )
    nav = f'<nav aria-label="Contents">\n<p>Contents</p>\n<ul>\n{links}\n</ul>\n</nav>' if links else ""
    return page.replace("<!-- contents -->", nav, 1)


def _with_anchors(page: str) -> str:
    """Give each heading the id that links lead to; nbconvert adds one only together with a link of its own."""
    return re.sub(
        r"<(h[1-6])>(.*?)</\1>", lambda found: f'<{found[1]} id="{_anchor(found[2])}">{found[2]}</{found[1]}>', page
    )


def _anchor(heading: str) -> str:
    """Return the anchor of a heading, as notebooks write it."""
    return html.escape(html.unescape(re.sub(r"<[^>]*>", "", heading)).strip().replace(" ", "-"))


def _commentary_as_html(text: str) -> str:
    """Return Markdown as HTML in which raw HTML is text and a link runs nothing."""
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["strikethrough", "table", "url"])(text))


def _need_weasyprint() -> None:
    """Raise before the notebook runs where a PDF could not be made after it."""
    try:
        import weasyprint  # noqa: F401 - whether it loads is what is asked
    except ImportError as error:
        raise OutputError("a PDF needs WeasyPrint: pip install 'incident-analytics[pdf]'") from error
    except OSError as error:
        reason = str(error).partition("\n")[0]
        raise OutputError(
            f"a PDF needs Pango, which pip does not install; on Debian and Ubuntu: apt install libpango-1.0-0 "
            f"libpangoft2-1.0-0 libharfbuzz-subset0 ({reason})"
        ) from error


def _as_pdf(page: str) -> bytes:
    """Return the page for print: tagged, with its title and language, its headings as bookmarks."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # The policy of the page means nothing to WeasyPrint: what the page holds is all that it may read.
    document = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def _as_notebook(notebook: NotebookNode) -> bytes:
    import nbformat

    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text}\n".encode()


def _files(target: str, notebook: NotebookNode, page: str, stem: str) -> dict[str, bytes]:
    """Return a target's files by their paths in the output folder, the review itself last."""
    match target:
        case "html":
            files = {f"{stem}.html": page.encode()}
        case "pdf":
            files = {f"{stem}.pdf": _as_pdf(page)}
        case "md":
            folder = f"{stem}_files"
            text, figures = page_as_markdown(page, folder)
            files = {f"{folder}/{name}": content for name, content in figures.items()} | {f"{stem}.md": text.encode()}
        case _:
            files = {f"{stem}.ipynb": _as_notebook(notebook)}
    return files


def put_file(file: Path, content: bytes) -> Path:
    """Put a file in its place whole, in a folder that is made where there is none.

    Raises
    ------
    OutputError
        ``build/review-2025Q3.html: Permission denied``
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}") from error
    write_bytes(file, content)
    return file


def _drop_figures(folder: Path, *, but: Collection[Path]) -> None:
    """Remove the figures of earlier reviews from a folder; a file of any other name is not ours."""
    try:
        for file in folder.iterdir() if folder.is_dir() else ():
            if FIGURE.fullmatch(file.name) and file not in but:
                file.unlink()
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}") from error
