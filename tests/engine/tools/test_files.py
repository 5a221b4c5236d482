"""list_directory and read_file."""

import os
from pathlib import Path

import pytest

from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.files import file_tools
from tests.engine.tools.conftest import Call, caller, card_maker, fields_of


@pytest.fixture
def call(context: ToolContext) -> Call:
    return caller(file_tools(), context)


async def test_list_shows_folders_first_then_files_with_sizes(call: Call, root: Path) -> None:
    (root / "b.txt").write_text("12345")
    (root / "a.txt").write_text("1")
    (root / "sub").mkdir()
    (root / "link").symlink_to("sub")
    output = await call("list_directory", path=".")
    assert output.text.split("\n") == ["sub/", "a.txt  (1 byte)", "b.txt  (5 bytes)", "link  (symbolic link)"]
    assert not output.failed


async def test_empty_folder_says_so(call: Call) -> None:
    assert (await call("list_directory", path="")).text == "[The folder is empty.]"


async def test_long_list_is_cut_visibly(call: Call, root: Path) -> None:
    for number in range(505):
        (root / f"{number:03}").touch()
    lines = (await call("list_directory", path=".")).text.split("\n")
    assert len(lines) == 501
    assert "500 of 505" in lines[-1]
    assert "search_files" in lines[-1]


async def test_strange_names_stay_on_one_line(call: Call, root: Path) -> None:
    (root / "two\nlines").touch()
    os.close(os.open(os.fsencode(root) + b"/bad\xff", os.O_CREAT))
    lines = (await call("list_directory", path=".")).text.split("\n")
    assert lines == ["bad\\udcff  (0 bytes)", "two\\nlines  (0 bytes)"]


async def test_whole_file_is_read_as_it_is(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("one\n\n  two\n")
    assert (await call("read_file", path="a.txt")).text == "one\n\n  two"
    assert (await call("read_file", path=str(root / "a.txt"))).text == "one\n\n  two"


async def test_offset_and_limit_are_lines_and_the_rest_is_told(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("".join(f"line {number}\n" for number in range(1, 11)))
    assert (await call("read_file", path="a.txt", offset=3, limit=2)).text == (
        "line 3\nline 4\n[Lines 3-4 of 10. Read on with offset=5.]"
    )
    assert (await call("read_file", path="a.txt", offset=9.0, limit=50)).text == "line 9\nline 10\n[Lines 9-10 of 10.]"


async def test_offset_past_the_end_is_an_error(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("one\n")
    output = await call("read_file", path="a.txt", offset=5)
    assert output.failed
    assert "has 1 line" in output.text


async def test_long_text_is_cut_at_a_line_and_reads_on(call: Call, root: Path) -> None:
    (root / "a.txt").write_text(("x" * 999 + "\n") * 100)
    text = (await call("read_file", path="a.txt")).text
    assert text.endswith("[Lines 1-60 of 100. Read on with offset=61.]")
    assert (await call("read_file", path="a.txt", offset=61)).text.endswith("[Lines 61-100 of 100.]")


async def test_endless_line_is_cut_and_says_so(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("x" * 100_000)
    text = (await call("read_file", path="a.txt")).text
    assert len(text) < 61_000
    assert "Line 1 is cut: 60,000 of its 100,000 characters" in text


async def test_null_for_an_optional_argument_means_left_out(call: Call, root: Path) -> None:
    (root / "a.txt").write_text("one\n")
    assert (await call("read_file", path="a.txt", offset=None, limit=None)).text == "one"


async def test_empty_file_says_so(call: Call, root: Path) -> None:
    (root / "a.txt").touch()
    assert (await call("read_file", path="a.txt")).text == "[The file is empty.]"


async def test_other_encoding_is_read_and_named(call: Call, root: Path) -> None:
    (root / "a.txt").write_bytes("Grüße".encode("cp1252"))
    assert (await call("read_file", path="a.txt")).text == (
        "Grüße\n[The file is not UTF-8; it was read as Windows-1252.]"
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("gone.txt", "There is no 'gone.txt'"),
        ("sub", "is a folder"),
        ("picture.png", "binary file"),
        ("../secret.txt", "leads out"),
        ("door/secret.txt", "leads out"),
        ("/etc/passwd", "leads out"),
        ("huge.txt", "larger than 20 MB"),
        ("a\0b", "no zero character"),
    ],
)
async def test_unreadable_file_is_refused_in_words(call: Call, root: Path, path: str, words: str) -> None:
    (root / "sub").mkdir()
    (root / "picture.png").write_bytes(b"\x89PNG\r\n\0\0")
    (root.parent / "secret.txt").write_text("SECRET")
    (root / "door").symlink_to(root.parent)
    with (root / "huge.txt").open("wb") as file:
        file.truncate(20_000_001)
    output = await call("read_file", path=path)
    assert output.failed
    assert words in output.text
    assert "SECRET" not in output.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all files")
async def test_forbidden_file_is_refused_in_words(call: Call, root: Path) -> None:
    (root / "a.txt").touch(mode=0)
    assert "does not permit" in (await call("read_file", path="a.txt")).text


async def test_cards_name_path_and_folder(context: ToolContext, root: Path) -> None:
    card = card_maker(file_tools(), context)
    read = await card("read_file", path="a\n.txt", offset=2, limit=3)
    assert read.effect == f"Reads a\\n.txt in {root}"
    assert fields_of(read) == {"Path": "a\n.txt", "Lines": "2 to 4"}
    assert (await card("list_directory", path="x")).effect == f"Lists the folder x in {root}"
