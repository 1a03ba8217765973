"""Another key for a ledger: rotated, a recovery key registered, a second person who signs too; each a signed line.

Writes the archive's folder and the folders of keys.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.archive.package.chain import ChainState, companion_name, read_bytes, read_state
from minsheng.archive.package.key import (
    PASSWORD,
    PUBLIC_NAME,
    RECOVERY_PASSWORD,
    SECOND_PASSWORD,
    Signer,
    key_text,
    make_pair,
    make_waiting_pair,
    open_signer,
    use_waiting_pair,
)
from minsheng.archive.package.key_chain import (
    LEDGER,
    PUBLIC_KEY,
    KeyEvent,
    NamedKey,
    allowed_signers,
    line_signature,
)
from minsheng.archive.package.ledger_writing import (
    READ_ONLY,
    Signers,
    beside_now,
    commit,
    discard,
    own_key,
    recover,
    refuse_earlier,
    refuse_faults,
    stage_line,
)
from minsheng.errors import MachineUnfitError, UsageError
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.writing import unfinished, write_durably, write_synced


@dataclass(frozen=True)
class KeyChange:
    """What is asked for.

    Parameters
    ----------
    event
        As in :class:`~minsheng.archive.package.key_chain.KeyEvent`.
    at
        When.
    why
        The reason, which stands in the ledger.
    into
        Where the new pair of a recovery key or of a second person is made, or lies already; ``None`` where a second
        person signs no more.
    recovery
        Where the recovery key lies, if it signs this change in place of the current key.
    revokes, since
        Whether the key before must not be believed any more, and from when on it was perhaps in other hands.
    """

    event: Literal["rotate", "recovery", "second"]
    at: datetime
    why: str
    into: Path | None = None
    recovery: Path | None = None
    revokes: bool = False
    since: datetime | None = None


def change_key(
    folder: Path, keys: Path, second: Path | None, change: KeyChange, *, say: Callable[[str], None]
) -> KeyEvent:
    """Put a line that names another key into the ledger.

    Parameters
    ----------
    folder, keys, second
        The archive, and where the keys of the first and the second person lie.

    Raises
    ------
    UsageError
        If nothing was sealed yet, no recovery key is registered that could sign, or a folder does not serve.
    ArchiveInvalidError
        If the archive does not verify.
    MachineUnfitError
        If a key that must sign is not there.
    """
    if not (folder / LEDGER).is_file():
        raise UsageError("还没有归档过：钥匙在第一次归档时生成，之后才能换")
    if change.into is not None and any(
        change.into.resolve().is_relative_to(place.resolve()) for place in (folder, keys)
    ):
        raise UsageError(f"{change.into} 在归档或本局钥匙的文件夹里：请写另一处，最好是另一个人保管的移动介质")
    with locked(folder, exclusive=True, waiting=lambda: say("另一个归档正在进行，等它结束")):
        recover(folder, keys)
        state = read_state(folder, own_key(keys))
        refuse_faults(state.faults)
        refuse_earlier(state, change.at)
        return _change(folder, keys, second, change, state)


def _change(folder: Path, keys: Path, second: Path | None, change: KeyChange, state: ChainState) -> KeyEvent:
    ring, sequence = state.ring, len(state.lines) + 1
    named, signer = _signing(keys, change, state)
    old_second = _second(second, ring.second) if ring.second and named != ring.recovery else None
    new = _new_pair(keys, change)
    base = {"rotate": PUBLIC_KEY, "recovery": "recovery.pub", "second": "second.pub"}[change.event]
    file = companion_name(folder, base, new.public) if new else ""
    current = new if change.event == "rotate" and new else None
    beside = beside_now(folder, state, read_bytes(folder / ring.current.file))
    event = KeyEvent(
        sequence=sequence,
        previous=state.head,
        why=change.why,
        sealed_at=change.at,
        beside=beside | ({file: sha256(new.public)} if new else {}),
        event=change.event,
        key=key_text(new.public) if new else "",
        file=file,
        signed_by=named.file,
        revokes=change.revokes,
        since=change.since,
    )
    signers = Signers(
        current or open_signer(keys, make=False, public=ring.current.text),
        new if change.event == "second" else _second(second, ring.second) if ring.second else None,
    )
    content = state.content + event.line()
    try:
        for who, each in ((signer, False), (old_second, True)):
            if who is not None:
                path = line_signature(folder, sequence, second=each)
                path.parent.mkdir(exist_ok=True)
                write_durably(path, who.sign(content, f"sequence:{sequence}\t{event.event}"), mode=READ_ONLY)
        if new:
            write_synced(unfinished(folder / file), new.public, mode=READ_ONLY)
        stage_line(folder, state, event, signers)
    except BaseException:
        discard(folder)
        raise
    commit(folder, also=file)
    if current:
        use_waiting_pair(keys, event.key)
    return event


def _signing(keys: Path, change: KeyChange, state: ChainState) -> tuple[NamedKey, Signer]:
    """Return the key that signs the change, and its secret half."""
    ring = state.ring
    if change.recovery is not None:
        if ring.recovery is None:
            raise UsageError("账本没有登记恢复钥匙：只能用原来的私钥换，请从备份取回它")
        return ring.recovery, open_signer(
            change.recovery, make=False, public=ring.recovery.text, password_from=RECOVERY_PASSWORD
        )
    allowed = allowed_signers(ring, change.event)
    if ring.current not in allowed:
        raise UsageError("已经登记过恢复钥匙：换一把要由它签名，请用 --recovery 指明它在哪个文件夹")
    return ring.current, open_signer(keys, make=False, public=ring.current.text)


def _second(folder: Path | None, key: NamedKey) -> Signer:
    if folder is None:
        raise MachineUnfitError("账本要两个人签名：请在 minsheng.toml 的 second_keys 写明第二个人的钥匙在哪个文件夹")
    return open_signer(folder, make=False, public=key.text, password_from=SECOND_PASSWORD)


def _new_pair(keys: Path, change: KeyChange) -> Signer | None:
    if change.event == "rotate":
        public = make_waiting_pair(keys, os.environ.get(PASSWORD, ""))
        return open_signer(keys, make=False, public=key_text(public))
    if change.into is None:
        return None
    password_from = RECOVERY_PASSWORD if change.event == "recovery" else SECOND_PASSWORD
    if not (change.into / PUBLIC_NAME).is_file():
        make_pair(change.into, PUBLIC_NAME, os.environ.get(password_from, ""))
    return open_signer(change.into, make=False, password_from=password_from)
