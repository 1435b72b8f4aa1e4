"""Workers behind any command keep the contract; here the command starts what follows, at once."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from tests.backends.contract import Contract
from tests.backends.promise import HostPromise

LOCAL: dict[str, Any] = {"command": ["env"], "python": sys.executable}


class TestCommand(Contract):
    type = "command"
    keys = LOCAL
    rounds = 3


class TestCommandForPrograms(HostPromise):
    worker: ClassVar[dict[str, Any]] = {"type": "command", "cores": 2, **LOCAL}
