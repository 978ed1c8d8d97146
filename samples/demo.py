"""Judge one real photo and one rendered portrait: ``make demo``.

The photo is that of the astronaut Eileen Collins by NASA, in the public domain, which comes with
scikit-image. It was never meant for an identity card, and the report says why. The portrait shows nobody: it
was made for such a card (see docs/portraits.md).
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

PHOTO = Path("demo") / "astronaut.jpg"
PORTRAIT = Path(__file__).resolve().parent / "portraits" / "compliant_woman_single_eyelid_fold.jpg"


def astronaut_portrait() -> Image.Image:
    """Return a 35:45 portrait cut from the photo that comes with scikit-image."""
    from skimage.data import astronaut

    return Image.fromarray(astronaut()[0:270, 119:329])


def main() -> None:
    """Check both against the rules for Belgian residence cards, and draw the overlays."""
    PHOTO.parent.mkdir(exist_ok=True)
    astronaut_portrait().resize((630, 810), Image.Resampling.LANCZOS).save(PHOTO, quality=95)
    copy = PHOTO.with_name("rendered.jpg")
    copy.write_bytes(PORTRAIT.read_bytes())
    print(f"$ icao-check check {PHOTO} {copy} --overlay demo\n", flush=True)
    from icao_check.cli import app

    arguments = ["check", str(PHOTO), str(copy), "--overlay", "demo"]
    sys.exit(0 if app(arguments, standalone_mode=False) in (0, 1, 4) else 1)


if __name__ == "__main__":
    main()
