"""Installed packages do not travel: which ones a host has to have, what is said if it has not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from pydron_ng.backends.imports import TRAVEL, used_by_this_program, versions_of
from pydron_ng.backends.remote.plan import Plan
from pydron_ng.backends.remote.trouble import Trouble
from pydron_ng.log import log

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Versions = Mapping[str, str | None]


class Packages:
    """What one host has to have."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._python = plan.python
        self._told: set[str] = set()

    def wanted(self) -> dict[str, list[str]]:
        """The "packages", as pip knows them, and the "modules" whose versions are asked for."""
        packages = [requirement.name for requirement in applying(self._plan.requirements)]
        return {"packages": packages, "modules": sorted(used_by_this_program())}

    def check(self, python: str, versions: Versions, modules: Versions) -> Trouble | None:
        """What is missing, or another one than here where that is refused.

        python: the interpreter there. versions, modules: what it has of what was ``wanted``.
        """
        self._python = python
        unmet = unmet_by(versions, self._plan.requirements)
        if unmet:
            return self._lacks(unmet, versions)
        others = differing(versions_of(modules), modules)
        if not others:
            return None
        same = " ".join(distribution(name) for name in others)
        way_out = f"run there: {self._python} -m pip install {same}"
        if self._plan.versions == "strict":
            return Trouble(f'{in_words(others)}, and "versions" is "strict"', way_out)
        if not self._told.issuperset(others):
            self._told.update(others)
            text = '%s: %s; results may differ\n  try: %s; "versions": "strict" refuses it'
            log().warning(text, self._plan.name, in_words(others), way_out)
        return None

    def _lacks(self, unmet: list[str], versions: Versions) -> Trouble:
        found = ", ".join(f"{name} {versions[name] or 'is not installed'}" for name in versions)
        return Trouble(
            f"it does not have what is required: {', '.join(unmet)} (there: {found})",
            f"run there: {self._python} -m pip install {' '.join(map(repr, unmet))}",
        )

    def missing(self, module: str) -> None:
        """A worker would import what the program has installed: said once for each package."""
        top = module.partition(".")[0]
        if top in self._told or top in sys.stdlib_module_names:
            return
        self._told.add(top)
        log().warning(
            "%s: %s is not installed there; calls that need it are made in the program itself\n"
            "  try: run there: %s -m pip install %s",
            *(self._plan.name, top, self._python, distribution(top)),
        )


def applying(requirements: Iterable[str]) -> list[Requirement]:
    """Those that hold for this version of Python, which every host has."""
    texts = list(requirements)
    if not texts:
        return []
    from packaging.requirements import Requirement

    found = map(Requirement, texts)
    return [one for one in found if one.marker is None or one.marker.evaluate()]


def unmet_by(versions: Versions, requirements: Iterable[str]) -> list[str]:
    """The requirements that are not met where these versions are installed."""
    return [str(one) for one in applying(requirements) if not _is_met(one, versions)]


def _is_met(requirement: Requirement, versions: Versions) -> bool:
    found = versions.get(requirement.name)
    return found is not None and requirement.specifier.contains(found, prereleases=True)


def differing(here: Versions, there: Versions) -> dict[str, tuple[str, str]]:
    """Of what is installed on both sides and is not the same, the versions of both."""
    return {
        module: (ours, theirs)
        for module, theirs in there.items()
        if module not in TRAVEL
        and theirs is not None
        and (ours := here.get(module)) is not None
        and ours != theirs
    }


def in_words(others: Mapping[str, tuple[str, str]]) -> str:
    """As ``differing`` finds them."""
    pairs = others.items()
    return ", ".join(f"{name} is {there} there, {here} here" for name, (here, there) in pairs)


def distribution(module: str) -> str:
    """What pip calls it, in the version that the program has."""
    from importlib.metadata import PackageNotFoundError, packages_distributions, version

    name = packages_distributions().get(module, [module])[0]
    with suppress(PackageNotFoundError):
        return f"{name}=={version(name)}"
    return name
