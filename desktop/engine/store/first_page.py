"""A new first page for a database that has lost its own: the page that names all tables.

The program makes its tables in a fixed order in a new file, so where they begin is the same in each file of a version.
"""

import shutil
import sqlite3
from pathlib import Path

from desktop.engine.store.migrations import MIGRATIONS, migrate

_PAGE = 4096


def with_first_page(damaged: Path, scratch: Path) -> Path:
    """A copy of a database whose first page is that of a new one.

    Args:
        damaged: The file that cannot be opened.
        scratch: A folder for the copy.

    Returns:
        The copy. Whether its tables can be read shows when they are.

    Raises:
        OSError: There is no room for the copy, or it cannot be read.
    """
    fresh, copy = scratch / "fresh", scratch / "copy"
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE}")
        connection.execute("PRAGMA journal_mode = WAL")  # as the program's: the header says so
        migrate(connection, None, MIGRATIONS)
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
    page = bytearray(fresh.read_bytes()[:_PAGE])
    shutil.copyfile(damaged, copy)
    pages = max(1, copy.stat().st_size // _PAGE)
    page[28:32] = pages.to_bytes(4, "big")  # the size, in pages
    page[32:40] = bytes(8)  # no free pages
    page[92:96] = page[24:28]  # the size is valid
    with copy.open("r+b") as file:
        file.write(page)
    return copy
