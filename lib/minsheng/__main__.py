"""The command ``minsheng``, and ``python -m minsheng``: a process that runs one command line and ends."""

import gc


def main() -> None:
    """Run the command line with a collector that suits a short process."""
    gc.disable()  # what is imported stays
    from minsheng.cli import main as run

    # To look through what a command reads after every 700 new objects, as Python does, takes a tenth of its time.
    gc.set_threshold(50_000)
    gc.enable()
    try:
        run()
    finally:
        gc.freeze()  # the process ends: nothing is gained by looking for what could be cleared away


if __name__ == "__main__":
    main()
