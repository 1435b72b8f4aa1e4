"""What a worker's calls that are handed on refer to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydron_ng.values.blob import Blob, Token
from pydron_ng.values.library import Arrival, Library, WorkerLibrary


class NestLibrary(Library):
    """The library of a worker that sends calls: what has come here goes on under its own token.

    So no class is ever there twice; and a token of this worker's own means nothing to the program.
    """

    def __init__(self, arrived: WorkerLibrary) -> None:
        """arrived: what the worker was sent, by the program and by other workers."""
        super().__init__()
        self._arrived = arrived
        self.trusted = arrived.trusted

    def take_trusted(self, names: Iterable[str]) -> None:
        super().take_trusted(names)
        self._arrived.take_trusted(self.trusted)

    def is_known(self, token: Token) -> bool:
        """Does the program know it?"""
        return self._arrived.is_defined(token)

    def blob(self, token: Token) -> Blob:
        return super().blob(token) if token in self._blobs else self._arrived.blob(token)

    def token_of(self, definition: Any) -> Token | None:
        return self._arrived.token_of(definition)

    def tokens_for(self, definition: Any) -> tuple[Token, ...]:
        known = self.token_of(definition) if isinstance(definition, type) else None
        return super().tokens_for(definition) if known is None else (known,)

    def resolve(self, token: bytes) -> Any:
        known = Token(token)
        return super().resolve(token) if known in self._live else self._arrived.resolve(token)

    def arrive(self, arrival: Arrival) -> None:
        self._arrived.arrive(arrival)

    def sentinel(self, module: str, name: str) -> object:
        return self._arrived.sentinel(module, name)

    def place_of(self, obj: object) -> tuple[str, str] | None:
        return self._arrived.place_of(obj)
