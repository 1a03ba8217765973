"""``python -m minsheng.desk.keeper FOLDER``: runs one ordered command to its end and writes down how it ended.

It holds the job's folder by a descriptor that it has inherited, and outlives browser and server.
"""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from minsheng.desk.jobs import ANSWER, END, End, StartedCommand
from minsheng.desk.uploads import discard
from minsheng.files.writing import growing, write_atomically
from minsheng.workspace import Workspace


class Keeper:
    """Runs the command, and stops it when it is told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._command: subprocess.Popen[bytes] | None = None
        self._stops = 0

    def run(self, order: StartedCommand, passwords: dict[str, str]) -> End:
        """Run the command to its end."""
        # Started in the background of a shell, we would hand on that Ctrl-C is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, self._stop)
        with growing(self._folder / ANSWER) as answer:
            self._command = subprocess.Popen(
                [sys.executable, "-m", "minsheng", *order.arguments],
                env={**os.environ, **passwords},
                stdin=subprocess.DEVNULL,
                stdout=answer,
                start_new_session=True,
            )
        if self._stops:
            self._signal()
        code = self._command.wait()
        return End(code=code, ended=datetime.now(UTC), stopped=bool(self._stops) and code != 0)

    def _stop(self, _number: int, _frame: object) -> None:
        self._stops += 1
        self._signal()

    def _signal(self) -> None:
        if self._command is not None and self._command.returncode is None:
            os.killpg(self._command.pid, signal.SIGINT if self._stops == 1 else signal.SIGKILL)


def main(folder: Path) -> None:
    """Keep one job."""
    order = StartedCommand.model_validate_json((folder / "order.json").read_bytes())
    passwords = json.loads(sys.stdin.buffer.read() or b"{}")
    end = Keeper(folder).run(order, passwords)
    workspace = Workspace.find()
    for upload in order.uploads:
        discard(workspace, upload)
    write_atomically(folder / END, end.model_dump_json().encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
