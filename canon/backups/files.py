"""The file of a backup: what stands in it, writing it, and reading it with distrust."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

FORMAT = "canon-backup"
VERSION = 1
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 1024 * 1024  # bytes
LONGEST_LINE = 64 * 1024 * 1024  # bytes
# Rows of Canon shrink to a tenth, or a fiftieth at best; a bomb to a thousandth.
MOST_SHRUNK = 300
SMALL = 100 * 1024 * 1024  # bytes that may unpack from anything

# What a damaged or foreign zip file makes Python raise.
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,  # encrypted
    TypeError,
    UnicodeError,
    ValueError,
)


class BackupError(Exception):
    """A backup that cannot be made, read or restored; says why in one sentence."""


@dataclass(frozen=True)
class TableRecord:
    """What the manifest says of one table."""

    name: str
    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str
    last_id: int | None  # the highest id ever given out, which may belong to a deleted row

    @property
    def file(self) -> str:
        """The name of the table's file in the archive."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    database: str
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[TableRecord, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables)

    def to_json(self) -> bytes:
        """Return the manifest as it is written."""
        data = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(data, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Return the manifest that `to_json` wrote. Raises BackupError for anything else."""
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise BackupError("It is no backup of Canon.")
            if data["version"] != VERSION:
                raise BackupError("It was made by a newer Canon, in a form not known here.")
            return cls(
                str(data["made_at"]),
                str(data["database"]),
                tuple((str(app), str(name)) for app, name in data["migrations"]),
                tuple(cls.table_from_json(table) for table in data["tables"]),
            )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise BackupError("Its manifest cannot be read.") from error

    @staticmethod
    def table_from_json(data: dict[str, Any]) -> TableRecord:
        """Return the record of one table. Raises KeyError, TypeError or ValueError if it is bad."""
        numbers = (int(data["rows"]), int(data["size"]))
        last_id = None if data["last_id"] is None else int(data["last_id"])
        columns = tuple(str(column) for column in data["columns"])
        return TableRecord(str(data["name"]), columns, *numbers, str(data["sha256"]), last_id)


class Seal:
    """Counts and digests the lines of a table as they pass."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.rows = self.size = 0
        self.digest = hashlib.sha256()

    def passing(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield `lines` unchanged."""
        for line in lines:
            self.rows += 1
            self.size += len(line)
            self.digest.update(line)
            yield line

    def fits(self, record: TableRecord) -> bool:
        """Tell whether just the lines of `record` have passed."""
        passed = (self.rows, self.size, self.digest.hexdigest())
        return passed == (record.rows, record.size, record.sha256)


class Writer:
    """Writes a backup, table after table."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin a zip file in `file`."""
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.tables: list[TableRecord] = []

    def abandon(self) -> None:
        """Leave the file as it is: a full disk would refuse the end of it once more."""
        self.zip.fp = None

    def add_table(
        self, name: str, columns: Iterable[str], lines: Iterable[bytes], last_id: int | None
    ) -> None:
        """Write the rows of a table, however many, one at a time."""
        seal = Seal()
        empty = TableRecord(name, tuple(columns), 0, 0, "", last_id)
        with self.zip.open(empty.file, "w", force_zip64=True) as packed:
            stream = io.BufferedWriter(packed, 1024 * 1024)
            for line in seal.passing(lines):
                stream.write(line)
            stream.flush()
            stream.detach()
        digest = seal.digest.hexdigest()
        self.tables.append(TableRecord(name, empty.columns, seal.rows, seal.size, digest, last_id))

    def finish(
        self, made_at: str, database: str, migrations: Iterable[tuple[str, str]]
    ) -> Manifest:
        """Write the manifest, which ends the file; return it."""
        manifest = Manifest(made_at, database, tuple(migrations), tuple(self.tables))
        self.zip.writestr(MANIFEST, manifest.to_json())
        self.zip.close()
        return manifest


class Archive:
    """A backup that is open to be read."""

    def __init__(self, packed: zipfile.ZipFile, size: int) -> None:
        """Read the manifest of a file of `size` bytes. Raises BackupError if there is none."""
        self.zip = packed
        files = {info.filename: info for info in packed.infolist()}
        if MANIFEST not in files or len(files) != len(packed.infolist()):
            raise BackupError("It is no backup of Canon.")
        unpacked = sum(info.file_size for info in files.values())
        if unpacked > max(SMALL, MOST_SHRUNK * size):
            raise BackupError("It would unpack to far more than a backup does.")
        with packed.open(MANIFEST) as stream:
            text = stream.read(LONGEST_MANIFEST + 1)
        if len(text) > LONGEST_MANIFEST:
            raise BackupError("Its manifest is too long.")
        self.manifest = Manifest.from_json(text)
        if set(files) != {MANIFEST, *(table.file for table in self.manifest.tables)}:
            raise BackupError("Its files are not those that its manifest names.")

    def lines(self, table: TableRecord) -> Iterator[bytes]:
        """Yield the lines of a table; raises BackupError in the end if they are not whole."""
        seal = Seal()
        with self.zip.open(table.file) as packed:
            stream = io.BufferedReader(packed, 1024 * 1024)  # type: ignore[type-var]
            endless = iter(lambda: stream.readline(LONGEST_LINE), b"")
            for line in seal.passing(endless):
                if seal.size > table.size or not line.endswith(b"\n"):
                    break
                yield line
        if not seal.fits(table):
            raise BackupError(f"It is damaged: the table {table.name} is not as it was written.")

    def check(self) -> None:
        """Read everything. Raises BackupError unless each table is as it was written."""
        with naming_damage():
            for table in self.manifest.tables:
                for _line in self.lines(table):
                    pass


@contextmanager
def naming_damage() -> Iterator[None]:
    """Raise BackupError for everything that reading a damaged file may raise."""
    try:
        yield
    except DAMAGES as error:
        raise BackupError("It is damaged, cut short, or no backup of Canon.") from error


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open the backup `path`. Raises BackupError if it is none, OSError if it cannot be read."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        with naming_damage():
            packed = zipfile.ZipFile(file)
            archive = Archive(packed, size)
        with packed:
            yield archive
