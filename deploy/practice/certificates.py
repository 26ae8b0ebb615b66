"""The practice server's own certificate authority and the one certificate it has signed."""

from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.program import LOOPBACK, write

AUTHORITY = "authority.pem"
CERTIFICATE = "server.pem"
PRIVATE_KEY = "server.key"
_NAMES = ("practice", "rooms.practice", "files.practice", "localhost")
_VALIDITY = timedelta(days=3650)


def create(directory: Path, host: str = LOOPBACK, validity: timedelta = _VALIDITY) -> None:
    """Write authority, server certificate and its key, unless they are there already.

    `validity` is that of the server's certificate from now on.
    """
    if (directory / AUTHORITY).exists():
        return
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _authority(authority_key)
    builder = _builder(_name("practice"), authority.subject, server_key, validity)
    certificate = _server_certificate(builder, authority_key, host)
    private_key = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write(directory / PRIVATE_KEY, private_key.decode(), mode=0o600)
    write(directory / CERTIFICATE, certificate.public_bytes(Encoding.PEM).decode())
    write(directory / AUTHORITY, authority.public_bytes(Encoding.PEM).decode())


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("Handset practice authority")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(name, name, key, _VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )


def _server_certificate(
    builder: x509.CertificateBuilder, authority_key: ec.EllipticCurvePrivateKey, host: str
) -> x509.Certificate:
    names = {*map(x509.DNSName, _NAMES), x509.IPAddress(IPv4Address(LOOPBACK)), _general(host)}
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
        .sign(authority_key, SHA256())
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(IPv4Address(host))
    except AddressValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, validity: timedelta
) -> x509.CertificateBuilder:
    """It has been valid since yesterday."""
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + validity)
        .add_extension(identifier, critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
