"""Signatures in minisign's format, and the keys that make them.

The standard ``minisign`` program verifies what is signed here. Writes the folders of keys: the first pair when the
first seal makes it, others when a person asks for them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.errors import MachineUnfitError
from minsheng.files.writing import UNFINISHED, move_durably, sync_folder, unfinished, write_durably

if TYPE_CHECKING:
    from minisign import SecretKey

PASSWORD = "MINSHENG_KEY_PASSWORD"  # noqa: S105 - the name of a variable
SECOND_PASSWORD = "MINSHENG_SECOND_KEY_PASSWORD"  # noqa: S105
RECOVERY_PASSWORD = "MINSHENG_RECOVERY_KEY_PASSWORD"  # noqa: S105

SECRET_NAME, PUBLIC_NAME = "minisign.key", "minisign.pub"


@dataclass(frozen=True)
class Signer:
    """A secret key ready to sign, which prints nothing of itself, and its public half as ``minisign -p`` takes it."""

    _secret: "SecretKey"
    public: bytes

    def sign(self, content: bytes, comment: str) -> bytes:
        """Return the signature file of some bytes; the same bytes and comment give the same signature."""
        return bytes(self._secret.sign(content, trusted_comment=comment)) + b"\n"


def key_text(public: bytes) -> str:
    """Return a public key as the second line of its file says it: comments do not make another key of it."""
    lines = public.decode("utf-8", "replace").split("\n")
    return lines[1].strip() if len(lines) > 1 else lines[0].strip()


def open_signer(folder: Path, *, make: bool, public: str = "", password_from: str = PASSWORD) -> Signer:
    """Open a secret key, or say why the machine is unfit; only while nothing has been signed may it be made.

    Parameters
    ----------
    public
        The public key whose secret half is wanted; by default that of the first pair.
    password_from
        The variable that holds its password.
    """
    # Here, because `status` reads this module's names and signs nothing.
    from minisign import Error, SecretKey

    # Never in the archive: whoever can change the archive must not be able to sign the change.
    path = secret_path(folder, public)
    password = os.environ.get(password_from, "")
    if not path.is_file():
        if not make:
            raise MachineUnfitError(
                f"找不到签名私钥 {path}：归档已有签过名的账本，换一把钥匙就无法证明是同一本账。请从备份取回原来的私钥；"
                "丢了的，用登记过的恢复钥匙换一把：minsheng archive key rotate --recovery 文件夹"
            )
        make_pair(folder, PUBLIC_NAME, password)
    try:
        secret = SecretKey.from_file(path)
        if secret.is_encrypted():
            if not password:
                raise MachineUnfitError(f"私钥 {path} 有密码：请在环境变量 {password_from} 中给出")
            secret.decrypt(password)
    except Error as fault:
        raise MachineUnfitError(f"私钥 {path} 无法使用（{fault}）：密码不对，或文件损坏，请从备份取回") from fault
    found = bytes(secret.get_public_key()) + b"\n"
    if public and key_text(found) != public:
        raise MachineUnfitError(f"私钥 {path} 不是现在签账本的那一把：请从备份取回")
    return Signer(secret, found)


def secret_path(folder: Path, public: str = "") -> Path:
    """Return where the secret half of a public key lies in a folder of keys, or should lie."""
    for path in _publics(folder):
        if public and key_text(path.read_bytes()) == public:
            return path.with_name(path.name.replace(".pub", ".key"))
    return folder / SECRET_NAME


def newest_public(folder: Path) -> Path | None:
    """Return the newest public key of a folder of keys that is in use; ``None`` where there is none."""
    found = [path for path in _publics(folder) if not path.name.startswith(".")]
    return found[-1] if found else None


def _publics(folder: Path) -> Iterator[Path]:
    """Yield the public keys of a folder, the first pair first, one that waits to be used last."""
    number = 1
    while (path := folder / pair_name(number)).is_file():
        yield path
        number += 1
    if (waiting := unfinished(path)).is_file():
        yield waiting


def pair_name(number: int) -> str:
    """Return the name of a public key's file: ``minisign.pub``, ``minisign-2.pub`` …"""
    return PUBLIC_NAME if number == 1 else f"minisign-{number}.pub"


def make_pair(folder: Path, public_name: str, password: str) -> bytes:
    """Make a pair of keys; return the public half as its file holds it."""
    from minisign import KeyPair

    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
    pair = KeyPair.generate()
    if password:
        pair.secret_key.encrypt(password)
    public = bytes(pair.public_key) + b"\n"
    # The public half first: with the secret one there, the pair is complete.
    write_durably(folder / public_name, public, mode=0o644)
    write_durably(folder / public_name.replace(".pub", ".key"), bytes(pair.secret_key) + b"\n", mode=0o600)
    return public


def make_waiting_pair(folder: Path, password: str) -> bytes:
    """Make the next pair; it counts as in use only once the ledger names it (:func:`use_waiting_pair`)."""
    number = sum(not path.name.startswith(".") for path in _publics(folder)) + 1
    return make_pair(folder, unfinished(Path(pair_name(number))).name, password)


def use_waiting_pair(folder: Path, public: str) -> None:
    """Give the pair that the ledger names now its name."""
    for path in list(_publics(folder)):
        if path.name.startswith(".") and key_text(path.read_bytes()) == public:
            secret = path.with_name(path.name.replace(".pub", ".key"))
            for each in (secret, path):
                move_durably(each, each.with_name(each.name.removeprefix(".").removesuffix(UNFINISHED)))


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
