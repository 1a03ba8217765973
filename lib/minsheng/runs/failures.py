"""What a task may take, the classes of its failure, and what each one deserves."""

from dataclasses import dataclass
from enum import StrEnum

from minsheng.domain.base import Frozen
from minsheng.errors import ExitCode


@dataclass(frozen=True)
class Limits:
    """What one notebook may take."""

    seconds: float  # wall clock, for the whole notebook
    memory_bytes: int  # address space of its process
    output_bytes: int = 32 << 20  # what its cells may give together
    cell_output_bytes: int = 16 << 20  # and each of them

    @property
    def seconds_in_words(self) -> str:
        """The limit of time, and where to change it."""
        return f"每个笔记本 {self.seconds:g} 秒；确实需要更久时，调大 minsheng.toml 的 time_limit_seconds"

    @property
    def memory_in_words(self) -> str:
        """The limit of memory, and where to change it."""
        megabytes = self.memory_bytes / 2**20
        return f"每个笔记本 {megabytes:.0f} MiB；确实需要更多时，调大 minsheng.toml 的 memory_limit_mib"

    @property
    def output_in_words(self) -> str:
        """The limits of output, and where to change them."""
        each, all_ = self.cell_output_bytes / 2**20, self.output_bytes / 2**20
        return (
            f"每个单元格的输出不超过 {each:g} MiB，每个笔记本共 {all_:g} MiB，超出的部分已截去；请减少打印的内容，"
            "确实需要更多时，调大 minsheng.toml 的 cell_output_limit_mib、output_limit_mib"
        )


class FailureKind(StrEnum):
    """Why a task failed."""

    PARAMETER = "parameter"
    """A parameter is unknown, missing, or not a text."""
    NOTEBOOK_ERROR = "notebook_error"
    """A cell raised."""
    DEAD_PROCESS = "dead_process"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    """A cell, or the whole notebook, gave more output than it may."""
    NO_RESULT = "no_result"
    """Every cell ran, and no result was sealed (``sys.exit(0)`` in a cell looks like that)."""
    INVALID_RESULT = "invalid_result"
    NOT_ASKED = "not_asked"
    """The result is another report's, made from other files, or not what the page shows: it is not published."""
    RENDER = "render"
    """HTML or PDF could not be made."""
    IO = "io"
    GATE = "gate"
    """The notebook itself refused to seal its result (GateRefusedError): somebody has to fill in what is missing."""
    PERSONAL_DATA = "personal_data"
    """The report is made, and holds a person's number: it is not published."""

    @property
    def worth_a_retry(self) -> bool:
        """Whether the same inputs may well succeed on a second try, alone; an error in a notebook never does."""
        return self in {FailureKind.DEAD_PROCESS, FailureKind.IO}

    @property
    def exit_code(self) -> ExitCode:
        """How a command ends in which a task failed so."""
        return (
            ExitCode.GATE_REFUSED if self in {FailureKind.GATE, FailureKind.PERSONAL_DATA} else ExitCode.NOTEBOOK_FAILED
        )

    @property
    def word(self) -> str:
        """The class in words for the summary."""
        return _WORDS[self]


_WORDS = {
    FailureKind.PARAMETER: "参数有误",
    FailureKind.NOTEBOOK_ERROR: "笔记本出错",
    FailureKind.DEAD_PROCESS: "进程中止",
    FailureKind.TIME_LIMIT: "超过时限",
    FailureKind.MEMORY_LIMIT: "超过内存上限",
    FailureKind.OUTPUT_LIMIT: "输出过多",
    FailureKind.NO_RESULT: "没有结果",
    FailureKind.INVALID_RESULT: "结果不合规范",
    FailureKind.NOT_ASKED: "不是所要求的报告",
    FailureKind.RENDER: "排版失败",
    FailureKind.IO: "读写失败",
    FailureKind.GATE: "内容不全，未予生成",
    FailureKind.PERSONAL_DATA: "含个人信息",
}


_OBSTACLES = {
    "it needs Linux": "预热进程只能在 Linux 上运行",
    "could not start": "预热进程没有启动",
    "did not answer": "预热进程没有答复",
    "ended without": "预热进程中途结束",
    "did not start": "笔记本的进程没有启动",
    "threads": "预热进程里有线程在运行，不能安全地分出进程",
    "there is no kernel": "没有这个内核",
    "is not the plain ipykernel": "内核不是本环境的 ipykernel",
    "was given": "指定了别的内核",
}
"""What the engine's reason for not forking holds → the same in words; the engine, anybody's, speaks English."""


def fallback_in_words(reason: str) -> str:
    """Say why a notebook or a page was not made in a fork."""
    word = next((word for part, word in _OBSTACLES.items() if part in reason), "预热进程不可用")
    return f"{word}（minsheng doctor 说明怎样处理）"


_ATTEMPTS = {"read": "读取", "write": "写入", "os.listdir": "列出", "os.scandir": "列出"}


def attempt_in_words(what: str) -> str:
    """Say what a confined notebook tried in vain: ``read /etc/shadow`` is 读取 /etc/shadow."""
    kind, _, aim = what.partition(" ")
    return f"{_ATTEMPTS.get(kind, '连接' if kind.startswith('socket.') else '改动')} {aim}"


class Failure(Frozen):
    """How one task failed; plain data, so that it travels from a worker."""

    kind: FailureKind
    message: str
    cell: str = ""
    """The id of the cell that failed."""
    traceback: str = ""
    """What a person needs to find the fault."""


class TaskFailedError(Exception):
    """Raised and caught inside a worker, with the notebook as far as it came: JSON, kept under ``failed/``."""

    def __init__(self, failure: Failure, notebook: str = "") -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.notebook = notebook

    def __reduce__(self) -> tuple[type["TaskFailedError"], tuple[Failure, str]]:
        """Pickle it whole: it comes back from the process that raised it."""
        return type(self), (self.failure, self.notebook)
