"""Persona files: read anew, hostile ones refused in words."""

import os
from pathlib import Path

import pytest

from desktop.personas import DEFAULT, MOST_BYTES, PersonaError, Personas, is_name


@pytest.fixture
def personas(tmp_path: Path) -> Personas:
    shipped = tmp_path / "shipped.md"
    shipped.write_text("I come with the program.", encoding="utf-8")
    return Personas(tmp_path / "config" / "persona", shipped)


def test_default_is_there_without_any_file_and_the_persons_own_takes_its_place(personas: Personas) -> None:
    assert personas.names() == [DEFAULT]
    assert personas.read() == "I come with the program."
    assert not personas.is_own(DEFAULT)
    personas.write(DEFAULT, "I am Ada.\n")
    assert personas.read() == personas.read(DEFAULT) == "I am Ada.\n"
    personas.delete(DEFAULT)
    assert personas.read() == "I come with the program."


def test_files_are_listed_by_name_and_read_as_they_are_now(personas: Personas) -> None:
    for name in ("poet.md", "coder.md"):
        personas.write(name, name)
    (personas.folder / "notes.txt").write_text("no persona")
    (personas.folder / "folder.md").mkdir()
    assert personas.names() == [DEFAULT, "coder.md", "poet.md"]
    (personas.folder / "poet.md").write_bytes(b"\xef\xbb\xbfRoses\r\nare red")
    assert personas.read("poet.md") == "Roses\nare red"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * (MOST_BYTES + 1), "longer than 64 KB"),
        (b"good\nb\xffd", r"no UTF-8 text \(line 2\)"),
        (b"a\0b", "zero byte"),
    ],
)
def test_file_that_cannot_be_used_is_told_in_words(personas: Personas, content: bytes, words: str) -> None:
    personas.folder.mkdir(parents=True)
    (personas.folder / "odd.md").write_bytes(content)
    with pytest.raises(PersonaError, match=f"odd.md is .*{words}|odd.md {words}|odd.md is no text.*{words}"):
        personas.read("odd.md")


@pytest.mark.parametrize(
    "name", ["../secret.md", "/etc/passwd", ".md", ".hidden.md", "a/b.md", "a\\b.md", "x.txt", "a\n.md"]
)
def test_name_with_a_path_is_refused(personas: Personas, name: str) -> None:
    assert not is_name(name)
    for act in (personas.read, personas.delete, lambda name: personas.write(name, "x")):
        with pytest.raises(PersonaError, match="no name of a persona file"):
            act(name)


def test_missing_file_pipe_and_folder_are_told(personas: Personas) -> None:
    personas.folder.mkdir(parents=True)
    (personas.folder / "folder.md").mkdir()
    os.mkfifo(personas.folder / "pipe.md")
    (personas.folder / "gone.md").symlink_to("nowhere")
    for name in ("folder.md", "pipe.md", "gone.md", "none.md"):
        with pytest.raises(PersonaError, match=f"{name} cannot be read"):
            personas.read(name)


def test_text_that_is_too_long_is_not_written(personas: Personas) -> None:
    personas.write("poet.md", "short")
    with pytest.raises(PersonaError, match="Shorten it"):
        personas.write("poet.md", "ü" * MOST_BYTES)
    assert personas.read("poet.md") == "short"
