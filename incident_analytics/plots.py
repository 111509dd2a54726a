"""Figures of result tables, one function a table; nothing is computed here that the table does not hold.

Every function is ``plot_x(table, *, ax=None, ...) -> Axes``. It draws on ``ax``, or on a new figure, never on whatever
figure is current. The title is a sentence that tells the finding; `alt_text` gives it with every value in words.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal, cast

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.formatting import format_amount, format_share, format_span, html_text, join_words
from incident_analytics.model import need_columns
from incident_analytics.sentences import (
    describe_budget,
    describe_completion,
    describe_costs,
    describe_counts,
    describe_downtime,
    describe_overdue,
    describe_response,
    each_row,
    group_columns,
)

__all__ = [
    "alt_text",
    "plot_action_completion",
    "plot_costs",
    "plot_downtime",
    "plot_error_budget",
    "plot_overdue_actions",
    "plot_response",
    "plot_response_trend",
    "plot_severity_counts",
    "show_plot",
]

WIDTH: Final = 6.7  # inches: the text width of a printed page
DPI: Final = 200

INK: Final = "#1f2933"
MUTED: Final = "#667280"
RULE: Final = "#c3c9d2"
SEVERITY_RAMP: Final = ("#5b1a57", "#b5376b", "#f0914f", "#f7d9a0")  # worst to least, of rising lightness
# Okabe and Ito's palette, which people with any common colour vision can tell apart.
BLUE: Final = "#0072b2"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
VERMILION: Final = "#d55e00"
PALE: Final = "#d5dae1"

STYLE: Final[Any] = {
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "grid.color": "#e6e9ee",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "text.parse_math": False,  # a name such as "$A$ to $B$" is a name
    "xtick.color": MUTED,
    "xtick.bottom": False,
    "ytick.color": INK,
    "ytick.left": False,
}

_TIMES: Final = (
    *(60 * minutes for minutes in (1, 2, 5, 10, 20, 30)),
    *(3600 * hours for hours in (1, 2, 4, 8, 12)),
    *(86400 * days for days in (1, 2, 4, 7, 14, 30, 60, 120, 180, 365, 730)),
)


def alt_text(ax: Axes) -> str:
    """Return in words what a plot of this module shows: its sentence, then every row's values.

    Examples
    --------
    >>> rows = {"service": ["API"], "n": [2], "downtime": [pd.Timedelta(hours=3)]}
    >>> alt_text(plot_downtime(pd.DataFrame(rows)))
    'API was down for longest: 3h in 2 outages. Downtime per service: API: 3h, n = 2.'
    """
    return str(ax.get_label())


def show_plot(ax: Axes) -> None:
    """Show a plot in a notebook with its `alt_text`, and close its figure.

    Of a plot with nothing to see only the sentence is shown. The picture is drawn here rather than by the notebook's
    backend, so that it appears, at full resolution and with its text, whatever backend is set.
    """
    from IPython.display import Image, display

    figure = cast(Figure, ax.get_figure(root=True))
    if not ax.has_data():
        plt.close(figure)
        display(html_text(" ".join(figure.get_suptitle().split())))  # type: ignore[no-untyped-call]
        return
    picture = io.BytesIO()
    # No Software entry: the same table gives the same bytes.
    figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
    plt.close(figure)
    display(  # type: ignore[no-untyped-call]
        Image(picture.getvalue(), format="png", width=round(96 * figure.get_figwidth()), alt=alt_text(ax))  # type: ignore[no-untyped-call]
    )


def plot_response(summary: pd.DataFrame, *, metric: str = "time_to_restore", ax: Axes | None = None) -> Axes:
    """Draw each group's median and 90th percentile of a response metric.

    Parameters
    ----------
    summary
        What `response_summary` gives for one column of groups.
    metric
        Its metric.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a group, in the table's order with severities from the worst: a filled dot at the median, an open one
        at the 90th percentile, on a logarithmic scale.

    Raises
    ------
    ColumnsError
        ``the plot is of one column of groups, and the summary has none``
    """
    need_columns(summary, "n", "median", "p90")
    groups = group_columns(summary)
    if len(groups) != 1:
        raise ColumnsError(f"the plot is of one column of groups, and the summary has {', '.join(groups) or 'none'}")
    group = groups[0]
    ordered = isinstance(summary[group].dtype, pd.CategoricalDtype) and summary[group].cat.ordered
    rows = summary.sort_values(group, ascending=False) if ordered else summary
    colors = _severity_colors(list(rows[group].cat.categories)) if ordered else {}
    names = [str(name) for name in rows[group].astype(object).fillna("unknown")]
    notes = [
        "none known" if pd.isna(row.median) else f"median {format_span(row.median)}, 90% within {format_span(row.p90)}"
        for row in each_row(rows)
    ]
    with _styled(ax, rows=len(rows)) as axes:
        for y, (name, row) in enumerate(zip(names, each_row(rows), strict=True)):
            if pd.isna(row.median):
                continue
            color = colors.get(name, BLUE)
            median, p90 = row.median.total_seconds(), row.p90.total_seconds()
            axes.plot([median, p90], [y, y], color=color, linewidth=2, zorder=2)
            axes.plot([median], [y], "o", color=color, markersize=8, zorder=3)
            axes.plot([p90], [y], "o", color=color, markerfacecolor="white", markersize=7, zorder=3)
        _label_rows(axes, [f"{name}  (n = {n})" for name, n in zip(names, rows["n"], strict=True)], notes)
        _span_axis(axes, "x", [*rows["median"], *rows["p90"]], log=True)
        axes.grid(axis="x")
        _explain(
            axes,
            describe_response(rows, metric=metric),
            f"{metric.replace('_', ' ')}, log scale; filled dot = median, open dot = 90th percentile",
            [f"{name}: {note}, n = {n}" for name, note, n in zip(names, notes, rows["n"], strict=True)],
            alone=ax is None,
        )
    return axes


def plot_response_trend(summary: pd.DataFrame, *, metric: str = "time_to_restore", ax: Axes | None = None) -> Axes:
    """Draw the median and 90th percentile of a response metric, period by period.

    Parameters
    ----------
    summary
        What `response_summary` gives with ``freq`` and no other groups.
    metric
        Its metric.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        Two lines on a logarithmic scale, with a gap at a period that has no span.
    """
    need_columns(summary, "period", "n", "median", "p90")
    # The greater of the two is labelled above its line, the other below: they may lie close together.
    series = {"median": ("median", "-", BLUE, "top"), "p90": ("90% within", "--", MUTED, "bottom")}
    with _styled(ax, height=2.6) as axes:
        x = range(len(summary))
        for column, (words, dashes, color, side) in series.items():
            if summary[column].notna().any():
                axes.plot(x, summary[column].dt.total_seconds(), dashes, color=color, marker="o", markersize=5)
            known = [(i, span) for i, span in zip(x, summary[column], strict=True) if not pd.isna(span)]
            for i, span in known[-1:]:
                axes.annotate(
                    f"{words} {format_span(span)}", (i, span.total_seconds()), (8, 0), textcoords="offset points",
                    va=side, color=color, weight="bold",
                )  # fmt: skip
        axes.set_xticks(x, [f"{row.period}\nn = {row.n}" for row in each_row(summary)])
        _span_axis(axes, "y", [*summary["median"], *summary["p90"]], log=True)
        axes.grid(axis="y")
        _explain(
            axes,
            describe_response(summary, metric=metric),
            f"{metric.replace('_', ' ')} by period, log scale",
            [
                f"{row.period}: median {format_span(row.median)}, 90% within {format_span(row.p90)}, n = {row.n}"
                if row.n
                else f"{row.period}: none known"
                for row in each_row(summary)
            ],
            alone=ax is None,
        )
    return axes


def plot_severity_counts(counts: pd.DataFrame, *, highlight: Collection[str] = (), ax: Axes | None = None) -> Axes:
    """Draw the incidents of each period as bars stacked by severity, the worst at the bottom.

    Parameters
    ----------
    counts
        What `severity_counts` gives.
    highlight
        Periods to shade, by their names in ``counts``, such as those of the quarter under review. The title tells
        these alone where there are any.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a period, each part labelled with its number and each bar with its total.

    Raises
    ------
    UnknownNameError
        ``period '2025Q3' is not one of 2025-07, 2025-08, 2025-09``
    """
    need_columns(counts, "period", "severity", "n")
    periods = list(dict.fromkeys(counts["period"]))
    for name in highlight:
        if name not in periods:
            raise UnknownNameError(f"period {name!r} is not one of {', '.join(periods)}")
    severities = list(counts["severity"].cat.categories)
    colors = _severity_colors(severities)
    parts = [(name, counts["severity"] == name, colors[name]) for name in reversed(severities)]
    if counts["severity"].isna().any():
        parts.append(("unknown", counts["severity"].isna(), PALE))
    stacks = [
        (name, counts[rows].groupby("period")["n"].sum().reindex(periods, fill_value=0), color)
        for name, rows, color in parts
        if counts["n"].any()
    ]
    top = max([1, *counts.groupby("period")["n"].sum()])
    with _styled(ax, height=2.7) as axes:
        shaded = [periods.index(name) for name in highlight]
        if shaded and stacks:
            axes.axvspan(min(shaded) - 0.5, max(shaded) + 0.5, color="#eef2f7", zorder=0)
        base = pd.Series(0, index=periods)
        for name, heights, color in stacks:
            bars = axes.bar(periods, heights, bottom=base, width=0.74, color=color, edgecolor="white", label=name)
            # A number only where its part is high enough to hold it.
            labels = [str(n) if n >= 0.07 * top else "" for n in heights]
            axes.bar_label(bars, labels, label_type="center", color=_ink_on(color), fontsize=8)
            base = base + heights
        for x, total in enumerate(base):
            axes.annotate(str(total), (x, total), (0, 3), textcoords="offset points", ha="center", weight="bold")
        handles, names = axes.get_legend_handles_labels()
        axes.legend(
            handles[::-1], names[::-1], frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), handlelength=1.0
        )
        axes.set_xticks(range(len(periods)), _period_labels(periods))
        axes.set_ylim(0, 1.1 * top)
        axes.set_yticks([])
        _explain(
            axes,
            describe_counts(counts[counts["period"].isin(list(highlight))] if shaded else counts),
            "incidents by severity" + ("; the shaded part is under review" if shaded else ""),
            [
                f"{period}: {base[period]}"
                + "".join(f", {heights[period]} {name}" for name, heights, _ in stacks if heights[period])
                for period in periods
            ],
            alone=ax is None,
        )
    return axes


def plot_downtime(downtime: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each service's downtime.

    Parameters
    ----------
    downtime
        What `downtime` or `sla_impact` gives.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a service, in the table's order.
    """
    need_columns(downtime, "service", "n", "downtime")
    seconds = downtime["downtime"].dt.total_seconds()
    spans = [format_span(span) for span in downtime["downtime"]]
    with _styled(ax, rows=len(downtime)) as axes:
        if seconds.any():
            axes.barh(range(len(downtime)), seconds, height=0.6, color=BLUE)
        notes = [f"{span}, n = {n}" for span, n in zip(spans, downtime["n"], strict=True)]
        names = list(downtime["service"].astype(object).fillna("no service named"))
        _label_rows(axes, names, notes)
        _span_axis(axes, "x", list(downtime["downtime"]))
        axes.grid(axis="x")
        _explain(
            axes,
            describe_downtime(downtime),
            "downtime per service",
            [f"{name}: {note}" for name, note in zip(names, notes, strict=True)],
            alone=ax is None,
        )
    return axes


def plot_error_budget(sla: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of its error budget that each service used.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a service that has a budget, against a line at the whole budget. A service whose budget is empty (a
        target of 100%) has no share: its row tells the downtime in words.
    """
    need_columns(sla, "service", "target", "downtime", "budget", "budget_left")
    rows = sla[sla["budget"].notna()]
    used = [
        (row.budget - row.budget_left) / row.budget if row.budget > pd.Timedelta(0) else float("nan")
        for row in each_row(rows)
    ]
    notes = [
        f"{format_span(row.downtime)} of {format_span(row.budget)}" + ("" if pd.isna(share) else f" ({share:.0%})")
        for row, share in zip(each_row(rows), used, strict=True)
    ]
    with _styled(ax, rows=len(rows)) as axes:
        colors = [VERMILION if left < pd.Timedelta(0) else BLUE for left in rows["budget_left"]]
        axes.barh(range(len(rows)), used, height=0.6, color=colors)
        if len(rows):
            axes.axvline(1, color=INK, linewidth=1.2)
            axes.annotate(
                "whole budget", (1, 0), (3, -4), xycoords=("data", "axes fraction"), textcoords="offset points",
                va="top", fontsize=8,
            )  # fmt: skip
        names = [f"{row.service}\ntarget {format_share(row.target)}" for row in each_row(rows)]
        _label_rows(axes, names, notes)
        axes.set_xlim(0, 1.05 * max([1.2, *(share for share in used if not pd.isna(share))]))
        axes.set_xticks([])
        _explain(
            axes,
            describe_budget(sla),
            "downtime as a share of the error budget",
            [
                f"{row.service}, target {format_share(row.target)}: {note}"
                for row, note in zip(each_row(rows), notes, strict=True)
            ],
            alone=ax is None,
        )
    return axes


_STATES: Final = (
    ("done", GREEN, ""),
    ("open", SKY, ""),
    ("overdue", VERMILION, ""),
    ("status unknown", PALE, ""),
    ("dropped", "white", "////"),
)


def plot_action_completion(completion: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what became of the action items, group by group.

    Parameters
    ----------
    completion
        What `action_completion` gives, for one column of groups or for all items.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a group: done, open and not due yet, overdue, of unknown status, dropped.
    """
    need_columns(completion, "n", "n_done", "n_open", "n_unknown", "n_dropped", "n_overdue", "completion")
    groups = group_columns(completion)
    rows = completion
    if groups and isinstance(rows[groups[0]].dtype, pd.CategoricalDtype):
        rows = rows.sort_values(groups[0], ascending=False)
    names = list(rows[groups[0]].astype(object).fillna("none stated")) if groups else ["All items"]
    parts = {
        "done": rows["n_done"],
        "open": rows["n_open"] - rows["n_overdue"],
        "overdue": rows["n_overdue"],
        "status unknown": rows["n_unknown"],
        "dropped": rows["n_dropped"],
    }
    with _styled(ax, rows=len(rows)) as axes:
        base = pd.Series(0, index=rows.index)
        for state, color, hatch in _STATES:
            n = parts[state]
            if not n.sum():
                continue
            edge = RULE if hatch else "white"
            bars = axes.barh(range(len(rows)), n, left=base, height=0.6, color=color, hatch=hatch, edgecolor=edge)
            labels = [str(count) if count >= 0.05 * rows["n"].max() else "" for count in n]
            axes.bar_label(bars, labels, label_type="center", color=_ink_on(color), fontsize=8)
            base = base + n
        notes = [
            f"{format_share(row.completion)} done ({row.n_done} of {row.n_done + row.n_open})"
            if row.n_done + row.n_open
            else "none of known status"
            for row in each_row(rows)
        ]
        _label_rows(axes, [f"{name}  (n = {n})" for name, n in zip(names, rows["n"], strict=True)], notes)
        axes.set_xticks([])
        axes.legend(
            handles=[
                Patch(facecolor=color, hatch=hatch, edgecolor=RULE if hatch else color, label=state)
                for state, color, hatch in _STATES
                if parts[state].sum()
            ],
            loc="upper left", bbox_to_anchor=(0, 0), ncols=5, frameon=False, handlelength=1.0, borderaxespad=0,
        )  # fmt: skip
        _explain(
            axes,
            describe_completion(rows),
            f"action items{f' by {groups[0]}' if groups else ''}; done as a share of those of known status",
            [
                f"{name}: " + ", ".join(f"{parts[state].iloc[i]} {state}" for state, *_ in _STATES)
                for i, name in enumerate(names)
            ],
            alone=ax is None,
        )
    return axes


def plot_overdue_actions(overdue: pd.DataFrame, *, limit: int = 10, ax: Axes | None = None) -> Axes:
    """Draw how long the open action items are past their due dates, the longest first.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives; items of unknown status are not drawn.
    limit
        How many items at most.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar an item, in days.
    """
    need_columns(overdue, "incident_id", "action", "owner", "status", "overdue_by")
    certain = overdue[overdue["status"].notna()].sort_values("overdue_by", ascending=False, kind="stable")
    rows = certain.head(limit)
    names = [textwrap.shorten(row.action, 46, placeholder=" …") for row in each_row(rows)]
    notes = [
        f"{format_span(row.overdue_by)}, {'no owner' if pd.isna(row.owner) else row.owner}" for row in each_row(rows)
    ]
    with _styled(ax, rows=len(rows)) as axes:
        axes.barh(range(len(rows)), rows["overdue_by"].dt.total_seconds(), height=0.6, color=VERMILION)
        _label_rows(axes, names, notes)
        _span_axis(axes, "x", list(rows["overdue_by"]))
        axes.grid(axis="x")
        _explain(
            axes,
            describe_overdue(overdue),
            "time past the due date" + (f"; the {limit} longest of {len(certain)}" if len(certain) > limit else ""),
            [f"{row.action} ({row.incident_id}): {note}" for row, note in zip(each_row(rows), notes, strict=True)],
            alone=ax is None,
        )
    return axes


def plot_costs(totals: pd.DataFrame, *, currency: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw what incidents cost by kind, in one currency: amounts in different ones cannot be compared.

    Parameters
    ----------
    totals
        What `cost_totals` gives.
    currency
        The currency to draw; None draws the one in which most amounts are stated.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a kind. The sentence tells the other currencies' totals too.

    Raises
    ------
    UnknownNameError
        ``currency 'GBP' is not one of EUR, USD``
    """
    need_columns(totals, "kind", "currency", "total", "n")
    told = totals[totals["total"].notna() & totals["currency"].notna() & (totals["n"] > 0)]
    stated = told.groupby("currency")["n"].sum()
    if currency is None:
        currency = str(stated.idxmax()) if len(stated) else None
    elif currency not in stated.index:
        raise UnknownNameError(f"currency {currency!r} is not one of {', '.join(stated.index)}")
    rows = told[told["currency"] == currency]
    names = [kind.replace("_", " ").capitalize() for kind in rows["kind"]]
    notes = [f"{format_amount(row.total, row.currency)}, n = {row.n}" for row in each_row(rows)]
    with _styled(ax, rows=len(rows)) as axes:
        axes.barh(range(len(rows)), rows["total"].astype(float), height=0.6, color=BLUE)
        _label_rows(axes, names, notes)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda amount, _: format_amount(amount)))
        axes.grid(axis="x")
        others = join_words([name for name in stated.index if name != currency])
        _explain(
            axes,
            describe_costs(totals),
            f"{currency}, n = reports that state the amount" + (f"; {others} not drawn" if others else ""),
            [f"{name}: {note}" for name, note in zip(names, notes, strict=True)],
            alone=ax is None,
        )
    return axes


@contextmanager
def _styled(ax: Axes | None, *, rows: int = 0, height: float | None = None) -> Iterator[Axes]:
    """Give the axes to draw on, in the one style; a figure of its own is as high as its rows need."""
    with plt.rc_context(STYLE):
        if ax is None:
            size = (WIDTH, height or 0.45 + 0.38 * max(rows, 1))
            _, ax = plt.subplots(figsize=size, layout="constrained")
        yield ax


def _explain(ax: Axes, sentence: str, kind: str, rows: Sequence[str], *, alone: bool) -> None:
    """Write the finding as the title, what is drawn below it, and both with all values as the alternative text.

    Above a plot that is ``alone`` the title starts at the figure's edge: it may be wider than the axes.
    """
    # A number stays on one line with its unit.
    unbroken = re.sub(r"(?<=n) = (?=\d)|(?<=\d[dhm]) (?=\d)", lambda gap: gap[0].replace(" ", "\xa0"), sentence)
    title = textwrap.fill(unbroken, 78 if alone else 60)
    small: dict[str, Any] = {"color": MUTED, "fontsize": 8}
    if alone:
        figure = cast(Figure, ax.get_figure(root=True))
        layout = cast(ConstrainedLayoutEngine, figure.get_layout_engine())
        head = 0.32 + 0.17 * (1 + title.count("\n"))  # inches
        height = figure.get_figheight() + head
        figure.set_figheight(height)
        layout.set(rect=(0, 0, 1, 1 - head / height))
        figure.suptitle(title, x=0.008, y=1 - 0.05 / height, ha="left", fontsize=10, weight="bold").set_in_layout(False)
        figure.text(0.008, 1 - (head - 0.09) / height, kind, **small).set_in_layout(False)
    else:
        ax.set_title(title, loc="left", fontsize=10, weight="bold", color=INK, pad=20, parse_math=False)
        ax.annotate(kind, (0, 1), (0, 7), xycoords="axes fraction", textcoords="offset points", **small)
    values = f": {'; '.join(rows)}" if rows else ""
    ax.set_label(f"{sentence} {kind[:1].upper()}{kind[1:]}{values}.")


def _label_rows(ax: Axes, names: Sequence[str], notes: Sequence[str]) -> None:
    """Label horizontal rows, the first at the top: names at the left, notes at the right edge."""
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    for y, note in enumerate(notes):
        ax.annotate(note, (1.01, y), xycoords=("axes fraction", "data"), va="center", annotation_clip=False)


def _span_axis(ax: Axes, direction: Literal["x", "y"], spans: Sequence[timedelta], *, log: bool = False) -> None:
    """Scale an axis that measures seconds, with ticks at times that people use."""
    known = [span.total_seconds() for span in spans if not pd.isna(span)] or [3600.0]
    if log:
        low, high = min(known) / 1.6, max(max(known) * 1.5, 120)
        ticks = [time for time in _TIMES if low <= time <= high]
        ticks = ticks[:: -(-len(ticks) // 5)]
        # Linear below a minute: a span may be zero.
        (ax.set_xscale if direction == "x" else ax.set_yscale)("symlog", linthresh=60)
    else:
        low, high = 0.0, max(known) * 1.05 or 3600.0
        step = next((time for time in _TIMES if time >= high / 4), _TIMES[-1])
        ticks = [step * i for i in range(int(high // step) + 1)]
    ax.set(**{f"{direction}lim": (low, high)})
    axis = ax.xaxis if direction == "x" else ax.yaxis
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda seconds, _: format_span(timedelta(seconds=float(seconds)))))


def _severity_colors(severities: Sequence[str]) -> dict[str, str]:
    """Give each severity, least to worst, its step of the ramp."""
    worst_first = list(severities)[::-1]
    if len(worst_first) <= len(SEVERITY_RAMP):
        return dict(zip(worst_first, SEVERITY_RAMP, strict=False))
    ramp = LinearSegmentedColormap.from_list("severity", SEVERITY_RAMP)
    return {name: to_hex(ramp(i / (len(worst_first) - 1))) for i, name in enumerate(worst_first)}


def _ink_on(color: str) -> str:
    """Return the colour of text that can be read on ``color``."""
    brightness = sum(share * part for share, part in zip((0.3, 0.59, 0.11), to_rgb(color), strict=True))
    return "white" if brightness < _BRIGHT else INK


_BRIGHT: Final = 0.55


def _period_labels(periods: Sequence[str]) -> list[str]:
    """Write months as a calendar does, the year below the first one of each; other periods stay as they are."""
    labels = []
    for i, name in enumerate(periods):
        try:
            month = pd.to_datetime(name, format="%Y-%m")
        except ValueError:
            return list(periods)
        labels.append(f"{month:%b}" + (f"\n{month:%Y}" if i == 0 or month.month == 1 else ""))
    return labels
