"""How bytes become text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import ToolError
from desktop.engine.tools.texts import cut, decode, encode, is_binary, shown


@given(st.binary(max_size=200))
def test_any_bytes_come_back_unchanged(data: bytes) -> None:
    text, form = decode(data)
    assert encode(text, form) == data


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-8", "cp1252"])
def test_text_is_read_by_its_encoding(codec: str) -> None:
    assert decode("Grüße €\n".encode(codec))[0] == "Grüße €\n"


def test_line_ends_of_windows_are_kept_when_written_back() -> None:
    text, form = decode(b"one\r\ntwo\r\n")
    assert text == "one\ntwo\n"
    assert encode(text + "three\n", form) == b"one\r\ntwo\r\nthree\r\n"


def test_mixed_line_ends_are_left_alone() -> None:
    assert decode(b"one\r\ntwo\n")[0] == "one\r\ntwo\n"


def test_character_without_a_place_in_the_encoding_is_refused() -> None:
    _, form = decode(b"caf\xe9")
    with pytest.raises(ToolError, match="Windows-1252"):
        encode("→", form)


def test_zero_bytes_make_a_file_binary_unless_it_is_utf_16() -> None:
    assert is_binary(b"\x7fELF\0\0")
    assert not is_binary("text".encode("utf-16"))


def test_cut_is_marked_with_the_way_to_the_rest() -> None:
    assert cut("abc", "More.", 3) == "abc"
    assert cut("abcd", "Ask for more.", 3) == "abc\n[Cut here: 3 of 4 characters are shown. Ask for more.]"


def test_names_show_control_and_bidi_characters_as_escapes() -> None:
    assert shown("a\nb\u202egpj.exe ü") == "a\\nb\\u202egpj.exe ü"
    assert "\udcff" not in shown("broken\udcff")
