"""Installed packages do not travel: which ones a host has to have, what is said if it has not."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydron_ng.backends.remote.trouble import Trouble
from pydron_ng.log import log


class Packages:
    """What one host has to have. requirements: as pip takes them."""

    def __init__(self, host: str, python: str, requirements: Sequence[str]) -> None:
        self._host = host
        self._python = python
        self._requirements = requirements
        self._told: set[str] = set()

    @property
    def names(self) -> list[str]:
        """The packages whose versions are to be found out."""
        if not self._requirements:
            return []
        from packaging.requirements import Requirement

        return [Requirement(text).name for text in self._requirements]

    def check(self, python: str, versions: Mapping[str, str | None]) -> Trouble | None:
        """What is missing. python: the interpreter there. versions: of ``names``."""
        self._python = python
        unmet = [text for text in self._requirements if not _is_met(text, versions)]
        if not unmet:
            return None
        found = ", ".join(f"{name} {versions[name] or 'is not installed'}" for name in versions)
        return Trouble(
            f"it does not have what is required: {', '.join(unmet)} (there: {found})",
            f"run there: {python} -m pip install {' '.join(map(repr, unmet))}",
        )

    def missing(self, module: str) -> None:
        """A worker would import what the program has installed: said once for each package."""
        top = module.partition(".")[0]
        if top in self._told or top in sys.stdlib_module_names:
            return
        self._told.add(top)
        package = _distribution(top)
        log().warning(
            "%s: %s is not installed there; calls that need it are made in the program itself\n"
            "  try: run there: %s -m pip install %s",
            *(self._host, top, self._python, package),
        )


def _is_met(text: str, versions: Mapping[str, str | None]) -> bool:
    from packaging.requirements import Requirement

    requirement = Requirement(text)
    found = versions.get(requirement.name)
    return found is not None and requirement.specifier.contains(found, prereleases=True)


def _distribution(module: str) -> str:
    """What pip calls it, in the version that the program has."""
    from importlib.metadata import PackageNotFoundError, packages_distributions, version

    name = packages_distributions().get(module, [module])[0]
    with suppress(PackageNotFoundError):
        return f"{name}=={version(name)}"
    return name
