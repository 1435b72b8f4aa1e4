"""Which definitions a worker keeps: both ends count alike, so that nobody has to say it."""

from __future__ import annotations

from pydron_ng.values.blob import Token


class Recent:
    """The newest ones, of so many bytes in all, and at least one."""

    def __init__(self, most_bytes: float) -> None:
        self._most_bytes = most_bytes
        self._sizes: dict[Token, int] = {}
        self._bytes = 0

    def __contains__(self, token: Token) -> bool:
        return token in self._sizes

    def add(self, token: Token, size: int) -> list[Token]:
        """One more, which is not there; those that are kept no longer."""
        self._sizes[token] = size
        self._bytes += size
        gone: list[Token] = []
        while self._bytes > self._most_bytes and len(self._sizes) > 1:
            gone.append(oldest := next(iter(self._sizes)))
            self._bytes -= self._sizes.pop(oldest)
        return gone
