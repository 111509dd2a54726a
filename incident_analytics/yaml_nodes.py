"""YAML as nodes with their lines: whatever is wrong with a text is one error."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import yaml

__all__ = ["YamlError", "yaml_nodes"]

_DEEPEST: Final = 100
"""Brackets that may be open at once in a line: PyYAML looks at each open one for every word."""
_TOO_DEEP: Final = "too many brackets within each other"
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


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
        ``expected ',' or ']', but got ':'``, ``too many brackets within each other``

    Examples
    --------
    >>> [node.tag for node in yaml_nodes("a: 1\n---\n- 2\n")]
    ['tag:yaml.org,2002:map', 'tag:yaml.org,2002:seq']
    """
    import yaml  # slow to import

    for number, line in enumerate(text.split("\n"), start=1):
        if line.count("[") + line.count("{") > _DEEPEST:
            depths = accumulate(_STEPS[letter] for letter in line if letter in _STEPS)
            if max(depths) > _DEEPEST:
                raise YamlError(_TOO_DEEP, number)
    try:
        return [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlError(str(error.problem), mark.line + 1 if mark else 1) from error
    except RecursionError as error:
        raise YamlError(_TOO_DEEP) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # it lets through what chr and int refuse
        raise YamlError(str(error)) from error
