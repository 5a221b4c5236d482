"""The estimate before sending: said where it matters, never with an unknown price as nothing."""

import asyncio
import hashlib

import pytest
from pytestqt.qtbot import QtBot

from desktop.assembly import open_engine
from desktop.controller import Controller
from desktop.engine.estimating import Estimate
from desktop.engine.messages import Attachment
from desktop.estimates import Estimates, estimate_words
from desktop.paths import Paths
from desktop.secrets import KeyStore
from desktop.settings import Settings
from desktop.views.main_window import MainWindow
from tests.test_secrets import MemoryKeyring


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Estimate(input_tokens=4_000, cost_usd=0.01), ""),
        (Estimate(input_tokens=4_000, cost_usd=0.06), "Next message: about 4,000 tokens in, $0.06 or more"),
        (Estimate(input_tokens=48_200, cost_usd=0.0), "Next message: about 48,000 tokens in"),
        (Estimate(input_tokens=48_200, cost_usd=0.004), "Next message: about 48,000 tokens in, $0.004 or more"),
        (
            Estimate(input_tokens=48_200, cost_usd=0.1, unpriced=("Nameless", "Nameless")),
            "Next message: about 48,000 tokens in, price of Nameless unknown",
        ),
    ],
)
def test_an_estimate_is_said_where_it_matters(found: Estimate, words: str) -> None:
    assert estimate_words(found) == words


@pytest.mark.parametrize("word", ["a word ", "ein w\u00f6rt "])
async def test_a_text_that_no_model_has_room_for_is_said_before_it_is_sent(qtbot: QtBot, word: str) -> None:
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    window = MainWindow()
    qtbot.addWidget(window)
    window.furnish()
    controller = Controller(window, settings, paths)
    keys = KeyStore(on_key=lambda key: None, load=MemoryKeyring, environment={})
    engine = await open_engine(paths, settings, keys, controller.take)
    await controller.start(engine, None)
    estimates = Estimates(controller.desk)
    composer, bar = window.composer, controller.desk.attachment_bar
    composer.editor.setPlainText(word * 800_000)
    await estimates.show_now()
    assert not composer.send.isEnabled()
    assert bar.words.text().startswith("Your message is about ")
    assert " can read 1,000,000 at once" in bar.words.text()
    assert "Nothing was sent" not in bar.words.text()
    assert not bar.words.isHidden()
    assert window.status_line.estimate.whole_text == ""
    composer.editor.setPlainText("A word.")
    await estimates.show_now()
    assert composer.send.isEnabled()
    assert bar.isHidden()
    composer.set_text("")  # and no draft is told late
    estimates._timer.stop()  # the window outlives the test by a moment
    await controller.close()
    await engine.close()


async def test_what_is_attached_counts_in_the_window(qtbot: QtBot) -> None:
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    window = MainWindow()
    qtbot.addWidget(window)
    window.furnish()
    controller = Controller(window, settings, paths)
    keys = KeyStore(on_key=lambda key: None, load=MemoryKeyring, environment={})
    engine = await open_engine(paths, settings, keys, controller.take)
    await controller.start(engine, None)
    estimates = Estimates(controller.desk)
    info = await controller.conversations.stored()
    await estimates.show_now()
    assert window.status_line.estimate.whole_text == ""
    long = Attachment(hash=hashlib.sha256(b"x").hexdigest(), name="x", media_type="text/plain", size=1, tokens=30_000)
    await engine.store.attachments.add_to_draft(info.id, long, b"x")
    controller.attachments.show_draft()
    while controller.actions._tasks:
        await asyncio.gather(*controller.actions._tasks)
    await estimates.show_now()
    tokens = int("".join(filter(str.isdigit, window.status_line.estimate.whole_text.split(" tokens")[0])))
    assert 60_000 <= tokens < 70_000  # it goes to both brains
    estimates._timer.stop()  # the window outlives the test by a moment
    await controller.close()
    await engine.close()
