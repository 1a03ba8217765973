"""Makes zips byte-stable, of office files (xlsx, docx) and wheels: a sha256 says whether the content changed."""

import io
import zipfile
from collections.abc import Mapping

# Libraries stamp the time of saving into the directory of the archive.
_EPOCH = (1980, 1, 1, 0, 0, 0)

_COMPRESSION_LEVEL = 9

_PLAIN_FILE = 0o600 << 16


def normalise_zip(content: bytes) -> bytes:
    """Pack the parts of an archive again with fixed dates, attributes and compression, in their own order.

    Returns
    -------
    bytes
        An archive with the same parts; equal parts in equal order give equal bytes with the same zlib.

    Raises
    ------
    zipfile.BadZipFile
        If ``content`` is no zip archive.

    Examples
    --------
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as archive:
    ...     archive.writestr(zipfile.ZipInfo("a.txt", (2020, 5, 5, 5, 5, 4)), "甲")
    >>> once = normalise_zip(buffer.getvalue())
    >>> normalise_zip(once) == once
    True
    """
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return pack_zip({part.filename: source.read(part) for part in source.infolist()})


def pack_zip(parts: Mapping[str, bytes]) -> bytes:
    """Pack parts, in their order, with fixed dates, attributes and compression."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = _PLAIN_FILE
            info.create_system = 3  # without this the archive would differ between Windows and Unix
            target.writestr(info, content, compresslevel=_COMPRESSION_LEVEL)
    return out.getvalue()
