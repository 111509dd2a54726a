"""A review's first screen: its facts and their words as HTML and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from functools import reduce
from operator import add
from typing import Any, Final

import pandas as pd

from incident_analytics import measures, sentences
from incident_analytics.facts import Budget, Incident, Past
from incident_analytics.formatting import (
    MISSING,
    capitalized,
    cut,
    format_all,
    format_count,
    format_span,
    format_value,
    is_missing,
    nowrap,
)
from incident_analytics.highlights import Highlights
from incident_analytics.periods import label_of
from incident_analytics.quotations import FIGURES, Quoted, figures_in
from incident_analytics.sentences import Tile
from incident_analytics.showing import (
    MOST_ROWS,
    Shown,
    cell_link,
    escape_html,
    escape_markdown,
    figure_mark,
    in_every_row,
    markdown_table,
    pictured,
    rest_elsewhere,
    said_of_all,
    table_for_file,
    text,
    words_as_html,
)

__all__ = ["first_screen", "incident_list", "overdue_items", "side_by_side", "sparkline"]

_QUIET, _MARKED, _ALERT, _TRACK, _MARK = "#9fb3c8", "#0b5c8f", "#b4450b", "#e9edf2", "#1f2933"
"""The colours of the drawings: the style sheet turns each into the theme's, a PDF shows them as they are."""

_ACTION: Final = ' class="act"'
_WIDTH: Final = 150
_HEIGHT: Final = 26
_BAR: Final = 200  # width of an error budget's bar
_MOST: Final = 4  # a budget spent more often than that fills its bar
_MATTERED: Final = 5  # incidents shown, and more of them next to long decisions and budgets
_MOST_MATTERED: Final = 7
_BUDGETS: Final = 5  # error budgets shown, and more of them where more are overspent
_MOST_BUDGETS: Final = 8
_NO_STATUS: Final = "no status"
_NAME: Final = 40  # characters of a service's name
_SHORT: Final = 24  # characters of a name that is kept in one line
_IN_MARKDOWN: Final = {"Date": "Incident\N{NO-BREAK SPACE}date"}
"""Headings that keep their column as wide as its dates where no style sheet does."""

_TITLE: Final = 120  # characters of an incident's title

_Cell = tuple[str, str]
"""A cell of a table, in HTML and in Markdown."""


def first_screen(
    highlights: Highlights, links: Mapping[str, str] | None = None, *, restated: str = "", n_unzoned: int = 0
) -> Shown:
    """Show the first screen: the headline, what is restated, tiles, the incidents that mattered, decisions and notices.

    Parameters
    ----------
    highlights
        The facts.
    links
        Where each report is, by incident_id.
    restated
        What the last review would say otherwise today; it is said right below the headline.
    n_unzoned
        The window's reports whose times are read as UTC, as neither they nor the settings say a zone.
    """
    facts, scope = highlights, highlights.scope
    so_far = scope.window is not scope.period
    decisions = _decisions(facts)
    right = [decisions]
    if facts.has_reports and facts.budgets.budgets:
        right.append(_budgets(facts))
    n_budgets = len(_shown_budgets(facts)) if len(right) > 1 else 0
    n = min(max(_MATTERED, decisions.html.count("<li") + n_budgets // 2 + 2), _MOST_MATTERED)  # to the same height
    left = [_incidents(facts, links or {}, n)] if facts.incidents else []
    notices = _notices(facts, n_unzoned)
    shown = _joined(
        [
            _opening(facts, so_far=so_far),
            *([text(restated)] if restated else []),
            _tiles(_all_tiles(facts, so_far=so_far)),
            side_by_side(*(_joined(part) for part in (left, right) if part)),
            *notices,
        ]
    )
    return replace(shown, notebook=pictured(shown.html))  # JupyterLab drops drawings


def side_by_side(*parts: Shown, is_wide: bool = False) -> Shown:
    """Show parts next to each other where there is room, the first twice as wide if wanted; in Markdown one by one."""
    columns = "\n".join(f"<div>\n{part.html}\n</div>" for part in parts)
    return replace(_joined(parts), html=f'<div class="columns{" wide" * is_wide}">\n{columns}\n</div>')


def _joined(parts: Sequence[Shown]) -> Shown:
    return reduce(add, parts)


def _opening(facts: Highlights, *, so_far: bool) -> Shown:
    scope = facts.scope
    (states,) = facts.report_states.to_dict("records")
    parts = sentences.describe_setting(
        scope.period,
        as_of=scope.as_of,
        n_used=states["n_used"],
        n_pending=states["n_pending"],
        n_ongoing=states["n_ongoing"],
        status=scope.status,
        title=scope.settings.title,
        owner=scope.settings.owner,
        chosen=scope.chosen,
        business_hours=scope.calendar is not None,
    )
    headline = sentences.describe_headline(
        facts.findings,
        period=scope.period,
        ongoing=facts.ongoing,
        counts=facts.counts,
        response=facts.response,
        budgets=facts.budgets,
        follow_ups=facts.follow_ups,
        incidents=facts.incidents,
        severe=facts.severe,
        so_far=so_far,
        at_end=scope.as_of == scope.period.end,
    )
    spans = " · ".join(f"<span>{words_as_html(part)}</span>" for part in parts)
    return Shown(
        f'<p class="setting"{figure_mark(figures_in(facts.report_states))}>{spans}</p>\n'
        f"<h1{figure_mark(figures_in(headline))}>{words_as_html(headline)}</h1>",
        f"{' · '.join(map(escape_markdown, parts))}\n\n# {escape_markdown(headline)}",
        digest=(("", " · ".join(parts)), (headline, "")),
    )


def _all_tiles(facts: Highlights, *, so_far: bool) -> list[tuple[Tile, str]]:
    """Return the tiles, each with its sparkline."""
    label = facts.scope.period.label
    counts, response = facts.counts, facts.response
    tiles = [
        (sentences.count_tile(counts, has_reports=facts.has_reports, so_far=so_far), counts.history),
        (sentences.response_tile(response, so_far=so_far), response.history),
        (sentences.budget_tile(facts.budgets, has_reports=facts.has_reports, so_far=so_far), ()),
        (sentences.follow_up_tile(facts.follow_ups, label=label), ()),
    ]
    return [(tile, sparkline(tile.name, history)) for tile, history in tiles]


def _tiles(tiles: Sequence[tuple[Tile, str]]) -> Shown:
    items = [
        f"<li{_ACTION if tile.needs_action else ''}{figure_mark(tile.figures)}><span>{words_as_html(tile.name)}</span> "
        f"<strong>{words_as_html(tile.value)}</strong> "
        + " ".join(f"<small>{words_as_html(line)}</small>" for line in tile.lines)
        + f"{drawing}</li>"
        for tile, drawing in tiles
    ]
    rows = [
        [
            escape_markdown(tile.name),
            f"**{escape_markdown(nowrap(tile.value))}**",
            escape_markdown("; ".join(tile.lines)),
        ]
        for tile, _ in tiles
    ]
    quoted = figure_mark(figures_in([tile for tile, _ in tiles]))
    html = f'<ul class="tiles" data-table="key-figures"{quoted}>\n' + "\n".join(items) + "\n</ul>"
    figures = pd.DataFrame(
        {"figure": tile.name, "value": tile.value, "details": "; ".join(tile.lines), "needs_action": tile.needs_action}
        for tile, _ in tiles
    )
    return Shown(
        html,
        markdown_table(["Key figure", "", ""], ["---"] * 3, rows),
        tables=(table_for_file(figures),),
        digest=tuple((f"{tile.name}:", "; ".join((tile.value, *tile.lines))) for tile, _ in tiles),
    )


def sparkline(name: str, history: Sequence[Past]) -> str:
    """Draw the figures of periods up to the one under review: numbers as bars, spans as a line; none of fewer than 3.

    Parameters
    ----------
    name
        What is drawn, for readers who do not see it.
    history
        The figures in order of time; an unknown one leaves a gap.

    Returns
    -------
    str
        An SVG, or nothing.

    Examples
    --------
    >>> sparkline("Incidents", [Past("Q1 2025", 3), Past("Q2 2025", 4)])
    ''
    """
    known = [past.value for past in history if past.value is not None]
    if len(known) < 3 or history[-1].value is None:  # noqa: PLR2004 - two points are no course
        return ""
    said = ", ".join(f"{past.label} {'unknown' if past.value is None else _said(past.value)}" for past in history)
    is_span = isinstance(known[0], timedelta)
    values = [None if past.value is None else _number(past.value) for past in history]
    drawn = _line(values) if is_span else _bars(values)
    label = escape_html(f"{name}: {said}")
    return (
        f'<svg class="spark" role="img" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'aria-label="{label}"><title>{label}</title>{drawn}</svg>'
    )


def _said(value: Any) -> str:
    return format_span(value) if isinstance(value, timedelta) else f"{value:,}"


def _number(value: Any) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _bars(values: Sequence[float | None]) -> str:
    step = _WIDTH / len(values)
    most = max((value for value in values if value is not None), default=0) or 1
    found = []
    for index, value in enumerate(values):
        if value is not None:
            height = max(round(_HEIGHT * value / most, 1), 1)
            colour = _MARKED if index == len(values) - 1 else _QUIET
            found.append(
                f'<rect x="{index * step:.1f}" y="{_HEIGHT - height:g}" width="{step - 5:.1f}" height="{height:g}" '
                f'fill="{colour}"/>'
            )
    return "".join(found)


def _line(values: Sequence[float | None]) -> str:
    step = (_WIDTH - 8) / max(len(values) - 1, 1)
    most = max((value for value in values if value is not None), default=0) or 1
    points = [
        None if value is None else (round(4 + index * step, 1), round(_HEIGHT - 4 - (_HEIGHT - 8) * value / most, 1))
        for index, value in enumerate(values)
    ]
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    lines = [
        f'<polyline fill="none" stroke="{_QUIET}" stroke-width="2" points="{_points(run)}"/>'
        for run in runs
        if len(run) > 1
    ]
    dots = [f'<circle cx="{x:g}" cy="{y:g}" r="2" fill="{_QUIET}"/>' for run in runs if len(run) == 1 for x, y in run]
    (x, y) = runs[-1][-1]
    return "".join([*lines, *dots, f'<circle cx="{x:g}" cy="{y:g}" r="3.5" fill="{_MARKED}"/>'])


def _points(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in run)


# --- the incidents that mattered --------------------------------------------------------------------------------------


def _incidents(facts: Highlights, links: Mapping[str, str], most: int) -> Shown:
    shown = facts.incidents[:most]
    n = len(facts.incidents)
    metric = facts.response.metric
    columns: dict[str, list[_Cell]] = {
        "Incident": [_name(incident, links) for incident in shown],
        _heading(metric): [_broken_at_commas(sentences.incident_time(incident)) for incident in shown],
        "Users": [_plain(sentences.incident_users(incident)) for incident in shown],
    }
    if any(amount for incident in shown for _, amount in incident.lost):  # else the line below says so
        columns["Lost revenue"] = [_plain(sentences.lost_revenue(incident)) for incident in shown]
    heading = "The incidents that mattered" if n > len(shown) else "What happened"
    cost = sentences.describe_lost_revenue(facts.costs)
    every = capitalized(format_all(n, "incident")) if n > 1 else "The incident in full"
    if n > MOST_ROWS:
        every = f"{MOST_ROWS:,} of all {n:,} incidents"
    ranked = sentences.RANKED_BY if n > len(shown) else ""
    rest = "".join(f" · {words}" for words in (cost, ranked) if words)
    numbers = {_heading(metric), "Users", "Lost revenue"}
    table = _table(
        _with_values(columns),
        facts.incident_table.head(len(shown)),
        numbers=numbers,
        table_name="incidents-that-mattered",
    )
    below = Shown(
        f'<p class="more"{figure_mark(figures_in(facts.incident_table, facts.costs))}>'
        f'<a href="#Incidents">{words_as_html(every)}</a>{words_as_html(rest)}</p>',
        escape_markdown(every + rest),
    )
    return _headed(heading, table + below)


def _heading(metric: str) -> str:
    """Return a metric's name in the width of a column: ``To restore``."""
    return capitalized(metric.replace("_", " ").removeprefix("time "))


def _name(incident: Incident, links: Mapping[str, str]) -> _Cell:
    """Name an incident by its title, and say below how severe it was, when, and what it affected."""
    title = cut(incident.title or incident.incident_id, _TITLE)
    link = cell_link(title, links.get(incident.incident_id))
    when = "" if incident.occurred_at is None else f"{incident.occurred_at.day} {incident.occurred_at:%b}"
    services = [cut(service, _NAME) for service in incident.services]
    affected = ", ".join(services if len(services) <= 3 else [*services[:3], f"{len(services) - 3} more"])  # noqa: PLR2004
    below = " · ".join(filter(None, (incident.severity, when, affected)))
    html = f"{link[0]} <small>{words_as_html(below)}</small>" if below else link[0]
    return html, f"{link[1]}{f' ({escape_markdown(below)})' if below else ''}"


def incident_list(highlights: Highlights, links: Mapping[str, str] | None = None) -> Shown:
    """List the incidents of the window in order of time; of more than `MOST_ROWS` those that mattered most.

    Parameters
    ----------
    highlights
        The facts.
    links
        Where each report is, by incident_id.
    """
    metric = highlights.response.metric
    every, listed = (
        sorted(some, key=lambda each: (each.occurred_at is None, each.occurred_at, each.incident_id))
        for some in (highlights.incidents, highlights.incidents[:MOST_ROWS])
    )
    links = links or {}
    columns: dict[str, list[_Cell]] = {
        "Date": [_day(each.occurred_at) for each in listed],
        "Incident": [
            cell_link(cut(each.title or each.incident_id, _TITLE), links.get(each.incident_id)) for each in listed
        ],
        "Severity": [_plain(each.severity or "") for each in listed],
        "Services": [_names(each.services) for each in listed],
        _heading(metric): [_broken_at_commas(sentences.incident_time(each, is_marked=True)) for each in listed],
        "Users": [_plain(sentences.incident_users(each)) for each in listed],
        "Lost revenue": [_plain(sentences.lost_revenue(each)) for each in listed],
        "Report": [_plain(_report(each)) for each in listed],
    }
    numbers = {_heading(metric), "Users", "Lost revenue"}
    frame = _in_order(highlights.incident_table, every)
    words = {"Severity": [each.severity or "" for each in every], "Report": list(map(_report, every))}
    same = {name: cell for name, cell in in_every_row(words).items() if cell}
    kept = {name: cells for name, cells in columns.items() if name not in same}
    table = _table(_with_values(kept), frame, numbers=numbers, kind="incidents")
    table += said_of_all(list(_of_all(same, len(every))), frame)
    if len(listed) < len(every):
        table += rest_elsewhere(f"The {len(listed):,} of {len(every):,} incidents that mattered most.", frame)
    marks = sentences.describe_marks(listed, measure=metric)
    if not marks:
        return table
    mark = figure_mark(figures_in(highlights.incident_table))
    return table + Shown(f'<p class="more"{mark}>{words_as_html(marks)}</p>', escape_markdown(marks))


def _report(incident: Incident) -> str:
    return incident.status or _NO_STATUS


def _of_all(same: Mapping[str, str], n: int) -> Iterator[str]:
    """Say which severity or status all listed incidents have."""
    if severity := same.get("Severity"):
        yield f"{capitalized(format_all(n, 'incident'))} are {severity}"
    if status := same.get("Report"):
        are = f"have {status}" if status == _NO_STATUS else f"are {status.lower()}"
        yield f"{capitalized(format_all(n, 'report'))} {are}"


def _in_order(table: pd.DataFrame, incidents: Sequence[Incident]) -> pd.DataFrame:
    return table.set_index("incident_id").loc[[each.incident_id for each in incidents]].reset_index()


def overdue_items(overdue: pd.DataFrame, links: Mapping[str, str] | None = None) -> Shown:
    """List overdue action items, each with a link to its incident's report.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives.
    links
        Where each report is, by incident_id.
    """
    rows = overdue.to_dict("records")
    links = links or {}
    columns: dict[str, list[_Cell]] = {
        "Action item": [cell_link(cut(row["action"], _TITLE), links.get(row["incident_id"])) for row in rows],
        "Owner": [_plain("no owner" if is_missing(row["owner"]) else cut(row["owner"], _NAME)) for row in rows],
        "Overdue by": [_plain(format_value(row["overdue_by"])) for row in rows],
    }
    return _table(columns, overdue, numbers={"Overdue by"})


# --- decisions, budgets, notices --------------------------------------------------------------------------------------


def _decisions(facts: Highlights) -> Shown:
    decisions = sentences.describe_decisions(
        facts.budgets, facts.follow_ups, facts.unfinished, owner=facts.scope.settings.owner
    )
    if not decisions:
        none = sentences.describe_no_decision(facts.budgets if facts.has_reports else None, facts.follow_ups)
        return _headed("Decisions needed", Shown(f"<p>{none}</p>", none, digest=(("", none),)))
    items = [
        f"<li{figure_mark(each.figures)}><strong>{words_as_html(each.subject)}</strong> {words_as_html(each.question)}"
        f"{f' <small>{words_as_html(each.owner)}</small>' if each.owner else ''}</li>"
        for each in decisions
    ]
    lines = [
        f"{number}. **{escape_markdown(each.subject)}** {escape_markdown(each.question)}"
        f"{f' ({escape_markdown(each.owner)})' if each.owner else ''}"
        for number, each in enumerate(decisions, 1)
    ]
    shown = Shown(
        f'<ol data-table="decisions-needed"{figure_mark(figures_in(decisions))}>{"".join(items)}</ol>',
        "\n".join(lines),
        tables=(table_for_file(pd.DataFrame(asdict(each) for each in decisions).drop(columns=FIGURES)),),
        digest=tuple(
            (each.subject, f"{each.question} ({each.owner})" if each.owner else each.question) for each in decisions
        ),
    )
    return _headed("Decisions needed", shown)


def _shown_budgets(facts: Highlights) -> tuple[Budget, ...]:
    return facts.budgets.budgets[: min(max(_BUDGETS, len(facts.budgets.of("over"))), _MOST_BUDGETS)]


def _budgets(facts: Highlights) -> Shown:
    shown = _shown_budgets(facts)
    rest = facts.budgets.budgets[len(shown) :]
    most = min(max([1.0, *(budget.share or 0 for budget in shown)]), _MOST)
    columns = {
        "Service": [
            _plain(
                f"{cut(each.service, 40)}, {label_of(each.window)}" if facts.budgets.several else cut(each.service, 40)
            )
            for each in shown
        ],
        "Budget": [(_bar(each, most), "") for each in shown],
        "Used": [_plain(sentences.budget_share(each)) for each in shown],
    }
    frame = pd.DataFrame({**asdict(each), "share": each.share} for each in facts.budgets.budgets)
    frame = frame.astype({"share": "Float64", "budget": "timedelta64[us]", "spent": "timedelta64[us]"})
    frame.attrs = facts.impact.attrs
    table = _table(
        columns, frame, numbers={"Used"}, kind="budgets", only_html={"Budget"}, table_name="error-budget-used"
    )
    # What may be overspent comes before what is not, however little of it is known to be spent.
    is_known = all(each.share is not None and not each.is_bound for each in facts.budgets.budgets)
    more = f"{format_count(len(rest), 'more budget')} below{', none of them spent more' * is_known}." if rest else ""
    held = facts.impact[facts.impact["budget"].notna()]
    said = " ".join(filter(None, (more, sentences.describe_full_outages(held))))
    mark = figure_mark(figures_in(facts.impact))
    below = Shown(f'<p class="more"{mark}>{words_as_html(said)}</p>', escape_markdown(said))
    return _headed("Error budget used", table + below if said else table)


def _bar(budget: Budget, most: float) -> str:
    """Draw how much of a budget is spent; the mark is the whole of it."""
    scale = _BAR / most
    spent = (
        ""
        if budget.share is None
        else (
            f'<rect x="0" y="2" width="{min(budget.share, most) * scale:.1f}" height="8" '
            f'fill="{_ALERT if budget.state == "over" else _MARKED}"/>'
        )
    )
    mark = min(scale, _BAR - 2)
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR} 12" width="{_BAR}" height="12" preserveAspectRatio="none" '
        'aria-hidden="true">'
        f'<rect x="0" y="2" width="{_BAR}" height="8" fill="{_TRACK}"/>{spent}'
        f'<rect x="{mark:.1f}" y="0" width="2" height="12" fill="{_MARK}"/></svg>'
    )


def _notices(facts: Highlights, n_unzoned: int) -> list[Shown]:
    scope = facts.scope
    before = scope.reported_at[scope.reported_at < scope.window.start]
    zone = scope.settings.timezone
    (states,) = facts.report_states.to_dict("records")
    uncompared = facts.uncompared
    notices = sentences.describe_notices(
        has_reports=facts.has_reports,
        last_report=before.max().tz_convert(zone) if len(before) else None,
        ongoing=facts.ongoing,
        over_later=scope.over_later,
        n_pending=states["n_pending"],
        n_pending_ongoing=states["n_pending_ongoing"],
        report_states=facts.report_states,
        counts=facts.counts,
        response=facts.response,
        budgets=facts.budgets,
        follow_ups=facts.follow_ups,
        n_unzoned=n_unzoned,
        undated=[Quoted(name, figures_in(facts.undated)) for name in facts.undated["incident_id"]],
        mapped=facts.mapped_severities,
        contradicted=[each for each in facts.incidents if each.stated is not None],
        unwritten=sentences.describe_unreported(facts.unreported),
        records=measures.records(scope) if scope.tool_records is not None else None,
        uncompared=[
            Quoted(
                sentences.describe_uncompared(
                    list(zip(rows["earlier"], rows["why"], strict=True)), subject="" if which == "all" else str(which)
                ),
                figures_in(uncompared),
            )
            for which, rows in uncompared.groupby("subject", sort=False)
            # Where there is none to compare with, the tile says why.
            if (facts.counts if which == "all" else facts.response).earlier or not facts.has_reports
        ],
        has_tracker=scope.tracker is not None,
        at_end=scope.as_of == scope.period.end,
    )
    if not notices:
        return []
    items = "".join(
        f"<li{figure_mark(each.figures)}>{words_as_html(each.fact)}"
        f"{f' <em>{words_as_html(each.remedy)}</em>' if each.remedy else ''}</li>"
        for each in notices
    )
    lines = "\n".join(
        f"- {escape_markdown(each.fact)}{f' *{escape_markdown(each.remedy)}*' if each.remedy else ''}"
        for each in notices
    )
    return [
        Shown(
            f'<div class="notices">\n<h2>Keep in mind</h2>\n<ul>{items}</ul>\n</div>',
            f"## Keep in mind\n\n{lines}",
        )
    ]


# --- shared -----------------------------------------------------------------------------------------------------------


def _headed(heading: str, shown: Shown) -> Shown:
    return Shown(f"<h2>{escape_html(heading)}</h2>", f"## {escape_markdown(heading)}") + shown


def _plain(words: str) -> _Cell:
    return words_as_html(words), escape_markdown(nowrap(words))


def _day(at: pd.Timestamp | None) -> _Cell:
    """Return a cell with a date on one line, in a notebook too, where the page's style sheet is not."""
    words = "" if at is None else f"{at:%Y-%m-%d}"
    return f'<span style="white-space: nowrap">{words}</span>' if words else "", escape_markdown(nowrap(words))


def _broken_at_commas(words: str) -> _Cell:
    """Return a cell whose lines end nowhere but after commas."""
    return escape_html(words.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")), escape_markdown(
        words
    )


def _names(names: Sequence[str]) -> _Cell:
    """Return a cell of names, whose lines end only between them, or within those that are long."""
    kept = [cut(name, _NAME) for name in names]
    ended = [f"{name}," for name in kept[:-1]] + kept[-1:]
    html = [
        words_as_html(name) if len(name) > _SHORT else f'<span class="nowrap">{escape_html(name)}</span>'
        for name in ended
    ]
    return " ".join(html), escape_markdown(", ".join(kept))


def _with_values(columns: Mapping[str, Sequence[_Cell]]) -> dict[str, list[_Cell]]:
    """Leave out the columns without any value; in the others mark what is missing."""
    return {
        name: [cell if cell[0] else _plain(MISSING) for cell in cells]
        for name, cells in columns.items()
        if any(html for html, _ in cells)
    }


def _table(
    columns: Mapping[str, Sequence[_Cell]],
    frame: pd.DataFrame,
    *,
    numbers: set[str],
    kind: str = "mattered",
    only_html: frozenset[str] | set[str] = frozenset(),
    table_name: str = "",
) -> Shown:
    """Return a table of cells that are HTML and Markdown already, and of the frame that they show.

    On a phone each cell bears its heading.
    """
    marks = {name: ' class="number"' if name in numbers else "" for name in columns}
    quoted = figure_mark(figures_in(frame))
    head = "".join(f'<th scope="col"{marks[name]}>{escape_html(name)}</th>' for name in columns)
    rows = list(zip(*columns.values(), strict=True))
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td{marks[name]} data-name="{escape_html(name)}">{cell[0]}</td>'
            for name, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    words = [name for name in columns if name not in only_html]
    lines = [[cell[1] for name, cell in zip(columns, row, strict=True) if name not in only_html] for row in rows]
    return Shown(
        f'<table class="{kind}" data-table="{table_name}"{quoted}>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>",
        markdown_table(
            [escape_markdown(_IN_MARKDOWN.get(name, name)) for name in words],
            ["--:" if name in numbers else "---" for name in words],
            lines,
        ),
        tables=(table_for_file(frame),),
    )
