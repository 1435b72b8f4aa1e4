"""What the checks of a running program found, function by function."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from pydron_ng.contract.findings import Finding


class Report:
    """The findings so far, each once. ``str()`` of it is for people.

    file: keeps them, too, up to date at any time, however the process ends; for `saved` to read.
    """

    def __init__(self, file: str = "") -> None:
        self._file, self._process = file, os.getpid()
        self.checked: Counter[str] = Counter()
        self._found: dict[tuple[str, str, str], Finding] = {}
        self._save()

    def add(self, function: str, findings: Iterable[Finding]) -> None:
        """One call of a function was checked."""
        self.checked[function] += 1
        for finding in findings:
            self._keep(finding)
        self._save()

    def _keep(self, finding: Finding) -> None:
        key = finding.function, finding.code, finding.message if finding.is_breach else ""
        self._found.setdefault(key, finding)

    @property
    def findings(self) -> list[Finding]:
        """All of them, breaches first."""
        return sorted(self._found.values(), key=lambda finding: not finding.is_breach)

    def _save(self) -> None:
        if self._file and os.getpid() == self._process:  # not in a fork of the program
            found = [asdict(finding) for finding in self.findings]
            with open(self._file, "w", encoding="utf-8") as file:
                json.dump({"checked": self.checked, "findings": found}, file)

    @classmethod
    def saved(cls, path: str, original: Callable[[str], str]) -> Report:
        """The one in a file; original: the path of a file of the program's by the one in there.

        Raises: OSError, ValueError.
        """
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        report = cls()
        report.checked.update(content["checked"])
        for finding in content["findings"]:
            place = finding["file"] and original(finding["file"])
            report._keep(Finding(**{**finding, "file": place}))
        return report

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        breaches = [finding for finding in self.findings if finding.is_breach]
        broken = {finding.function for finding in breaches}
        verb = "breaks" if len(broken) == 1 else "break"
        said = f"{len(broken)} {verb} the contract" if broken else "all keep the contract"
        calls, functions = sum(self.checked.values()), len(self.checked)
        yield f"pydron_ng checked {_s(calls, 'call')} of {_s(functions, 'function')}: {said}"
        for finding in breaches:
            yield from ("", str(finding))
        others = [finding for finding in self.findings if not finding.is_breach]
        if others:
            yield "\nmade inline, which is exact:"
        for finding in others:
            yield f"  {finding.function}: {finding.message} [{finding.code}]"


def _s(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
