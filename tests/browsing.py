"""What the tests share that need more than Python: programs, a browser; conftest.py has the browser itself."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-quic")  # fmt: skip
"""It runs as root too, and asks for nothing but what the page asks for."""


PATIENCE = 900
"""How many seconds tests wait for what must happen: far longer than it takes, even on a machine that is busy."""


def need(library: str) -> Any:
    """Import what ``make browser`` installs; where it is not there the test is skipped, but in CI it fails."""
    try:
        return import_module(library)
    except ImportError:
        missing(f"{library} is not installed: make browser")


def need_program(name: str, *, package: str | None = None) -> str:
    """Return the path of a program of the system; where there is none the test is skipped, but in CI it fails.

    The package that has it bears its name, unless told.
    """
    return shutil.which(name) or missing(f"no program {name}: install the system's package {package or name}")


def missing(what: str) -> Any:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


def axe_violations(tab: Any) -> list[str]:
    """List what axe-core holds against the page in a tab: the rule, what it asks for, the elements at fault."""
    found = need("axe_playwright_python.sync_playwright").Axe().run(tab).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {', '.join(' '.join(map(str, node['target'])) for node in rule['nodes'])}"
        for rule in found
    ]


def outside(addresses: list[str]) -> list[str]:
    """Return the addresses that lead off this machine."""
    local = {"data", "blob", "about", "file"}
    return [
        address
        for address in addresses
        if (parts := urlsplit(address)).scheme not in local and parts.hostname not in {"127.0.0.1", "localhost"}
    ]
