"""installed_packages and installed_mb: the program in a fresh environment, without the tools of its development."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

from bench.line import BUILD, ROOT, Line, NotMeasured


def measure() -> list[Line]:
    """Both lines."""
    packages = next(own_python().parents[1].glob("lib*/python*/site-packages"))
    count = len(list(packages.glob("*.dist-info")))
    files = (path for path in packages.rglob("*") if "__pycache__" not in path.parts and not path.is_symlink())
    size = sum(path.lstat().st_size for path in files if path.is_file())
    return [
        Line("installed_packages", count, "count", 60),
        Line("installed_mb", size / 1_000_000, "MB", 350),
    ]


@functools.cache
def own_python() -> Path:
    """The Python of a fresh environment of the program.

    Its files are copies: no other process of this machine has them in memory too.

    Raises:
        NotMeasured: It cannot be made.
    """
    uv = ROOT / ".uv" / "venv" / "bin" / "uv"
    program = str(uv) if uv.exists() else shutil.which("uv")
    if program is None:
        raise NotMeasured("there is no uv; `make setup` fetches it")
    python = subprocess.run([ROOT / "scripts" / "find-python"], capture_output=True, text=True, check=False)
    environment = BUILD / "venv"
    shutil.rmtree(environment, ignore_errors=True)
    done = subprocess.run(
        [program, "sync", "--frozen", "--quiet", "--no-editable", "--no-default-groups", "--compile-bytecode"],
        cwd=ROOT,
        env={
            **os.environ,
            "UV_PROJECT_ENVIRONMENT": str(environment),
            "UV_LINK_MODE": "copy",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_PYTHON": python.stdout.strip(),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotMeasured(f"uv could not install the program: {done.stderr.strip()}")
    return environment / "bin" / "python"
