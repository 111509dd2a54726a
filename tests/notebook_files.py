"""Small notebooks for tests."""

from __future__ import annotations

from pathlib import Path

import nbformat


def write_notebook(file: Path, *sources: str, tagged: bool = True) -> Path:
    """Write a notebook of code cells, of which the first sets the parameters."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    if tagged:
        cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    return file
