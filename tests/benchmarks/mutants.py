"""Whether the tests notice faults: small changes of the code, each run against the tests of its own module.

    python tests/benchmarks/mutants.py [N] [--seed SEED] [--module NAME]...     300, 1 and all of MODULES unless given

A seeded sample of all that `changes` knows is made in a copy of the tree in a temporary folder, one at a time: a
comparison, an operator, a number, a flag or a condition becomes another, or a statement goes. A mutant is killed where
a test of its module fails; one that survives shows a test that is missing, or changes nothing that could be seen
(EQUIVALENT says which and why). The exit code is 1 where fewer than 90% are killed.

Neither mutmut nor cosmic-ray is used: neither takes a seeded sample or a module's own tests, mutmut leaves out what is
written outside functions (limits, patterns), and cosmic-ray changes the tree that it runs in. Each mutant runs in
a fork of this process, which has imported the libraries already; that halves the time.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = "incident_analytics"
SHARE = 0.9
PATIENCE = 3
"""A mutant counts as killed once its tests have used this many times the CPU time that they need: it loops."""
MEMORY = 6 << 30

EXAMPLES = 12
"""How many examples a law tries: fewer than it does otherwise, so that a mutant that survives here may not there."""

OWN_TESTS = {
    "analysis/action_items": ("action_items", "actions"),  # it prepares what these count
    "analysis/grouping": ("response", "severity", "rates"),  # it has no tests of its own: what its groups are for
    "analysis/origins": ("origin_shares",),  # test_origins.py is about reports/origins
    "analysis/outages": ("availability",),
    "analysis/scorecard": ("scorecard", "reference_values"),
    "reports/choices": ("choices", "values"),
    "reports/clock_changes": ("clock_changes", "timeline"),
    "reports/clauses": ("milestones",),
    "reports/date_order": ("times", "kept_kinds"),
    "reports/row_readings": ("milestones",),
    "reports/timed_rows": ("timeline",),
    "reports/tokens": ("times", "durations"),  # what they are for is seen there
    "reports/values": ("values", "numbers"),
}
"""The files of tests of a module, where these are not `tests/test_<module>.py`."""
MODULES = (
    *sorted(f"analysis/{file.stem}" for file in (ROOT / PACKAGE / "analysis").glob("*.py") if file.stem != "__init__"),
    "scope",
    *(
        f"reports/{name}"
        for name in (
            "placeholders",
            "choices",
            "marks",
            "values",
            "zones",
            "tokens",
            "times",
            "date_order",  # what times.py was split into
            "durations",
            "clock_changes",
            "timed_rows",
            "timeline",
            "milestones",
            "milestone_model",
            "milestone_words",  # what milestones.py was split into
            "row_readings",
            "clauses",
        )
    ),
)

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("reports/clauses", "self._word = lru_cache(maxsize=20_000)(self._find)", "20000 -> 20001"): (
        "how many words are remembered"
    ),
    (
        "reports/durations",
        "one_each = len(windows) > 1 and len(lengths) == len(windows)",
        "Gt -> GtE",
    ): "the sum of one length is that length, and with one length none is in doubt",
    ("analysis/rates", "counts = np.arange(n + 1)", "1 -> 2"): "of n incidents there are no more than n",
    (
        "analysis/clusters",
        "return np.column_stack([ratios.max(axis=1), uneven.round(9), one_sided.round(9)]), best",
        "9 -> 10",
    ): "what two machines may differ by is far smaller",
    (
        "analysis/availability",
        '"implied_window": as_span(as_microseconds(downtime) / stated.where(stated > 0)),',
        "Gt -> GtE",
    ): "a span that is infinite is NA, too",
    ("analysis/clusters", "_BATCH: Final = 1_000_000  # numbers held at once while simulating", "1000000 -> 1000001"): (
        "how much memory a simulation takes"
    ),
    **dict.fromkeys(
        (
            (
                "analysis/clusters",
                "batches = np.array_split(drawn, max(1, drawn.shape[0] * len(windows) // _BATCH))",
                change,
            )
            for change in ("Mult -> Div", "FloorDiv -> Div", "1 -> 2")
        ),
        "how much memory a simulation takes",
    ),
    ("analysis/costs", "used = pd.concat([used, absent], ignore_index=True)", "True -> False"): (
        "nothing is aligned by that index"
    ),
    ("analysis/budget_ranges", "budget = budget.where(budget > 0)", "0 -> 1"): "a budget of one microsecond",
    (
        "analysis/clusters",
        "ratio = np.where((possible > expected) & (expected > 0) & (expected < n), ratio, 0.0).round(9)",
        "Lt -> LtE",
    ): "none of n events is more than all n that are expected",
    (
        "analysis/comparison",
        "logs.append(np.log(np.maximum(spans[np.isfinite(spans)], 1)))",
        "1 -> 2",
    ): "spans of one and of two microseconds; reports give minutes",
    ("analysis/control_charts", "ranges, range_limit = ranges[:0], np.nan", "0 -> 1"): "the first point has no range",
    (
        "analysis/control_charts",
        "marked |= near & of_four[::-1].rolling(4, min_periods=1).max()[::-1].astype(bool)",
        "without USub",
    ): "series are aligned by their index",
    (
        "analysis/interruptions",
        'rows = rows.sort_values(["began", "incident_id"], ignore_index=True)',
        "True -> False",
    ): "what follows goes by position",
    (
        "analysis/ratings",
        'rows = incidents[~incidents["is_open"].fillna(value=False)].reset_index(drop=True)',
        "True -> False",
    ): "one more column, of which none is taken",
    (
        "analysis/response",
        "n_positive=count_rows(rows[metric] > pd.Timedelta(0), numbers, groups),",
        "0 -> 1",
    ): "a nanosecond, and spans are microseconds",
    (
        "analysis/trends",
        'tested: dict[str, float] = {"n": n, "n_reversals": n_reversals, "n_pairs": n * (n - 1) // 2}',
        "FloorDiv -> Div",
    ): "it is even",
    (
        "analysis/comparison",
        "changed, fell = np.count_nonzero(np.abs(null) >= size), np.count_nonzero(null <= -size)",
        "GtE -> Gt",
    ): "the size is a tie's width below what is seen, and no shuffle is just that",
    (
        "analysis/comparison",
        "changed, fell = np.count_nonzero(np.abs(null) >= size), np.count_nonzero(null <= -size)",
        "LtE -> Lt",
    ): "the size is a tie's width below what is seen, and no shuffle is just that",
    (
        "analysis/error_budgets",
        'rows["share_left"] = as_microseconds(rows["budget_left"]) / budget.where(budget > 0)',
        "0 -> 1",
    ): "a budget of one microsecond",
    ("analysis/outages", "for power in range(powers.max(initial=-1), -1, -1):", "1 -> 2"): "the greatest power of none",
    (
        "analysis/themes",
        "for first in range(len(words) - len(wanted) + 1):",
        "Sub -> Add",
    ): "what begins later has too few words",
    (
        "analysis/trends",
        'direction = "more" if row.laplace > 0 else "less"',
        "Gt -> GtE",
    ): "a trend of 0 is not significant",
    (
        "reports/milestones",
        "self._read_rows = lru_cache(maxsize=2)(lambda events: tuple(map(self.read, events)))",
        "2 -> 3",
    ): "how many reports are remembered",
    (
        "analysis/repeats",
        "possible = np.flatnonzero(self.chances(1.0) > 0)",
        "1.0 -> 2.0",
    ): "what is possible is so at any",
    (
        "analysis/repeats",
        "return float(np.exp(optimize.brentq(lambda log: function(self.chances(np.exp(log))), -30, 30)))",
        "30 -> 31",
    ): "a ratio that no report could show",
    (
        "analysis/severity",
        "if n >= _CORRELATION_MINIMUM and abs(correlation) < 1 - _ROUNDING:",
        "Lt -> LtE",
    ): "no correlation is just that",
    (
        "analysis/control_charts",
        "share = np.where(used, exposure, 0.0) / max(exposure[used].sum(), 1e-300)",
        "0.0 -> 1.0",
    ): "a point that is not used has no limits",
    (
        "analysis/ratings",
        'if n < LEAST["concordance"] or abs(d) == 1 or (left <= 0).any():',
        "0 -> 1",
    ): "it is even",
}
"""Module, the line, the change: why nothing that could be seen differs."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """One change: where, what it was, what it is now."""

    module: str
    line: int
    source: str
    change: str
    place: tuple[int, int]
    """Which node of the module, and which of its changes."""


Change = tuple[str, Callable[[ast.AST], ast.AST]]
"""Its description, and what makes a changed node of one."""


def changes(node: ast.AST) -> Iterator[Change]:
    """Give the changes of a node."""
    yield from _in_operators(node)
    yield from _in_values(node)
    yield from _in_statements(node)


def _in_operators(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare():
            for index, old in enumerate(node.ops):
                if new := COMPARISONS.get(type(old)):
                    yield f"{type(old).__name__} -> {new.__name__}", _set_item("ops", index, new())
        case ast.BoolOp():
            new_bool = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield f"{type(node.op).__name__} -> {new_bool.__name__}", _set("op", new_bool())
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield f"without {type(node.op).__name__}", lambda found: found.operand  # type: ignore[attr-defined]
        case ast.BinOp() | ast.AugAssign() if new_operator := OPERATORS.get(type(node.op)):
            yield f"{type(node.op).__name__} -> {new_operator.__name__}", _set("op", new_operator())


def _in_values(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Constant(value=bool()):
            yield f"{node.value} -> {not node.value}", _set("value", not node.value)
        case ast.Constant(value=int() | float()):
            yield f"{node.value} -> {node.value + 1}", _set("value", node.value + 1)  # type: ignore[operator]
        case ast.Call(func=ast.Name(id="min" | "max" | "any" | "all")):
            name = node.func.id  # type: ignore[attr-defined]
            yield f"{name} -> {CALLS[name]}", _set("func", ast.Name(CALLS[name], ast.Load()))


def _in_statements(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.If() | ast.IfExp() | ast.While():
            yield "the condition is turned round", _negate
        case ast.Continue():
            yield "continue -> break", lambda _: ast.Break()
        case ast.Break():
            yield "break -> continue", lambda _: ast.Continue()
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield "the statement is gone", lambda _: ast.Pass()


def _set(name: str, value: object) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        setattr(node, name, value)
        return node

    return change


def _set_item(name: str, index: int, value: object) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        getattr(node, name)[index] = value
        return node

    return change


def _negate(node: ast.AST) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
    return node


class _Apply(ast.NodeTransformer):
    def __init__(self, wanted: ast.AST, change: Callable[[ast.AST], ast.AST]) -> None:
        self.wanted, self.change = wanted, change

    def visit(self, node: ast.AST) -> ast.AST:
        return self.change(node) if node is self.wanted else super().generic_visit(node)


def mutants(module: str) -> list[Mutant]:
    """Return all mutants of a module, in the order of its lines."""
    source = source_of(module)
    lines = source.splitlines()
    found = [
        Mutant(module, node.lineno, lines[node.lineno - 1].strip(), change, (index, number))  # type: ignore[attr-defined]
        for index, node in enumerate(_code(ast.parse(source)))
        for number, (change, _) in enumerate(changes(node))
    ]
    return sorted(found, key=lambda mutant: mutant.line)


def drawn(number: int, seed: int) -> list[Mutant]:
    """Return a sample of the mutants of all modules: for the most part the same one after a change of the code."""

    def ticket(mutant: Mutant) -> bytes:
        same[mutant.module, mutant.source, mutant.change] += 1
        own = (seed, mutant.module, mutant.source, mutant.change, same[mutant.module, mutant.source, mutant.change])
        return sha256(repr(own).encode()).digest()

    same: Counter[tuple[str, str, str]] = Counter()
    tickets = {mutant: ticket(mutant) for module in MODULES for mutant in mutants(module)}
    return sorted(sorted(tickets, key=tickets.__getitem__)[:number], key=lambda each: (each.module, each.line))


def source_of(module: str) -> str:
    return (ROOT / PACKAGE / f"{module}.py").read_text(encoding="utf-8")


def text_of(mutant: Mutant) -> str:
    """Return its module with the change."""
    tree = ast.parse(source_of(mutant.module))
    index, number = mutant.place
    node = list(_code(tree))[index]
    _, change = list(changes(node))[number]
    return ast.unparse(ast.fix_missing_locations(_Apply(node, change).visit(tree)))


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes that run: no annotations, docstrings or names for export."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "type_params", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            match child:
                case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
                    continue
                case ast.Call(func=ast.Name(id="cast" | "TypeVar")) | ast.keyword(arg="strict"):
                    continue  # a zip that is strict only says that its parts are of one length
                case ast.AST():
                    yield child
                    yield from _code(child)


def run(module: str, text: str, tree: Path, limit: float = 600) -> tuple[str, float]:
    """Return whether a module's tests kill a text in its place, or their CPU time ran out, and how long that took."""
    file = tree / PACKAGE / f"{module}.py"
    original = file.read_bytes()
    file.write_text(text, encoding="utf-8")
    _forget(file)
    try:
        child = os.fork()
        if child == 0:
            _run_tests(module, tree, int(limit))
        _, status, used = os.wait4(child, 0)
    finally:
        file.write_bytes(original)
        _forget(file)
    seconds = used.ru_utime + used.ru_stime
    if os.WIFSIGNALED(status):
        return ("too long" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL} else "killed"), seconds
    code = os.WEXITSTATUS(status)  # 4 where not even conftest.py can be imported
    return ("survived" if code == 0 else "killed" if code in {1, 2, 4} else f"error {code}"), seconds


def _forget(file: Path) -> None:
    """Remove what a module was compiled to: its size and its second may be those of the next one."""
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        compiled.unlink()


def _run_tests(module: str, tree: Path, limit: int) -> None:
    """Run the tests of a module, in a process of their own that never comes back."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    code = 3
    try:
        os.chdir(tree)
        sys.path[:0] = [str(tree), str(tree / "tests")]
        log = os.open(tree / "last.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        # The libraries are imported already, so that pytest cannot rewrite their assertions.
        options = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(pytest.main([*options, *tests_of(module)], plugins=[_TablesFirst()]))
    except BaseException:  # noqa: BLE001 - the fork ends here, whatever happened
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


class _TablesFirst:
    """Laws take longest: they run last."""

    def pytest_collection_modifyitems(self, items: list) -> None:  # type: ignore[type-arg]
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


def tests_of(module: str) -> list[str]:
    """Return the files of a module's own tests, and the module, for the examples in its docstrings."""
    names = OWN_TESTS.get(module, (module.rpartition("/")[2],))
    return [f"{PACKAGE}/{module}.py", *(f"tests/test_{name}.py" for name in names)]


def copy_tree(folder: str) -> Path:
    """Copy what tests need, and nothing that is compiled."""
    tree = Path(folder, "tree")
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis")
    for name in (PACKAGE, "tests", "notebooks", "data"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile"):
        shutil.copy(ROOT / name, tree / name)
    return tree


def load_libraries() -> None:
    """Import once what each fork needs; no module of ours among it. Laws try few examples, and shrink none."""
    import hypothesis
    import matplotlib as mpl
    import pandas  # noqa: F401, ICN001
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    mpl.use("agg")
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    set_up = hypothesis.settings.__init__

    def with_few_examples(self: hypothesis.settings, *options: Any, **named: Any) -> None:
        named["max_examples"] = min(named.get("max_examples", EXAMPLES), EXAMPLES)
        set_up(self, *options, **named | {"phases": phases, "derandomize": True, "database": None})

    hypothesis.settings.__init__ = with_few_examples  # type: ignore[method-assign]


def main() -> int:
    """Run a sample, print what survived."""
    parser = argparse.ArgumentParser()
    parser.add_argument("number", nargs="?", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", choices=MODULES)
    chosen = parser.parse_args()
    sample = [mutant for mutant in drawn(chosen.number, chosen.seed) if mutant.module in (chosen.module or MODULES)]
    print(f"{len(sample)} mutants of {chosen.number}, seed {chosen.seed}", flush=True)
    load_libraries()
    outcomes: dict[str, int] = {}
    with TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_tree(folder)
        limits: dict[str, float] = {}
        for mutant in sample:
            if mutant.module not in limits:
                outcome, seconds = run(mutant.module, source_of(mutant.module), tree)
                if outcome != "survived":
                    log = (tree / "last.log").read_text(encoding="utf-8")
                    print(f"{mutant.module}: its tests fail as it is: {outcome}\n{log}")
                    return 2
                limits[mutant.module] = PATIENCE * seconds + 10
            outcome, seconds = run(mutant.module, text_of(mutant), tree, limits[mutant.module])
            reason = EQUIVALENT.get((mutant.module, mutant.source, mutant.change))
            if outcome == "survived" and reason:
                outcome = "equivalent"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            print(
                f"{outcome:10} {seconds:5.0f}s {mutant.module}.py:{mutant.line}: {mutant.change}: {mutant.source}"
                + (f"  ({reason})" if reason else ""),
                flush=True,
            )
    killed, n = outcomes.get("killed", 0) + outcomes.get("too long", 0), len(sample) - outcomes.get("equivalent", 0)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    print(f"{counts}: {killed} of {n} that can be seen are killed, {killed / n:.1%}")
    return 0 if killed / n >= SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
