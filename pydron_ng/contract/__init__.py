"""Does a function keep the contract of @functional? Its calls are watched, repeated, compared."""

from __future__ import annotations

from pydron_ng.contract.checker import Checker, check_functional
from pydron_ng.contract.findings import Finding
from pydron_ng.contract.report import Report
from pydron_ng.contract.trial import Trial
from pydron_ng.contract.watching import checking

__all__ = ["Checker", "Finding", "Report", "Trial", "check_functional", "checking"]
