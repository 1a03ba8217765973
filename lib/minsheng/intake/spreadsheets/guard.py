"""What a spreadsheet package holds before any library opens it: limits, and what libraries do not tell.

Only the standard library: this runs in the reading child. Every XML part is read by a streaming parser, because
patterns over bytes are bypassed by single quotes, attribute order and rows without ``r``. What ``guard_rows`` takes
from the parser is therefore only what a pattern matches wholly.
"""

import zipfile
import zlib
from typing import IO

from minsheng.intake.spreadsheets.guard_ods import Manifest, OpenDocument
from minsheng.intake.spreadsheets.guard_package import Members, Package
from minsheng.intake.spreadsheets.guard_parts import SAVE_AGAIN, RefusedError, XmlPart
from minsheng.intake.spreadsheets.guard_words import Said
from minsheng.intake.spreadsheets.guard_xlsx import scan_xlsx

PASSWORD = "文件设了打开密码：请取消密码后另存，再报送"  # noqa: S105 - what a person is told


def scan_package(stream: IO[bytes]) -> Package:
    """Look through an xlsx or ods package.

    Raises
    ------
    RefusedError
        If it is hostile (bomb, far cells, DTD), encrypted, broken where its figures stand, or no spreadsheet.
    """
    try:
        with zipfile.ZipFile(stream) as package:
            members = Members(package)
            if "content.xml" in members:
                found = Package("ods")
                if members.feed_if_whole(Manifest("META-INF/manifest.xml")).encrypted:
                    raise RefusedError(PASSWORD)
                found.sheets = members.feed(OpenDocument("content.xml")).sheets
                read = {"content.xml"}
                if any(name.startswith("Basic/") for name in members):
                    found.notes.append("macros")
            else:
                found = Package("xlsx")
                read = scan_xlsx(members, found)
            found.irregular = members.irregular
            for name in sorted(set(members) - read):
                if name.lower().endswith("sharedstrings.xml"):
                    # Shared strings are the cells' own and have been looked at there.
                    members.feed(XmlPart(name))
                elif name.lower().endswith((".xml", ".rels", ".vml")):
                    found.said += members.words(name)
            found.said += [Said(sheet, *said) for sheet, scan in found.sheets.items() for said in scan.said]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise RefusedError(f"文件不完整或已损坏：请确认传送完整；仍不行的，{SAVE_AGAIN}") from error
    except ValueError as error:
        raise RefusedError(f"文件已损坏（{error}）：{SAVE_AGAIN}") from error
    return found
