"""Build hook: compile the message catalogues into the wheel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Put a ``.mo`` file beside each ``.po`` file of the wheel; the source tree stays as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is packed; an editable installation reads the sources themselves."""
        if version == "editable":
            return
        self._directory = tempfile.TemporaryDirectory()
        for source in sorted(Path(self.root, "icao_check", "messages").glob("*.po")):
            compiled = Path(self._directory.name, source.stem + ".mo")
            with source.open("rb") as po, compiled.open("wb") as mo:
                write_mo(mo, read_po(po))
            build_data["force_include"][str(compiled)] = f"icao_check/messages/{compiled.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the compiled files again."""
        if version != "editable":
            self._directory.cleanup()
