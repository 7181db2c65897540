"""Options that many commands take, each said once."""

from pathlib import Path
from typing import Annotated

import typer

Store = Annotated[
    str | None, typer.Option("--store", help="The store's folder; else HUE_STORE, else the XDG data folder.")
]
Session = Annotated[
    str | None, typer.Option("--session", help="The session to act in; else HUE_SESSION, else the only open one.")
]
At = Annotated[
    str | None, typer.Option("--at", help="As of a moment (14:05, 2026-11-23 14:05, ...Z) or a position (@123).")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="Holds the passphrase; else HUE_PASSPHRASE_FILE.")
]
