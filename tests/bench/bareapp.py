"""The least that Textual can be: an app that shows one line; with a word behind it, the domain and the store are imported too.

python -m tests.bench.bareapp [--with-store]
"""

import os
import sys

os.environ.setdefault("TEXTUAL_FPS", "1000")

from textual.app import App, ComposeResult
from textual.widgets import Static

SHOWN = "ready to begin"


class Bare(App[None]):
    """One line."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Static(SHOWN)


def _import_domain_and_store() -> None:
    """Import every module of both, as an operator's process comes to have them."""
    import pkgutil
    from importlib import import_module

    for room in ("domain", "store"):
        for found in pkgutil.iter_modules(import_module(f"hueandcry.{room}").__path__):
            import_module(f"hueandcry.{room}.{found.name}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--with-store"]:
        _import_domain_and_store()
    Bare().run(mouse=False)
