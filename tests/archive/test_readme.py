"""README.txt tells an auditor what to run; here it is run, word for word."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.archive.keys import authority, change

from minsheng.archive.contents.outside import check_outside
from minsheng.archive.package.anchors import keep_token
from minsheng.archive.package.chain import read_state
from minsheng.archive.package.readme import commands
from minsheng.signing.timestamps import request_token

TOOLS = ("sha256sum --check", "sha512sum", "bagit.py", "minisign", "cksum", "openssl dgst")


STAND_IN = """import argparse
from minisign import PublicKey, Signature
from pathlib import Path
asked = argparse.ArgumentParser()
asked.add_argument("-Vm", dest="file")
asked.add_argument("-x", dest="signature")
asked.add_argument("-p", dest="key")
told = asked.parse_args()
signature = Signature.from_file(told.signature or f"{told.file}.minisig")
PublicKey.from_file(told.key).verify(Path(told.file).read_bytes(), signature)
"""


def run(command: str, archive: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run one of its commands; where minisign is not installed, py-minisign stands in for the program."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    bagit = tools / "bagit.py"
    bagit.write_text(f'#!/bin/sh\nexec {sys.executable} -m bagit "$@"\n')
    bagit.chmod(0o755)
    if shutil.which("minisign") is None:
        (tools / "minisign").write_text(f"#!{sys.executable}\n{STAND_IN}")
        (tools / "minisign").chmod(0o755)
    path = f"{tools}:/usr/local/bin:/usr/bin:/bin"
    return subprocess.run(
        command,
        shell=True,
        cwd=archive,
        env={"PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_names_the_tools(three) -> None:
    text = (three.archive / "README.txt").read_text(encoding="utf-8")
    assert len(commands()) == 11
    assert all(line in text for command in commands() for line in command.splitlines())
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
    assert [next(tool for tool in TOOLS if tool in command) for command in failed] == [
        "sha256sum --check", "sha512sum", "bagit.py", "minisign", "cksum", "openssl dgst",
    ]  # fmt: skip


@pytest.mark.slow  # dozens of processes: openssl, minisign
def test_an_auditor_follows_keys_persons_and_timestamps_by_hand(desk, tmp_path: Path) -> None:
    other, recovery = tmp_path / "other", tmp_path / "recovery"
    change(desk, "recovery", into=recovery)
    change(desk, "second", into=other)
    change(desk, "rotate", second=other)
    change(desk, "rotate", second=other, recovery=recovery, revokes=True)
    with authority(tmp_path) as url:
        line = read_state(desk.archive).lines[-1]
        keep_token(desk.archive, line.sequence, request_token(line.head(), url))
    shutil.copy(tmp_path / "tsa" / "root.pem", tmp_path / "tsa-root.pem")
    for command in commands():
        done = run(command, desk.archive, tmp_path)
        assert done.returncode == 0, (command, done)
    assert desk.faults() == []
    # What does not hold is found by hand too: a line's signature, the second person's, a timestamp.
    spoilt = {
        "keys/6.minisig": "minsheng-lines", "ledger.jsonl.second.minisig": "-x ledger", "anchors/7.tst": "openssl ts",
    }  # fmt: skip
    for name, tool in spoilt.items():
        path = desk.archive / name
        content = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(content[:-60] + b"AAAA" + content[-56:])
        failed = [command for command in commands() if run(command, desk.archive, tmp_path).returncode]
        assert [tool in command for command in failed] == [True], (name, failed)
        assert check_outside(desk.archive, None, (), "").faults or desk.faults()
        path.write_bytes(content)
