"""A review in other tools: the digest for chat, the page for Confluence."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from incident_analytics import handouts
from incident_analytics.errors import OutputError
from incident_analytics.handouts import as_confluence, as_slack
from incident_analytics.showing import Shown, fold, table, text


def cells(*shown: Shown, heading: str = "## Part") -> list[Any]:
    outputs = [new_output("display_data", each._repr_mimebundle_()) for each in shown]
    return [new_markdown_cell(heading), new_code_cell("page.part()", outputs=outputs)]


def digest(*lines: tuple[str, str]) -> list[Any]:
    return cells(text("x"), Shown("", "", digest=lines))


def parsed(storage: str) -> ET.Element:
    return ET.fromstring(f'<page xmlns:ac="ac" xmlns:ri="ri">{storage}</page>')  # noqa: S314 - our own


def test_the_digest_of_a_review_is_few_lines_that_its_page_says_too(demo_review: dict[str, Path]) -> None:
    lines = demo_review["slack"].read_text(encoding="utf-8").splitlines()
    assert len(lines) == 9
    assert demo_review["slack"].name == "review-2025Q3.slack.txt"
    assert lines[-1] == "The whole review: review-2025Q3.html"
    assert lines[2].startswith("*Incidents:* 13; 1 SEV-1, 7 SEV-2, 5 SEV-3; ")
    page = html.unescape(re.sub(r"<[^>]*>", "", demo_review["html"].read_text(encoding="utf-8")))
    for line in lines[:-1]:
        for part in re.split(r"; |: | \(|\* | · ", html.unescape(line.replace("*", " ").strip().rstrip(")"))):
            assert " ".join(part.split()).removesuffix(":") in " ".join(page.split()), part


def test_nothing_in_a_digest_mentions_links_or_formats() -> None:
    line = ("*API*", "<!channel> & `x` <https://evil.example|here>\nnext")
    expected = "*∗API∗* &lt;!channel&gt; &amp; 'x' `&lt;https://evil.example|here&gt;\\nnext`\n"
    assert as_slack(digest(line)) == expected
    line = ("", "@channel @Here: @everyone, ask ann@here.example or @sam")
    assert as_slack(digest(line)) == "＠channel ＠Here: ＠everyone, ask `ann@here.example` or @sam\n"
    line = ("", "_all of it_ in render_queue")
    assert as_slack(digest(line)) == "＿all of it＿ in render_queue\n"
    line = ("", "~gone~ https://evil.example/a evil.example, v1.2 at 99.9%. mailto:a slack://x")
    expected = "∼gone∼ `https://evil.example/a` `evil.example,` v1.2 at 99.9%. `mailto:a` `slack://x`\n"
    assert as_slack(digest(line)) == expected


@pytest.mark.parametrize("n", range(1, 15))
@pytest.mark.parametrize("page", [None, "review.html"])
def test_a_digest_has_at_most_ten_lines_and_says_how_many_decisions_it_leaves_out(n: int, page: str | None) -> None:
    lines = as_slack(digest(*((f"{number}", "words") for number in range(n))), page).splitlines()
    assert len(lines) == min(n + (page is not None), 10)
    shown = sum(line.endswith("words") for line in lines)
    left_out = [int(line.split()[0]) for line in lines if line.endswith("more decisions are in the review.")]
    assert shown + sum(left_out) == n


def test_a_notebook_without_a_first_screen_has_no_digest() -> None:
    with pytest.raises(
        OutputError, match=r"^a digest for chat needs page\.first_screen\(\), which the notebook does not"
    ):
        as_slack(cells(text("x")))


def test_the_page_for_confluence_is_well_formed_and_has_its_figures(demo_review: dict[str, Path]) -> None:
    root = parsed(demo_review["confluence"].read_text(encoding="utf-8"))
    attached = [each.get("{ri}filename") for each in root.iter("{ri}attachment")]
    folder = demo_review["confluence"].with_name("review-2025Q3_files")
    assert sorted(filter(None, attached)) == sorted(file.name for file in folder.iterdir())
    headings = re.findall(r"^## (.*)", demo_review["md"].read_text(encoding="utf-8"), re.MULTILINE)
    assert [each.text for each in root.iter("h2")] == headings
    macros = {each.get("{ac}name") for each in root.iter("{ac}structured-macro")}
    assert macros == {"expand"}
    assert {each.get("href", "").partition(":")[0] for each in root.iter("a")} <= {"https", "mailto"}


def test_what_a_report_says_is_text_in_confluence() -> None:
    harm = '</ac:rich-text-body><ac:structured-macro ac:name="html"> & [x](javascript:alert) ![y](http://evil)'
    root = parsed(as_confluence(cells(text(harm), heading="## A & B"), "files")[0])
    assert [each.text for each in root] == ["A & B", harm]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\ufffeb \x01c `\x0b`", r"a\ufffeb \x01c \x0b"),
        ("```\n\x02\n```", "\\x02\n"),
        ("| a\x03 |\n|---|\n", "a\\x03"),
        ("a\n\n</details>", "a</details>"),
        ("<details><summary>x</summary>\n\na", "<details><summary>x</summary>a"),
        ("- a\n\n  <details><summary>x</summary>\n\nb\n\n</details>", "a<details><summary>x</summary>b</details>"),
    ],
)
def test_a_page_for_confluence_is_well_formed_whatever_ones_own_words_hold(written: str, shown: str) -> None:
    found = "".join(parsed(as_confluence([new_markdown_cell(written)], "files")[0]).itertext())
    assert "".join(found.split()) == "".join(shown.split())


def test_folded_parts_links_and_raw_html() -> None:
    import pandas as pd

    shown = fold(table(pd.DataFrame({"service": ["API"]})), "One & all")
    own = Shown("", "[in](#Part) [file](../x.md) [out](https://example.org/a?b&c)\n\n<b>raw</b>")
    root = parsed(as_confluence(cells(shown, own), "files")[0])
    macro = root.find("{ac}structured-macro")
    assert macro is not None
    assert macro.findtext("{ac}parameter") == "One & all"
    assert [cell.text for cell in macro.iter("td")] == ["API"]
    assert [link.get("href") for link in root.iter("a")] == ["https://example.org/a?b&c"]
    assert "in file out" in "".join(root.itertext())
    assert "<b>raw</b>" in "".join(root.itertext())
    assert handouts.__all__ == ["as_confluence", "as_slack"]
