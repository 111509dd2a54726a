"""What tests share: the profile of hypothesis, the reviews that several files of tests look at, the browser."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pandas as pd
import pytest
from browsing import CHROMIUM, PATIENCE, need, need_program
from hypothesis import HealthCheck, Phase, settings
from laws import TIMES

from incident_analytics import notebooks, population, publish
from incident_analytics.config import Settings, read_settings
from incident_analytics.loading import load
from incident_analytics.notebooks import Kernel, notebook_file, run_notebook
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

DEMO = Path(__file__).parents[1] / "data" / "demo"

# Where the environment forbids it, each of the processes that tests start would compile the package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Where JupyterLab is installed, checks of notebooks would build grammars of addresses, which takes seconds.
sys.modules.setdefault("rfc3987_syntax", cast(ModuleType, None))

# A job in the background starts with SIGINT ignored, and so would every process that a test ends with Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine may take ten times as long: no law fails because an example was slow.
settings.register_profile(
    "patient",
    max_examples=50 * TIMES,
    derandomize=TIMES == 1,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=set(Phase) - {Phase.explain},
)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def own_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests read out of the user's cache, in one of all processes that run tests or are started by them."""
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "XDG_CACHE_HOME", str((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "caches")
        )
        yield


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    with pd.option_context("mode.string_storage", "python"):
        yield


@pytest.fixture(scope="module", autouse=True)
def text_storage(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep text in Python's own strings where tests are about reviews; others have what pandas does by itself."""
    with _as_in_a_kernel() if request.path.stem.removeprefix("test_") in _OF_REVIEWS else nullcontext():
        yield


@pytest.fixture(scope="session")
def demo_settings() -> Settings:
    """The settings of the demo."""
    return read_settings(DEMO / "incident-analytics.toml")


@pytest.fixture(scope="session")
def demo_corpus(demo_settings: Settings) -> Corpus:
    """The demo's reports of every status; no test changes them."""
    with _as_in_a_kernel():
        return load(DEMO, settings=demo_settings, status="all")


@pytest.fixture(scope="session")
def demo_scope(demo_corpus: Corpus, demo_settings: Settings) -> Scope:
    """The review of the demo's 2025Q3."""
    return Scope.of(demo_corpus, "2025Q3", demo_settings)


@pytest.fixture(scope="session")
def kernel() -> Iterator[Kernel]:
    """A kernel for notebooks whose tests are about something else; it starts once."""
    with Kernel() as shared:
        yield shared


@pytest.fixture(scope="session")
def demo_review(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The review of the demo for 2025Q3, by target: run once, as a user runs it. A PDF only where one can be made.

    Its tables are in the folder ``data``.
    """
    targets = ["html", "md", "ipynb", "slack", "confluence", *(["pdf"] if find_spec("weasyprint") else [])]
    data = tmp_path_factory.mktemp("demo tables")
    files = publish.review(
        DEMO,
        period="2025Q3",
        output_dir=tmp_path_factory.mktemp("demo review"),
        to=targets,
        settings=DEMO / "incident-analytics.toml",
        data_dir=data,
    )
    return dict(zip(targets, files, strict=True)) | {"data": data}


@pytest.fixture(scope="session")
def write_page(tmp_path_factory: pytest.TempPathFactory, kernel: Kernel) -> Callable[..., Path]:
    """Write a review as a page, in the kernel that tests share."""

    def write(paths: Path, **options: Any) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(publish, "run_notebook", partial(run_notebook, kernel=kernel))
            (file,) = publish.review(paths, output_dir=tmp_path_factory.mktemp("page"), **options)
        return file

    return write


@pytest.fixture
def in_shared_kernel(monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> None:
    """Run reviews and populate in the kernel that tests share: it has imported what takes a new one seconds."""
    monkeypatch.setattr(publish, "run_notebook", partial(run_notebook, kernel=kernel))
    monkeypatch.setattr(population, "Kernel", lambda: nullcontext(kernel))


@pytest.fixture(scope="session")
def brief_notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the notebooks, but that of the review has its first screen and its manifest alone."""
    folder, review = tmp_path_factory.mktemp("notebooks"), notebook_file("periodic_review")
    for file in review.parent.glob("*.ipynb"):
        content = json.loads(file.read_text(encoding="utf-8"))
        if file == review:
            parameters, opening, *_, manifest = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
            content["cells"] = [parameters, opening, manifest]
        (folder / file.name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture
def brief_reviews(in_shared_kernel: None, monkeypatch: pytest.MonkeyPatch, brief_notebooks: Path) -> None:  # noqa: ARG001
    """Have the commands of reviews make the first screen and the manifest alone, in the kernel that tests share."""
    for module in (notebooks, publish):
        monkeypatch.setattr(module, "notebook_file", lambda name: brief_notebooks / f"{name}.ipynb")


@pytest.fixture(scope="module")
def pdfium() -> ModuleType:
    """The reader of PDFs; the extra pdf and it are in the environment of the browser's tests."""
    need("weasyprint")
    return cast(ModuleType, need("pypdfium2"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, as a browser of playwright.

    One a module, not one a session: playwright's event loop runs in this thread until it is closed, and what runs
    notebooks after it would find it running.
    """
    playwright = need("playwright.sync_api")
    program = need_program("chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=CHROMIUM, timeout=PATIENCE * 1000)
        yield chromium
        chromium.close()


@pytest.fixture
def requested() -> list[str]:
    """The addresses that `tab` asked for, in their order."""
    return []


@pytest.fixture
def tab(browser: Any, requested: list[str]) -> Iterator[Any]:
    """A tab in a window of its own, 1280 pixels wide; what it asks for is in `requested`."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.on("request", lambda request: requested.append(request.url))
        context.set_default_timeout(PATIENCE * 1000)
        opened = context.new_page()
        opened.on("websocket", lambda socket: requested.append(socket.url))
        yield opened


_SHARED = ("demo_review", "write_page", "in_shared_kernel", "brief_reviews", "kernel: Kernel")
"""Fixtures that cost seconds: the files that name one of them run in the same process, so that each is made once."""
_OF_REVIEWS = frozenset(
    {
        *("budget_ranges", "first_screen", "manifest", "measures", "measures_counts", "numbers", "review_page"),
        *("review_page_figures", "scope", "scorecard", "verification"),
    }
)
"""Files of tests whose tables have text in Python's own strings, as in a notebook's kernel: a quarter faster so."""
_FILES = ("verification", "review_page_figures", "measures", "patterns", "scope")
_LONGEST = ("reviews", *(f"tests/test_{name}.py" for name in _FILES))
"""What takes longest, in this order: it runs first, else one process would be at it when the others are done."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what shares fixtures that are slow to make, where several processes run the tests by files."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return "reviews" if file in reviews else file

        def _assign_work_unit(self, node: Any) -> None:
            if first := next((name for name in _LONGEST if name in self.workqueue), None):
                self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

    files = (config.rootpath / "tests").glob("test_*.py")
    texts = {f"tests/{file.name}": file.read_text(encoding="utf-8") for file in files}
    reviews = {file for file, text in texts.items() if any(name in text for name in _SHARED)}
    return Together(config, log)


def pytest_configure() -> None:
    """Collect garbage seldom: tables and figures make many objects, and hardly any in cycles."""
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish() -> None:
    """Have the collector of garbage leave alone what stays until the end: modules, tests, tables of the libraries."""
    gc.collect()
    gc.freeze()
