"""Why a value does not travel."""

from __future__ import annotations


class Unshippable(Exception):
    """A value would not arrive as it left; the call that needs it is made inline.

    code: stable and documented, such as ``unshippable-iterator``.
    why: one sentence that names the type and, where it is known, the place in the value.
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why

    def __str__(self) -> str:
        return f"{self.why} [{self.code}]"
