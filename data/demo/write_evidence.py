"""Write what three incidents of this folder left in the logs, and the history of the platform's configuration.

    python write_evidence.py [FOLDER]

writes FOLDER/logs/*.log.gz and FOLDER/config.bundle, a git repository in one file (git clone takes it). Each log
goes from 24 hours before its incident to an hour after it, tells what the report tells, and holds a made-up secret or
two that nobody may publish. The same seed gives the same lines and the same commits.

    INC-2025-07-22-001  render-worker.log.gz  text, ISO 8601: long episodes reach the job limit
    INC-2025-08-05-001  edge.log.gz           JSON lines: no TLS handshake succeeds after 23:49
    INC-2025-08-19-001  web.log.gz            text with stack traces, in two windows
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

SEED: Final = 807
HERE: Final = Path(__file__).parent
BEFORE: Final = timedelta(hours=24)
AFTER: Final = timedelta(hours=1)
POD: Final = "bcdfghjklmnpqrstvwxz2456789"  # what Kubernetes ends the names of pods with

Line = tuple[datetime, str]


def instant(text: str) -> datetime:
    """Read a time of the reports, which are in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def pods(rng: random.Random, name: str, n: int) -> list[str]:
    """Return names as a cluster gives them."""
    return [f"{name}-{''.join(rng.choices(POD, k=5))}" for _ in range(n)]


def ticks(rng: random.Random, start: datetime, end: datetime, *, every: float) -> Iterator[datetime]:
    """Give instants at random, on average one in ``every`` seconds."""
    at = start
    while (at := at + timedelta(seconds=rng.expovariate(1 / every))) < end:
        yield at


def iso(at: datetime) -> str:
    """Write an instant to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --------------------------------------------------------------------------------------------------------------- logs


def render_worker(rng: random.Random) -> list[Line]:
    """Slow speech provider: sentences take 1.6 s instead of 0.4 s, and jobs over 200 sentences reach the limit."""
    start, raised, end = instant("2025-07-22 13:05"), instant("2025-07-22 15:47"), instant("2025-07-22 16:37")
    first, last = start - BEFORE, end + AFTER
    workers = pods(rng, "render-worker", 6)
    lines: list[Line] = []

    def tell(at: datetime, level: str, words: str) -> None:
        lines.append((at, f"{iso(at)} {rng.choice(workers)} {level} {words}"))

    for at in ticks(rng, first, last, every=60):
        slow = start <= at < end
        n = rng.randint(20, 190)
        seconds = n * rng.gauss(1.6 if slow else 0.4, 0.05)
        tell(at, "INFO", f"job {rng.getrandbits(48):012x} rendered {n} sentences in {seconds:.0f} s")
    for at in ticks(rng, first, last, every=1500):
        tell(at, "WARN", f"voice 'ana-{rng.randint(2, 4)}' not cached, loading took {rng.randint(300, 900)} ms")
    for at in ticks(rng, first, last, every=5000):
        tell(
            at,
            "ERROR",
            f"upload to https://render:s3cr3t-{rng.randint(10, 99)}@storage.example failed, retrying in 2 s",
        )
    for at in ticks(rng, start, end, every=14):
        tell(at, "WARN", f"provider answered after {rng.gauss(1600, 120):.0f} ms, expected 400 ms")
    tell(instant("2025-07-22 13:13:49"), "ERROR", "job limit 1800 s reached at sentence 203 of 268")
    for at in ticks(rng, instant("2025-07-22 13:35"), raised, every=40):
        n = rng.randint(204, 420)
        tell(at, "ERROR", f"job limit 1800 s reached at sentence {rng.randint(200, n - 1)} of {n}")
    tell(
        instant("2025-07-22 13:34:12"),
        "ERROR",
        "provider status page unreachable with api_key=demo-4f1c8e20b7 (HTTP 503)",
    )
    return lines


def edge(rng: random.Random) -> list[Line]:
    """Expired certificate: each handshake fails until the first load balancer has the new one."""
    start, mended, end = instant("2025-08-05 23:49"), instant("2025-08-06 01:37"), instant("2025-08-06 01:55")
    first, last = start - BEFORE, end + AFTER
    balancers = {"us-east": ["lb-use-1", "lb-use-2"], "eu-west": ["lb-euw-1"]}
    lines: list[Line] = []

    def tell(at: datetime, level: str, msg: str, **more: str | int) -> None:
        lines.append((at, json.dumps({"ts": iso(at), "level": level, "msg": msg, **more})))

    def client() -> str:
        return f"198.51.100.{rng.randint(1, 254)}"

    for at in ticks(rng, first, last, every=50):
        region = rng.choice(list(balancers))
        if start <= at < (mended if region == "us-east" else end):
            continue
        path = rng.choice(["/v1/shows", "/v1/feed", "/v1/episodes/{}"]).format(rng.randint(100, 999))
        tell(at, "info", "request", lb=rng.choice(balancers[region]), path=path, status=200, ms=rng.randint(8, 90))
    for region, until in (("us-east", mended), ("eu-west", end)):
        for at in ticks(rng, start, until, every=9):
            words = f"TLS handshake with {client()} failed"
            error = "remote error: tls: expired certificate"
            tell(at, "error", words, lb=rng.choice(balancers[region]), error=error)
    for at in ticks(rng, instant("2025-08-05 23:50"), end, every=60):
        words = "probe of https://api.example failed"
        tell(at, "error", words, error="curl: (60) SSL certificate problem: certificate has expired")
    for at in ticks(rng, first, last, every=1800):
        tell(at, "warn", f"client {client()} sent no ALPN, speaking HTTP/1.1", lb=rng.choice(balancers["us-east"]))
    for at in ticks(rng, first, last, every=2500):
        words = f"TLS handshake with {client()} failed"
        tell(at, "error", words, lb=rng.choice(balancers["eu-west"]), error="EOF")
    forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl"
    tell(instant("2025-08-06 00:31:40"), "error", "reload refused by lb-euw-1", error=f"401 for Bearer {forged}")
    return lines


def web(rng: random.Random) -> list[Line]:
    """Expired home feed: computing it passes its deadline, in two windows."""
    windows = (("2025-08-19 17:07", "2025-08-19 18:40"), ("2025-08-19 20:30", "2025-08-19 22:11"))
    first, last = instant(windows[0][0]) - BEFORE, instant(windows[1][1]) + AFTER
    instances = pods(rng, "web", 8)
    trace = "\n    at feed.compute (feed.js:214)\n    at cache.fill (cache.js:88)"
    lines: list[Line] = []

    def tell(at: datetime, level: str, words: str) -> None:
        lines.append((at, f"{iso(at)} {rng.choice(instances)} {level} {words}"))

    for at in ticks(rng, first, last, every=60):
        page = rng.choice(["/", "/", f"/shows/{rng.randint(100, 999)}", "/search?q=jazz"])
        tell(at, "INFO", f"GET {page} 200 in {rng.randint(20, 180)} ms")
    for at in ticks(rng, first, last, every=2200):
        tell(at, "ERROR", f"feed: deadline of 2000 ms exceeded{trace}")  # now and then the feed was late before, too
    for at in ticks(rng, first, last, every=1900):
        mail = rng.choice(["ada", "grace", "linus"])
        tell(at, "WARN", f"sign-in of {mail}@mail.example refused, {rng.randint(2, 5)} attempts")
    for start, end in windows:
        for at in ticks(rng, instant(start), instant(end), every=12):
            tell(at, "ERROR", f"feed: deadline of 2000 ms exceeded{trace}")
        for at in ticks(rng, instant(start) + timedelta(minutes=3), instant(end), every=25):
            free = rng.randint(40, 400)
            tell(at, "ERROR", f"database: no connection free after {free} ms, pool of 60 exhausted")
    tell(instant("2025-08-19 17:14:05"), "ERROR", f"feed: deadline of 2000 ms exceeded{trace}")
    words = "database: reconnect with password=correct-horse-42 to db-feed-1 timed out"
    tell(instant("2025-08-19 17:33:27"), "ERROR", words)
    return lines


LOGS: Final = {"render-worker": render_worker, "edge": edge, "web": web}


def log_text(name: str) -> str:
    """Return a log as text, in the order of its times."""
    lines = LOGS[name](random.Random(f"{SEED} {name}"))
    return "".join(f"{text}\n" for _, text in sorted(lines))


# ------------------------------------------------------------------------------------------------------ configuration


@dataclass(frozen=True)
class Commit:
    """A change: when it was written, by whom, why, and the files as they are after it."""

    at: str
    author: str
    subject: str
    files: Mapping[str, str]
    merged_at: str = ""  # where it was written on a branch: when it reached main
    merge: str = ""


def render_settings(limit: str = "30m", retries: int = 2) -> str:
    """Return the renderer's file."""
    return f'[render]\njob_limit = "{limit}"\nretries = {retries}\nvoice_cache = "8GB"\n'


def certificate_settings(*, renewal: bool) -> str:
    """Return the file of the certificates."""
    return f'[cert-renewal]\nenabled = {str(renewal).lower()}\ndomains = ["*.api.example"]\ndays_before = 30\n'


def feed_settings(ttl: str = "300s", lock: str = "off", edge: str = "off") -> str:
    """Return the home feed's file."""
    return f'[feed]\nttl = "{ttl}"\nlock = "{lock}"\nstatic_at_edge = "{edge}"\n'


COMMITS: Final = (
    Commit(
        "2025-03-04 09:12",
        "Sefa Lindqvarn",
        "Configuration of the platform",
        {
            "README.md": "What runs is what main says.\n",
            "render.toml": render_settings(retries=1),
            "certificates.toml": certificate_settings(renewal=True),
            "feed.toml": feed_settings(),
        },
    ),
    Commit(
        "2025-05-19 14:40",
        "Ravi Ostrander",
        "Switch renewal off while the load balancers move",
        {"certificates.toml": certificate_settings(renewal=False)},
    ),
    Commit(
        "2025-07-10 10:05",
        "Noor Halvorsen",
        "Repeat a failed render once more",
        {"render.toml": render_settings()},
        "2025-07-22 08:20",
        "Merge branch 'render-retries'",
    ),
    Commit(
        "2025-07-22 15:41",
        "Noor Halvorsen",
        "Raise the job limit to 90 minutes",
        {"render.toml": render_settings("90m")},
    ),
    Commit(
        "2025-08-05 11:30",
        "Sefa Lindqvarn",
        "Say who may merge",
        {"README.md": "What runs is what main says. Two merge.\n"},
    ),
    Commit(
        "2025-08-06 00:58",
        "Ravi Ostrander",
        "Renew the wildcard certificate again",
        {"certificates.toml": certificate_settings(renewal=True)},
    ),
    Commit(
        "2025-08-19 18:02", "Sefa Lindqvarn", "Keep the home feed for an hour", {"feed.toml": feed_settings("3600s")}
    ),
    Commit(
        "2025-08-19 21:31",
        "Noor Halvorsen",
        "Serve a static home feed from the edge",
        {"feed.toml": feed_settings("3600s", edge="on")},
    ),
    Commit(
        "2025-08-19 21:20",
        "Ravi Ostrander",
        "Let one request compute the home feed",
        {"feed.toml": feed_settings("3600s", "on", "on")},
        "2025-08-19 21:58",
        "Merge branch 'feed-lock'",
    ),
)
"""In the order in which they reached main."""


def history() -> str:
    """Return the commits as a stream for ``git fast-import``."""
    parts: list[str] = []

    def commit(ref: str, at: str, author: str, message: str, parent: str = "") -> None:
        address = f"{author.lower().replace(' ', '.')}@audio.example"
        stamp = f"{author} <{address}> {instant(at).timestamp():.0f} +0000"
        words = message.encode()
        parts.append(f"commit refs/heads/{ref}\nauthor {stamp}\ncommitter {stamp}\ndata {len(words)}\n{message}\n")
        parts.append(parent)

    def write_files(files: Mapping[str, str]) -> None:
        for name, text in files.items():
            parts.append(f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n")

    for at, change in enumerate(COMMITS):
        branch = f"topic-{at}" if change.merge else "main"
        commit(branch, change.at, change.author, change.subject, "from refs/heads/main\n" if change.merge else "")
        write_files(change.files)
        if change.merge:
            commit("main", change.merged_at, "Sefa Lindqvarn", change.merge, f"merge refs/heads/{branch}\n")
            write_files(change.files)
    return "".join(parts)


def write_bundle(file: Path) -> None:
    """Let git make the commits in a repository of their own, and pack its main branch."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    with TemporaryDirectory() as folder:

        def git(*words: str, text: str = "") -> None:
            command = ["git", "-C", folder, "-c", "pack.threads=1", *words]
            subprocess.run(command, input=text.encode(), env=plain, check=True, capture_output=True)

        git("init", "--quiet", "--bare", "--template=", "--initial-branch=main", ".")
        git("fast-import", "--quiet", text=history())
        git("bundle", "create", "--quiet", str(file.resolve()), "HEAD", "main")


def write(folder: Path) -> None:
    """Write everything into a folder."""
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for name in LOGS:
        # No name and no time in its head: the same lines give the same bytes.
        (logs / f"{name}.log.gz").write_bytes(gzip.compress(log_text(name).encode(), mtime=0))
    write_bundle(folder / "config.bundle")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
