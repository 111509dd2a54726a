"""What a review costs beside the same work without papermill: its wall time against a plain script and a kernel.

    python tests/benchmark_review.py [PAIRS]     7 unless given

The plain script is the code of the notebook's cells with the parameters of `incident-analytics review data/demo
--period 2025Q3`, run by the same Python, its figures drawn and saved as in the notebook. A kernel is started and shut
down as `run_notebook` does it. The three run in turn, so that a busy machine slows them all; of each the median counts.
The bound is 1.5, in an environment without the extra lab (jsonschema compiles grammars where JupyterLab is installed).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat

from incident_analytics import notebooks
from incident_analytics.temporary import TemporaryFolder

ROOT = Path(__file__).parent.parent
BOUND = 1.5
PARAMETERS = {
    "paths": [str(ROOT / "data" / "demo")],
    "period": "2025Q3",
    "settings": str(ROOT / "data" / "demo" / "incident-analytics.toml"),
}


def plain_script() -> str:
    """Return the notebook's code as a script: its parameters after the cell that sets them, as papermill puts them."""
    notebook = nbformat.read(ROOT / "notebooks" / "periodic_review.ipynb", as_version=4)
    lines = ["from IPython.display import display"]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines.append(cell.source)
            if "parameters" in cell.metadata.get("tags", []):
                lines += [f"{name} = {value!r}" for name, value in PARAMETERS.items()]
    return "\n".join(lines)


def run(*words: str | Path) -> None:
    environment = os.environ | {"MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *words], check=True, capture_output=True, env=environment)


async def start_a_kernel() -> None:
    with TemporaryFolder() as folder:
        manager = notebooks._kernel_manager(folder)  # noqa: SLF001 - as a review does it
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        client.stop_channels()
        await manager.shutdown_kernel()


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main(arguments: Sequence[str]) -> int:
    with TemporaryDirectory() as folder:
        script = Path(folder, "plain.py")
        script.write_text(plain_script(), encoding="utf-8")
        review = ("-m", "incident_analytics", "review", *PARAMETERS["paths"], "--period", "2025Q3", "--output", folder)
        contestants: dict[str, Callable[[], object]] = {
            "review": lambda: run(*review),
            "plain script": lambda: run(script),
            "kernel": lambda: asyncio.run(start_a_kernel()),
        }
        for work in contestants.values():
            work()  # so that files are in the page cache and modules are compiled
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(int(arguments[0]) if arguments else 7):
            for name, work in contestants.items():
                times[name].append(seconds(work))
    for name, spent in times.items():
        print(f"{name:13} {median(spent):5.2f} s  ({min(spent):.2f} to {max(spent):.2f})")
    ratio = median(times["review"]) / (median(times["plain script"]) + median(times["kernel"]))
    print(f"ratio {ratio:.2f}, at most {BOUND}")
    return int(ratio > BOUND)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
