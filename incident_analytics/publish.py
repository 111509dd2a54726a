"""Reviews: a notebook run with its parameters, and what it shows in the forms asked for.

The outputs are made whole, then put in place one by one: a notebook that fails leaves the earlier ones as they were.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from incident_analytics.checks import require_instant
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import CommentaryError, NotebookError, OutputError
from incident_analytics.files import relative_path, write_bytes
from incident_analytics.finding import find_files
from incident_analytics.handouts import as_confluence, as_slack
from incident_analytics.manifest import MANIFEST, NO_MANIFEST, Manifest
from incident_analytics.names import unknown_name
from incident_analytics.notebooks import notebook_file, run_notebook
from incident_analytics.pages import as_html, as_markdown, as_pdf, figures_of, need_weasyprint, tables_of
from incident_analytics.periods import Period
from incident_analytics.records import named_statuses
from incident_analytics.review_index import write_index
from incident_analytics.showing import FIGURE, PAGE

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["put_file", "put_tables", "review"]

_TEXT_CELL: Final = re.compile(r'<t[dh]\b(?![^<>]*class="number")[^<>]*(?=>)')
_TABLES: Final = "incident-analytics-tables.csv"  # in a folder of tables: which of its files are ours
_OUR_TABLE: Final = re.compile(r"table[\w-]*\.csv")
_TARGETS: Final = ("html", "pdf", "md", "ipynb", "slack", "confluence")


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
    fields: Sequence[str] = (),
    hours: Sequence[str] = (),
    as_of: pd.Timestamp | None = None,
    business_hours: bool = False,
    notebook: str | Path | None = None,
    commentary: str | Path | None = None,
    data_dir: str | Path | None = None,
    redact: bool = False,
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
        ``md``, Markdown for a wiki with its figures in a folder next to it, ``ipynb``, the notebook as it ran,
        ``slack``, a digest of at most ten lines for chat, and ``confluence``, its storage format with the figures to
        attach in that folder.
    settings
        A settings file; None takes the defaults.
    trusted
        Whether the settings may lead outside their folder, as `read_settings` takes it. If not, a notebook of your own
        also sets ``trusted`` in its cell tagged ``parameters``.
    status
        ``final``, ``all`` or the name of a status.
    severities, services, teams, fields, hours
        Which incidents, as `narrow` takes them; none named keeps all.
    as_of
        The instant at which open incidents and action items are judged; None is the period's end or now,
        whichever is earlier.
    business_hours
        Whether response times count the hours of ``[calendar]`` alone.
    notebook
        A notebook of your own in place of the periodic review; it has a cell tagged ``parameters`` that sets
        ``paths``, ``period``, ``settings``, ``status`` and ``as_of``, and ``severities``, ``services``, ``teams``,
        ``fields``, ``hours`` or ``business_hours`` where these are used. Where it sets ``output_dir`` it gets the
        folder of the page, to link from there.
    commentary
        A Markdown file with your own words for the heads of the notebook's sections; see `read_commentary` in
        `incident_analytics.commentary`.
    data_dir
        A folder to write each table of the page to as CSV, ``<id of the table on the page>.csv``; None writes none.
        ``incident-analytics-tables.csv`` lists them; tables of an earlier review there go, unless they were changed.
    redact
        Whether people are replaced by roles in all that is written, as `incident_analytics.redaction.redact` does:
        owners of action items (also of the tracker), authors, participants, sign-offs, whoever made a correction, and
        the settings' ``owner`` become ``Owner 1`` and so on, wherever a text names them; teams stay. There are no links
        to reports, and the notebook's parameters name neither reports nor settings. A commentary is refused. A notebook
        of your own also sets ``redact`` in its cell tagged ``parameters``, and passes it on to `ReviewPage.read`.
    progress
        Called before each code cell with the number of those that have run, and at the end, and the number of all.
    remark
        Called with each sentence on files that are not counted.

    Returns
    -------
    list of pathlib.Path
        The files written, ``review-<period>.<target>`` (``.slack.txt`` and ``.confluence.xml`` for the last two), in
        the order of ``to``. ``review-<period>.manifest.json`` has what the figures are based on, for `verify`.
        ``index.html`` in the same folder lists all reviews there, unless a file of that name is
        somebody else's. The figures of ``md`` and ``confluence`` are in the folder ``review-<period>_files``; those of
        an earlier review there go, other files stay.

    Raises
    ------
    UnknownNameError
        ``target 'docx' is not one of html, pdf, md, ipynb, slack, confluence``
    PathError
        ``reports: no such file or folder``
    PeriodError
        The period cannot be read.
    SettingsError
        The settings file cannot be read.
    CommentaryError
        ``words.md:12: no section is headed 'Severities'; there are: Time to restore, Severity``, or
        ``words.md: names in a commentary can't be redacted; leave out the commentary or the redaction``
    NotebookError
        ``mine.ipynb: code cell 3 (times = ia.response_times(c)) failed: NameError: name 'c' is not defined``;
        also where a cell ends the notebook early, a figure vanished, a parameter is unknown to the notebook, or its
        manifest is of another form: ``mine.ipynb: its manifest can't be read: ...``.
    OutputError
        A file cannot be written; or ``pdf`` is asked for and what makes it is not installed:
        ``a PDF needs WeasyPrint: pip install 'incident-analytics[pdf]'``.
    """
    _need_targets(to)
    if redact and commentary is not None:
        raise CommentaryError(
            f"{commentary}: names in a commentary can't be redacted; leave out the commentary or the redaction"
        )
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
    narrowed |= {"fields": list(fields), "hours": list(hours)}
    parameters |= {name: names for name, names in narrowed.items() if names}
    flags = {"business_hours": (business_hours, False), "trusted": (trusted, True), "redact": (redact, False)}
    parameters |= {name: value for name, (value, usual) in flags.items() if value is not usual}
    stem = f"review-{window.name.replace('/', '_')}"
    folder = Path(output_dir).absolute()
    source = notebook or notebook_file("periodic_review")
    ran = run_notebook(
        source,
        parameters,
        optional={"output_dir": str(folder)},
        named={
            "paths": [] if redact else [_seen_from(folder, path) for path in sources],
            "settings": None if redact or settings is None else _seen_from(folder, settings),
            "output_dir": ".",
        },
        commentary=commentary,
        progress=progress,
    )
    say = remark or (lambda _: None)
    outputs = [output for cell in ran.cells for output in cell.get("outputs", ())]
    # They name files as this machine does, so they stay in no output.
    for text in (text for output in outputs for text in output.get("metadata", {}).pop("remarks", ())):
        say(text)
    handed_over = _taken(ran.cells, "manifest")
    own_file = f"{stem}.ipynb" if "ipynb" in to else None
    try:
        manifest = _manifest_of(handed_over[-1], parameters, ran.cells, Path(output_dir)) if handed_over else None
    except NO_MANIFEST as error:
        raise NotebookError(
            f"{source}: its manifest can't be read: the notebook must end with page.manifest(), "
            "of the version of incident_analytics that makes the review"
        ) from error
    page = as_html(ran, f"Incident review, {window.label}", own_file)
    # All are made before the first is put in place. A figure's name comes from what it shows: new ones change none that
    # the earlier review shows, and only once the new review is in place do the others go.
    made = [_files(target, ran, page, stem, to) for target in dict.fromkeys(to)]
    written = [[put_file(Path(output_dir, name), content) for name, content in files.items()] for files in made]
    if {"md", "confluence"} & {*to}:
        _drop_figures(Path(output_dir, f"{stem}_files"), but={file for files in written for file in files})
    if data_dir is not None:
        put_tables(Path(data_dir), {f"{name}.csv": text.encode() for name, text in tables_of(ran.cells).items()})
    _put_manifest(Path(output_dir, f"{stem}{MANIFEST}"), manifest)
    if not write_index(folder, chosen.model_copy(update={"title": None}) if redact else chosen):
        say(f"{Path(output_dir, 'index.html')} is not a list of reviews, so it stays as it is")
    return [files[-1] for files in written]


def _taken(cells: Sequence[NotebookNode], name: str) -> list[Mapping[str, Any]]:
    """Take the outputs out of cells that hand something over to `review`, and return what."""
    found = []
    for cell in cells:
        for output in list(cell.get("outputs", ())):
            if name in output.get("metadata", {}):
                found.append(output["metadata"][name])
                cell.outputs.remove(output)
    return found


def _manifest_of(
    handed_over: Mapping[str, Any], parameters: Mapping[str, Any], cells: Sequence[NotebookNode], folder: Path
) -> Manifest:
    """Return the manifest that a notebook handed over, with the paths as they are seen from the review's folder."""
    plain = dict(handed_over)
    if plain["review"]["redact"]:
        named: dict[str, Any] = {} if parameters["settings"] is None else {"settings": ""}
    else:
        named = {"paths": [_seen_from(folder, path) for path in parameters["paths"]]}
        if parameters["settings"] is not None:
            named["settings"] = _seen_from(folder, parameters["settings"])
    plain["review"] = {**plain["review"], **named}
    plain["shown"] = figures_of(cells)
    return Manifest.of(plain)


def _put_manifest(file: Path, manifest: Manifest | None) -> None:
    """Write the manifest of a review, or remove that of an earlier one, which is not this one's."""
    if manifest is not None:
        put_file(file, manifest.text().encode())
        return
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}") from error


def _need_targets(to: Sequence[str]) -> None:
    """Raise where a target is unknown or can't be made."""
    if unknown := [target for target in to if target not in _TARGETS]:
        raise unknown_name("target", unknown[0], _TARGETS)
    if "pdf" in to:
        need_weasyprint()


def _seen_from(folder: Path, path: str | Path) -> str:
    """Return a path as the notebook in the folder names it; only the name of what shares no folder with it.

    One of the two may be named through a link to a folder, which the other is in by its own name.
    """
    place = Path(path)
    relative = relative_path(path, folder) or relative_path(place.parent.resolve() / place.name, folder.resolve())
    return place.name if relative is None else relative.as_posix()


def _as_notebook(notebook: NotebookNode) -> bytes:
    """Return the notebook's file; JupyterLab opens it with its code folded away and shows it as the page does."""
    import nbformat

    folded = deepcopy(notebook)
    for cell in folded.cells:
        if cell.cell_type == "code":
            cell.metadata["jupyter"] = {"source_hidden": True}
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            data.pop(PAGE, None)
            if {"text/html", "text/markdown"} <= data.keys():  # ours
                data["text/html"] = _without_style_sheet(data["text/html"])
    text: str = nbformat.writes(folded)  # type: ignore[no-untyped-call]
    return f"{text}\n".encode()


def _without_style_sheet(html: str) -> str:
    """Return HTML that reads well in JupyterLab, which sets cells to the right and has none of the page's CSS."""
    html = _TEXT_CELL.sub(r'\g<0> style="text-align: left"', html)
    return re.sub(r"(?<!·) <small>", "<br><small>", html.replace("</small> <small>", "</small> · <small>"))


def _files(target: str, notebook: NotebookNode, page: str, stem: str, to: Sequence[str]) -> dict[str, bytes]:
    """Return a target's files by their paths in the output folder, the review itself last."""
    match target:
        case "html":
            files = {f"{stem}.html": page.encode()}
        case "pdf":
            files = {f"{stem}.pdf": as_pdf(page)}
        case "md":
            folder = f"{stem}_files"
            text, figures = as_markdown(notebook.cells, folder)
            if "ipynb" in to:
                text += f"\n[The notebook that made this review]({stem}.ipynb), with its code and results.\n"
            files = {f"{folder}/{name}": content for name, content in figures.items()} | {f"{stem}.md": text.encode()}
        case "slack":
            whole = next((f"{stem}.{form}" for form in ("html", "pdf", "md") if form in to), None)
            files = {f"{stem}.slack.txt": as_slack(notebook.cells, whole).encode()}
        case "confluence":
            text, figures = as_confluence(notebook.cells, f"{stem}_files")
            files = {f"{stem}_files/{name}": content for name, content in figures.items()}
            files |= {f"{stem}.confluence.xml": text.encode()}
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


def put_tables(folder: Path, tables: dict[str, bytes]) -> None:
    """Write tables and the list of them, and remove those of the earlier list that nobody has changed since."""
    earlier = _listed(folder / _TABLES)
    for name, content in tables.items():
        put_file(folder / name, content)
    try:
        for name, digest in earlier.items():
            file = folder / name
            if name not in tables and file.is_file() and _digest(file.read_bytes()) == digest:
                file.unlink()
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}") from error
    rows = StringIO()
    csv.writer(rows, lineterminator="\n").writerows([("file", "sha256"), *((n, _digest(c)) for n, c in tables.items())])
    put_file(folder / _TABLES, rows.getvalue().encode())


def _listed(file: Path) -> dict[str, str]:
    """Return the files that a list of tables names, with their digests; a name that leads elsewhere is none."""
    try:
        rows = csv.DictReader(StringIO(file.read_text(encoding="utf-8")))
        return {row["file"]: row["sha256"] for row in rows if _OUR_TABLE.fullmatch(row.get("file") or "")}
    except (OSError, ValueError, KeyError, csv.Error):
        return {}


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
