"""A manifest as a file that anybody may have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from incident_analytics.errors import PathError
from incident_analytics.manifest import read_manifest

MANIFEST = {
    "manifest": 4,
    "version": "1",
    "review": {"period": "2025Q3", "as_of": "2025-10-01T00:00:00+00:00", "is_past": True, "redact": False},
    **{name: {} for name in ("settings", "corrections", "tracker", "files", "shown")},
    "reports": {"INC-1": {"file": "INC-1.md", "n_lines": 3, "lines": {"3": "abcdefgh"}}},
    "figures": {
        "mttr": {"measure": "mttr", "options": {}, "read_from": [], "columns": ["n"], "rows": {"": [1]}, "lines": "1"}
    },
    "lines": {"1": {"1": "3"}},
}


@pytest.mark.parametrize(
    "wrong",
    [
        "[" * 100_000,
        "[]",
        '{"manifest": 4}',
        json.dumps(MANIFEST).replace('"lines": "1"', '"lines": "2"'),
        json.dumps(MANIFEST).replace('"manifest": 4', '"manifest": "1"'),
        '{"manifest": 1}',
        json.dumps(MANIFEST).replace('"n_lines": 3', '"n_lines": 1e999'),
        json.dumps(MANIFEST).replace('"n_lines": 3', f'"n_lines": {"9" * 5000}'),
        json.dumps(MANIFEST).replace('"n_lines": 3', '"n_lines": 2'),
        json.dumps(MANIFEST).replace('"3": "abcdefgh"', '"-1": "abcdefgh"'),
        json.dumps(MANIFEST).replace('"3": "abcdefgh"', '"1-3": "abcdefgh"'),
        json.dumps(MANIFEST).replace('"1": "3"', '"1": "4"'),
        json.dumps(MANIFEST).replace('"1": "3"', '"1": "3 2"'),
        json.dumps(MANIFEST).replace('"1": "3"', '"1": "1-999999999999"'),
        json.dumps(MANIFEST).replace('"rows": {"": [1]}', '"rows": {"": [1, 2]}'),
        json.dumps(MANIFEST).replace('"tracker": {}', '"tracker": {"OPS-1": "abcdefghijkl"}'),
        json.dumps(MANIFEST).replace('"tracker": {}', '"tracker": {"OPS-1": {"incidents": 1, "columns": {}}}'),
        json.dumps(MANIFEST).replace("2025Q3", "soon"),
        json.dumps(MANIFEST).replace("+00:00", ""),
        json.dumps(MANIFEST).replace('"2025-10-01T00:00:00+00:00"', "3"),
        json.dumps(MANIFEST).replace(', "redact": false', ""),
        json.dumps(MANIFEST).replace('"2025-10-01T00:00:00+00:00"', '"2025-10-01"'),
        json.dumps(MANIFEST).replace('"redact": false', '"redact": "no"'),
        json.dumps(MANIFEST).replace('"is_past": true', '"is_past": true, "paths": 1'),
        json.dumps(MANIFEST).replace('"is_past": true', '"is_past": true, "paths": ["reports", 1]'),
        json.dumps(MANIFEST).replace('"is_past": true', '"is_past": true, "status": {"a": 1}'),
        json.dumps(MANIFEST).replace('"is_past": true', '"is_past": true, "settings": []'),
        json.dumps(MANIFEST).replace("[1]", "[NaN]"),
        json.dumps(MANIFEST).replace("[1]", "[1e999]"),
        json.dumps(MANIFEST).replace("[1]", "[[1]]"),
        json.dumps(MANIFEST).replace('["n"]', '["median_seconds"]').replace("[1]", '["1"]'),
        json.dumps(MANIFEST).replace('["n"]', '["median_seconds"]').replace("[1]", "[1e300]"),
    ],
)
def test_a_manifest_that_anybody_may_have_written_is_one_or_refused(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "review-2025Q3.manifest.json"
    file.write_text(json.dumps(MANIFEST), encoding="utf-8")
    assert read_manifest(file).reports["INC-1"].lines == {3: "abcdefgh"}
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(PathError, match=r"review-2025Q3\.manifest\.json: is not the manifest of a review$"):
        read_manifest(file)


@pytest.mark.parametrize("form", [1, 2, 3])
def test_a_manifest_of_another_form_is_said_to_be_one(tmp_path: Path, form: int) -> None:
    file = tmp_path / "review-2025Q3.manifest.json"
    file.write_text(json.dumps({**MANIFEST, "manifest": form}), encoding="utf-8")
    with pytest.raises(PathError, match=r"was written by another version; make the review again$"):
        read_manifest(file)
