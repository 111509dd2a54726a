"""What reading costs, as ratios to what it cannot do without, measured side by side in one run.

    python tests/benchmarks/loading.py [REPORTS] [ROUNDS]     2,000 and 5 unless given; `make bench`

The reports are made from a seed: full ones (twelve rows, five action items, every field of the template), and those of
data/real under other ids and dates. Every figure is the median of the ratios of interleaved rounds: a busy machine
slows both sides. What one process does by itself is measured in the processor's time. The bounds are what is aimed at;
a line above its bound says so.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import pyromark

import incident_analytics as ia
from incident_analytics import cache
from incident_analytics.finding import find_files

ROOT = Path(__file__).parents[2]
SEED = 20250314
OLD = 1_700_000_000
"""When the files seem to have changed: a cache takes what is recent for what may change again."""
WORDS = [
    "latency",
    "queue",
    "region",
    "replica",
    "failover",
    "certificate",
    "quota",
    "worker",
    "cluster",
    "index",
    "schema",
    "cache",
    "gateway",
    "token",
    "retry",
    "canary",
    "shard",
    "broker",
    "snapshot",
    "manifest",
    "timeout",
    "backlog",
    "pool",
    "listener",
    "limit",
    "rollback",
    "deploy",
    "pipeline",
    "dashboard",
]
SERVICES = ("API", "Frontend", "Search", "Billing", "Mailer")


def sentence(pick: random.Random, n: int) -> str:
    return f"{' '.join(pick.choices(WORDS, k=n)).capitalize()}."


def full_report(number: int) -> tuple[str, str]:
    """Return the id and the text of a report that fills in every field."""
    pick = random.Random(SEED + number)
    day = date(2000, 1, 1) + timedelta(days=number // 9)
    name = f"INC-{day}-{number % 9 + 1:03d}"
    start = datetime(day.year, day.month, day.day, pick.randrange(20), pick.randrange(60))  # noqa: DTZ001 - local
    steps = sorted(pick.sample(range(1, 200), 11))
    at = [start, *(start + timedelta(minutes=step) for step in steps)]
    phrases = {0: "Incident started", 2: "First detection", 4: "Incident response began", 6: "Root cause identified",
               8: "Mitigation deployed", 10: "Service restored", 11: "Incident closed"}  # fmt: skip
    rows = [f"| {clock:%H:%M} | {phrases.get(index, sentence(pick, 3))} - {sentence(pick, 12)} |"
            for index, clock in enumerate(at)]  # fmt: skip
    actions = [f"| {sentence(pick, 14)} | {pick.choice(['Ana', 'Bo', 'Cy', 'Di', 'Ed'])} Reed "
               f"| {day + timedelta(days=pick.randrange(5, 90))} | {pick.choice(['High', 'Medium', 'Low'])} |"
               for _ in range(5)]  # fmt: skip
    length = at[10] - at[0]
    text = (ROOT / "tests" / "benchmarks" / "full_report.md").read_text(encoding="utf-8")
    filled = {
        "name": name, "title": sentence(pick, 6), "date": str(day), "severity": f"SEV-{pick.randrange(1, 4)}",
        "duration": f"{length.seconds // 3600}h {length.seconds // 60 % 60}m ({at[0]:%H:%M} - {at[10]:%H:%M} UTC)",
        "rows": "\n".join(rows), "actions": "\n".join(actions), "users": f"{pick.randrange(10_000):,}",
        "services": "\n".join(f"- [{pick.choice('x ')}] {service}" for service in SERVICES),
    }  # fmt: skip
    for key, value in filled.items():
        text = text.replace(f"{{{key}}}", value)
    return name, re.sub(r"\{words (\d+)\}", lambda match: sentence(pick, int(match[1])), text)


def write_full(folder: Path, n: int) -> None:
    for number in range(n):
        name, text = full_report(number)
        write(folder / f"{number // 1000:03d}" / f"{name}.md", text)


def write_real(folder: Path, n: int) -> None:
    """Repeat the reports of data/real, each under another id and years later."""
    sources = sorted((ROOT / "data" / "real").glob("INC-*.md"))
    for number in range(n):
        source = sources[number % len(sources)]
        later = number // len(sources)
        text = source.read_text(encoding="utf-8")
        for year in range(2030, 2010, -1):
            text = text.replace(f"{year}-", f"{year + 20 * later % 900}-")
        name = re.search(r"INC-\d{4}-\d\d-\d\d-\d{3}", text)
        stem = name[0] if name else f"{source.stem}-{later}"
        write(folder / f"{later:04d}" / f"{stem}.md", text)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (OLD, OLD))


def compared(
    one: Callable[[], object],
    other: Callable[[], object],
    rounds: int,
    clock: Callable[[], float] = perf_counter,
) -> float:
    """Return how many times as long the first takes, the median of interleaved rounds."""
    found = []
    for _ in range(rounds):
        times = []
        for work in (one, other):
            begin = clock()
            work()
            times.append(clock() - begin)
        found.append(times[0] / times[1])
    return median(found)


def run(*command: str) -> None:
    subprocess.run([sys.executable, *command], check=False, capture_output=True, cwd=ROOT)


def keep_compiled(place: Path) -> None:
    """Let processes find this package's modules compiled, as those of other packages are and pip leaves all of them."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(place / "compiled")
    run("-m", "incident_analytics", "check", str(ROOT / "data" / "real"), "--no-cache")
    run("-c", "import pandas, click")


@contextmanager
def folders() -> Iterator[Path]:
    with TemporaryDirectory() as place:
        os.environ["XDG_CACHE_HOME"] = str(Path(place) / "caches")
        yield Path(place)


def walk(texts: Sequence[str]) -> int:
    """Parse texts and look at each event: what any reader of Markdown by this parser has to do."""
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_TASKLISTS
    return sum(1 for text in texts for _ in pyromark.events_with_range(text, options=options))


def long_report(rows: int) -> str:
    """Return a full report whose timeline has a number of rows, a minute apart, each of other words."""
    pick = random.Random(SEED + rows)
    at = datetime(2000, 1, 1)  # noqa: DTZ001 - local
    lines = [f"| {at + timedelta(minutes=row):%Y-%m-%d %H:%M} | {sentence(pick, 12)} |\n" for row in range(1, rows + 1)]
    return re.sub(r"(?m)^(\|-+\|-+\|\n)(?:\| \d\d:\d\d \|.*\n)+", rf"\g<1>{''.join(lines)}", full_report(0)[1], count=1)


def parquet(folder: Path, reports: Path) -> None:
    """Read the cached tables and look at each file once."""
    import pyarrow.parquet as pq

    for file in find_files([reports]):
        os.stat(file)  # noqa: PTH116
    for file in folder.rglob("*"):
        if file.is_file() and file.name not in {"index", "names"}:
            pq.read_table(file).to_pandas()


def main(n: int, rounds: int) -> None:
    with folders() as place:
        keep_compiled(place)
        full, real = place / "full", place / "real"
        write_full(full, n)
        write_real(real, n)
        lines: list[tuple[str, str, float, float]] = []

        def line(work: str, against: str, ratio: float, bound: float) -> None:
            lines.append((work, against, ratio, bound))
            mark = "" if ratio <= bound else "  ABOVE"
            print(f"{work:52} {against:38} {ratio:7.2f} {bound:7.2f}{mark}", flush=True)

        print(f"{n:,} reports, {rounds} rounds\n{'work':52} {'against':38} {'ratio':>7} {'bound':>7}")
        for name, reports, bound in (("full", full, 12), ("real", real, 15)):
            sample = find_files([reports])[:200]
            texts = [file.read_text(encoding="utf-8") for file in sample]
            cold = compared(
                lambda s=sample: ia.load(s, status="all", cache=False), lambda t=texts: walk(t), rounds, process_time
            )
            line(f"cold load of {name} reports", "pyromark parse and walk", cold, bound)
            try:
                from markdown_it import MarkdownIt
            except ImportError:
                pass
            else:
                tokens = MarkdownIt("commonmark").enable("table")
                ratio = compared(
                    lambda s=sample: ia.load(s, status="all", cache=False),
                    lambda t=texts, m=tokens: [m.parse(text) for text in t],
                    rounds,
                    process_time,
                )
                line(f"cold load of {name} reports", "markdown-it-py tokens", ratio, 0.65)
        ratio = compared(
            lambda: ia.load(full, status="all", cache=False, jobs=2),
            lambda: ia.load(full, status="all", cache=False),
            1,
        )
        line("cold load, two processes", "one process", ratio, 1 / 1.7)
        ia.load(full, status="all")
        warm = partial(ia.load, full, status="all")
        line(
            "warm load",
            "Parquet and one stat a file",
            compared(warm, lambda: parquet(cache.cache_folder(), full), rounds),
            3,
        )
        first = find_files([full])[n // 2]

        def one_changed() -> None:
            text = first.read_text(encoding="utf-8")
            write(first, text[:-1] if text.endswith(" ") else f"{text} ")
            warm()

        line("one changed", "warm load", compared(one_changed, warm, rounds), 1.2)
        for rows in (1_000, 16_000):
            write(place / str(rows) / "INC-2000-01-01-001.md", long_report(rows))
        ratio = compared(
            lambda: ia.load(place / "16000", status="all"),
            lambda: ia.load(place / "1000", status="all"),
            1,
            process_time,
        )
        line("a row of a timeline of 16,000", "one of 1,000", ratio / 16, 1.2)
        shutil.rmtree(cache.cache_folder())
        verb = ("-m", "incident_analytics")
        pandas = partial(run, "-c", "import pandas")
        report = str(find_files([full])[0])
        line("check of one report", "import pandas", compared(lambda: run(*verb, "check", report), pandas, rounds), 0.5)
        click = partial(run, "-c", "import click")
        line("--help", "import click", compared(lambda: run(*verb, "--help"), click, rounds), 1.3)
        thousand = place / "thousand"
        write_full(thousand, 1000)
        run(*verb, "check", str(thousand))
        ratio = compared(lambda: run(*verb, "check", str(thousand)), pandas, rounds)
        line("check of 1,000 warm reports", "import pandas", ratio, 1.5)


if __name__ == "__main__":
    main(*(int(argument) for argument in (*sys.argv[1:], *("2000", "5")[len(sys.argv) - 1 :])))
