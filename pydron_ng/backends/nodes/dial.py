"""Who dials: from an address to a line to somebody who knows the token."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field

from pydron_ng.backends.nodes.address import Address
from pydron_ng.backends.nodes.certificate import fingerprint, trusting
from pydron_ng.backends.nodes.greeting import Role, Stranger, greet
from pydron_ng.backends.nodes.line import Line
from pydron_ng.backends.remote.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where somebody listens, and how that one is known.

    fingerprint: of the certificate, as people read it; ca_file: of who vouches for it. Empty
    ones do not matter.
    """

    address: Address
    token: bytes = field(repr=False)
    fingerprint: str = ""
    ca_file: str = ""

    def dial(self, role: Role, seconds: float) -> Line:
        """The line, which has to be ``unlimited`` within so many seconds.

        role: one's own. Raises: Trouble.
        """
        try:
            context = trusting(self.ca_file)
        except OSError as error:
            why = f"{self.ca_file} cannot be used: {error.strerror or error}"
            raise Trouble(why, "name a file with certificates, as PEM") from None
        try:
            connection = socket.create_connection(self.address, seconds)
            line = Line.dialled(connection, context, self.address.host, seconds)
            self._check(line)
            greet(line, self.token, role, listens=False)
        except Stranger as stranger:
            raise Trouble(*stranger.args) from None
        except (EOFError, OSError, ValueError) as error:
            raise _trouble_with(error, self.address, seconds) from None
        return line

    def _check(self, line: Line) -> None:
        """Whether it has the certificate that is wanted. Raises: Stranger."""
        found = fingerprint(line.digest)
        if self.fingerprint and found != self.fingerprint:
            line.close()
            raise Stranger(
                f"its certificate is another one: {found}, not {self.fingerprint}",
                "only if you know why: name the new fingerprint",
            )


def _trouble_with(error: Exception, address: Address, seconds: float) -> Trouble:
    match error:
        case EOFError() | ConnectionResetError() | BrokenPipeError():
            why = "it hung up before it had said who it is"
            return Trouble(why, "see what is said at the other end", lasting=False)
        case ConnectionRefusedError():
            why = f"nobody listens at {address}"
            return Trouble(why, "start who is to listen there", lasting=False)
        case TimeoutError():
            why = f"it did not say who it is within {seconds:g} s"
            return Trouble(why, "see whether host, port and network are right", lasting=False)
        case ssl.SSLCertVerificationError():
            why = f"nobody vouches for its certificate: {error.verify_message}"
            return Trouble(why, "see what the CA file holds, and the certificate there")
        case ssl.SSLError():
            why = f"it does not speak TLS as nodes do: {error.reason or error}"
            return Trouble(why, "check the port: is it the right one?")
        case _:
            why = f"it cannot be reached: {getattr(error, 'strerror', '') or error}"
            return Trouble(why, "see whether host and network are right", lasting=False)
