"""A config file's text: bytes that are plain UTF-8 of a bounded size, or one located line that says why not."""

import re
import stat
from pathlib import Path

from sim.errors import ConfigError, Located
from sim.scenario.text import clean

LARGEST_FILE = 256 * 1024  # bytes

# Control characters, line and paragraph separators (some readers take them for an end of line), the byte order mark,
# and what is no character at all.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINE_END = re.compile("\r\n|\r|\n")


def mistake(shown: str, line: int, column: int, field: str, message: str) -> ConfigError:
    """One located line, ready to raise."""
    return ConfigError([Located(shown, line, column, field, message)])


def read_bytes(path: Path, shown: str, largest: int = LARGEST_FILE, what: str = "YAML") -> bytes:
    """The bytes of a plain file of at most 256 KiB, or so many as are given. Raises ConfigError."""
    try:
        status = path.stat()
        mode = status.st_mode
        if not stat.S_ISREG(mode):  # opening a pipe or a device could wait for ever
            found = "a folder" if stat.S_ISDIR(mode) else "something that is no plain file"
            raise mistake(shown, 1, 1, "", f"expected a {what} file, found {found}")
        with path.open("rb") as file:
            data = file.read(min(largest, max(status.st_size, LARGEST_FILE)) + 1)
    except FileNotFoundError:
        raise mistake(shown, 1, 1, "", f"expected a {what} file, found no file of that name") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise mistake(
            shown, 1, 1, "", f"expected a {what} file that can be read, found: {clean(reason)}"
        ) from None
    if len(data) > largest:
        raise mistake(shown, 1, 1, "", f"expected at most {largest // 1024} KiB, found more")
    return data


def decode(data: bytes, shown: str) -> str:
    """The text of a file's bytes. Raises ConfigError at the first character that does not belong there."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise mistake(shown, 1, 1, "", "expected UTF-8, found UTF-16: save the file as UTF-8")
    if data.startswith(b"\xef\xbb\xbf"):
        raise mistake(
            shown, 1, 1, "", "expected UTF-8 without a byte order mark, found one: save the file without it"
        )
    if (zero := data.find(b"\0")) >= 0:
        line, column = _position(data[:zero].decode("utf-8", "replace"))
        raise mistake(shown, line, column, "", "expected a text file, found binary data")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(data[: error.start].decode("utf-8"))
        found = f"the byte 0x{data[error.start]:02X}"
        raise mistake(
            shown, line, column, "", f"expected UTF-8, found {found}: save the file as UTF-8"
        ) from None
    if match := _UNPRINTABLE.search(text):
        line, column = _position(text[: match.start()])
        found = (
            "a tab: write spaces"
            if match[0] == "\t"
            else f"the character U+{ord(match[0]):04X}: leave it out"
        )
        raise mistake(shown, line, column, "", f"expected text without control characters, found {found}")
    return text


def _position(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows this text."""
    lines = _LINE_END.split(before)
    return len(lines), len(lines[-1]) + 1
