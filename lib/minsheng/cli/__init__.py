"""The command line: parses, calls one use case, prints, and ends with the contract's exit code.

Each module adds its commands to the application; their use cases are imported when they are called.
"""

# The order of import is the order in which --help lists the commands.
# isort: off
from minsheng.cli.application import app, main
from minsheng.cli import months, signing, archives, archive_keys, workspaces, notebooks, plans


__all__ = ["app", "archive_keys", "archives", "main", "months", "notebooks", "plans", "signing", "workspaces"]
