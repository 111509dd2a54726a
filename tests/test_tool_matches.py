"""Which row of an incident tool's export belongs to which report, and where the two differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_exports import EXPORTS, cases, report

from incident_analytics.loading import load


def written(folder: Path, form: str, seed: int = 7) -> Path:
    """Write the reports, the export and the settings of a form of export."""
    export = EXPORTS[form]
    found = cases(export.tool, seed)
    (folder / "reports").mkdir()
    for case in found:
        (folder / "reports" / f"{case.incident_id}.md").write_text(report(case, export.name(case)), encoding="utf-8")
    (folder / export.file).write_text(export.write(found), encoding="utf-8")
    zone = "".join(f"{key} = '{value}'\n" for key, value in export.settings.items())
    settings = folder / "s.toml"
    settings.write_text(f"reports = ['reports']\n[incident_tool]\nfiles = ['{export.file}']\n{zone}")
    return settings


@pytest.mark.parametrize("form", list(EXPORTS))
def test_twenty_planted_differences_of_fifty_incidents_are_found_and_no_other(tmp_path: Path, form: str) -> None:
    """The others are up to four minutes off; the export also has what no report is about."""
    settings = written(tmp_path, form)
    found = load(tmp_path / "reports", settings=settings).problems
    planted = [(case.incident_id, milestone) for case in cases(EXPORTS[form].tool, 7) for milestone in case.planted]
    assert len(planted) == 20
    named = found[found["code"] == "time-difference"]
    milestones = named["message"].str.partition(" ")[0]
    assert sorted(zip(named["incident_id"], milestones, strict=True)) == sorted(planted)
    assert set(found.loc[found["code"] != "time-difference", "level"]) <= {"info"}
    export = (tmp_path / EXPORTS[form].file).read_text(encoding="utf-8").splitlines()
    by_id = {case.incident_id: case for case in cases(EXPORTS[form].tool, 7)}
    for row in named.itertuples():
        case = by_id[row.incident_id]
        at = case.reported[row.message.partition(" ")[0]]
        assert f"{at:%H:%M:%S}" in Path(row.path).read_text(encoding="utf-8").splitlines()[row.line - 1]
        line = export[int(row.message.partition(f"{EXPORTS[form].file}:")[2].partition(")")[0]) - 1]
        assert any(name in line for name in (case.key, f"Q{case.number:03}XYZ"))
