"""A desktop of its own for a window: display, window manager, session bus, assistive technology, keyring.

What runs here never meets the desktop, the keys or the files of the person at this machine. Everything that is
started is ended again, by its own process id. Needs nothing of pytest: ``scripts/demo.py`` uses it too.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]
CLIENT = Path(__file__).with_name("atspi_client.py")
SYSTEM_PYTHON = "/usr/bin/python3"
AT_SPI = next(
    (
        path
        for path in ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
        if Path(path).exists()
    ),
    None,
)
PATIENCE_S = 20.0
"""How long anything may take before it counts as not happening."""
_POLL_S = 0.08  # seldom enough that looking does not slow down what is looked at
_HEADER_WORDS = 25  # of a file of the X window dump format, version 7

_WINDOW_MANAGER = """<JWM>
  <WindowStyle decorations="flat">
    <Font>Sans-10</Font><Width>1</Width><Height>22</Height><Corner>0</Corner>
    <Foreground>#505050</Foreground><Background>#C8C8C8</Background>
    <Active><Foreground>#202020</Foreground><Background>#E4E4E4</Background></Active>
  </WindowStyle>
  <FocusModel>click</FocusModel>
  <Desktops width="1" height="1"><Background type="solid">#707880</Background></Desktops>
</JWM>
"""

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
"""A session bus that starts no service by itself: this system's keyring must not come where a test wants none."""
PROMPTER = "/usr/libexec/gcr-prompter"
"""Shows the dialogs in which GNOME Keyring asks for passwords."""
_PROMPTER_SERVICE = f"[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec={PROMPTER}\n"

_T = TypeVar("_T")


def missing() -> list[str]:
    """What this system lacks for it; the window manager and the keyring are not needed."""
    lacks = [program for program in ("Xvfb", "xdotool", "dbus-daemon") if shutil.which(program) is None]
    if AT_SPI is None:
        lacks.append("at-spi-bus-launcher")
    probe = 'import gi; gi.require_version("Atspi", "2.0"); from gi.repository import Atspi'
    if not Path(SYSTEM_PYTHON).exists() or subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True).returncode:
        lacks.append("gir1.2-atspi-2.0 and python3-gi")
    return lacks


class NotHappened(AssertionError):
    """What was waited for did not come in time; says what was there instead."""


def wait_until(look: Callable[[], _T | None], what: str, timeout_s: float = PATIENCE_S) -> _T:
    """Look again and again until there is something.

    Args:
        look: Returns what is waited for; None or False while it is not there.
        what: For the error.
        timeout_s: Seconds after which it has failed.

    Returns:
        What ``look`` returned.

    Raises:
        NotHappened: It did not come.
    """
    ends_at = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > ends_at:
            raise NotHappened(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(_POLL_S)


@dataclass(frozen=True)
class Element:
    """Something in a window, as assistive technology saw it.

    Attributes:
        number: By which the client knows it.
        role: As AT-SPI names it: "push button".
        name: Its accessible name.
        description: Its accessible description.
        text: What can be read in it; None where it is no text.
        states: As AT-SPI names them: "focused".
        box: x, y, width and height on the screen.
        depth: How deep in the tree; the windows are at 1.
    """

    number: int
    role: str
    name: str
    description: str
    text: str | None
    states: frozenset[str]
    box: tuple[int, int, int, int]
    depth: int

    @property
    def centre(self) -> tuple[int, int]:
        """Where a person would click it."""
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    @property
    def is_enabled(self) -> bool:
        """Whether it can be worked."""
        return "enabled" in self.states and "sensitive" in self.states


class AssistiveTechnology:
    """Speaks with `atspi_client`.

    Args:
        environment: Of the desktop.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(CLIENT)],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ask(self, **request: Any) -> Any:
        """Send a request and wait for its answer; None where the client could not do it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the AT-SPI client has ended")
        return json.loads(line).get("ok")

    def close(self) -> None:
        """End the client."""
        with self._process:
            _end(self._process)


class Program:
    """The program at work in the desktop, worked as a person works it.

    Args:
        desktop: Where it runs.
        process: The process.
        stderr: Where it complains to.
        scale: Pixels of the screen to one of the program's.
    """

    def __init__(self, desktop: "Desktop", process: subprocess.Popen[bytes], stderr: Path, scale: int) -> None:
        self._desktop = desktop
        self._process = process
        self._stderr = stderr
        self._scale = scale

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def complaints(self) -> str:
        """What it wrote to standard error."""
        return self._stderr.read_text(encoding="utf-8", errors="replace")

    # Looking.

    def find_all(self, role: str | None = None, name: str | None = None, *, begins: str = "") -> list[Element]:
        """What shows and fits, in the order of the tree."""
        return self._find(role, name, begins, first=False)

    def find(self, role: str | None = None, name: str | None = None, *, begins: str = "") -> Element | None:
        """The first that shows and fits."""
        return next(iter(self._find(role, name, begins, first=True)), None)

    def _find(self, role: str | None, name: str | None, begins: str, *, first: bool) -> list[Element]:
        wanted: dict[str, Any] = {"begins": begins, "first": first}
        if role is not None:
            wanted["role"] = role
        if name is not None:
            wanted["name"] = name
        return [self._element(each) for each in self._desktop.eyes.ask(do="find", pid=self.pid, **wanted) or []]

    def wait_for(
        self,
        role: str,
        name: str | None = None,
        *,
        begins: str = "",
        holds: str = "",
        enabled: bool = False,
        timeout_s: float = PATIENCE_S,
    ) -> Element:
        """Wait until something shows.

        Args:
            role: Its role.
            name: Its whole name.
            begins: How its name begins.
            holds: What its name, text or description must hold.
            enabled: Whether it must be enabled.
            timeout_s: Seconds after which it has failed.
        """

        def look() -> Element | None:
            self._check()
            for each in self.find_all(role, name, begins=begins):
                words = "\n".join((each.name, each.text or "", each.description))
                if holds in words and (each.is_enabled or not enabled):
                    return each
            return None

        what = f"{role} {name if name is not None else begins + '…'!r}" + (f" holding {holds!r}" if holds else "")
        try:
            return wait_until(look, what, timeout_s)
        except NotHappened as error:
            raise NotHappened(f"{error}. There was:\n{self.outline()}\n{self.complaints}") from None

    def wait_until_gone(self, role: str, name: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until nothing of that name shows."""
        wait_until(lambda: self.find(role, name) is None, f"{role} {name!r} to go", timeout_s)

    def look_again(self, element: Element) -> Element:
        """An element as it is now."""
        told = self._desktop.eyes.ask(do="look", id=element.number)
        if told is None:
            raise NotHappened(f"{element.role} {element.name!r} is gone")
        return self._element(told)

    def _element(self, told: dict[str, Any]) -> Element:
        return _element(told, self._scale)

    def outline(self) -> str:
        """Everything that shows, a line each."""
        lines = []
        for told in self._desktop.eyes.ask(do="tree", pid=self.pid) or []:
            each = self._element(told)
            text = f" text={each.text!r}" if each.text and each.text != each.name else ""
            about = f" ({each.description})" if each.description else ""
            off = "" if each.is_enabled else " off"
            lines.append(f"{'  ' * each.depth}{each.role} {each.name!r}{about}{text}{off} {each.box}")
        return "\n".join(lines) or "nothing: the program shows no window to assistive technology"

    # Working.

    def click(self, element: Element, holding: str = "") -> None:
        """Move the mouse there and click, while a key is held, or none."""
        self._desktop.click(*element.centre, holding)

    def press(self, role: str, name: str, *, begins: str = "") -> None:
        """Wait for something that can be worked, and click it."""
        self.click(self.wait_for(role, name or None, begins=begins, enabled=True))

    def activate(self, role: str, name: str) -> None:
        """Wait for something that can be worked, and work it as assistive technology does, without mouse and keys."""
        self.activate_element(self.wait_for(role, name, enabled=True))

    def activate_element(self, element: Element) -> None:
        """Work something that was found, as assistive technology does."""
        if not self._desktop.eyes.ask(do="press", id=element.number):
            raise NotHappened(f"{element.role} {element.name!r} could not be worked")

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """The program does nothing meanwhile: what is pressed waits for it, as where a computer is too busy."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def write(self, text: str) -> None:
        """Click the message editor, type, and see that it is all there."""
        self.click(self.wait_for("text", "Message", enabled=True))
        self.wait_for_focus("Message")
        self._desktop.type(text)
        self.wait_for("text", "Message", holds=text)

    def send(self, text: str) -> None:
        """Type a message and send it with Enter."""
        self.write(text)
        self._desktop.keys("Return")

    def wait_for_focus(self, name: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until something of that name has the keyboard."""

        def look() -> bool:
            return any("focused" in each.states for each in self.find_all(name=name))

        try:
            wait_until(look, f"{name!r} to have the focus", timeout_s)
        except NotHappened as error:
            has = [(each.role, each.name) for each in self.find_all() if "focused" in each.states]
            raise NotHappened(f"{error}; {has} had it") from None

    # Ending.

    def _check(self) -> None:
        status = self._process.poll()
        if status is not None:
            raise NotHappened(f"the program ended by itself, status {status}:\n{self.complaints}")

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash does; what it started is left to itself, as it would be."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def terminate(self) -> int:
        """Ask it to end, and wait.

        Returns:
            Its exit status.
        """
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise NotHappened("the program did not end when it was told to") from None


@dataclass
class Desktop:
    """A running desktop; made by `desktop`.

    Attributes:
        environment: For the programs in it, without a home.
        size: Of the screen, in pixels.
        eyes: How windows are seen and worked.
        frame_buffer: The file of what the screen shows.
        folder: For its own files.
        has_window_manager: Whether there is one.
        programs: What was launched and not closed yet.
    """

    environment: dict[str, str]
    size: tuple[int, int]
    eyes: AssistiveTechnology
    frame_buffer: Path
    folder: Path
    has_window_manager: bool
    programs: list[Program] = field(default_factory=list)

    def launch(
        self,
        home: Path,
        *arguments: str,
        command: Sequence[str] = (sys.executable, "-m", "desktop"),
        variables: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        ready: bool = True,
    ) -> Program:
        """Start the program and wait for its window.

        Args:
            home: Its home folder, made where it is not there.
            arguments: Of the program.
            command: The program itself.
            variables: More of its environment.
            cwd: Its working directory.
            ready: Whether to wait, too, until its engine is there.
        """
        home.mkdir(parents=True, exist_ok=True)
        variables = variables or {}
        complaints = self.folder / f"stderr-{len(self.programs)}.txt"
        with complaints.open("wb") as stderr:
            process = subprocess.Popen(
                [*command, *arguments],
                env={**self.environment, **home_variables(home), **variables},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )
        program = Program(self, process, complaints, int(variables.get("QT_SCALE_FACTOR", "1")))
        self.programs.append(program)
        program.wait_for("frame")
        if ready:
            wait_until(
                lambda: any(each.description for each in program.find_all("label", "Models")),
                "the models' line, which the engine fills",
            )
        return program

    def close_programs(self) -> None:
        """End what was launched and still runs."""
        for program in self.programs:
            if program.is_running:
                program.terminate()
        self.programs.clear()

    # Hands and eyes.

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, capture_output=True, timeout=PATIENCE_S)

    def move(self, x: int, y: int) -> None:
        """Move the mouse."""
        self._xdotool("mousemove", "--sync", str(x), str(y))

    def click(self, x: int, y: int, holding: str = "") -> None:
        """Click with the left button, while a key is held, or none: ``ctrl``."""
        held, let_go = (("keydown", holding), ("keyup", holding)) if holding else ((), ())
        self._xdotool(*held, "mousemove", str(x), str(y), "click", "1", *let_go)

    def minimize(self) -> None:
        """Put the window in front away."""
        self._xdotool("getactivewindow", "windowminimize")

    def type(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", "2", "--", text)

    def keys(self, *combinations: str) -> None:
        """Press keys, one after the other: ``ctrl+shift+d``, ``Return``."""
        self._xdotool("key", "--delay", "2", "--", *combinations)

    def picture(self, path: Path) -> Path:
        """Save what the screen shows.

        Args:
            path: A PNG file; its folder is made.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        data = self.frame_buffer.read_bytes()
        words = [int.from_bytes(data[at : at + 4], "big") for at in range(0, 4 * _HEADER_WORDS, 4)]
        header, width, height, line, colours = words[0], words[4], words[5], words[12], words[19]
        pixels = data[header + 12 * colours :]
        image = QImage(pixels, width, height, line, QImage.Format.Format_RGB32)
        if not image.save(os.fspath(path)):
            raise OSError(f"cannot write {path}")
        return path


def home_variables(home: Path) -> dict[str, str]:
    """The variables that move all of the program's files below a folder."""
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DOCUMENTS_DIR": str(home / "documents"),
    }


@contextlib.contextmanager
def desktop(
    folder: Path,
    *,
    size: tuple[int, int] = (1400, 900),
    keyring: bool = False,
    is_new: bool = False,
    prompter: bool = False,
    window_manager: bool = True,
) -> Iterator[Desktop]:
    """A desktop for the length of a block.

    Args:
        folder: For its own files; its path must be short enough for sockets.
        size: Of the screen, in pixels.
        keyring: Whether GNOME Keyring runs in it, unlocked and empty.
        is_new: Whether it holds no keyring at all yet, as on a desktop where nobody has made one.
        prompter: Whether its password dialogs are shown; else the system counts them as cancelled.
        window_manager: Whether one is started, where the system has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": environment.get("LANG", "C.UTF-8"),
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "NO_AT_BRIDGE": "0",
        "GTK_A11Y": "none",
        "PYTHONFAULTHANDLER": "1",
    }
    with contextlib.ExitStack() as stack:
        environment["DISPLAY"] = _start_display(stack, environment, folder, size)
        has_window_manager = window_manager and _start_window_manager(stack, environment, folder)
        environment["DBUS_SESSION_BUS_ADDRESS"] = _start_bus(stack, environment, folder, prompter=prompter)
        assert AT_SPI is not None
        _start(stack, [AT_SPI, "--launch-immediately"], environment, folder)
        _wait_for_service(environment, "org.a11y.Bus")
        if keyring:
            _start_keyring(stack, environment, folder, is_new=is_new)
        eyes = AssistiveTechnology(environment)
        stack.callback(eyes.close)
        made = Desktop(environment, size, eyes, folder / "Xvfb_screen0", folder, has_window_manager)
        stack.callback(made.close_programs)
        yield made


def _start_display(
    stack: contextlib.ExitStack, environment: dict[str, str], folder: Path, size: tuple[int, int]
) -> str:
    reading, writing = os.pipe()
    with os.fdopen(reading) as number:
        screen = f"{size[0]}x{size[1]}x24"
        flags = ["-screen", "0", screen, "-fbdir", str(folder), "-nolisten", "tcp", "-noreset", "-dpi", "96"]
        _start(stack, ["Xvfb", "-displayfd", str(writing), *flags], environment, folder, pass_fds=(writing,))
        os.close(writing)
        shown_on = number.readline().strip()
    if not shown_on:
        raise RuntimeError(f"Xvfb did not start: {(folder / 'Xvfb.txt').read_text()}")
    return f":{shown_on}"


def _start_window_manager(stack: contextlib.ExitStack, environment: dict[str, str], folder: Path) -> bool:
    if shutil.which("jwm") is None:
        return False
    settings = folder / "jwmrc"
    settings.write_text(_WINDOW_MANAGER, encoding="utf-8")
    _start(stack, ["jwm", "-f", str(settings)], environment, folder)
    return True


def _start_bus(stack: contextlib.ExitStack, environment: dict[str, str], folder: Path, *, prompter: bool) -> str:
    settings, services = folder / "bus.conf", folder / "services"
    if prompter:
        services.mkdir()
        (services / "prompter.service").write_text(_PROMPTER_SERVICE, encoding="ascii")
    words = f"<servicedir>{services}</servicedir>" if prompter else ""
    settings.write_text(_BUS.format(folder=folder / "run", services=words), encoding="utf-8")
    reading, writing = os.pipe()
    with os.fdopen(reading) as address:
        command = ["dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile", f"--print-address={writing}"]
        _start(stack, command, environment, folder, pass_fds=(writing,))
        os.close(writing)
        return address.readline().strip()


def _start_keyring(stack: contextlib.ExitStack, environment: dict[str, str], folder: Path, *, is_new: bool) -> None:
    unlock = [] if is_new else ["--unlock"]
    command = ["gnome-keyring-daemon", "--foreground", *unlock, "--components=secrets"]
    process = _start(stack, command, environment, folder, stdin=subprocess.PIPE)
    assert process.stdin is not None
    if not is_new:
        process.stdin.write(b"of no worth")
    process.stdin.close()
    _wait_for_service(environment, "org.freedesktop.secrets")


def _wait_for_service(environment: Mapping[str, str], name: str) -> None:
    """Wait until a service has its name on the session bus."""
    ready = [
        *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"),
        *("org.freedesktop.DBus.NameHasOwner", f"string:{name}"),
    ]

    def look() -> bool:
        return b"true" in subprocess.run(ready, env=environment, capture_output=True, check=False).stdout

    wait_until(look, name)


def _start(
    stack: contextlib.ExitStack,
    command: list[str],
    environment: Mapping[str, str],
    folder: Path,
    *,
    pass_fds: tuple[int, ...] = (),
    stdin: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    with (folder / f"{Path(command[0]).name}.txt").open("wb") as words:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=stdin,
            stdout=words,
            stderr=words,
            pass_fds=pass_fds,
            start_new_session=True,
        )
    stack.callback(_end, process)
    return process


def _end(process: subprocess.Popen[Any]) -> None:
    """End a process of ours and what it started; each was made the leader of its own group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return


def _element(told: dict[str, Any], scale: int) -> Element:
    # WORKAROUND(qt): AT-SPI wants pixels of the screen; Qt 6.11 tells device-independent ones.
    x, y, width, height = (scale * number for number in told["box"] or (0, 0, 0, 0))
    return Element(
        number=told["id"],
        role=told["role"],
        name=told["name"],
        description=told["description"],
        text=told["text"],
        states=frozenset(told["states"]),
        box=(x, y, width, height),
        depth=told["depth"],
    )
