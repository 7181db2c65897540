"""What a terminal sends, as text for the screen's library: no byte ends the room, and nothing in a paste is a key.

Theory of operation. What is no UTF-8 becomes the sign for that. A terminal frames what is pasted; most leave escapes out of it,
a multiplexer pastes what it was given. The library takes an escape within a paste for the beginning of a key, and what
follows it for keys, so that a message from a stranger could press Enter. Here each such escape becomes its picture, as any
control does that is shown. A frame may come in two reads: of its end, what may be the beginning is held back until the next; of
its beginning, what came is told at once, since it may be the Esc key, and remembered.
"""

import codecs

BEGIN, END = "\x1b[200~", "\x1b[201~"
_PICTURE = "\u241b"


class KeyboardDecoder(codecs.IncrementalDecoder):
    """Decodes what was read from a terminal, piece by piece."""

    def __init__(self, errors: str = "replace") -> None:
        super().__init__(errors)
        self._letters = codecs.getincrementaldecoder("utf-8")(errors)
        self._pasting = False
        self._held = ""
        self._told = ""  # the end of what was told, where it may be the beginning of a frame

    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        """Return the text of the next bytes, as far as it is certain what they are."""
        text, self._held = self._held + self._letters.decode(data, final), ""
        known, told = len(self._told), ""
        text, self._told = self._told + text, ""
        while text:
            before, frame, text = text.partition(END if self._pasting else BEGIN)
            begun = "" if frame or final else _begun(before, END if self._pasting else BEGIN)
            if not self._pasting:
                self._told = begun
            elif begun:
                before, self._held = before.removesuffix(begun), begun
            told += (before.replace("\x1b", _PICTURE) if self._pasting else before) + frame
            self._pasting ^= bool(frame)
        return told[known:]


def _begun(text: str, frame: str) -> str:
    """Return the end of a text that may be the beginning of a frame."""
    return next((frame[:count] for count in range(len(frame) - 1, 0, -1) if text.endswith(frame[:count])), "")


def keyboard_decoder(_: str) -> type[KeyboardDecoder]:
    """Return the decoder, whatever the name of the letters: a terminal sends UTF-8 here."""
    return KeyboardDecoder
