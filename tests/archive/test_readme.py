"""README.txt tells an auditor what to run; here it is run, word for word."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minsheng.archive.package.readme import commands


def run(command: str, archive: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run one of its commands; where minisign is not installed, py-minisign stands in for the program."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    bagit = tools / "bagit.py"
    bagit.write_text(f'#!/bin/sh\nexec {sys.executable} -m bagit "$@"\n')
    bagit.chmod(0o755)
    if shutil.which("minisign") is None:
        script = "import sys; from minisign import PublicKey; PublicKey.from_file(sys.argv[4]).verify_file(sys.argv[2])"
        (tools / "minisign").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{script}" "$@"\n')
        (tools / "minisign").chmod(0o755)
    path = f"{tools}:/usr/local/bin:/usr/bin:/bin"
    return subprocess.run(
        command, shell=True, cwd=archive, env={"PATH": path}, capture_output=True, text=True, check=False
    )


def test_it_names_the_tools(three) -> None:
    text = (three.archive / "README.txt").read_text(encoding="utf-8")
    assert len(commands()) == 8
    assert all(command in text for command in commands())
    assert [
        tool
        for tool in ("sha256sum", "sha512sum", "bagit.py", "minisign", "cksum", "openssl")
        if tool not in " ".join(commands())
    ] == []


@pytest.mark.parametrize("command", commands())
def test_every_command_succeeds_on_an_untouched_archive(three, tmp_path: Path, command: str) -> None:
    done = run(command, three.archive, tmp_path)
    assert done.returncode == 0, done


def test_the_commands_find_a_flipped_bit_in_payload_and_ledger(desk, tamper, tmp_path: Path) -> None:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[3] ^= 1
        path.write_bytes(content)

    tamper("2017-06", lambda bag: flip(bag / "data/outputs/report.pdf"))
    (desk.archive / "ledger.jsonl").chmod(0o644)
    flip(desk.archive / "ledger.jsonl")
    failed = [command for command in commands() if run(command, desk.archive, tmp_path).returncode]
    assert [command.split()[-1] for command in failed] == [
        "tagmanifest-sha256.txt)", "tagmanifest-sha512.txt)", "2017-06", "minisign.pub", "sm3.txt)", "sm3.txt)",
    ]  # fmt: skip
