"""The child that prints a page for a process which must not compile: sheets on its input, the answer on its output."""

import pickle
import resource
import sys

from minsheng.render.html.offline import PaperError
from minsheng.render.typst.press import printed_here


def main() -> None:
    """Take the limits from the command line and print."""
    for kind, number in zip((resource.RLIMIT_AS, resource.RLIMIT_CPU), map(int, sys.argv[1:]), strict=True):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (number if hard == resource.RLIM_INFINITY else min(number, hard), hard))
    sheets = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
    try:
        answer: object = printed_here(sheets)
    except PaperError as fault:
        answer = fault
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
