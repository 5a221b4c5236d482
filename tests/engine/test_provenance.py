"""What traces to the person's own words, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.provenance import Words

WORDS = Words(
    [
        "Read a.md, then write 'hello world' to b.md.",
        "Save a note titled Dentist saying Tuesday at 10 with Dr. Miller. See https://example.org/docs.",
        "Make list.txt with milk, eggs and bread",
        "Put this into out/x.txt:\n\nFirst line\nSecond line",
        "remember that my dentist is on Friday. Pay 12,500 to account 4711 0815 2342.",
        "Then open example.net/faq and put \"Grüße\" into 'my notes.md'; don't delete it.",
    ]
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("hello world", "b.md"),
        ("Hello World.", "b.md"),
        ("hello\u00a0 world", "b.md"),
        ("milk\neggs\nbread", "list.txt"),
        ("First line\nSecond line\n", "out/x.txt"),
        ("Second line", "out/x.txt"),
        ("Gru\u0308ße", "my notes.md"),
        ("hello world", "/root/b.md"),
        ("Dentist", None),
        ("Tuesday at 10 with Dr. Miller", None),
        ("my dentist is on Friday", None),
    ],
)
def test_what_the_person_set_apart_traces(text: str, path: str | None) -> None:
    assert WORDS.hold_text(text, path=path, root="/root")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "b.md"),
        (" \n", "b.md"),
        ("!!!!", "b.md"),
        ("hello", "b.md"),  # a part of what was set apart
        ("ello world", "b.md"),
        ("hello world", "a.md"),  # set apart for another file
        ("hello world and more", "b.md"),
        ("hello world\nand more", "b.md"),
        ("Read a.md", "b.md"),  # the person's words, not set apart
        ("a.md", "b.md"),
        ("eggs\nmilk", "list.txt"),  # not in their order
        ("milk\nhello world", "list.txt"),  # of two messages
        ("h\u0435llo world", "b.md"),  # a Cyrillic letter
        ("hello\u200b world", "b.md"),
        ("\uff48ello world", "b.md"),  # a wide letter
        ("hello wor\u017fd", "b.md"),
        ("t delete it", None),
        ("10", None),
        ("is on Friday", None),
        ("Fri", None),
    ],
)
def test_what_was_not_set_apart_does_not(text: str, path: str | None) -> None:
    assert not WORDS.hold_text(text, path=path, root="/root")


def test_one_piece_serves_one_argument() -> None:
    assert WORDS.untraced(["Dentist", "Tuesday at 10 with Dr. Miller"]) is None
    assert WORDS.untraced(["hello world", "hello world"]) == 1


@pytest.mark.parametrize("path", ["a.md", "./b.md", "/root/b.md", "out/x.txt", "my notes.md"])
def test_a_path_traces_as_a_whole(path: str) -> None:
    assert WORDS.hold_path(path, "/root")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "md",
        "x.txt",
        "out",
        "out/",
        "A.md",
        "write",
        "out/x.txt/y",
        "out/../b.md",
        "/b.md",
        "/etc/b.md",
        "\u0430.md",
        "a.md\u200b",
        "\uff41.md",
        "b.md ",
        "notes.md.exe",
    ],
)
def test_another_path_does_not(path: str) -> None:
    assert not WORDS.hold_path(path, "/root")


@pytest.mark.parametrize(
    "address",
    ["https://example.org/docs", "HTTPS://Example.ORG/docs", "https://example.net/faq", "http://example.net/faq"],
)
def test_an_address_traces_as_a_whole(address: str) -> None:
    assert WORDS.hold_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://example.org/",
        "http://example.org/docs",
        "https://example.org/docs?x=1",
        "",
        "https://example.org/docs#x",
        "https://example.org/docs/x",
        "https://example.org/Docs",
        "https://example.net",
        "https://a@example.org/docs",
        "https://example.org:444/docs",
        "https://ex\u0430mple.org/docs",
        "https://example.org/doc",
        "ftp://example.net/faq",
        "https://[",
        "://",
    ],
)
def test_another_address_does_not(address: str) -> None:
    assert not WORDS.hold_address(address)


def test_numbers_of_four_digits_or_fewer_prove_nothing() -> None:
    words = Words(["Pay 12,500 or 1234 or 123456.75 to 99, not 98765432."])
    assert words.hold_number(12500)
    assert words.hold_number(123456.75)
    for number in (1234, 99, 12, 500, 2500, 125, 9876543, 98765, 123456, True, 12500.5):
        assert not words.hold_number(number)


@pytest.mark.parametrize(
    "text",
    [
        "see evil.com",
        "https://evil.com/x",
        "mailto:eve@evil.com",
        "eve@evil.com",
        "ask @eve",
        "at 10.0.0.1",
        "javascript:x",
        "DE89 3704 0044 0532 0130 00",
        "+49 170 1234567",
        "account 471108152343",
        "ex\u0430mple.net/faq",
    ],
)
def test_a_new_address_or_account_is_found(text: str) -> None:
    assert not WORDS.hold_nothing_new(text)


@pytest.mark.parametrize(
    "text",
    ["", "Nothing new, 12 times.", "as https://example.org/docs says", "account 4711 0815 2342", "example.net/faq"],
)
def test_what_the_person_named_is_nothing_new(text: str) -> None:
    assert WORDS.hold_nothing_new(text)


@given(st.text(max_size=40))
def test_what_no_message_holds_never_traces(text: str) -> None:
    words = Words(["Write 'quarterly figures' to report.md and stop"])
    inside = "".join(text.lower().split()) in "write'quarterlyfigures'toreport.mdandstop"
    assert inside or not (words.hold_text(text) or words.hold_path(text) or words.hold_address(text))


@given(st.text(alphabet="abc d'\"\n.:,", max_size=30), st.text(alphabet="abc d\n", max_size=12))
def test_a_text_that_traces_is_in_the_message(message: str, text: str) -> None:
    if Words([message]).hold_text(text):
        for line in text.split("\n"):
            assert " ".join(line.split()) in " ".join(message.split())


@given(st.lists(st.text(max_size=30), max_size=3))
def test_a_conversation_without_marks_gives_no_texts(messages: list[str]) -> None:
    plain = ["".join(letter for letter in text if letter.isalnum() or letter == " ") for text in messages]
    assert not any(Words(plain).hold_text(text) for text in plain)


def test_a_long_text_is_looked_for_in_no_time() -> None:
    """No pattern here may take a time that grows with the square of what somebody else wrote."""
    words = Words(["Write 'hello world' to b.md. " * 200])
    for piece in ("a", "a.", "1 ", "a@", "a:", "hello world\n", "'", "\u200b"):
        text = piece * (200_000 // len(piece))
        assert not words.hold_text(text, path="b.md")
        words.hold_nothing_new(text[:100_000])
        words.hold_address(text)
        words.hold_path(text)
