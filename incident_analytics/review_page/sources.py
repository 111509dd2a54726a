"""What a review is made from: files, problems, the tracker's and the incident tool's exports, corrections."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import pandas as pd

from incident_analytics import measures, sentences, showing
from incident_analytics.formatting import format_count, join_words
from incident_analytics.quotations import Quoted, figures_in
from incident_analytics.review_page.part import FOLDED, Part
from incident_analytics.showing import Shown

__all__ = ["Sources"]


class Sources(Part):
    """What the review is made from."""

    def files(self) -> Shown:
        """Show how many files were read, and which were not, with the reason."""
        unread = self._without_folders(measures.skipped_files(self.scope))
        counted, undated = measures.file_counts(self.scope), self.highlights.undated
        words = sentences.describe_files(counted, n_undated=len(undated), n_later=len(self.scope.erased))
        table = showing.text(Quoted(words, figures_in(counted, undated)))
        if len(counted) != 1:  # else the sentence has all of it
            table += showing.table(counted, empty="No files.")
        if unread.empty:
            return table
        folded = f"{format_count(len(unread), 'file')} skipped"
        return table + showing.table(unread, columns=["path", "outcome", "reason"], folded=folded)

    def _without_folders(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table in which files, in the texts too, are named without the folders of this machine."""
        if table.empty:
            return table
        names = self._names
        any_path = re.compile("|".join(re.escape(path) for path in sorted(names, key=len, reverse=True)) or r"(?!)")
        texts = table.columns.intersection(["reason", "message"])
        return table.assign(
            **{
                column: table[column].map(self._called)
                for column in table.columns.intersection(["path", "record_path"])
            },
            **{
                column: [any_path.sub(lambda found: names[found[0]], str(text)) for text in table[column]]
                for column in texts
            },
        )

    @cached_property
    def _names(self) -> dict[str, str]:
        """What the page calls each file."""
        known = self.scope.known
        return {path: self._called(path) for path in dict.fromkeys((*known.files["path"], *known.problems["path"]))}

    def _called(self, path: str) -> str:
        return self.given.called(path) if self.given else Path(path).name

    def problems(self) -> Shown:
        """Show the problems of the window's reports, and of the other files that were read."""
        counted = measures.problem_counts(self.scope)
        notable = self._without_folders(measures.problems(self.scope))
        if counted.empty:
            return showing.text("No problems.")
        notable = notable.sort_values("level", key=lambda level: level != "error", kind="stable")
        levels = ["level"] if len(notable["level"].unique()) > 1 else []
        return showing.table(counted) + showing.table(
            notable,
            columns=["incident_id", "path", "line", *levels, "code", "message"],
            empty="No errors and no warnings.",
            folded=join_words(
                [
                    format_count(n, level)
                    for level in ("error", "warning")
                    if (n := int((notable["level"] == level).sum()))
                ]
            ),
            links=self.links,
        )

    def tracker_rows(self) -> Shown | None:
        """List the rows of the issue tracker's export that match no action item."""
        if self.scope.tracker is None:
            return None
        unmatched = measures.stray_rows(self.scope)
        n_ambiguous = int(unmatched["is_ambiguous"].sum())
        words = sentences.describe_unmatched(len(unmatched) - n_ambiguous, n_ambiguous=n_ambiguous)
        said = showing.text(Quoted(words, figures_in(unmatched)))
        if unmatched.empty:
            return said
        columns = ("key", "incident_id", "action", "owner", "due_on", "is_ambiguous")
        return said + showing.table(
            unmatched,
            columns=[column for column in columns if column in unmatched and (column != "is_ambiguous" or n_ambiguous)],
            folded="Tracker rows not used",
            links=self.links,
        )

    def incident_tool(self) -> Shown | None:
        """Compare the reports' times with those of the incident tool's export."""
        if self.scope.tool_records is None:
            return None
        records, differences = measures.records(self.scope), measures.record_differences(self.scope)
        if records.empty:
            return showing.text("The incident tool's export has no record of this period.")
        incidents, times = self.scope.reviewed.incidents, measures.by_record(self.scope)
        said = [
            sentences.describe_records(records, differences, n=len(incidents)),
            sentences.describe_times_by_record(times, measure=self.metric_name),
        ]
        shown = showing.text(*said)
        if times["n"].any():
            shown += showing.table(times, columns=["record", "n", "mean", "median", "n_missing"], folded=FOLDED)
        stray = records[records["incident_id"].isna()]
        missing = measures.without_record(self.scope)
        for table, columns, words in (
            (
                self._without_folders(differences),
                ["incident_id", "milestone", "reported_at", "recorded_at", "difference", "line", "key", "record_line"],
                _numbered(len(differences), "time that differs", "times that differ"),
            ),
            (
                self._without_folders(stray),
                ["tool", "key", "title", "service", "detected_at", "candidates"],
                _numbered(len(stray), "record without a report", "records without a report"),
            ),
            (
                missing,
                ["incident_id", "title", "occurred_at"],
                _numbered(len(missing), "report without a record", "reports without a record"),
            ),
        ):
            if not table.empty:
                shown += showing.table(table, columns=columns, folded=words, links=self.links)
        return shown

    def corrections(self) -> Shown | None:
        """List the corrections that the settings name."""
        corrections = measures.corrections(self.scope)
        return None if corrections.empty else showing.table(corrections, links=self.links)


def _numbered(n: int, one: str, many: str) -> str:
    return f"1 {one}" if n == 1 else f"{n:,} {many}"
