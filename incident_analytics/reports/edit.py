"""Text put into a report's sections, in blocks between marks, with every other byte as its author left it."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from incident_analytics.errors import OutputError
from incident_analytics.files import BOM, decode_text
from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Mark, Paragraph
from incident_analytics.reports.labels import labelled_lines
from incident_analytics.reports.layout import section_parts
from incident_analytics.reports.markdown import MARK, mark_line, parse_markdown
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.recognition import take_whole
from incident_analytics.reports.template import ID_ROOM, Template, bare_words, default_template

__all__ = ["Filled", "Filling", "figure_folder", "fill_report", "has_supporting_data"]

Outcome = Literal["replaced", "added", "unchanged", "updated", "kept aside", "left alone"]
Change = tuple[bytes, Outcome, str]
"""A file's new bytes, what became of a section, and the words that say so."""

_GROUP = "supporting_data"
"""The section of the filled ones; it is added where they are missing."""
_FILLED = ("metric", "error_message", "configuration_change")
"""The sections that belong to it."""
_FOOTER = frozenset({"template_version", "template_updated_on"})
_KEPT = "*Edited by hand, and so kept as it was; what is new follows.*"
_NEWLINE = re.compile(rb"\r\n|\n|\r")
_LINE = re.compile(rb"[^\r\n]+")
_RULE = re.compile(rb" {0,3}(?P<sign>[-*_])[ \t]*(?:(?P=sign)[ \t]*){2,}")
_FENCED = compile_late(r"(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n(?P<text>.*)\n *+(?P=fence)", re.DOTALL)
_CONTROL = compile_late(r"[\x00-\x08\x0b-\x1f\x7f]")
_FOLDER = compile_late(r"\w[\w.~-]*")
_DEEPEST = 6
"""The deepest level of a heading."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What became of one section, and a sentence that says so.

    ``outcome`` is

    - ``replaced``: the block took the place of the template's placeholder
    - ``added``: the block is below what a person wrote there, or in a section that was missing
    - ``unchanged``, ``updated``: the block was there already
    - ``kept aside``: the block had been edited by hand; that text is kept, marked, above the new block
    - ``left alone``: nothing was changed; ``message`` says why, and what to do
    """

    section: str
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A file's bytes with the blocks, and what became of each section, in the template's order."""

    content: bytes
    fillings: tuple[Filling, ...]


def fill_report(
    content: bytes, blocks: Mapping[str, str], *, templates: Sequence[Template] = (), number: int = 1
) -> Filled:
    r"""Put a block of text into each of some sections of a report, or bring the block there up to date.

    A block is between two marks, comments with the section's name and the SHA-256 of its text, cut to 16 digits,
    by which a later change by hand is noticed. Reading skips blocks: the report gives the same tables as before, save
    for lines, placeholders that are gone and sections that are no longer missing.

    Parameters
    ----------
    content
        The file's bytes. A file that is not UTF-8 is taken for Windows-1252, as `load` takes it; characters that it
        lacks are written as ``&#8594;``.
    blocks
        Markdown by the section's name in the template: ``metric``, ``error_message``, ``configuration_change``.
        An empty one leaves its section alone. White space at the ends of lines goes. Text that would not end by
        itself, such as a fence that is left open, becomes a code block.
    templates
        The templates in the order in which they are tried; the built-in one if there are none.
    number
        Which report of a file that holds several: 2 for ``path#2``.

    Returns
    -------
    Filled
        The new bytes; ``content`` itself where nothing changes. New lines end as most in the file do.

    Raises
    ------
    OutputError
        ``no report 2 here; the file holds 1``

    Notes
    -----
    Nothing that a person wrote is lost: a placeholder is replaced only where it has the template's own words, a block
    that was edited is kept, and where marks are damaged or doubled nothing is touched.

    Examples
    --------
    >>> report = b"**Incident ID**: INC-2025-03-14-001\n**Severity**: SEV-1\n\n### Metrics\nNone\n"
    >>> filled = fill_report(report, {"metric": "Median: 1h"})
    >>> print(filled.content.decode().partition("### ")[2])
    Metrics
    None
    <BLANKLINE>
    <!-- incident-analytics: metric begin sha256=4dd7b8650689404b -->
    <BLANKLINE>
    Median: 1h
    <BLANKLINE>
    <!-- incident-analytics: metric end -->
    <BLANKLINE>
    >>> filled.fillings
    (Filling(section='metric', outcome='added', message='Metrics: added below what is there'),)
    >>> fill_report(filled.content, {"metric": "Median: 1h"}).fillings[0].outcome
    'unchanged'
    """
    templates = templates or (default_template(),)
    bom = BOM if content.startswith(BOM) else b""
    content = content.removeprefix(BOM)
    report = _Report(content, templates, number)
    forms = report.template.sections
    order = {name: place for place, name in enumerate(forms)}
    fillings: list[Filling] = []
    done: list[str] = []
    for name in sorted(blocks, key=lambda name: order.get(name, len(order))):
        changed, outcome, words = report.fill(name, blocks[name])
        if changed is not report.content:
            after = _Report(changed, templates, number)
            is_kept = after.titles == report.titles and after.fill(name, blocks[name])[0] == after.content
            if is_kept and all(after.fill(each, blocks[each])[0] == after.content for each in done):
                report = after
                done.append(name)
            else:
                outcome, words = "left alone", "with it the file would hold other reports; add the section by hand"
        label = forms[name].headings[0] if name in forms else name
        fillings.append(Filling(name, outcome, f"{label}: {words}"))
    return Filled(bom + report.content, tuple(fillings))


def has_supporting_data(content: bytes, *, templates: Sequence[Template] = (), number: int = 1) -> bool:
    r"""Return whether a report has a section for supporting data, or one of those that belong there.

    Examples
    --------
    >>> report = b"**Incident ID**: INC-2025-03-14-001\n**Severity**: SEV-1\n\n"
    >>> has_supporting_data(report), has_supporting_data(report + b"### Metrics\n")
    (False, True)
    """
    report = _Report(content, templates or (default_template(),), number)
    return any(report.find(name) is not None for name in (_GROUP, *_FILLED))


class _Report:
    """One of a file's reports with the offsets of its sections and blocks; it is read anew after each change."""

    def __init__(self, content: bytes, templates: Sequence[Template], number: int) -> None:
        text, error = decode_text(content)
        document = parse_markdown(text)
        found = take_whole(document, templates)
        reports, self.template = found.reports, found.template
        if not 0 < number <= len(reports):
            raise OutputError(f"no report {number} here; the file holds {len(reports)}")
        self.content = content
        self.encoding = "cp1252" if error else "utf-8"
        self.source = text.encode()
        self.newline = next((end for end, _ in Counter(_NEWLINE.findall(content)).most_common(1)), b"\n")
        self.titles = [each[0].title for each in reports]
        self.sections = reports[number - 1]
        self.parts = section_parts(self.sections, self.template)
        self.order = list(self.template.sections)
        own = range(self.sections[0].start, self.sections[-1].end)
        self.strays = [mark for mark in document.strays if mark.start in own]
        self.managed = [pair for pair in document.managed if pair[0].start in own]

    # -- what happens to a section

    def fill(self, name: str, text: str) -> Change:
        """Put a block into a section."""
        if not text.strip():
            return (
                self.content,
                "left alone",
                "skipped, no source for it is configured under [evidence]",
            )
        if name not in self.order:
            words = f"the template {self.template.name!r} has no such section; declare [sections.{name}] in it"
            return self.content, "left alone", words
        strays = [mark.line for mark in self.strays if mark.name == name]
        if strays:
            words = f"line {strays[0]}: this mark lacks its other one; delete it, or put the other one back"
            return self.content, "left alone", words
        blocks = [(begin, end) for begin, end in self.managed if begin.name == name and not begin.kept]
        if len(blocks) > 1:
            return self.content, "left alone", f"line {blocks[1][0].line}: a second block; delete one of the two"
        text = self.contained(text)
        if blocks:
            return self.update(*blocks[0], text)
        place = self.find(name)
        if place is None:
            return self.add_section(name, text)
        last = next((at - 1 for at in self.below(place) if self.parts[at]), self.below(place).stop - 1)
        start, end = self.words(self.at(self.sections[place].body_start), last)
        if _is_placeholder(self.decoded(start, end), self.template.sections[name].placeholder):
            return self.spliced(start, end, self.block(name, text)), "replaced", "filled in"
        return self.append(last, self.block(name, text), "added below what is there")

    def update(self, begin: Mark, end: Mark, text: str) -> Change:
        """Bring a block up to date; one whose text is not what was written into it is kept above the new one."""
        inside = self.at(begin.end), self.at(end.start)
        new, there = _digest(text), _digest(self.decoded(*inside))
        if begin.digest == there == new:
            return self.content, "unchanged", "unchanged"
        start, stop, block = self.at(begin.start), self.at(end.end), self.block(begin.name, text)
        if there in {begin.digest, new, _digest("")}:
            return self.spliced(start, stop, block), "updated", "updated"
        above = self.encoded([mark_line(begin.name, "begin", kept=True), "", _KEPT])
        below = self.encoded([mark_line(begin.name, "end", kept=True), "", ""])
        content = self.spliced(start, stop, above + self.content[slice(*inside)] + below + block)
        return content, "kept aside", f"line {begin.line}: edited by hand; that text is kept above the new block"

    def add_section(self, name: str, text: str) -> Change:
        """Add a section that is missing, and the one that it belongs to where that is missing too."""
        group = self.find(_GROUP)
        if group is not None:
            inside = self.below(group)
            levels = [self.sections[at].level for at in inside if self.parts[at]]
            level = min(levels, default=self.sections[group].level + 1)
            scope, headings = range(group, inside.stop), [(level, name)]
        else:
            known = [section.level for section, part in zip(self.sections, self.parts, strict=True) if part]
            level = min(known, default=self.template.report_level + 1)
            first = next((at for at, part in enumerate(self.parts) if part), len(self.parts))
            scope = range(first - 1, len(self.parts))  # the lines above are the report's head
            headings = [(level, _GROUP), (level + 1, name)] if _GROUP in self.order else [(level, name)]
        lines = [
            line
            for depth, part in headings
            for line in (f"{'#' * min(depth, _DEEPEST)} {self.template.sections[part].headings[0]}", "")
        ]
        last = self.last_before(headings[0][1], level, scope)
        return self.append(last, self.encoded(lines) + self.newline + self.block(name, text), "added with its heading")

    def append(self, place: int, addition: bytes, words: str) -> Change:
        """Put text below what is in a section, above a rule or a footer at its end."""
        start, end = self.words(self.at(self.sections[place].start), place)
        if not _ends(self.decoded(start, end)):
            line = self.sections[place].line
            words = f"a fence or an HTML element below line {line} does not end; close it"
            return self.content, "left alone", words
        gap = 2 * self.newline
        return self.spliced(end, end, gap + addition if end else addition + gap), "added", words

    # -- where things are

    def find(self, name: str) -> int | None:
        """Return the place of a section: below Supporting Data, else wherever reading takes a heading for it."""
        groups = [at for at, part in enumerate(self.parts) if part == _GROUP]
        if name == _GROUP:
            words = bare_words(self.template.sections[_GROUP].headings[0]) if groups else ""
            return min(groups, key=lambda at: bare_words(self.sections[at].title) != words, default=None)
        inside = [at for group in groups for at in self.below(group)]
        return next((at for at in (*inside, *range(len(self.parts))) if self.parts[at] == name), None)

    def below(self, place: int) -> range:
        """Return the places of the sections whose headings are deeper, up to the next that is not."""
        after = range(place + 1, len(self.sections))
        stop = next((at for at in after if self.sections[at].level <= self.sections[place].level), after.stop)
        return range(place + 1, stop)

    def last_before(self, name: str, level: int, scope: range) -> int:
        """Return the place after which a section that is missing belongs by the template's order.

        That is above the first heading that leads to a section which the template has later, as far as that is
        below all those which it has earlier; else at the end.
        """
        own = self.order.index(name)
        ranks = [self.order.index(part) if part else own for part in self.parts]
        heads = [at for at in scope if self.sections[at].level <= level]
        earlier = max((at for at in heads if ranks[at] < own), default=scope.start)
        for at, stop in pairwise([*(head for head in heads if head > earlier), scope.stop]):
            if max(ranks[at:stop]) > own:
                return at - 1
        return scope.stop - 1

    def words(self, start: int, last: int) -> tuple[int, int]:
        """Return where the words begin and end, by whole lines, from an offset to the end of a section.

        A rule below them parts them from what follows, and a footer is the whole report's: neither counts, save where
        reading takes all that is there for the section's.
        """
        part = next((part for part in reversed(self.parts[: last + 1]) if part), None)
        takes_all = part is not None and self.template.sections[part].reads in {"text", "services"}
        text = self.content[start : self.at(self.sections[last].end) if takes_all else self.end_of(last)]
        lines = [line for line in _LINE.finditer(text) if line[0].strip()]
        if lines and _RULE.fullmatch(lines[-1][0]) and not takes_all:
            above = lines[-2].end() if len(lines) > 1 else 0
            if above == 0 or len(_NEWLINE.findall(text[above : lines[-1].start()])) > 1:  # else it underlines a heading
                lines.pop()
        return (start + lines[0].start(), start + lines[-1].end()) if lines else (start, start)

    def end_of(self, place: int) -> int:
        """Return where a section ends; the report's footer is not part of its last one."""
        section = self.sections[place]
        footer = None
        for block in reversed(section.blocks) if place == len(self.sections) - 1 else ():
            labels = [label for label, _ in labelled_lines(block.lines[:1])] if isinstance(block, Paragraph) else []
            if not any(self.template.field_named(label) in _FOOTER for label in labels):
                break
            footer = block
        if isinstance(footer, Paragraph):
            starts = [0, *(end.end() for end in _NEWLINE.finditer(self.content))]
            return starts[footer.lines[0].line - 1]
        return self.at(section.end)

    def at(self, offset: int) -> int:
        """Return where in the file an offset of the sections is: they count in UTF-8."""
        return offset if self.encoding == "utf-8" else len(self.source[:offset].decode())

    # -- text and bytes

    def decoded(self, start: int, end: int) -> str:
        return self.content[start:end].decode(self.encoding, "replace")

    def encoded(self, lines: Iterable[str]) -> bytes:
        return self.newline.join(line.encode(self.encoding) for line in lines)

    def spliced(self, start: int, end: int, replacement: bytes) -> bytes:
        return self.content[:start] + replacement + self.content[end:]

    def block(self, name: str, text: str) -> bytes:
        """Write a block: its marks, and its text between blank lines."""
        begin, end = mark_line(name, "begin", digest=_digest(text)), mark_line(name, "end")
        return self.encoded([begin, "", *([*text.split("\n"), ""] if text else []), end])

    def contained(self, text: str) -> str:
        """Return text that the file's encoding can hold and that neither ends its block nor runs on beyond it."""
        text = _CONTROL.sub("\ufffd", re.sub(r"\r\n?", "\n", text)).replace(MARK, MARK.replace("<", "&lt;"))
        text = text.encode(self.encoding, "xmlcharrefreplace").decode(self.encoding)
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
        if _ends(text):
            return text
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return f"{fence}\n{text}\n{fence}"


def _digest(text: str) -> str:
    r"""Return what identifies a block's text: of its lines, however they end."""
    lines = re.sub(r"\r\n?", "\n", text).strip("\n")
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()[:16]


def _ends(text: str) -> bool:
    """Return whether a heading below a text is one; it is not in an unclosed fence."""
    above = f"{text}\n\n"
    return parse_markdown(f"{above}# x").sections[-1].start == len(above.encode("utf-8", "replace"))


def _is_placeholder(text: str, placeholder: str) -> bool:
    text = re.sub(r"\r\n?", "\n", text)
    fenced = _FENCED.fullmatch(text)
    return bool(placeholder) and fold(fenced["text"] if fenced else text) == fold(placeholder)


# --- figures ---------------------------------------------------------------------------------------------------------


def figure_folder(report: Path, incident_id: str, *, templates: Sequence[Template] = ()) -> Path:
    """Return the folder for a report's figures: next to it, named by its incident_id. It need not be there.

    Parameters
    ----------
    report
        The report's file; of a symbolic link the target, which is the file that is written.
    incident_id
        As the report gives it.
    templates
        The templates whose forms of an Incident ID are accepted; the built-in one if there are none.

    Raises
    ------
    OutputError
        ``x.md: Incident ID '../x' is not of the template's form, so that no folder can be named by it; correct it``

    Examples
    --------
    >>> figure_folder(Path("reports/x.md"), "INC-2025-03-14-001").as_posix()
    'reports/INC-2025-03-14-001'
    """
    forms = [template.incident_id for template in templates or (default_template(),)]
    known = len(incident_id) <= ID_ROOM and any(re.fullmatch(form, incident_id) for form in forms)
    if not (known and _FOLDER.fullmatch(incident_id)):
        reason = "is not of the template's form, so that no folder can be named by it; correct it"
        raise OutputError(f"{report}: Incident ID {incident_id!r} {reason}")
    place = Path(os.path.realpath(report)) if report.is_symlink() else report
    return place.parent / incident_id
