"""Which digits are a person's number, and which only look like one."""

import hashlib
import random
import re
import sys
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.conftest import committed_files
from tests.privacy.conftest import card, check_digit, ids

from minsheng.privacy.personal_numbers import (
    BREAK,
    PersonalKind,
    has_few_digits,
    masked_text,
    normalised,
    personal_numbers,
)

DAYS = st.dates(date(1900, 1, 1), date(2017, 12, 31))
ID = ids(1)[0]


@st.composite
def id_numbers(draw):
    region = draw(st.sampled_from(["510821", "510802", "510812", "110101", "650102", "469005"]))
    body = f"{region}{draw(DAYS):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + check_digit(body)


def kinds(text):
    return [str(number.kind) for number in personal_numbers(text)]


@given(id_numbers(), st.sampled_from(["{}", "身份证号{}，", "({})", "ID{}", "{}张三", "\u200b{}", "户主 {}\n"]))
def test_a_valid_id_is_found_wherever_it_stands(number, around):
    found = personal_numbers(around.format(number))
    assert [(f.kind, f.masked) for f in found] == [(PersonalKind.ID, f"{number[:6]}********{number[-4:]}")]


@example("51081219700106004X", 17, "\n")
@given(id_numbers(), st.integers(1, 17), st.sampled_from([" ", "-", "\n", "\r\n", "\u2014", "\u3000", " - "]))
def test_an_id_that_is_split_is_still_one(number, at, between):
    assert kinds(number[:at] + between + number[at:]) == ["身份证号"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("张三 139.0812.3456.txt", "手机号"),
        ("张三 1391767-3850-a", "手机号"),
        ("电话:510812193712233172-a", "身份证号"),
        ("510812-19371223-3172-", "身份证号"),
        ("一三九〇八一二三四五六-", "手机号"),
    ],
)
def test_what_ends_with_a_separator_is_found_by_every_python(text, kind):
    assert kinds(text) == [kind]


def test_no_pattern_repeats_a_group_possessively():
    """Python before 3.11.5, which Debian 12 has, loses matches with it: an atomic group says the same."""
    sources = {path: path.read_text(encoding="utf-8") for path in committed_files("lib") if path.suffix == ".py"}
    possessive = re.compile(r"\)(?:[*+?]|\{+\d*,?\d*\}+)\+")
    assert possessive.search("(?:a-?){2,3}+")
    assert [str(path) for path, source in sources.items() if possessive.search(source)] == []


@given(id_numbers())
def test_wide_spaced_and_lower_case_forms_are_found(number):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert kinds(wide) == kinds(" ".join(number)) == kinds(number.lower()) == ["身份证号"]


@given(id_numbers(), st.integers(0, 17), st.integers(1, 9))
def test_a_mistyped_digit_makes_no_id(number, at, step):
    if number[at] == "X":
        return
    typo = number[:at] + str((int(number[at]) + step) % 10) + number[at + 1 :]
    assert "身份证号" not in kinds(typo)


def test_ten_thousand_ids_are_found_and_their_typos_are_not():
    numbers = ids(10_000)
    assert len(personal_numbers("，".join(numbers))) == 10_000
    typos = [n[:17] + ("0" if n[17] != "0" else "1") for n in numbers]
    assert personal_numbers("，".join(typos)) == ()


@given(st.binary(min_size=4, max_size=200))
def test_no_part_of_a_digest_is_a_number(content):
    digests = [hashlib.new(name, content).hexdigest() for name in ("sha256", "sha512", "md5", "sha1")]
    assert kinds(" ".join(digests)) == []
    assert kinds("\n".join(d.upper() for d in digests)) == []


@pytest.mark.parametrize(
    "text",
    [
        "0839-3223456", "（0839）3223456", "2017-06-25 13:45:07", "累计支出 1,950,400,138.12 元", "0.13812345678",
        "13812345678.5", "比重 0.510821199001011", "1,138,123,456,78", "D:20170625000000+08'00'", "158\x1f159\x1f160",
        "158 159 160 161 162 163", "12012345678", "138123456789", "510821199002301239", "001 002 003 004 005 006",
        "9007199254740993", "urn:uuid:51082119-9001-4112-8812-138123456789", "广民政发〔2017〕27号",
    ],
)  # fmt: skip
def test_what_a_report_holds_is_no_personal_number(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "13812345678", "+86 138 1234 5678", "86-13812345678", "0086 13812345678", "138-1234-5678", "1381\n2345678",
        "电话：19912345678。", "16612345678①", "１７０１２３４５６７８", "13812345678,13900000000"[:11] + ",x",
    ],
)  # fmt: skip
def test_mobile_numbers(text):
    assert kinds(text) == ["手机号"]


def test_old_ids_and_cards():
    assert kinds("510821900101123") == ["身份证号"]
    assert kinds("510821901301123") == []
    number = card("622848", 19, seed=3)
    grouped = " ".join(number[i : i + 4] for i in range(0, 19, 4))
    assert kinds(number) == kinds(grouped) == ["银行卡号"]
    assert kinds(number[:-1] + str((int(number[-1]) + 1) % 10)) == []
    assert kinds(card("9999", 16, seed=4)) == []


def test_several_in_one_text_are_told_apart():
    assert kinds(f"{ID} 13812345678 {card('621700', 19, seed=5)}") == ["身份证号", "手机号", "银行卡号"]


@given(st.text(max_size=80), id_numbers(), st.text(max_size=80))
def test_a_masked_text_holds_no_number(before, number, after):
    masked = masked_text(f"{before}，{number}，{after}")
    assert personal_numbers(masked) == ()
    assert number not in normalised(masked)


def test_masking_leaves_the_rest_as_it_was_written():
    text = f"救助4574人次，户主（{ID[:6]} {ID[6:]}），①见１９号文。"
    assert masked_text(text) == f"救助4574人次，户主（{ID[:6]}********{ID[-4:]}），①见１９号文。"


@pytest.mark.parametrize(
    "text",
    [
        "139.0812.3456",
        "(139)08123456",
        "（139）0812-3456",
        "139/0812/3456",
        "139．0812．3456",
        "139·0812·3456",
        "86.139.0812.3456",
        "一三九〇八一二三四五六",
        "壹叁玖零捌壹贰叁肆伍陆",
        "幺三九 〇八一二 三四五六",
        "１３９０８１２３４５６",
        "1\ufe0f\u20e339\ufe0f08123456",
    ],
)
def test_a_mobile_number_in_the_spellings_that_people_use(text):
    assert kinds(f"联系人 {text}，请打") == ["手机号"]
    assert masked_text(f"联系人 {text}，请打") == "联系人 139****3456，请打"


@given(id_numbers(), st.sampled_from("·./_\u2022\u30fb"))
def test_an_id_in_the_spellings_that_people_use(number, between):
    assert kinds(between.join((number[:6], number[6:14], number[14:]))) == ["身份证号"]
    if number.endswith("X"):
        for like_x in "\u0425\u0445\u03a7\u00d7\u2169":
            assert kinds(number[:17] + like_x) == ["身份证号"]


def test_decimals_digests_and_document_numbers_are_no_spellings_of_numbers():
    chance = random.Random(3)
    texts = []
    for _ in range(10_000):
        texts.append(repr(chance.random() * 10 ** chance.randint(0, 9)))
        texts.append(f"{chance.randint(100, 999)}.{chance.randint(0, 10**8):08}")
        texts.append(hashlib.sha256(texts[-1].encode()).hexdigest())
        number = chance.randint(1, 9999)
        texts.append(
            f"广民发〔2017〕{number}号，2017.06.20/2017.07.31，川财社(2017){number}号，510821/2017/{number:04}"
        )
    assert [text for text in texts if personal_numbers(text)] == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话1三9〇8123456，请回电", "电话139****3456，请回电"),
        ("一3九-0812-三456", "139****3456"),
        ("二〇一七年139零8123456", "二〇一七年139****3456"),
        ("三13908123456", "三139****3456"),  # the word in front is no digit of it
    ],
)
def test_digits_of_both_kinds_in_one_number(text: str, masked: str) -> None:
    assert masked_text(text) == masked


def test_years_and_amounts_in_both_kinds_are_no_numbers() -> None:
    text = "二〇一七年6月救助4574人次，1三9户，共一千三百人；文号〔2017〕三十九号，编号2017一二三四五六"
    assert masked_text(text) == text


@pytest.mark.parametrize("text", ["1390812\n            3456", "139__0812__3456", "电话 13908\r\n         123456 转"])
def test_a_number_is_found_whatever_else_the_text_holds(text: str) -> None:
    """A look whether there are digits enough must not pass over what the patterns themselves would find."""
    alone, among = personal_numbers(text), personal_numbers(f"1234567890123456789，{text}")
    assert [number.kind for number in alone] == [number.kind for number in among] == [PersonalKind.MOBILE]


def test_what_counts_as_no_digit_never_becomes_one() -> None:
    """Texts with few digits are passed over before they are normalised: nothing in them may turn into a digit."""
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    plain = [letter for letter in letters if has_few_digits(letter * 11)]
    assert len(plain) > 20_000
    assert re.findall(r"\d", normalised("".join(plain))) == []
    assert not has_few_digits("一二三四五六七八九〇1")
    assert not has_few_digits("½" * 2)


@given(
    st.lists(st.sampled_from(["甲", "1", "三", "0", " ", "-", "\n", BREAK, "½", "，", "13908123456", "5"]), max_size=60)
)
def test_pieces_between_breaks_are_looked_at_as_one_text(letters: list[str]) -> None:
    text = "".join(letters)
    pieces = [f"{number.kind}{number.masked}" for piece in text.split(BREAK) for number in personal_numbers(piece)]
    assert [f"{number.kind}{number.masked}" for number in personal_numbers(text)] == pieces
