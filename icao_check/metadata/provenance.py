"""Traces of what a picture went through: camera, scanner, screenshot, editor, generator.

A trace is a class and, at most, the name of a product from the list below. No text of the file is kept:
software and camera tags hold the names of people and the numbers of devices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Trace",
    "TraceKind",
    "credentials_trace",
    "device_traces",
    "software_traces",
    "source_type_trace",
]

TraceKind = Literal[
    "camera",
    "scanner",
    "screenshot",
    "converter",
    "developer",
    "editor",
    "credentials",
    "retouching",
    "composite",
    "generated",
]


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that made or changed the picture, as the file says.

    Attributes
    ----------
    kind : str
        ``camera``; ``scanner`` and ``screenshot`` (the picture shows another one); ``converter`` (size and
        format); ``developer`` (raw data, exposure, crop); ``editor`` (anything); ``credentials`` (C2PA data
        that do not say more); ``retouching`` (faces, backgrounds); ``composite``; ``generated``.
    product : str
        From our own list; empty where it is unknown.
    """

    kind: TraceKind
    product: str = ""


# What stands in the Software, CreatorTool, Make and Model tags of each: lower case, and one space for
# anything that is no letter or digit, also before and behind. The first row that fits counts, so that an
# unnamed rest and general words come last.
_PRODUCTS: tuple[tuple[TraceKind, str, tuple[str, ...]], ...] = (
    ("generated", "Midjourney", ("midjourney",)),
    ("generated", "DALL·E", (" dall e ", " dalle ")),
    ("generated", "ChatGPT", ("chatgpt", " gpt 4", " gpt 5", "openai")),
    (
        "generated",
        "Stable Diffusion",
        ("stable diffusion", "stablediffusion", "automatic1111", " sdxl ", "fooocus"),
    ),
    ("generated", "ComfyUI", ("comfyui",)),
    ("generated", "InvokeAI", ("invokeai", "invoke ai")),
    ("generated", "NovelAI", ("novelai",)),
    ("generated", "Adobe Firefly", ("adobe firefly",)),
    ("generated", "Google AI", ("made with google ai", "google imagen")),
    ("generated", "Ideogram", ("ideogram",)),
    ("generated", "Leonardo.Ai", ("leonardo ai",)),
    ("generated", "FLUX", (" flux 1", " flux 2", "black forest labs")),
    ("generated", "Bing Image Creator", ("bing image creator",)),
    ("composite", "Google AI", ("edited with google ai",)),
    ("retouching", "Facetune", ("facetune",)),
    ("retouching", "FaceApp", ("faceapp",)),
    ("retouching", "BeautyPlus", ("beautyplus",)),
    ("retouching", "Meitu", ("meitu",)),
    ("retouching", "AirBrush", ("airbrush",)),
    ("retouching", "YouCam", ("youcam",)),
    ("retouching", "B612", (" b612 ",)),
    ("retouching", "Camera360", ("camera360", "camera 360")),
    ("retouching", "Remini", (" remini ",)),
    ("retouching", "PortraitPro", ("portraitpro", "portrait pro ")),
    ("retouching", "Retouch4me", ("retouch4me",)),
    ("retouching", "Evoto", (" evoto ",)),
    ("retouching", "PicsArt", ("picsart",)),
    ("retouching", "Snapchat", ("snapchat",)),
    ("retouching", "PhotoRoom", ("photoroom",)),
    ("retouching", "remove.bg", ("remove bg", "removebg")),
    ("retouching", "", ("beautycam", "perfect365", " ulike ", "portraiture", " lensa ", "cutout pro")),
    ("scanner", "CamScanner", ("camscanner",)),
    ("scanner", "Adobe Scan", ("adobe scan",)),
    ("scanner", "Microsoft Lens", ("office lens", "microsoft lens")),
    ("scanner", "PhotoScan", ("photoscan",)),
    ("scanner", "VueScan", ("vuescan",)),
    ("scanner", "SilverFast", ("silverfast",)),
    ("developer", "Adobe Lightroom", ("lightroom",)),
    ("developer", "Adobe Camera Raw", ("camera raw",)),
    ("developer", "Capture One", ("capture one",)),
    ("developer", "DxO PhotoLab", (" dxo ",)),
    ("developer", "darktable", ("darktable",)),
    ("developer", "RawTherapee", ("rawtherapee",)),
    ("developer", "Digital Photo Professional", ("digital photo professional",)),
    ("developer", "Nikon NX", ("capture nx", " nx studio", "viewnx")),
    ("developer", "Silkypix", ("silkypix",)),
    ("developer", "Apple Aperture", (" aperture ",)),
    ("developer", "", ("raw file converter", "raw power")),
    ("editor", "Adobe Photoshop", ("photoshop", "adobe imageready")),
    ("editor", "GIMP", (" gimp ",)),
    ("editor", "Affinity Photo", ("affinity",)),
    ("editor", "Paint.NET", ("paint net ",)),
    ("editor", "PaintShop Pro", ("paint shop", "paintshop")),
    ("editor", "Pixelmator", ("pixelmator",)),
    ("editor", "PhotoScape", ("photoscape",)),
    ("editor", "Picasa", ("picasa",)),
    ("editor", "Snapseed", ("snapseed",)),
    ("editor", "Luminar", ("luminar", "skylum")),
    ("editor", "ON1", (" on1 ",)),
    ("editor", "Corel", (" corel ", "photo paint")),
    ("editor", "PhotoFiltre", ("photofiltre",)),
    ("editor", "Photopea", ("photopea",)),
    ("editor", "Canva", (" canva ",)),
    ("editor", "Fotor", (" fotor ",)),
    ("editor", "Pixlr", ("pixlr",)),
    ("editor", "Polarr", ("polarr",)),
    ("editor", "VSCO", (" vsco ",)),
    ("editor", "Krita", (" krita ",)),
    ("editor", "Windows Photo Editor", ("windows photo editor",)),
    ("editor", "Instagram", ("instagram",)),
    (
        "editor",
        "",
        ("photoimpact", "photostudio", "photosuite", "photo editor", "photoplus", "photodirector"),
    ),
    ("editor", "", (" zoner ", " inshot ", "lrm export")),
    ("converter", "ImageMagick", ("imagemagick",)),
    ("converter", "IrfanView", ("irfanview",)),
    ("converter", "XnView", ("xnview",)),
    ("converter", "FastStone", ("faststone",)),
    ("converter", "ACDSee", ("acdsee", "acd systems")),
    ("converter", "Windows", ("windows photo", "microsoft photos")),
    ("converter", "digiKam", ("digikam",)),
    ("converter", "", ("graphicsmagick", " sips ", "gthumb", "shotwell", "exiftool", "quicktime")),
    (
        "scanner",
        "",
        ("scan ", "scanner", "scanjet", "scansnap", "scanmaker", "scannable", " naps2 ", " xsane "),
    ),
    ("scanner", "", (" sp 500 ", " sp 2000 ", " sp 2500 ", " sp 3000 ", "noritsu", "pakon", "flextight")),
    ("scanner", "", (" ls 40 ", " ls 50 ", " ls 2000 ", " ls 4000 ", " ls 5000 ", " ls 8000 ", " ls 9000 ")),
    (
        "scanner",
        "",
        ("officejet", "workcentre", "bizhub", "imagerunner", "taskalfa", " mfp ", "perfection v"),
    ),
)
_MARKS = [(mark, Trace(kind, product)) for kind, product, marks in _PRODUCTS for mark in marks]
_SEPARATORS = re.compile(r"[\W_]+")

# http://cv.iptc.org/newscodes/digitalsourcetype/, retired terms included.
_SOURCE_TYPES: dict[str, TraceKind] = {
    "digitalcapture": "camera",
    "computationalcapture": "camera",
    "multiframecomputationalcapture": "camera",
    "negativefilm": "scanner",
    "positivefilm": "scanner",
    "print": "scanner",
    "screencapture": "screenshot",
    "minorhumanedits": "editor",
    "humanedits": "editor",
    "algorithmicallyenhanced": "retouching",
    "compositecapture": "composite",
    "composite": "composite",
    "compositesynthetic": "composite",
    "compositewithtrainedalgorithmicmedia": "composite",
    "digitalart": "generated",
    "digitalcreation": "generated",
    "softwareimage": "generated",
    "datadrivenmedia": "generated",
    "virtualrecording": "generated",
    "algorithmicmedia": "generated",
    "trainedalgorithmicmedia": "generated",
}
_SOURCE_TYPE = re.compile(rb"digitalsourcetype/(\w{4,48})", re.I)
# C2PA 2.1, 18.12 (actions): those that change what the picture shows.
_EDITING_ACTION = re.compile(rb"c2pa\.(?:edited|placed|drawing|filtered|color_adjustments|removed)")


def device_traces(texts: Iterable[str]) -> Iterator[Trace]:
    """Yield the scanners among makes and models; other devices are sometimes called like software."""
    return (trace for trace in software_traces(texts) if trace.kind == "scanner")


def software_traces(texts: Iterable[str]) -> Iterator[Trace]:
    """Yield what is recognised among the texts of software tags; the rest says nothing."""
    for text in dict.fromkeys(filter(None, texts)):
        words = f" {_SEPARATORS.sub(' ', text.casefold())} "
        for mark, trace in _MARKS:
            if mark in words:
                yield trace
                break


def source_type_trace(term: str) -> Trace | None:
    """Return the trace of an IPTC digital source type: an address, a qualified code or the bare term."""
    kind = _SOURCE_TYPES.get(re.split(r"[/:]", term.strip())[-1].casefold())
    return None if kind is None else Trace(kind)


def credentials_trace(manifests: bytes) -> Trace:
    """Return what the C2PA manifests of a file say. Their signature is not verified: that needs a trust list.

    Parameters
    ----------
    manifests : bytes
        The JUMBF boxes.

    Returns
    -------
    Trace
        The gravest of the digital source types in them; ``editor`` where an action changed the picture;
        ``camera`` for a signed capture; ``credentials`` where they say nothing of the kind.
    """
    terms = [match.decode("ascii").casefold() for match in _SOURCE_TYPE.findall(manifests)]
    kinds = {_SOURCE_TYPES[term] for term in terms if term in _SOURCE_TYPES}
    if _EDITING_ACTION.search(manifests):
        kinds.add("editor")
    for kind in ("generated", "composite", "retouching", "editor", "screenshot", "scanner", "camera"):
        if kind in kinds:
            return Trace(kind)
    return Trace("credentials")
