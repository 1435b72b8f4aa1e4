"""Before anything else: both sides prove that they know the token, and who they are.

Who dials and who listens each say a hello: what they speak, what they are, a random number. Then
the one who dials proves first: nobody gets a proof out of a listener by merely connecting. A proof
is an HMAC of both hellos and of the certificate that one sees, so that it is good for this very
connection: somebody in between, who has another certificate, cannot pass it on. Until then bytes
of fixed number are compared, and nothing is made of them; afterwards JSON of limited size.
"""

from __future__ import annotations

import hmac
import json
import secrets
import struct
from enum import IntEnum
from typing import Any

from pydron_ng.backends.nodes.line import Line

_VERSION = 1
_RANDOM_BYTES = 32
_HELLO = struct.Struct(f"!8sBB{_RANDOM_BYTES}s")  # magic, version, role, random
_MAGIC = b"\0PYDRON\n"
_PROOF_BYTES = 32
_DIALS, _LISTENS = b"dials", b"listens"
_YES, _NO = b"\1", b"\0"
_SIZE = struct.Struct("!I")
_MOST_BYTES = 1 << 16


class Role(IntEnum):
    """What one is; the other one has to be the other one."""

    PROGRAM = 1
    NODE = 2


class Stranger(Exception):
    """The other side is not let in, or does not let in.

    Args: why, and the way out.
    """


class Transcript:
    """Of one connection: what proofs are made of."""

    def __init__(self, token: bytes, said: bytes) -> None:
        self._token = token
        self._said = said

    def proof(self, side: bytes) -> bytes:
        """side: who proves; so that no proof can be sent back."""
        return hmac.digest(self._token, side + self._said, "sha256")

    def accepts(self, proof: bytes, side: bytes) -> bool:
        return hmac.compare_digest(proof, self.proof(side))


def greet(line: Line, token: bytes, role: Role, *, listens: bool) -> None:
    """Returns when both sides have proven that they know the token; else the line is closed.

    role: one's own. Raises: Stranger, EOFError, OSError.
    """
    try:
        own = _HELLO.pack(_MAGIC, _VERSION, role, secrets.token_bytes(_RANDOM_BYTES))
        line.write(own)
        theirs = line.exactly(_HELLO.size)
        _check(theirs, role)
        if listens:
            _prove_second(line, Transcript(token, theirs + own + line.digest))
        else:
            _prove_first(line, Transcript(token, own + theirs + line.digest))
    except BaseException:
        line.close()
        raise


def _prove_first(line: Line, transcript: Transcript) -> None:
    """Raises: Stranger, EOFError, OSError."""
    line.write(transcript.proof(_DIALS))
    answer = line.exactly(len(_YES) + _PROOF_BYTES)
    if not answer.startswith(_YES):
        raise Stranger(
            "it does not know this token, or somebody is in between",
            "copy the file with the token anew",
        )
    if not transcript.accepts(answer[len(_YES) :], _LISTENS):
        raise Stranger(
            "who answers does not know the token, and pretends to",
            "see who listens there: it is none of yours",
        )


def _prove_second(line: Line, transcript: Transcript) -> None:
    """Raises: Stranger, EOFError, OSError."""
    if not transcript.accepts(line.exactly(_PROOF_BYTES), _DIALS):
        line.write(_NO + bytes(_PROOF_BYTES))
        raise Stranger("it does not know the token", "copy the file with the token anew")
    line.write(_YES + transcript.proof(_LISTENS))


def _check(hello: bytes, own: Role) -> None:
    """Raises: Stranger."""
    magic, version, role, _ = _HELLO.unpack(hello)
    if magic != _MAGIC:
        raise Stranger("it does not speak as pydron does", "check the port")
    if version != _VERSION:
        raise Stranger(
            f"it speaks version {version} of how nodes and programs greet, not {_VERSION}",
            "install the same pydron_ng on both sides",
        )
    if role == own:
        raise Stranger(f"it is a {own.name.lower()}, too", "one side is a program, one is a node")


def tell(line: Line, **what: Any) -> None:
    """Say something to one who is known. Raises: OSError."""
    text = json.dumps(what).encode()
    line.write(_SIZE.pack(len(text)) + text)


def told(line: Line) -> dict[str, Any]:
    """What one who is known says. Raises: EOFError, OSError, ValueError."""
    (size,) = _SIZE.unpack(line.exactly(_SIZE.size))
    if size > _MOST_BYTES:
        raise ValueError("what came is too large for what was expected")
    said = json.loads(line.exactly(size))
    if not isinstance(said, dict):
        raise ValueError("what came is not what was expected")  # noqa: TRY004  of values, not types
    return said
