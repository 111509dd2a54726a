"""Write review-2025Q3.png of this folder, the picture in README.md: the first screen of the demo's review.

    python write_picture.py

It needs what ``make browser`` installs, and Chromium. The same versions of these and of the fonts give the same bytes.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

from incident_analytics import review

HERE: Final = Path(__file__).parent
PERIOD: Final = "2025Q3"
WIDTH: Final = 1440
BELOW: Final = 8  # pixels of room below the notices, the last of the first screen


def write_picture() -> None:
    """Make the review, and take its picture down to the end of the first screen."""
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        (page,) = review(HERE, period=PERIOD, output_dir=folder, settings=HERE / "incident-analytics.toml")
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = chromium.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        tab.goto(page.as_uri())
        bottom = tab.evaluate("document.querySelector('.notices').getBoundingClientRect().bottom")
        taken = tab.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": round(bottom) + BELOW})
        chromium.close()
    few_colours = Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few_colours.save(HERE / f"review-{PERIOD}.png", optimize=True)


if __name__ == "__main__":
    write_picture()
