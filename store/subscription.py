"""The library's subscription on our journal: woken by a poll, ended before the datastore closes.

Theory of operation. A listener thread asks for the journal's end and wakes the library's pulling thread when it moved.
Leaving the subscription stops both and waits for them, so that none asks a closed store.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

POLL_S = 0.025


class JournalSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """The library's subscription, woken by a poll of the journal's end."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        last: int | None = -1
        while not self._has_been_stopped:
            end = self._recorder.max_notification_id()
            if end != last:
                last = end
                self._has_been_notified.set()
            time.sleep(POLL_S)

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._listener.join()
