"""Everything that an inspection looks at, looked at once."""

from collections.abc import Sequence
from pathlib import Path

from minsheng.archive.contents.archived import trusted_key
from minsheng.archive.contents.leaders import SignedCheck, check_signed
from minsheng.archive.inspection.code_check import check_code
from minsheng.archive.inspection.file_checks import look_at, scan_for_viruses
from minsheng.archive.inspection.items import PackageFindings
from minsheng.archive.package.package_check import check_bag, complaints
from minsheng.archive.package.verifying import verify_archive
from minsheng.files.hashing import can_sm3
from minsheng.runs.options import Display
from minsheng.workspace import Workspace


def gather(
    folder: Path,
    home: Path | None,
    workspace: Workspace | None,
    key: Path | None,
    roots: Sequence[Path],
    display: Display,
) -> PackageFindings:
    """Look at a package, and at the archive that it lies in; nothing is changed.

    Parameters
    ----------
    home
        Its archive; ``None`` where it lies alone.
    workspace
        Whose key is trusted by default.
    key
        The file of another public key.
    roots
        Root certificates to trust for leaders' signatures.
    """
    display.stage(f"核验 {folder.name}")
    sm3 = can_sm3()
    check = check_bag(folder, sm3=sm3)
    faults, whose = tuple(check.faults), ""
    leaders = SignedCheck()
    if home is not None:
        public, notes = trusted_key(workspace, key)
        whose = "公钥为归档自带的（请另行核对）" if notes else "公钥取自归档之外"
        ledger = verify_archive(home, public=public, only=(folder.name,), say=display.stage)
        # The package was read a moment ago, with SM3; what the ledger adds comes from the second reading.
        faults = (*check.faults, *(fault for fault in ledger.faults if fault not in check.faults))
        leaders = check_signed(home, workspace, roots, {folder.name})
    display.stage("逐份打开文件")
    looks = look_at(folder / "data", check.found)
    display.stage("查杀病毒")
    return PackageFindings(
        folder=folder,
        check=check,
        faults=faults,
        in_archive=home is not None,
        second=complaints(folder),
        sm3=sm3,
        key=whose or "没有核对",
        leaders=leaders,
        looks=looks,
        viruses=scan_for_viruses(folder),
        code=check_code(folder / "data", check.info, check.found),
    )
