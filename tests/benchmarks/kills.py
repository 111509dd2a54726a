"""What is left when a verb is ended in the middle: seeded kills at random times, and what each of them leaves.

    python tests/benchmarks/kills.py [KILLS] [--seed SEED]     300 and 1 unless given; Linux

Each trial starts load, export, review or populate on some reports of the demo and sends it SIGINT, SIGTERM or SIGKILL
after a random part of the time that it takes. Then no output may be half-written (each is absent, as it was, or as an
undisturbed run makes it), no process may be left, and, but for SIGKILL, no temporary file; to what an undisturbed run
says SIGINT adds ``Aborted!`` and nothing else. In the end one more run must clear away what SIGKILL left. The exit code
is 1 where any of this fails.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
COMMAND = (sys.executable, "-m", "incident_analytics")
VERBS = {
    "load": ((sys.executable, "-c", "import incident_analytics as ia; ia.load('reports')"), 1),
    "export": ((*COMMAND, "export", "timeline", "reports", "-o", "timeline.csv"), 4),
    "review": ((*COMMAND, "review", "reports", "--period", "2025Q3", "-o", "pages", "--to", "html,md,ipynb"), 1),
    "populate": ((*COMMAND, "populate", "reports/INC-2025-08-05-001.md", "--history", "reports"), 1),
}
"""What is run, and how often compared with the others."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
STARTED = 0.5
"""Seconds within which Python itself may still be starting, which says more than ``Aborted!`` on Ctrl-C."""
GONE = 10
"""Seconds within which a kernel notices that its parent was killed: it looks once a second."""


class Trials:
    """The trials in a folder of their own, which has its own folder for temporary files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.temporary = folder, folder / "tmp"
        self.temporary.mkdir()
        self.reports = folder / "original"
        self.reports.mkdir()
        for file in sorted((DEMO / "reports").glob("INC-2025-0[78]*.md")):
            shutil.copy(file, self.reports)
        self.work = folder / "work"
        shutil.copytree(DEMO, self.work, ignore=shutil.ignore_patterns("reports", "*.py", "*.png"))
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}
        self.abandoned: set[str] = set()
        self.seconds: dict[str, float] = {}
        self.said: dict[str, set[str]] = {}
        self.made: dict[str, dict[str, bytes]] = {}
        for verb in VERBS:
            self.reset()
            begun = time.monotonic()
            _, said = self.start(verb).communicate()
            self.said[verb] = set(said.splitlines())
            self.seconds[verb] = time.monotonic() - begun
            self.made[verb] = self.files()

    def reset(self) -> None:
        """Put the reports back as they were, without outputs."""
        for name in ("reports", "pages"):
            shutil.rmtree(self.work / name, ignore_errors=True)
        shutil.copytree(self.reports, self.work / "reports")
        (self.work / "timeline.csv").unlink(missing_ok=True)

    def files(self) -> dict[str, bytes]:
        """Return the content of each file by its path."""
        return {
            file.relative_to(self.work).as_posix(): file.read_bytes() for file in self.work.rglob("*") if file.is_file()
        }

    def start(self, verb: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            VERBS[verb][0],
            cwd=self.work,
            env=self.environment,
            start_new_session=True,  # as a terminal has it: what is sent to the one is sent to its group
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def processes(self) -> list[int]:
        """Return what runs with our folder of temporary files."""
        own, found = f"TMPDIR={self.temporary}\0".encode(), []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    own in (entry / "environ").read_bytes()
                    and "Z" not in (entry / "stat").read_text().split(") ")[1][:1]
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def trial(self, verb: str, number: signal.Signals, seconds: float) -> list[str]:
        """Run a verb, end it after some seconds, return what is wrong then."""
        self.reset()
        before = self.files()
        process = self.start(verb)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, number)
        _, said = process.communicate()
        if process.returncode == 0:
            return ["ended before"]
        wrong = [*self.what_runs(), *self.what_is_written(verb, before, number)]
        # Once all is written Python itself is ending, and says nothing.
        is_under_way = verb != "load" and seconds > STARTED and self.files() != self.made[verb]
        if number != signal.SIGKILL and is_under_way:
            expected = {"Aborted!"} if number == signal.SIGINT else set()
            if set(said.splitlines()) - self.said[verb] - {""} != expected:
                wrong.append(f"said: {said.strip()[-300:]!r}, and ended with {process.returncode}")
        return wrong

    def what_runs(self) -> Iterator[str]:
        """Give what still runs once it had time to end, and end it."""
        until = time.monotonic() + GONE
        while self.processes() and time.monotonic() < until:
            time.sleep(0.1)
        for left in self.processes():
            yield f"process left: {left}"
            os.kill(left, signal.SIGKILL)

    def what_is_written(self, verb: str, before: dict[str, bytes], number: signal.Signals) -> Iterator[str]:
        """Give which files are neither as they were nor as they should become, and the temporary ones."""
        after, made = self.files(), self.made[verb]
        partial = {name for name in after if name.endswith(".partial")}
        for name in after.keys() - partial:
            if after[name] not in (before.get(name), made.get(name)):
                yield f"half-written: {name}"
        for name in before.keys() - after.keys():
            yield f"lost: {name}"
        left = set(os.listdir(self.temporary)) - self.abandoned  # noqa: PTH208 - only their names are asked
        self.abandoned |= left
        if number != signal.SIGKILL and (left or partial):
            yield f"temporary files: {sorted(left | partial)}"


def main() -> int:
    """Run the trials, print their outcomes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kills", nargs="?", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    # Where a shell starts this in the background, Ctrl-C is ignored, also by what is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chance = random.Random(chosen.seed)
    counts: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    with TemporaryDirectory(prefix="kills-") as folder:
        trials = Trials(Path(folder))
        print({verb: round(seconds, 1) for verb, seconds in trials.seconds.items()}, flush=True)
        while sum(killed.values()) < chosen.kills:
            (verb,) = chance.choices(list(VERBS), [weight for _, weight in VERBS.values()])
            number, seconds = chance.choice(SIGNALS), chance.uniform(0, trials.seconds[verb])
            wrong = trials.trial(verb, number, seconds)
            if wrong == ["ended before"]:
                continue
            killed[f"{verb} {number.name}"] += 1
            for fault in wrong:
                counts[fault.partition(":")[0]] += 1
                print(f"{verb} {number.name} after {seconds:.2f}s: {fault}", flush=True)
        left = len(os.listdir(trials.temporary))  # noqa: PTH208 - as above
        trials.reset()
        trials.start("review").communicate()
        still = os.listdir(trials.temporary)  # noqa: PTH208 - as above
        print(f"{left} folders were left by SIGKILL; the next run left {len(still)}: {still}")
    print(f"{sum(killed.values())} kills: {dict(sorted(killed.items()))}; wrong: {dict(counts) or 'nothing'}")
    return 1 if counts or still else 0


if __name__ == "__main__":
    sys.exit(main())
