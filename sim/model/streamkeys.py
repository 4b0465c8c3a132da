"""Keys of names: what stands for a place or a stream in the address of a draw."""

import hashlib


def name_key(name: str) -> int:
    """64-bit key of a name: the first 8 bytes of its SHA-256, little-endian.

    >>> name_key("north") == name_key("north") != name_key("south")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
