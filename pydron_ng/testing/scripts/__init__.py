"""A whole script, sequential and scheduled, each in a process of its own: what differs?"""

from __future__ import annotations

from pydron_ng.testing.scripts.comparing import Verdict, judge
from pydron_ng.testing.scripts.running import Mode, Program, Ran

__all__ = ["Mode", "Program", "Ran", "Verdict", "judge"]
