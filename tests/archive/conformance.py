"""Bags as BagIt 1.0 (RFC 8493) wants them, and as it does not: what the Library of Congress' suite for it looks at.

Each case changes one thing in a sealed bag and makes the tag manifests agree with it again, so that nothing but this
can be what a validator objects to.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VALID, WARNING, INVALID = "valid", "warning", "invalid"
PDF = "data/outputs/report.pdf"
SUMS = ("sha256", "sha512")


@dataclass(frozen=True)
class Case:
    """One bag, what the specification says of it, and what the two validators say.

    Parameters
    ----------
    spec
        ``valid``, ``invalid``, or ``warning``: valid, but a validator should point at it.
    change
        Done to a bag that is open for writing.
    ours, theirs
        Whether our check and bagit-python pass it.
    why
        Where ours or bagit-python departs from the specification or from the other: why.
    """

    spec: str
    change: Callable[[Path], object]
    ours: bool
    theirs: bool
    why: str = ""


def retag(bag: Path) -> None:
    """Make the tag manifests agree with the tag files that are there, as any writer of bags would."""
    names = sorted(p.name for p in bag.iterdir() if p.is_file() and not p.name.startswith("tagmanifest-"))
    for algorithm in SUMS:
        lines = (f"{hashlib.new(algorithm, (bag / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
        (bag / f"tagmanifest-{algorithm}.txt").write_text("".join(lines), encoding="utf-8")


def edit(name: str, work: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return what changes the bytes of one tag file."""

    def change(bag: Path) -> None:
        (bag / name).write_bytes(work((bag / name).read_bytes()))
        retag(bag)

    return change


def manifests(work: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    """Return what changes the lines of both payload manifests."""

    def change(bag: Path) -> None:
        for algorithm in SUMS:
            path = bag / f"manifest-{algorithm}.txt"
            path.write_bytes("".join(work(path.read_text(encoding="utf-8").splitlines(keepends=True))).encode())
        retag(bag)

    return change


def one(work: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    """Return what changes the report's line only."""
    return lambda lines: [work(line) if line.rstrip().endswith(PDF) else line for line in lines]


def flipped(content: bytes) -> bytes:
    """Return the same number of bytes, one of them another."""
    return content[:5] + bytes([content[5] ^ 1]) + content[6:]


def another(line: str) -> str:
    """Return a manifest's line with another checksum."""
    checksum, path = line.split(maxsplit=1)
    return f"{'0' * len(checksum)}  {path}"


def _only_sha512(bag: Path) -> None:
    (bag / "manifest-sha256.txt").unlink()
    retag(bag)
    (bag / "tagmanifest-sha256.txt").unlink()


def _no_info(bag: Path) -> None:
    (bag / "bag-info.txt").unlink()
    retag(bag)


def _no_tag_manifests(bag: Path) -> None:
    for algorithm in SUMS:
        (bag / f"tagmanifest-{algorithm}.txt").unlink()


def _fetch(line: str) -> Callable[[Path], None]:
    def change(bag: Path) -> None:
        (bag / "fetch.txt").write_text(line, encoding="utf-8")
        retag(bag)

    return change


def _other_tag_file(bag: Path) -> None:
    (bag / "notes.txt").write_text("x", encoding="utf-8")
    retag(bag)


def _one_manifest_lists_less(bag: Path) -> None:
    path = bag / "manifest-sha256.txt"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if PDF not in line]
    path.write_text("".join(kept), encoding="utf-8")
    retag(bag)


def _in_utf_16(bag: Path) -> None:
    declaration = bag / "bagit.txt"
    declaration.write_bytes(declaration.read_bytes().replace(b"UTF-8", b"UTF-16"))
    for name in ("bag-info.txt", *(f"manifest-{algorithm}.txt" for algorithm in SUMS)):
        (bag / name).write_text((bag / name).read_text(encoding="utf-8"), encoding="utf-16")
    retag(bag)
    for algorithm in SUMS:
        path = bag / f"tagmanifest-{algorithm}.txt"
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")


def _lists_payload(bag: Path) -> None:
    for algorithm in SUMS:
        digest = hashlib.new(algorithm, (bag / PDF).read_bytes()).hexdigest()
        path = bag / f"tagmanifest-{algorithm}.txt"
        path.write_text(f"{path.read_text(encoding='utf-8')}{digest}  {PDF}\n", encoding="utf-8")


OURS = "the profile of our archive asks for more than the specification"

CASES: dict[str, Case] = {
    # Valid by the specification.
    "untouched": Case(VALID, lambda _: None, ours=True, theirs=True),
    "manifests with CRLF": Case(
        VALID, manifests(lambda lines: [f"{line.rstrip()}\r\n" for line in lines]), ours=True, theirs=True
    ),
    "a tab between checksum and path": Case(
        VALID, manifests(one(lambda line: line.replace("  ", "\t"))), ours=True, theirs=True
    ),
    "manifest without a last line end": Case(
        VALID, manifests(lambda lines: [*lines[:-1], lines[-1].rstrip()]), ours=True, theirs=True
    ),
    "manifest lines in another order": Case(VALID, manifests(lambda lines: lines[::-1]), ours=True, theirs=True),
    "value folded over two lines": Case(
        VALID, edit("bag-info.txt", lambda c: c.replace(b"2017-06 ", b"2017-06\n  ", 1)), ours=True, theirs=True
    ),
    "upper-case checksums": Case(
        VALID, manifests(one(lambda line: line[:64].upper() + line[64:])), ours=False, theirs=True,
        why="we and every tool write lower case; a list in another case was not written by a seal",
    ),
    "the same label twice": Case(
        VALID, edit("bag-info.txt", lambda c: c + b"Minsheng-Plan: other\n"), ours=False, theirs=True, why=OURS
    ),
    "a label of one's own": Case(
        VALID, edit("bag-info.txt", lambda c: c + b"Contact-Name: x\n"), ours=False, theirs=True, why=OURS
    ),
    "no bag-info.txt": Case(VALID, _no_info, ours=False, theirs=True, why=OURS),
    "one algorithm only": Case(VALID, _only_sha512, ours=False, theirs=True, why=OURS),
    "no tag manifests": Case(VALID, _no_tag_manifests, ours=False, theirs=True, why=OURS),
    "another tag file": Case(VALID, _other_tag_file, ours=False, theirs=True, why=OURS),
    "fetch.txt with all files there": Case(
        VALID, _fetch(f"http://example.org/report.pdf - {PDF}\n"), ours=False, theirs=True,
        why="a sealed package holds everything itself: nothing may come from elsewhere later",
    ),
    "bagit.txt with CRLF": Case(
        VALID, edit("bagit.txt", lambda c: c.replace(b"\n", b"\r\n")), ours=False, theirs=True,
        why="a seal writes these bytes and no others",
    ),
    "tag files in UTF-16": Case(VALID, _in_utf_16, ours=False, theirs=True, why=OURS),
    # Valid, but something to point at.
    "made with sha256sum --binary": Case(
        WARNING, manifests(one(lambda line: line.replace("  ", " *"))), ours=True, theirs=True,
        why="the asterisk is no part of the name; the standard tools write it",
    ),
    "path with ./ in front": Case(
        WARNING, manifests(one(lambda line: line.replace("data/", "./data/"))), ours=False, theirs=True,
        why="a path has one spelling: else one file could be listed twice",
    ),
    # Invalid by the specification.
    "bit flip in a payload file": Case(
        INVALID, lambda bag: (bag / PDF).write_bytes(flipped((bag / PDF).read_bytes())), ours=False, theirs=False
    ),
    "bit flip in a tag file": Case(
        INVALID, lambda bag: (bag / "bag-info.txt").write_bytes(flipped((bag / "bag-info.txt").read_bytes())),
        ours=False, theirs=False,
    ),
    "payload file missing": Case(INVALID, lambda bag: (bag / PDF).unlink(), ours=False, theirs=False),
    "payload file that no manifest lists": Case(
        INVALID, lambda bag: (bag / "data/more.txt").write_text("x"), ours=False, theirs=False
    ),
    "not all manifests list all files": Case(
        INVALID, _one_manifest_lists_less, ours=False, theirs=True,
        why="the specification wants every file in every payload manifest; one list is enough for bagit-python",
    ),
    "listed twice with the same checksum": Case(
        INVALID, manifests(lambda lines: [*lines, lines[0]]), ours=False, theirs=False,
    ),
    "listed twice with different checksums": Case(
        INVALID, manifests(lambda lines: [*lines, another(lines[0])]), ours=False, theirs=False
    ),
    "no payload manifest": Case(
        INVALID, lambda bag: [(bag / f"manifest-{a}.txt").unlink() for a in SUMS] and retag(bag),
        ours=False, theirs=False,
    ),
    "no data folder": Case(INVALID, lambda bag: shutil.rmtree(bag / "data"), ours=False, theirs=False),
    "no bagit.txt": Case(INVALID, lambda bag: (bag / "bagit.txt").unlink(), ours=False, theirs=False),
    "bag-info.txt listed and gone": Case(
        INVALID, lambda bag: (bag / "bag-info.txt").unlink(), ours=False, theirs=False
    ),
    "mark of byte order in bagit.txt": Case(
        INVALID, edit("bagit.txt", lambda c: b"\xef\xbb\xbf" + c), ours=False, theirs=False
    ),
    "blank before the colon in bagit.txt": Case(
        INVALID, edit("bagit.txt", lambda c: c.replace(b"Version:", b"Version :")), ours=False, theirs=True,
        why="bagit-python takes blanks off every label",
    ),
    "version that is no number": Case(
        INVALID, edit("bagit.txt", lambda c: c.replace(b"1.0", b"one")), ours=False, theirs=False
    ),
    "no encoding in bagit.txt": Case(
        INVALID, edit("bagit.txt", lambda c: c.splitlines(keepends=True)[0]), ours=False, theirs=False
    ),
    "path out of the bag": Case(
        INVALID, manifests(one(lambda line: line.replace(PDF, "data/../../report.pdf"))), ours=False, theirs=False
    ),
    "absolute path": Case(
        INVALID, manifests(one(lambda line: line.replace(PDF, "/etc/hostname"))), ours=False, theirs=False
    ),
    "path in somebody's home": Case(
        INVALID, manifests(one(lambda line: line.replace(PDF, "~/x"))), ours=False, theirs=False
    ),
    "fetch.txt out of the bag": Case(
        INVALID, _fetch("http://example.org/x - ../x\n"), ours=False, theirs=False
    ),
    "Payload-Oxum of another size": Case(
        INVALID, edit("bag-info.txt", lambda c: c.replace(b"Payload-Oxum: ", b"Payload-Oxum: 1")),
        ours=False, theirs=False,
    ),
    "checksum cut short": Case(INVALID, manifests(one(lambda line: line[1:])), ours=False, theirs=False),
    "a tag manifest that lists payload": Case(
        INVALID, _lists_payload, ours=False, theirs=False
    ),
}  # fmt: skip


NAMES: dict[str, list[str]] = {
    "blanks within": ["a b/c d.txt"],
    "a dot in front": [".hidden/.file"],
    "Chinese": ["报告/苍溪县（一）.pdf"],
    "quotes and brackets": ['it\'s "[x]" & <y>.txt'],
    "a bag in the bag": ["inner/bagit.txt", "inner/data/x.txt", "inner/manifest-sha256.txt"],
    "names of other systems": [".DS_Store", "Thumbs.db"],
    "differing in case only": ["File.txt", "file.txt"],
}
"""Names of payload files that are valid; the last two the suite only warns of."""
