"""Look for findings by the code that an input reaches: ``make fuzz``; the arguments are libFuzzer's."""

from __future__ import annotations

import sys


def main() -> None:
    """Run until a finding, or until the time is up."""
    import atheris

    with atheris.instrument_imports(include=["incident_analytics"]):
        from target import fuzz

    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
