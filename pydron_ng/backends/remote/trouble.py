"""Why a host cannot be used, and what the user can do about it."""

from __future__ import annotations


class Trouble(Exception):
    """What is wrong, and the way out; never a secret.

    lasting: it will not get better by itself, so it is not tried again.
    """

    def __init__(self, why: str, way_out: str, *, lasting: bool = True) -> None:
        super().__init__(why, way_out)
        self.why = why
        self.way_out = way_out
        self.lasting = lasting
