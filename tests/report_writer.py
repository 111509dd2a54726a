"""Writes incident reports from known facts, each value in one of the forms in which people write it.

`forms` functions list the ways to write a value; `write_report` takes one of them for each value by ``choose``.
"""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

__all__ = ["Action", "Facts", "clock_forms", "date_forms", "length_forms", "money_forms", "write_report"]

Choose = Callable[[Sequence[str]], str]

_MONTHS = tuple(date(2025, month, 1).strftime("%B") for month in range(1, 13))
_SEPARATORS = (" - ", "-", " – ", "–", " — ", " → ", " -> ", " to ", " until ")


@dataclass(frozen=True)
class Action:
    """One action: ``status`` done, open, dropped or None where the report does not tell."""

    text: str
    owner: str | None
    due: date | None
    priority: str | None
    status: str | None


@dataclass(frozen=True)
class Facts:
    """What happened; instants are clock times of ``zone``."""

    day: date
    severity: str
    status: str
    rows: Sequence[tuple[datetime, str]]
    windows: Sequence[tuple[datetime, datetime]]
    zone: str = "UTC"
    services: dict[str, bool] = field(default_factory=dict)
    users: int = 0
    failed_percent: float = 0.0
    data_loss: bool | None = None
    sla: tuple[float, float] = (99.95, 99.82)
    costs: dict[str, tuple[int, str]] = field(default_factory=dict)
    actions: Sequence[Action] = ()
    signoffs: Sequence[tuple[str, str | None, date | None]] = ()

    @property
    def incident_id(self) -> str:
        """The id, from the date."""
        return f"INC-{self.day:%Y-%m-%d}-001"


def date_forms(day: date) -> list[str]:
    """The ways to write a date that mean one day only."""
    month, number, year = _MONTHS[day.month - 1], day.day, day.year
    suffix = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(number, "th")
    forms = [
        f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}", f"{number} {month} {year}", f"{month} {number}, {year}",
        f"{month[:3]} {number} {year}", f"{number}{suffix} of {month} {year}", f"{month} {number}{suffix}, {year}",
        f"{day:%A}, {number} {month[:3]} {year}", f"{number:02}-{month[:3]}-{year}", f"{day:%Y-%m-%d} ({day:%A})",
    ]  # fmt: skip
    if number > 12 or number == day.month:
        forms += [f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}", f"{day:%d.%m.%Y}", f"{day:%d-%m-%Y}"]
    return forms


def clock_forms(at: datetime) -> list[str]:
    """The ways to write a time of day, to the minute."""
    hour, half = (at.hour % 12 or 12), ("AM" if at.hour < 12 else "PM")
    return [
        f"{at:%H:%M}", f"{at.hour}:{at:%M}", f"{at:%H.%M}", f"{at:%H%M}", f"{at:%H:%M}:00", f"{hour}:{at:%M} {half}",
        f"{hour:02}:{at:%M}{half.lower()}", f"{hour}:{at:%M}{half[0].lower()}", f"{hour}:{at:%M} {half[0].lower()}.m.",
    ]  # fmt: skip


def length_forms(length: timedelta) -> list[str]:
    """The ways to write a length of whole minutes."""
    minutes = int(length / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    days, left = divmod(hours, 24)
    forms = [f"{minutes}m", f"{minutes} min", f"{minutes} minutes.", f"{hours}h {rest}m", f"{hours}h{rest:02}m",
             f"{hours:02}h {rest:02}min", f"{hours} hours {rest} minutes", f"{hours} hours and {rest} minutes",
             f"{hours} hrs, {rest} mins"]  # fmt: skip
    if days:
        forms += [f"{days}d {left}h {rest}m", f"{days} days, {left} hours and {rest} minutes"]
    else:
        forms.append(f"{hours}:{rest:02}")
    if not rest:
        forms += [f"{hours}h", f"{hours} hours"]
    return forms


def money_forms(amount: int, currency: str) -> list[str]:
    """The ways to write a sum of money."""
    mark = {"USD": "$", "EUR": "€", "GBP": "£"}[currency]
    forms = [f"{mark}{amount:,}", f"{mark}{amount}", f"{amount:,} {currency}", f"{currency} {amount:,}",
             f"{mark}{amount:,}.00", f"~{mark}{amount:,} (estimated)", f"{amount}{mark}",
             f"{mark}{amount:,} in credits"]  # fmt: skip
    if amount and amount % 100 == 0:
        forms += [f"{mark}{amount / 1000:.12g}K", f"about {mark}{amount / 1000:.12g}k"]
    if amount and amount % 100_000 == 0:
        forms += [f"{mark}{amount / 1e6:.12g}M", f"{mark}{amount / 1e6:.12g} million"]
    return forms


def severity_forms(severity: str) -> list[str]:
    number = severity[-1]
    gloss = {"1": "Critical", "2": "Major", "3": "Minor"}[number]
    return [severity, f"SEV{number}", f"sev {number}", f"{severity} ({gloss})", f"**{gloss.upper()}** ({severity})",
            f"SEV-{number} – {gloss}", gloss, f"`{severity}`"]  # fmt: skip


def status_forms(status: str) -> list[str]:
    others = {
        "Final": ["✅ **RESOLVED**", "final", "Final (published)"],
        "Under Review": ["Under review", "In Review"],
        "Draft": ["draft", "**Draft**", "WIP"],
    }
    return [status, *others[status]]


def flag_forms(flag: bool | None) -> list[str]:
    return {
        True: ["Yes", "yes, twelve jobs", "Yes — two rows", "Partial: drafts only", "✅ Yes"],
        False: ["No", "None", "no data loss", "No, all jobs ran", "Nothing lost", "❌ No", "N"],
        None: ["Unknown", "N/A", "TBD", "Not measured", "Unknown (being checked)", "[Yes/No, details if yes]"],
    }[flag]


def users_forms(count: int) -> list[str]:
    forms = [f"{count}", f"{count:,}", f"~{count:,} (EU-West region)", f"{count:,} users", f"about {count} customers"]
    return [*forms, *(["None", "No users affected", "0 direct user impact"] if not count else [])]


def percent_forms(percent: float) -> list[str]:
    return [f"{percent:g}%", f"~{percent:g} %", f"{percent:g}% of requests", f"{percent:g} percent", f"<{percent:g}%"]


def sla_forms(before: float, after: float) -> list[str]:
    lost = f"{before - after:.2f}"
    return [f"{before:.2f}% → {after:.2f}%", f"{before:.2f}% -> {after:.2f}%", f"from {before:.2f}% to {after:.2f}%",
            f"-{lost}%", f"{lost}%", f"−{lost}% ({before:.2f}% → {after:.2f}%)", f"{lost} percentage points",
            f"{lost}% downtime"]  # fmt: skip


def service_forms(name: str, affected: bool) -> list[str]:
    return {
        True: [f"- [x] {name}", f"- [X] {name}", f"* ✅ {name}", f"+ ☑ {name}"],
        False: [f"- [ ] {name}", f"* ❌ {name}", f"- ⬜ {name}"],
    }[affected]


def window_forms(windows: Sequence[tuple[datetime, datetime]], choose: Choose) -> list[str]:
    """The ways to write a Duration line of one or more windows, with their lengths beside them or not."""
    separator = choose(_SEPARATORS)
    clocks = [f"{start:%H:%M}{separator}{end:%H:%M}" for start, end in windows]
    next_day = [" (next day)" if end.date() > start.date() else "" for start, end in windows]
    lengths = [choose(length_forms(end - start)) for start, end in windows]
    plain = " and ".join(
        f"{clock}{later} ({length})" for clock, later, length in zip(clocks, next_day, lengths, strict=True)
    )
    bare = "; ".join(f"{clock}{later}" for clock, later in zip(clocks, next_day, strict=True))
    dated = " and ".join(f"{start:%Y-%m-%d %H:%M}{separator}{end:%Y-%m-%d %H:%M}" for start, end in windows)
    forms = [plain, bare, dated]
    if len(windows) == 1:
        forms.append(f"{lengths[0]} ({clocks[0]}{next_day[0]})")
    return forms


def action_row(action: Action, choose: Choose, *, with_status: bool) -> str:
    text, status = action.text, ""
    if with_status:
        words = {
            "done": ["Done", "✅", "[x]", "Completed", "✅ Done"],
            "open": ["Open", "In progress", "⏳", "To do"],
            "dropped": ["Won't do", "Cancelled", "dropped"],
            None: ["", "-", "TBD"],
        }
        status = f" {choose(words[action.status])} |"
    elif action.status == "done":
        text = choose([f"~~{text}~~", f"✅ {text}", f"[x] {text}", f"Done: {text}"])
    owner = action.owner or choose(["TBD", "", "-", "Unassigned"])
    due = choose(date_forms(action.due)) if action.due else choose(["TBD", "", "N/A"])
    priority = choose([action.priority, action.priority.lower(), f"**{action.priority}**"]) if action.priority else "-"
    return f"| {text} | {owner} | {due} | {priority} |{status}"


def write_report(facts: Facts, choose: Choose) -> str:
    """Write a report that tells the facts, each value in the form that ``choose`` picks."""
    zone_header = (
        "Time" if facts.zone == "UTC" and choose(["named", "unnamed"]) == "unnamed" else f"Time ({facts.zone})"
    )
    dated = choose(["undated", "dated", "own column"])
    with_status = any(action.status in {"open", "dropped"} for action in facts.actions)
    form = choose(["paragraph", "list", "table"])
    header = [
        ("Incident ID", facts.incident_id),
        ("Date", choose(date_forms(facts.day))),
        ("Duration", choose(window_forms(facts.windows, choose))),
        ("Severity", choose(severity_forms(facts.severity))),
        ("Author", "Mira Okafor"),
        ("Status", choose(status_forms(facts.status))),
    ]
    lines = ["# Incident Report: Something broke", ""]
    if form == "table":
        lines += ["| Field | Value |", "|---|---|", *(f"| {label} | {value} |" for label, value in header)]
    else:
        lines += [f"{'- ' if form == 'list' else ''}**{label}**: {value}  " for label, value in header]
    lines += ["", choose(["## Timeline", "## 2. ⏱ Timeline", "### TIMELINE", "Timeline\n--------"]), ""]
    columns = [zone_header, "Event"]
    if dated == "own column":
        columns.insert(0, "Date")
    lines += [f"| {' | '.join(columns)} |", "|" + "--|" * len(columns)]
    for at, event in facts.rows:
        clock = choose(clock_forms(at))
        when = {"undated": clock, "dated": f"{at:%Y-%m-%d} {at:%H:%M}", "own column": f"{at:%Y-%m-%d} | {clock}"}[dated]
        lines.append(f"| {when} | {event} |")
    lines += ["", "## Impact", "", "### Affected Services"]
    lines += [choose(service_forms(name, affected)) for name, affected in facts.services.items()]
    lines += [
        "", "### User Impact",
        f"- **Affected users**: {choose(users_forms(facts.users))}",
        f"- **Failed requests**: {choose(percent_forms(facts.failed_percent))}",
        f"- **Data loss**: {choose(flag_forms(facts.data_loss))}",
        f"- **SLA impact**: {choose(sla_forms(*facts.sla))}",
        "", "### Financial Impact",
    ]  # fmt: skip
    labels = {
        "lost_revenue": "Lost revenue",
        "additional_costs": "Additional costs",
        "credits_issued": "Credits issued",
    }
    lines += [f"- **{labels[kind]}**: {choose(money_forms(*cost))}" for kind, cost in facts.costs.items()]
    head, line = "| Action | Owner | Due Date | Priority |", "|--|--|--|--|"
    lines += ["", "## Action Items", "", head + " Status |" * with_status, line + "--|" * with_status]
    lines += [action_row(action, choose, with_status=with_status) for action in facts.actions]
    lines += ["", "## Sign-off", ""]
    for role, name, signed in facts.signoffs:
        box = choose(["- [x]", "- [X]", "* ✅"]) if signed else choose(["- [ ]", "* ⏳"])
        lines.append(f"{box} {role}: {name or '[Name]'} - {choose(date_forms(signed)) if signed else '[Date]'}")
    newline = choose(["\n", "\r\n"])
    return choose(["", "\ufeff"]) + newline.join("\n".join(lines).split("\n")) + choose(["", newline])
