"""What an approved month is: the figures and the text of every report, one JSON file a task.

`make golden MONTH=2017-06 WHY="…"` makes the month again and approves it; the reason goes into CHANGELOG.md word for
word, at the head of what has changed in figures since the last release.
"""

import hashlib
import importlib
import json
import re
import sys
import tempfile
import tomllib
from pathlib import Path

import lxml.html

HERE = Path(__file__).parent
APPROVED = HERE / "approved.toml"
CHANGELOG = HERE.parents[1] / "CHANGELOG.md"
_UNRELEASED, _FIGURES = "## Unreleased\n", "### Changed figures\n"
_DIGEST = re.compile(r"\b[0-9a-f]{16,64}\b")
"""Hashes are provenance: they change with a comment in params/, and no figure with them."""
_BLOCKS = {"p", "h1", "h2", "h3", "td", "th", "dt", "dd", "li", "caption", "figcaption", "summary", "title"}


def task_of(folder: Path) -> str:
    """Return the JSON of a made task: what a package update must not change."""
    figures = json.loads((folder / "result.json").read_bytes())["figures"]
    kept = {"figures": figures, "text": text_lines((folder / "report.html").read_bytes())}
    return json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def text_lines(html: bytes) -> list[str]:
    """Return the text that a reader sees, a line a block, white space folded."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    body = lxml.html.document_fromstring(html, parser=parser).find("body")
    lines = [""]
    _gather(body, lines)
    return [_DIGEST.sub("…", folded) for line in lines if (folded := " ".join(line.split()))]


def _gather(element, lines: list[str]) -> None:
    if element.tag == "style":
        return
    if element.tag in _BLOCKS:
        lines.append("")
    lines[-1] += element.get("alt", "") if element.tag == "img" else element.text or ""
    for child in element:
        _gather(child, lines)
        lines[-1] += child.tail or ""
    if element.tag in _BLOCKS:
        lines.append("")


def month_of(outputs: Path, month: str) -> dict[str, str]:
    """Return file name → JSON of every task that a month's folder holds."""
    found = sorted((outputs / month).glob("*/*/result.json"))
    return {f"{path.parts[-3]}.{path.parts[-2]}.json": task_of(path.parent) for path in found}


def kept(month: str) -> dict[str, str]:
    """Return the approved files of a month."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((HERE / month).glob("*.json"))}


def digest(files: dict[str, str]) -> str:
    """Hash a month's files, names included."""
    lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(files.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def approvals() -> dict[str, dict[str, str]]:
    """Return month → digest and the sentence of the changelog that names the impact."""
    return tomllib.loads(APPROVED.read_text(encoding="utf-8"))


def approve(outputs: Path, month: str, why: str) -> list[str]:
    """Keep a month as it stands in ``outputs``, and say why; return the names of the files that changed."""
    why = " ".join(why.split())
    if not why:
        raise SystemExit('say why: make golden MONTH=2017-06 WHY="…"')
    before, after = kept(month), month_of(outputs, month)
    if not after:
        raise SystemExit(f"{outputs / month} holds no report: run the month first")
    folder = HERE / month
    folder.mkdir(exist_ok=True)
    for name in before.keys() - after.keys():
        (folder / name).unlink()
    for name, text in after.items():
        (folder / name).write_text(text, encoding="utf-8")
    entries = (approvals() if APPROVED.is_file() else {}) | {month: {"digest": digest(after), "changelog": why}}
    text = "".join(
        f'["{name}"]\ndigest = "{entry["digest"]}"\nchangelog = {json.dumps(entry["changelog"], ensure_ascii=False)}\n'
        for name, entry in sorted(entries.items())
    )
    APPROVED.write_text(
        "# Made by `make golden`: which months are approved, and what the changelog says of their last change.\n"
        + text,
        encoding="utf-8",
    )
    CHANGELOG.write_text(with_entry(CHANGELOG.read_text(encoding="utf-8"), why), encoding="utf-8")
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def with_entry(changelog: str, why: str) -> str:
    """Return the changelog with an entry among the changed figures that are not released yet, unless it has it."""
    head, title, rest = changelog.partition(_UNRELEASED)
    if not title:
        raise SystemExit("CHANGELOG.md has no “Unreleased”: add the heading first")
    ours, after, older = rest.partition("\n## ")
    if f"- {why}\n" in f"{ours}\n":
        return changelog
    if _FIGURES not in ours:
        ours = f"\n{_FIGURES}{ours}"
    above, heading, entries = ours.partition(_FIGURES)
    return f"{head}{title}{above}{heading}- {why}\n{entries}{after}{older}"


def made_again(month: str, folder: Path) -> Path:
    """Run a month in a workspace like that of the tests: plan, notebooks and returns, nothing else; return outputs."""
    from minsheng.commands.run import run_month
    from minsheng.runs.options import Quiet

    sys.path.insert(0, str(HERE.parent))
    workspace = importlib.import_module("conftest").copy_workspace(folder / "workspace")
    run_month(workspace, month, display=Quiet())
    return workspace.outputs


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        changed = approve(made_again(sys.argv[1], Path(scratch)), sys.argv[1], sys.argv[2])
    sys.stdout.write("\n  ".join([f"{sys.argv[1]}: {len(changed)} files changed", *changed]) + "\n")
