"""Runs of one workspace take turns: two at once would take each other's reports away."""

from collections.abc import Iterator
from contextlib import contextmanager

from minsheng.locks import locked
from minsheng.workflow.display import Display
from minsheng.workspace import Workspace


@contextmanager
def my_turn(workspace: Workspace, display: Display) -> Iterator[None]:
    """Hold ``outputs/`` alone; the kernel lets go of it when this process ends, however it ends."""

    def wait() -> None:
        display.stage("另一个 minsheng 正在这个工作区生成报告，等它结束")

    workspace.outputs.mkdir(parents=True, exist_ok=True)
    with locked(workspace.outputs, exclusive=True, waiting=wait):
        yield
