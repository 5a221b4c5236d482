# ruff: noqa: RUF001 - hostile characters are what these tests are about
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.views.literal_text import (
    deceptive_hosts,
    has_right_to_left,
    host_in_ascii,
    literal,
    one_line,
    with_bounded_lines,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße, 日本語, שלום", "Grüße, 日本語, שלום"),
        ("a\u202eb", "a‹U+202E›b"),
        ("a\u200bb\u200d\u2060", "a‹U+200B›b‹U+200D›‹U+2060›"),
        ("\ufeffx", "‹U+FEFF›x"),
        ("a\x00\x1b[31m", "a‹U+0000›‹U+001B›[31m"),
        ("tag\U000e0041", "tag‹U+E0041›"),
        ("line\u2028par\u2029", "line‹U+2028›par‹U+2029›"),
        ("a\xa0b", "a‹U+00A0›b"),
        ("soft\xadhyphen", "soft‹U+00AD›hyphen"),
        ("hangul\u3164filler", "hangul‹U+3164›filler"),
        ("braille\u2800blank", "braille‹U+2800›blank"),
        ("\ue000", "‹U+E000›"),
        ("\ud800", "‹U+D800›"),
        ("☺\ufe0f kept", "☺\ufe0f kept"),
        ("a\ufe0f", "a‹U+FE0F›"),
        ("☺\ufe0f\ufe0f", "☺‹U+FE0F›‹U+FE0F›"),
        ("x\U000e0100", "x‹U+E0100›"),
        ("e\u0301", "e\u0301"),
        ("e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301‹U+0301›"),
        ("forged ‹U+202E›", "forged ‹U+2039›U+202E›"),
        ("‹quoted›", "‹quoted›"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert literal(text) == shown


def test_line_feed_and_tab_stay_only_in_fields_of_several_lines() -> None:
    assert literal("a\n\tb\r") == "a‹U+000A›‹U+0009›b‹U+000D›"
    assert literal("a\n\tb\r", lines=True) == "a\n\tb‹U+000D›"


@pytest.mark.parametrize("lines", [True, False])
def test_each_character_is_written_as_its_category_asks(lines: bool) -> None:
    for codepoint in range(0x20000):
        character = chr(codepoint)
        if (lines and character in "\n\t") or character == "\ufe0f":
            continue
        is_seen = character == " " or unicodedata.category(character)[0] not in "CZ"
        assert literal(f"a{character}b", lines=lines) != f"a{character}b" or is_seen, hex(codepoint)


@given(st.text())
def test_every_character_that_comes_out_can_be_seen(text: str) -> None:
    for character in literal(text).replace("\ufe0f", ""):
        assert character == " " or unicodedata.category(character)[0] not in "CZ"


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_ascii_is_unchanged(text: str) -> None:
    assert literal(text) == text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/a", "example.org"),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("https://münchen.de:8443/x", "xn--mnchen-3ya.de:8443"),
        ("https://google.com@evil.example/", "evil.example"),
        ("mailto:ada@example.org", ""),
        ("http://[::1", ""),
        ("http://example.org:99999999/", ""),
        ("not an address", ""),
    ],
)
def test_hosts_are_shown_as_the_network_writes_them(url: str, host: str) -> None:
    assert host_in_ascii(url) == host


def test_only_addresses_that_deceive_are_named() -> None:
    text = "https://example.org/ä https://аррӏе.com/x https://google.com@evil.example https://аррӏе.com/y"
    assert deceptive_hosts(text) == ["xn--80ak6aa92e.com", "evil.example"]


@given(st.text())
def test_no_address_breaks_it(text: str) -> None:
    deceptive_hosts("https://" + text)
    host_in_ascii("https://" + text)


def test_right_to_left_letters_are_noticed() -> None:
    assert has_right_to_left("חשבון.txt")
    assert not has_right_to_left("Grüße, 日本語")


@given(st.text(), st.integers(1, 50))
def test_cut_lines_hold_the_whole_text(text: str, limit: int) -> None:
    cut = with_bounded_lines(text.replace("‹", ""), limit)
    assert cut.replace("‹⋯›\n", "") == text.replace("‹", "")
    assert all(len(line.replace("‹⋯›", "")) <= limit for line in cut.split("\n"))


@given(st.text())
def test_one_line_is_one_short_line(text: str) -> None:
    assert "\n" not in one_line(text, 20)
    assert len(one_line(text, 20)) <= 20
