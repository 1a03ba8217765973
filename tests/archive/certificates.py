"""A small certificate authority for tests: leaders' PKCS #12 files, and a timestamp server on this machine."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from tests.archive.timestamp_server import served

PASSWORD = "签字密码"  # noqa: S105 - of certificates that a test makes
_DAY = dt.timedelta(days=1)


class Authority:
    """Issues certificates."""

    def __init__(self, name: str = "测试根证书") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._issue(name, self.key, ca=True, issuer=None)

    def _issue(self, name, key, *, ca=False, issuer="", usages=(), valid_days=(-1, 365)):
        now = dt.datetime.now(dt.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + valid_days[0] * _DAY)
            .not_valid_after(now + valid_days[1] * _DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(
                digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
            ), critical=True)
        )  # fmt: skip
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def leader(self, name: str, path: Path, password: str = PASSWORD, valid_days=(-1, 365)) -> Path:
        """Write a person's PKCS #12 file."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(name, key, valid_days=valid_days)
        lock = serialization.BestAvailableEncryption(password.encode())
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, [self.certificate], lock)
        )
        return path

    def root(self, path: Path) -> Path:
        """Write the root certificate."""
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    @contextmanager
    def timestamp_server(self) -> Iterator[str]:
        """Serve timestamps on this machine; yield the address."""
        key = rsa.generate_private_key(65537, 2048)  # all that the dummy server knows
        certificate = self._issue("测试时间戳", key, usages=[ExtendedKeyUsageOID.TIME_STAMPING])
        der = serialization.Encoding.DER
        plain = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(certificate.public_bytes(der)), asn1_keys.PrivateKeyInfo.load(plain)
        )

        def answer(query: bytes) -> bytes:
            return stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()

        with served(answer) as address:
            yield address
