"""Reviews: a notebook run with its parameters, and what it shows as a page, from which PDF and Markdown are made.

The outputs are made whole, then put in place one by one: a notebook that fails leaves the earlier ones as they were.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

import pandas as pd

from incident_analytics.commentary import add_commentary
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import NotebookError, OutputError, PeriodError, UnknownNameError
from incident_analytics.files import read_bytes, write_bytes
from incident_analytics.loading import find_files, named_statuses
from incident_analytics.model import Period, need_instant
from incident_analytics.wiki import FIGURE, page_as_markdown

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from nbformat import NotebookNode

__all__ = ["Kernel", "as_page", "notebook_file", "put_file", "review", "run_notebook"]

_HERE: Final = Path(__file__).parent
_TARGETS: Final = ("html", "pdf", "md", "ipynb")


def review(
    paths: str | Path | Sequence[str | Path],
    *,
    period: str,
    output_dir: str | Path,
    to: Sequence[str] = ("html",),
    settings: str | Path | None = None,
    status: str = "final",
    severities: Sequence[str] = (),
    services: Sequence[str] = (),
    teams: Sequence[str] = (),
    as_of: pd.Timestamp | None = None,
    notebook: str | Path | None = None,
    commentary: str | Path | None = None,
    progress: Callable[[int, int], object] | None = None,
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
        ``md``, Markdown for a wiki with its figures in a folder beside it, and ``ipynb``, the notebook as it ran.
    settings
        A settings file; None takes the defaults.
    status
        ``final``, ``all`` or the name of a status.
    severities, services, teams
        Which incidents, as `narrow` takes them; none named keeps all.
    as_of
        The instant at which open incidents and action items are judged; None is the period's end or now,
        whichever is earlier.
    notebook
        A notebook of one's own in place of the periodic review; it has a cell tagged ``parameters`` that sets
        ``paths``, ``period``, ``settings``, ``status`` and ``as_of``, and ``severities``, ``services`` or ``teams``
        where these are named. Where it sets ``output_dir`` it is told the folder of the page, to link from there.
    commentary
        A Markdown file with words of one's own for the heads of the notebook's sections; see `read_commentary` in
        `incident_analytics.commentary`.
    progress
        Called before each code cell with the number of those that have run, and at the end, and the number of all.

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
    rules = read_settings(settings) if settings is not None else Settings()
    window = Period.parse(period, timezone=rules.timezone, fiscal_year_start=rules.fiscal_year_start)
    need_instant("as_of", as_of)
    if as_of is not None and as_of <= window.start:
        raise PeriodError(
            f"period {window.name} begins at {window.start:%Y-%m-%d %H:%M} UTC, and as of {as_of:%Y-%m-%d %H:%M} UTC "
            "nothing of it is known; name an earlier period, or a later as_of"
        )
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
    stem = f"review-{window.name.replace('/', '_')}"
    ran = run_notebook(
        notebook or notebook_file("periodic_review"),
        parameters,
        optional={"output_dir": str(Path(output_dir).absolute())},
        commentary=commentary,
        progress=progress,
    )
    page = as_page(ran, f"Incident review {window.name}", f"{stem}.ipynb" if "ipynb" in to else None)
    # All are made before the first is put in place. A figure's name comes from what it shows: new ones change none that
    # the earlier review shows, and only once the new review stands do the others go.
    made = [_files(target, ran, page, stem) for target in dict.fromkeys(to)]
    written = [[put_file(Path(output_dir, name), content) for name, content in files.items()] for files in made]
    if "md" in to:
        _drop_figures(Path(output_dir, f"{stem}_files"), but={file for files in written for file in files})
    return [files[-1] for files in written]


def run_notebook(
    notebook: str | Path,
    parameters: Mapping[str, object],
    *,
    optional: Mapping[str, object] | None = None,
    commentary: str | Path | None = None,
    progress: Callable[[int, int], object] | None = None,
    kernel: Kernel | None = None,
) -> NotebookNode:
    """Run a notebook from its first cell to its last.

    The kernel is this environment's Python, in an empty working folder: neither that folder nor a module in it, nor
    the user's own Jupyter or IPython settings have a say.

    Parameters
    ----------
    notebook
        The file; it stays as it is.
    parameters
        Values for the names that its cell tagged ``parameters`` sets: text, numbers, true, false, None and
        lists of these.
    optional
        Further values, for those of their names that the cell sets.
    commentary, progress
        As in `review`.
    kernel
        The kernel to run it in; None is one of its own.

    Returns
    -------
    nbformat.NotebookNode
        The notebook with the commentary's cells and its outputs, the same for the same input: without times, ids or
        paths of the run.

    Raises
    ------
    CommentaryError, NotebookError
        As in `review`.
    """
    import papermill
    from nbclient.exceptions import CellControlSignal, DeadKernelError

    file = Path(notebook)
    source = _read_notebook(file)
    known = _need_parameters(file, source, parameters)
    wanted = {name: value for name, value in (optional or {}).items() if name in known}
    plain = json.loads(json.dumps({**parameters, **wanted}))
    if commentary is not None:
        source = add_commentary(source, commentary)
    total = sum(cell.cell_type == "code" for cell in source.cells)
    begun: list[NotebookNode] = []

    def begin(cell: NotebookNode, **_: object) -> None:
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
            if progress:
                progress(len(begun), total)
            begun.append(cell)

    def at_fault() -> str:
        # An early failure is the kernel's: no cell has begun.
        return f"{file.name}: code cell {len(begun)} ({_first_line(begun[-1])})" if begun else f"{file.name}: no cell"

    with ExitStack() as stack:
        kernel = kernel or stack.enter_context(Kernel())
        try:
            ran: NotebookNode = papermill.execute_notebook(
                source,
                None,
                plain,
                kernel_name="python3",
                progress_bar=False,
                **kernel.options(),
                record_timing=False,
                on_cell_start=begin,
            )
        except papermill.PapermillExecutionError as error:
            raise NotebookError(f"{at_fault()} failed: {error.ename}: {error.evalue}") from error
        except (CellControlSignal, DeadKernelError) as error:
            raise NotebookError(f"{at_fault()} ended the kernel: {error}") from error
    never_ran = [cell for cell in _code_cells(ran) if cell.source.strip() and cell.execution_count is None]
    if never_ran or any(output.get("ename") == "SystemExit" for cell in _code_cells(ran) for output in cell.outputs):
        raise NotebookError(f"{at_fault()} ended the notebook early, with {len(never_ran)} code cells still to run")
    _need_figures(file, ran)
    if progress:
        progress(total, total)
    return _without_traces(ran)


class _KernelManager(Protocol):
    """What is asked of the manager of a kernel, beside what papermill asks of it."""

    last_client: AsyncKernelClient
    has_kernel: bool

    def close_client(self) -> None: ...

    async def shutdown_kernel(self) -> None: ...


class Kernel:
    """A kernel that runs notebooks one after the other; none finds the names that one before it set.

    It starts with the first notebook, and anew with the next one after `stop`; the end of a ``with`` ends it.
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="incident-analytics-")
        self._manager: _KernelManager | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def options(self) -> dict[str, Any]:
        """Return what makes papermill run a notebook in it."""
        from nbclient.util import run_sync

        working_folder = Path(self._folder.name, "work")
        if self._manager is None:
            working_folder.mkdir(exist_ok=True)
            self._manager = _kernel_manager(Path(self._folder.name))
        else:
            run_sync(self._manager.last_client.execute_interactive)("%reset -f", silent=True, timeout=60)
        # Not papermill's cwd, which would move this process as well.
        return {"km": self._manager, "resources": {"metadata": {"path": str(working_folder)}}}

    def stop(self) -> None:
        """End the kernel, whatever it is doing."""
        from nbclient.util import run_sync

        manager, self._manager = self._manager, None
        if manager is not None and manager.has_kernel:
            manager.close_client()
            run_sync(manager.shutdown_kernel)()


def _kernel_manager(folder: Path) -> _KernelManager:
    """Return the manager of a kernel that is this environment's, whatever kernels and profiles the user has."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    # Sockets in a folder of their own cannot collide as TCP ports do when several notebooks run at once.
    transport = {"transport": "ipc", "ip": str(folder / "socket")} if os.name == "posix" else {}

    class KernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(
                **transport,
                connection_file=str(folder / "connection.json"),
                # Without folders to look in, python3 is the installed ipykernel's own.
                kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
                **options,
            )
            spec = cast(KernelSpec, self.kernel_spec)
            # What a kernel says of its own shutdown is no concern of the reader; a failing cell is told by its output.
            spec.argv = [*spec.argv, "--IPKernelApp.log_level=CRITICAL"]
            spec.env = {"PYTHONSAFEPATH": "1", "IPYTHONDIR": str(folder / "ipython")}
            self.last_client: AsyncKernelClient | None = None

        def client(self, **options: Any) -> AsyncKernelClient:  # type: ignore[override]
            # Each notebook has its own. All have one identity: until the one before is closed its messages are lost.
            self.close_client()
            self.last_client = super().client(**options)
            return self.last_client

        def close_client(self) -> None:
            if self.last_client is not None:
                self.last_client.stop_channels()

    return cast(_KernelManager, KernelManager())


def _read_notebook(file: Path) -> NotebookNode:
    import nbformat

    try:
        notebook: NotebookNode = nbformat.reads(read_bytes(file).decode(), as_version=4)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise NotebookError(f"{file}: {error.strerror}") from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise NotebookError(f"{file}: no notebook: {error}") from error
    # Whatever kernel it was written with, this is the one that runs it.
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for cell in _code_cells(notebook):
        cell["outputs"], cell["execution_count"] = [], None
    return notebook


def _need_parameters(file: Path, notebook: NotebookNode, parameters: Mapping[str, object]) -> Collection[str]:
    """Raise where papermill would only warn, and run the notebook on its defaults; return the names that it sets."""
    import papermill

    if not any("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells):
        raise NotebookError(f"{file}: no cell is tagged parameters; tag the one that sets {', '.join(parameters)}")
    known: Collection[str] = papermill.inspect_notebook(notebook)
    for name in parameters:
        if not name.isidentifier() or name not in known:
            raise NotebookError(f"{file}: parameter {name!r} is not one of {', '.join(known) or 'none'}")
    return known


def _need_figures(file: Path, notebook: NotebookNode) -> None:
    """Raise where a figure vanished: a library that sets matplotlib's backend leaves its name and no picture."""
    for number, cell in enumerate(_code_cells(notebook), 1):
        for output in cell.outputs:
            shown = output.get("data", {})
            if shown.get("text/plain", "").startswith("<Figure ") and not any(
                kind.startswith("image/") for kind in shown
            ):
                raise NotebookError(f"{file.name}: code cell {number} ({_first_line(cell)}) lost its figure")


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the notebook's own code cells, without the one that papermill adds."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def _first_line(cell: NotebookNode) -> str:
    lines = (line.strip() for line in cell.source.splitlines())
    return shorten(next(filter(None, lines), "empty"), 72, placeholder=" ...")


def _without_traces(notebook: NotebookNode) -> NotebookNode:
    """Drop what differs between two runs on the same input."""
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = f"injected-parameters-{number}"
    return notebook


def as_page(notebook: NotebookNode, title: str, beside: str | None = None) -> str:
    """Return what a notebook shows as a page (HTML).

    Parameters
    ----------
    notebook
        As it ran.
    title
        The page's title.
    beside
        The notebook's own file, where that lies beside the page.
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


def notebook_file(name: str) -> Path:
    """Return one of the notebooks: in the package where it was installed from a wheel, else beside it."""
    packaged = _HERE / "notebooks"
    return (packaged if packaged.is_dir() else _HERE.parent / "notebooks") / f"{name}.ipynb"
