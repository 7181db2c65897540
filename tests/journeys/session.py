"""Runs plain-text sessions: a story of what people type at the `hue` command, and what they see.

Theory of operation. A script is a text file. `# ` begins prose, a blank line parts. `$ LINE` is run by a shell in the
script's own home, and the lines below it are what is expected:

    $ hue do ring 999 07700900123
    ... CALL=$(...) Ringing on 999 07700900123

Plain lines are standard output, `stderr: ` begins a line of standard error, `(exit 2)` is the exit code, which is 0 where
nothing is said. `...` in a line stands for any text, alone in a line for any number of lines; runs of blanks count as
one. `NAME=$(...)` stands for one word, which later lines may use as ${NAME}. `file NAME <<END` writes a file up to END.
A line that is the command alone, or a script's own name for it, with nothing that is the shell's to do, is run by a process
that has loaded it (warm.py).
The command is HUE_COMMAND, else this tree's own; each script has its own home, store, keys, time zone and language.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LIMIT_S = 3600 if os.environ.get("HUE_PROOF") == "1" else 60  # whole files take their time
_OF_THE_SHELL = re.compile(r"[|&;<>$()`*?~#\\\[\]]")
_DOOR = re.compile(r'#!/bin/sh\n((?:\w+=\S+ )*)exec hue "\$@"\n')
_CAPTURE = re.compile(r"([A-Z][A-Z0-9_]*)=\$\(\.\.\.\)")


class Ended(NamedTuple):
    """How a command ended, and what it printed, byte by byte."""

    code: int
    out: bytes
    err: bytes


def command() -> list[str]:
    """Return the command under test: HUE_COMMAND, else the one of this tree."""
    given = os.environ.get("HUE_COMMAND")
    return shlex.split(given) if given else [sys.executable, "-m", "hueandcry.operator.cli"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the whole environment of a session in its own home, with nothing of ours but where programs are."""
    found = {"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    found |= {"HUE_STORE": str(home / "store"), "HUE_KEYS": str(home / "keys")}
    found |= {"TZ": "Europe/London", "LANG": "C.UTF-8"}
    if "HUE_COMMAND" not in os.environ:
        found["PYTHONPATH"] = str(ROOT / ".typed")
    return {**found, **more}


def hue(home: Path, *words: str | bytes, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a home with words, standard input and more environment; return what came of it."""
    done = run(home, [os.fsdecode(word) for word in words], given.encode("utf-8", "surrogateescape"), **more)
    out, err = (one.decode("utf-8", "surrogateescape") for one in (done.out, done.err))
    return subprocess.CompletedProcess([*command(), *words], done.code, out, err)


def run(home: Path, words: Sequence[str], given: bytes = b"", **more: str) -> Ended:
    """Run the command, in a process that has loaded it where that makes no difference; return what came of it, byte by byte."""
    from tests.journeys.warm import shared

    if "HUE_COMMAND" not in os.environ and not any(name.startswith("PYTHON") for name in more):
        return shared().hue(home, words, given, environment(home, **more))
    done = subprocess.run(
        [*command(), *words],
        input=given,
        env=environment(home, **more),
        cwd=home,
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def start(home: Path, *words: str, **more: str) -> subprocess.Popen[bytes]:
    """Start the command in a home and leave it running; its output comes through unbuffered pipes."""
    return subprocess.Popen(
        [*command(), *words],
        bufsize=0,
        env=environment(home, **more),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # else one in the background hears no Ctrl-C
    )


@dataclass
class Step:
    """One `$` line of a script and what is expected of it."""

    number: int
    line: str
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    code: int = 0


class Session:
    """One script in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.names: dict[str, str] = {}
        bin_folder = home / "bin"
        bin_folder.mkdir(parents=True)
        door = bin_folder / "hue"
        door.write_text(f'#!/bin/sh\nexec {shlex.join(command())} "$@"\n')
        door.chmod(0o755)

    def play(self, script: Path) -> None:
        """Run every step of a script; raises AssertionError at the first that differs, naming its line."""
        lines = script.read_text().splitlines()
        at = 0
        while at < len(lines):
            text, at = lines[at], at + 1
            if text.startswith("file "):
                at = self._file(text, lines, at)
            elif text.startswith("$ "):
                step = Step(at, text[2:])
                while at < len(lines) and lines[at].strip() and not lines[at].startswith(("$ ", "# ", "file ")):
                    _expect(step, lines[at])
                    at += 1
                self._run(script, step)
            elif text.strip() and not text.startswith("#"):
                raise AssertionError(f"{script.name}:{at}: neither prose nor a command: {text}")

    def _file(self, text: str, lines: list[str], at: int) -> int:
        name, _, mark = text.removeprefix("file ").partition(" <<")
        end = lines.index(mark, at)
        (self.home / name).write_text(self._named("".join(f"{one}\n" for one in lines[at:end])))
        return end + 1

    def _named(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(f"${{{name}}}", value)
        return text

    def _run(self, script: Path, step: Step) -> None:
        done = self._done(self._named(step.line))
        out, err = (one.decode("utf-8", "surrogateescape") for one in (done.out, done.err))
        found = self._pattern(step.out).fullmatch(_level(out))
        if found and self._pattern(step.err).fullmatch(_level(err)) and done.code == step.code:
            self.names |= {name: value for name, value in found.groupdict().items() if value}
            return
        __tracebackhide__ = True
        expected = [*step.out, *(f"stderr: {one}" for one in step.err), f"(exit {step.code})"]
        actual = f"{out}{_prefixed(err)}(exit {done.code})"
        raise AssertionError(
            f"{script.name}:{step.number}: $ {self._named(step.line)}\n"
            f"--- expected\n{self._named(chr(10).join(expected))}\n--- actual\n{actual}"
        )

    def _done(self, line: str) -> Ended:
        door = self._door(line.split(maxsplit=1)[0])
        if door is not None and not _OF_THE_SHELL.search(line):
            return run(self.home, shlex.split(line)[1:], **door)
        done = subprocess.run(
            ["sh", "-c", line],
            stdin=subprocess.DEVNULL,
            env=environment(self.home),
            cwd=self.home,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def _door(self, name: str) -> dict[str, str] | None:
        """Return the environment in which a name is the command, None where it is something else."""
        path = self.home / "bin" / name
        found = _DOOR.fullmatch(path.read_text()) if name != "hue" and path.exists() else None
        if found is None:
            return {} if name == "hue" else None
        given = (one.partition("=") for one in found[1].split())
        return {one: value.replace("$HOME", str(self.home)) for one, _, value in given}

    def _pattern(self, lines: list[str]) -> re.Pattern[str]:
        parts = []
        for line in lines:
            if line.strip() == "...":
                parts.append(r"(?:.*\n)*?")
                continue
            pieces = _CAPTURE.split(_level(self._named(line)).rstrip("\n"))
            texts = [".*?".join(map(re.escape, piece.split("..."))) for piece in pieces[::2]]
            names = [f"(?P<{name}>\\S+)" for name in pieces[1::2]]
            parts.append("".join(x for pair in zip(texts, [*names, ""], strict=True) for x in pair) + r"\n")
        return re.compile("".join(parts))


def _expect(step: Step, text: str) -> None:
    ended = re.fullmatch(r"\(exit (\d+)\)", text.strip())
    if ended:
        step.code = int(ended[1])
    elif text.startswith("stderr: "):
        step.err.append(text.removeprefix("stderr: "))
    else:
        step.out.append(text)


def _level(text: str) -> str:
    """Return a text with runs of blanks as one and none at the ends of lines."""
    return "".join(f"{re.sub(r'[ ]+', ' ', line).strip()}\n" for line in text.splitlines())


def _prefixed(text: str) -> str:
    return "".join(f"stderr: {line}\n" for line in text.splitlines())
