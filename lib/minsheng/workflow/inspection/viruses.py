"""Asking a virus scanner, where this machine has one: ClamAV, through its own command."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_COMMANDS = ("clamdscan", "clamscan")
_LONGEST = 1800
"""Seconds."""


@dataclass(frozen=True)
class VirusScan:
    """What the scanner said.

    Parameters
    ----------
    scanner
        Its version; empty where there is none.
    hits
        Files that it names, with what it found.
    unchecked
        Why it did not come to an end; empty where it did.
    """

    scanner: str = ""
    hits: tuple[str, ...] = ()
    unchecked: str = ""


def scan_for_viruses(folder: Path) -> VirusScan:
    """Have a folder scanned; without a scanner, or where it fails, that is said.

    Parameters
    ----------
    folder
        The package.
    """
    command = next((found for name in _COMMANDS if (found := shutil.which(name))), None)
    if command is None:
        return VirusScan(unchecked="本机没有病毒查杀程序（ClamAV 的 clamscan 或 clamdscan）")
    more = ["--fdpass"] if command.endswith("clamdscan") else ["--recursive"]
    try:
        version = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60, check=False)
        scanner = version.stdout.strip() or Path(command).name
        done = subprocess.run(
            [command, *more, "--infected", "--no-summary", str(folder)],
            capture_output=True, text=True, timeout=_LONGEST, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        return VirusScan(Path(command).name, unchecked=f"查杀程序没有完成（{type(fault).__name__}）")
    hits = tuple(line.removeprefix(f"{folder}/") for line in done.stdout.splitlines() if line.endswith("FOUND"))
    if done.returncode == 0 or (done.returncode == 1 and hits):
        return VirusScan(scanner, hits)
    return VirusScan(scanner, hits, f"查杀程序报错（退出码 {done.returncode}）：{done.stderr.strip()[:200]}")
