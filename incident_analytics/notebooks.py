"""Notebooks run by papermill: their parameters, the kernel, and what can go wrong."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

from incident_analytics.commentary import add_commentary
from incident_analytics.errors import (
    NotebookError,
    OutputError,
    PathError,
    PeriodError,
    SettingsError,
    UnknownNameError,
)
from incident_analytics.files import read_bytes, write_new
from incident_analytics.names import did_you_mean, unknown_name
from incident_analytics.temporary import TemporaryFolder

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from nbformat import NotebookNode

__all__ = ["Kernel", "copy_notebook", "notebook_file", "run_notebook"]

_HERE: Final = Path(__file__).parent
_ARGUMENT_ERRORS: Final = {error.__name__: error for error in (PathError, PeriodError, SettingsError, UnknownNameError)}
"""What a wrong argument raises inside a notebook: the cell is not at fault and is not named."""
_PRINTED: Final = "printed.txt"
_PATIENCE: Final = 600
"""Seconds that a kernel has to start, and to send what a cell shows, as the machine may be busy.

One that has ended is noticed at once.
"""
_FIRST_LINES: Final = (
    # Text in Python's own strings, with which tables of a few hundred rows are a quarter faster. Arrow's take less room
    # and are faster from some ten thousand rows on.
    "__import__('pandas').set_option('mode.string_storage', 'python')",
    # A review makes hardly any cycles, and looking for them took a twentieth of its time.
    "__import__('gc').set_threshold(50_000)",
)
"""What a kernel does first."""


_OWN_DEFAULTS: Final = {
    "paths": "[]",
    "period": '"last-quarter"',
    "settings": "None",
    "report": '"INC-2025-01-31-001.md"',
    "history": "[]",
}
"""What the parameters of a copied notebook are set to: the demo is not where it will run."""
_DEMO_DEFAULT: Final = re.compile(rf"((?P<name>{'|'.join(_OWN_DEFAULTS)})(?:: \w+)? = )(?:\[[^]]*\]|\"[^\"]*\")")


def run_notebook(
    notebook: str | Path,
    parameters: Mapping[str, object],
    *,
    optional: Mapping[str, object] | None = None,
    named: Mapping[str, object] | None = None,
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
    named
        What the notebook as it ran names in place of values that it was given, such as paths of this machine.
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
    from nbclient.exceptions import CellControlSignal

    file = Path(notebook)
    source = _read_notebook(file)
    known = _need_parameters(file, source, parameters)
    wanted = {name: value for name, value in (optional or {}).items() if name in known}
    plain = json.loads(json.dumps({**parameters, **wanted}))
    if commentary is not None:
        source = add_commentary(source, commentary)
    total = sum(cell.cell_type == "code" for cell in source.cells)
    begun: list[NotebookNode] = []

    report = progress or (lambda _done, _total: None)

    def begin(cell: NotebookNode, **_: object) -> None:
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
            report(len(begun), total)
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
                start_timeout=_PATIENCE,
                # Otherwise outputs that come seconds late are left out without a word.
                iopub_timeout=_PATIENCE,
                raise_on_iopub_timeout=True,
                **kernel.options(),
                record_timing=False,
                on_cell_start=begin,
            )
        except papermill.PapermillExecutionError as error:
            if error.ename in _ARGUMENT_ERRORS:
                raise _ARGUMENT_ERRORS[error.ename](error.evalue) from error
            raise NotebookError(f"{at_fault()} failed: {error.ename}: {error.evalue}") from error
        except (CellControlSignal, RuntimeError) as error:
            end = f"{at_fault()} ended the kernel: {error}" if begun else f"{file.name}: the kernel did not start"
            raise NotebookError(f"{end}{kernel.last_words()}") from error
    never_ran = [cell for cell in _code_cells(ran) if cell.source.strip() and cell.execution_count is None]
    if never_ran or any(output.get("ename") == "SystemExit" for cell in _code_cells(ran) for output in cell.outputs):
        raise NotebookError(f"{at_fault()} ended the notebook early, with {len(never_ran)} code cells still to run")
    _need_figures(file, ran)
    report(total, total)
    _name_parameters(ran, plain | {name: value for name, value in (named or {}).items() if name in plain})
    return _without_traces(ran)


class _KernelManager(Protocol):
    """What the manager of a kernel must have, in addition to what papermill needs."""

    has_kernel: bool

    def client(self) -> AsyncKernelClient: ...

    def close_client(self) -> None: ...

    async def is_alive(self) -> bool: ...

    async def shutdown_kernel(self) -> None: ...

    async def cleanup_resources(self) -> None: ...


class Kernel:
    """A kernel that runs notebooks one after the other; none finds the names that one before it set.

    It starts with the first notebook, and anew with the next one after `stop`; the end of a ``with`` ends it.
    """

    def __init__(self) -> None:
        self._folder = TemporaryFolder()
        self._manager: _KernelManager | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self._folder.remove()

    def options(self) -> dict[str, Any]:
        """Return what makes papermill run a notebook in it."""
        from nbclient.util import run_sync

        working_folder = self._folder.path / "work"
        if self._manager is None:
            working_folder.mkdir(exist_ok=True)
            self._manager = _kernel_manager(self._folder)
        else:
            run_sync(_forget_names)(self._manager)
        # Not papermill's cwd, which would move this process as well.
        return {"km": self._manager, "resources": {"metadata": {"path": str(working_folder)}}}

    def last_words(self) -> str:
        """Return the end of what the kernel printed outside of its cells, as the end of a message."""
        printed = self._folder.path / _PRINTED
        text = printed.read_text(encoding="utf-8", errors="replace") if printed.is_file() else ""
        lines = [line for line in text.splitlines() if line.strip()]
        named = [line for line in lines if re.match(r"\w*Error: ", line)] or lines
        return f" ({shorten(named[-1], 200)})" if named else ""

    def stop(self) -> None:
        """End the kernel, whatever it is doing."""
        from nbclient.util import run_sync

        manager, self._manager = self._manager, None
        if manager is None:
            return
        _end_tasks()
        if manager.has_kernel:
            manager.close_client()
            # One that is gone already cannot be asked to end.
            run_sync(manager.shutdown_kernel if run_sync(manager.is_alive)() else manager.cleanup_resources)()


async def _forget_names(manager: _KernelManager) -> None:
    """Have a kernel forget the names that a notebook set.

    By a client of its own: the sockets of the last one may have missed an event, if another loop has run since.
    """
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=_PATIENCE)
    await client.execute_interactive("%reset -f", silent=True, timeout=_PATIENCE)


def _end_tasks() -> None:
    """End what still waits for the kernel, where an interrupt left it: it would complain that the kernel is gone."""
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    tasks = asyncio.all_tasks(loop) if not loop.is_running() else set()
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=5))
        for task in tasks:
            if task.done() and not task.cancelled():
                task.exception()  # which is how a task knows that somebody has heard of its failure


def _kernel_manager(temporary: TemporaryFolder) -> _KernelManager:
    """Return the manager of a kernel that is this environment's, whatever kernels and profiles the user has."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    folder = temporary.path
    # Sockets in a folder of their own cannot collide as TCP ports do when several notebooks run at once.
    with_sockets = os.name == "posix" and temporary.has_room_for_sockets
    transport = {"transport": "ipc", "ip": str(folder / "socket")} if with_sockets else {}

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
            # A kernel's messages about its own shutdown don't concern the reader; a failing cell has its own output.
            spec.argv = [*spec.argv, "--IPKernelApp.log_level=CRITICAL"]
            spec.argv += [f"--IPKernelApp.exec_lines={line}" for line in _FIRST_LINES]
            spec.env = _environment(folder)
            # Asked to stop by a message, one that is still starting ends without a traceback, as a signal leaves.
            spec.interrupt_mode = "message"
            # Whatever JUPYTER_DEFAULT_PROVISIONER_NAME says: on this machine.
            spec.metadata = {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}
            self.last_client: AsyncKernelClient | None = None

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            # What it prints outside of its cells, as when it is asked to end while it starts, is for nobody's terminal.
            with (folder / _PRINTED).open("wb") as printed:
                await super().start_kernel(stdout=printed, stderr=printed, **options)

        def client(self, **options: Any) -> AsyncKernelClient:  # type: ignore[override]
            # Each notebook has its own. All have one identity: until the one before is closed its messages are lost.
            self.close_client()
            self.last_client = super().client(**options)
            return self.last_client

        def close_client(self) -> None:
            if self.last_client is not None:
                self.last_client.stop_channels()

    return cast(_KernelManager, KernelManager())


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables that keep what the user has set for IPython and matplotlib from a kernel.

    Only the folder in which matplotlib remembers the fonts is the user's, as it takes long to look for them. Where that
    cannot be written to matplotlib would say so in the notebook, so it gets another.
    """
    (folder / "matplotlibrc").touch()  # without settings
    places = (os.environ.get("MPLCONFIGDIR"), os.environ.get("XDG_CACHE_HOME"), "~/.cache")
    fonts = Path(next(filter(None, places)) or "").expanduser()
    fonts = fonts if os.environ.get("MPLCONFIGDIR") else fonts / "matplotlib"
    try:
        fonts.mkdir(parents=True, exist_ok=True)
        usable = os.access(fonts, os.W_OK)
    except OSError:
        usable = False
    return {
        "PYTHONSAFEPATH": "1",
        "PYTHONSTARTUP": "",
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        "MPLCONFIGDIR": str(fonts if usable else folder / "matplotlib"),
    }


def _read_notebook(file: Path) -> NotebookNode:
    import nbformat

    try:
        notebook: NotebookNode = nbformat.reads(read_bytes(file).decode(), as_version=4)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise NotebookError(f"{file}: {error.strerror}") from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise NotebookError(f"{file}: not a notebook: {error}") from error
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
            raise NotebookError(
                f"{file}: parameter {name!r} is not one of {', '.join(known) or 'none'}{did_you_mean(name, known)}"
            )
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


def _name_parameters(notebook: NotebookNode, values: Mapping[str, object]) -> None:
    """Write values into the cell that papermill added."""
    from papermill.translators import PythonTranslator

    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = PythonTranslator.codify(values, "Parameters")


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


def copy_notebook(name: str, file: str | Path | None = None) -> Path:
    """Copy a notebook of the package, to run it by papermill or to change it.

    The copy reads the reports that the nearest settings name, and reviews the last quarter.

    Parameters
    ----------
    name
        ``periodic_review``, ``supporting_data`` or ``exploration``.
    file
        Where to write it; None is the notebook's own name in the working folder.

    Raises
    ------
    UnknownNameError
        ``notebook 'review' is not one of exploration, periodic_review, supporting_data``
    OutputError
        ``mine.ipynb: is there already; name another file``
    """
    names = sorted(each.stem for each in notebook_file("periodic_review").parent.glob("*.ipynb"))
    if name not in names:
        raise unknown_name("notebook", name, names)
    notebook = json.loads(notebook_file(name).read_text(encoding="utf-8"))
    place = Path(f"{name}.ipynb" if file is None else file)
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = [_own_default(line) for line in cell["source"]]
    if not write_new(place, notebook_bytes(notebook)):
        raise OutputError(f"{place}: is there already; name another file")
    return place


def notebook_bytes(notebook: Mapping[str, Any]) -> bytes:
    """Return a notebook's file as Jupyter writes it."""
    return f"{json.dumps(notebook, ensure_ascii=False, indent=1)}\n".encode()


def _own_default(line: str) -> str:
    """Return a line of the cell tagged parameters with the value that it has in a copy, not that of the demo."""
    match = _DEMO_DEFAULT.match(line)
    return f"{match[1]}{_OWN_DEFAULTS[match['name']]}{line[match.end() :]}" if match else line


def notebook_file(name: str) -> Path:
    """Return one of the notebooks: in the package where it was installed from a wheel, else next to it."""
    packaged = _HERE / "notebooks"
    return (packaged if packaged.is_dir() else _HERE.parent / "notebooks") / f"{name}.ipynb"
