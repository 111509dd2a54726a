"""Supporting Data filled in: a notebook is run for each report, and what it shows put into the report."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from incident_analytics.config import EvidenceSettings, Settings, read_settings
from incident_analytics.errors import NotebookError, OutputError
from incident_analytics.files import decode_text, file_of_report, read_bytes, write_bytes
from incident_analytics.finding import find_files
from incident_analytics.loading import read_records
from incident_analytics.notebooks import Kernel, notebook_file, run_notebook
from incident_analytics.pages import as_markdown
from incident_analytics.publish import put_file
from incident_analytics.records import Wanted, describe_startless
from incident_analytics.reports.edit import Filled, Filling, figure_folder, fill_report, has_supporting_data
from incident_analytics.reports.template import Template, read_templates
from incident_analytics.schema import STATUSES
from incident_analytics.showing import FIGURE

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Populated", "populate"]

_SECTIONS: Final = ("metric", "error_message", "configuration_change")
"""The sections that are filled: what the notebook's cells that are tagged so show."""


@dataclass(frozen=True, slots=True)
class Populated:
    """What became of one report.

    Attributes
    ----------
    path
        The report, ``path#2`` for the second one of a file.
    fillings
        What became of each section; none where the report was left as it was.
    failures
        Sentences: which sources could not be read or had nothing, why the report was left as it was.
    before, after
        The file's bytes.
    skipped
        Why nothing was to be done, a clause; empty where something was.
    """

    path: str
    fillings: tuple[Filling, ...] = ()
    failures: tuple[str, ...] = ()
    before: bytes = b""
    after: bytes = b""
    skipped: str = ""

    @property
    def diff(self) -> str:
        """What changed in the file, as a unified diff; empty where nothing did."""
        file = file_of_report(self.path)[0].as_posix()
        before, after = ([f"{line}\n" for line in _lines(content)] for content in (self.before, self.after))
        return "".join(unified_diff(before, after, file, file))


def populate(
    reports: str | Path | Sequence[str | Path],
    *,
    history: str | Path | Sequence[str | Path] | None = None,
    settings: str | Path | None = None,
    trusted: bool = True,
    status: str = "all",
    severities: Sequence[str] = (),
    services: Sequence[str] = (),
    teams: Sequence[str] = (),
    fields: Sequence[str] = (),
    hours: Sequence[str] = (),
    incidents: Sequence[str] = (),
    dry_run: bool = False,
    notebook: str | Path | None = None,
    progress: Callable[[int, int], object] | None = None,
    remark: Callable[[str], object] | None = None,
) -> list[Populated]:
    """Fill in the Supporting Data of reports: metrics, error messages and configuration changes.

    Each section gets a block between marks, which a later run brings up to date; see `fill_report` in
    `incident_analytics.reports.edit` for what happens to the words that are there. Figures go to a folder next to the
    report that is named by its Incident ID.

    Parameters
    ----------
    reports
        The reports, as `load` takes them.
    history
        The reports of earlier incidents to compare this one with; None takes those that the settings name,
        else ``reports``. Only those that are Final count, and only incidents that had ended when this one began: a
        later report never changes an earlier one's block.
    settings
        A settings file, which names the sources under ``[evidence]``; None takes the defaults, which have none.
    trusted
        Whether the settings may lead outside their folder, as `read_settings` takes it. If not, a notebook of your own
        also sets ``trusted`` in its cell tagged ``parameters``.
    status
        Which of the reports: ``final``, ``all`` or the name of a status.
    severities, services, teams, fields, hours
        Which of the reports, as `narrow` takes them; none named keeps all.
    incidents
        The incident_ids of the reports, in any case; none named keeps all.
    dry_run
        Write nothing, neither report nor figure.
    notebook
        Your own notebook in place of supporting_data; it has a cell tagged ``parameters`` that sets ``report``,
        ``number``, ``history`` and ``settings``, and cells tagged ``metric``, ``error_message`` and
        ``configuration_change``, whose outputs go into these sections.
    progress
        Called before each report with the number of those that are done, and at the end, and the number of all.
    remark
        Called with the sources that will be used, before any is, and with each sentence on files that are not counted.

    Returns
    -------
    list of Populated
        A row a report, and one for each file that cannot be read, or was named and holds no report. A draft without a
        section Supporting Data is skipped, as are other files in a folder, such as blank templates. A report that fails
        costs only itself, and a source that fails only its section: a block that is there already is kept as it is.

    Raises
    ------
    PathError
        ``reports: no such file or folder``
    UnknownNameError
        ``status 'finished' is not one of final, all, Draft, Under Review``, a severity, service or team is none.
    SettingsError
        The settings file cannot be read.
    """
    rules = read_settings(settings, trusted=trusted) if settings is not None else Settings()
    past = _each(history) if history is not None else rules.reports or _each(reports)
    find_files(past)
    wanted = Wanted(rules, status, severities, services, teams, fields, hours, incidents)
    records = read_records(reports, settings=rules)
    if remark is not None:
        for text in [*records.remarks(), *records.input_problems(), *_sources(rules.evidence)]:
            remark(text)
        if startless := describe_startless(wanted.without_start(records.tables["incidents"])):
            remark(startless)
    records = records.keep(wanted)
    kept = records.tables["incidents"]
    ids = dict(zip(kept["path"], kept["incident_id"], strict=True))
    named = {Path(path).as_posix() for path in _each(reports)}
    files = [
        file
        for file in records.rows("files")
        if file["path"] in ids
        or file["outcome"] == "unreadable"
        or (file["outcome"] == "skipped" and file["path"] in named)  # in a folder a README or template is no failure
    ]
    drafts = {row["path"] for row in records.rows("incidents") if row["status"] == STATUSES[0]}
    parameters: dict[str, object] = {
        "history": [str(Path(path).absolute()) for path in past],
        "settings": None if settings is None else str(Path(settings).absolute()),
    }
    if not trusted:
        parameters["trusted"] = False
    done: list[Populated] = []
    with Kernel() as kernel:
        templates = read_templates(rules.templates.files, only=rules.templates.only)
        writer = _Populator(
            kernel, templates, parameters, notebook or notebook_file("supporting_data"), dry_run=dry_run
        )
        for file in files:
            if progress:
                progress(len(done), len(files))
            path = file["path"]
            if path in ids:
                done.append(writer.populate(path, ids[path], is_draft=path in drafts))
            else:
                done.append(Populated(path, failures=(f"skipped: {file['reason']}",)))
    if progress:
        progress(len(done), len(files))
    return done


def _sources(evidence: EvidenceSettings) -> list[str]:
    """Return a sentence that names each host, repository and file pattern that will be used; none without sources."""
    named = []
    if evidence.prometheus:
        variable = evidence.prometheus.token_env or evidence.prometheus.password_env
        named.append(f"Prometheus at {evidence.prometheus.url}{f' (signs in with {variable})' if variable else ''}")
    if evidence.changes:
        named.append(f"git {evidence.changes.repository}")
    for kind, source in (("logs", evidence.logs), ("metrics", evidence.metrics)):
        if source:
            named.append(f"{kind} {', '.join(map(str, source.files))}")
    return [f"evidence comes from {'; '.join(named)}"] if named else []


class _Populator:
    """Fills one report after the other, all by the same notebook in the same kernel."""

    def __init__(
        self,
        kernel: Kernel,
        templates: Sequence[Template],
        parameters: Mapping[str, object],
        notebook: str | Path,
        *,
        dry_run: bool,
    ) -> None:
        self.kernel, self.templates, self.parameters, self.dry_run = kernel, templates, parameters, dry_run
        self.notebook, self.run = notebook, uuid4().hex
        self.unwritten: dict[Path, bytes] = {}

    def populate(self, path: str, incident_id: str, *, is_draft: bool) -> Populated:
        """Fill a report; a failure is reported, and leaves it as it was.

        A draft gets no section that it does not have.
        """
        file, number = file_of_report(path)
        try:
            before = self.unwritten[file] if file in self.unwritten else read_bytes(file)
            if is_draft and not has_supporting_data(before, templates=self.templates, number=number):
                return Populated(path, skipped="skipped, a draft without a section Supporting Data")
            parameters = {"report": str(file.absolute()), "number": number, **self.parameters}
            ran = run_notebook(self.notebook, parameters, optional={"run": self.run}, kernel=self.kernel)
            blocks, figures = _blocks(ran, incident_id)
            failures = _failures(ran)
            filled = self.fill(before, blocks, number, failed=failures)
            if self.dry_run:
                self.unwritten[file] = filled.content
            else:
                self.write(file, before, filled.content, figures, incident_id)
        except NotebookError as error:
            self.kernel.stop()  # whatever state it is in
            return Populated(path, failures=(str(error),))
        except OutputError as error:
            return Populated(path, failures=(str(error),))
        except OSError as error:
            return Populated(path, failures=(f"{file}: {error.strerror}",))
        reasons_given = tuple(reason for reasons in failures.values() for reason in reasons)
        return Populated(path, filled.fillings, reasons_given, before, filled.content)

    def fill(self, before: bytes, blocks: Mapping[str, str], number: int, *, failed: Collection[str]) -> Filled:
        """Put the blocks into the report; one that is there stays where a source of the new one failed."""
        filled = fill_report(before, blocks, templates=self.templates, number=number)
        kept = [
            Filling(old.section, "left alone", f"{old.message.partition(':')[0]}: kept as it was, as a source failed")
            for old in filled.fillings
            if old.section in failed and old.outcome in {"updated", "kept aside"}
        ]
        if not kept:
            return filled
        without = {name: text for name, text in blocks.items() if name not in {filling.section for filling in kept}}
        rest = fill_report(before, without, templates=self.templates, number=number)
        by_section = {filling.section: filling for filling in (*rest.fillings, *kept)}
        return Filled(rest.content, tuple(by_section[old.section] for old in filled.fillings))

    def write(self, file: Path, before: bytes, after: bytes, figures: Mapping[str, bytes], incident_id: str) -> None:
        """Put the figures in their folder, then the report in its place; then the figures go that it showed before."""
        shown, old = (set(FIGURE.findall(decode_text(content)[0])) for content in (after, before))
        made, gone = shown & figures.keys(), old - shown
        folder = figure_folder(file, incident_id, templates=self.templates) if made | gone else file.parent
        new = [folder / name for name in made if not (folder / name).exists()]
        try:
            for figure in new:
                put_file(figure, figures[figure.name])
            if before != after:
                write_bytes(file, after, expected=before)
        except OutputError:
            _remove(new)
            raise
        _remove(folder / name for name in gone)


def _blocks(ran: NotebookNode, folder: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return what the notebook shows for each section as Markdown, and the figures by their files' names."""
    blocks: dict[str, str] = {}
    figures: dict[str, bytes] = {}
    for section in _SECTIONS:
        text, pictures = as_markdown([cell for cell in ran.cells if section in cell.metadata.get("tags", [])], folder)
        blocks[section] = text.strip()
        figures |= pictures
    return blocks, figures


def _failures(ran: NotebookNode) -> dict[str, list[str]]:
    """Return by section why sources gave nothing: the notebook says so in the metadata of what it shows instead."""
    found: dict[str, list[str]] = {}
    for cell in ran.cells:
        for section in _SECTIONS:
            if section in cell.metadata.get("tags", []):
                reasons = [
                    reason for output in cell.outputs for reason in output.get("metadata", {}).get("failures", [])
                ]
                if reasons:
                    found.setdefault(section, []).extend(reasons)
    return found


def _each(paths: str | Path | Sequence[str | Path]) -> Sequence[str | Path]:
    return [paths] if isinstance(paths, str | Path) else paths


def _lines(content: bytes) -> list[str]:
    lines = re.split(r"\r\n|\n|\r", decode_text(content)[0])
    return lines if lines[-1] else lines[:-1]


def _remove(files: Iterable[Path]) -> None:
    """Remove figures, and their folder with the last of them; one that cannot be removed stays."""
    for file in files:
        with suppress(OSError):
            file.unlink()
            file.parent.rmdir()
