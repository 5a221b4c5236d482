"""The details of a message: in two lines where one has no room, nothing of them cut at the usual measure."""

from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message, MessageDetails, Usage
from desktop.views.controls import ElidedLabel
from desktop.views.message_details import details_text
from desktop.views.transcript import Transcript
from desktop.views.transcript.metrics import FOOTER


def test_no_detail_is_cut_at_the_usual_measure(qtbot: QtBot) -> None:
    usage = Usage(
        input_tokens=123_456, cached_tokens=100_000, cache_write_tokens=2_000, output_tokens=3_456, cost_usd=0.1234
    )
    details = MessageDetails(
        model="claude-sonnet-5-5",
        label="Claude Sonnet 5.5",
        host="api.anthropic.com",
        usage=usage,
        gather_ms=12_345,
        answer_ms=23_456,
    )
    message = Message(id="1", role="assistant", text="Words.", details=details)
    transcript = Transcript()
    qtbot.addWidget(transcript)
    transcript.resize(900, 500)
    transcript.show()
    transcript.show_conversation([message])
    transcript.footers.hover(0)
    footer = transcript.footers.of(0)
    assert footer is not None
    (shown,) = [each for each in footer.findChildren(ElidedLabel) if each.accessibleName() == "Details"]
    qtbot.waitUntil(lambda: "\n" in shown.text())
    assert shown.text().replace(" · ", " ").split() == details_text(message).replace(" · ", " ").split()
    assert shown.toolTip() == ""
    assert shown.accessibleDescription() == details_text(message)
    assert footer.height() <= FOOTER - 4
    assert shown.fontMetrics().lineSpacing() * 2 <= shown.height()
