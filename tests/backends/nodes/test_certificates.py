"""Certificates: the node's own, by its fingerprint; those that somebody vouches for."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pydron_ng.backends.nodes.certificate import certificate_beside, certificate_in
from pydron_ng.backends.nodes.private import NotPrivate
from tests.backends.nodes.running import Node
from tests.backends.rig import Rig

PEM = serialization.Encoding.PEM


def vouched(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 with its key, and that of who vouches for it."""
    authority, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    ours, theirs = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("us", "node")
    )
    now = datetime.now(UTC)

    def signed(subject: x509.Name, of: ec.EllipticCurvePrivateKey, *, is_ca: bool) -> bytes:
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder(ours, subject, of.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(here, critical=False)
            .sign(authority, hashes.SHA256())
            .public_bytes(PEM)
        )

    private = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own, ca_file = folder / "vouched.pem", folder / "ca.pem"
    own.touch(0o600)
    own.write_bytes(private + signed(theirs, key, is_ca=False))
    ca_file.write_bytes(signed(ours, authority, is_ca=True))
    return own, ca_file


def test_the_right_fingerprint_is_let_through(node: Node) -> None:
    rig = Rig("node", 1, **node.keys, fingerprint=node.fingerprint).start()
    shown = {"host_key": f"TLS {node.fingerprint}", "is_known": True}
    assert rig.backend.identity == shown  # type: ignore[attr-defined]
    rig.close()


def test_a_certificate_that_is_vouched_for_is_let_through(
    start: Callable[..., Node], tmp_path: Path
) -> None:
    own, ca_file = vouched(tmp_path)
    node = start("--certificate", str(own))
    rig = Rig("node", 1, **node.keys, ca_file=str(ca_file)).start()
    assert rig.call(b"echo", b"here") == (b"here",)
    rig.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(node: Node, tmp_path: Path) -> None:
    _, ca_file = vouched(tmp_path)
    rig = Rig("node", 1, **node.keys, ca_file=str(ca_file))
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: bool(rig.failures))
    assert "nobody vouches for its certificate: self-signed certificate" in rig.failures[0][1]
    rig.close()


def test_a_certificate_stays_the_same(tmp_path: Path) -> None:
    path, again = (Path(certificate_beside(str(tmp_path / "own"))) for _ in range(2))
    assert certificate_in(str(path)).digest == certificate_in(str(again)).digest
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_with_a_password_is_told_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    path.touch(0o600)
    key = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(b"password")
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, locked)
    other, _ = vouched(tmp_path)
    path.write_bytes(private + other.read_bytes().partition(b"-----END PRIVATE KEY-----\n")[2])
    with pytest.raises(NotPrivate, match="as PEM without a password"):
        certificate_in(str(path))


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"]
)
def test_a_file_that_holds_no_certificate_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.pem"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(NotPrivate, match="does not hold a certificate and its key"):
        certificate_in(str(path))
