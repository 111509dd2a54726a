"""The page that lists the reviews of a folder."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from html_page import Page

from incident_analytics.config import Settings
from incident_analytics.errors import OutputError
from incident_analytics.pages import is_page
from incident_analytics.review_index import write_index

PAGE = "<html><body><h1 id='a'>{}</h1></body></html>"


def write(folder: Path, *names: str, headline: str = "A quiet quarter") -> None:
    for name in names:
        (folder / name).write_text(PAGE.format(headline), encoding="utf-8")


def listed(folder: Path) -> list[str]:
    """Return the words of each review in the list."""
    text = (folder / "index.html").read_text(encoding="utf-8")
    return [
        " ".join(re.sub("<[^>]*>", "", item).split()) for item in re.findall("<li>(.*?)</li>", text, flags=re.DOTALL)
    ]


def test_reviews_are_listed_newest_first_with_their_headline_and_forms(tmp_path: Path) -> None:
    """A file of another name is no review, and a review without a page has no headline."""
    write(
        tmp_path,
        "review-2025Q2.html",
        "review-2025Q2.pdf",
        "review-2025Q2.md",
        "review-notes.html",
        "review-2025Q9.html",
    )
    write(tmp_path, "review-2025-07-01_2025-08-01.html", headline="API &lt;over&gt; <em>budget</em>")
    write(tmp_path, "review-2025-W30.ipynb", "summary.html")
    assert write_index(tmp_path, Settings())
    assert listed(tmp_path) == [
        "1 to 31 July 2025 API &lt;over&gt; budget",
        "week 30 of 2025 21 to 27 July 2025",
        "Q2 2025 A quiet quarter 1 April to 30 June 2025; also as PDF, Markdown",
    ]
    page = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert [link["href"] for link in page.all("a")] == [
        "review-2025-07-01_2025-08-01.html",
        "review-2025-W30.ipynb",
        "review-2025Q2.html",
        "review-2025Q2.pdf",
        "review-2025Q2.md",
    ]
    assert page.all("script") == []
    assert page.outside_requests() == []


def test_the_list_is_made_anew_and_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, "review-2025Q2.html")
    write_index(tmp_path, Settings())
    first = (tmp_path / "index.html").read_bytes()
    write_index(tmp_path, Settings())
    assert (tmp_path / "index.html").read_bytes() == first
    write(tmp_path, "review-2025Q3.html")
    write_index(tmp_path, Settings())
    assert [item.partition(" A ")[0] for item in listed(tmp_path)] == ["Q3 2025", "Q2 2025"]


def test_an_index_of_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Our site</h1>")
    assert not write_index(tmp_path, Settings())
    assert (tmp_path / "index.html").read_text() == "<h1>Our site</h1>"


def test_an_index_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OutputError, match=r"index\.html: Is a directory"):
        write_index(tmp_path, Settings())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "review-2025Q1.html")
    assert write_index(tmp_path, Settings())
    (tmp_path / "index.html").unlink()
    os.mkfifo(tmp_path / "index.html")
    with pytest.raises(OutputError, match=r"index\.html: a pipe, socket or device, not a regular file"):
        write_index(tmp_path, Settings())


def test_whatever_else_is_in_the_folder_neither_stops_nor_misleads_the_list(tmp_path: Path) -> None:
    write(tmp_path, "review-2025Q2.html", headline="a\u202eb <i>c</i> &lt;script&gt; " + "long " * 1000)
    write(tmp_path, "review-2025q1.html", 'review-2025Q1".html', "review-2025Q1.html\n.html", "review-.html")
    write(tmp_path, "review-<img src=x>.html", "review-2025-01-01_2025-02-01_.html", "review-last-quarter.html")
    (tmp_path / "review-2024Q4.html").mkdir()
    (tmp_path / "review-2024Q3.pdf").symlink_to("nowhere")
    (tmp_path / "review-2024Q2.html").write_text("<h1 " * 50_000, encoding="utf-8")
    (tmp_path / "review-2024Q1.html").write_bytes(b"<h1>" + b"<" * 200_000 + b"\xff</h1>")
    assert write_index(tmp_path, Settings())
    page = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert [link["href"] for link in page.all("a")] == [
        f"review-{name}.html" for name in ("2025Q2", "2024Q2", "2024Q1")
    ]
    first, second, third = listed(tmp_path)
    assert first.startswith(r"Q2 2025 a\u202eb c &lt;script&gt; long")
    assert len(first) < 1100
    assert second == "Q2 2024 1 April to 30 June 2024"
    assert third.count("&lt;") == 1000


def test_a_long_page_of_somebody_else_is_no_index_of_ours_at_once() -> None:
    started = time.process_time()
    assert not is_page("<meta " * 100_000)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("width", [360, 1440])
def test_the_list_has_the_room_of_a_page_at_every_width(tmp_path: Path, tab: Any, width: int) -> None:
    """The list has no contents next to it, and is not squeezed into their column."""
    write(tmp_path, "review-2025Q2.html", headline="API and Frontend overspent their error budgets. " * 4)
    assert write_index(tmp_path, Settings())
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto((tmp_path / "index.html").as_uri())
    box = tab.locator(".reviews").bounding_box()
    assert box["width"] > min(0.8 * width, 700)
    assert box["x"] + box["width"] <= width
