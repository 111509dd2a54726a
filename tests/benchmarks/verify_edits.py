"""Change the demo at random, many times, and print whether `verify` names the figures that changed, and why.

``python tests/benchmarks/verify_edits.py 50 0`` makes 50 edits, from the seed 0 on. The figures are those of
`edits.FEW`; a third word ``all`` takes all that a page asks. What is right is known by comparing the frames, and from
the edit itself.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from edits import ask, compared, copy_demo, edit_at_random, is_right, read_copy, really_changed

from incident_analytics import plots
from incident_analytics.review_input import ReviewInput
from incident_analytics.review_page import ReviewPage
from incident_analytics.review_page import page as page_module


def ask_all(given: ReviewInput) -> ReviewInput:
    """Ask all that a page asks, drawing nothing."""

    def nothing(*_: object, **__: object) -> Any:
        return None

    page_module.display = nothing
    for name in plots.__all__:
        setattr(plots, name, nothing)
    page = ReviewPage(given.scope)
    for name in dir(ReviewPage):
        if callable(getattr(ReviewPage, name)) and not name.startswith("_") and name not in {"read", "manifest"}:
            getattr(page, name)()
    return given


def main(n_edits: int, first: int, *, is_all: bool) -> None:
    """Print a line an edit, and the counts at the end."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        base = (ask_all if is_all else ask)(read_copy(copy_demo(Path(folder, "base"))))
        print(f"{len(base.scope.figures)} figures", flush=True)
        before = base.manifest()
        cited: dict[str, set[int]] = {}
        for figure in before.figures.values():
            for incident, lines in figure.lines.items():
                cited.setdefault(incident, set()).update(lines)
        for seed in range(first, first + n_edits):
            shutil.rmtree(Path(folder, "copy"), ignore_errors=True)
            copied = copy_demo(Path(folder, "copy"))  # in one place, so that the cache knows what did not change
            edit = edit_at_random(copied, seed)
            after = read_copy(copied)
            found = compared(before, after)
            changed = really_changed(base, after)
            named = {change.figure for change in found.changes}
            wrong = [change for change in found.changes if not is_right(edit, change.causes)]
            wrong += [cause for cause in found.edited if not is_right(edit, (cause,))]
            is_cited = edit.kind == "edit" and edit.line in cited.get(edit.subject, ())
            fails = bool(found.changes or found.edited)
            counts["edits"] += 1
            counts["figures changed"] += len(changed)
            counts["named exactly"] += named == changed
            counts["with a change"] += bool(changed)
            counts["cause right"] += bool(changed) and not wrong
            counts["another cause named"] += bool(wrong)
            counts["in a cited line"] += is_cited
            counts["in a cited line, and fails"] += is_cited and fails
            counts["in another line, and nothing changes"] += edit.kind == "edit" and not is_cited and not changed
            counts["in another line, and a figure changes"] += edit.kind == "edit" and not is_cited and bool(changed)
            counts["in another line, and passes"] += edit.kind == "edit" and not is_cited and not changed and not fails
            where = f"{'cited' if is_cited else ''} {'fails' if fails else 'passes'}"
            print(seed, edit, len(changed), where, sorted(named ^ changed) or "", wrong[:1] or "", flush=True)
    for name, n in counts.items():
        print(f"{name}: {n}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), is_all="all" in sys.argv)
