"""Exploration: a copy of the exploration notebook that is its reader's own, opened in JupyterLab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import OutputError
from incident_analytics.extras import require
from incident_analytics.files import read_bytes, write_new
from incident_analytics.finding import find_files
from incident_analytics.loading import read_records
from incident_analytics.notebooks import notebook_bytes, notebook_file
from incident_analytics.records import named_statuses
from incident_analytics.temporary import TemporaryFolder

__all__ = ["explore"]

_LAB: Final = ("jupyterlab", "ipywidgets", "itables")
"""What the extra lab installs."""
_PATIENCE: Final = 20  # seconds


def explore(
    paths: str | Path | Sequence[str | Path],
    *,
    output_dir: str | Path = ".",
    settings: str | Path | None = None,
    trusted: bool = True,
    status: str = "final",
    severities: Sequence[str] = (),
    services: Sequence[str] = (),
    teams: Sequence[str] = (),
    fields: Sequence[str] = (),
    hours: Sequence[str] = (),
    port: int = 8888,
    browser: bool = True,
    remark: Callable[[str], object] | None = None,
) -> Path:
    """Open the exploration notebook on some reports in JupyterLab, and wait until that is closed.

    The notebook is a copy in ``output_dir``, and its reader's own: no copy is ever written over. The one that was made
    for the same reports, settings and status is opened again as it was left; others get a copy of their own.

    Parameters
    ----------
    paths
        The reports, as `load` takes them.
    output_dir
        The folder of the copy, ``exploration.ipynb``, or ``exploration-2.ipynb`` and so on where that name is taken;
        JupyterLab shows this folder. It is made where there is none.
    settings
        A settings file; None takes the defaults.
    trusted
        Whether the settings may lead outside their folder, as `read_settings` takes it.
    status
        ``final``, ``all`` or the name of a status.
    severities, services, teams, fields, hours
        Which incidents, as `narrow` takes them; none named keeps all.
    port
        Where JupyterLab listens, on this machine alone; the next free one where it is taken.
    browser
        Whether to open a browser. JupyterLab prints its address in either case.
    remark
        Called with each sentence on what of the reports, the corrections and the tracker's export is not used, and on
        which copy is opened.

    Returns
    -------
    pathlib.Path
        The copy, once JupyterLab has ended: from its menu, or by Ctrl-C.

    Raises
    ------
    MissingExtraError
        ``explore needs jupyterlab; pip install 'incident-analytics[lab]'``
    PathError
        ``reports: no such file or folder``
    UnknownNameError
        The status is none.
    SettingsError
        The settings file cannot be read.
    OutputError
        The copy cannot be written, or JupyterLab failed to start.
    """
    require("explore", *_LAB, extra="lab")
    configured = read_settings(settings, trusted=trusted) if settings is not None else Settings()
    sources = [paths] if isinstance(paths, str | Path) else paths
    find_files(sources)
    named_statuses(status)
    parameters = {
        "paths": [str(Path(path).absolute()) for path in sources],
        "settings": None if settings is None else str(Path(settings).absolute()),
        "trusted": trusted,
        "status": status,
        "severities": list(severities),
        "services": list(services),
        "teams": list(teams),
        "fields": list(fields),
        "hours": list(hours),
    }
    if remark:
        records = read_records(sources, settings=configured)
        for text in (*records.remarks(), *records.input_problems()):
            remark(text)
    file, message = _copy(Path(output_dir), parameters)
    if remark:
        remark(message)
    _serve(file, port=port, browser=browser)
    return file


def _copy(folder: Path, parameters: Mapping[str, object]) -> tuple[Path, str]:
    """Return the copy that has these parameters, made where there is none, and what to say of it."""
    notebook = json.loads(notebook_file("exploration").read_text(encoding="utf-8"))
    source = "\n".join(f"{name} = {_literal(value)}" for name, value in parameters.items())
    cell = _parameters_cell(notebook)
    cell["source"] = source.splitlines(keepends=True)
    content = notebook_bytes(notebook)
    for file in _names(folder):
        if write_new(file, content, with_folder=True):
            return file, f"{file}: a new copy of the exploration notebook"
        if _has(file, source):
            return file, f"{file}: opened again as it was left"
    raise AssertionError("names never end")


def _names(folder: Path) -> Iterator[Path]:
    yield folder / "exploration.ipynb"
    for number in count(2):
        yield folder / f"exploration-{number}.ipynb"


def _literal(value: object) -> str:
    """Write a value of JSON as Python: what is not text, a number, flag, None or list of these raises a TypeError."""
    return repr(json.loads(json.dumps(value)))


def _parameters_cell(notebook: Any) -> dict[str, Any]:
    cells: Iterator[dict[str, Any]] = (
        cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])
    )
    return next(cells)


def _has(file: Path, source: str) -> bool:
    """Return whether a file is a notebook whose parameters are these, however much else was changed in it."""
    try:
        written = _parameters_cell(json.loads(read_bytes(file)))["source"]
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        StopIteration,
        RecursionError,
    ):  # somebody's own file that bears the name
        return False
    return "".join(written) == source


def _serve(file: Path, *, port: int, browser: bool) -> None:
    """Run JupyterLab on a notebook of this environment's kernel until it ends."""
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={file.parent.absolute()}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.allow_root=True",  # as in a container; it listens on this machine alone, and asks for a token
        f"--LabApp.default_url=/lab/tree/{file.name}",
    ]
    with TemporaryFolder() as folder:
        server = subprocess.Popen(  # noqa: S603 - paths are arguments of their own, no shell reads them
            command,
            # Off the terminal's input it ends on Ctrl-C at once, rather than asking whether to.
            stdin=subprocess.DEVNULL,
            env={**os.environ, **_places(folder.path)},
            # As long as it runs its folder is in use, even where this process was killed.
            pass_fds=(folder.descriptor,) if os.name == "posix" else (),
        )
        try:
            code = server.wait()
        except KeyboardInterrupt:
            return
        finally:
            _end(server)
    if code:
        raise OutputError(f"JupyterLab ended with exit code {code}; what it wrote above says why")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End JupyterLab and wait until it has ended its kernels, however this process ends; where it hangs, kill it."""
    server.terminate()
    try:
        server.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _places(folder: Path) -> dict[str, str]:
    """Return the variables that have Jupyter look into a folder before any other, with our kernel and settings in it.

    A kernel python3 of the user's cannot replace this environment's, and JupyterLab checks for no updates.
    """
    from ipykernel.kernelspec import write_kernel_spec

    write_kernel_spec(folder / "kernels" / "python3")
    (folder / "labconfig").mkdir()
    news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (folder / "labconfig" / "page_config.json").write_text(json.dumps(news), encoding="utf-8")
    return {
        name: os.pathsep.join(filter(None, (str(folder), os.environ.get(name))))
        for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
    }
