"""Every regular expression of the package, and texts on which it would take longest.

A pattern is found where the source calls ``re``; what it is comes from evaluating the call's arguments in its module.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import incident_analytics
from incident_analytics.periods import _NAMES
from incident_analytics.reports.template import built_in_templates

PACKAGE = Path(incident_analytics.__file__).parent
_CALLS = {"compile", "sub", "subn", "search", "match", "split", "finditer", "fullmatch", "findall"}
_AT_THE_START = {"match", "fullmatch"}
_PARSER, _COMPILER = re._parser, re._compiler  # type: ignore[attr-defined]  # noqa: SLF001 - they have no public names


class Pattern(NamedTuple):
    """A regular expression of the package: where it is, and whether it is only tried at a text's start."""

    place: str
    compiled: re.Pattern[Any]
    only_at_start: bool


def modules() -> list[str]:
    """Return the modules that have patterns: the one that compiles those of others has none of its own."""
    files = [file for file in sorted(PACKAGE.rglob("*.py")) if file.name != "late_patterns.py"]
    return [
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
        for file in files
        if "import re\n" in file.read_text(encoding="utf-8")
    ]


def calls(module: str) -> Iterator[tuple[str, ast.Call, set[str]]]:
    """Yield each call of ``re`` in a module with its place, and the methods by which what it compiles is used."""
    file = PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = {
        id(node.value): node.targets[0] if isinstance(node, ast.Assign) else node.target
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
    }
    for node in nodes:
        if not isinstance(node, ast.Call) or not (method := _method(node)):
            continue
        name = ast.unparse(names[id(node)]) if id(node) in names else ""
        used = {method} if method != "compile" else uses(nodes, name)
        yield f"{file.relative_to(PACKAGE).as_posix()}: {name or ast.unparse(node.args[0])}", node, used


def _method(call: ast.Call) -> str:
    """Return which of the functions of ``re`` that take a pattern is called; empty where it is none."""
    if isinstance(call.func, ast.Name) and call.func.id == "compile_late":
        return "compile"
    of_re = (
        isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "re"
    )
    return call.func.attr if of_re and call.func.attr in _CALLS else ""


def uses(nodes: list[ast.AST], name: str) -> set[str]:
    """Return the methods of a compiled pattern that its module calls; ``search`` where it may be used otherwise."""
    methods = {
        id(node.value): node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
    loads = [node for node in nodes if isinstance(node, ast.Name) and node.id == name]
    return {methods.get(id(node), "search") for node in loads if isinstance(node.ctx, ast.Load)} or {"search"}


class _Example(str):
    """What is put into a pattern at run time, where the source alone does not say what: some text, or what gives it."""

    __slots__ = ()

    def __getattr__(self, _: str) -> _Example:
        return self

    def __call__(self, *_: object, **__: object) -> _Example:
        return self


def written(module: str) -> Iterator[Pattern]:
    """Yield the patterns of a module; in those that are put together from values there is an example of each value."""
    scope = dict(vars(import_module(module)))
    for place, call, used in calls(module):
        method = _method(call)
        position = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)
        flags = [keyword.value for keyword in call.keywords if keyword.arg == "flags"] + call.args[position:]
        values = dict(scope)
        pattern = _value_of(call.args[0], values)
        flag = _value_of(flags[0], values) if flags else 0
        compiled = pattern if isinstance(pattern, re.Pattern) else re.compile(pattern, flag)
        yield Pattern(place, compiled, used <= _AT_THE_START)


def _value_of(node: ast.expr, scope: dict[str, Any]) -> Any:
    while True:
        try:
            return eval(ast.unparse(node), scope)  # noqa: S307 - the package's own source
        except NameError as error:
            scope[error.name] = _Example("ab-1")


def from_data() -> Iterator[Pattern]:
    """Yield the patterns of tables: the built-in templates, the names of periods."""
    for form, _ in _NAMES:
        yield Pattern(f"periods.py: {form}", re.compile(form), only_at_start=True)
    of_templates = [
        each for template in built_in_templates() for each in (template.heading_phrases, template.field_phrases)
    ]
    phrases = {each.pattern: each for each in of_templates}
    for compiled in phrases.values():
        yield Pattern("common.toml: phrases", compiled, only_at_start=True)
    for template in built_in_templates():
        yield Pattern(f"{template.name}.toml: incident_id", re.compile(template.incident_id), only_at_start=False)


def attacks(compiled: re.Pattern[Any]) -> Iterator[tuple[Callable[[int], Any], int]]:
    """Yield what makes texts of n pieces, and how long a piece is: a repeat's text, or another that comes near.

    With and without an end that the pattern does not match.
    """
    text = compiled.pattern if isinstance(compiled.pattern, str) else compiled.pattern.decode("latin-1")
    flags = compiled.flags & ~(re.UNICODE | re.LOCALE)
    tree = _PARSER.parse(text, flags)
    literals = dict.fromkeys(_literals(tree))
    alphabet = dict.fromkeys([*" a1-,.(_\n\t:'\"", *islice(literals, 24)])
    pumped = {("", each): None for each in alphabet}
    for before, body in _repeats(tree, ""):
        inside = _COMPILER.compile(_subpattern(tree, body), flags)
        samples = {_example(body, variant) for variant in range(4)}
        samples |= {each for each in alphabet if inside.fullmatch(each)}
        pumped |= dict.fromkeys((prefix, each) for each in sorted(samples) if each for prefix in {"", before})
        if before:  # each of them may be looked at to the text's end
            pumped["", before] = None
    for whole in sorted({_example(tree, variant) for variant in range(4)}):
        pumped |= dict.fromkeys(("", each) for each in (whole, whole[:-1], f"{whole} ") if each)
    for prefix, pump in pumped:
        for suffix in ("", "\x01"):
            yield partial(_attack, compiled, prefix, pump, suffix), len(pump)


def _attack(compiled: re.Pattern[Any], prefix: str, pump: str, suffix: str, n: int) -> Any:
    attack = f"{prefix}{pump * n}{suffix}"
    return attack if isinstance(compiled.pattern, str) else attack.encode("latin-1", "replace")


def _subpattern(tree: Any, items: Any) -> Any:
    state = _PARSER.State()
    state.flags, state.groupdict, state.groupwidths = tree.state.flags, tree.state.groupdict, tree.state.groupwidths
    return _PARSER.SubPattern(state, list(items))


_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_FEW = 8
"""Repeats that may come no more often than this are no reason for growth."""


def _repeats(items: Any, before: str) -> Iterator[tuple[str, Any]]:
    """Yield the body of each repeat that may be long, with a text that leads to it."""
    for kind, value in items:
        name = str(kind)
        if name in _REPEATS and value[1] > _FEW:
            yield before, value[2]
        for inner in _inner(name, value):
            yield from _repeats(inner, before)
        before += _example([(kind, value)], 0)


def _inner(name: str, value: Any) -> list[Any]:
    if name in _REPEATS:
        return [value[2]]
    if name == "SUBPATTERN":
        return [value[3]]
    if name == "BRANCH":
        return list(value[1])
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [value[1]]
    if name == "ATOMIC_GROUP":
        return [value]
    if name == "GROUPREF_EXISTS":
        return [each for each in value[1:] if each]
    return []


def _literals(items: Any) -> Iterator[str]:
    for kind, value in items:
        name = str(kind)
        if name in {"LITERAL", "NOT_LITERAL"}:
            yield chr(value)
        elif name == "IN":
            yield from _literals(value)
        elif name == "RANGE":
            yield chr(value[0])
        for inner in _inner(name, value):
            yield from _literals(inner)


_OF_CATEGORY = {"DIGIT": "1", "SPACE": " ", "WORD": "a", "NOT_DIGIT": "a", "NOT_SPACE": "a", "NOT_WORD": "-"}


def _example(items: Any, variant: int) -> str:
    """Return a text that a piece of a pattern matches or nearly does; the variants take other branches."""
    text = ""
    for kind, value in items:
        name = str(kind)
        if name == "LITERAL":
            text += chr(value)
        elif name == "NOT_LITERAL":
            text += next(each for each in "ab1 -" if each != chr(value))
        elif name == "ANY":
            text += "a1 -"[variant]
        elif name == "IN":
            text += _member(value, variant)
        elif name in _REPEATS:
            text += _example(value[2], variant) * max(value[0], min(variant % 2, value[1]))
        elif name == "BRANCH":
            text += _example(value[1][variant % len(value[1])], variant)
        elif name not in {"ASSERT", "ASSERT_NOT"}:
            text += "".join(_example(inner, variant) for inner in _inner(name, value)[:1])
    return text


def _member(choices: Any, variant: int) -> str:
    if str(choices[0][0]) == "NEGATE":
        inside = set(_literals(choices[1:])) | {_category(each) for each in choices[1:]}
        free = [each for each in "a1 -.,(" if each not in inside] or ["\x02"]
        return free[variant % len(free)]
    kind, value = choices[variant % len(choices)]
    if str(kind) == "LITERAL":
        return chr(value)
    return chr(value[0]) if str(kind) == "RANGE" else _category((kind, value))


def _category(choice: Any) -> str:
    kind, value = choice
    return _OF_CATEGORY.get(str(value).removeprefix("CATEGORY_"), "") if str(kind) == "CATEGORY" else ""
