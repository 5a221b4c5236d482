"""The page "Models" of the settings: what "Test" and "List models" say of every kind of place, and of a slow one."""

import contextlib
import dataclasses
import functools
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.engine.models.local_servers import USUAL_PORTS
from tests.end_to_end.desktop_session import ROOT, Desktop, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, in_thread
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_models import fill, open_settings, settings_of
from tests.wire import openai as local
from tests.wire.certificates import serving
from tests.wire.server import Exchange, Step, WireServer, wire_server

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"


@dataclasses.dataclass
class Places:
    """Where a model can be asked.

    Attributes:
        server: Speaks OpenAI's protocol.
        vouched_by_nobody: The same behind TLS, with a certificate of its own making.
    """

    server: WireServer
    vouched_by_nobody: WireServer


async def page(exchange: Exchange) -> None:
    await exchange.reply(200, b"<!doctype html><title>Router</title>", {"Content-Type": "text/html"})


def says_of_it(program: Program, begins: str, *holds: str) -> None:
    """The test has ended with these words."""
    for words in holds:
        program.wait_for("label", begins=begins, holds=words)
    program.wait_for("push button", "Test", enabled=True)


def begin_model(program: Program, screen: Desktop, address: str) -> None:
    program.press("push button", "Add model")
    program.press("combo box", "Google Gemini")
    program.press("list item", "OpenAI or compatible")
    fill(program, screen, "Model", "served")
    fill(program, screen, "Label", "Mine")
    fill(program, screen, "Address", address)


def test_the_test_button_says_what_is_wrong_and_what_to_do(
    screen: Desktop, stored: Stored, tmp_path: Path, unused_tcp_port: int
) -> None:
    @contextlib.asynccontextmanager
    async def places() -> AsyncIterator[Places]:
        async with wire_server() as server, wire_server(serving(tmp_path, "name.test")) as vouched_by_nobody:
            yield Places(server, vouched_by_nobody)

    stored.configure(NO_TITLES)
    with in_thread(places) as there:
        program = screen.launch(stored.home, "--demo")
        open_settings(program, screen, "Models")
        begin_model(program, screen, f"{there.server.url}/v1")
        wrong_key = local.fails(401, {"message": "Incorrect API key provided", "code": "invalid_api_key"})
        gone = local.fails(404, {"message": "model 'served' not found", "type": "not_found_error"})
        answers: tuple[tuple[Step, str, tuple[str, ...]], ...] = (
            (wrong_key, "wrong-key", ("refused the API key (401", "Enter a valid key under API keys")),
            (gone, "gone", ("no longer serves it (404", "Choose another model")),
            (page, "web-page", ("a web page came back", "Check the address")),
            (local.says("OK"), "works", ("works; it answered in",)),
        )
        for step, name, words in answers:
            there.server.script(step)
            program.press("push button", "Test")
            says_of_it(program, "Mine at 127.0.0.1:", *words)
            screen.picture(PICTURES / f"settings-test-{name}.png")

        there.server.script(local.keeps_open(), local.keeps_open())
        program.press("push button", "Test")
        program.wait_for("label", begins="Asking 127.0.0.1:")
        screen.picture(PICTURES / "settings-test-slow.png")
        fill(program, screen, "Label", "Still mine")  # the window is as usable as ever
        assert not program.wait_for("push button", "Test").is_enabled
        program.press("push button", "Cancel")
        program.wait_for("push button", "Test", enabled=True)
        wait_until(lambda: there.server.closed.is_set(), "the connection to be closed")
        assert program.find("label", begins="Asking") is None
        program.press("push button", "Test")
        program.wait_for("label", begins="Asking 127.0.0.1:")
        program.press("list item", "Claude Haiku 5.5")  # so does a look at another model
        program.wait_for("push button", "Test", enabled=True)
        assert program.find("label", begins="Asking") is None
        program.press("push button", "Add model")
        program.wait_for("label", begins="This model has changes that are not saved.")
        assert program.wait_for("text", "Label").text == "Still mine"

        for address, wrong in (
            (f"http://127.0.0.1:{unused_tcp_port}/v1", "Check the connection to the network, the address, and whether"),
            (f"{there.vouched_by_nobody.url}/v1", "a certificate that could not be verified; nothing was sent. Check"),
        ):
            fill(program, screen, "Address", address)
            for button in ("Test", "List models"):
                program.press("push button", button)
                program.wait_for("label", holds=wrong)
                program.wait_for("push button", "Test", enabled=True)
        screen.picture(PICTURES / "settings-test-certificate.png")
        fill(program, screen, "Address", f"{there.server.url}/v1")
        there.server.script(local.lists("other", "served"))
        program.press("push button", "List models")
        program.wait_for("label", begins="2 models: choose under Model.")
        program.press("push button", "Save model")
        program.wait_for("list item", "Still mine")
        (row,) = tomllib.loads(settings_of(stored))["model"]
        assert row["host"] == f"{there.server.url}/v1"
        assert there.vouched_by_nobody.requests == []


def test_a_server_on_this_machine_is_found_and_both_seats_work_on_it(screen: Desktop, stored: Stored) -> None:
    reads = local.answers(
        local.calls(local.piece(0, id="c-1", name="list_directory", arguments='{"pa')),
        local.calls(local.piece(0, arguments='th": "."}')),
        local.end("tool_calls"),
    )

    @contextlib.asynccontextmanager
    async def found() -> AsyncIterator[WireServer]:
        async with contextlib.AsyncExitStack() as stack:
            for _, port in USUAL_PORTS:
                with contextlib.suppress(OSError):  # some other program has it
                    yield await stack.enter_async_context(wire_server(port=port))
                    return
            pytest.skip("all usual ports of model servers are in use")

    stored.configure(NO_TITLES)
    with in_thread(found) as server:
        server.script(local.lists("found-here"))
        program = screen.launch(stored.home)
        program.press("push button", "Use a local server")
        program.press("list item", "", begins="found-here")
        screen.picture(PICTURES / "local-servers.png")
        program.press("push button", "Use this model")
        program.wait_for("label", "Models", holds="found-here (local) → found-here (local)")
        server.script(reads, local.says("Nothing there."), local.says("The folder is empty."))
        program.send("What is there?")
        program.wait_for("list item", begins="Assistant:", holds="The folder is empty.")
        stored.wait_for_states("done")
        assert stored.calls() == [("list_directory", "done")]

        server.script(local.lists("found-here"))
        open_settings(program, screen, "Models")
        program.press("push button", "Add model")
        program.press("push button", "Find servers")
        program.wait_for("label", begins="Found ", holds=server.url.removeprefix("http://"))
        assert program.wait_for("text", "Address").text == f"{server.url}/v1"
        screen.picture(PICTURES / "settings-found.png")


def shows_mine(program: Program, seats: int) -> bool:
    return len(program.find_all("combo box", "mine")) == seats


def test_a_role_whose_models_need_no_key_ends_the_first_start(screen: Desktop, stored: Stored) -> None:
    stored.configure('[[model]]\nname = "mine"\nprovider = "openai-compatible"\nhost = "http://127.0.0.1:9/v1"\n')
    program = screen.launch(stored.home)
    program.wait_for("push button", "Add API keys")
    assert program.find("text", "Message") is None
    screen.keys("ctrl+comma")
    program.wait_for("dialog", "Settings")
    program.press("list item", "Roles")
    for chosen in (1, 2):
        program.press("combo box", "As in General")
        program.press("list item", "mine")
        wait_until(functools.partial(shows_mine, program, chosen), f"{chosen} seats to have the model")
    program.press("push button", "Save role")
    program.wait_for("label", "Saved.")
    program.press("push button", "Close")
    program.wait_until_gone("dialog", "Settings")
    program.wait_for("text", "Message", enabled=True)
    program.wait_for("label", "Models", holds="mine → mine")
    assert program.terminate() == 0
    again = screen.launch(stored.home)
    again.wait_for("text", "Message", enabled=True)
