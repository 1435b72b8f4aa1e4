"""A performer in a process of its own, spoken to over pipes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from pydron_ng.runtime.answers import call_blob, decode
from pydron_ng.runtime.outcome import Outcome
from pydron_ng.runtime.perform import Performer
from pydron_ng.values.blob import Blob, Token
from pydron_ng.values.functions import identify
from pydron_ng.values.library import Library
from pydron_ng.values.pack import pack


class OtherProcess:
    """The program's end: ``call`` does what an activation, a driver and a backend do together."""

    def __init__(self) -> None:
        self.library = Library()
        self._sent: set[Token] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYDRON_WORKER": "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Outcome:
        """What became of the call over there."""
        identity = identify(function, self.library)
        packed = pack((args, kwargs), self.library)
        for token in (*identity.tokens, *packed.tokens):
            if token not in self._sent:
                self._sent.add(token)
                self._say("define", token, self.library.blob(token))
        self._say("perform", call_blob(identity, packed))
        return decode(pickle.load(self._stdout), self.library, (args, kwargs))

    def settings(self, blob: tuple[bytes, ...]) -> None:
        self._say("settings", blob)

    def _say(self, *words: Any) -> None:
        pickle.dump(words, self._stdin)
        self._stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stdin.close()
        self._process.wait()
        self._stdout.close()


def main() -> None:
    """The worker's end."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    performer = Performer("process")
    while True:
        try:
            word, *what = pickle.load(source)
        except EOFError:
            return
        if word == "perform":
            [blob] = what
            pickle.dump(performer.perform(blob, _unheard), sink)
            sink.flush()
        else:
            getattr(performer, word)(*what)


def _unheard(remark: Blob) -> None:
    """It makes none."""


if __name__ == "__main__":
    main()
