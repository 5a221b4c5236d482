"""installed_packages and installed_mb: the program in a fresh environment, without the tools of its development."""

import os
import shutil
import subprocess
from pathlib import Path

from bench.line import BUILD, ROOT, Line, NotMeasured


def measure() -> list[Line]:
    """Both lines."""
    packages = _install()
    count = len(list(packages.glob("*.dist-info")))
    files = (path for path in packages.rglob("*") if "__pycache__" not in path.parts and not path.is_symlink())
    size = sum(path.lstat().st_size for path in files if path.is_file())
    return [
        Line("installed_packages", count, "count", 60),
        Line("installed_mb", size / 1_000_000, "MB", 350),
    ]


def _install() -> Path:
    """Make the environment from the lock file.

    Returns:
        Its site-packages.
    """
    uv = ROOT / ".uv" / "venv" / "bin" / "uv"
    program = str(uv) if uv.exists() else shutil.which("uv")
    if program is None:
        raise NotMeasured("there is no uv; `make setup` fetches it")
    python = subprocess.run([ROOT / "scripts" / "find-python"], capture_output=True, text=True, check=False)
    environment = BUILD / "venv"
    shutil.rmtree(environment, ignore_errors=True)
    done = subprocess.run(
        [program, "sync", "--frozen", "--quiet", "--no-editable", "--no-default-groups"],
        cwd=ROOT,
        env={
            **os.environ,
            "UV_PROJECT_ENVIRONMENT": str(environment),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_PYTHON": python.stdout.strip(),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotMeasured(f"uv could not install the program: {done.stderr.strip()}")
    return next(environment.glob("lib*/python*/site-packages"), environment / "Lib" / "site-packages")
