"""Every test run has a folder of its own for keys: none is ever made among those of the person who runs it."""

import os
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _keys_of_the_run() -> Iterator[None]:
    before = os.environ.get("HUE_KEYS")
    with tempfile.TemporaryDirectory(prefix="hue-keys-") as folder:
        os.environ["HUE_KEYS"] = folder
        os.environ["HUE_STATE"] = f"{folder}/state"
        yield
    os.environ.pop("HUE_KEYS")
    os.environ.pop("HUE_STATE")
    if before is not None:
        os.environ["HUE_KEYS"] = before
