import pytest
from fontTools.ttLib import TTFont

from minsheng.errors import MachineUnfitError
from minsheng.render import fonts
from minsheng.render.typst import arrangement


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


def test_widths_of_letters_are_those_of_the_wider_font():
    told = []
    for path in fonts.packaged_fonts().files:
        with TTFont(path, lazy=True) as font:
            cmap, widths = font.getBestCmap(), font["hmtx"]
            told.append([widths[cmap[code]][0] for code in range(0x20, 0x7F)])
    assert tuple(map(max, zip(*told, strict=True))) == arrangement._ASCII


def test_the_press_sees_our_fonts_only():
    folder = fonts.packaged_fonts().folder()
    assert {path.name for path in folder.iterdir() if path.suffix == ".otf"} == {
        "NotoSansSC-Regular.otf",
        "NotoSerifSC-Regular.otf",
    }
    assert folder == fonts.sans_path().parent


@pytest.fixture
def fresh_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fonts._folder.cache_clear()
    yield tmp_path / "cache"
    fonts._folder.cache_clear()


def test_unwritable_cache_falls_back_to_a_temporary_folder(fresh_cache):
    fresh_cache.write_text("a file, no folder")
    folder = fonts.FontSet((fonts.sans_path(),)).folder()
    assert [path.name for path in folder.iterdir()] == ["NotoSansSC-Regular.otf"]
    assert not folder.is_relative_to(fresh_cache)


def test_another_set_of_fonts_has_a_folder_of_its_own(fresh_cache):
    one = fonts.FontSet((fonts.sans_path(),)).folder()
    assert one.is_relative_to(fresh_cache)
    assert [path.resolve() for path in one.iterdir()] == [fonts.sans_path()]


@pytest.mark.usefixtures("fresh_cache")
def test_font_folder_made_by_another_process_is_used(monkeypatch):
    one = fonts.FontSet((fonts.sans_path(),))
    first = one.folder()
    monkeypatch.setattr(fonts.Path, "is_dir", lambda self: self.exists() and self != first)
    with pytest.raises(OSError, match="not empty"):
        fonts._write_folder(first, one.files)
    monkeypatch.undo()
    assert fonts._write_folder(first, one.files) == first
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@pytest.mark.usefixtures("fresh_cache")
def test_a_font_that_is_gone_or_none_is_named(tmp_path):
    gone, broken = tmp_path / "none.otf", tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(MachineUnfitError, match=r"字体文件无法读取：.*none\.otf"):
        fonts.FontSet((gone, fonts.sans_path())).folder()
    with pytest.raises(MachineUnfitError, match=r"字体文件无法读取：.*broken\.ttf"):
        fonts.FontSet((broken, fonts.sans_path())).missing_glyphs("甲")
