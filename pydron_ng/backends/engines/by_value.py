"""Functions of ours that an engine can handle where this package is not, as in its scheduler."""

from __future__ import annotations

from typing import Any

_SOURCE = """
def {name}(*arguments):
    from {module} import {name}
    return {name}(*arguments)
"""


def by_value(function: Any) -> Any:
    """What calls it by its name where it is called; cloudpickle sends it whole, as code of main."""
    name, module = function.__name__, function.__module__
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(_SOURCE.format(name=name, module=module), namespace)
    return namespace[name]
