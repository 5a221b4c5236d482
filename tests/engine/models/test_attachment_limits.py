"""What is said before more is sent than a model takes."""

from typing import Any

import pytest

from desktop.engine.messages import Attachment
from desktop.engine.models.attachment_limits import limits_of, objections_of, wire_bytes
from desktop.engine.models.registry import DEFAULT_ORCHESTRATOR, DEFAULT_RESPONDER, ModelEntry

LOCAL = ModelEntry(key="l", provider="openai-compatible", name="l", label="Local", base_url="http://127.0.0.1:1/v1")
SMALL = LOCAL.model_copy(update={"context_tokens": 8_192})
OPENAI = LOCAL.model_copy(update={"key": "o", "label": "GPT", "base_url": "https://api.openai.com/v1"})


def one(media_type: str, size: int = 1000, number: int = 0, **more: Any) -> Attachment:
    return Attachment(hash=f"{media_type}{number}", name="x", media_type=media_type, size=size, **more)


def words(entry: ModelEntry, *attachments: Attachment) -> str:
    return " ".join(objection.words for objection in objections_of([entry], attachments))


def test_what_fits_meets_no_objection() -> None:
    all_kinds = [one("image/png", width=800, height=600), one("application/pdf", pages=3), one("text/plain", tokens=9)]
    for entry in (DEFAULT_ORCHESTRATOR, DEFAULT_RESPONDER, OPENAI):
        assert words(entry, *all_kinds) == ""


@pytest.mark.parametrize(
    ("entry", "attachment", "says"),
    [
        (DEFAULT_RESPONDER, one("image/png", 4_000_000, width=10, height=10), "takes no picture larger than 3.9 MB"),
        (DEFAULT_RESPONDER, one("image/png", width=8001, height=10), "more than 8,000 pixels"),
        (DEFAULT_RESPONDER, one("application/pdf", pages=101), "takes at most 100 pages; this PDF has more"),
        (DEFAULT_RESPONDER, one("application/pdf", 24_000_000, pages=9), "takes at most 30.0 MB"),
        (DEFAULT_RESPONDER, one("text/plain", tokens=160_001), "about 160,001 tokens"),
        (DEFAULT_ORCHESTRATOR, one("application/pdf", 15_000_000, pages=9), "takes at most 19.0 MB"),
        (LOCAL, one("application/pdf", pages=1), "reads no PDF"),
        (SMALL, one("text/plain", tokens=6_554), "about 6,554 tokens; Local has room for about 6,553."),
        (LOCAL.model_copy(update={"inputs": ()}), one("image/png"), "reads text alone, no pictures"),
    ],
)
def test_what_does_not_fit_is_said(entry: ModelEntry, attachment: Attachment, says: str) -> None:
    assert says in words(entry, attachment)


def test_the_registry_can_say_that_a_local_model_reads_pdfs_or_no_pictures() -> None:
    assert words(LOCAL, one("image/png", width=1, height=1)) == ""  # not known: the server will say
    assert words(LOCAL.model_copy(update={"inputs": ("pdf",)}), one("application/pdf", pages=1)) == ""


def test_many_pictures_must_be_smaller_for_claude() -> None:
    pictures = [one("image/png", number=n, width=2001, height=10) for n in range(21)]
    assert words(DEFAULT_RESPONDER, *pictures[:20]) == ""
    found = objections_of([DEFAULT_RESPONDER], pictures)
    assert [objection.hash for objection in found] == [picture.hash for picture in pictures]


def test_too_many_pictures_are_one_objection_about_all() -> None:
    pictures = [one("image/png", number=n, width=10, height=10) for n in range(101)]
    assert [(o.hash, o.words) for o in objections_of([DEFAULT_RESPONDER], pictures)] == [
        ("", "Claude Sonnet 5.5 takes at most 100 pictures at once.")
    ]


def test_base64_counts_as_it_is_sent() -> None:
    assert wire_bytes(one("image/png", 4)) == 8
    assert wire_bytes(one("text/plain", 4)) == 4


def test_the_demo_takes_everything() -> None:
    demo = ModelEntry(key="d", provider="demo", name="d", label="D")
    assert limits_of(demo).objections([one("image/png", 9_000_000, width=9, height=9)]) == []
