"""Reports in other markup than Markdown -> Markdown of as many lines: reStructuredText, Org, AsciiDoc, MediaWiki, HTML.

Each line stays where it is, so that what is read from it is found there. Tables whose cells are on lines of their own
become tables of HTML, which are read as well.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, MutableSequence, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import Final

from incident_analytics.late_patterns import compile_late

__all__ = ["OTHER_SUFFIXES", "is_page", "markdown_of"]

_LINE_END: Final = compile_late(r"\r\n|\n|\r")
_UNDERLINE: Final = compile_late(r"([=\-~^*+#])\1{2,}[ \t]*$")
_GENERATOR: Final = compile_late('<meta (?=[^<>]*name="generator")[^<>]*content="incident-analytics"')
_MOST: Final = 6
"""Levels of headings in Markdown."""


def is_page(text: str) -> bool:
    """Return whether a file's text is a page that this package made."""
    return "incident-analytics" in text and _GENERATOR.search(text) is not None


def markdown_of(text: str, path: str) -> str:
    r"""Return a file's text as Markdown with the same lines, by its name; one that is Markdown as it is.

    Examples
    --------
    >>> markdown_of("* Timeline\n** DONE Drill (Kim)\n", "notes/a.org")
    '# Timeline\n- [x] Drill (Kim)\n'
    >>> markdown_of("* Timeline\n", "notes/a.md")
    '* Timeline\n'
    """
    convert = _CONVERTERS.get(PurePath(path).suffix.lower())
    return text if convert is None else "\n".join(convert(_LINE_END.split(text)))


def _from_plain_text(lines: list[str]) -> list[str]:
    """Convert a text: a line that is underlined is a heading; levels are in the order in which their lines come."""
    found = dict(_underlined(lines))
    styles = list(dict.fromkeys(found.values()))
    is_title = sum(style == styles[0] for style in found.values()) == 1 if styles else True
    for index, style in found.items():
        level = min(styles.index(style) + 1 + (not is_title), _MOST)
        lines[index] = f"{'#' * level} {lines[index].strip()}"
        lines[index + 1] = ""
        if style.startswith("over"):
            lines[index - 1] = ""
    return lines


def _underlined(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where headings with a line below are, or above and below, and how these look."""
    for index, (words, below) in enumerate(pairwise(lines)):
        match = _UNDERLINE.match(below)
        is_title = match and words.strip() and "|" not in words and len(below.rstrip()) + 2 >= len(words.strip())
        if not match or not is_title or _UNDERLINE.match(words):
            continue
        above = lines[index - 1].strip() if index else ""
        if above and above == below.strip():
            yield index, f"over {match[1]}"
        elif not above and not words.startswith((" ", "\t")):
            yield index, match[1]


_RST_FIELD: Final = compile_late(r":(?P<label>[^\W\d_][^:]{0,40}):(?:\s+(?P<value>.*))?$")
_RST_BORDER: Final = compile_late(r"={2,}(?:[ \t]+={2,})+[ \t]*$")
_RST_ITEM: Final = compile_late(r"(\s*)#\. ")
_RST_CELL: Final = compile_late(r"\s*(?P<first>\*\s+)?-(?:\s+(?P<words>.*))?$")


def _from_rst(lines: list[str]) -> list[str]:
    lines = _from_plain_text(lines)
    borders = 0
    written = ["", *lines, ""]
    for index, line in enumerate(lines):
        above, below = written[index], written[index + 2]
        if match := _RST_FIELD.match(line):
            lines[index] = _labelled(match["label"], match["value"] or "")
        elif _RST_BORDER.match(line):  # as pandoc has it, whose header has nothing above it
            borders += 1
            lines[index] = line.replace("=", "-") if borders % 3 == 2 else ""  # noqa: PLR2004 - of three the second
        elif line.startswith(".. list-table::"):
            _list_table(lines, index)
        elif (match := _RST_ITEM.match(line)) is not None:
            lines[index] = f"{match[1]}1. {line[match.end() :]}"
        elif _is_term(line) and below.startswith("  ") and above[:1].strip() == "":
            lines[index], lines[index + 1] = "", _labelled(line, below)
    return lines


def _is_term(line: str) -> bool:
    """Return whether a line may be the term of a definition, with its text indented below."""
    return line[:1].isalpha() and len(line) <= 40 and not line.rstrip().endswith((".", ":", ","))  # noqa: PLR2004


def _list_table(lines: MutableSequence[str], begin: int) -> None:
    """Convert a table whose rows are items with items."""
    rows: list[tuple[int, list[str]]] = []
    end = begin + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
        if match := _RST_CELL.match(lines[end]):
            if match["first"]:
                rows.append((end, []))
            if rows:
                rows[-1][1].append(match["words"] or "")
        elif rows and lines[end].strip():
            rows[-1][1][-1] += f" {lines[end].strip()}"
        end += 1
    _put_table(lines, begin, end - 1 if end < len(lines) else end, rows)


def _put_table(lines: MutableSequence[str], begin: int, end: int, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Write the rows of a table, each in its first line, in the place of the lines from one up to another."""
    lines[begin:end] = [""] * (end - begin)
    for index, cells in rows:
        lines[index] = f"<tr>{''.join(f'<td>{html.escape(cell.strip(), quote=False)}</td>' for cell in cells)}</tr>"
    used = [index for index, _ in rows]
    if used:
        lines[used[0]] = f"<table>{lines[used[0]]}"
        lines[used[-1]] += "</table>"


_ORG_HEADING: Final = compile_late(r"(?P<stars>\*+)\s+(?:(?P<state>TODO|DONE)\s+)?(?P<words>.*?)(?:\s+:[\w@:]+:)?$")
_ORG_KEY: Final = compile_late(r"\s*(?:#\+(?P<key>\w+):|:(?P<property>[A-Za-z][\w-]*):)(?:\s+(?P<value>.*))?$")
_ORG_DATE: Final = compile_late(r"[<\[](\d{4}-\d\d-\d\d)(?: [^\W\d_]{2,4}\.?)?( \d?\d:\d\d)?[>\]]")
_ORG_TERM: Final = compile_late(r"(?P<mark>\s*[-+] (?:\[[ xX-]\] )?)(?P<term>\S.{0,60}?) ::(?:\s+(?P<words>.*))?$")
_ORG_LINK: Final = compile_late(r"\[\[[^\[\]]+\]\[([^\[\]]+)\]\]")
_ORG_BOLD: Final = compile_late(r"(?<!\S)\*(?=\S)([^*]{1,80})(?<=\S)\*(?![\w*])")


def _from_org(lines: list[str]) -> list[str]:
    has_title = any(line.lower().startswith("#+title:") for line in lines)
    ruled = _ruled_rows(lines)
    for index, line in enumerate(lines):
        plain = _ORG_LINK.sub(r"\1", _ORG_DATE.sub(r"\1\2", line)) if "[" in line or "<" in line else line
        if match := _ORG_HEADING.match(plain):
            level = min(len(match["stars"]) + has_title, _MOST)
            task = {"TODO": "- [ ]", "DONE": "- [x]"}.get(match["state"] or "")
            plain = f"{task or '#' * level} {match['words']}"
        elif plain.lstrip().startswith((":END:", ":PROPERTIES:", ":end:", ":properties:")):
            plain = ""
        elif plain.lower().startswith(("#+begin_src", "#+end_src", "#+begin_example", "#+end_example")):
            plain = "```"
        elif plain.startswith("#+") and ":" not in plain:
            plain = ""
        elif match := _ORG_KEY.match(plain):
            is_title = (match["key"] or "").lower() == "title"
            value = match["value"] or ""
            plain = f"# {value}" if is_title else _labelled(match["key"] or match["property"], value)
        elif match := _ORG_TERM.match(plain):
            is_time = match["term"][0].isdecimal()
            plain = f"{match['mark']}{match['term']}{' ' if is_time else ': '}{match['words'] or ''}"
        elif plain.lstrip().startswith("|"):
            plain = _org_row(plain, is_ruled=index in ruled)
        elif plain.startswith("   ") and not plain.strip().startswith(("- ", "+ ")):
            plain = plain.strip()  # text below a heading, not code
        lines[index] = _ORG_BOLD.sub(r"**\1**", plain) if "*" in plain and not plain.startswith("#") else plain
    return lines


def _ruled_rows(lines: Sequence[str]) -> set[int]:
    """Return the lines of the tables that have a rule below their first row."""
    found: set[int] = set()
    begin = 0
    for index, line in enumerate([*lines, ""]):
        if line.lstrip().startswith("|"):
            continue
        if index - begin > 1 and lines[begin + 1].lstrip().startswith("|-"):
            found |= set(range(begin, index))
        begin = index + 1
    return found


def _org_row(line: str, *, is_ruled: bool) -> str:
    if line.lstrip().startswith("|-"):
        return line.replace("+", "|") if is_ruled else ""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return line if is_ruled or len(cells) != 2 else _labelled(*cells)  # noqa: PLR2004 - without a header: labels


_ADOC_HEADING: Final = compile_late(r"(={1,6})\s+(?=\S)")
_ADOC_ATTRIBUTE: Final = compile_late(r":(?P<label>!?[\w-]+):(?:\s+(?P<value>.*))?$")
_ADOC_TERM: Final = compile_late(r"(?P<term>[^\W\d_][^:]{0,60}?)::(?:\s+(?P<value>.*))?$")
_ADOC_OPTIONS: Final = compile_late(r"\[(?P<options>[^\[\] ]+(?:, ?[^\[\] ]+)*)\]$")
_ADOC_TITLE: Final = compile_late(r"\.([^\W\d_][^\n]{0,60})$")
_ADOC_ITEM: Final = compile_late(r"\s*(?P<marks>[*.-]{1,5})\s+(?=\S)")
_ADOC_BOLD: Final = compile_late(r"(?<![\w*])\*(?=[^\s*])([^*]{1,80})(?<=\S)\*(?![\w*])")
_ADOC_AUTHOR: Final = compile_late(r"(?P<name>[^\W\d_][\w .'-]{2,60}?)\s*<[^<>@\s]+@[^<>\s]+>\s*$")
_ADOC_REVISION: Final = compile_late(r"v?\d[\w.]*(?:,\s.*)?$")
_ADOC_SIGNS: Final = {"----": "```", "....": "```", **dict.fromkeys(("====", "****", "____", "'''", "--", "+"), "")}
_ADOC_CELL: Final = compile_late(r"(?<!\\)(?:(?<=^)|(?<=\s))[\w.+<>^]{0,6}\|")
_ADOC_COLUMNS: Final = compile_late(r"cols=\"?(?:(?P<times>\d+)\*|(?P<list>[^\"\]]+))")


def _from_asciidoc(lines: list[str]) -> list[str]:
    options, index, is_head = "", 0, False
    while index < len(lines):
        line = lines[index].rstrip()
        if line.startswith("|==="):
            index = _adoc_table(lines, index, options)
        elif match := _ADOC_OPTIONS.match(line):
            options, lines[index] = match["options"], ""
        elif is_head and (found := _adoc_byline(line)):
            lines[index] = found
        else:
            lines[index] = _adoc_line(line)
        is_head = bool(line) and (is_head or line.startswith("= "))
        index += 1
    return lines


def _adoc_byline(line: str) -> str:
    """Return the author or the revision that is in a line of its own below the title; nothing for any other line."""
    if match := _ADOC_AUTHOR.match(line):
        return _labelled("Author", match["name"])
    return _labelled("Revision", line) if _ADOC_REVISION.match(line) else ""


def _adoc_line(line: str) -> str:
    if line in _ADOC_SIGNS:
        return _ADOC_SIGNS[line]
    if match := _ADOC_TITLE.match(line):
        return f"**{match[1]}**"
    if match := _ADOC_HEADING.match(line):
        return f"{'#' * len(match[1])} {line[match.end() :]}"
    if match := _ADOC_ATTRIBUTE.match(line):
        return _labelled(match["label"], match["value"]) if match["value"] else ""
    if match := _ADOC_TERM.match(line):
        return _labelled(match["term"], match["value"] or "")
    if match := _ADOC_ITEM.match(line):
        mark = "1." if match["marks"].startswith(".") else "-"
        return f"{'   ' * (len(match['marks']) - 1)}{mark} {_adoc_bold(line[match.end() :])}"
    return _adoc_bold(line)


def _adoc_bold(line: str) -> str:
    return _ADOC_BOLD.sub(r"**\1**", line) if "*" in line else line


def _adoc_table(lines: MutableSequence[str], begin: int, options: str) -> int:
    """Convert a table whose cells each begin with a bar, in lines of their own or not, and return where it ends."""
    cells: list[tuple[int, str]] = []
    width = 0
    end = begin + 1
    while end < len(lines) and not lines[end].startswith("|==="):
        first, *others = _ADOC_CELL.split(lines[end])
        if first.strip() and cells:
            cells[-1] = (cells[-1][0], f"{cells[-1][1]} {first.strip()}")
        cells += [(end, each) for each in others]
        width = width or len(others)
        end += 1
    if match := _ADOC_COLUMNS.search(options):
        width = int(match["times"]) if match["times"] else len(match["list"].rstrip(",").split(","))
    groups = [cells[index : index + width] for index in range(0, len(cells), width)] if width else []
    rows: dict[int, list[str]] = {}
    for group in groups:
        line = next((index for index, _ in group if index not in rows), group[0][0])
        rows.setdefault(line, []).extend(words for _, words in group)
    _put_table(lines, begin, min(end + 1, len(lines)), list(rows.items()))
    return end


_WIKI_HEADING: Final = compile_late(r"(={1,6})\s*([^=\s](?:[^=]*[^=\s])?)\s*\1\s*$")
_WIKI_FIELD: Final = compile_late(r"\s*\|\s*(?P<label>[^\W\d_][^=|\[\]{}]{0,40}?)\s*=\s*(?P<value>.*)$")
_WIKI_INLINE: Final = compile_late(
    r"\[\[(?:[^\[\]|]*\|)?(?P<link>[^\[\]|]+)\]\]|\[https?:\S+ (?P<words>[^\[\]]+)\]"
    r"|\{\{(?P<template>[^{}|]+)(?:\|(?P<value>[^{}]*))?\}\}"
)
_WIKI_ITEM: Final = compile_late(r"(?P<marks>[*#]{1,6})\s*(?=\S)")


def _from_mediawiki(lines: list[str]) -> list[str]:
    if any(re.match(r"h[1-6]\. ", line) for line in lines):  # of Jira or Confluence, which Markdown's reader knows
        return lines
    depth = 0
    begun = -1
    for index, line in enumerate(lines):
        plain = _WIKI_INLINE.sub(_wiki_words, line) if "[" in line or "{{" in line else line
        item = _WIKI_ITEM.match(plain)
        plain = plain.replace("'''", "**").replace("''", "*")
        depth += plain.count("{{") - plain.count("}}")
        if plain.startswith("{|"):
            begun = index
        elif begun >= 0 and plain.startswith("|}"):
            _wiki_table(lines, begun, index + 1)
            begun = -1
            continue
        if match := _WIKI_HEADING.match(plain):
            plain = f"{'#' * len(match[1])} {match[2]}"
        elif depth > 0 and (match := _WIKI_FIELD.match(plain)):
            plain = _labelled(match["label"], match["value"].removesuffix("}}"))
        elif plain.strip().startswith("{{") or plain.strip() == "}}":
            plain = ""
        elif item is not None:
            mark = "1." if item["marks"].endswith("#") else "-"
            plain = f"{'   ' * (len(item['marks']) - 1)}{mark} {plain[item.end() :]}"
        lines[index] = plain
    return lines


def _wiki_words(match: re.Match[str]) -> str:
    return match["link"] or match["words"] or f"– {' '.join(filter(None, (match['template'], match['value'])))}"


_WIKI_CELLS: Final = compile_late(r"\|\||!!")


def _wiki_table(lines: MutableSequence[str], begin: int, end: int) -> None:
    rows: list[tuple[int, list[str]]] = []
    is_new = True
    for index in range(begin + 1, end - 1):
        line = lines[index].strip()
        if line.startswith(("|-", "|+")):
            is_new = True
        elif line.startswith(("|", "!")):
            if is_new:
                rows.append((index, []))
            is_new = False
            rows[-1][1].extend(_WIKI_CELLS.split(line[1:]))
        elif rows and rows[-1][1] and line:
            rows[-1][1][-1] += f" {line}"
    _put_table(lines, begin, end, rows)


_HTML_HIDDEN: Final = frozenset({"head", "script", "style", "nav", "svg"})
_HTML_KEPT: Final = frozenset({"table", "pre"})
_HTML_WHOLE: Final = compile_late(rf"<(/?)({'|'.join(sorted(_HTML_HIDDEN | _HTML_KEPT))})\b[^<>]*>", re.IGNORECASE)
"""What begins or ends a part that is left out, or kept as it is."""
_HTML_TITLE: Final = compile_late(r"<title>([^<>\n]+)</title>", re.IGNORECASE)
_HTML_TAG: Final = compile_late(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)\b[^<>]*>|<!doctype[^<>]*>", re.IGNORECASE)
_HTML_SIGNS: Final[Mapping[str, str]] = {
    **{f"h{level}": f"{'#' * level} " for level in range(1, 7)},
    "li": "- ",
    "dt": "**",
    "/dt": ":** ",
    "/summary": "",
    "summary": "###### ",
}
_HTML_INLINE: Final = frozenset({"b", "strong", "i", "em", "code", "a", "span", "u", "small", "mark", "time", "kbd"})


def _from_html(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    title = _HTML_TITLE.search(text)
    found = "".join(_html_parts(text)).split("\n")
    if title and not any(line.startswith("# ") for line in found):
        found[text.count("\n", 0, title.start())] = f"# {html.unescape(title[1]).strip()}"
    return found


def _html_parts(text: str) -> Iterator[str]:
    """Yield the parts of a page as Markdown: tables and code as they are, nothing but its lines of what isn't shown."""
    past, whole = 0, ""
    for match in _HTML_WHOLE.finditer(text):
        name = match[2].lower()
        if not whole and not match[1]:
            yield _plain_html(text[past : match.start()])
            past, whole = match.start(), name
        elif name == whole and match[1]:
            part = text[past : match.end()]
            yield part if whole in _HTML_KEPT else "\n" * part.count("\n")
            past, whole = match.end(), ""
    yield _plain_html(text[past:])


def _plain_html(text: str) -> str:
    return "\n".join(line.strip() for line in _HTML_TAG.sub(_html_sign, text).split("\n"))


def _html_sign(match: re.Match[str]) -> str:
    name = (match["name"] or "").lower()
    if name in _HTML_INLINE:
        return "**" if name in {"b", "strong"} else ""
    return match[0] if name == "br" else _HTML_SIGNS.get(f"{match['end']}{name}", " ")


def _labelled(label: str, value: str) -> str:
    return f"**{label.strip()}:** {value.strip()}".rstrip()


_CONVERTERS: Final[Mapping[str, Callable[[list[str]], list[str]]]] = {
    **dict.fromkeys((".txt", ".text"), _from_plain_text),
    ".rst": _from_rst,
    ".org": _from_org,
    **dict.fromkeys((".adoc", ".asciidoc"), _from_asciidoc),
    **dict.fromkeys((".wiki", ".mediawiki"), _from_mediawiki),
    **dict.fromkeys((".html", ".htm"), _from_html),
}
OTHER_SUFFIXES: Final = tuple(_CONVERTERS)
"""How files are named that are read as Markdown after conversion."""
