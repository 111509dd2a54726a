"""Every line of a file accounted for: what was read from it, that it is the template's own, or that it is unread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Document, Line, SourceLine
from incident_analytics.reports.labels import label_of
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.report import OWN, Report
from incident_analytics.reports.rows import begins_with_time, starts_like_item

__all__ = ["UNREAD", "account"]

UNREAD: Final = "unread"
"""What a line is that nothing was read from."""
_MARKUP: Final = compile_late(r"<!--|-->|<[^<>!][^<>]{0,400}>")
_FENCE: Final = compile_late(r"[>\s]*(?:```|~~~)")
_LINE: Final = compile_late(r"\r\n|\n|\r")


def account(text: str, reports: Iterable[Report]) -> Iterator[tuple[int, str, str]]:
    """Yield each line of a file that is not blank: its number, what was read from it, its words.

    Parameters
    ----------
    text
        The file's text.
    reports
        The reports that were read from it.

    Yields
    ------
    tuple
        The second one is a table, with the field where it has one, such as ``incidents.severity`` or ``actions``;
        `OWN` for what is the template's own (headings, headers, rules, hints, placeholders, what ``populate`` wrote);
        else `UNREAD`.
    """
    used: dict[int, str] = {}
    for report in reports:
        used |= {line: use for line, use in report.used.items() if line not in used}
    document = parse_markdown(text)
    used |= _managed(document)
    sources = {line.line: line for section in document.sections for line in section.source}
    first, n_lines = document.front_matter_line, len(_LINE.findall(document.front_matter))
    front = range(first - 1, first + n_lines + 1) if document.front_matter else ()
    before = UNREAD
    for number, words in enumerate(_LINE.split(text), start=1):
        if not words.strip():
            continue
        use = used.get(number)
        if use is None and number in front:
            use = OWN if words.rstrip() == "---" else before if words[0] in " -" else UNREAD
        elif use is None:
            use = _own(sources.get(number), before)
        before = use
        yield number, use, words


def _managed(document: Document) -> Mapping[int, str]:
    """Return the lines that ``populate`` wrote."""
    return {line: OWN for begin, end in document.managed for line in range(begin.line, end.line + 1)}


def _own(line: SourceLine | None, before: str) -> str:
    """Return what a line is that no value was read from."""
    if line is None:
        return UNREAD
    words = _MARKUP.sub(" ", line.text).strip()
    match line.place:
        case "rule":
            return OWN
        case "header":
            return OWN if not line.text.strip("> \t:|-") else UNREAD
        case "heading":  # its underline
            return before if not line.text.strip("=- \t") else UNREAD
        case "code" | "open code" if _FENCE.match(line.text) is not None:
            return OWN
        case "comment" | "open comment" | "html":
            says = (
                label_of(Line(words, line.line)) or begins_with_time(words) or starts_like_item(words) or "|" in words
            )
            return UNREAD if words and (says or line.place == "html") else OWN
        case _:
            return UNREAD
