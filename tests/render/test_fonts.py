import os
import subprocess
import sys

import pytest
from fontTools.ttLib import TTFont

from minsheng.render import core_fonts, fonts
from minsheng.render.core_fonts import CutError


def test_packaged_fonts_are_known_by_hash():
    digests = fonts.packaged_fonts().digests()
    assert set(digests) == {"NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf"}
    assert all(len(digest) == 64 for digest in digests.values())


def test_missing_glyphs_ignore_what_is_invisible():
    text = "养老服务 186 张\n●▲■◆○—①\u200b\ufe0f\u3000𠮷🟢"
    assert fonts.packaged_fonts().missing_glyphs(text) == {"𠮷", "🟢"}


def test_digits_of_tables_stand_in_column():
    with TTFont(fonts.sans_path(), lazy=True) as font:
        cmap, widths = font.getBestCmap(), font["hmtx"]
        assert len({widths[cmap[ord(digit)]][0] for digit in "0123456789"}) == 1


def test_fontconfig_file_knows_our_fonts_only():
    program = (
        "from weasyprint.text.ffi import fontconfig\n"
        "config = fontconfig.FcInitLoadConfigAndFonts()\n"
        "print(fontconfig.FcConfigGetFonts(config, 0).nfont)"
    )
    environment = os.environ | {"FONTCONFIG_FILE": str(fonts.packaged_fonts().fontconfig_file())}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"


def test_environment_is_restored(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", "/somewhere")
    monkeypatch.delenv("FONTCONFIG_PATH", raising=False)
    with fonts.only_fonts_of(fonts.packaged_fonts()):
        assert os.environ["FONTCONFIG_FILE"].endswith("fonts.conf")
    assert os.environ["FONTCONFIG_FILE"] == "/somewhere"
    assert "FONTCONFIG_PATH" not in os.environ


@pytest.fixture
def fresh_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fonts._fontconfig_file.cache_clear()
    yield tmp_path / "cache"
    fonts._fontconfig_file.cache_clear()


def test_unwritable_cache_falls_back_to_a_temporary_folder(fresh_cache):
    fresh_cache.write_text("a file, no folder")
    config = fonts.packaged_fonts().fontconfig_file()
    assert config.is_file()
    assert not config.is_relative_to(fresh_cache)


def test_second_set_of_fonts_has_a_file_of_its_own(fresh_cache):
    both = fonts.packaged_fonts()
    one = fonts.FontSet((fonts.sans_path(),))
    assert both.fontconfig_file() != one.fontconfig_file()
    assert both.fontconfig_file().is_relative_to(fresh_cache)


@pytest.mark.usefixtures("fresh_cache")
def test_font_folder_made_by_another_process_is_used(monkeypatch):
    first = fonts.packaged_fonts().fontconfig_file()
    monkeypatch.setattr(fonts.Path, "is_file", lambda self: self.exists() and self.parent.name.startswith("."))
    with pytest.raises(OSError, match="not empty"):
        fonts._write_font_folder(first.parent, fonts.packaged_fonts().files, ())
    monkeypatch.undo()
    assert fonts._write_font_folder(first.parent, fonts.packaged_fonts().files, ()) == first
    assert [path.name for path in first.parent.parent.iterdir()] == [first.parent.name]


@pytest.mark.usefixtures("fresh_cache")
def test_without_harfbuzz_whole_fonts_are_used_and_it_is_said(monkeypatch, caplog):
    def refuse(_path):
        raise CutError("the HarfBuzz subset library is missing")

    monkeypatch.setattr(fonts, "cut_core_font", refuse)
    config = fonts.packaged_fonts().fontconfig_file()
    assert len(list((config.parent / "files").iterdir())) == 2
    assert "larger and slower" in caplog.text


def test_cut_refuses_what_is_no_font(tmp_path):
    with pytest.raises(CutError, match="cannot read"):
        core_fonts.cut_core_font(tmp_path / "none.otf")


def test_library_that_is_nowhere_is_named(monkeypatch):
    core_fonts._harfbuzz.cache_clear()
    monkeypatch.setattr(core_fonts, "_LIBRARY_NAMES", ("libnone.so.9",))
    monkeypatch.setattr(core_fonts.ctypes.util, "find_library", lambda _name: None)
    with pytest.raises(CutError, match="libharfbuzz-subset0"):
        core_fonts._harfbuzz()
    assert core_fonts.cut_version().startswith("no HarfBuzz")
    core_fonts._harfbuzz.cache_clear()
