"""The ledger's signature in minisign's format, and the key that makes it.

The standard ``minisign`` program verifies what is signed here. Writes the key's folder when the first seal makes it.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.errors import MachineUnfitError
from minsheng.files.writing import sync_folder, write_durably

if TYPE_CHECKING:
    from minisign import SecretKey

PASSWORD = "MINSHENG_KEY_PASSWORD"  # noqa: S105 - the name of a variable

SECRET_NAME, PUBLIC_NAME = "minisign.key", "minisign.pub"


@dataclass(frozen=True)
class Signer:
    """A secret key ready to sign, which prints nothing of itself, and its public half as ``minisign -p`` takes it."""

    _secret: "SecretKey"
    public: bytes

    def sign(self, content: bytes, comment: str) -> bytes:
        """Return the signature file of some bytes; the same bytes and comment give the same signature."""
        return bytes(self._secret.sign(content, trusted_comment=comment)) + b"\n"


def open_signer(folder: Path, *, make: bool) -> Signer:
    """Open the secret key, or say why the machine is unfit; only while nothing has been signed may it be made."""
    # Here, because `status` reads this module's names and signs nothing.
    from minisign import Error, SecretKey

    # Never in the archive: whoever can change the archive must not be able to sign the change.
    path = folder / SECRET_NAME
    password = os.environ.get(PASSWORD, "")
    if not path.is_file():
        if not make:
            raise MachineUnfitError(
                f"找不到签名私钥 {path}：归档已有签过名的账本，换一把钥匙就无法证明是同一本账。请从备份取回原来的私钥"
            )
        _make(folder, password)
    try:
        secret = SecretKey.from_file(path)
        if secret.is_encrypted():
            if not password:
                raise MachineUnfitError(f"私钥 {path} 有密码：请在环境变量 {PASSWORD} 中给出")
            secret.decrypt(password)
    except Error as fault:
        raise MachineUnfitError(f"私钥 {path} 无法使用（{fault}）：密码不对，或文件损坏，请从备份取回") from fault
    return Signer(secret, bytes(secret.get_public_key()) + b"\n")


def _make(folder: Path, password: str) -> None:
    from minisign import KeyPair

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = KeyPair.generate()
    if password:
        pair.secret_key.encrypt(password)
    # The public half first: with the secret one there, the pair is complete.
    write_durably(folder / PUBLIC_NAME, bytes(pair.public_key) + b"\n", mode=0o644)
    write_durably(folder / SECRET_NAME, bytes(pair.secret_key) + b"\n", mode=0o600)
    sync_folder(folder.parent)


def signature_fault(content: bytes, signature: bytes, public: bytes) -> str:
    """Return why a signature does not hold, in words; empty where it does."""
    from minisign import Error, PublicKey, Signature

    try:
        key = PublicKey.from_bytes(public)
    except Error:
        return "公钥不是 minisign 的公钥文件"
    try:
        key.verify(content, Signature.from_bytes(signature))
    except Error as fault:
        other = "incompatible key" in str(fault)
        return "签名出自另一把钥匙" if other else "签名与内容不符：内容被改动、截短，或签名损坏"
    return ""
