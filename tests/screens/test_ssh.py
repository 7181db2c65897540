"""The room served over SSH as docs/operate.md has it: sshd, tmux and both scripts are set up from the files of that page."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hueandcry.domain.duty import Place
from hueandcry.operator.bootstrap import Founding, found, set_passphrase, sign_on
from tests.screens.terminal import ROOT, Terminal
from tests.staging import work

F10 = "\x1b[21~"
PACKAGES = {"sshd": "openssh-server", "ssh": "openssh-client", "ssh-keygen": "openssh-client", "tmux": "tmux"}
PASSPHRASE = "a grey heron at dawn"
KEYS = ("3305", "authority", "4455", "unnamed", "stranger")
REFUSED = "only the control room is served here"


def program(name: str) -> str:
    """Return where a program is; skips the test where it is missing."""
    there = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if there is None:
        pytest.skip(f"{name} is missing: install {PACKAGES[name]} to try what docs/operate.md says of SSH")
    return there


def account() -> str:
    """Return the account that runs the tests; skips the test where sshd would not let it in."""
    me = pwd.getpwuid(os.getuid())
    if me.pw_shell.endswith(("/nologin", "/false")):
        pytest.skip(f"{me.pw_name} has no login shell: run the tests as an account that has one")
    with suppress(OSError, StopIteration):
        entries = (line.split(":") for line in Path("/etc/shadow").read_text().splitlines())
        if next(one for one in entries if one[0] == me.pw_name)[1].startswith("!"):
            pytest.skip(f"{me.pw_name} is locked, and sshd lets no locked account in: usermod --password '*' opens it")
    return me.pw_name


def files_of_the_page() -> dict[str, str]:
    """Return the files that the page gives: a line with the name, then the block."""
    page = (ROOT / "docs" / "operate.md").read_text()
    return dict(re.findall(r"^`([~/][^`\n]+)`\n\n```\w*\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))


def await_that(holds: Callable[[], object], *terminals: Terminal, most_s: float = 20) -> None:
    """Read what terminals get until something holds."""
    end = time.monotonic() + most_s
    while not holds():
        assert time.monotonic() < end, "\n".join(one.text for one in terminals)
        for one in terminals:
            one.read(0.05)
        if not terminals:
            time.sleep(0.02)


def runs(pid: int) -> bool:
    """Tell whether a process is there that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def await_end(pids: list[int]) -> None:
    """Wait until none of some processes runs."""
    await_that(lambda: not any(map(runs, pids)))


class Served:
    """A store, its operators 3305 (by key) and 4455 (by certificate), and an sshd of its own on a free port."""

    def __init__(self, folder: Path) -> None:
        self.programs = {name: program(name) for name in PACKAGES}
        self.etc, self.lib = folder / "etc", folder / "lib"
        self.opened: list[Terminal] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._make_keys(folder / "keys")
        self._put(folder, account())
        self._found()
        self._log = (folder / "sshd.log").open("wb")
        self._sshd = self._start()

    def _make_keys(self, keys: Path) -> None:
        keys.mkdir()
        self.etc.mkdir()
        keygen = [self.programs["ssh-keygen"], "-q"]
        for path in (self.etc / "ssh_host_ed25519_key", *(keys / name for name in KEYS)):
            subprocess.run([*keygen, "-t", "ed25519", "-N", "", "-C", path.name, "-f", path], check=True)
        subprocess.run(
            [*keygen, "-s", keys / "authority", "-I", "4455", "-n", "4455", keys / "4455.pub"],
            check=True,
        )
        self.keys = keys

    def _put(self, folder: Path, me: str) -> None:
        """Put the files of the page where they belong here; what is filled in stands below, and has to be on the page."""
        filled = {
            "Port 2222": f"Port {self.port}",
            "ListenAddress 192.0.2.10": "ListenAddress 127.0.0.1",
            "AllowUsers hue": f"AllowUsers {me}",
            "StrictModes yes": "StrictModes no",  # a folder above this one is everybody's
            "/run/hue-sshd.pid": f"{folder}/sshd.pid",
            "User hue": f"User {me}",
            "room.example": "127.0.0.1",
            "KEY-OF-3305": (self.keys / "3305.pub").read_text().strip(),
            "KEY-OF-THE-AUTHORITY": (self.keys / "authority.pub").read_text().strip(),
            "/etc/hue/": f"{self.etc}/",
            "/var/lib/hue/": f"{self.lib}/",
            "/opt/hue/bin/hue": f"{folder}/hue",
            "/usr/bin/tmux": self.programs["tmux"],
        }
        given = files_of_the_page()
        for path, text in given.items():
            for word, here in filled.items():
                text = text.replace(word, here)
            (self.etc / Path(path).name).write_text(text)
        with (self.etc / "authorized_keys").open("a") as more:
            more.write((self.keys / "unnamed.pub").read_text())
        assert {Path(path).name for path in given} == {
            "sshd_config",
            "authorized_keys",
            "door",
            "room",
            "tmux.conf",
            "config",
        }
        assert [word for word in filled if not any(word in text for text in given.values())] == []
        command = folder / "hue"
        command.write_text(
            f'#!/bin/sh\nPYTHONPATH={ROOT}/.typed exec {sys.executable} -m hueandcry.operator.entry "$@"\n'
        )
        command.chmod(0o755)
        host = (self.etc / "ssh_host_ed25519_key.pub").read_text()
        (self.etc / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host}")

    def _found(self) -> None:
        founding = Founding("GMP", "Greater Manchester Police", "2211", keys=self.lib / "keys")
        self.room, _ = found(self.lib / "store", founding)
        self.desk = self.room.desk(None)
        for collar in ("3305", "4455"):
            work(self.desk, f"register {collar} handler")
            set_passphrase(self.desk, collar, PASSPHRASE)

    def _start(self) -> subprocess.Popen[bytes]:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where an sshd of root shuts itself in
        argv = [self.programs["sshd"], "-D", "-e", "-f", str(self.etc / "sshd_config")]
        sshd = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        log = Path(self._log.name)
        await_that(lambda: sshd.poll() is not None or "Server listening" in log.read_text())
        assert sshd.poll() is None, log.read_text()
        return sshd

    def ssh(self, collar: str, *options: str) -> list[str]:
        """Return the client of an operator as it is run; what is asked for beside the room goes behind `hue`."""
        own = ("-F", str(self.etc / "config"), "-i", str(self.keys / collar), "-o", "IdentitiesOnly=yes")
        known = ("-o", f"UserKnownHostsFile={self.etc}/known_hosts", "-o", "StrictHostKeyChecking=yes")
        return [self.programs["ssh"], *own, *known, "-o", "BatchMode=yes", *options]

    def ask(self, *asked: tuple[str, ...]) -> list[tuple[int, str, str]]:
        """Run clients without a terminal, all at once, and return the exit code of each and what it wrote."""
        pipe = subprocess.PIPE
        begun = [
            subprocess.Popen(self.ssh(*one), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)
            for one in asked
        ]
        try:
            told = [one.communicate(timeout=20) for one in begun]
        finally:
            for one in begun:
                one.kill()
        return [(one.returncode, *said) for one, said in zip(begun, told, strict=True)]

    def log_in(self, collar: str, *words: str, **terminal: str) -> Terminal:
        """Log an operator in from a terminal."""
        self.opened.append(Terminal(self.ssh(collar, *words, "hue"), dict(terminal)))
        return self.opened[-1]

    def sign_on(self, collar: str) -> None:
        """Sign an operator on where they would have done it themselves."""
        seat = self.lib / "seats" / collar
        seat.mkdir(parents=True, mode=0o700)
        (seat / "session").write_text(sign_on(self.room, collar, PASSPHRASE, "desk-2", Place.OFFICE).session)

    def come_back(self, collar: str) -> Terminal:
        """Log an operator in who is signed on already; returns with the room drawn."""
        self.sign_on(collar)
        terminal = self.log_in(collar)
        terminal.until("Incidents (0)")
        return terminal

    def tmux(self, collar: str, *words: str) -> str:
        """Ask the tmux of an operator, as the account that owns it may."""
        socket_of = str(self.lib / "seats" / collar / "tmux")
        argv = [self.programs["tmux"], "-S", socket_of, *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()

    def processes(self, collar: str) -> list[int]:
        """Return what runs in the tmux of an operator: tmux, the script and, where it has come to that, `hue`."""
        found = self.tmux(collar, "display-message", "-p", "#{pid} #{pane_pid}").split()
        for pid in found[1:]:
            with suppress(OSError):  # it has ended already
                found += Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(pid) for pid in found]

    def end(self) -> None:
        """End what was begun here: clients, the tmux of each operator, sshd."""
        for terminal in self.opened:
            if terminal.status is None:
                with suppress(ProcessLookupError):
                    os.kill(terminal.pid, signal.SIGKILL)
                terminal.end()
        self._sshd.terminate()
        self._sshd.wait()
        for there in (self.lib / "seats").rglob("tmux"):
            if pids := self.processes(str(there.parent.relative_to(self.lib / "seats"))):
                os.kill(pids[0], signal.SIGTERM)
                await_end(pids)
        self._log.close()
        self.room.close()


@pytest.fixture
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="hue-ssh-") as folder:  # short: the name of a socket has 107 bytes
        here = Served(Path(folder))
        yield here
        here.end()


def test_a_lost_line_comes_back_to_the_same_room_with_the_half_typed_line(served: Served) -> None:
    terminal = served.come_back("3305")
    terminal.until("3305 at desk-2 as handler")
    terminal.type("ring 999 half ty")
    terminal.until("from half ty")  # the preview
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.end()
    work(served.desk, "ring 101 07700900123")
    again = served.log_in("3305")
    again.until("ring 999 half ty")
    again.until("Contacts, waiting first (1)")
    again.type("ped")
    again.until("ring 999 half typed")
    again.resize(120, 40)
    await_that(lambda: "F10 leave" in again.screen.display[39], again)


def test_no_key_leads_out_of_the_room_and_f10_ends_the_connection(served: Served) -> None:
    terminal = served.come_back("3305")
    for keys in ("\x02c", "\x02:", "\x02d", "\x02%", "\x02[", "\x02s", "\x1a", "\x04", "\x1c", "\x03"):
        terminal.type(keys)
    terminal.type("zz")
    terminal.until("zz")
    windows = served.tmux("3305", "list-panes", "-a", "-F", "#{pane_start_command} #{pane_in_mode}")
    assert windows == f"/bin/sh {served.etc}/room 0", "one window with the room in it, and no mode of tmux"
    assert "Incidents (0)" in terminal.text
    terminal.type("\x1b")
    await_that(lambda: "zz" not in terminal.text, terminal)
    terminal.type("id\r")
    terminal.until("there is no verb 'id'")
    assert "uid=" not in terminal.text
    terminal.type("\x1b[1;2H\x03\x1b[F\x16")  # marked, copied, put in again
    terminal.until("idid")
    assert b"\x1b]52" not in terminal.raw, "what is copied does not go to the clipboard at home"
    terminal.type(F10)
    assert terminal.end() == 0
    assert not (served.tmux("3305", "list-sessions")), "nothing of the room is left behind"


def test_no_key_leads_out_before_the_room_stands(served: Served) -> None:
    for keys in ("\x1a\x02c\x03", "\x1c", "\x04"):
        terminal = served.log_in("3305")
        terminal.until("Passphrase of 3305")
        terminal.type(keys)
        if keys == "\x04":  # no passphrase was given, and that is told
            terminal.until("Enter ends.")
            terminal.type("\r")
        assert terminal.end() == 0


def test_commands_files_and_forwarded_ports_are_refused(served: Served) -> None:
    asked = served.ask(("3305", "hue", "id"), ("3305", "hue", "scp", "-t", "x"), ("3305", "-T", "hue"))
    assert [(code, said, REFUSED in why) for code, said, why in asked] == [(1, "", True)] * 3, asked
    for collar, words, why in (("3305", ("-t", "hue", "id"), REFUSED), ("unnamed", ("hue",), "of no member of staff")):
        terminal = Terminal(served.ssh(collar, *words), {})
        assert terminal.end() == 1
        assert why in terminal.text
    (_, _, sftp), (_, through, why), (_, _, back), (_, _, stranger) = served.ask(
        ("3305", "-s", "hue", "sftp"),
        ("3305", "-W", f"127.0.0.1:{served.port}", "hue"),
        ("3305", "-N", "-o", "ExitOnForwardFailure=yes", "-R", f"0:127.0.0.1:{served.port}", "hue"),
        ("stranger", "hue"),
    )
    assert "subsystem request failed" in sftp
    assert "administratively prohibited" in why
    assert through == "", "sshd itself would say SSH-2.0"
    assert "remote port forwarding failed" in back
    assert "Permission denied" in stranger


def test_a_door_at_the_client_leads_nowhere(served: Served) -> None:
    door = served.keys / "door"
    pipe = subprocess.PIPE
    client = subprocess.Popen(
        served.ssh("3305", "-N", "-L", f"{door}:127.0.0.1:{served.port}", "hue"), stdin=subprocess.DEVNULL, stderr=pipe
    )
    try:
        await_that(door.exists)
        with socket.socket(socket.AF_UNIX) as through:
            through.settimeout(10)
            through.connect(str(door))
            assert through.recv(7) == b"", "sshd itself would say SSH-2.0"
    finally:
        client.kill()
        client.communicate()


def test_two_operators_have_two_rooms_and_no_client_says_whose_it_is(served: Served) -> None:
    first, second = (served.log_in(collar) for collar in ("3305", "4455"))
    for collar, terminal in (("3305", first), ("4455", second)):
        terminal.until(f"Passphrase of {collar}")
        terminal.type(f"{PASSPHRASE}\r")
    first.until("3305 at desk-2 as handler")
    second.until("4455 at home-4455 as handler")
    served.desk.board.catch_up()
    assert {one.seat: one.place.value for _, one in served.desk.board.sessions()} == {
        "seat-1": "office",
        "desk-2": "office",
        "home-4455": "home",
    }
    first.type("note of one")
    first.until("note of one")
    second.type("note of the other")
    second.until("note of the other")
    claims = ("-o", "SendEnv=HUE_COLLAR HUE_STORE LANG LC_ALL COLORTERM")
    claimed = {"HUE_COLLAR": "4455", "HUE_STORE": "/nowhere", "LANG": "C", "LC_ALL": "C", "COLORTERM": "truecolor"}
    again = served.log_in("3305", *claims, **claimed)
    again.until("note of one")
    assert first.end() == 0, "the room goes along to where its operator logs in last"
    assert "note of one" not in second.text
    assert "note of the other" not in again.text
    assert b"\x1b[38;2;" in again.raw or b";38;2;" in again.raw, "a terminal that has them gets all colours"


def test_a_room_that_ends_comes_back_without_a_passphrase_until_its_operator_signs_off(served: Served) -> None:
    terminal = served.come_back("3305")
    terminal.line("ring 999 07700900123", "Ringing on 999 07700900123")
    os.kill(served.processes("3305")[2], signal.SIGKILL)
    terminal.until("Enter ends.")
    terminal.type("\r")
    assert terminal.end() == 0
    terminal = served.log_in("3305")
    terminal.until("Contacts, waiting first (1)")
    terminal.type("ring 101 half ty")
    terminal.until("ring 101 half ty")
    served.tmux("3305", "kill-server")
    terminal.end()
    terminal = served.log_in("3305")
    terminal.until("Contacts, waiting first (1)")
    terminal.until("ring 101 half ty")
    terminal.type("\x1b")
    await_that(lambda: "half ty" not in terminal.text.splitlines()[-2], terminal)
    terminal.type("off\r")
    assert terminal.end() == 0
    terminal = served.log_in("3305")
    terminal.until("Passphrase of 3305")
    terminal.type("wrong\r")
    terminal.until("that is not the passphrase")
    terminal.type("\r")
    assert terminal.end() == 0


def test_a_client_that_reads_nothing_does_not_hold_its_room_up(served: Served) -> None:
    terminal = served.come_back("3305")
    os.kill(terminal.pid, signal.SIGSTOP)
    work(served.desk, "ring 999 07700900123")
    await_that(lambda: "999 RINGING" in served.tmux("3305", "capture-pane", "-p"))
    assert "999 RINGING" not in terminal.text
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.until("999 RINGING")


def test_without_a_screen_line_mode_is_served_and_ends_with_the_line(served: Served) -> None:
    served.sign_on("3305")
    terminal = Terminal(served.ssh("3305", "hue"), {}, term="dumb")
    served.opened.append(terminal)
    terminal.until("hue>")
    terminal.type("\x1aring 101 07700900123\r")  # Ctrl+Z: there is nothing to go back to
    terminal.until("Ringing on 101")
    terminal.type("\x04")
    assert terminal.end() == 0
