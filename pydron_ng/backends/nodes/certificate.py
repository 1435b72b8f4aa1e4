"""The certificate of whoever listens, and what those who dial make of it.

Nobody need know it: both sides prove that they know the token, and that they see the same
certificate. Who has its fingerprint, or an authority that vouches for it, may ask for that, too.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydron_ng.backends.nodes.private import NotPrivate, create_private, read_private

_YEARS = 20
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class Certificate(NamedTuple):
    """What one listens with. digest: of the certificate alone."""

    context: ssl.SSLContext
    digest: bytes


def certificate_beside(token_file: str) -> str:
    """The file with one of our own; it is made, if need be. Raises: NotPrivate."""
    path = f"{token_file}.pem"
    create_private(path, _made)
    return path


def certificate_in(path: str) -> Certificate:
    """Of a file that holds certificate and key. Raises: NotPrivate."""
    found = _BLOCK.search(read_private(path))
    context = _context(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # nothing is ever resumed
    try:
        if found is None:
            raise ssl.SSLError(1, "there is no certificate in it")
        context.load_cert_chain(path, password="")  # nobody is asked for one
        return Certificate(context, digest_of(ssl.PEM_cert_to_DER_cert(found.group().decode())))
    except (ssl.SSLError, ValueError) as error:
        why = error.strerror if isinstance(error, ssl.SSLError) else error
        raise NotPrivate(
            f"{path} does not hold a certificate and its key, as PEM without a password: {why}"
        ) from None


def trusting(ca_file: str) -> ssl.SSLContext:
    """For those who dial. ca_file: of who is to vouch for the certificate; "": nobody.

    Raises: OSError.
    """
    context = _context(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        context.load_verify_locations(ca_file)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _context(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3  # both ends are ours
    return context


def digest_of(certificate: bytes) -> bytes:
    """Of its DER form."""
    return hashlib.sha256(certificate).digest()


def fingerprint(digest: bytes) -> str:
    """As people read it, and as ssh shows those of keys."""
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def _made() -> bytes:
    """A key, and a certificate that nobody but itself vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    host = socket.gethostname()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"pydron node {host}"[:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
