"""The chain of the audit log: each row's hash covers the hash before it, so that no row can be changed unseen.

With a key the hash is an HMAC-SHA256 (RFC 2104), which only who has the key can make; without one it is plain SHA-256.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping

KEY_BYTES = 32
START = "0" * 64
"""Stands for the hash before the first row."""
UNKEYED = ""
"""The key id of rows that are chained without a key."""


def key_id(key: bytes | None) -> str:
    """A name of a key that tells nothing of it: 16 hexadecimal digits; empty for none."""
    if key is None:
        return UNKEYED
    return hmac.new(key, b"cortex-desktop audit key", hashlib.sha256).hexdigest()[:16]


def row_hash(key: bytes | None, before: str, row: Mapping[str, object]) -> str:
    """The hash of a row.

    Args:
        key: None for the plain hash.
        before: The hash of the row before, or ``START``.
        row: All of its columns but the hash.

    Returns:
        64 hexadecimal digits.
    """
    # Values that no row of ours holds (a tampered one can hold bytes) get some text, and so a hash that does not fit.
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr)
    content = f"{before}\n{text}".encode("utf-8", "surrogateescape")
    if key is None:
        return hashlib.sha256(content).hexdigest()
    return hmac.new(key, content, hashlib.sha256).hexdigest()
