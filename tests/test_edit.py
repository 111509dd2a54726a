"""Blocks put into reports: where they go, and that every other byte stays."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import MORE_IN_LAWS, TIMES, examples
from pandas.testing import assert_frame_equal
from report_writer import write_report
from test_round_trip import facts

from incident_analytics.config import Settings
from incident_analytics.errors import OutputError
from incident_analytics.files import BOM, decode_text
from incident_analytics.loading import load
from incident_analytics.reports.edit import figure_folder, fill_report
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.template import default_template, read_templates

ROOT = Path(__file__).parent.parent
HEAD = "# Incident Report: Down\n\n**Incident ID**: INC-2025-03-14-001\n**Severity**: SEV-1\n\n"
BLOCKS = {
    "metric": "| Span | Here |\n|--|--|\n| Time to restore | 1h 45m |\n\n![Errors](INC-2025-03-14-001/errors.png)",
    "error_message": "```\n2025-03-14T14:02:00Z storage: timeout\n```",
    "configuration_change": "- 14:01 `a1b2c3d` Pool size 10 -> 2",
}
REPORTS = sorted(
    file for folder in ("data/real", "data/demo/reports", "tests/corpus") for file in (ROOT / folder).glob("*.md")
)
BEGIN = r"<!-- incident-analytics: \w+ begin sha256=\w{16} -->"
END = r"<!-- incident-analytics: \w+ end -->"


def fill(text: str, **blocks: str) -> tuple[str, list[str]]:
    """Fill a report's text and give the new text with what became of each section; a second run changes nothing."""
    filled = fill_report(text.encode(), blocks)
    again = fill_report(filled.content, blocks)
    assert again.content == filled.content
    assert {filling.outcome for filling in again.fillings} <= {"unchanged", "left alone"}
    return filled.content.decode(), [filling.outcome for filling in filled.fillings]


def messages_of(text: str, **blocks: str) -> list[str]:
    """Give the messages of a filling that changes nothing."""
    filled = fill_report(text.encode(), blocks)
    assert filled.content == text.encode()
    assert {filling.outcome for filling in filled.fillings} == {"left alone"}
    return [filling.message for filling in filled.fillings]


def block(name: str, text: str) -> str:
    """Write a block as it must stand in a report."""
    digest = {"m": "62c66a7a5dd70c31", "e": "3f79bb7b435b0532", "n": "1b16b1df538ba12d"}[text]
    mark = "<!-- incident-analytics: "
    return f"{mark}{name} begin sha256={digest} -->\n\n{text}\n\n{mark}{name} end -->"


# --- where a block goes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "placeholder",
    [
        "```\n[Include relevant graphs, logs, or metrics]\n```",
        "~~~text\n[Include relevant graphs, logs, or metrics]\n~~~",
        "[include relevant  graphs, logs, or metrics]",
    ],
)
def test_a_placeholder_is_replaced(placeholder: str) -> None:
    text, outcomes = fill(f"{HEAD}### Metrics\n{placeholder}\n\n### Error Messages\nNone\n", metric="m")
    assert text == f"{HEAD}### Metrics\n{block('metric', 'm')}\n\n### Error Messages\nNone\n"
    assert outcomes == ["replaced"]


def test_the_untouched_template_has_a_placeholder_in_each_section() -> None:
    filled = fill_report((ROOT / "tests" / "reports" / "template.md").read_bytes(), BLOCKS)
    assert [filling.outcome for filling in filled.fillings] == ["replaced"] * 3


@pytest.mark.parametrize(
    "words",
    [
        "None",
        "```\nerrors: 12%\n```",
        "[dashboard in the ticket]",
        "```\n[Include relevant graphs, logs, or metrics]\n```\n<!-- ask Ana for the graph -->",
        "```\n[Include relevant graphs, logs, or metrics]\n```\n\n#### Latency\n\nhigh",
        "- one\n- two",
        "| a |\n|--|\n| 1 |",
        "> [Include relevant graphs, logs, or metrics]",
        "hard break  ",
        "**Last Updated**: 14:02",
    ],
)
def test_the_words_of_a_person_stay_and_the_block_follows(words: str) -> None:
    text, outcomes = fill(f"{HEAD}### Metrics\n{words}\n\n### Error Messages\nNone\n", metric="m")
    assert text == f"{HEAD}### Metrics\n{words}\n\n{block('metric', 'm')}\n\n### Error Messages\nNone\n"
    assert outcomes == ["added"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("### Metrics", ""),
        ("### Metrics\n", "\n\n## Sign-off\n"),
        ("Metrics\n-------\n", "\nSign-off\n--------\n"),
        ("### Metrics\n\nnone\n", "\n\n---\n\n## Sign-off\n"),
        ("### Metrics\n\nnone\n", "\n\n* * *\n\n**Template Version**: 1.0  \n**Last Updated**: 2025-07-30"),
        ("### Metrics\n\nnone\n\n**Last Updated**: today\n\nmore", ""),
        ("### Metrics\n\nnone\n**Last Updated**: today", ""),
        ("## Metrics\n\n---", "\n"),
        ("### Metrics\n\n```\n### Error Messages\n```\n", ""),
        ("### Metrics\n\n<!--\n## Sign-off\n-->\n", ""),
    ],
)
def test_a_block_ends_its_section_above_a_rule_and_a_footer(before: str, after: str) -> None:
    if before.endswith("---") and before.startswith("##"):
        before, after = before.removesuffix("\n\n---"), f"\n\n---{after}"
    text, outcomes = fill(f"{HEAD}{before}{after}", metric="m")
    assert text == f"{HEAD}{before.rstrip(chr(10))}\n\n{block('metric', 'm')}{before[len(before.rstrip()) :]}{after}"
    assert outcomes == ["added"]


def test_of_two_headings_the_one_in_supporting_data_is_meant_and_of_two_there_the_first() -> None:
    impact = f"{HEAD}## Impact\n\n### Errors\n\nmany\n\n## Supporting Data\n\n### Error Messages\n\n"
    rest = "### Errors\n\nagain\n"
    text, _ = fill(impact + rest, error_message="e")
    assert text == f"{impact.rstrip()}\n\n{block('error_message', 'e')}\n\n{rest}"


def test_of_two_sections_for_evidence_the_one_with_the_templates_words_gets_what_is_missing() -> None:
    text, _ = fill(f"{HEAD}## Appendix\n\n## Supporting Data\n", error_message="e")
    assert text == f"{HEAD}## Appendix\n\n## Supporting Data\n\n### Error Messages\n\n{block('error_message', 'e')}\n"


def test_a_heading_elsewhere_is_meant_where_supporting_data_has_none() -> None:
    """It is what reading takes for the section."""
    text, _ = fill(f"{HEAD}## Logs\n\n## Supporting Data\n", error_message="e")
    assert text == f"{HEAD}## Logs\n\n{block('error_message', 'e')}\n\n## Supporting Data\n"


def test_a_missing_subsection_is_added_where_the_template_has_it_at_the_level_of_the_others() -> None:
    report = f"{HEAD}## Supporting Data\n\n#### Metrics\n\n1\n\n#### Configuration Changes\n\n2\n\n## Sign-off\n"
    text, outcomes = fill(report, error_message="e")
    added = f"#### Error Messages\n\n{block('error_message', 'e')}\n\n"
    assert text == report.replace("#### Conf", f"{added}#### Conf")
    assert outcomes == ["added"]


def test_a_missing_subsection_is_no_deeper_than_the_highest_of_the_others() -> None:
    report = f"{HEAD}## Supporting Data\n\n### Metrics\n\n1\n\n#### Logs\n\n2\n"
    text, _ = fill(report, configuration_change="n")
    assert text == f"{report.rstrip()}\n\n### Configuration Changes\n\n{block('configuration_change', 'n')}\n"


def test_a_missing_subsection_ends_supporting_data_where_none_of_the_template_follows() -> None:
    report = f"{HEAD}## Supporting Data\n\nsee\n\n### Ours\n\nx\n\n## Sign-off\n"
    text, _ = fill(report, error_message="e", configuration_change="n")
    added = "### Error Messages\n\n{}\n\n### Configuration Changes\n\n{}\n\n"
    added = added.format(block("error_message", "e"), block("configuration_change", "n"))
    assert text == report.replace("## Sign-off", f"{added}## Sign-off")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Lessons Learned\n\n- one\n", "## Post-Mortem Meeting Notes\n\n### Action Items\n\n## Sign-off\n"),
        ("## Timeline\n\n## Glossary\n\n", "## Sign-off\n"),
        ("## Sign-off\n\n## Timeline\n\nnone\n", ""),
        ("## Timeline\n\nnone", "\n\n---\n**Template Version**: 1.0\n"),
        ("## Timeline\n\nnone", "\n\n---\n\n## Ours\n\n### Discussion\n\nlong\n"),
        ("", "## Sign-off\n"),
    ],
)
def test_supporting_data_is_added_where_the_template_has_it(before: str, after: str) -> None:
    text, outcomes = fill(HEAD + before + after, metric="m")
    stands, gap = (HEAD + before).rstrip(), (HEAD + before)[len((HEAD + before).rstrip()) :]
    added = f"\n\n## Supporting Data\n\n### Metrics\n\n{block('metric', 'm')}"
    assert text == stands + added + gap + after
    assert outcomes == ["added"]


def test_supporting_data_is_never_above_the_head_of_a_report() -> None:
    text, _ = fill(f"{HEAD}#### Errors\n\n### Error Messages\n", metric="m")
    added = f"### Supporting Data\n\n#### Metrics\n\n{block('metric', 'm')}\n\n"
    assert text == f"{HEAD}#### Errors\n\n{added}### Error Messages\n"


def test_supporting_data_begins_a_report_that_has_no_head() -> None:
    report = "## Sign-off\n\n### Timeline\n\n### Lessons Learned\n"
    text, _ = fill(report, metric="m")
    assert text == f"## Supporting Data\n\n### Metrics\n\n{block('metric', 'm')}\n\n{report}"


def test_a_heading_is_never_deeper_than_markdown_allows() -> None:
    text, _ = fill(f"{HEAD}###### Supporting Data\n", metric="m")
    assert "\n###### Metrics\n" in text


def test_in_a_file_of_several_reports_the_one_that_is_meant_is_filled() -> None:
    """Each has its own blocks, so that the same marks in the other one are no second block."""
    one, two = f"{HEAD}## Timeline\n", f"{HEAD.replace('-001', '-002')}## Timeline\n"
    first, _ = fill(f"{one}\n{two}", metric="m")
    both = fill_report(first.encode(), {"metric": "n"}, number=2)
    added = "\n\n## Supporting Data\n\n### Metrics\n\n{}\n"
    assert both.content.decode() == (
        f"{one.rstrip()}{added.format(block('metric', 'm'))}\n{two.rstrip()}{added.format(block('metric', 'n'))}"
    )
    with pytest.raises(OutputError) as caught:
        fill_report(first.encode(), {"metric": "n"}, number=3)
    assert str(caught.value) == "no report 3 here; the file holds 2"


@pytest.mark.parametrize("content", [b"", b"# Notes\n", "# Bericht\n".encode("utf-16")])
def test_what_is_no_report_is_not_touched(content: bytes) -> None:
    with pytest.raises(OutputError, match=r"^no report 1 here; the file holds 0$"):
        fill_report(content, BLOCKS)


def test_a_template_of_ones_own_says_headings_order_and_placeholders(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\nversion = "1"\n[fields]\nincident_id = ["Nummer"]\nseverity = ["Stufe"]\n'
        '[sections.metric]\nheadings = ["Messwerte"]\nreads = "findings"\nplaceholder = "(leer)"\n'
        '[sections.lesson]\nheadings = ["Lehren"]\nreads = "findings"\n[milestones]\n',
        encoding="utf-8",
    )
    templates = read_templates([own])
    head = "# Störung\n\nNummer: 7\nStufe: SEV-1\n\n"
    filled = fill_report(f"{head}## Messwerte\n(leer)\n".encode("cp1252"), {"metric": "m"}, templates=templates)
    assert filled.content.decode("cp1252") == f"{head}## Messwerte\n{block('metric', 'm')}\n"
    filled = fill_report(f"{head}## Lehren\n".encode(), {"metric": "m", "error_message": "e"}, templates=templates)
    assert filled.content.decode() == f"{head}## Messwerte\n\n{block('metric', 'm')}\n\n## Lehren\n"
    assert [filling.message for filling in filled.fillings] == [
        "Messwerte: added with its heading",
        "error_message: the template 'own' has no such section; declare [sections.error_message] in it",
    ]


# --- a second run ----------------------------------------------------------------------------------------------------


def test_a_new_text_takes_the_place_of_the_old_one_wherever_the_block_was_moved() -> None:
    text = f"{HEAD}## Glossary\n\n{block('metric', 'm')}\n\n### Metrics\n\nmine\n"
    new, outcomes = fill(text, metric="n")
    assert new == text.replace(block("metric", "m"), block("metric", "n"))
    assert outcomes == ["updated"]


def test_an_edit_in_a_block_is_kept_above_the_new_one() -> None:
    edited = block("metric", "m").replace("m\n", "m, but wrong:\n~~~\nfence\n")
    text = f"{HEAD}### Metrics\n\n{edited}\n\n### Error Messages\n\nnone\n"
    new, outcomes = fill(text, metric="m")
    mark = "<!-- incident-analytics: metric "
    kept = f"{mark}kept begin -->\n\n*Edited by hand, and so kept as it was; what is new follows.*"
    inside = "\n\nm, but wrong:\n~~~\nfence\n\n"
    assert new == text.replace(edited, f"{kept}{inside}{mark}kept end -->\n\n{block('metric', 'm')}")
    assert outcomes == ["kept aside"]
    message = fill_report(text.encode(), {"metric": "m"}).fillings[0].message
    assert message == "Metrics: line 8: edited by hand; that text is kept above the new block"
    report = parse_reports(new, "x.md", Settings(), default_template())[0]
    assert [row["text"] for row in report.rows["findings"]] == []


def test_a_second_edit_is_kept_next_to_the_first() -> None:
    once, _ = fill(f"{HEAD}### Metrics\n\n{block('metric', 'm').replace(' -->', ' -->one', 0)}\n", metric="m")
    first, _ = fill(once.replace("\nm\n", "\none\n"), metric="m")
    second, outcomes = fill(first.replace("\nm\n", "\ntwo\n"), metric="n")
    assert outcomes == ["kept aside"]
    assert [word for word in ("one", "two", "n") if f"\n\n{word}\n\n<!--" in second] == ["one", "two", "n"]


@pytest.mark.parametrize("edited", ["\n\nn\n\n", "\n\n\n", "\r\n\r\nm\r\n\r\n"])
def test_an_edit_that_says_nothing_of_its_own_is_not_kept(edited: str) -> None:
    text, outcomes = fill(f"{HEAD}### Metrics\n\n{block('metric', 'm')}\n".replace("\n\nm\n\n", edited), metric="n")
    assert text.replace("\r", "") == f"{HEAD}### Metrics\n\n{block('metric', 'n')}\n"
    assert outcomes == ["updated"]


BLOCK = block("metric", "m")


@pytest.mark.parametrize(
    ("stands", "reason"),
    [
        (BLOCK[: -len("<!-- incident-analytics: metric end -->")], "8: this mark lacks its other one"),
        (BLOCK[len(BLOCK.split("\n")[0]) :], "12: this mark lacks its other one"),
        (f"{BLOCK}\n\n{BLOCK}", "14: a second block"),
        (f"{BLOCK}\n<!-- incident-analytics: metric end -->", "13: this mark lacks its other one"),
        (BLOCK.replace("m\n", f"{block('error_message', 'e')}\n"), "8: this mark lacks its other one"),
    ],
)
def test_damaged_or_doubled_marks_are_reported_and_nothing_is_touched(stands: str, reason: str) -> None:
    remedies = {
        "this mark lacks its other one": "; delete it, or put the other one back",
        "a second block": "; delete one of the two",
    }
    remedy = remedies[reason.partition(": ")[2]]
    assert messages_of(f"{HEAD}### Metrics\n\n{stands}\n\n## Sign-off\n", metric="n") == [
        f"Metrics: line {reason}{remedy}"
    ]


def test_damaged_marks_of_another_report_in_the_file_cost_nothing() -> None:
    one = f"{HEAD}## Timeline\n\n<!-- incident-analytics: metric end -->\n\n"
    filled = fill_report(f"{one}{HEAD.replace('-001', '-002')}## Metrics\n".encode(), {"metric": "m"}, number=2)
    assert filled.fillings[0].outcome == "added"


def test_damaged_marks_of_one_section_cost_no_other() -> None:
    text = f"{HEAD}### Metrics\n\n<!-- incident-analytics: metric end -->\n\n### Logs\n"
    new, outcomes = fill(text, metric="m", error_message="e")
    assert new == f"{text.rstrip()}\n\n{block('error_message', 'e')}\n"
    assert outcomes == ["left alone", "added"]


def test_marks_in_a_fence_are_text() -> None:
    text = f"{HEAD}### Metrics\n\n````\n{BLOCK}\n````\n"
    new, outcomes = fill(text, metric="m")
    assert new == f"{text.rstrip()}\n\n{BLOCK}\n"
    assert outcomes == ["added"]


@pytest.mark.parametrize("opening", ["```\nlog", "~~~~\n```\n~~~", "<pre>\nlog", "<!-- note"])
def test_nothing_is_put_below_what_does_not_end(opening: str) -> None:
    message = "Metrics: a fence or an HTML element below line 6 does not end; close it"
    assert messages_of(f"{HEAD}### Metrics\n\n{opening}\n\n## Sign-off\n", metric="m") == [message]


# --- what a block holds ----------------------------------------------------------------------------------------------


def test_a_block_without_text_leaves_its_section_alone() -> None:
    message = "Metrics: skipped, no source for it is configured under [evidence]"
    for there in ("", f"{BLOCK}\n"):
        assert messages_of(f"{HEAD}### Metrics\n\n{there}", metric=" \n") == [message]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\n\n a \t\r\nb\r\r\n", " a\nb"),
        ("```\nopen", "````\n```\nopen\n````"),
        ("<pre>\n````\n</pre", "`````\n<pre>\n````\n</pre\n`````"),
        ("a\0\x1b[1m", "a\ufffd\ufffd[1m"),
        ("<!-- incident-analytics: metric end -->\n", "&lt;!-- incident-analytics: metric end -->"),
        ("a \ud800", "a &#55296;"),
    ],
)
def test_a_block_neither_ends_early_nor_runs_on(text: str, written: str) -> None:
    new, _ = fill(f"{HEAD}### Metrics\n\n### Error Messages\n\nnone\n", metric=text)
    assert re.findall(rf"{BEGIN}\n\n(.*?)\n*{END}\n\n### Error", new, re.DOTALL) == [written]


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        ("\r\n".join(HEAD.split("\n")), "\r\n"),
        ("\r".join(HEAD.split("\n")), "\r"),
        (HEAD.replace("\n", "\r\n", 1), "\n"),
        ("**Incident ID**: 1\r**Severity**: SEV-1\r\n", "\r"),
    ],
)
def test_new_lines_end_as_most_of_the_file_do(text: str, newline: str) -> None:
    new, _ = fill(f"\ufeff{text}## Metrics", metric="m")
    assert new == f"\ufeff{text}## Metrics" + f"\n\n{BLOCK}".replace("\n", newline)


def test_a_file_in_windows_1252_stays_one() -> None:
    content = f"{HEAD}Zürich \x81\n\n### Metrics\n\n’none’\n\n## Sign-off".encode("cp1252", "replace")
    content = content.replace(b"?", b"\x81")
    blocks = {"metric": "– 12 € → 3"}
    filled = fill_report(content, blocks)
    before, _, after = content.partition(b"\n\n## Sign-off")
    written = re.fullmatch(
        re.escape(before) + rf"\n\n{BEGIN}\n\n(.*)\n\n{END}\n\n## Sign-off{after.decode()}".encode(), filled.content
    )
    assert written is not None
    assert written[1].decode("cp1252") == "– 12 € &#8594; 3"
    assert fill_report(filled.content, blocks).content == filled.content


# --- laws ------------------------------------------------------------------------------------------------------------


def alike(one: bytes, other: bytes) -> int:
    """Return how many bytes both begin with."""
    n = min(len(one), len(other))
    differs = np.frombuffer(one, np.uint8, n) != np.frombuffer(other, np.uint8, n)
    return int(differs.argmax()) if differs.any() else n


def untouched(old: bytes, new: bytes) -> bytes:
    """Return what of the old bytes is not in the new ones, where one stretch was exchanged for another."""
    start = alike(old, new)
    end = alike(old[start:][::-1], new[start:][::-1])
    return old[start : len(old) - end]


def check_filling(content: bytes) -> bytes:
    """Fill a report with one block after the other: each time bytes are put in, and none but a placeholder's goes."""
    template = default_template()
    for name, text in BLOCKS.items():
        filled = fill_report(content, {name: text})
        [filling] = filled.fillings
        lost = untouched(content, filled.content)
        if filling.outcome == "replaced":
            assert lost.strip(b"`~\r\n[]").decode() in template.sections[name].placeholder
        else:
            assert filling.outcome in {"added", "left alone"}
            assert lost == b""
        content = filled.content
    assert fill_report(content, BLOCKS).content == content
    return content


def check_tables(before: Path, after: Path) -> None:
    """Both folders read to the same tables but for lines, placeholders that are filled and sections that are there."""
    gone = {"placeholder", "missing-section"}
    old, new = load(before, status="all"), load(after, status="all")
    for name in (field.name for field in fields(old)):
        tables: list[pd.DataFrame] = []
        for folder, corpus in ((before, old), (after, new)):
            table = getattr(corpus, name).drop(columns="line", errors="ignore")
            for column in {"path", "incident_id"} & set(table):
                table[column] = table[column].str.replace(folder.as_posix(), "")
            if name == "problems":
                table = table[~table["code"].isin(gone)].reset_index(drop=True)
                table["message"] = table["message"].str.replace(r"\d+", "#", regex=True)  # some name a line
            tables.append(table)
        assert_frame_equal(*tables)
    counts = [corpus.problems["code"].isin(gone).sum() for corpus in (old, new)]
    assert counts[1] <= counts[0]


SOME = REPORTS if TIMES > 1 else REPORTS[::3]
"""Every third report of the collections; `make laws` takes all of them."""


@MORE_IN_LAWS
def test_reports_of_the_collections_keep_their_bytes_and_every_fourth_is_read_as_before(tmp_path: Path) -> None:
    assert len(REPORTS) > 200
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    for number, file in enumerate(SOME):
        content = file.read_bytes()
        filled = check_filling(content)
        if number % 4 == 0:  # to read all of them twice takes long
            (tmp_path / "before" / file.name).write_bytes(content)
            (tmp_path / "after" / file.name).write_bytes(filled)
    check_tables(tmp_path / "before", tmp_path / "after")


@MORE_IN_LAWS
def test_without_its_blocks_every_report_is_as_it_was_but_for_placeholders() -> None:
    for file in SOME:
        content = file.read_bytes()
        filled = fill_report(content, BLOCKS)
        bare = filled.content
        for filling in filled.fillings:
            own = re.sub(r"\\w\+", filling.section, rf"{BEGIN}.*?{END}").encode()
            if filling.outcome == "replaced":
                placeholder = re.escape(default_template().sections[filling.section].placeholder).encode()
                fence = re.search(rb"```\r?\n" + placeholder + rb"\r?\n```", content)
                assert fence is not None
                bare = re.sub(own, fence[0], bare, flags=re.DOTALL)
            else:
                heads = (
                    rb"((\r\n|\n|\r)\2## Supporting Data)?((\r\n|\n|\r)\4### [\w ]+)?"
                    if "heading" in filling.message
                    else b""
                )
                bare = re.sub(heads + rb"(?P<end>\r\n|\n|\r)(?P=end)" + own, b"", bare, flags=re.DOTALL)
        assert bare == content, file


@examples(20)
@given(st.data())
def test_reports_in_every_form_keep_their_bytes(data: st.DataObject) -> None:
    known = data.draw(facts())
    check_filling(write_report(known, lambda forms: data.draw(st.sampled_from(list(forms)))).encode())


PIECES = st.sampled_from(
    [
        "## Executive Summary", "### Affected Services",
        "## Timeline", "## Supporting Data", "### Metrics", "### Error Messages", "#### Errors", "Metrics\n---",
        "## Lessons Learned", "## Sign-off", "# Appendix", "## Ours", "---", "***", "```", "~~~", "````", "<pre>",
        "</pre>", "<!--", "-->", "<div>", "> ### Logs", "- ### Logs", "    code", "- item", "text", "  ", "", "", "",
        "| a |\n|--|\n| b |", "```\n[Include relevant graphs, logs, or metrics]\n```", "[Include key error messages]",
        "**Template Version**: 1.0", "**Last Updated**: 2025-07-30", "\0", "é\u2028x", "\ufeff", "[a]: <b> 'c",
        "<!-- incident-analytics: metric begin sha256=0 -->", "<!-- incident-analytics: metric end -->",
        "<!-- incident-analytics: error_message kept begin -->", BLOCK, block("error_message", "e"), HEAD,
    ]
)  # fmt: skip
TEXTS = st.builds(
    lambda pieces: HEAD + "".join(piece + newline for piece, newline in pieces),
    st.lists(st.tuples(PIECES, st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r"])), max_size=14),
)


@given(
    TEXTS,
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    st.dictionaries(st.sampled_from([*BLOCKS]), TEXTS),
    st.integers(1, 2),
)
def test_whatever_takes_its_place_a_report_and_in_a_block_stays_as_it_is_read(
    text: str, encoding: str, blocks: dict[str, str], number: int
) -> None:
    """A second run changes nothing, and what is read is what was read before, save for the lines."""
    content = text.encode(encoding, "replace")
    try:
        filled = fill_report(content, blocks, number=number)
    except OutputError as error:
        assert str(error) == f"no report {number} here; the file holds {number - 1}"  # noqa: PT017
        return
    again = fill_report(filled.content, blocks, number=number)
    assert again.content == filled.content
    assert {filling.outcome for filling in again.fillings} <= {"unchanged", "left alone"}
    assert rows_read(filled.content) == rows_read(content)


def rows_read(content: bytes) -> list[str]:
    """Return what reading takes from a file, without lines, the order of fields and what a block mends."""
    found = []
    for report in parse_reports(decode_text(content.removeprefix(BOM))[0], "x.md", Settings(), default_template()):
        for name, rows in report.rows.items():
            kept = [row for row in rows if row.get("code") not in {"placeholder", "missing-section"}]
            found += [f"{name} {[(column, row[column]) for column in sorted(row) if column != 'line']}" for row in kept]
    return sorted(found)


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("incident_id", ["../INC-2025-03-14-001", "INC-2025-03-14-001/..", "", "..", "INC-2025-3-14-1"])
def test_a_folder_is_named_only_by_an_id_of_the_templates_form(incident_id: str) -> None:
    with pytest.raises(OutputError) as caught:
        figure_folder(Path("x.md"), incident_id)
    reason = "is not of the template's form, so that no folder can be named by it; correct it"
    assert str(caught.value) == f"x.md: Incident ID {incident_id!r} {reason}"


@pytest.mark.parametrize("incident_id", ["..", "../x", ".hidden", "a/b", "a\\b", "c:x", "a\n"])
def test_a_template_that_takes_any_word_for_an_id_lets_nobody_out_of_the_folder(
    incident_id: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('name = "own"\nversion = "1"\nincident_id = "[\\\\s\\\\S]+"\n[fields]\n[sections]\n[milestones]\n')
    templates = read_templates([own])
    assert figure_folder(tmp_path / "x.md", "OPS 7".replace(" ", "-"), templates=templates) == tmp_path / "OPS-7"
    with pytest.raises(OutputError):
        figure_folder(tmp_path / "x.md", incident_id, templates=templates)


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_the_figures_of_a_link_are_next_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "x.md").symlink_to(tmp_path / "there" / "x.md")
    folder = figure_folder(tmp_path / "x.md", "INC-2025-03-14-001")
    assert folder == tmp_path / "there" / "INC-2025-03-14-001"
