"""The action items: what is done, due and overdue."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics import measures, plots, sentences, showing
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.first_screen import overdue_items, side_by_side
from incident_analytics.formatting import format_count
from incident_analytics.results import ITEM_HEADINGS
from incident_analytics.review_page.part import ENOUGH, FEW, FOLDED, Part
from incident_analytics.showing import Shown

__all__ = ["FollowUps"]

_TOP: Final = 10  # overdue items in the body of the page


class FollowUps(Part):
    """What became of the action items."""

    def follow_ups(self) -> Shown | None:
        """Say how the follow-ups of all incidents are, list those overdue for longest, and count them by owner."""
        facts = self.highlights.follow_ups
        if not facts.n_items:
            return None
        said = showing.text(sentences.describe_follow_ups(facts, label=self.scope.window.label))
        late = self.highlights.overdue
        top = late[late["status"].notna()].head(_TOP)
        if top.empty:
            return said
        items = overdue_items(top, self.links)
        columns = ["owner", "n_overdue", "n_overdue_unknown", "overdue_by"]
        headings = {"overdue_by": "Longest", "n_overdue_unknown": "No status"}
        owners = measures.overdue_by_owner(self.scope)
        if len(owners) > _TOP:
            shown = pd.concat([owners.head(_TOP), _together(owners[_TOP:])], ignore_index=True)
            shown.attrs = owners.attrs
            owners = shown
        if len(owners) < FEW:
            return said + items
        by_owner = showing.table(owners, columns=columns, headings=headings)
        return said + side_by_side(items, by_owner, is_wide=True)

    def action_completion(self) -> Shown | None:
        """Show the window's action items by priority."""
        completion = measures.completion(self.scope, by="priority")
        items = completion[completion["n"] > 0].sort_values("priority", ascending=False)
        if items["n"].sum() < FEW:
            return None
        columns = [
            "priority",
            "n",
            "n_done",
            "n_open",
            "n_overdue",
            "n_overdue_unknown",
            "n_open_undated",
            "n_unknown",
            "n_dropped",
            "completion",
            "on_time",
            "n_dated",
        ]
        items = items.assign(priority=items["priority"].astype(object).fillna("no priority"))
        return showing.table(items, columns=columns, headings=ITEM_HEADINGS)

    def action_classes(self) -> Shown | None:
        """Show what the window's action items are for, and which incidents have none that prevents."""
        table = measures.classes(self.scope)
        if table.loc[table["class"].notna(), "n"].sum() < ENOUGH:
            return None
        said = showing.text(sentences.describe_prevention(measures.preventive(self.scope)))
        table = table.assign(**{"class": table["class"].astype(object).fillna("not known")})
        columns = ["class", "n", "n_proposed", "share", "n_done", "n_open", "n_unknown", "completion"]
        return said + showing.table(table, columns=columns, headings=ITEM_HEADINGS, folded=FOLDED)

    def due_times(self) -> Shown | None:
        """Compare the due dates of the window's action items with the targets of the settings."""
        by_severity, by_priority = (measures.due(self.scope, by=by) for by in ("severity", "priority"))
        if not by_severity["n_judged"].any():
            return None
        columns = ["n", "median", "n_judged", "share_met", "n_missing"]
        said = showing.text(sentences.describe_due(by_severity))
        severity = by_severity.sort_values("severity", ascending=False)
        priority = by_priority.sort_values("priority", ascending=False)
        priority = priority.assign(priority=priority["priority"].astype(object).fillna("no priority"))
        return (
            said
            + showing.table(severity, columns=["severity", "target", *columns], folded="By severity")
            + showing.table(priority, columns=["priority", *columns], folded="By priority")
        )

    def action_survival(self) -> None:
        """Show how long action items stay open."""
        curve = measures.survival(self.scope)
        if len(curve) and curve["n"].max() >= LEAST["survival interval"]:
            plots.show_plot(plots.plot_action_survival(curve))

    def overdue_actions(self) -> Shown | None:
        """List all overdue items of all incidents to date."""
        late = self.highlights.overdue
        n_unknown = int(late["status"].isna().sum())
        if len(late) <= _TOP and not n_unknown:
            return None
        n_late = len(late) - n_unknown
        words = [f"{n_late:,} overdue"] if n_late else []
        words += [f"{n_unknown:,} past due without a recorded status"] if n_unknown else []
        return showing.table(
            late.sort_values(["owner", "overdue_by"], ascending=[True, False]),
            columns=["owner", "incident_id", "key", "action", "priority", "due_on", "overdue_by", "status"],
            headings={"overdue_by": "Past due by"} if n_unknown else {},
            folded=", ".join(words),
            greatest="overdue_by",
            links=self.links,
        )


def _together(owners: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `measures.overdue_by_owner` as one."""
    row = {
        "owner": format_count(len(owners), "more owner"),
        "n_overdue": owners["n_overdue"].sum(),
        "n_overdue_unknown": owners["n_overdue_unknown"].sum(),
        "overdue_by": owners["overdue_by"].max(),
    }
    return pd.DataFrame({name: pd.Series([value], dtype=owners[name].dtype) for name, value in row.items()})
