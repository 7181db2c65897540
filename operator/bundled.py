"""The packs that come with the product: those a new store begins with, and others that a force may adopt."""

from importlib.resources import files

PACKS = ("strive-2020", "grades-2020", "categories-2011", "results-2020", "standing-2026", "safeguarding-2020")
_FOLDER, _ENDING = "hueandcry.domain.packs", ".toml"


def pack_text(name: str) -> bytes:
    """Return the text of a pack that comes with the product."""
    return files(_FOLDER).joinpath(f"{name}{_ENDING}").read_bytes()


def bundled() -> tuple[str, ...]:
    """Return the names of the packs that come with the product."""
    found = (one.name for one in files(_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING)))
