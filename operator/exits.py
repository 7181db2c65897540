"""How a command ends: every fault as one sentence on standard error and an exit code.

Theory of operation. 0 done, 1 refused by a rule, 2 usage or something that does not exist, 3 our journal is damaged, 4 a
foreign or malformed file, 5 the store cannot be had, 130 interrupted. A closed pipe is no error. No traceback reaches
a user; HUE_TRACEBACK=1 shows one for what should not happen.
"""

import io
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from hueandcry.domain.fault import Conflict, Damaged, ForeignFault, Refused

REFUSED, USAGE, DAMAGED, FOREIGN, UNAVAILABLE, INTERRUPTED = 1, 2, 3, 4, 5, 130


class Ended(Exception):
    """A command ends with a code; why was said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def fail(code: int, sentence: str) -> NoReturn:
    """Say one sentence on standard error and end with a code."""
    from hueandcry.operator.console import complain

    complain(f"hue: {sentence}")
    raise Ended(code)


def run(command: Callable[[], object]) -> int:
    """Run a command and return its exit code; every fault becomes a sentence and a code."""
    _prepare()
    code: object
    try:
        code = command()
        sys.stdout.flush()
    except Ended as end:
        code = end.code
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = 0
    except SystemExit as end:  # the command-line library's own way of meeting a closed pipe
        code = 0 if isinstance(end.__context__, BrokenPipeError) else end.code
    except Exception as fault:  # noqa: BLE001 — the last door: whatever it is, a user sees one sentence
        code = _told(*family_of(fault))
    return _flushed(code if isinstance(code, int) else 0)


def _prepare() -> None:
    """Let nothing that is typed or shown end the command: odd bytes are kept by number, letters a terminal lacks are spelt out."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _flushed(code: int) -> int:
    """Empty standard output before the interpreter would, so that a full disk behind it is told and a closed pipe is not."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as fault:
        code = code if code == UNAVAILABLE else _told(*family_of(fault))
    else:
        return code
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def family_of(fault: Exception) -> tuple[int, str]:
    """Return the exit code and the one sentence that a fault comes to."""
    from hueandcry.operator.reference import Misread
    from hueandcry.store.moment import NotAMoment

    families: tuple[tuple[type[Exception], int], ...] = (
        (Refused, REFUSED),
        (Misread, USAGE),
        (NotAMoment, USAGE),
        (Damaged, DAMAGED),
        (ForeignFault, FOREIGN),
        (Conflict, UNAVAILABLE),
    )
    for family, code in families:
        if isinstance(fault, family):
            return code, str(fault)
    import sqlite3

    from eventsourcing.persistence import PersistenceError

    if isinstance(fault, sqlite3.DatabaseError | PersistenceError):
        text = str(fault)
        damaged = "malformed" in text or "not a database" in text or "no such table" in text
        return (
            (DAMAGED, f"the journal is damaged: {text}")
            if damaged
            else (UNAVAILABLE, f"the store cannot be used: {text}")
        )
    if isinstance(fault, OSError):
        return UNAVAILABLE, f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}"
    if os.environ.get("HUE_TRACEBACK"):
        raise fault
    return UNAVAILABLE, f"this should not happen ({type(fault).__name__}: {fault}); HUE_TRACEBACK=1 shows where"


def _told(code: int, sentence: str) -> int:
    from hueandcry.operator.console import complain

    complain(f"hue: {sentence}")
    return code
