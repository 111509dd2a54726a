"""What very many reports cost: memory of the load, growth, the warm load, one changed file.

    python tests/benchmarks/many.py [REPORTS] [ROUNDS] [FOLDER]     100,000 and 3 unless given; `make bench-many`

The full reports of loading.py are written, or found in FOLDER from an earlier run, and read by two processes into a
cache there; the same is done with the first tenth of them. 100,000 take 0.9 GB, and 20 minutes of the processor.
Every load runs in a process of its own. Time is the processor's, that of workers included; memory is the peak of the
loading process alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from loading import full_report, keep_compiled, write

TIMED = """
import json, os, resource, sys, time
import pandas
import incident_analytics as ia
from incident_analytics import cache
from incident_analytics.finding import find_files

if __name__ == "__main__":
    folder, what = sys.argv[1:]
    worked = time.process_time()
    if what == "parquet":
        import pyarrow.parquet as pq
        for file in find_files([folder]):
            os.stat(file)
        for file in cache.cache_folder().rglob("*"):
            if file.is_file() and file.name not in {"index", "names"}:
                pq.read_table(file).to_pandas()
    else:
        ia.load(folder, status="all", jobs=int(what))
    of_workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = time.process_time() - worked + of_workers.ru_utime + of_workers.ru_stime
    print(json.dumps([worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2]))
"""


def timed(folder: Path, what: str) -> tuple[float, float]:
    """Return the seconds and the GiB that a load with so many processes takes, or reading the cached tables."""
    os.environ["XDG_CACHE_HOME"] = str(folder.with_name(f"{folder.name}-cache"))
    script = folder.parent / "timed.py"
    script.write_text(TIMED, encoding="utf-8")
    ran = subprocess.run([sys.executable, script, folder, what], check=True, capture_output=True, text=True)
    worked, memory = json.loads(ran.stdout)
    return worked, memory


def write_reports(folder: Path, n: int) -> None:
    """Write the first reports, a thousand a folder, but for those that are there."""
    for first in range(0, n, 1000):
        place, numbers = folder / f"{first // 1000:03d}", range(first, min(first + 1000, n))
        if not place.is_dir() or len(list(place.iterdir())) < len(numbers):
            for name, text in map(full_report, numbers):
                write(place / f"{name}.md", text)


def main(n: int, rounds: int, place: Path) -> None:
    keep_compiled(place)
    small, large = place / f"reports-{n // 10}", place / f"reports-{n}"
    write_reports(small, n // 10)
    write_reports(large, n)
    cold = {folder: timed(folder, "2") for folder in (small, large)}
    changed = next((large / "000").glob("*.md"))
    found: dict[str, list[float]] = {"parquet": [], "changed": [], "growth": [], "memory": []}
    for _ in range(rounds):
        warm, memory = timed(large, "1")
        found["memory"].append(memory)
        found["parquet"].append(warm / timed(large, "parquet")[0])
        found["growth"].append(warm / timed(small, "1")[0] / 10)
        text = changed.read_text(encoding="utf-8")
        write(changed, text[:-1] if text.endswith(" ") else f"{text} ")
        found["changed"].append(timed(large, "1")[0] / warm)
    print(f"{n:,} reports, {rounds} rounds\n{'work':36} {'against':36} {'ratio':>7} {'bound':>7}")
    for work, against, ratio, bound in (
        ("cold load, a report", f"one of {n // 10:,}", cold[large][0] / cold[small][0] / 10, 1.2),
        ("cold load, peak memory in GiB", "", cold[large][1], 2.0),
        ("warm load", "Parquet and one stat a file", median(found["parquet"]), 3.0),
        ("warm load, a report", f"one of {n // 10:,}", median(found["growth"]), 1.2),
        ("warm load, peak memory in GiB", "", median(found["memory"]), 2.0),
        ("one changed", "warm load", median(found["changed"]), 1.2),
    ):
        print(f"{work:36} {against:36} {ratio:7.2f} {bound:7.2f}{'' if ratio <= bound else '  ABOVE'}")


if __name__ == "__main__":
    given = [*sys.argv[1:], *("100000", "3")[len(sys.argv) - 1 :]]
    with TemporaryDirectory() as temporary:
        main(int(given[0]), int(given[1]), Path(given[2] if given[2:] else temporary).absolute())
