"""Writes a file such as ChatGPT exports: many conversations as trees of nodes, prose, code, lists, many scripts."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

_SCRIPTS = (
    ("abcdefghijklmnopqrstuvwxyz", 40, " "),
    ("àâçéèêëîïôùûüÿñæœabcdefghijklmnop", 6, " "),
    ("абвгдежзийклмнопрстуфхцчшщъыьэюя", 3, " "),
    ("的一是不了人我在有他这中大来上国时到说们", 2, ""),
)
_VOCABULARY = 4_000


def write_export(path: Path, megabytes: int, seed: int = 1) -> int:
    """Write it.

    Args:
        path: The file.
        megabytes: Its size, about, in millions of bytes.
        seed: The same one makes the same file.

    Returns:
        How many conversations are in it.
    """
    rng = random.Random(seed)
    written = count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for conversation in _conversations(rng):
            text = json.dumps(conversation, ensure_ascii=count % 2 == 0)
            written += file.write(("," if count else "") + text)
            count += 1
            if written >= megabytes * 1_000_000:
                break
        file.write("]")
    return count


def _conversations(rng: random.Random) -> Iterator[dict[str, object]]:
    weights = [weight for _letters, weight, _gap in _SCRIPTS]
    words = [_vocabulary(rng, letters) for letters, _weight, _gap in _SCRIPTS]
    at = 1_600_000_000.0
    while True:
        script = rng.choices(range(len(_SCRIPTS)), weights)[0]
        gap = _SCRIPTS[script][2]
        at += 3_600
        mapping: dict[str, object] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
        parent = "root"
        for number in range(rng.choice((2, 4, 8, 16, 30, 60))):
            role = ("user", "assistant")[number % 2]
            text = _text(rng, words[script], gap, 40 if role == "user" else 250)
            name = f"{rng.getrandbits(128):032x}"
            mapping[name] = _node(name, parent, role, text, at + number)
            parent = name
        yield {
            "title": gap.join(rng.choices(words[script], k=5)),
            "create_time": at,
            "update_time": at + len(mapping),
            "mapping": mapping,
            "current_node": parent,
            "conversation_id": f"{rng.getrandbits(128):032x}",
            "moderation_results": [],
            "is_archived": False,
        }


def _node(name: str, parent: str, role: str, text: str, at: float) -> dict[str, object]:
    metadata = {"model_slug": "gpt-4o", "request_id": name, "finish_details": {"type": "stop", "stop_tokens": [200002]}}
    message = {
        "id": name,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": at,
        "update_time": None,
        "content": {"content_type": "text", "parts": [text]},
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": metadata if role == "assistant" else {"request_id": name, "timestamp_": "absolute"},
        "recipient": "all",
    }
    return {"id": name, "message": message, "parent": parent, "children": []}


def _vocabulary(rng: random.Random, letters: str) -> list[str]:
    return ["".join(rng.choices(letters, k=rng.randint(2, 10))) for _ in range(_VOCABULARY)]


def _text(rng: random.Random, words: list[str], gap: str, most: int) -> str:
    blocks = []
    for _ in range(rng.randint(1, 5)):
        said = gap.join(rng.choices(words, k=rng.randint(5, most)))
        kind = rng.randrange(6)
        if kind == 0:
            blocks.append("```python\n" + "\n".join(f"    value_{n} = {n} * x" for n in range(12)) + "\n```")
        elif kind == 1:
            blocks.append("\n".join(f"- **{word}**: {said[:60]}" for word in words[:4]))
        else:
            blocks.append(said + (" 🙂" if rng.random() < 0.05 else "."))
    return "\n\n".join(blocks)
