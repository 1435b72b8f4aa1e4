"""What a check finds: the codes, what they mean, and the way out of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Of each breach of the contract: what to do about it.
REMEDIES: Final = {
    "changed-argument": "work on a copy, and return what is new.",
    "changed-state": "pass it as an argument, and return what is new.",
    "changed-setting": "set it in the program, before the calls; it travels to workers.",
    "used-random": "pass a seed, and make a generator of it inside: random.Random(seed).",
    "wrote": "return what is to be written, and write it in the program.",
    "reached-out": "fetch in the program, and pass what came; or @functional(reads=True).",
    "left-thread": "join the threads that it starts before it returns.",
    "differs-each-time": "pass what it depends on (clock, random numbers, caches) as an argument.",
    "differs-elsewhere": "sort what it takes from a set; pass id(), process and host as arguments.",
    "killed-worker": "run it alone under python -X faulthandler: it ended its process.",
}
_INLINE: Final = "nothing, if it is quick: the call is made inline, which is exact."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a call did, or that it returned.

    code: one of REMEDIES where the contract is broken; else why the call stays inline.
    function: module and qualified name. message: one sentence.
    """

    code: str
    function: str
    message: str

    @property
    def is_breach(self) -> bool:
        """Does the function break its contract, so that results may be wrong?"""
        return self.code in REMEDIES

    @property
    def way_out(self) -> str:
        """What to do about it."""
        return REMEDIES.get(self.code, _INLINE)

    def __str__(self) -> str:
        return f"{self.function}: {self.message} [{self.code}]\n  try: {self.way_out}"
