"""How fast log_templates reads, beside a plain pass over the same lines, and how much memory it takes.

python tests/benchmark_logs.py [LINES]
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from incident_analytics.evidence.logs import log_templates

DAY = datetime(2025, 8, 5)  # noqa: DTZ001 - written with its zone


def write(file: Path, n: int, share_of_errors: float) -> None:
    """Write a day of a service with forty pods, three thousand users and eight messages."""
    rng = random.Random(1)
    pods = ["web-" + "".join(rng.choices("bcdfghjklmnpqrstvwxz2456789", k=5)) for _ in range(40)]
    users = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(3000)]
    quiet = ("INFO job {h:012x} finished in {n} s", "DEBUG cache hit for {u}", "INFO session {h:012x} of {u} started")
    errors = ("WARN slow query: {n} ms", "ERROR upload '{u}' failed for {u}", "WARN retry {n} of {u} token={h:x}")
    with file.open("w", encoding="utf-8") as stream:
        for line in range(n):
            words = rng.choice(errors if rng.random() < share_of_errors else quiet)
            words = words.format(h=rng.getrandbits(48), n=rng.randrange(10_000), u=rng.choice(users))
            at = DAY + timedelta(seconds=86_400 * line / n)
            stream.write(f"{at.isoformat(timespec='milliseconds')}Z {rng.choice(pods)} {words}\n")


def main(n: int) -> None:
    """Print a line a share of errors."""
    noon = pd.Timestamp(DAY, tz="UTC") + pd.Timedelta("12h")
    window = {"baseline_start": noon - pd.Timedelta("12h"), "start": noon, "end": noon + pd.Timedelta("12h")}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.log"
        for share in (0.05, 1.0):
            write(file, n, share)
            began = time.perf_counter()
            with file.open("rb") as stream:
                for _ in stream:
                    pass
            plain = time.perf_counter() - began
            began = time.perf_counter()
            found = log_templates(file, **window)
            took = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{share:4.0%} errors: {n / took:9,.0f} lines/s, {took / plain:4.0f} plain passes, "
                f"{len(found.templates)} templates, peak {peak:.0f} MB"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
