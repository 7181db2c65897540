"""A write trace, and the states in which a power cut may leave the files that it wrote.

Theory of operation. `record` runs a program under strace and reads what it did to the files below one folder: bytes
written, cut off, made durable (fsync, fdatasync), names made, moved and removed, and what it said through a pipe, all in
the order in which it happened. `Disk` takes these steps one after another and keeps two pictures: what is on the medium
for sure, and what was done since and is not. A crash keeps, of the latter, nothing, everything, or what chance says.

Bytes. Each write that is not yet synced is by chance there, lost, torn by sectors of 512 bytes (the first ones, or any),
or its length is there and its bytes are zero. Files know no order among themselves, nor writes within one file.

Names. Making, moving and removing names is ordered as the journals of ext4 and XFS order it: a crash keeps the first
so many of these steps. A sync of a folder keeps all steps up to the last one in it, a sync of a file those up to the last
one that named it. POSIX promises less (nothing without a sync of the folder, and no order), ext4 does more (a commit
takes everything with it); in between is what the file systems that a store may lie on have in common. Folders are not
moved.

A process that is killed loses nothing: the next recording may begin on what the last one left unsynced. The shared
memory of SQLite (-shm), locks and modes mean nothing after a crash and are left out. After a recording the picture of
everything done is held against the files that are there, byte for byte, so that nothing was overlooked.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from random import Random
from typing import NamedTuple

SECTOR = 512
FOLDER = 0  # stands for a file's number where a name is a folder's
CALLS = (
    "open,openat,creat,close,dup,dup2,dup3,lseek,pwrite64,pwritev,pwritev2,write,writev,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync,syncfs,sync_file_range,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "mkdir,mkdirat,rmdir,sendfile,copy_file_range"
)
COMMAND = ("strace", "-f", "-qq", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}", "-o")
HAS_STRACE = shutil.which("strace") is not None
LEFT_OUT = re.compile(r"-shm$|\.(turn|lock)$")


# What was done


class Wrote(NamedTuple):
    """Bytes written to a file."""

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
    """Names made, moved and removed in one step: the file that each stands for from now, None where it is gone."""

    names: dict[str, int | None]


class Said(NamedTuple):
    """What the program said, at the moment when it had said it."""

    text: str


Step = Wrote | Cut | Synced | SyncedFolder | Named | Said


class Trace(NamedTuple):
    """A recording: the disk as it was before, and every step."""

    before: "Disk"
    steps: list[Step]


# The disk


class _File:
    """A file's durable bytes, and what was done to it since."""

    __slots__ = ("content", "pending", "size")

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.pending: list[Wrote | Cut] = []
        self.size = len(content)  # with all that is pending

    def __copy__(self) -> "_File":
        other = _File(self.content)
        other.pending, other.size = list(self.pending), self.size
        return other

    def do(self, step: Wrote | Cut) -> None:
        self.pending.append(step)
        self.size = max(self.size, step.offset + len(step.content)) if isinstance(step, Wrote) else step.size

    def sync(self) -> None:
        for step in self.pending:
            _apply(self.content, step)
        self.pending.clear()


def _apply(content: bytearray, step: Wrote | Cut) -> None:
    if isinstance(step, Cut):
        del content[step.size :]
        content.extend(bytes(step.size - len(content)))
        return
    if len(content) < step.offset:
        content.extend(bytes(step.offset - len(content)))
    content[step.offset : step.offset + len(step.content)] = step.content


Image = Mapping[str, bytes | bytearray | None]  # a file's content by its path, None for a folder


class Disk:
    """Files below one folder: what is durable, and what was done since."""

    def __init__(self) -> None:
        self.files: dict[int, _File] = {}
        self.names: dict[str, int] = {}
        self.renamed: list[Named] = []

    @classmethod
    def of(cls, image: Image) -> "Disk":
        """Return a disk on which all of this is durable."""
        disk = cls()
        for number, (path, content) in enumerate(image.items(), 1):
            disk.names[path] = FOLDER if content is None else number
            if content is not None:
                disk.files[number] = _File(bytes(content))
        return disk

    def __copy__(self) -> "Disk":
        other = Disk()
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
                self._keep(lambda named: step.file in named.names.values())
            case SyncedFolder():
                self._keep(lambda named: any(os.path.dirname(path) == step.folder for path in named.names))
            case Named():
                self.renamed.append(step)
                for number in step.names.values():
                    if number:
                        self.files.setdefault(number, _File())

    def _keep(self, which: "Callable[[Named], bool]") -> None:
        """Make the steps of names durable up to the last such one."""
        upto = max((at for at, named in enumerate(self.renamed, 1) if which(named)), default=0)
        self.names = self.named(upto)
        del self.renamed[:upto]

    def named(self, upto: int | None = None) -> dict[str, int]:
        """Return the names with so many of the steps that are not durable, all of them by default."""
        names = dict(self.names)
        for step in self.renamed[:upto]:
            for path, number in step.names.items():
                if number is None:
                    names.pop(path, None)
                else:
                    names[path] = number
        return names

    @property
    def pending(self) -> bool:
        """Whether anything was done that is not durable."""
        return bool(self.renamed) or any(file.pending for file in self.files.values())

    # What a crash leaves

    def nothing_kept(self) -> Image:
        """Return the files where of what was not durable nothing is there."""
        return self._image(self.names, lambda file: file.content)

    def all_kept(self) -> Image:
        """Return the files where everything is there, as a process sees them and as one that was killed leaves them."""
        return self._image(self.named(), lambda file: _with(file, file.pending))

    def by_chance(self, random: Random) -> Image:
        """Return the files where chance says what is there."""
        in_order = random.random() < 0.25
        names = self.named(random.randint(0, len(self.renamed)))
        return self._image(
            names, lambda file: _with(file, _first(file, random) if in_order else _some(file.pending, random))
        )

    def _image(self, names: dict[str, int], content: "Callable[[_File], bytearray]") -> Image:
        image: dict[str, bytes | bytearray | None] = {}
        for path, number in names.items():
            if number == FOLDER:
                image[path] = None
            else:
                file = self.files[number]
                image[path] = content(file) if file.pending else file.content
        return image


def _with(file: _File, steps: Sequence[Wrote | Cut]) -> bytearray:
    content = bytearray(file.content)
    for step in steps:
        _apply(content, step)
    return content


def _first(file: _File, random: Random) -> list[Wrote | Cut]:
    """Return the first so many steps, the last of them torn."""
    upto = random.randint(0, len(file.pending))
    return [*file.pending[:upto], *(_torn(step, random) for step in file.pending[upto : upto + 1])]


def _some(steps: Sequence[Wrote | Cut], random: Random) -> list[Wrote | Cut]:
    share = random.choice((0.1, 0.5, 0.9))
    kept: list[Wrote | Cut] = []
    for step in steps:
        fate = random.random()
        if fate < share:
            kept.append(step)
        elif fate < share + (1 - share) / 2:
            kept += _torn(step, random)
    return kept


def _torn(step: Wrote | Cut, random: Random) -> list[Wrote | Cut]:
    """Return what is there of a write that was torn; by chance its length is there as well."""
    if isinstance(step, Cut):
        return []
    sectors = list(_sectors(step))
    if random.random() < 0.5:
        kept = sectors[: random.randrange(len(sectors))]
    else:
        kept = random.sample(sectors, random.randrange(len(sectors)))
    if random.random() < 0.3:
        kept.append(Wrote(step.file, step.offset + len(step.content), b""))
    return [*kept]


def _sectors(step: Wrote) -> Iterator[Wrote]:
    at, end = step.offset, step.offset + len(step.content)
    while at < end:
        upto = min(end, at - at % SECTOR + SECTOR)
        yield Wrote(step.file, at, step.content[at - step.offset : upto - step.offset])
        at = upto


# Folders


def image_of(root: Path) -> Image:
    """Return the files below a folder as they are."""
    paths = sorted(path for path in root.rglob("*") if not LEFT_OUT.search(path.name))
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in paths
        if path.is_dir() or path.is_file()
    }


def put(image: Image, root: Path) -> None:
    """Make a folder hold just these files; those below a folder that is not there are lost with it."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for path, content in sorted(image.items()):
        where = root / path
        if not where.parent.is_dir():
            continue
        if content is None:
            where.mkdir(mode=0o700)
            continue
        handle = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, content)
        os.close(handle)


# Recording


def record(command: Sequence[str], root: Path, notes: Path, before: Disk | None = None) -> Trace:
    """Run a program under strace and return what it did below a folder; `notes` is where strace writes meanwhile.

    Raises AssertionError where the program fails, or does something to a file that is not understood here.
    """
    disk = before or Disk.of(image_of(root))
    told = subprocess.run([*COMMAND, str(notes), *command], stdout=subprocess.PIPE, check=False)
    assert told.returncode == 0, f"the program ended with {told.returncode}"
    steps = list(_Reading(root, disk).steps(notes))
    notes.unlink()
    said = "".join(step.text for step in steps if isinstance(step, Said))
    assert said == told.stdout.decode(), "what was said is not what stands in the trace"
    after = copy(disk)
    for step in steps:
        after.take(step)
    done, found = after.all_kept(), image_of(root)
    wrong = [path for path in {*done, *found} if done.get(path, b"") != found.get(path, b"")]
    assert not wrong, f"the trace does not tell what was done to {wrong}"
    return Trace(disk, steps)


class _Open:
    """An open file: its number, or a folder's path; where the next write goes; whether that is always its end."""

    def __init__(self, number: int, folder: str, *, appends: bool) -> None:
        self.number, self.folder, self.appends, self.offset = number, folder, appends, 0


_CALL = re.compile(rb"(\d+) +(\w+)\((.*)\) += (-?\d+)")
_UNFINISHED, _RESUMED = re.compile(rb"(\d+) +(\w+)\((.*) <unfinished \.\.\.>$"), re.compile(rb"(\d+) +<\.\.\. \w+ resumed>(.*)$")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(rb"(\d+|AT_FDCWD)(?:<((?:\\x[0-9a-f]{2})*)>)?")
_SAYS = 1  # the handle through which the program speaks


def _bytes(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode())


class _Reading:
    """Reads the notes of strace into steps."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self._root = str(root.resolve())
        self._names = disk.named()
        self._sizes = {number: file.size for number, file in disk.files.items()}
        self._next = max(self._sizes, default=0) + 1
        self._open: dict[int, _Open] = {}
        self._seen = copy(disk)  # for copies within the kernel, whose bytes no call names

    def steps(self, notes: Path) -> Iterator[Step]:
        begun: dict[bytes, bytes] = {}
        with notes.open("rb") as lines:
            for line in lines:
                line = line.rstrip(b"\n")
                if found := _UNFINISHED.match(line):
                    begun[found[1]] = line[: -len(b" <unfinished ...>")]
                    continue
                if found := _RESUMED.match(line):
                    line = begun.pop(found[1]) + found[2]
                if (call := _CALL.match(line)) and int(call[4]) >= 0:
                    for step in self._read(call[2].decode(), call[3], int(call[4])):
                        self._seen.take(step)
                        yield step

    def _read(self, name: str, said: bytes, result: int) -> Iterator[Step]:
        reader = getattr(self, f"_{name}", None)
        if reader is not None:
            yield from reader(said, result)
        elif name in ("sync", "syncfs") or self._at(said) is not None or self._paths(said):
            raise AssertionError(f"{name} is not understood: {said[:200]!r}")

    def _at(self, said: bytes) -> _Open | None:
        found = _HANDLE.match(said)
        return None if found is None or found[1] == b"AT_FDCWD" else self._open.get(int(found[1]))

    def _paths(self, said: bytes) -> list[str]:
        """Return the paths that a call names below the root, relative to it."""
        paths, folder = [], os.fsencode(os.getcwd())
        for found in re.finditer(rb'(?:(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>, )?"((?:\\x[0-9a-f]{2})*)"', said):
            full = os.path.normpath(os.path.join(_bytes(found[1]) if found[1] else folder, _bytes(found[2]))).decode()
            if full == self._root or full.startswith(f"{self._root}/"):
                paths.append(full[len(self._root) + 1 :])
        return paths

    # Opening and closing

    def _openat(self, said: bytes, handle: int) -> Iterator[Step]:
        self._open.pop(handle, None)
        for path in self._paths(said):
            if LEFT_OUT.search(path):
                return
            number = self._names.get(path)
            if number is None and path:
                number, self._next = self._next, self._next + 1
                self._sizes[number] = 0
                yield self._name({path: number})
            elif b"O_TRUNC" in said and self._sizes[number or 0]:
                yield self._cut(number or 0, 0)
            folder = path if not number else ""
            self._open[handle] = _Open(number or FOLDER, folder, appends=b"O_APPEND" in said)

    def _close(self, said: bytes, _: int) -> Iterator[Step]:
        self._open.pop(int(said.partition(b"<")[0]), None)
        return iter(())

    def _dup(self, said: bytes, handle: int) -> Iterator[Step]:
        if (open_ := self._at(said)) is not None:
            self._open[handle] = open_
        return iter(())

    _open = _openat  # type: ignore[assignment]
    _dup2 = _dup3 = _dup

    def _lseek(self, said: bytes, result: int) -> Iterator[Step]:
        if (open_ := self._at(said)) is not None:
            open_.offset = result
        return iter(())
