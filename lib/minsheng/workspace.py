"""Where things lie: one place that knows every path of a workspace, and the settings in ``minsheng.toml``."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field

from minsheng.domain.base import Frozen
from minsheng.domain.period import Period
from minsheng.errors import UsageError, VersionError
from minsheng.process import LogLevel
from minsheng.settings import read_settings

MARKER = "minsheng.toml"

RESULT = "result.json"
"""What a notebook seals: its figures and what they were made from."""

ENVIRONMENT = "MINSHENG_WORKSPACE"

FILES = "minsheng/files"
"""Where the desk's part of JupyterLab's server gives out the workspace's pages and files."""

FILES_ENVIRONMENT = "MINSHENG_FILES"
"""Tells a notebook that it is so; another JupyterLab gives files out in its own way."""

OTHER_VARIABLES = frozenset(
    {
        ENVIRONMENT,
        FILES_ENVIRONMENT,
        "MINSHENG_KEY_PASSWORD",
        "MINSHENG_SECOND_KEY_PASSWORD",
        "MINSHENG_RECOVERY_KEY_PASSWORD",
        "MINSHENG_PLAN",
        "MINSHENG_PLAN_BEFORE",
        "MINSHENG_PROVENANCE",
        "MINSHENG_RESULT",
    }
)
"""What the program reads from the environment besides the settings."""

WORKSPACE_VERSION = 2
"""How kept things lie under ``data/``: from 2 on the registers are chained.

A workspace that does not say is of the first version; the next command that registers or seals brings it up to date.
"""


class FontSettings(Frozen):
    """``[fonts]``: the fonts of official documents that this machine owns; without them packaged ones stand in."""

    folder: str = ""
    """Where the font files lie; relative to the workspace."""
    fangsong: str = ""
    """Family names, where they are not the usual ones."""
    xiaobiaosong: str = ""
    heiti: str = ""
    kaiti: str = ""

    @property
    def families(self) -> dict[str, str]:
        """Role → family name, where one is set."""
        return {role: name for role, name in self.model_dump(exclude={"folder"}).items() if name}


class RecordSettings(Frozen):
    """``[records]``: what only the bureau can say about its archives; it goes into the packages' metadata."""

    fonds: str = ""
    """全宗号, as the city's archives gave it."""
    retention: Literal["", "永久", "30年", "10年"] = ""
    """保管期限 by the bureau's own schedule."""


NoticeKind = Literal["failed", "blocked", "due", "sealed", "made", "todo"]
"""What a notice may be about: see :data:`minsheng.agenda.notices.happenings.WORDS`."""


class NoticeSettings(Frozen):
    """``[notices.<name>]``: somebody at the bureau who is told what happened and what is due."""

    url: str = Field(default="", pattern=r"^(\S+)?$")
    """Where to, as Apprise writes it; ``${NAME}`` stands for a secret in the environment."""
    what: tuple[NoticeKind, ...] = ("failed", "blocked", "due", "sealed")
    days: tuple[Annotated[int, Field(ge=0)], ...] = (3, 1, 0)
    """How many days before a deadline it is said who has not reported."""


class ReminderSettings(Frozen):
    """``[reminders]``: how those who report are reminded, whose addresses stand in ``data/contacts.csv``."""

    url: str = Field(default="", pattern=r"^(mailtos?://\S+)?$")
    """The server that sends mail, as Apprise writes it, without ``to``; without one nobody is reminded."""
    days: tuple[Annotated[int, Field(ge=0)], ...] = (3, 1, 0)


class Settings(Frozen):
    """What a workspace sets in ``minsheng.toml``; every key has a default.

    Every key can be set for one command by the environment: ``MINSHENG_`` and its name in capitals
    (``MINSHENG_FONTS_FOLDER`` for a key of a table).
    """

    workspace_version: int = 1
    """Kept by the program: an older workspace is migrated or refused with what to do, a newer one refused."""
    site_title: str = Field(default="民生工程报送工作簿", min_length=1)
    jobs: int = Field(default=0, ge=0)
    """Notebooks that run at once; 0 is one per processor."""
    time_limit_seconds: float = Field(default=300, gt=0)
    """Per notebook."""
    memory_limit_mib: int = Field(default=4096, ge=256)
    """Address space per notebook."""
    output_limit_mib: float = Field(default=32, gt=0)
    """What the cells of a notebook may give together: text, tables, charts."""
    cell_output_limit_mib: float = Field(default=16, gt=0)
    """What one cell may give."""
    archive: str = "data/archive"
    """Where packages are sealed; relative to the workspace, or absolute: usually another disk."""
    keys: str = "data/keys"
    """Where the key lies that signs the archive's ledger; never in the archive."""
    timestamp_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Timestamp server (RFC 3161) for leaders' signatures and the archive's heads; without one they carry this
    machine's time."""
    witness: str = ""
    """Folder outside of the workspace that somebody else keeps: a note with the archive's head goes there."""
    wheels: str = ""
    """Where the program's wheels are kept; by default each month's package holds the one that made it."""
    second_keys: str = ""
    """Where the key of a second person lies who signs the archive's ledger too; usually a removable disk."""
    trust_roots: str = ""
    """Folder of the root certificates that leaders' certificates descend from; relative to the workspace."""
    fonts: FontSettings = FontSettings()
    records: RecordSettings = RecordSettings()
    notices: dict[str, NoticeSettings] = {}
    reminders: ReminderSettings = ReminderSettings()
    remind_days: int = Field(default=7, ge=0)
    """How many days before a deadline ``minsheng tick`` begins to list who has not reported."""
    log_level: LogLevel = LogLevel.INFO
    """The least severe events that a run's log keeps."""

    @property
    def tells(self) -> bool:
        """Whether anybody is to be told anything."""
        return bool(self.notices or self.reminders.url)


@dataclass(frozen=True)
class Workspace:
    """The folders of one bureau's workspace.

    Parameters
    ----------
    root
        The folder that holds ``minsheng.toml``.
    params
        The plan's folder; ``root/params`` unless a command names another.
    settings
        What ``minsheng.toml`` sets.
    """

    root: Path
    params: Path
    settings: Settings

    @classmethod
    def find(cls, start: Path | None = None, *, params: Path | None = None) -> Self:
        """Return the workspace at or above ``start``.

        Parameters
        ----------
        start
            Where to look; by default the environment's ``MINSHENG_WORKSPACE``, else the current folder.
        params
            Another folder with plans.

        Raises
        ------
        UsageError
            If there is no ``minsheng.toml`` upward of ``start``, or a setting there or in the environment is wrong.
        """
        origin = (start or Path(os.environ.get(ENVIRONMENT, "."))).resolve()
        for folder in (origin, *origin.parents):
            if (folder / MARKER).is_file():
                chosen = params.resolve() if params else folder / "params"
                settings = read_settings(folder / MARKER, Settings, others=OTHER_VARIABLES, before=_judge_file)
                _refuse_places(folder, settings)
                return cls(root=folder, params=chosen, settings=settings)
        raise UsageError(f"{origin} 及其上级文件夹中没有 {MARKER}：请进入工作区文件夹，或用 --workspace 指明")

    @property
    def data(self) -> Path:
        """What the bureau receives and must keep."""
        return self.root / "data"

    @property
    def outputs(self) -> Path:
        """What the system makes; disposable."""
        return self.root / "outputs"

    @property
    def font_folder(self) -> Path | None:
        """Where the machine's official fonts lie, if the settings say so."""
        folder = self.settings.fonts.folder
        return self.root / folder if folder else None

    @property
    def notebooks(self) -> Path:
        """The parameterised notebooks."""
        return self.root / "notebooks"

    @property
    def lock(self) -> Path:
        """The lock file that a report's provenance names."""
        return self.root / "requirements.lock"

    @property
    def history(self) -> Path:
        """The run history: which task was made from what. Its file has the name that older workspaces know."""
        return self.outputs / "ledger.sqlite"

    @property
    def archive(self) -> Path:
        """Sealed packages; never disposable."""
        return self.root / self.settings.archive

    @property
    def keys(self) -> Path:
        """The key that signs the archive's ledger."""
        return self.root / self.settings.keys

    @property
    def witness(self) -> Path | None:
        """Where a witness keeps the archive's heads, if the settings say so."""
        return self.root / self.settings.witness if self.settings.witness else None

    @property
    def wheels(self) -> Path | None:
        """Where the program's wheels are kept, if not in each package."""
        return self.root / self.settings.wheels if self.settings.wheels else None

    @property
    def second_keys(self) -> Path | None:
        """Where the second person's key lies, if two sign."""
        return self.root / self.settings.second_keys if self.settings.second_keys else None

    @property
    def trust_roots(self) -> list[Path]:
        """The root certificates that the settings trust, in order; none where they name no folder."""
        if not self.settings.trust_roots:
            return []
        folder = self.root / self.settings.trust_roots
        found = sorted(path for path in folder.glob("*") if path.suffix in {".pem", ".crt", ".cer", ".der"})
        if not found:
            raise UsageError(f"{MARKER} 的 trust_roots 指向 {folder}，其中没有根证书（.pem、.crt、.cer、.der）")
        return found

    def accepted(self, period: Period) -> Path:
        """Return the folder of a month's accepted values and verdicts."""
        return self.data / "accepted" / str(period)

    def task(self, period: Period | str, subject: str, notebook: str) -> Path:
        """Return the folder of one task's reports: notebook × period × subject."""
        return self.outputs / str(period) / subject / notebook

    def result(self, period: Period | str, subject: str, notebook: str) -> Path:
        """Return what one notebook × period × subject sealed."""
        return self.task(period, subject, notebook) / RESULT

    def run_page(self, period: Period) -> Path:
        """Return the page that says how a period's last run went."""
        return self.outputs / str(period) / "run.html"

    def failed(self, period: Period | str, subject: str, notebook: str) -> Path:
        """Return the folder where what is left of a failed task is kept."""
        return self.outputs / str(period) / "failed" / subject / notebook


_SYSTEM = tuple(map(Path, ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr")))


def _refuse_places(root: Path, settings: Settings) -> None:
    """Refuse settings that lead where nothing can be kept, or found: with every one of them."""
    archive, keys, outputs = ((root / name).resolve() for name in (settings.archive, settings.keys, "outputs"))
    faults = []
    for key, place in (("archive", archive), ("keys", keys)):
        # A notebook's own small workspace may lie in memory, which is below /dev.
        inside = place.is_relative_to(root)
        if place == Path("/") or (not inside and any(place.is_relative_to(each) for each in _SYSTEM)):
            faults.append(f"{key} 指向系统文件夹 {place}：请写工作区中的文件夹，或另一块磁盘上的")
        elif root.is_relative_to(place):
            faults.append(f"{key} 指向 {place}，工作区就在其中：请写一个单独的文件夹")
        elif place.is_relative_to(outputs):
            faults.append(f"{key} 指向 {place}：outputs 中的都可以删去重做，请写别处")
    # Whoever can change the archive must not be able to sign the change.
    if keys.is_relative_to(archive) or archive.is_relative_to(keys):
        faults.append(f"keys（{keys}）与 archive（{archive}）一个在另一个里面：私钥不能和归档放在一起，请分开")
    faults += _wrong_places_of_others(root, settings, archive, keys)
    if settings.trust_roots and not (root / settings.trust_roots).is_dir():
        faults.append(f"trust_roots 指向 {root / settings.trust_roots}，没有这个文件夹：请写放根证书的文件夹")
    if settings.timestamp_url and not _is_web_address(settings.timestamp_url):
        faults.append(f"timestamp_url “{settings.timestamp_url}”不是网址：应为 https://主机/…")
    if faults:
        raise UsageError("\n".join(f"{root / MARKER} 的 {fault}" for fault in faults))


def _wrong_places_of_others(root: Path, settings: Settings, archive: Path, keys: Path) -> Iterator[str]:
    """Yield what is wrong with what other people keep: the witness, and the second person's key."""
    if settings.witness:
        witness = (root / settings.witness).resolve()
        # What the bureau's own folder keeps proves nothing against the bureau.
        if witness.is_relative_to(root) or witness.is_relative_to(archive):
            yield (f"witness 指向 {witness}，在工作区或归档里：见证要放在局外的人保管的地方")
    if settings.second_keys:
        second = (root / settings.second_keys).resolve()
        if second.is_relative_to(archive) or second == keys:
            yield (f"second_keys 指向 {second}：第二个人的钥匙不能和归档、和第一把钥匙放在一起，请分开")


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return bool(address.hostname) and (address.port is None or address.port > 0)
    except ValueError:
        return False


_PASSWORD = re.compile(r"://[^/?#@]*:(?!\$\{\w+\}@)[^/?#@]+@")


def _judge_file(path: Path, values: Mapping[str, object]) -> None:
    """Refuse a file of another version, and one that holds a password."""
    _refuse_other_versions(path, values)
    notices = values.get("notices")
    tables = {f"notices.{name}": each for name, each in notices.items()} if isinstance(notices, Mapping) else {}
    for name, table in (tables | {"reminders": values.get("reminders")}).items():
        url = table.get("url") if isinstance(table, Mapping) else None
        if isinstance(url, str) and _PASSWORD.search(url):
            raise UsageError(
                f"{path} 的 {name}.url 中有密码：密码只放在环境变量里，这里写 ${{变量名}}，"
                "例如 mailtos://用户:${SMTP_PASSWORD}@smtp.example.cn"
            )


def _refuse_other_versions(path: Path, values: Mapping[str, object]) -> None:
    found = values.get("workspace_version", 1)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise UsageError(f"{path} 中的 workspace_version 为 {found!r}：应为从 1 起的整数，由程序维护，请恢复原值")
    if found > WORKSPACE_VERSION:
        raise VersionError(
            f"{path.parent} 是更新的版本的工作区（版本 {found}，本程序认识到 {WORKSPACE_VERSION}）：请升级本程序"
        )
