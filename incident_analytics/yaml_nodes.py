"""YAML as nodes with their lines: whatever is wrong with a text is one error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

__all__ = ["YamlError", "yaml_nodes"]

_DEEPEST: Final = 100
"""Collections that may be within each other: the time of a parser grows with their depth, for every word."""


class YamlError(ValueError):
    """A text is not valid YAML.

    Attributes
    ----------
    line
        Where, from 1 on; None where that is not known.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def yaml_nodes(text: str) -> list[yaml.Node]:
    r"""Return the documents of a text, without those that are empty.

    Raises
    ------
    YamlError
        ``did not find expected ',' or ']'``, ``too many lists and mappings within each other``

    Examples
    --------
    >>> [node.tag for node in yaml_nodes("a: 1\n---\n- 2\n")]
    ['tag:yaml.org,2002:map', 'tag:yaml.org,2002:seq']
    """
    import yaml  # slow to import

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml takes a tenth of the time; some installs lack it
    try:
        _refuse_depth(yaml.parse(text, Loader=loader))
        return [node for node in yaml.compose_all(text, Loader=loader) if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlError(str(error.problem), mark.line + 1 if mark else 1) from error
    except YamlError:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # it lets through what chr and int refuse
        raise YamlError(str(error)) from error


def _refuse_depth(events: Iterable[yaml.Event]) -> None:
    """Refuse what is so deep that whoever goes through it would run out of stack, before any of it is composed."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                mark = event.start_mark
                raise YamlError("too many lists and mappings within each other", mark.line + 1 if mark else None)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
