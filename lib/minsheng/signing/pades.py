"""A leader's signature in a PDF (PAdES): put into the report's empty field, and looked at afterwards. Knows pyHanko."""

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from minsheng.domain.clock import BEIJING
from minsheng.errors import FileRefusedError, MachineUnfitError
from minsheng.files.hashing import sha256
from minsheng.render.signature_field import SIGNATURE_FIELD, outlined

_T = TypeVar("_T")

_ALGORITHM = "sha256"

_FOR_SIGNATURES = KeyUsageConstraints({"digital_signature", "non_repudiation"})


@dataclass(frozen=True)
class Credential:
    """A leader's certificate, by its common name, and key."""

    name: str
    signer: Any


@dataclass(frozen=True)
class SignatureCheck:
    """What a PDF's signature shows.

    Parameters
    ----------
    faults
        What is wrong with it, in words.
    signer
        Common name of its certificate.
    signed_at
        The time that a timestamp server attests, else the one that the signer's machine claims.
    attested
        Whether a timestamp server attests the time.
    trusted
        Whether the certificate descends from a trusted root; ``None`` where none was given to compare with.
    """

    faults: tuple[str, ...]
    signer: str = ""
    signed_at: datetime | None = None
    attested: bool = False
    trusted: bool | None = None

    @property
    def words(self) -> str:
        """Return whose signature it is, and what was not verified about it."""
        issuer = {None: "未验证颁发者", True: "颁发者可信", False: "颁发者不可信"}[self.trusted]
        time = "时间戳" if self.attested else "签字人电脑的时间"
        return (
            f"{self.signer} {self.signed_at.astimezone(BEIJING):%Y-%m-%d %H:%M}（{time}；{issuer}）"
            if self.signed_at
            else self.signer
        )


def open_credential(content: bytes, password: bytes | None) -> Credential:
    """Open a PKCS #12 file.

    Raises
    ------
    FileRefusedError
        If it is none, the password is wrong, or it holds no key of a named person.
    """
    with quiet():
        try:
            signer = signers.SimpleSigner.load_pkcs12_data(content, other_certs=(), passphrase=password)
        except (ValueError, TypeError) as fault:
            signer, reason = None, str(fault)
        else:
            reason = ""
    if signer is None or signer.signing_cert is None:
        raise FileRefusedError(f"证书文件（.p12）打不开：密码不对，或不是 PKCS #12 文件（{reason or '没有证书'}）")
    return Credential(common_name(signer.signing_cert), signer)


def sign_pdf(pdf: bytes, credential: Credential, *, on: datetime, timestamp_url: str) -> bytes:
    """Sign a report: an incremental update, so that the signed file begins with the report's bytes.

    Parameters
    ----------
    pdf
        The report, with an empty signature field.
    on
        The day that is drawn in the field.
    timestamp_url
        Server of timestamps (RFC 3161); without one the time is the machine's.

    Returns
    -------
    bytes
        PAdES B-B, or B-T with a timestamp. Nothing but the signature is added: the file stays what it was, PDF/A too.

    Raises
    ------
    FileRefusedError
        If the file has no such field, or it is signed already.
    MachineUnfitError
        If the timestamp server does not answer.
    """
    try:
        writer = _SignatureWriter(io.BytesIO(pdf))
        empty = [name for name, value, _ in fields.enumerate_sig_fields(writer.prev) if value is None]
    except PdfError as fault:
        raise FileRefusedError(f"不是能签字的 PDF：{fault}") from fault
    if SIGNATURE_FIELD not in empty:
        raise FileRefusedError(f"没有空着的签名域“{SIGNATURE_FIELD}”：不是科室月报，或已经签过")
    width, height = _field_size(writer)
    outlines = outlined((f"{credential.name} {on:%Y-%m-%d}",), width, height)
    drawn = RawContent(outlines, box=BoxConstraints(width, height))
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=SIGNATURE_FIELD,
            md_algorithm=_ALGORITHM,
            subfilter=fields.SigSeedSubFilter.PADES,
            name=credential.name,
        ),
        signer=credential.signer,
        timestamper=HTTPTimeStamper(timestamp_url, timeout=20) if timestamp_url else None,
        stamp_style=StaticStampStyle(background=drawn, border_width=0),
    )
    try:
        with quiet():
            return in_a_thread(lambda: bytes(signer.sign_pdf(writer).getvalue()))
    except Exception as fault:
        if not timestamp_url:
            raise
        raise MachineUnfitError(
            f"时间戳服务器 {timestamp_url} 没有给出时间戳（{fault or type(fault).__name__}）：没有签字，请稍后再试"
        ) from fault


def check_pdf_signature(content: bytes, *, roots: Sequence[Path]) -> SignatureCheck:
    """Look at the signature in the field 分管领导签字: whole, covering the whole file, and whose.

    Parameters
    ----------
    content
        A signed PDF.
    roots
        Files of trusted root certificates (PEM or DER); with none the issuer stays unverified.
    """
    try:
        with quiet():
            return in_a_thread(lambda: _checked(content, roots))
    except (PdfError, ValueError) as fault:
        return SignatureCheck((f"签名无法读取：{fault}",))


def _checked(content: bytes, roots: Sequence[Path]) -> SignatureCheck:
    found = {one.field_name: one for one in PdfFileReader(io.BytesIO(content)).embedded_signatures}
    if SIGNATURE_FIELD not in found:
        return SignatureCheck((f"签名域“{SIGNATURE_FIELD}”中没有签名",))
    signature = found[SIGNATURE_FIELD]
    certificates = load_roots(roots)
    anybody = validation_context([])
    first = validate_pdf_signature(signature, anybody, anybody, key_usage_settings=_FOR_SIGNATURES)
    stamp = first.timestamp_validity
    attested = stamp is not None and stamp.intact and stamp.valid
    at = stamp.timestamp if stamp is not None and attested else first.signer_reported_dt
    # Certificates expire; what counts is whether they held when the leader signed.
    status = first
    if certificates:
        then = validation_context(certificates, at)
        status = validate_pdf_signature(signature, then, then, key_usage_settings=_FOR_SIGNATURES)
    faults = []
    if not (status.intact and status.valid):
        faults.append("签名之后内容被改动，或签名本身无效")
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        faults.append("签名没有盖住整个文件：签字之后添过内容")
    if stamp is not None and not attested:
        faults.append("时间戳无效")
    faults += _out_of_time(status.signing_cert, at)
    if certificates and not status.trusted:
        issuer = common_name(status.signing_cert, "issuer")
        faults.append(f"证书不是由所信任的机构颁发的，或在签字时无效（颁发者 {issuer}）")
    return SignatureCheck(
        tuple(faults),
        signer=common_name(status.signing_cert),
        signed_at=at,
        attested=attested,
        trusted=bool(status.trusted) if certificates else None,
    )


def _out_of_time(certificate: Any, at: datetime | None) -> list[str]:
    """Say that a certificate did not hold when the leader signed: for that nobody needs a root."""
    first, last = certificate.not_valid_before, certificate.not_valid_after
    if at is None or first <= at <= last:
        return []
    return [f"证书在签字时不在有效期内（{first:%Y-%m-%d} 至 {last:%Y-%m-%d}，签字 {at:%Y-%m-%d}）"]


def load_roots(paths: Sequence[Path]) -> list[Any]:
    """Load the root certificates in files (PEM or DER)."""
    load: Any = load_certs_from_pemder  # untyped
    return list(load([str(path) for path in paths]))


def validation_context(roots: list[Any], at: datetime | None = None) -> ValidationContext:
    """Trust these roots and no others; nothing is fetched from anywhere."""
    moment = at.astimezone(UTC) if at else None
    return ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False)


def begins_with(content: bytes, size: int, digest: str) -> bool:
    """Whether a signed PDF is a report's bytes with the signature behind them."""
    return len(content) > size and sha256(content[:size]) == digest


class _SignatureWriter(IncrementalPdfFileWriter):
    """Adds the signature and nothing else."""

    # The report's properties, and its date, stay as they are.
    def _update_meta(self) -> None:
        pass


def _field_size(writer: IncrementalPdfFileWriter) -> tuple[float, float]:
    (reference,) = (ref for name, _, ref in fields.enumerate_sig_fields(writer.prev) if name == SIGNATURE_FIELD)
    left, bottom, right, top = (float(number) for number in reference.get_object()["/Rect"])
    return abs(right - left), abs(top - bottom)


def common_name(certificate: Any, whose: str = "subject") -> str:
    """Return whose certificate it is, or who issued it."""
    names = getattr(certificate, whose).native.get("common_name", "")
    return str(names if isinstance(names, str) else names[-1])


def in_a_thread(work: Callable[[], _T]) -> _T:
    """Work where no event loop runs."""
    # pyHanko starts a loop of its own, and a notebook's thread has one already.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(work).result()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep pyHanko's log off the terminal."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        # What it says there it also raises or returns.
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
