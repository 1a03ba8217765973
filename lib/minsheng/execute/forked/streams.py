"""Python's output streams in a notebook's process, and the file descriptors behind them."""

import os
import sys
from typing import Any

from ipykernel.iostream import OutStream

from minsheng.execute.forked.publisher import Publisher


class CapturedStream(OutStream):
    """ipykernel's output stream, with the file descriptor watched by the publisher.

    Parameters
    ----------
    session, pub_thread, name
        As in ipykernel.
    watchfd
        Whether to capture the file descriptor as well.
    **options
        As in ipykernel.
    """

    def __init__(self, session: Any, pub_thread: Publisher, name: str, *, watchfd: bool = True, **options: Any) -> None:
        # "force", because ipykernel leaves descriptors alone where it sees pytest.
        watch: Any = "force" if watchfd else False
        super().__init__(session, pub_thread, name, watchfd=watch, **options)  # type: ignore[no-untyped-call]

    def _setup_stream_redirects(self, name: str) -> None:
        read, write = os.pipe()
        fd = self._original_stdstream_fd = 1 if name == "stdout" else 2
        getattr(sys, f"__{name}__").flush()
        self._original_stdstream_copy = os.dup(fd)
        os.dup2(write, fd)
        os.close(write)
        self.pub_thread.watch(read, self)

    def write(self, string: str) -> int | None:  # type: ignore[override]  # as in ipykernel
        """Write text.

        Parameters
        ----------
        string
            The text.

        Returns
        -------
        int or None
            Number of characters.
        """
        self.pub_thread.collect()
        return super().write(string)

    def flush(self) -> None:
        """Send what is there, file descriptors included."""
        self.pub_thread.collect()
        super().flush()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Stop taking text; the descriptors stay as they are until the process ends."""
        self.pub_thread = None
