"""Which module may import what: the package's shape, held by reading its imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

import incident_analytics
from incident_analytics import extras
from incident_analytics.cli import commands

PACKAGE = Path(incident_analytics.__file__).parent
NAME = PACKAGE.name

LAYERS = (
    "errors",
    "extras",
    "names",
    "late_patterns",
    "phrases",
    "visible",
    "quotations",
    "masking",
    "temporary",
    "workers",
    "files",
    "finding",
    "remote",
    "csv_files",
    "yaml_nodes",
    "metric_csv",
    "schema",
    "periods",
    "tables",
    "checks",
    "toml_tables",
    "imports",
    "config",
    "reports",
    "redaction",
    "export_times",
    "tracker",
    "incident_tool",
    "tool_matches",
    "records",
    "columnar",
    "cache",
    "reading",
    "other_files",
    "settling",
    "loading",
    "drafting",
    "house_form",
    "layout_proposal",
    "nearby",
    "proposal",
    "confirming",
    "checking",
    "results",
    "formatting",
    "exports",
    "showing",
    "analysis",
    "figures",
    "dependencies",
    "scope",
    "measures",
    "citations",
    "manifest",
    "tracing",
    "review_input",
    "restatements",
    "facts",
    "ranking",
    "highlights",
    "sentences",
    "verification",
    "plots",
    "evidence",
    "commentary",
    "notebooks",
    "pages",
    "handouts",
    "review_index",
    "publish",
    "first_screen",
    "review_page",
    "supporting_data",
    "population",
    "exploration",
    "report_text",
    "metrics_text",
    "options",
    "cli",
    "__main__",
)
"""The modules and folders of the package in their order: each imports only from those before it, and from its own."""

TAKES_PLAIN_ARGUMENTS = ("results", "formatting", "showing", "exports", "analysis", "sentences", "plots", "evidence")
"""What knows neither settings nor report files: whatever a notebook has filtered is good."""

ALONE = {
    "click": {"cli", "options"},
    "ipykernel": {"exploration"},
    "matplotlib": {"plots"},
    "jupyter_client": {"notebooks"},
    "fsspec": {"remote"},
    "mistune": {"handouts", "pages"},
    "nbclient": {"notebooks"},
    "nbconvert": {"pages"},
    "nbformat": {"commentary", "handouts", "notebooks", "pages", "population", "publish", "review_index"},
    "papermill": {"notebooks"},
    "platformdirs": {"cache"},
    "pyromark": {"reports.markdown"},
    "subprocess": {"evidence.changes", "exploration"},
    "urllib.request": {"evidence.prometheus"},
    "weasyprint": {"pages"},
    "yaml": {"imports", "reports.labels", "yaml_nodes"},
}
"""The libraries that only these modules, or folders of modules, import."""

HEAVY = ("matplotlib", "nbconvert", "numpy", "pandas", "papermill", "pyarrow", "scipy")
"""What costs too much to be loaded by an import of the package, or by --help."""


WITHOUT_REVIEW = f"import sys; sys.modules.update(dict.fromkeys({[*extras.REVIEW, 'pyarrow', 'jupyterlab']}))"
"""What makes these libraries fail to import, as they do where they are missing."""


FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    """Return a module's name inside the package."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.Module) -> Iterator[str]:
    """Give the full name of each module, or name of a module, imported anywhere: in functions and for types too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def all_imports() -> dict[str, set[str]]:
    """Return what each module imports, by its name inside the package."""
    return {name_of(file): set(imports(ast.parse(file.read_text(encoding="utf-8")))) for file in FILES}


@cache
def own_imports() -> dict[str, set[str]]:
    """Return which of the package's own modules each one imports, by their names inside the package."""
    known = all_imports().keys() - {"__init__"}

    def own(name: str) -> str:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name

    return {
        module: {own(name.removeprefix(f"{NAME}.").removeprefix(NAME)) for name in found if under(name, NAME)}
        - {module}
        for module, found in all_imports().items()
        if module in known
    }


def under(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


MODULES = [name for name in map(name_of, FILES) if name != "__init__"]


def layer(module: str) -> str:
    return module.partition(".")[0]


def test_every_module_has_its_layer() -> None:
    assert {layer(name) for name in MODULES} == set(LAYERS)


def test_only_what_shows_its_version_imports_the_package_as_a_whole() -> None:
    """Everybody else names the module, so that what a module needs can be read at its head."""
    assert {name for name, found in own_imports().items() if "" in found} <= {"cli", "review_page.page", "tracing"}


def test_a_module_imports_only_what_is_before_it() -> None:
    later = {
        (module, name)
        for module in MODULES
        for name in own_imports()[module] - {""}
        if LAYERS.index(layer(name)) > LAYERS.index(layer(module))
    }
    assert later == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(
        {name: found - {""} for name, found in own_imports().items()}
    ).prepare()  # raises CycleError, which names them


def test_analyses_and_plots_know_neither_settings_nor_reports() -> None:
    plain = [module for module in MODULES if layer(module) in TAKES_PLAIN_ARGUMENTS]
    known = {(module, name) for module in plain for name in own_imports()[module]}
    assert {pair for pair in known if layer(pair[1]) in {"config", "reports", "loading"}} == set()


def test_publish_and_population_read_no_report_themselves() -> None:
    """The notebook loads, analyses and draws: they run it, and never take another way to a figure."""
    common = {
        "manifest",
        "errors",
        "files",
        "finding",
        "names",
        "checks",
        "periods",
        "config",
        "records",
        "loading",
        "notebooks",
        "pages",
        "handouts",
        "review_index",
        "showing",
    }
    assert own_imports()["publish"] <= common
    assert own_imports()["population"] <= common | {"publish", "schema", "reports.edit", "reports.template"}


WITHOUT_FRAMES = ("reports.parse", "records", "tracker", "tool_matches", "columnar", "cache", "loading")
"""Modules of the reading layer that load neither pandas nor numpy, by whatever way they reach it."""


def test_the_reading_layer_loads_no_pandas() -> None:
    """Workers return columns: frames are built once, when all reports are read."""
    modules = ", ".join(f"{NAME}.{module}" for module in WITHOUT_FRAMES)
    code = f"import sys, {modules}; print(*sorted({{'numpy', 'pandas'}} & {{*sys.modules}}))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


@pytest.mark.parametrize("library", ["scipy.stats", "scipy.optimize"])
def test_no_module_imports_what_takes_longer_to_import_than_a_review_needs_it(library: str) -> None:
    assert {name for name, found in all_imports().items() if any(under(each, library) for each in found)} == set()


def test_no_module_of_reports_imports_pandas_even_in_a_function() -> None:
    users = {name for name, found in all_imports().items() if any(under(each, "pandas") for each in found)}
    assert {name for name in users if layer(name) in {"reports", "records", "config", "schema"}} == set()


@pytest.mark.parametrize("library", sorted(ALONE))
def test_a_library_has_its_one_place(library: str) -> None:
    users = {name for name, found in all_imports().items() if any(under(each, library) for each in found)}
    assert {layer(name) if layer(name) in ALONE[library] else name for name in users} == ALONE[library]


def test_no_module_bears_a_public_functions_name() -> None:
    names = {part for name in MODULES for part in name.split(".")}
    assert names & set(incident_analytics.__all__) == set()


def test_the_public_names_are_those_of_the_stub() -> None:
    """And each of them is the object that a type checker takes it for."""
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    typed = {name.rpartition(".")[::2] for name in imports(stub)}
    assert sorted(name for _, name in typed) == sorted(incident_analytics.__all__)
    for module, name in typed:
        assert getattr(incident_analytics, name) is getattr(import_module(module), name)
    assert set(incident_analytics.__all__) <= set(dir(incident_analytics))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'incident_analytics' has no attribute 'mtr'"):
        incident_analytics.mtr  # noqa: B018 - the look-up is what is tested


@pytest.mark.parametrize(
    "command",
    [
        "import incident_analytics",
        "from incident_analytics.cli import commands; commands(['--help'], standalone_mode=False)",
        "from incident_analytics.cli import commands; commands(['--version'], standalone_mode=False)",
        "from incident_analytics.cli import commands; commands(['review', '--help'], standalone_mode=False)",
    ],
)
def test_import_and_help_load_nothing_heavy(command: str) -> None:
    code = f"import sys; {command}; print(); print(*sorted({{*{HEAVY}}} & {{*sys.modules}}))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""


def test_reading_loads_nothing_heavy_however_indirectly() -> None:
    own = ("reports.parse", "reports.audit", "loading", "records", "schema", "config", "cli")
    modules = ", ".join(f"{NAME}.{module}" for module in own)
    code = f"import sys, {modules}; print(*sorted({{*{HEAVY}}} & {{*sys.modules}}))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_what_knows_how_reports_are_written_is_imported_with_the_first_report() -> None:
    """A load from the cache, which reads none, starts half a second sooner."""
    code = f"import sys, {NAME}.loading; print(*sorted(name for name in sys.modules if name.startswith('{NAME}.')))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert {f"{NAME}.reports.{name}" for name in ("parse", "audit", "coverage")} & {*ran.stdout.split()} == set()


REPORT = str(Path(__file__).parent.parent / "data" / "demo" / "reports" / "INC-2025-08-05-001.md")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "incidents", REPORT], "export needs pandas; pip install 'incident-analytics[review]'"),
        (["metrics", "response", REPORT], "metrics needs pandas; pip install 'incident-analytics[review]'"),
        (["review", REPORT, "--period", "2025Q3"], "review needs pandas; pip install 'incident-analytics[review]'"),
        (["populate", REPORT], "populate needs pandas; pip install 'incident-analytics[review]'"),
        (["explore", REPORT], "explore needs jupyterlab; pip install 'incident-analytics[lab]'"),
    ],
)
def test_a_verb_whose_extra_is_missing_says_so_in_one_line(arguments: list[str], message: str) -> None:
    """And leaves nothing: neither a file nor a traceback."""
    code = f"{WITHOUT_REVIEW}; from incident_analytics.cli import main; main()"
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"incident-analytics: {message}\n")


@pytest.mark.parametrize("name", ["load", "response_summary", "review", "Corpus"])
def test_a_name_whose_extra_is_missing_says_so(name: str) -> None:
    """Even where the call alone needs it."""
    code = (
        f"{WITHOUT_REVIEW}; import incident_analytics as ia; from incident_analytics.errors import MissingExtraError\n"
        f"try: ia.{name}('.')\nexcept MissingExtraError as error: print(error)"
    )
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(rf"{name} needs (?:numpy|pandas); pip install 'incident-analytics\[review\]'\n", ran.stdout)


def test_what_the_review_needs_is_what_its_extra_installs() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line).name.replace("-", "_") for line in project["optional-dependencies"]["review"]]
    assert set(extras.REVIEW) <= set(asked)
    base = {Requirement(line).name for line in project["dependencies"]}
    assert base & set(asked) == set()


BASE_VERBS = (
    ("check", "{report}"),
    ("show", "{report}"),
    ("init", "{report}"),
    ("confirm", "{report}", "--list"),
    ("new", "--severity", "SEV-2", "--service", "API"),
    ("template",),
)
"""What runs without pandas."""


@pytest.mark.parametrize("command", BASE_VERBS, ids=lambda command: command[0])
def test_verbs_that_read_or_write_reports_run_where_pandas_is_not_installed(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``None`` in sys.modules makes an import fail as it does where the library is missing. With it, here."""
    code = f"{WITHOUT_REVIEW}; from incident_analytics.cli import main; main()"
    arguments = [argument.format(report=REPORT) for argument in command]
    for name in ("without", "with"):
        (tmp_path / name).mkdir()
    without = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        cwd=tmp_path / "without",
    )
    monkeypatch.chdir(tmp_path / "with")
    whole = CliRunner().invoke(commands, arguments, prog_name="incident-analytics")
    assert "Traceback" not in without.stderr
    assert (without.returncode, without.stdout, without.stderr) == (whole.exit_code, whole.stdout, whole.stderr)
    assert without.stdout or command[0] == "confirm"
    assert sorted(file.name for file in (tmp_path / "without").iterdir()) == sorted(
        file.name for file in (tmp_path / "with").iterdir()
    )


def test_help_is_the_same_command_as_a_module() -> None:
    """``python -m incident_analytics`` is the command, and its help loads nothing heavy either."""
    command = [sys.executable, "-X", "importtime", "-m", NAME, "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert ran.stdout.startswith("Usage: incident-analytics ")
    assert "click" in loaded
    assert loaded & set(HEAVY) == set()
