"""Labels with their values: lines such as ``**Severity**: SEV-2``, tables of two columns, front matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from incident_analytics.files import parse_toml
from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Document, Fence, Item, Line, Paragraph, Section, Table
from incident_analytics.yaml_nodes import YamlError, yaml_nodes

if TYPE_CHECKING:
    import yaml

__all__ = ["front_matter", "label_of", "labelled", "labelled_fence", "labelled_lines"]

_FENCED = compile_late(r"([^\W\d][\w /#.-]{1,40}?)(?:\s*:(?:\s+(.*))?|\s?\.{3,}\s?(\S.*))$")
_FENCED_ITEM = compile_late(r"\s*-\s+(.+)$")
_PLAIN_LABEL = compile_late(r"^([^:：|]{2,40}?)(?:::?\s+|：\s*|\s?\.{4,}\s?(?::\s+)?)(?=\S)")

_ORIGIN = compile_late(r"^(T\s?0)\s?=\s?(?=\d[\d:T -]{3,18}(?:[A-Z]{1,5})?\s?(?:\([^()]{0,80}\))?$)")
"""The one label that an equals sign follows: from when the times of a timeline count."""


def labelled(section: Section) -> Iterator[tuple[str, Line]]:
    """Yield each ``label: value`` of a section, from its text, its lists and its two-column tables.

    The lines that follow without a label of their own, in the same paragraph or item, belong to the value; of an item
    that is a label alone the items nested in it are the value.
    """
    for index, block in enumerate(section.blocks):
        if isinstance(block, Item):
            pairs = list(labelled_lines(block.lines))
            if pairs and not pairs[-1][1].text:
                pairs[-1] = (pairs[-1][0], _below(section.blocks, index, pairs[-1][1]))
            yield from pairs
        elif isinstance(block, Paragraph):
            yield from labelled_lines(block.lines)
        elif isinstance(block, Table) and len(block.header.cells) == 2:  # noqa: PLR2004 - label and value
            for row in (block.header, *block.rows):
                if len(row.cells) == 2:  # noqa: PLR2004
                    yield row.cells[0].text.rstrip(":"), row.cells[1]


def _below(blocks: Sequence[object], index: int, line: Line) -> Line:
    """Return the items that are nested below an item as the value of its label."""
    parent, texts = blocks[index], []
    for block in islice(blocks, index + 1, None):
        if not (isinstance(parent, Item) and isinstance(block, Item) and block.depth > parent.depth):
            break
        texts.append(block.text)
    return line._replace(text="; ".join(texts))


def labelled_lines(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Yield each ``label: value`` of the lines of a paragraph or item."""
    found: list[tuple[str, list[str], int]] = []
    before: str | None = None
    for line in lines:
        if line.text.startswith(":") and before is not None and not found:
            found.append((before, [line.text[1:].strip()], line.line))  # a list of definitions
        elif (pair := label_of(line)) is not None:
            label, value = pair
            found.append((label, [value], line.line))
        elif found:
            found[-1][1].append(line.text)
        before = line.text
    for label, texts, number in found:
        yield label, Line(" ".join(filter(None, texts)), number)


def labelled_fence(fence: Fence) -> list[tuple[str, Line]]:
    """Return each ``label: value`` of a code block that has little else, as a header that is written as one has.

    Items below a label without a value are its value.
    """
    found: list[tuple[str, Line]] = []
    texts = [(number, text) for number, text in enumerate(fence.text.splitlines(), fence.line) if text.strip()]
    for number, text in texts:
        if match := _FENCED.match(text.strip()):
            found.append((match[1].strip(), Line((match[2] or match[3] or "").strip(" \"'"), number)))
        elif found and (item := _FENCED_ITEM.match(text)):
            label, line = found[-1]
            found[-1] = (label, line._replace(text=", ".join(filter(None, (line.text, item[1])))))
        else:
            return []
    return found if len(found) > 2 else []  # noqa: PLR2004 - fewer labels are those of anything


def label_of(line: Line) -> tuple[str, str] | None:
    """Return the label that a line opens with, in bold or not, and the words after it; None where it has none."""
    if line.label is not None:
        return line.label, line.value
    if ":" not in line.text and "：" not in line.text and "...." not in line.text:
        return None
    match = _ORIGIN.match(line.text) or _PLAIN_LABEL.match(line.text)
    return (match[1], line.text[match.end() :]) if match else None


def front_matter(document: Document) -> list[tuple[str, Line]]:
    """Return each key with its value of the YAML or TOML above a document.

    A list is its plain items with commas; of a key that has keys of its own these are returned.
    """
    if not document.front_matter:
        return []
    if "=" in document.front_matter and (found := _toml_front_matter(document)):
        return found
    if not document.front_matter:
        return []
    import yaml  # slow to import, and few reports have front matter

    try:
        roots = yaml_nodes(document.front_matter)
    except YamlError:
        return []  # then the text above the report is not its head, and what is missing is said
    found, room = [], 2 * len(document.front_matter)
    for key, items in _yaml_pairs(roots):
        texts = [item.value for item in items if isinstance(item, yaml.ScalarNode)]  # lists in lists are left out
        room -= len(key.value) + sum(map(len, texts)) + 2 * len(items)
        if room < 0:
            return []  # its aliases repeat more than is written: that may be without end
        found.append((key.value, Line(", ".join(texts), document.front_matter_line + key.start_mark.line)))
    return found


def _toml_front_matter(document: Document) -> list[tuple[str, Line]]:
    try:
        table = parse_toml(document.front_matter)
    except ValueError:
        return []
    keys = [line.partition("=")[0].strip(" \"'") for line in document.front_matter.splitlines()]
    lines = {key: index for index, key in reversed(list(enumerate(keys)))}
    found = []
    nested = [pair for value in table.values() if isinstance(value, dict) for pair in value.items()]
    for key, value in (*table.items(), *nested):
        values = [each for each in (value if isinstance(value, list) else [value]) if not isinstance(each, dict | list)]
        if values and not isinstance(value, dict):
            text = ", ".join(map(str, values))
            found.append((key, Line(text, document.front_matter_line + lines.get(key, 0))))
    return found


def _yaml_pairs(roots: Sequence[yaml.Node]) -> Iterator[tuple[yaml.ScalarNode, list[yaml.Node]]]:
    """Yield each key of the one mapping, and of the mappings in it, with the items of its value."""
    import yaml

    for outer, node in roots[0].value if len(roots) == 1 and isinstance(roots[0], yaml.MappingNode) else ():
        for key, value in node.value if isinstance(node, yaml.MappingNode) else [(outer, node)]:
            if isinstance(key, yaml.ScalarNode):
                yield key, value.value if isinstance(value, yaml.SequenceNode) else [value]
