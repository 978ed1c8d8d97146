"""From the bytes of a file to an upright sRGB photo.

A photo passes these rooms in this order: :mod:`~icao_check.photo.intake` takes the bytes within their limit;
:mod:`~icao_check.photo.signature` recognises the format; the room of that format
(:mod:`~icao_check.photo.jpeg`, :mod:`~icao_check.photo.png`, :mod:`~icao_check.photo.webp`,
:mod:`~icao_check.photo.tiff`, :mod:`~icao_check.photo.jpeg2000`, :mod:`~icao_check.photo.heif`) reads its
structure and knows which library decodes it; :mod:`~icao_check.photo.colour` makes sRGB of the samples;
:mod:`~icao_check.photo.orientation` turns them upright.

The structure is read here, not by the decoding libraries, so that every claim (pixels, tiles, scans, sizes of
values) is judged before a decoder sees the file. Some decoders also read text and metadata, without limits of
their own: these see a copy that holds nothing but the picture.
"""

from icao_check.photo.intake import MAX_BYTES, MAX_PIXELS, PhotoSource, read_bytes, read_photo
from icao_check.photo.still import FileFacts, Photo

__all__ = ["MAX_BYTES", "MAX_PIXELS", "FileFacts", "Photo", "PhotoSource", "read_bytes", "read_photo"]
