"""A write trace, and the states in which a power cut may leave the files that were written.

Theory of operation. `record` runs a program under strace and reads what it did to the files below one folder: bytes
written, cut off, made durable (fsync, fdatasync), names made, moved and removed, and what it said through a pipe, all in
the order in which it happened. `Disk` takes these steps one after another and knows what is on the medium for sure, and
what was done since and is not. A crash keeps of the latter nothing, everything, or what chance says.

Bytes. Each write that is not yet synced is by chance there, lost, or torn by sectors of 512 bytes: the first ones, or
any; where it made the file longer, the new length may be there and the bytes zero. Files know no order among
themselves, nor do the writes to one file.

Names. Making, moving and removing names is ordered as the journals of ext4 and XFS order it: a crash keeps the first so
many of these steps. A sync of a folder keeps all steps up to the last one in it, a sync of a file those up to the last
one that named it. POSIX promises less (no order, and no name without a sync of its folder), ext4 does more (a commit takes
everything with it); in between lies what the file systems that a store stands on have in common. Folders are not moved.

A process that is killed loses nothing: the next recording may begin on what the last one left unsynced. The shared
memory of SQLite (-shm), locks and modes mean nothing after a crash and are left out. After a recording, everything done
is held against the files that are there, byte for byte, so that nothing was overlooked.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from random import Random
from typing import NamedTuple

SECTOR = 512
FOLDER = 0  # stands for the file's number where a name is a folder's
LEFT_OUT = re.compile(r"-shm$|\.(turn|lock|lease)$")
CALLS = (
    "open,openat,creat,close,dup,dup2,dup3,lseek,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync,syncfs,sync_file_range,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "mkdir,mkdirat,rmdir,sendfile,copy_file_range"
)
COMMAND = ("strace", "-f", "-qq", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}", "-o")
HAS_STRACE = shutil.which(COMMAND[0]) is not None


# What was done


class Wrote(NamedTuple):
    """Bytes written to a file; none, where only its new length is there."""

    file: int
    offset: int
    content: bytes


class Cut(NamedTuple):
    """A file cut off, or made longer by zeros."""

    file: int
    size: int


class Synced(NamedTuple):
    """A file made durable."""

    file: int


class SyncedFolder(NamedTuple):
    """The names in a folder made durable."""

    folder: str


class Named(NamedTuple):
    """Names made, moved and removed in one step: the file that each stands for from then on, None where it is gone."""

    names: dict[str, int | None]


class Said(NamedTuple):
    """What the program said, at the moment when it had said it."""

    text: str


Change = Wrote | Cut
Step = Change | Synced | SyncedFolder | Named | Said
Image = Mapping[str, bytes | bytearray | None]  # files by their path, None for a folder


class Trace(NamedTuple):
    """A recording: the disk as it was before, and every step."""

    before: "Disk"
    steps: list[Step]


# The disk


class File:
    """A file's durable bytes, and what was done to it since; `size` is its length with all that."""

    __slots__ = ("content", "pending", "size")

    def __init__(self, content: bytes | bytearray = b"") -> None:
        self.content, self.size = bytearray(content), len(content)
        self.pending: list[Change] = []

    def __copy__(self) -> "File":
        other = File(self.content)
        other.pending, other.size = list(self.pending), self.size
        return other

    def do(self, step: Change) -> None:
        """Write or cut, not durably."""
        self.pending.append(step)
        self.size = max(self.size, step.offset + len(step.content)) if isinstance(step, Wrote) else step.size

    def sync(self) -> None:
        """Make all that was done durable."""
        for step in self.pending:
            _apply(self.content, step)
        self.pending.clear()

    def with_all(self) -> bytearray:
        """Return the bytes as a process sees them."""
        return self.content if not self.pending else self.after(self.pending)

    def after(self, steps: Iterable[Change]) -> bytearray:
        """Return the durable bytes with some steps done."""
        content = bytearray(self.content)
        for step in steps:
            _apply(content, step)
        return content


def _apply(content: bytearray, step: Change) -> None:
    if isinstance(step, Cut):
        del content[step.size :]
        content.extend(bytes(step.size - len(content)))
    else:
        content.extend(bytes(max(0, step.offset - len(content))))
        content[step.offset : step.offset + len(step.content)] = step.content


class Disk:
    """Files below one folder: what is durable, and what was done since."""

    def __init__(self, image: Image) -> None:
        self.files = {number: File(content) for number, content in enumerate(image.values(), 1) if content is not None}
        self.names = {path: FOLDER if content is None else at for at, (path, content) in enumerate(image.items(), 1)}
        self.renamed: list[Named] = []

    def __copy__(self) -> "Disk":
        other = Disk({})
        other.files = {number: copy(file) for number, file in self.files.items()}
        other.names, other.renamed = dict(self.names), list(self.renamed)
        return other

    def take(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Wrote() | Cut():
                self.files[step.file].do(step)
            case Synced():
                self.files[step.file].sync()
                self._keep_names(lambda named: step.file in named.names.values())
            case SyncedFolder():
                self._keep_names(lambda named: any(os.path.dirname(path) == step.folder for path in named.names))
            case Named():
                self.renamed.append(step)
                for number in step.names.values():
                    if number:
                        self.files.setdefault(number, File())

    def _keep_names(self, which: Callable[[Named], bool]) -> None:
        """Make the steps of names durable, up to the last such one."""
        upto = max((at for at, named in enumerate(self.renamed, 1) if which(named)), default=0)
        self.names = self.named(upto)
        del self.renamed[:upto]

    def named(self, upto: int | None = None) -> dict[str, int]:
        """Return the names with the first so many of the steps that are not durable, all of them by default."""
        names = dict(self.names)
        for step in self.renamed[:upto]:
            for path, number in step.names.items():
                if number is None:
                    names.pop(path, None)
                else:
                    names[path] = number
        return names

    @property
    def unsynced(self) -> bool:
        """Whether anything was done that is not durable."""
        return bool(self.renamed) or any(file.pending for file in self.files.values())

    # What is left

    def with_all(self) -> Image:
        """Return the files with everything that was done, as a killed process leaves them."""
        return self._image(self.named(), File.with_all)

    def with_nothing(self) -> Image:
        """Return the files with nothing that is not durable."""
        return self._image(self.names, lambda file: file.content)

    def with_some(self, random: Random) -> Image:
        """Return the files with what chance says of that which is not durable."""
        fate = _first if random.random() < 0.25 else _some
        upto = random.randint(0, len(self.renamed))
        return self._image(self.named(upto), lambda file: file.after(fate(file.pending, random)))

    def _image(self, names: dict[str, int], content_of: Callable[[File], bytearray]) -> Image:
        return {
            path: None if number == FOLDER else content_of(self.files[number]) for path, number in sorted(names.items())
        }


def _first(steps: Sequence[Change], random: Random) -> list[Change]:
    """Return the first so many steps, and the next one torn."""
    upto = random.randint(0, len(steps))
    return [*steps[:upto], *(one for step in steps[upto : upto + 1] for one in _torn(step, random))]


def _some(steps: Sequence[Change], random: Random) -> list[Change]:
    """Return some of the steps, some of them torn."""
    share = random.choice((0.1, 0.5, 0.9))
    kept: list[Change] = []
    for step in steps:
        fate = random.random()
        if fate < share:
            kept.append(step)
        elif fate < share + (1 - share) / 2:
            kept += _torn(step, random)
    return kept


def _torn(step: Change, random: Random) -> list[Change]:
    """Return what is there of a write that was torn; by chance its length is there as well."""
    if isinstance(step, Cut):
        return []
    sectors = list(_sectors(step))
    many = random.randrange(len(sectors)) if sectors else 0
    kept: list[Change] = [*(sectors[:many] if random.random() < 0.5 else random.sample(sectors, many))]
    if random.random() < 0.3:
        kept.append(Wrote(step.file, step.offset + len(step.content), b""))
    return kept


def _sectors(step: Wrote) -> Iterator[Wrote]:
    at, end = step.offset, step.offset + len(step.content)
    while at < end:
        upto = min(end, at - at % SECTOR + SECTOR)
        yield Wrote(step.file, at, step.content[at - step.offset : upto - step.offset])
        at = upto


# Folders


def image_of(root: Path) -> Image:
    """Return the files below a folder as they are."""
    found = {path: path for path in sorted(root.rglob("*")) if not LEFT_OUT.search(path.name)}
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in found
        if path.is_dir() or path.is_file()
    }


def put(image: Image, root: Path) -> None:
    """Make a folder hold just these files; those below a folder that is lost are lost with it.

    Files that stand there already are written over: to give memory back and ask for it again takes the longest.
    """
    root.mkdir(exist_ok=True)
    base = f"{root}/"
    for folder, folders, files in os.walk(root, topdown=False):
        within = folder.removeprefix(str(root)).removeprefix("/")
        for name in files:
            if image.get(os.path.join(within, name)) is None:
                os.unlink(os.path.join(folder, name))
        for name in folders:
            if image.get(os.path.join(within, name), b"") is not None:
                shutil.rmtree(os.path.join(folder, name))
    for path, content in image.items():  # a folder stands before what is in it
        with suppress(FileNotFoundError):
            if content is None:
                with suppress(FileExistsError):
                    os.mkdir(base + path, 0o700)
                continue
            handle = os.open(base + path, os.O_WRONLY | os.O_CREAT, 0o600)
            os.write(handle, content)
            os.ftruncate(handle, len(content))
            os.close(handle)


# Recording


def record(command: Sequence[str], root: Path, notes: Path, before: Disk | None = None) -> Trace:
    """Run a program under strace and return what it did below a folder; `notes` is a file that strace writes meanwhile.

    `before` is what the folder holds, where not all of it is durable. Fails where the program fails, or does something to
    a file that is not understood here.
    """
    disk = before or Disk(image_of(root))
    told = subprocess.run([*COMMAND, str(notes), *command], stdout=subprocess.PIPE, check=False)
    assert told.returncode == 0, f"the program ended with {told.returncode}"
    steps = list(_Notes(root, disk).steps(notes))
    notes.unlink()
    said = "".join(step.text for step in steps if isinstance(step, Said))
    assert said == told.stdout.decode(), "what was said is not what stands in the trace"
    _hold_against_files(disk, steps, root)
    return Trace(disk, steps)


def _hold_against_files(before: Disk, steps: list[Step], root: Path) -> None:
    after = copy(before)
    for step in steps:
        after.take(step)
    done, found = after.with_all(), image_of(root)
    wrong = sorted(path for path in {*done, *found} if done.get(path, b"?") != found.get(path, b"?"))
    assert not wrong, f"the trace does not tell what was done to {wrong}"


class _Handle:
    """An open file, or a folder's path; where the next write goes."""

    def __init__(self, file: int, folder: str, *, appends: bool) -> None:
        self.file, self.folder, self.appends, self.offset = file, folder, appends, 0


_CALL = re.compile(rb"(\d+) +(\w+)\((.*)\) += (-?\d+)", re.DOTALL)
_UNFINISHED = re.compile(rb"(\d+) +\w+\(.* <unfinished \.\.\.>$", re.DOTALL)
_RESUMED = re.compile(rb"(\d+) +<\.\.\. \w+ resumed>(.*)$", re.DOTALL)
_PATH = re.compile(rb'(?:(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>(?:\(deleted\))?, )?"((?:\\x[0-9a-f]{2})*)"')
_ARGUMENT = re.compile(rb'(\d+)<[^>]*>(?:\(deleted\))?|"((?:\\x[0-9a-f]{2})*)"|\[?(-?\d+)\]?(?: => \[\d+\])?|(\w+)')
_SAYS = 1  # the handle through which the program speaks


def _plain(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode())


class _Notes:
    """Reads the notes of strace into steps."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self._root, self._here = f"{root.resolve()}/", os.getcwd()
        self._disk = copy(disk)
        self._next = max(self._disk.files, default=0) + 1
        self._handles: dict[int, _Handle] = {}

    def steps(self, notes: Path) -> Iterator[Step]:
        begun: dict[bytes, bytes] = {}
        for line in notes.read_bytes().splitlines():
            if found := _UNFINISHED.match(line):
                begun[found[1]] = line.removesuffix(b" <unfinished ...>")
                continue
            if found := _RESUMED.match(line):
                line = begun.pop(found[1]) + found[2]
            call = _CALL.match(line)
            if call is None or int(call[4]) < 0:
                continue  # a signal, the end of a thread, or a call that did nothing
            for step in self._read(call[2].decode(), call[3], int(call[4])):
                self._disk.take(step)
                yield step

    def _read(self, name: str, said: bytes, result: int) -> Iterator[Step]:
        if name in ("openat", "open", "creat"):
            yield from self._opens(said, result)
        elif name in ("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2"):
            yield from self._names(name, [path for path in self._paths(said) if path is not None])
        else:
            yield from self._by_handle(name, _arguments(said), result)

    def _paths(self, said: bytes) -> list[str]:
        """Return the paths that a call names, relative to the root, without those that are not below it or left out."""
        paths = []
        for found in _PATH.finditer(said):
            folder = _plain(found[1]).decode() if found[1] else self._here
            full = os.path.normpath(os.path.join(folder, _plain(found[2]).decode()))
            if f"{full}/".startswith(self._root) and not LEFT_OUT.search(full):
                paths.append(full[len(self._root) :])
        return paths

    def _opens(self, said: bytes, handle: int) -> Iterator[Step]:
        self._handles.pop(handle, None)
        for path in self._paths(said):
            file = self._disk.named().get(path, None) if path else FOLDER
            if file is None:
                file, self._next = self._next, self._next + 1
                yield Named({path: file})
            elif b"O_TRUNC" in said and file and self._disk.files[file].size:
                yield Cut(file, 0)
            self._handles[handle] = _Handle(file, path, appends=b"O_APPEND" in said)

    def _names(self, name: str, paths: list[str]) -> Iterator[Step]:
        if not paths:
            return
        if name.startswith("mkdir"):
            yield Named({paths[0]: FOLDER})
        elif name.startswith("rename"):
            assert len(paths) == 2, f"{name} moves something in or out"
            yield Named({paths[0]: None, paths[1]: self._disk.named()[paths[0]]})
        else:
            yield Named({paths[0]: None})

    def _by_handle(self, name: str, said: list[bytes | int], result: int) -> Iterator[Step]:
        if name == "write" and said[0] == _SAYS:
            assert isinstance(said[1], bytes)
            yield Said(said[1].decode())
        handle = self._handles.get(int(said[0])) if said else None
        if handle is None:
            assert name not in ("sync", "syncfs", "truncate", "link", "linkat", "symlink", "symlinkat"), name
        elif name == "close":
            del self._handles[int(said[0])]
        elif name.startswith("dup"):
            self._handles[result] = handle
        elif name == "lseek":
            handle.offset = result
        elif name in ("fsync", "fdatasync"):
            yield Synced(handle.file) if handle.file else SyncedFolder(handle.folder)
        elif name == "ftruncate":
            if self._disk.files[handle.file].size != said[1]:
                yield Cut(handle.file, int(said[1]))
        else:
            yield self._writes(name, handle, said, result)

    def _writes(self, name: str, handle: _Handle, said: list[bytes | int], result: int) -> Wrote:
        size = self._disk.files[handle.file].size
        if name == "pwrite64":
            content, offset = said[1], int(said[3])
        elif name == "write":
            content, offset = said[1], size if handle.appends else handle.offset
            handle.offset = offset + result
        else:
            assert name == "sendfile", f"{name} is not understood"
            source, first = self._handles[int(said[1])], int(said[2])
            content, offset = bytes(self._disk.files[source.file].with_all()[first:]), handle.offset
            handle.offset += result
        assert isinstance(content, bytes)
        return Wrote(handle.file, offset, content[:result])


def _arguments(said: bytes) -> list[bytes | int]:
    """Return the arguments of a call that begins with a handle: numbers and texts; a name of the system's stays one."""
    found: list[bytes | int] = []
    for handle, text, number, name in _ARGUMENT.findall(said):
        found.append(int(handle or number) if handle or number else name or _plain(text))
    return found
