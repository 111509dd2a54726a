"""A pattern that is compiled late does what `re.compile` gives, and costs nothing before."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from incident_analytics.late_patterns import compile_late


def test_it_is_compiled_at_its_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_now = re.compile

    def count(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return compile_now(pattern, flags)

    monkeypatch.setattr(re, "compile", count)
    late = compile_late("a+", re.IGNORECASE)
    assert compiled == []
    assert late.findall("aAb a") == late.findall("aAb a") == ["aA", "a"]
    assert compiled == ["a+"]


@pytest.mark.parametrize("use", ["search", "match", "fullmatch", "findall", "split"])
@pytest.mark.parametrize("flags", [re.NOFLAG, re.IGNORECASE])
def test_it_does_what_the_pattern_does(use: str, flags: re.RegexFlag) -> None:
    for text in ("sev-2", "SEV-3: x", "none", ""):
        late, now = (getattr(make(r"sev-(\d)", flags), use)(text) for make in (compile_late, re.compile))
        assert (late and late[:]) == (now and now[:]) if isinstance(now, list) else str(late) == str(now)


def test_a_faulty_one_raises_at_its_first_use() -> None:
    late = compile_late("(")
    with pytest.raises(re.error):
        late.search("x")


def test_a_report_of_the_template_needs_few_long_patterns() -> None:
    """What reads dates in words, rough counts and states in prose costs a check of one report nothing."""
    script = """
import re, sys
compiled, compile_now = [], re.compile
re.compile = lambda pattern, flags=0: compiled.append(pattern) or compile_now(pattern, flags)
from incident_analytics.config import Settings
from incident_analytics.reports.parse import read_reports
from incident_analytics.reports.template import read_templates
sys.path.insert(0, sys.argv[1])
from loading import full_report
name, text = full_report(0)
read_reports(text, f"{name}.md", Settings.model_validate({}), read_templates([]))
print(max(map(len, compiled)), sum(map(len, compiled)))
"""
    benchmarks = Path(__file__).with_name("benchmarks")
    ran = subprocess.run([sys.executable, "-c", script, str(benchmarks)], capture_output=True, text=True, check=True)
    longest, total = map(int, ran.stdout.split())
    assert longest < 2_500
    assert total < 25_000  # characters; it took 50,000
