"""What a keeper is told to do: all that it has to know, as JSON on its stream."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pydron_ng.backends.clouds.account import Access
from pydron_ng.backends.clouds.stock import Limits
from pydron_ng.backends.clouds.user_data import Seconds


@dataclass(frozen=True, slots=True)
class Order:
    """Which instances there are to be.

    authorized: the public key that is let in. root: whether as root.
    is_kept: instances outlive the session, by their lease. takes_over: there has been a keeper of
    the session, which is gone.
    """

    access: Access
    project: str
    session: str
    image: str
    size: str
    authorized: str
    root: bool
    address: Literal["public", "private"]
    options: Mapping[str, Any] = field(repr=False)
    limits: Limits
    seconds: Seconds
    is_kept: bool = False
    accept_stopped: bool = False
    takes_over: bool = False

    @property
    def kind(self) -> str:
        """Instances of one kind may stand for each other."""
        same = [self.image, self.size, self.authorized, self.root, dict(self.options)]
        text = json.dumps(same, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Order:
        """The inverse of ``line``."""
        said = json.loads(line)
        access, limits = Access(**said.pop("access")), Limits(**said.pop("limits"))
        seconds = Seconds(*said.pop("seconds"))
        return cls(access=access, limits=limits, seconds=seconds, **said)
