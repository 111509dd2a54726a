"""YAML as nodes with their lines: whatever is wrong with a text is one error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incident_analytics.files import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

__all__ = ["YamlError", "yaml_nodes"]

_DEEPEST: Final = 100
"""Collections that may be within each other: the time of a parser grows with their depth, for every word."""


class YamlError(InputError):
    """A text is not valid YAML."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"not valid YAML: {message}", line)


def yaml_nodes(text: str) -> list[yaml.Node]:
    r"""Return the documents of a text, without those that are empty.

    Raises
    ------
    YamlError
        ``not valid YAML: did not find expected ',' or ']'; check the indentation and quotes up to this line``, ``not
        valid YAML: too many lists and mappings within each other; write fewer``

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
        words = f"{error.problem}; check the indentation and quotes up to this line"
        raise YamlError(words, mark.line + 1 if mark else 1) from error
    except YamlError:
        raise
    except yaml.reader.ReaderError as error:
        if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
            line = 1 + text.count("\n", 0, found.start())
            raise YamlError(f"a character {found[0]!a} is in it; delete it", line) from error
        raise YamlError(error.reason, 1) from error
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
                raise YamlError(
                    "too many lists and mappings within each other; write fewer", mark.line + 1 if mark else None
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
