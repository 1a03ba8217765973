"""RFC 3161 timestamps of a digest: asked of a server, and looked at afterwards. Knows pyHanko.

A token is kept as the server gave it (DER), so that ``openssl ts -verify -token_in`` reads it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from minsheng.errors import MachineUnfitError
from minsheng.signing.pades import common_name, in_a_thread, load_roots, quiet, validation_context

_ALGORITHM = "sha256"

_PATIENCE = 20
"""Seconds."""


@dataclass(frozen=True)
class TokenCheck:
    """What a timestamp shows.

    Parameters
    ----------
    fault
        Why it attests nothing of the digest, in words; empty where it does.
    at
        The time that it attests.
    authority
        Common name of the authority's certificate.
    trusted
        Whether the certificate descends from a trusted root; ``None`` where none was given to compare with.
    """

    fault: str
    at: datetime | None = None
    authority: str = ""
    trusted: bool | None = None


def request_token(digest: str, url: str) -> bytes:
    """Have a server attest a sha256, and return its token.

    Raises
    ------
    MachineUnfitError
        If the server does not answer, or with something else.
    """
    stamper = HTTPTimeStamper(url, timeout=_PATIENCE)
    try:
        with quiet():
            token = in_a_thread(lambda: asyncio.run(stamper.async_timestamp(bytes.fromhex(digest), _ALGORITHM)))
        content = bytes(token.dump())
    except Exception as fault:  # a server may answer with anything, and each layer says so in its own way
        raise MachineUnfitError(f"时间戳服务器 {url} 没有给出时间戳（{fault or type(fault).__name__}）") from fault
    wrong = check_token(content, digest, roots=()).fault
    if wrong:
        raise MachineUnfitError(f"时间戳服务器 {url} 给出的时间戳不能用：{wrong}")
    return content


def check_token(token: bytes, digest: str, *, roots: Sequence[Path]) -> TokenCheck:
    """Look at a token: whole, of this sha256, and whose.

    Parameters
    ----------
    roots
        Files of trusted root certificates (PEM or DER); with none the authority stays unverified.
    """
    try:
        with quiet():
            return in_a_thread(lambda: asyncio.run(_checked(token, digest, roots)))
    except (ValueError, TypeError, KeyError, AttributeError, SignatureValidationError) as fault:
        return TokenCheck(f"不是时间戳，或已损坏（{type(fault).__name__}）")


async def _checked(token: bytes, digest: str, roots: Sequence[Path]) -> TokenCheck:
    found = cms.ContentInfo.load(token, strict=True)
    signed = found["content"]
    certificates = load_roots(roots)
    at = signed["encap_content_info"]["content"].parsed["gen_time"].native

    def imprint(algorithm: str) -> bytes:
        # Another algorithm's digest of the line is not known here.
        return bytes.fromhex(digest) if algorithm == _ALGORITHM else b""

    # Certificates expire; what counts is whether they held when the authority signed.
    context = validation_context(certificates, at if certificates else None)
    status = TimestampSignatureStatus(**await validate_tst_signed_data(signed, context, imprint))
    certificate: Any = status.signing_cert
    authority = common_name(certificate)
    if not (status.intact and status.valid):
        return TokenCheck("不是这个账本头的时间戳，或签名无效：被改动或调换", at, authority)
    return TokenCheck("", at, authority, bool(status.trusted) if certificates else None)
