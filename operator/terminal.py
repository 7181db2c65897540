"""The terminal that the room is on: taken once, and taken again when the process was held and goes on.

Theory of operation. The library starts anew at every SIGCONT, which is right behind its own suspension alone. A process that
somebody else held (SIGSTOP, a debugger, a shell's job control) has its threads still: a second pair of them would share its keys,
and the terminal as it was then, raw, would be what is restored at the end. Here it only takes the terminal back and draws, and
not before the loop's next turn: the signal may come while what is written holds the lock of its queue.
"""

import termios
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

_ALTERNATE, _NO_CURSOR, _FRAMED_PASTE = "\x1b[?1049h", "\x1b[?25l", "\x1b[?2004h"


class TerminalDriver(LinuxDriver):
    """A terminal whose program may be held and go on at any time."""

    _taken: list[Any] | None = None  # its modes while the room has it

    def start_application_mode(self) -> None:
        """Take the terminal."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        try:
            self._taken = termios.tcgetattr(self.fileno)
        except termios.error:  # no terminal
            self._taken = None

    def _sigcont_application(self, *signalled: object) -> None:
        """Go on: anew behind a suspension, else as it was, with everything drawn again."""
        if self._must_signal_resume:
            super()._sigcont_application(*signalled)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take_again)

    def _take_again(self) -> None:
        if self._taken is None:
            return
        try:
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._taken)  # in the background that stops it again
        except termios.error:
            return  # it is gone: whoever is hung up on is sent this, too
        self.write(_ALTERNATE + _NO_CURSOR + _FRAMED_PASTE)
        self.flush()
        self._app.refresh()

    def stop_application_mode(self) -> None:
        """Give the terminal back; whoever goes on behind that takes it no more."""
        self._taken = None
        super().stop_application_mode()
