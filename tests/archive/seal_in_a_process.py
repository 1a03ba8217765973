"""Seals a month in a process of its own, which may kill itself before a step, or find the disk full or read-only.

Usage: seal_in_a_process.py ARCHIVE KEYS PERIOD [STEP]; prints how many steps it took, or the error.
"""

import os
import signal
import sys
import threading
from pathlib import Path

STEPS = ("fsync", "rename", "chmod", "fchmod", "mkdir", "write", "unlink")


def count_steps(kill_at: int) -> list[int]:
    """Count every call that changes the disk; before the ``kill_at``-th the process dies as by kill -9."""
    done, lock = [0], threading.Lock()

    def counted(original):
        def call(*arguments, **named):
            with lock:
                done[0] += 1
                if done[0] == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **named)

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    return done


def main() -> int:
    sys.path.insert(0, str(Path(__file__).parent))
    from conftest import Desk
    from minsheng.errors import MinshengError

    archive, keys, period, *kill_at = sys.argv[1:]
    done = count_steps(int(kill_at[0]) if kill_at else 0)
    try:
        Desk(Path(archive), Path(keys)).seal(period)
    except MinshengError as error:
        sys.stdout.write(f"{error}\n")
        return int(error.exit_code)
    sys.stdout.write(f"{done[0]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
