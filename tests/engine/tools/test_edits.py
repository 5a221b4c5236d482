"""write_file and edit_file."""

import os
from pathlib import Path

import pytest

from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.edits import edit_tools
from tests.engine.tools.conftest import Call, ShowCard, caller, card_maker, fields_of


@pytest.fixture
def call(context: ToolContext) -> Call:
    return caller(edit_tools(), context)


@pytest.fixture
def card(context: ToolContext) -> ShowCard:
    return card_maker(edit_tools(), context)


async def test_write_creates_a_file_and_its_folders(call: Call, root: Path) -> None:
    output = await call("write_file", path="a/b/notes.md", content="# Grüße\n")
    assert output.text == "Wrote a/b/notes.md (1 line, 10 bytes)."
    assert (root / "a/b/notes.md").read_text(encoding="utf-8") == "# Grüße\n"


async def test_write_replaces_a_file_and_leaves_nothing_else(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("old")
    await call("write_file", path="a.txt", content="new")
    assert (root / "a.txt").read_text() == "new"
    assert os.listdir(root) == ["a.txt"]


@pytest.mark.parametrize("path", ["../x", "/tmp/x", ".", "sub", "door/x", "link"])
async def test_write_elsewhere_is_refused_in_words(call: Call, root: Path, path: str) -> None:
    (root / "sub").mkdir()
    (root / "door").symlink_to("..")
    (root / "link").symlink_to("../x")
    output = await call("write_file", path=path, content="x")
    assert output.failed
    assert not (root.parent / "x").exists()


async def test_edit_replaces_the_one_place(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("one\ntwo\nthree\n")
    output = await call("edit_file", path="a.txt", old="two\n", new="2\n")
    assert output.text == "Edited a.txt at line 2."
    assert (root / "a.txt").read_text() == "one\n2\nthree\n"


async def test_edit_fits_line_ends_of_windows_and_keeps_them(call: Call, root: Path) -> None:
    (root / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    assert not (await call("edit_file", path="a.txt", old="one\ntwo", new="1\n2")).failed
    assert (root / "a.txt").read_bytes() == b"1\r\n2\r\n"


@pytest.mark.parametrize(("old", "words"), [("x", "3 times"), ("xx", "2 times"), ("absent", "0 times")])
async def test_edit_of_no_single_place_says_how_many_there_are(call: Call, root: Path, old: str, words: str) -> None:
    (root / "a.txt").write_text("xxx")
    output = await call("edit_file", path="a.txt", old=old, new="y")
    assert output.failed
    assert words in output.text
    assert (root / "a.txt").read_text() == "xxx"


async def test_edit_of_a_binary_file_is_refused(call: Call, root: Path) -> None:
    (root / "a.bin").write_bytes(b"\0x")
    assert "binary" in (await call("edit_file", path="a.bin", old="x", new="y")).text


async def test_card_of_a_new_file_says_creates(card: ShowCard, root: Path) -> None:
    made = await card("write_file", path="notes.md", content="a\nb\nc\n")
    assert made.effect == f"Creates notes.md (3 lines, 6 bytes) in {root}"
    assert fields_of(made) == {"Path": "notes.md", "Content": "a\nb\nc\n"}
    assert os.listdir(root) == []


async def test_card_of_a_replaced_file_shows_the_difference(card: ShowCard, root: Path) -> None:
    (root / "notes.md").write_text("a\nb\n")
    made = await card("write_file", path="notes.md", content="a\nc\n")
    assert made.effect.startswith("Replaces notes.md")
    assert [field.style for field in made.fields] == ["plain", "diff", "code"]
    assert fields_of(made)["Change"] == "--- notes.md\n+++ notes.md\n@@ -1,2 +1,2 @@\n a\n-b\n+c"


async def test_card_of_an_edit_shows_the_difference_and_the_whole_arguments(card: ShowCard, root: Path) -> None:
    (root / "a.txt").write_text("one\ntwo\n")
    made = await card("edit_file", path="a.txt", old="two", new="2")
    assert made.effect == f"Edits a.txt at line 2 in {root}"
    assert fields_of(made)["Change"].endswith(" one\n-two\n+2")
    assert (fields_of(made)["Old"], fields_of(made)["New"]) == ("two", "2")
    assert (root / "a.txt").read_text() == "one\ntwo\n"


@pytest.mark.parametrize(
    "path", ["../x", "bin", "sub", "/etc/shadow", "nul\0", "gone/../..", "pipe", "loop", "x" * 300]
)
async def test_card_of_an_odd_path_says_what_is_wrong_and_never_raises(card: ShowCard, root: Path, path: str) -> None:
    (root / "bin").write_bytes(b"\0")
    (root / "sub").mkdir()
    os.mkfifo(root / "pipe")
    (root / "loop").symlink_to("loop")
    written = await card("write_file", path=path, content="x")
    assert fields_of(written)["Path"] == path
    assert fields_of(written)["Content"] == "x"
    edited = await card("edit_file", path=path, old="x", new="y")
    assert "will fail" in fields_of(edited)["Problem"]


async def test_card_of_an_edit_that_fits_nowhere_says_so(card: ShowCard, root: Path) -> None:
    (root / "a.txt").write_text("one")
    assert "0 times" in fields_of(await card("edit_file", path="a.txt", old="two", new="2"))["Problem"]
