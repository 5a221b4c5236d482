import json
import string
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from desktop.redaction import MARK, Redactor, redact

GEMINI = "AIza" + "Sy0123456789abcdefghijklmnopqrstuvw"
CLAUDE = "sk-ant-" + "api03-abcdefghijklmnop_QRSTUVWXYZ-0123"
OPENAI = "sk-proj-" + "abcdefghijklmnopqrstuvwxyz012345"
OTHER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"  # looks like nothing; only its place gives it away

keys = st.text(string.ascii_letters + string.digits + "-_.+/=:~!$&'()*,;@%\"\\", min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"key {GEMINI}.", f"key {MARK}."),
        (f"({CLAUDE})", f"({MARK})"),
        (f"'{OPENAI}'", f"'{MARK}'"),
        ("Incorrect API key provided: sk-ab***********wxyz", f"Incorrect API key provided: {MARK}"),
        (f"Authorization: Bearer {OTHER}", f"Authorization: Bearer {MARK}"),
        (f"authorization=bearer {OTHER}; x=1", f"authorization=bearer {MARK}; x=1"),
        (f"sent Bearer {OTHER}", f"sent Bearer {MARK}"),
        (f"https://host/v1/models?key={OTHER}&alt=sse", f"https://host/v1/models?key={MARK}&alt=sse"),
        (f"https://host/?alt=sse&key={OTHER}", f"https://host/?alt=sse&key={MARK}"),
        (f"x-goog-api-key: {OTHER}\nhost: h", f"x-goog-api-key: {MARK}\nhost: h"),
        (f"X-API-Key={OTHER}", f"X-API-Key={MARK}"),
        (f"[(b'x-api-key', b'{OTHER}'), (b'host', b'h')]", f"[(b'x-api-key', b'{MARK}'), (b'host', b'h')]"),
        (f"{{'authorization': 'Bearer {OTHER}'}}", f"{{'authorization': 'Bearer {MARK}'}}"),
        (f'{{"api_key": "{OTHER}"}}', f'{{"api_key": "{MARK}"}}'),
        (f"HttpOptions(api_key='{OTHER}', timeout=3)", f"HttpOptions(api_key='{MARK}', timeout=3)"),
        (f"GEMINI_API_KEY={OTHER} make run", f"GEMINI_API_KEY={MARK} make run"),
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str, wanted: str) -> None:
    assert redact(text) == wanted
    assert redact(redact(text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the task-management of a risk-averse desk-bound monkey",
        "a key, a bearer and a token walk past",
        "https://host/search?q=keys&monkey=1#key",
        "AIza",
        "sha256 " + OTHER,
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(), keys, st.text())
@example("", "0", "0")
@example('{"a": "', 'q"uo\\te', '"}')
def test_key_in_use_is_taken_out_wherever_it_stands_alone(before: str, key: str, after: str) -> None:
    assume(key not in MARK)
    redactor = Redactor()
    redactor.add(key)

    assert key not in redactor.redact(f"{key} {key}")
    if len(key) >= 8:
        assume(key not in before + after)
        for form in {key, quote(key, safe=""), json.dumps(key)[1:-1]}:
            assume(form not in MARK)
            assert form not in redactor.redact(f"{before}{form}{MARK}{after}")


@given(st.text())
def test_text_without_keys_in_use_is_treated_by_its_looks_alone(text: str) -> None:
    assert Redactor().redact(text) == redact(text)


@given(st.text(alphabet="keyKEY=:?&'\" bBearersk-AIza[]redacted0123456789,;)\n"))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def test_longer_key_wins_over_one_inside_it() -> None:
    redactor = Redactor()
    redactor.add("abcdefgh")
    redactor.add("abcdefghijkl")

    assert redactor.redact("see abcdefghijkl.") == f"see {MARK}."


def test_short_key_is_taken_out_only_as_a_word() -> None:
    redactor = Redactor()
    redactor.add(" ollama\n")

    assert redactor.redact("ollama answered; ollamas graze") == f"{MARK} answered; ollamas graze"


def test_redactor_shows_no_key() -> None:
    redactor = Redactor()
    redactor.add(OTHER)
    redactor.add("  ")

    assert repr(redactor) == "<Redactor of 1 keys>"
