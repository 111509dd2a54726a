from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from incident_analytics.commentary import Remark, add_commentary, read_commentary
from incident_analytics.errors import CommentaryError


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "words.md"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_markdown_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("# Not a heading", id="code")])


def headings(commented: nbformat.NotebookNode) -> list[tuple[str, str, list[str]]]:
    return [(cell.id, cell.source, cell.metadata.get("tags", [])) for cell in commented.cells]


REVIEW = ("# Review\n\nIts words.", "## Severity\n\n### By **service**\n\nRows overlap.", "## Cost")


def test_a_file_is_cut_at_its_headings(tmp_path: Path) -> None:
    """Lower headings, and what looks like one in a fence, are words."""
    crlf = "\ufeffHead.\r\n\r\n## Time to *restore*\r\nOne.\r\n### Next\r\n"
    text = f"{crlf}Two.\n```\n## No heading\n```\n\nCost\n----\n# Last\n"
    remarks = read_commentary(write(tmp_path, text))
    assert [(remark.heading, remark.line) for remark in remarks] == [
        ("", 1),
        ("Time to restore", 3),
        ("Cost", 11),
        ("Last", 13),
    ]
    words = [remark.text.replace("\r\n", "\n") for remark in remarks]
    assert words == ["Head.", "One.\n### Next\nTwo.\n```\n## No heading\n```", "", ""]


def test_an_empty_file_has_no_remarks(tmp_path: Path) -> None:
    assert read_commentary(write(tmp_path, "\n")) == []
    assert read_commentary(write(tmp_path, "Words")) == [Remark("", 1, "Words")]


def test_words_are_below_their_headings(tmp_path: Path) -> None:
    given = notebook(*REVIEW)
    before = nbformat.writes(given)
    words = write(tmp_path, "Head.\n\n## COST\nMuch.\n\n## By  service\n\nThe API.\n\n## Cost\n\nToo much: é.\n")
    assert headings(add_commentary(given, words)) == [
        ("cell-0", "# Review", []),
        ("cell-0-commentary-1", "Head.", ["commentary"]),
        ("cell-0-commentary-2", "Its words.", []),
        ("cell-1", "## Severity\n\n### By **service**", []),
        ("cell-1-commentary-1", "The API.", ["commentary"]),
        ("cell-1-commentary-2", "Rows overlap.", []),
        ("cell-2", "## Cost", []),
        ("cell-2-commentary-1", "Much.\n\nToo much: é.", ["commentary"]),
        ("code", "# Not a heading", []),
    ]
    nbformat.validate(add_commentary(given, words))
    assert nbformat.writes(given) == before, "the given notebook stays as it is"


def test_of_two_headings_that_are_alike_the_first_has_the_words(tmp_path: Path) -> None:
    commented = add_commentary(notebook("## A\n\nx\n\n## A", "## a"), write(tmp_path, "# A\nWords."))
    assert [source for _, source, _ in headings(commented)] == [
        "## A",
        "Words.",
        "x\n\n## A",
        "## a",
        "# Not a heading",
    ]


def test_a_heading_without_words_changes_nothing(tmp_path: Path) -> None:
    given = notebook(*REVIEW)
    assert add_commentary(given, write(tmp_path, "## Cost\n\n## Severity\n")) == given


def test_cells_of_an_old_notebook_have_no_ids_afterwards_either(tmp_path: Path) -> None:
    given = notebook("# Review")
    for cell in given.cells:
        del cell["id"]
    commented = add_commentary(given, write(tmp_path, "Words."))
    assert [cell.get("id") for cell in commented.cells] == [None, None, None]


@pytest.mark.parametrize(
    ("text", "sources", "message"),
    [
        (None, REVIEW, "words.md: No such file or directory"),
        (b"Head.\n\n## Cost\ncaf\xe9\n", REVIEW, "words.md:4: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (
            "Head.\n\n## Severities\n",
            REVIEW,
            (
                "words.md:3: no section is headed 'Severities'; there are: Review, Severity, By service, Cost; "
                "did you mean 'Severity'?"
            ),
        ),
        ("\nHead.\n", ("No heading",), "words.md:1: the notebook has no headings to put words below"),
    ],
)
def test_what_does_not_fit_is_reported_with_its_line(
    text: str | bytes | None, sources: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    file = tmp_path / "words.md"
    if text is not None:
        write(tmp_path, text)
    with pytest.raises(CommentaryError) as caught:
        add_commentary(notebook(*sources), file)
    assert str(caught.value) == f"{tmp_path}/{message}"
