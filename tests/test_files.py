import os
import stat
from pathlib import Path

import pytest

from desktop.files import write_private

posix = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")


@posix
def test_file_is_readable_by_the_person_alone_also_where_it_was_open(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    write_private(path, "a = 1\n")
    path.chmod(0o644)

    write_private(path, "ä = 2\n")

    assert path.read_bytes() == "ä = 2\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_private(path, "old")

    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "settings.toml"
    write_private(real, "old")
    link = tmp_path / "settings.toml"
    link.symlink_to(real)

    write_private(link, "new")

    assert link.is_symlink()
    assert real.read_text() == "new"
