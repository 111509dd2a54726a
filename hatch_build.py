"""What a wheel says of the project: where it is kept, and links in README.md that lead there from anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<image>!?)(?P<text>\[[^\]]*\])\((?![a-z]+:|#)(?P<path>[^)\s]+)\)")


class AddressHook(MetadataHookInterface):
    """Take the address from ``[tool.hatch.metadata.hooks.custom]``; without one links stay as they are."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the readme and, where the address is set, the project's addresses."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = str(self.config.get("repository", "")).rstrip("/")
        if repository:
            metadata["urls"] = {
                "Source": repository,
                "Documentation": f"{repository}/tree/main/docs",
                "Changelog": f"{repository}/blob/main/CHANGELOG.md",
            }
            text = absolute(text, repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, repository: str) -> str:
    """Return Markdown whose links to files lead to a repository; images lead to the files themselves."""
    form = r"\g<image>\g<text>({0}/{1}/main/\g<path>)"
    return _LINK.sub(lambda link: link.expand(form.format(repository, "raw" if link["image"] else "blob")), text)
