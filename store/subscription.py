"""Hearing of others' commits: the library's subscription on our journal, and the wait of whoever follows it.

Theory of operation. The doorbell tells at once, and because a ring may be lost, everybody who listens also looks at the
journal: the subscription at its end every 25 ms, `Commits` at SQLite's own count of others' commits, every 100 ms where it can be
rung (a look every 25 ms took 1.1 % of a core in an idle room, docs/adr/0011) and every 25 ms where it cannot. A journal in
memory has no door; there one only looks.

A subscription has two threads: the library's pulls, ours listens and wakes it. Leaving the subscription stops both and
waits for them, so that none asks a closed store. A listener that fails, because the store was closed first or is damaged,
stops the subscription, and whoever iterates over it gets the fault.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

from hueandcry.store.doorbell import Bell

POLL_S = 0.025
LOOK_S = 0.1  # for whoever can be rung


class Followed(Protocol):
    """What can be followed: a journal, in a file or in memory."""

    @property
    def path(self) -> Path | None:
        """The journal's file, None in memory."""

    def data_version(self) -> Callable[[], int]:
        """Return a function that tells a number which changes whenever another connection commits."""


class Commits:
    """Waits for commits by whomever; for one thread, which any other may nudge."""

    def __init__(self, journal: Followed) -> None:
        self._bell = Bell(journal.path)
        self._version = journal.data_version()
        self._seen = self._version()
        self._nudged = False

    def wait(self, timeout_s: float) -> bool:
        """Wait until somebody has committed since the last wait, or for so long; tell whether somebody has."""
        until = time.monotonic() + timeout_s
        while True:
            now = self._version()
            if now != self._seen:
                self._seen = now
                return True
            left = until - time.monotonic()
            if left <= 0 or self._nudged:
                self._nudged = False
                return False
            self._bell.wait(min(LOOK_S if self._bell.hears else POLL_S, left))

    def nudge(self) -> None:
        """Let the wait end now, or the next one if nobody waits; for any thread."""
        self._nudged = True
        self._bell.nudge()

    def close(self) -> None:
        """Listen no more."""
        self._bell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class JournalSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """The library's subscription, woken by the doorbell and by a poll of the journal's end."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        self._bell = Bell(getattr(recorder, "path", None))
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listener = threading.Thread(target=self._listen, name="journal listener", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        last: int | None = -1
        try:
            while not self._has_been_stopped:
                end = self._recorder.max_notification_id()
                if end != last:
                    last = end
                    self._has_been_notified.set()
                self._bell.wait(POLL_S)
        except BaseException as fault:  # noqa: BLE001  # raised in the thread that iterates, as the library's pulling does
            if self._thread_error is None and not self._has_been_stopped:
                self._thread_error = fault
            self.stop()
        finally:
            self._bell.close()

    def stop(self) -> None:
        """Stop both threads; does not wait for them."""
        super().stop()
        self._bell.nudge()

    def end(self) -> None:
        """Stop both threads, and wait for them unless it is one of them that asks."""
        self.stop()
        for thread in (self._pull_thread, self._listener):
            if thread is not threading.current_thread():
                thread.join()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listener.join()
