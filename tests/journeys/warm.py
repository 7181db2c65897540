"""The `hue` command without its start-up: one process loads it once, and a child of that process does each command.

Theory of operation. A command of its own is most of a second's loading; hundreds of them are put to a table of texts. Each
request is a line of JSON: words, environment, folder, standard input; the answer is one, too. The child has pipes and files
like any command's, and ends as the command does. tests/journeys/session.py says when it is used.
"""

import atexit
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.journeys.session import LIMIT_S, ROOT, Ended


class Warm:
    """A loaded command."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hue-warm-"))
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._folder)],
            env={**os.environ, "PYTHONPATH": f"{ROOT / '.typed'}:{ROOT}", "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def end(self) -> None:
        """End the process that has loaded it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LIMIT_S)
        self._process.stdout.close()
        shutil.rmtree(self._folder)

    def hue(self, home: Path, words: Sequence[str], given: bytes, env: dict[str, str]) -> Ended:
        """Run the command in a home with words, standard input and this environment alone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": list(words), "env": env, "home": str(home), "given": base64.b64encode(given).decode()}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], LIMIT_S)[0]:
            self._process.kill()
            raise subprocess.TimeoutExpired(list(words), LIMIT_S)
        told = json.loads(self._process.stdout.readline())
        return Ended(told["code"], base64.b64decode(told["out"]), base64.b64decode(told["err"]))


@cache
def shared() -> Warm:
    """Return the one of this process of tests, which ends with it."""
    one = Warm()
    atexit.register(one.end)
    return one


def _serve(folder: Path) -> None:
    import importlib

    for room in ("operator", "operator/work", "operator/intake"):
        for page in sorted((ROOT / room).glob("*.py")):
            if page.stem not in ("app", "entry"):
                importlib.import_module(f"hueandcry.{room.replace('/', '.')}.{page.stem}")
    _run_once(folder)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        (folder / "in").write_bytes(base64.b64decode(asked["given"]))
        child = os.fork()
        if child == 0:
            _be(folder, asked["words"], asked["env"], asked["home"])
        _, status = os.waitpid(child, 0)
        told: dict[str, object] = {"code": os.waitstatus_to_exitcode(status)}
        for name in ("out", "err"):
            told[name] = base64.b64encode((folder / name).read_bytes()).decode()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _run_once(folder: Path) -> None:
    """Load what a command loads when it runs."""
    from hueandcry.operator.cli import app
    from hueandcry.operator.exits import run

    told, complained = sys.stdout, sys.stderr
    sys.argv = ["hue", "board", "--store", str(folder / "none")]
    with open(os.devnull, "w") as sys.stdout, open(os.devnull, "w") as sys.stderr:
        run(app)
    sys.stdout, sys.stderr = told, complained


def _be(folder: Path, words: list[str], env: dict[str, str], home: str) -> None:
    """Be the command, and end as it does."""
    from hueandcry.operator.cli import main

    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(home)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, handle in enumerate(
        (os.open(folder / "in", os.O_RDONLY), os.open(folder / "out", flags), os.open(folder / "err", flags))
    ):
        os.dup2(handle, number)
    sys.stdin = os.fdopen(0, newline="\n")
    sys.stdout = os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w")
    sys.argv = ["hue", *words]
    sys.path.insert(0, home)  # as Python does for a module that is run
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
