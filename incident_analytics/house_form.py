"""The next report in the form of the house: its blank template, or the labels and headings of its layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from incident_analytics.config import Settings
from incident_analytics.drafting import encoded
from incident_analytics.errors import OutputError
from incident_analytics.files import decode_text, read_bytes, read_toml, write_new
from incident_analytics.finding import find_files
from incident_analytics.names import fold
from incident_analytics.reports.choices import read_word
from incident_analytics.reports.layout import section_parts
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.parse import read_reports
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.recognition import TO_FILL_IN, Skipped, take_whole
from incident_analytics.reports.report_fields import find_fields
from incident_analytics.reports.template import DEFAULT_TEMPLATE, Template, read_templates
from incident_analytics.schema import STATUSES

__all__ = ["HouseForm", "HouseReport", "find_form", "new_house_report"]

_MOST_LOOKED_AT: Final = 20
"""Files that are looked at for a blank template; its name has a word for one, or at least no figure."""
_BLANK_NAME: Final = re.compile(
    r"template|blank|vorlage|modelo|mod[eè]le|plantilla|sjabloon|szablon|\bmall?\b|skabelon|pohja", re.IGNORECASE
)
_HEAD: Final = 4096
"""Bytes of a report in which its Incident ID is."""
_ID: Final = re.compile(
    r"(?P<stem>\D*?)(?P<day>(?:19|20)\d\d(?:(?P<mark>[-_.]?)\d\d(?P=mark)\d\d)?(?=[-_./]))?(?P<sep>[-_./]?)(?P<number>\d{1,9})"
)
"""An id: words, perhaps the year or day, the number."""
_LEFT: Final = r"(?:[NX#?0]{2,9}|<[^<>\n]{0,60}>|\[[^][\n]{0,60}\])(?!\w)"
"""What a blank template has in place of a number or words."""
_LEFT_LAST: Final = re.compile(rf"{_LEFT}$")
_LONGEST_ID: Final = 60
_IN_BRACKETS: Final = re.compile(r"<[^<>\n]{1,60}>|\[[^][\n]{1,60}\](?!\()")


@dataclass(frozen=True, slots=True)
class HouseForm:
    """A team's own form of reports: its text, the file that it is from, and whether that is a blank template."""

    text: str
    source: Path
    is_blank: bool


@dataclass(frozen=True, slots=True)
class HouseReport:
    """A report in a team's own form, what of the things asked for it has no place for, and whether it counts yet."""

    file: Path
    unfilled: tuple[str, ...]
    is_read: bool
    has_date: bool


@dataclass(frozen=True, slots=True)
class _Numbering:
    """How a house numbers its reports: the words in front, the year or day of one, the number's figures."""

    stem: str
    day: str
    sep: str
    width: int
    following: int

    def id_of(self, number: int) -> str:
        return f"{self.stem}{self.day}{self.sep}{number:0{self.width}}"


def find_form(settings: Settings, places: Iterable[Path]) -> HouseForm | None:
    """Return a team's own form of reports.

    Parameters
    ----------
    settings
        Their layouts say what its parts are called.
    places
        The folders of its reports, in which its blank template may be.

    Returns
    -------
    HouseForm or None
        The blank template; without one the labels and headings of the settings' first layout. None where the reports
        are those of template 1.0.
    """
    if settings.templates.only == DEFAULT_TEMPLATE:
        return None
    templates = read_templates(settings.templates.files, only=settings.templates.only)
    for file in _may_be_blank(places):
        try:
            text, _ = decode_text(read_bytes(file))
        except OSError:
            continue
        found = read_reports(text, str(file), settings, templates)
        if not isinstance(found, Skipped) or not (TO_FILL_IN in found.reason or _BLANK_NAME.search(file.stem)):
            continue
        whole = take_whole(parse_markdown(text), templates)
        if whole.template.name == DEFAULT_TEMPLATE:
            return None
        if any(section_parts(whole.sections, whole.template)):
            return HouseForm(text, file, is_blank=True)
    if not settings.templates.files:
        return None
    layout = settings.templates.files[0]
    has_id = "incident_id" in read_toml(layout).get("fields", {})
    return HouseForm(_text_of_layout(layout), layout, is_blank=False) if has_id else None


def new_house_report(
    form: HouseForm,
    *,
    severity: str,
    services: Sequence[str],
    title: str | None,
    on: date,
    folder: Path,
    settings: Settings,
) -> HouseReport | None:
    """Write the next report in a team's own form, with what is known from the start.

    The Incident ID is the one after the highest of the house's own form that a file has in its name or head, the status
    is the form's own word for Draft. What the form has no place for is left to the person who fills it in.

    Parameters
    ----------
    form
        The form.
    severity, services, title, on, folder, settings
        As for `incident_analytics.drafting.new_report`; the severity in the words in which it is to be written.

    Returns
    -------
    HouseReport or None
        None where neither the reports nor the form show how the Incident IDs are numbered.

    Raises
    ------
    OutputError
        ``reports: Permission denied``
    """
    templates = read_templates(settings.templates.files, only=settings.templates.only)
    places = (place for place in (folder, *settings.reports) if place.is_dir())
    files = [file for file in dict.fromkeys(find_files(places)) if file != form.source]
    numbering = _numbering(form, templates, files, on)
    if numbering is None:
        return None
    words = {"severity": severity, "services": ", ".join(services), "title": title or "", "date": f"{on}"}
    for number in range(numbering.following, numbering.following + 1000):
        own = numbering.id_of(number)
        text, unfilled = _filled(form, templates, {"incident_id": own, "status": "", **words}, numbering, on)
        file = folder / f"{_file_name(own, numbering, files, number, title)}.md"
        if not write_new(file, encoded(text, file), with_folder=True):
            continue
        found = read_reports(text, str(file), settings, templates)
        if isinstance(found, Skipped):
            return HouseReport(file, tuple(unfilled), is_read=False, has_date=False)
        has_date = found[1][0].incident.get("date") is not None
        return HouseReport(file, tuple(unfilled), is_read=True, has_date=has_date)
    raise OutputError(f"{folder}: there are too many reports of {on}")


def _may_be_blank(places: Iterable[Path]) -> list[Path]:
    """Return the files that may be a blank template, those that are called so first."""
    files = list(dict.fromkeys(find_files(place for place in places if place.is_dir())))
    called = [file for file in files if _BLANK_NAME.search(file.stem)]
    others = [file for file in files if file not in called and not re.search(r"\d", file.stem)]
    return [*called, *others][:_MOST_LOOKED_AT]


def _text_of_layout(file: Path) -> str:
    """Return a report to fill in, with the labels, headings and columns that a layout names."""
    layout = read_toml(file)
    head = [f"**{words[0]}**:  " for name, words in layout.get("fields", {}).items() if words and name != "title"]
    lines = ["# [Title]", "", *head]
    for form in layout.get("sections", {}).values():
        if not form.get("headings"):
            continue
        lines += ["", f"## {form['headings'][0]}", ""]
        columns = [words[0] for words in form.get("columns", {}).values() if words]
        if columns:
            lines += [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", f"|{'  |' * len(columns)}"]
    return "\n".join([*lines, ""])


# --- ids -------------------------------------------------------------------------------------------------------------


def _numbering(form: HouseForm, templates: Sequence[Template], files: Sequence[Path], on: date) -> _Numbering | None:
    """Return how the house numbers its reports, by these or by what its blank template has in place of an id."""
    forms = [each.incident_id for each in templates if each.name != DEFAULT_TEMPLATE and not _is_any(each.incident_id)]
    blank = dict(_fields(form.text, templates)).get("incident_id", ("", 0))[0]
    stem = _LEFT_LAST.sub("", blank[:_LONGEST_ID])
    if not forms and stem and stem != blank:
        forms = [re.escape(re.sub(r"[-_/]?Y{4}\S*", "", stem)) + r"[\d\-_./]*\d"]
    ids = [match for each in _ids(forms, files) if (match := _ID.fullmatch(each))]
    if ids:
        kind = Counter((each["stem"], _kind(each), each["sep"]) for each in ids).most_common(1)[0][0]
        of_kind = [each for each in ids if (each["stem"], _kind(each), each["sep"]) == kind]
        day = on.strftime(kind[1])
        numbers = [int(each["number"]) for each in of_kind if (each["day"] or "") == day]
        width = max(len(each["number"]) for each in of_kind)
        return _Numbering(kind[0], day, kind[2], width, max(numbers, default=0) + 1)
    if not stem or stem == blank:
        return None
    dated = stem.replace("YYYY", f"{on:%Y}").replace("MM", f"{on:%m}").replace("DD", f"{on:%d}")
    return _Numbering(dated, "", "", max(len(blank) - len(stem), 3) if blank[-1] not in ">]" else 3, 1)


def _is_any(pattern: str) -> bool:
    return re.fullmatch(pattern, "any-word") is not None


def _kind(found: re.Match[str]) -> str:
    """Return how an id writes the year or day, as `strftime` has it."""
    day, mark = found["day"], found["mark"]
    return "" if not day else "%Y" if mark is None else f"%Y{mark}%m{mark}%d"


def _ids(forms: Sequence[str], files: Iterable[Path]) -> Iterator[str]:
    """Yield the first id in the name and the head of each file."""
    patterns = [re.compile(form, re.IGNORECASE) for form in forms]
    for file in files if patterns else ():
        try:
            head = read_bytes(file)[:_HEAD].decode(errors="replace")
        except OSError:
            head = ""
        for text in (file.stem, head):
            yield from (match[0] for pattern in patterns if (match := pattern.search(text)))


def _file_name(own: str, numbering: _Numbering, files: Sequence[Path], number: int, title: str | None) -> str:
    """Return the name of a report's file as most others are called: by the id or its number, and words of the title."""
    stems = [file.stem for file in files if re.search(r"\d", file.stem)]
    figures = f"{number:0{numbering.width}}"
    by_number = [stem for stem in stems if re.match(rf"\d{{{numbering.width}}}(?!\d)", stem)]
    name = figures if 2 * len(by_number) > len(stems) else own.replace("/", "-")
    has_words = 2 * sum(re.search(r"[^\W\d_]{3,}", stem.removeprefix(numbering.stem)) is not None for stem in stems)
    slug = "-".join(re.findall(r"[a-z0-9]+", fold(title or ""))[:6])
    return f"{name}-{slug}" if slug and has_words > len(stems) else name


# --- filling in ------------------------------------------------------------------------------------------------------


def _fields(text: str, templates: Sequence[Template]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield the fields at the head of a form with their values as a reader sees them, and their lines."""
    whole = take_whole(parse_markdown(text), templates)
    parts = section_parts(whole.sections, whole.template)
    for found in find_fields(whole.sections, parts, whole.head, whole.template):
        if found.is_sure and (name := whole.template.field_named(found.label)):
            yield name, (found.line.text, found.line.line)


def _filled(
    form: HouseForm, templates: Sequence[Template], values: Mapping[str, str], numbering: _Numbering, on: date
) -> tuple[str, list[str]]:
    """Return a form's text with values in its fields, and which of them it has no place for."""
    own, title = values["incident_id"], " ".join(values["title"].split())
    day = r"(?:Y{4}|\d{4})(?:[-_.]?M{2}[-_.]?D{2})?" if numbering.day else ""
    text = re.sub(rf"{re.escape(numbering.stem)}{day}{re.escape(numbering.sep)}{_LEFT}", lambda _: own, form.text)
    lines = text.splitlines(keepends=True)
    heading = next((index for index, line in enumerate(lines) if line.startswith("# ")), None)
    if heading is not None and title:
        lines[heading] = _IN_BRACKETS.sub(lambda _: title, lines[heading], count=1)
    if heading is not None and not form.is_blank:
        lines[heading] = lines[heading].replace("# ", f"# {own}: ", 1)
    template = take_whole(parse_markdown(text), templates).template
    for name, (old, number) in _fields("".join(lines), templates):
        wanted = " ".join(_wanted(name, values.get(name, ""), old, template, on).split())
        if wanted and wanted != old:
            lines[number - 1] = _with_value(lines[number - 1], old, wanted)
    filled = "".join(lines)
    read = dict(_fields(filled, templates))
    has = {
        name: value == " ".join(_wanted(name, values.get(name, ""), value, template, on).split())
        for name, (value, _) in read.items()
    }
    has["incident_id"] = own in filled
    has["title"] = has.get("title", False) or (heading is not None and title in lines[heading])
    asked = [name for name, value in values.items() if value and name != "date"]
    return filled, [name for name in asked if not has.get(name)]


def _wanted(name: str, value: str, old: str, template: Template, on: date) -> str:
    """Return what a field is to have, in the way in which the form writes it."""
    if name == "date" and "YYYY" in old:
        return old.replace("YYYY", f"{on:%Y}").replace("MM", f"{on:%m}").replace("DD", f"{on:%d}")
    if name != "status":
        return value
    options = [option.strip(" <>[]") for option in re.split(r"[/|,]", old)]
    return next((option for option in options if _is_draft(option, template)), "" if old else STATUSES[0])


def _is_draft(word: str, template: Template) -> bool:
    try:
        return read_word(word, STATUSES, template.synonyms("statuses")) == STATUSES[0]
    except Unreadable:
        return False


def _with_value(line: str, old: str, value: str) -> str:
    """Return a line of a form with a value in place of what it had; as it is where that can't be seen in it."""
    text = line.rstrip()
    ending = line[len(text) :]
    if old.strip(":"):
        head, found, tail = text.rpartition(old)
        return f"{head}{value}{tail}{ending}" if found else line
    if text.startswith("|"):
        return re.sub(r"\|\s*\|$", lambda _: f"| {value} |", text) + ending
    return f"{text} {value}{ending}"
