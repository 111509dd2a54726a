"""Read randomly damaged files for some time.

    python tests/fuzz/mutate.py [--seconds N] [--seed SEED] [--files PATTERN] [--reader NAME]

60 seconds, a random seed, all files of the corpus and all readers of the target unless given: ``--files '*.csv'
--reader corrections`` damages CSV files and reads them as corrections.

Each input is a file of the corpus, or a mix of two, after some seeded damage: lines lost, doubled, joined and moved,
cells and fences broken, characters of any script, words that readers look for, a piece repeated many times. It goes to
the target of this folder. The first finding ends the run with exit code 1, the input in ``build/fuzz`` and the seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from target import READERS, fuzz

CORPUS = Path(__file__).parent / "corpus"
BUILD = Path(__file__).parents[2] / "build" / "fuzz"
LONGEST = 30_000
"""Bytes of an input: long enough for growth to show, short enough for many of them."""

PIECES = (
    *(
        "|",
        "||",
        "|---|---|",
        "```",
        "~~~",
        "<!--",
        "-->",
        "---",
        "***",
        "#",
        "## Timeline",
        "## Action Items",
        ">",
        "- ",
    ),
    *(
        "- [x] ",
        "1. ",
        "**",
        "`",
        "<td>",
        "</table>",
        "&nbsp;",
        "&#0;",
        "[",
        "]",
        "(",
        ")",
        "\\",
        "\t",
        "\0",
        "\r",
        "\r\n",
    ),
    *(
        "14:03",
        "24:00",
        "25:61",
        "2025-02-30",
        "0000-00-00",
        "9999-12-31",
        "30 Mar 2025 02:30",
        "UTC",
        "UTC+14:59",
        "CET",
    ),
    *(
        "Europe/Berlin",
        "(all times PST)",
        "12.5%",
        "1,234,567.89",
        "1.234.567,89",
        "$9" + "9" * 30,
        "1h 45m",
        "99999999d",
    ),
    *(
        "9" * 400,
        "9" * 5000,
        f"0x{'f' * 4000}",
        "-1",
        "1e309",
        "nan",
        "NaN",
        "inf",
        "TBD",
        "N/A",
        "yes/no",
        "ongoing",
        "Service restored",
        "duplicate of ",
    ),
    *(
        "INC-2025-03-14-001",
        "SEV-1",
        "\ufeff",
        "\u202e",
        "\u200b",
        "\u0085",
        "\u2028",
        "\u00bd",
        "\u0661\u0662",
        "\u00b2",
    ),
    *(
        "\U0001f525",
        "\u0130",
        "\u1e9e",
        "e\u0301",
        "\ud55c",
        "<script>",
        "=cmd()",
        '"',
        "'",
        ",",
        ";",
        "true",
        "[[",
        "]]",
    ),
    *(
        "{",
        "}",
        '{"a":',
        "a: &a [*a]",
        "? *a",
        '"\\UFFFFFFFF"',
        "&a ",
        "*a",
        "!!python/object",
        "2025-W53",
        "P1Y",
        "PT1H",
        "%(a)s",
        "{0}",
        "${HOME}",
    ),
)


def lines_of(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) or [b""]


def mixed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    ours, theirs = lines_of(data), lines_of(other)
    index, start = chance.randrange(len(ours) + 1), chance.randrange(len(theirs))
    return b"".join([*ours[:index], *theirs[start : start + chance.randint(1, 12)], *ours[index:]])


def line_lost(data: bytes, chance: random.Random) -> bytes:
    lines = lines_of(data)
    index = chance.randrange(len(lines))
    return b"".join(lines[:index] + lines[index + chance.randint(1, 4) :])


def line_moved(data: bytes, chance: random.Random) -> bytes:
    lines = lines_of(data)
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)


def line_doubled(data: bytes, chance: random.Random) -> bytes:
    lines = lines_of(data)
    index = chance.randrange(len(lines))
    return b"".join(lines[:index] + [lines[index]] * 2 + lines[index:])


def lines_joined(data: bytes, chance: random.Random) -> bytes:
    lines = lines_of(data)
    index = chance.randrange(len(lines))
    lines[index] = lines[index].rstrip(b"\r\n")
    return b"".join(lines)


def piece_put(data: bytes, chance: random.Random) -> bytes:
    index = chance.randrange(len(data) + 1)
    piece = chance.choice(PIECES).encode()
    return data[:index] + piece + data[index + chance.choice((0, 0, len(piece))) :]


def bytes_changed(data: bytes, chance: random.Random) -> bytes:
    index = chance.randrange(len(data) + 1)
    return data[:index] + chance.randbytes(chance.randint(1, 3)) + data[index + chance.randint(0, 3) :]


def span_lost(data: bytes, chance: random.Random) -> bytes:
    index = chance.randrange(len(data) + 1)
    return data[:index] + data[index + chance.randint(1, 60) :]


def span_repeated(data: bytes, chance: random.Random) -> bytes:
    index = chance.randrange(len(data) + 1)
    span = data[index : index + chance.randint(1, 40)] or b" "
    return data[:index] + span * chance.choice((2, 3, 20, 400, LONGEST // len(span))) + data[index:]


def newlines_changed(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"  \n", b"\n> ", b"\n\t", "\u2028".encode())))


DAMAGE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(line_lost, line_moved, line_doubled, lines_joined, piece_put, piece_put, piece_put, bytes_changed, span_lost),
    *(span_repeated, newlines_changed),
)


def damaged(corpus: list[bytes], chance: random.Random) -> bytes:
    """Return a file of the corpus after one to six kinds of damage."""
    data = chance.choice(corpus)
    for _ in range(chance.choice((1, 1, 2, 3, 4, 6))):
        kind = chance.choice((None, *DAMAGE))
        data = (mixed(data, chance.choice(corpus), chance) if kind is None else kind(data, chance))[:LONGEST]
    return data


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--files", default="*")
    options.add_argument("--reader", choices=[reader.__name__ for reader in READERS])
    given = options.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    print(f"fuzz: seed {seed}", flush=True)
    chance = random.Random(seed)
    corpus = [file.read_bytes() for file in sorted(CORPUS.glob(given.files))]
    readers = [reader for reader in READERS if given.reader in {None, reader.__name__}]
    end = time.monotonic() + given.seconds
    n_inputs = n_bytes = 0
    while time.monotonic() < end:
        data = damaged(corpus, chance)
        n_inputs, n_bytes = n_inputs + 1, n_bytes + len(data)
        try:
            fuzz(data, readers)
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            BUILD.mkdir(parents=True, exist_ok=True)
            file = BUILD / f"finding-{blake2b(data, digest_size=8).hexdigest()}"
            file.write_bytes(data)
            traceback.print_exc()
            print(f"fuzz: input {n_inputs} of seed {seed} is a finding; it is in {file}", file=sys.stderr)
            return 1
    print(f"fuzz: {n_inputs:,} inputs of {n_bytes:,} bytes without a finding")
    return 0


if __name__ == "__main__":
    sys.exit(main())
