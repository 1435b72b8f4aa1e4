"""What is to be done about a host: how it is reached, what is started there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydron_ng.backends.detached import own_flags
from pydron_ng.backends.launch import hash_seed
from pydron_ng.backends.remote.frames import Kind, saying

#: So long, in s, the relay waits before it tries once more; the last one again and again.
_PAUSES = (0.0, 1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A host of the configuration.

    name: for messages. by, way: which carrier, and what that has to know; secrets may be in there.
    is_open: it is whoever comes; when one is there, another one is waited for.
    cores: how many workers; None: as many as it has. labels: the user's words for them.
    required: nothing is to be done without it.
    kept_mb: of large parts that have come by; None: the host knows.
    versions: whether other versions of packages than the program's are warned of, or refused.
    """

    name: str
    by: Literal["command", "paramiko", "node", "cloud"]
    way: Mapping[str, Any] = field(repr=False)
    is_open: bool = False
    python: str = "python3"
    tmp_dir: str = "/tmp"  # noqa: S108  in there is a directory of our own, private to the user
    cores: int | None = None
    labels: tuple[str, ...] = ()
    required: bool = False
    keep: bool = True
    kept_mb: int | None = None
    blas_threads: Literal["limit", "keep"] = "limit"
    requirements: Sequence[str] = ()
    versions: Literal["warn", "strict"] = "warn"
    silence_seconds: float = 20.0
    timeout_seconds: float = 30.0

    def order(self, performer: str, wanted: Mapping[str, Sequence[str]], failures: int) -> bytes:
        """What the relay is told. wanted: "packages" and "modules", whose versions are asked for.

        failures: how often it was tried in vain, one after the other.
        """
        return saying(
            Kind.ORDER,
            by=self.by,
            way=dict(self.way),
            wait_seconds=_PAUSES[min(failures, len(_PAUSES) - 1)],
            silence_seconds=self.silence_seconds,
            timeout_seconds=self.timeout_seconds,
            settings={
                "python": self.python,
                "tmp_dir": self.tmp_dir,
                "cores": self.cores,
                "keep": self.keep,
                "kept_mb": self.kept_mb,
                "blas_threads": self.blas_threads,
                "silence_seconds": self.silence_seconds,
                "performer": performer,
                "flags": own_flags(),
                "hash_seed": hash_seed(),
                **wanted,
            },
        )
