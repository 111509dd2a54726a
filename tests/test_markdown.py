"""Markdown to sections and blocks, with the lines of the source."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.reports.blocks import Document, Fence, Item, Line, Paragraph, Row, Section, Table
from incident_analytics.reports.markdown import _Reader, parse_markdown


def last(text: str) -> Section:
    return parse_markdown(text).sections[-1]


def headings(document: Document) -> list[tuple[str, int, int]]:
    return [(section.title, section.level, section.line) for section in document.sections[1:]]


def test_headings_of_every_form_begin_sections() -> None:
    text = "Title\n=====\n\nPart\n----\n\n### **Bold** `code` ###\n###### ⏱️ 1. Deep\n"
    assert headings(parse_markdown(text)) == [("Title", 1, 1), ("Part", 2, 4), ("Bold code", 3, 7), ("⏱️ 1. Deep", 6, 8)]


def test_a_fence_hides_headings_tables_and_comments() -> None:
    document = parse_markdown("## A\n\n```sh\n# comment\n## Timeline\n| a | b |\n|--|--|\n```\n\n## B\n")
    assert headings(document) == [("A", 2, 1), ("B", 2, 10)]
    assert document.sections[1].blocks == (Fence("# comment\n## Timeline\n| a | b |\n|--|--|", 4),)


@pytest.mark.parametrize("before", ["\n", ""])
def test_a_one_line_fence_swallows_nothing(before: str) -> None:
    document = parse_markdown(f"## A\n{before}```lease lost```\n## B\nstill here\n")
    assert [title for title, _, _ in headings(document)] == ["A", "B"]
    assert next(document.sections[1].lines()).text == "lease lost"


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert last("## A\n\n~~~\ncode\n## B\n").blocks == (Fence("code\n## B", 4),)


def test_an_indented_block_is_code_and_keeps_its_line() -> None:
    assert last("## A\n\n    one\n      two\n\ntext\n").blocks == (
        Fence("one\n  two", 3),
        Paragraph((Line("text", 6),)),
    )


def test_a_table_with_escaped_and_missing_cells() -> None:
    (table,) = last("| Time | Event |\n|:-:|--|\n| 10:00 | a\\|b **c** `d` |\n| 10:01 |\n| 1 | 2 | 3 |\n").blocks
    assert table == Table(
        Row((Line("Time", 1), Line("Event", 1)), 1, 2),
        (
            Row((Line("10:00", 3), Line("a|b c d", 3)), 3, 2),
            Row((Line("10:01", 4), Line("", 4)), 4, 1),
            Row((Line("1", 5), Line("2", 5), Line("3", 5)), 5, 3),
        ),
    )


def test_a_table_without_outer_pipes_and_with_breaks_in_its_cells() -> None:
    (table,) = last("Time | Event\n--- | ---\n10:00 | a<br>b\n").tables()
    assert [cell.text for cell in table.rows[0].cells] == ["10:00", "a b"]


def test_nested_lists_keep_depth_order_and_boxes() -> None:
    text = "- [x] a\n  - [ ] b\n    1. c\n- d\n\n  more of d\n- **e**: f\n"
    assert list(last(text).items()) == [
        Item((Line("a", 1),), True, 0),
        Item((Line("b", 2),), False, 1),
        Item((Line("c", 3),), None, 2),
        Item((Line("d", 4), Line("more of d", 6)), None, 0),
        Item((Line("e: f", 7, "e"),), None, 0),
    ]


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("**Date**: 2025", "Date", "2025"),
        ("**Date:** 2025", "Date", "2025"),
        ("__Date__: 2025", "Date", "2025"),
        ("***Date***: 2025", "Date", "2025"),
        ("**Date** : 2025", "Date", "2025"),
        ("**Da\\*te**: 2025", "Da*te", "2025"),
        ("**Date**:", "Date", ""),
        ("**Severity**: **SEV-1**", "Severity", "SEV-1"),
        ("**Severity**: SEV-1 <!-- pick one -->", "Severity", "SEV-1"),
        ("**All bold**", None, "All bold"),
        ("**A** and **B**: c", None, "A and B: c"),
        ("Date: 2025", None, "Date: 2025"),
        ("`**Date**`: 2025", None, "**Date**: 2025"),
    ],
)
def test_a_label_is_what_a_line_opens_with_in_bold(text: str, label: str | None, value: str) -> None:
    line = next(last(text).lines())
    assert (line.label, line.value) == (label, value)


@pytest.mark.parametrize("ending", ["  \n", "\\\n", "\n", "<br>", "<br/>\n", "  \r\n"])
def test_each_way_to_break_a_line_ends_it(ending: str) -> None:
    lines = list(last(f"**Date**: 2025{ending}**Status**: Final\n").lines())
    assert [(line.label, line.value) for line in lines] == [("Date", "2025"), ("Status", "Final")]


def test_words_struck_out_are_struck_only_where_all_are() -> None:
    assert [line.struck for line in last("- ~~all~~\n- ~~part~~ left\n- none\n").lines()] == [True, False, False]


def test_entities_links_and_images_are_their_words() -> None:
    assert next(last("a &amp; b &mdash; [c](http://d) ![e](f) <http://g>\n").lines()).text == "a & b — c e http://g"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_by_every_newline(newline: str) -> None:
    text = newline.join(["# A", "", "## B", "one", "two", "", "- item", ""])
    document = parse_markdown(text)
    assert headings(document) == [("A", 1, 1), ("B", 2, 3)]
    assert [(line.text, line.line) for line in document.sections[2].lines()] == [("one", 4), ("two", 5), ("item", 7)]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_other_marks_of_unicode_end_no_line(mark: str) -> None:
    assert headings(parse_markdown(f"# A\n\nx{mark}y\n\n## B\n")) == [("A", 1, 1), ("B", 2, 5)]


def test_html_blocks_are_passed_over_and_hold_no_headings() -> None:
    document = parse_markdown("<div>\n## no heading\n</div>\n\n## B\n<!-- ## comment -->\n")
    assert headings(document) == [("B", 2, 5)]


def test_a_heading_in_a_quote_or_an_item_is_its_text() -> None:
    document = parse_markdown("## A\n\n> ### Quoted\n> words\n\n- # Item\n\n## B\n")
    assert headings(document) == [("A", 2, 1), ("B", 2, 8)]
    assert document.sections[1].blocks == (
        Paragraph((Line("Quoted", 3),)),
        Paragraph((Line("words", 4),)),
        Item((Line("Item", 6),), None, 0),
    )


MARKS = "<!-- incident-analytics: metric begin sha256=0a -->", "<!-- incident-analytics: metric end -->"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_nothing_between_marks_is_read_and_every_line_keeps_its_number(newline: str) -> None:
    begin, end = MARKS
    text = newline.join(["## A", "one", begin, "## B", "```", "open", end, "two", "## C", ""])
    document = parse_markdown(text)
    assert headings(document) == [("A", 2, 1), ("C", 2, 9)]
    assert document.sections[1].blocks == (Paragraph((Line("one", 2),)), Paragraph((Line("two", 8),)))
    assert document.strays == ()
    [(first, last)] = document.managed
    assert (first.name, first.kept, first.begins, first.digest, first.line) == ("metric", False, True, "0a", 3)
    assert (last.name, last.kept, last.begins, last.digest, last.line) == ("metric", False, False, "", 7)
    assert [text[mark.start : mark.end] for mark in (first, last)] == [begin, end]


@pytest.mark.parametrize(
    ("text", "managed", "strays"),
    [
        ("{begin}\n{end}", [(1, 2)], []),
        ("{begin}\n## B\n", [], [1]),
        ("x\n{end}", [], [2]),
        ("{begin}\n{begin}\n{end}", [(2, 3)], [1]),
        ("{begin}\n{end}\n{end}", [(1, 2)], [3]),
        ("{begin}\n<!-- incident-analytics: other end -->", [], [1, 2]),
        ("{begin}\n<!-- incident-analytics: metric kept end -->", [], [1, 2]),
        ("```\n{begin}\n```\n\n{begin}\n```\n{end}\n\n```\n{begin}\n{end}\n```", [(5, 7)], []),
        ("<!--\n{begin}\n{end}\n", [], [3]),
        (" {begin}\n {end}\n> {begin}\n> {end}\n", [], []),
        ("{begin} x\n{end} x\n", [], []),
    ],
)
def test_marks_belong_together_in_pairs_and_those_in_a_fence_are_its_text(
    text: str, managed: list[tuple[int, int]], strays: list[int]
) -> None:
    document = parse_markdown(text.format(begin=MARKS[0], end=MARKS[1]))
    assert [(begin.line, end.line) for begin, end in document.managed] == managed
    assert [mark.line for mark in document.strays] == strays


def test_the_text_of_a_section_is_what_is_around_its_blocks() -> None:
    begin, end = MARKS
    text = f"## A\n\none\n\n{begin}\nx\n{end}\n\n{begin}\ny\n{end}\n\ntwo\n\nthree\n\n## B\n{begin}\n{end}\n"
    assert [section.body for section in parse_markdown(text).sections] == ["", "one\n\ntwo\n\nthree", ""]


def test_many_marks_take_no_longer_than_their_number() -> None:
    text = "\n".join(MARKS) + "\n"
    started = time.process_time()
    assert len(parse_markdown(text * 20_000).managed) == 20_000
    assert len(parse_markdown(f"{MARKS[0]}\n" * 20_000).strays) == 20_000
    assert len(parse_markdown(f"# A\n{text}" * 10_000).sections) == 10_001
    assert time.process_time() - started < 30


def test_front_matter_is_what_is_first() -> None:
    document = parse_markdown("---\ntitle: x\n---\n\ntext\n\n---\ntitle: y\n---\n")
    assert document.front_matter == "title: x\n"


def test_front_matter_is_kept_apart_with_its_line() -> None:
    document = parse_markdown("---\ntitle: x\nid: 3\n---\n\n# T\n")
    assert (document.front_matter, document.front_matter_line) == ("title: x\nid: 3\n", 2)


def test_nothing_is_a_document_of_one_empty_section() -> None:
    assert parse_markdown("") == Document((Section("", 0, 1, 0, 0, 0, "", ()),), "", 1)


MARKDOWN = st.lists(
    st.sampled_from(["# ", "## A", "\n", "\r", "\r\n", "- ", "| a | b |", "|--|--|", "```", "> ", "**b**: ", "[x] ", "~~", "\0",
                     "---", "===", "<!--", "\u2028", "é", "\U0001f600", "    ", "\t", "1. ", "\\", "`", "[^1]: ", "<br>"])
    | st.text(max_size=5)
).map("".join)  # fmt: skip


@given(MARKDOWN)
def test_sections_cover_the_source_in_order_whatever_it_is(text: str) -> None:
    """Every byte belongs to one section, and every line number points into the source."""
    source = text.encode("utf-8", "replace")
    sections = parse_markdown(text).sections
    assert [section.start for section in sections] == [0, *(section.end for section in sections[:-1])]
    assert sections[-1].end == len(source)
    assert all(section.start <= section.body_start <= section.end for section in sections)
    n_lines = len(re.split(rb"\r\n|\n|\r", source))
    lines = [line.line for section in sections for line in section.lines()]
    assert all(1 <= line <= n_lines for line in lines)


@pytest.mark.parametrize(
    "text",
    [">" * 50_000 + " a", "[" * 100_000, "| " * 100_000, "*" * 100_000, "`" * 100_000, "\0" * 100_000,
     "".join("  " * depth + "- a\n" for depth in range(500)), "a\n" * 100_000, "<" * 100_000, "![" * 50_000],
    ids=["quotes", "brackets", "cells", "stars", "ticks", "nul", "nested", "lines", "angles", "images"],
)  # fmt: skip
def test_hostile_text_is_read_in_time(text: str) -> None:
    begin = time.process_time()
    parse_markdown(text)
    assert time.process_time() - begin < 10


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter_is_the_same_however_its_lines_end(end: str) -> None:
    document = parse_markdown(end.join(["---", "title: x", "", "id: 3", "---", "", "# Head", ""]))
    assert document.front_matter.split() == ["title:", "x", "id:", "3"]
    assert [(section.title, section.line) for section in document.sections] == [("", 1), ("Head", 7)]


@given(
    st.lists(st.lists(st.text("ab1 |\\`*_~<&[>:-\té\0", max_size=6), min_size=1, max_size=4), min_size=1, max_size=5)
)
def test_a_row_read_at_once_is_what_its_events_say(rows: list[list[str]]) -> None:
    lines = ["| a | b |", "|---|---|", *(f"| {' | '.join(cells)} |" for cells in rows), "", *map(" ".join, rows)]
    text = "\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Reader, "take_row", lambda *_: False)
        patch.setattr(_Reader, "take_text", lambda reader, words, start, _: reader.add(words, start))
        expected = parse_markdown(text)
    assert parse_markdown(text) == expected
