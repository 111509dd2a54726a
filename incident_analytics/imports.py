"""Services, their teams and targets from files that other tools keep: OpenSLO, and Backstage's catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from incident_analytics.errors import SettingsError
from incident_analytics.files import InputError, decode_utf8, matching_paths, read_bytes
from incident_analytics.yaml_nodes import yaml_nodes

if TYPE_CHECKING:
    import yaml

__all__ = ["ImportedService", "import_services", "kinds_of"]

_SERVED: Final = frozenset({"service", "website"})
"""The types of Backstage's components that can be down for users."""
_AVAILABILITY: Final = ("availab", "uptime")
"""What the name of an objective has that is about availability."""


class ImportedService(NamedTuple):
    """A service as other tools know it, with its other name, and where it is defined."""

    name: str
    alias: str | None
    team: str | None
    targets: tuple[tuple[float, str], ...]
    """Its targets as fractions, each with file and line; of availability alone where names say which these are."""


class _Slo(NamedTuple):
    name: str
    target: float
    where: str


class _Document(NamedTuple):
    """A YAML document, of which some values are looked up."""

    file: Path
    root: yaml.Node

    def node(self, *keys: str) -> yaml.Node | None:
        """Return the node below some keys, None where there is none."""
        import yaml

        node: yaml.Node | None = self.root
        for key in keys:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            node = next((value for name, value in pairs if name.value == key), None)
        return node

    def text(self, *keys: str) -> str | None:
        """Return the words below some keys, None where there are none."""
        import yaml

        node = self.node(*keys)
        return node.value.strip() or None if isinstance(node, yaml.ScalarNode) else None

    def items(self, *keys: str) -> list[_Document]:
        """Return the items of a list below some keys, each as a document."""
        import yaml

        node = self.node(*keys)
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        return [_Document(self.file, item) for item in dict.fromkeys(items)]  # by its aliases a list repeats itself

    @property
    def where(self) -> str:
        """Its file and line."""
        return f"{self.file}:{self.root.start_mark.line + 1}"


def import_services(openslo: Iterable[Path], backstage: Iterable[Path]) -> list[ImportedService]:
    """Read services from files.

    Parameters
    ----------
    openslo
        Files, folders or patterns of files with objects of OpenSLO: an SLO gives its service a target, a Service names
        it as people do.
    backstage
        Files, folders or patterns of catalog-info.yaml: a Component of the type service or website is a service, the
        Group that owns it its team.

    Raises
    ------
    SettingsError
        With a line for each object that cannot be used: ``slo/api.yaml:12: the objective has no target; write
        target: 0.999``.
    """
    faults: list[str] = []
    slos, catalog = list(_documents(openslo, faults)), list(_documents(backstage, faults))
    by_service: dict[str, list[_Slo]] = {}
    titles: dict[str, str | None] = {}
    teams: dict[str, str | None] = {}
    for document in slos:
        if document.text("kind") == "Service" and (name := _name_of(document, faults)):
            titles[name] = document.text("metadata", "displayName") or titles.get(name)
        elif document.text("kind") == "SLO":
            service = document.text("spec", "service")
            if service is None:
                faults.append(f"{document.where}: the SLO has no spec.service; name the service that it is for")
            else:
                by_service.setdefault(service, []).extend(_objectives(document, faults))
    groups = {
        document.text("metadata", "name"): document.text("spec", "profile", "displayName")
        for document in catalog
        if document.text("kind") == "Group"
    }
    for document in catalog:
        is_served = (document.text("spec", "type") or "").casefold() in _SERVED
        if document.text("kind") == "Component" and is_served and (name := _name_of(document, faults)):
            titles[name] = document.text("metadata", "title") or titles.get(name)
            teams[name] = _team(document.text("spec", "owner"), groups)
    if faults:
        raise SettingsError("\n".join(faults))
    return [
        ImportedService(
            titles.get(name) or name,
            name if titles.get(name) not in {None, name} else None,
            teams.get(name),
            _targets(by_service.get(name, [])),
        )
        for name in dict.fromkeys([*titles, *by_service])
    ]


def kinds_of(file: Path) -> frozenset[str]:
    """Return which of ``openslo`` and ``backstage`` a YAML file has objects of that name services.

    Examples
    --------
    >>> kinds_of(Path("nowhere.yaml"))
    frozenset()
    """
    of = {"openslo": ("openslo", {"SLO"}), "backstage.io": ("backstage", {"Component"})}
    named = set()
    for document in _documents([file], []):
        name, kinds = of.get((document.text("apiVersion") or "").partition("/")[0], ("", set()))
        if document.text("kind") in kinds:
            named.add(name)
    return frozenset(named)


def _documents(paths: Iterable[Path], faults: list[str]) -> Iterator[_Document]:
    for path in paths:
        files = sorted(path.rglob("*.y*ml")) if path.is_dir() else [Path(match) for match in matching_paths(path)]
        files = files or ([path] if path.is_file() else [])
        if not files:
            faults.append(f"{path}: no such file or folder")
        for file in files:
            try:
                roots = yaml_nodes(decode_utf8(read_bytes(file)))
            except OSError as error:
                faults.append(f"{file}: {error.strerror}")
            except InputError as error:
                faults.append(error.located(file))
            else:
                faults += [f"{file}:{line}: the key {key} is there twice; delete one" for line, key in _twice(roots)]
                yield from (_Document(file, root) for root in roots)


def _twice(roots: Iterable[yaml.Node]) -> list[tuple[int, str]]:
    """Return each key that a mapping has again, with its line: tools differ in which one counts."""
    import yaml

    found, known, waiting = [], set(), list(roots)
    while waiting:
        node = waiting.pop()
        if node in known or isinstance(node, yaml.ScalarNode):
            continue
        known.add(node)
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
            continue
        keys = set()
        for key, value in node.value:
            waiting += key, value
            if isinstance(key, yaml.ScalarNode) and key.value in keys:
                found.append((key.start_mark.line + 1, key.value))
            keys.add(key.value if isinstance(key, yaml.ScalarNode) else key)
    return sorted(found)


def _name_of(document: _Document, faults: list[str]) -> str | None:
    name = document.text("metadata", "name")
    if name is None:
        faults.append(f"{document.where}: the {document.text('kind')} has no metadata.name; name the service")
    return name


def _objectives(document: _Document, faults: list[str]) -> Iterator[_Slo]:
    """Yield the targets of an SLO."""
    name = f"{document.text('metadata', 'name') or ''} {document.text('metadata', 'displayName') or ''}"
    objectives = document.items("spec", "objectives")
    if not objectives:
        faults.append(f"{document.where}: the SLO has no spec.objectives; write one with target: 0.999")
    for objective in objectives:
        written, percent = objective.text("target"), objective.text("targetPercent")
        try:
            target = float(written) if written is not None else float(percent or "") / 100
        except ValueError:
            given = f"target {written or percent!r} is not a number" if written or percent else "has no target"
            faults.append(f"{objective.where}: the objective {given}; write target: 0.999")
            continue
        if not 0 < target <= 1:
            remedy = "write target: 0.999, or targetPercent: 99.9"
            faults.append(
                f"{objective.where}: the objective's target {target:g} is not above 0 and at most 1; {remedy}"
            )
            continue
        label = f"{name} {objective.text('displayName') or ''}"
        yield _Slo(label.casefold(), round(target, 12), objective.where)


def _targets(slos: Iterable[_Slo]) -> tuple[tuple[float, str], ...]:
    found = list(slos)
    named = [slo for slo in found if any(word in slo.name for word in _AVAILABILITY)]
    return tuple({slo.target: (slo.target, slo.where) for slo in named or found}.values())


def _team(owner: str | None, groups: dict[str | None, str | None]) -> str | None:
    """Return the team that a reference such as ``group:default/web`` means; a person is none."""
    kind, _, reference = (owner or "").rpartition(":")
    if kind.casefold() not in {"", "group"} or not reference:
        return None
    name = reference.rpartition("/")[2]
    return groups.get(name) or name
