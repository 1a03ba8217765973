"""回执 for every return of a month: the marked workbook and a page, made again only when they would differ."""

import hashlib
import json
from pathlib import Path

from minsheng.domain.base import Frozen
from minsheng.domain.delivery import Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.intake.checking import code_sha256
from minsheng.intake.personal import NOTE, mask_workbook
from minsheng.intake.reading import Reader
from minsheng.intake.receipt_page import receipt_page, refusal_page
from minsheng.intake.receipt_words import receipt_words
from minsheng.intake.store import read_accepted_month, read_refused, verdict_bytes, write_atomically

_RECORD = "receipts.json"
_ZIP = b"PK"


class _Made(Frozen):
    """What a receipt was made from, and the hashes of its files."""

    inputs: str
    files: dict[str, str]


def receipts_dir(outputs_dir: Path, period: Period) -> Path:
    """Return the folder of a month's receipts."""
    return outputs_dir / str(period) / "receipts"


def write_receipts(plan: Plan, data_dir: Path, outputs_dir: Path, period: Period) -> list[Path]:
    """Write ``<id>.xlsx`` and ``<id>.html`` for every checked return, ``<id>.html`` for every refused file.

    Parameters
    ----------
    plan
        Names of areas, sections and projects.
    data_dir, outputs_dir
        The folders ``data`` and ``outputs``.
    period
        A month that has been checked.

    Returns
    -------
    list of Path
        The receipts of the month, whether made now or before.

    Raises
    ------
    FileRefusedError
        If a delivered file is gone or changed since it was checked.
    """
    folder = receipts_dir(outputs_dir, period)
    made = _read_record(folder)
    now: dict[str, _Made] = {}
    with Reader() as reader:
        for who, accepted in read_accepted_month(data_dir, period):
            inputs = hashlib.sha256(
                verdict_bytes(accepted.verdict) + (plan.sha256 + code_sha256()).encode()
            ).hexdigest()
            before = made.get(who)
            if before is not None and before.inputs == inputs and _intact(folder, before):
                now[who] = before
                continue
            now[who] = _Made(inputs=inputs, files=_write(plan, data_dir, folder, accepted.verdict, reader))
    for refused in read_refused(data_dir, period):
        page = refusal_page(f"{refused.id} {period.label}报表回执", refused.file, refused.message)
        name = f"{refused.id}.html"
        digest = hashlib.sha256(page).hexdigest()
        if refused.id not in made or made[refused.id].files != {name: digest} or not _intact(folder, made[refused.id]):
            write_atomically(folder / name, page)
        now[refused.id] = _Made(inputs=digest, files={name: digest})
    if now != made:
        for name in {n for m in made.values() for n in m.files} - {n for m in now.values() for n in m.files}:
            (folder / name).unlink(missing_ok=True)
        record = {who: one.model_dump(mode="json") for who, one in now.items()}
        write_atomically(folder / _RECORD, (json.dumps(record, sort_keys=True, indent=1) + "\n").encode())
    return [folder / name for one in now.values() for name in sorted(one.files)]


def _read_record(folder: Path) -> dict[str, _Made]:
    try:
        record = json.loads((folder / _RECORD).read_bytes())
        return {who: _Made.model_validate(made) for who, made in record.items()}
    except (FileNotFoundError, ValueError, AttributeError):
        return {}


def _intact(folder: Path, made: _Made) -> bool:
    return all(
        (folder / name).is_file() and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in made.files.items()
    )


def _write(plan: Plan, data_dir: Path, folder: Path, verdict: Verdict, reader: Reader) -> dict[str, str]:
    from minsheng.intake.receipt_workbook import receipt_workbook  # openpyxl: seldom needed

    try:
        data = (data_dir / verdict.file).read_bytes()
    except FileNotFoundError as error:
        raise FileRefusedError(f"{verdict.file} 不见了：已审核的原件不得移动") from error
    if hashlib.sha256(data).hexdigest() != verdict.sha256:
        raise FileRefusedError(f"{verdict.file} 在审核之后被改动过，与登记的 sha256 不符")
    words = receipt_words(plan, verdict)
    workbook = reader.read(data)
    workbook, personal = mask_workbook(workbook)
    # Headers, drawings and names are not gone through one by one: with a number in them only the cells go back.
    spread = any(each.place not in {"", NOTE} for each in personal)
    original = data if workbook.format == "xlsx" and data.startswith(_ZIP) and not spread else None
    files = {
        f"{verdict.id}.xlsx": receipt_workbook(original, workbook, verdict, words),
        f"{verdict.id}.html": receipt_page(words),
    }
    return {name: write_atomically(folder / name, content) for name, content in files.items()}
