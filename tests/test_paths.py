import os
import stat
import sys
from pathlib import Path

import pytest

from desktop.paths import Paths
from desktop.resources import resource_path
from desktop.window_state import WindowState

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the XDG variables are Linux's")
posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@linux
def test_xdg_variables_move_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, name in (("CONFIG_HOME", "c"), ("DATA_HOME", "d"), ("STATE_HOME", "s"), ("CACHE_HOME", "k")):
        monkeypatch.setenv(f"XDG_{variable}", str(tmp_path / name))
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "documents"))

    paths = Paths.of_system()

    assert paths == Paths(
        config=tmp_path / "c/cortex-desktop",
        data=tmp_path / "d/cortex-desktop",
        state=tmp_path / "s/cortex-desktop",
        cache=tmp_path / "k/cortex-desktop",
        documents=tmp_path / "documents",
    )
    assert paths.settings_file == tmp_path / "c/cortex-desktop/settings.toml"
    assert paths.persona == tmp_path / "c/cortex-desktop/persona"
    assert paths.database == tmp_path / "d/cortex-desktop/cortex.sqlite3"
    assert paths.log_file == tmp_path / "s/cortex-desktop/cortex-desktop.log"
    assert paths.window_file == tmp_path / "s/cortex-desktop/window.json"
    assert not list(tmp_path.iterdir()), "asking makes nothing"


@linux
def test_without_variables_folders_lie_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "DOCUMENTS_DIR"):
        monkeypatch.delenv(f"XDG_{variable}")
    monkeypatch.setenv("HOME", str(tmp_path))

    paths = Paths.of_system()

    assert paths.settings_file == tmp_path / ".config/cortex-desktop/settings.toml"
    assert paths.database == tmp_path / ".local/share/cortex-desktop/cortex.sqlite3"
    assert paths.state == tmp_path / ".local/state/cortex-desktop"
    assert paths.workspace == tmp_path / "Documents/Cortex"


@posix
def test_folders_are_made_private_also_where_they_were_open() -> None:
    paths = Paths.of_system()
    paths.config.mkdir(parents=True)
    paths.config.chmod(0o755)

    paths.make()
    paths.make()

    assert [mode(folder) for folder in (paths.config, paths.data, paths.state, paths.cache)] == [0o700] * 4
    assert not paths.documents.exists(), "the documents are made at first use"


def test_default_workspace_is_made_at_first_use_and_kept() -> None:
    paths = Paths.of_system()

    workspace = paths.make_workspace()
    (workspace / "notes.md").write_text("mine")

    assert workspace == paths.workspace.resolve()
    assert paths.make_workspace() == workspace
    assert (workspace / "notes.md").read_text() == "mine"


def test_folder_in_the_way_of_a_file_is_an_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    with pytest.raises(OSError, match="file"):
        Paths(in_the_way, in_the_way, in_the_way, in_the_way, in_the_way).make()


def test_resources_of_a_checkout_are_found() -> None:
    assert resource_path("cortex-desktop.desktop").is_file()


def test_window_state_comes_back(tmp_path: Path) -> None:
    state = WindowState(layout={"geometry": "AAAA"}, conversation="c1", zoom=1.21, places={"c1": ["m7", 40, 0.25]})

    state.save(tmp_path / "state" / "window.json")

    assert WindowState.load(tmp_path / "state" / "window.json") == state


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"panes": 3}', b"\xff\xfe", b'{"newer": 1}'])
def test_damaged_or_foreign_window_state_counts_as_first_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "window.json").write_bytes(content)

    assert WindowState.load(tmp_path / "window.json") == WindowState()
    assert WindowState.load(tmp_path / "missing.json") == WindowState()
    assert WindowState.load(tmp_path) == WindowState(), "a folder in its place"
