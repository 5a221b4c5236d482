"""search_files."""

from pathlib import Path

import pytest

from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.search import search_tools
from tests.engine.tools.conftest import Call, caller, card_maker, fields_of


@pytest.fixture
def call(context: ToolContext, root: Path) -> Call:
    (root / "src/deep").mkdir(parents=True)
    (root / "plan.md").write_text("Alpha\nthe Budget is 5\n")
    (root / "src/a.py").write_text("budget = 5\n")
    (root / "src/deep/b.py").write_text("# no\n# BUDGET\n")
    return caller(search_tools(), context)


async def test_text_is_found_in_any_case_with_its_line(call: Call) -> None:
    assert (await call("search_files", query="budget")).text.split("\n") == [
        "plan.md:2: the Budget is 5",
        "src/a.py:1: budget = 5",
        "src/deep/b.py:2: # BUDGET",
    ]


async def test_name_of_a_file_counts(call: Call) -> None:
    assert (await call("search_files", query="plan")).text == "plan.md (the name matches)"


@pytest.mark.parametrize(
    ("glob", "files"),
    [
        ("*.py", ["src/a.py", "src/deep/b.py"]),
        ("src/**/*.py", ["src/a.py", "src/deep/b.py"]),
        ("**/*.md", ["plan.md"]),
        ("src/deep/*", ["src/deep/b.py"]),
        ("*.txt", []),
    ],
)
async def test_glob_narrows(call: Call, glob: str, files: list[str]) -> None:
    text = (await call("search_files", query="budget", glob=glob)).text
    assert [line.partition(":")[0] for line in text.split("\n") if not line.startswith("[")] == files


async def test_path_narrows_to_a_folder_or_one_file(call: Call) -> None:
    assert (await call("search_files", query="budget", path="src/deep")).text == "src/deep/b.py:2: # BUDGET"
    assert (await call("search_files", query="budget", path="src/a.py")).text == "src/a.py:1: budget = 5"


async def test_pattern_characters_are_plain_text(call: Call, root: Path) -> None:
    (root / "x.txt").write_text("a.*b\naxxb\n")
    assert (await call("search_files", query="a.*b")).text == "x.txt:1: a.*b"


async def test_links_and_skipped_folders_and_binary_files_are_left_out(call: Call, root: Path) -> None:
    (root.parent / "out.txt").write_text("budget SECRET")
    (root / "door").symlink_to("..")
    (root / "link").symlink_to("../out.txt")
    (root / ".git").mkdir()
    (root / ".git/x").write_text("budget")
    (root / "x.bin").write_bytes(b"\0budget")
    text = (await call("search_files", query="budget")).text
    assert "SECRET" not in text
    assert ".git" not in text
    assert text.endswith("[Not searched: 1 binary file.]")


async def test_nothing_found_says_so(call: Call) -> None:
    output = await call("search_files", query="nowhere to be seen")
    assert output.text == "[No match in 3 text files.]"
    assert not output.failed


async def test_many_matches_are_cut_visibly(call: Call, root: Path) -> None:
    for number in range(6):
        (root / f"many{number}").write_text("needle\n" * 60)
    lines = (await call("search_files", query="needle")).text.split("\n")
    assert lines[50] == "many0: [more than 50 matches in this file]"
    assert "Stopped after 200 matches" in lines[-1]
    assert len(lines) < 260


async def test_long_line_shows_what_stands_around_the_match(call: Call, root: Path) -> None:
    (root / "x").write_text("a" * 5000 + "needle" + "b" * 5000)
    text = (await call("search_files", query="needle")).text
    assert text == f"x:1: …{'a' * 120}needle{'b' * 120}…"


@pytest.mark.parametrize(("arguments", "words"), [({"path": ".."}, "leads out"), ({"path": "gone"}, "There is no")])
async def test_search_elsewhere_is_refused(call: Call, arguments: dict[str, str], words: str) -> None:
    output = await call("search_files", query="x", **arguments)
    assert output.failed
    assert words in output.text


async def test_query_of_two_lines_is_refused(call: Call) -> None:
    assert (await call("search_files", query="a\nb")).failed


async def test_card_names_query_and_place(context: ToolContext, root: Path) -> None:
    made = await card_maker(search_tools(), context)("search_files", query="x", glob="*.md")
    assert fields_of(made) == {"Query": "x", "Path": ".", "Files": "*.md"}
