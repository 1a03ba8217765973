"""Equal parts give equal bytes, whatever the clock said."""

import io
import zipfile

import pytest

from minsheng.files.zips import normalise_zip


def archive(*parts: tuple[str, bytes], at=(2017, 6, 20, 9, 30, 0), compression=zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        for name, content in parts:
            target.writestr(zipfile.ZipInfo(name, at), content)
    return buffer.getvalue()


PARTS = (("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>" * 50))


def test_time_and_compression_of_the_source_leave_no_trace():
    early = normalise_zip(archive(*PARTS))
    late = normalise_zip(archive(*PARTS, at=(2020, 1, 1, 0, 0, 0), compression=zipfile.ZIP_DEFLATED))
    assert early == late


def test_parts_and_their_order_are_kept():
    with zipfile.ZipFile(io.BytesIO(normalise_zip(archive(*PARTS)))) as made:
        assert [(info.filename, made.read(info)) for info in made.infolist()] == list(PARTS)


def test_another_content_gives_other_bytes():
    other = (PARTS[0], ("xl/workbook.xml", b"<workbook/>" * 51))
    assert normalise_zip(archive(*PARTS)) != normalise_zip(archive(*other))


def test_what_is_no_archive_is_refused():
    with pytest.raises(zipfile.BadZipFile):
        normalise_zip(b"no archive")
