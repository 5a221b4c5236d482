"""Counts which tokens of a request a provider's prompt cache would hold: the provider's part of ``cached_input_ratio``.

Anthropic: a breakpoint (`cache_control`) writes the bytes of tools, system and messages up to it; a later request reads
the longest such entry that ends at one of its own breakpoints or at most 20 blocks before one, and is at least
1024 tokens long. Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching

Gemini: the longest beginning that a request has in common with an earlier one, from 2048 tokens.
Source: https://ai.google.dev/gemini-api/docs/caching
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

_CLAUDE_LEAST = 1024
_CLAUDE_LOOK_BACK = 20
_CLAUDE_BREAKPOINTS = 4
_GEMINI_LEAST = 2048
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Counted:
    """Tokens of one request.

    Attributes:
        read: Read from the cache.
        written: Written to it.
        rest: Neither.
    """

    read: int
    written: int
    rest: int


@dataclass
class PrefixCache:
    """What the servers remember; entries never end, as a conversation's turns come within minutes."""

    _entries: set[str] = field(default_factory=set)
    _seen: list[str] = field(default_factory=list)

    def claude(self, body: dict[str, Any]) -> Counted:
        """Count a request to Anthropic's Messages API, and remember it.

        Raises:
            ValueError: It has more breakpoints than the API takes.
        """
        blocks = _blocks_of(body)
        sizes, digests, total, so_far = [], [], 0, hashlib.sha256()
        for seat, block in blocks:
            plain = json.dumps([seat, {key: value for key, value in block.items() if key != "cache_control"}])
            total += len(plain)
            so_far.update(plain.encode())
            sizes.append(total // _CHARACTERS_A_TOKEN)
            digests.append(so_far.hexdigest())
        marked = [place for place, (_, block) in enumerate(blocks) if "cache_control" in block]
        if len(marked) > _CLAUDE_BREAKPOINTS:
            raise ValueError(f"a request has {len(marked)} cache breakpoints")
        read = max(
            (
                sizes[place]
                for mark in marked
                for place in range(max(0, mark - _CLAUDE_LOOK_BACK), mark + 1)
                if digests[place] in self._entries
            ),
            default=0,
        )
        long_enough = [mark for mark in marked if sizes[mark] >= _CLAUDE_LEAST]
        written = max(0, sizes[long_enough[-1]] - read) if long_enough else 0
        self._entries.update(digests[mark] for mark in long_enough)
        return Counted(read, written, sizes[-1] - read - written)

    def gemini(self, body: dict[str, Any]) -> Counted:
        """Count a request to Gemini, and remember it."""
        head = [body.get("systemInstruction"), body.get("tools"), body.get("toolConfig")]
        said = json.dumps([*head, *body["contents"]], sort_keys=True)
        common = max((_in_common(said, past) for past in self._seen), default=0)
        self._seen.append(said)
        read, total = common // _CHARACTERS_A_TOKEN, len(said) // _CHARACTERS_A_TOKEN
        read = read if read >= _GEMINI_LEAST else 0
        return Counted(read, 0, total - read)


def _in_common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (here, there) in pairs if here != there), min(len(one), len(other)))


def _blocks_of(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The blocks in the order of the cache, each with its seat."""
    blocks = [("tools", tool) for tool in body.get("tools", ())]
    blocks += [("system", block) for block in body.get("system", ())]
    for number, message in enumerate(body["messages"]):
        blocks += [(f"{number} {message['role']}", block) for block in message["content"]]
    return blocks
