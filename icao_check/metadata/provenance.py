"""Traces of what a picture went through: camera, scanner, screenshot, editor, generator.

A trace is a class and, at most, the name of a product from the list below. No text of the file is kept:
software and camera tags hold the names of people and the numbers of devices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Trace", "TraceKind", "credentials_trace", "software_traces", "source_type_trace"]

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


# What stands in the Software, CreatorTool and Make tags of each. Order matters: the first that fits.
_PRODUCTS: tuple[tuple[TraceKind, str, str], ...] = (
    ("generated", "Midjourney", r"midjourney"),
    ("generated", "DALL·E", r"dall[·.\- ]?e\b"),
    ("generated", "ChatGPT", r"chatgpt|\bgpt-[4-9]|openai"),
    ("generated", "Stable Diffusion", r"stable[ -]?diffusion|automatic1111|\bsdxl\b|diffusers|fooocus"),
    ("generated", "ComfyUI", r"comfyui"),
    ("generated", "InvokeAI", r"invoke ?ai"),
    ("generated", "NovelAI", r"novelai"),
    ("generated", "Adobe Firefly", r"firefly"),
    ("generated", "Google AI", r"made with google ai|google imagen|gemini"),
    ("generated", "Ideogram", r"ideogram"),
    ("generated", "Leonardo.Ai", r"leonardo\.?ai"),
    ("generated", "FLUX", r"\bflux\.?[1-9]|black forest labs"),
    ("generated", "Bing Image Creator", r"bing image creator"),
    ("composite", "Google AI", r"edited with google ai"),
    ("retouching", "Facetune", r"facetune"),
    ("retouching", "FaceApp", r"faceapp"),
    ("retouching", "BeautyPlus", r"beautyplus"),
    ("retouching", "Meitu", r"meitu"),
    ("retouching", "AirBrush", r"airbrush"),
    ("retouching", "YouCam", r"youcam"),
    ("retouching", "B612", r"\bb612\b"),
    ("retouching", "Camera360", r"camera ?360"),
    ("retouching", "Remini", r"remini\b"),
    ("retouching", "PortraitPro", r"portrait ?pro\b"),
    ("retouching", "Retouch4me", r"retouch4me"),
    ("retouching", "Evoto", r"\bevoto\b"),
    ("retouching", "PicsArt", r"pics ?art"),
    ("retouching", "Snapchat", r"snapchat"),
    ("retouching", "PhotoRoom", r"photoroom"),
    ("retouching", "remove.bg", r"remove\.?bg\b"),
    ("retouching", "", r"beautycam|perfect365|\bsnow camera\b|\bulike\b|portraiture|lensa\b|cutout\.pro"),
    ("scanner", "CamScanner", r"camscanner"),
    ("scanner", "Adobe Scan", r"adobe scan"),
    ("scanner", "Microsoft Lens", r"(?:office|microsoft) lens"),
    ("scanner", "PhotoScan", r"photo ?scan\b"),
    ("scanner", "VueScan", r"vuescan"),
    ("scanner", "SilverFast", r"silverfast"),
    ("developer", "Adobe Lightroom", r"lightroom"),
    ("developer", "Adobe Camera Raw", r"camera raw"),
    ("developer", "Capture One", r"capture one"),
    ("developer", "DxO PhotoLab", r"\bdxo\b"),
    ("developer", "darktable", r"darktable"),
    ("developer", "RawTherapee", r"rawtherapee"),
    ("developer", "Digital Photo Professional", r"digital photo professional"),
    ("developer", "Nikon NX", r"capture nx|\bnx studio|viewnx"),
    ("developer", "Silkypix", r"silkypix"),
    ("developer", "Apple Aperture", r"aperture [0-9]"),
    ("developer", "", r"raw file converter|raw power"),
    ("editor", "Adobe Photoshop", r"photoshop|adobe imageready"),
    ("editor", "GIMP", r"\bgimp\b"),
    ("editor", "Affinity Photo", r"affinity"),
    ("editor", "Paint.NET", r"paint\.net"),
    ("editor", "PaintShop Pro", r"paint ?shop"),
    ("editor", "Pixelmator", r"pixelmator"),
    ("editor", "PhotoScape", r"photoscape"),
    ("editor", "Picasa", r"picasa"),
    ("editor", "Snapseed", r"snapseed"),
    ("editor", "Luminar", r"luminar|skylum"),
    ("editor", "ON1", r"\bon1\b"),
    ("editor", "Corel", r"corel\b|photo-paint"),
    ("editor", "PhotoFiltre", r"photofiltre"),
    ("editor", "Photopea", r"photopea"),
    ("editor", "Canva", r"\bcanva\b"),
    ("editor", "Fotor", r"\bfotor\b"),
    ("editor", "Pixlr", r"pixlr"),
    ("editor", "Polarr", r"polarr"),
    ("editor", "VSCO", r"\bvsco\b"),
    ("editor", "Krita", r"krita"),
    ("editor", "Windows Photo Editor", r"windows photo editor"),
    ("editor", "Instagram", r"instagram"),
    ("editor", "", r"photoimpact|photostudio|photosuite|photo editor|photoplus|photodirector|zoner|inshot"),
    ("converter", "ImageMagick", r"imagemagick"),
    ("converter", "IrfanView", r"irfanview"),
    ("converter", "XnView", r"xnview"),
    ("converter", "FastStone", r"faststone"),
    ("converter", "ACDSee", r"acdsee|acd systems"),
    ("converter", "Windows", r"windows photo|microsoft photos"),
    ("converter", "digiKam", r"digikam"),
    ("converter", "", r"graphicsmagick|\bsips\b|gthumb|shotwell|exiftool|quicktime [0-9]"),
    (
        "scanner",
        "",
        r"scan(?!d[ia])|\bsp-?[1-9]\d00\b|noritsu|\bpakon|flextight|\bnaps2\b|\bxsane\b|paperport",
    ),
    (
        "scanner",
        "",
        r"officejet|workcentre|bizhub|imagerunner|taskalfa|\bmfp\b|perfection v?\d|\bls-[2-9]000",
    ),
)
_PRODUCT = re.compile("|".join(f"(?P<p{i}>{pattern})" for i, (_, _, pattern) in enumerate(_PRODUCTS)), re.I)

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


def software_traces(texts: Iterable[str]) -> Iterator[Trace]:
    """Yield what is recognised among the texts of software and device tags; the rest says nothing."""
    for text in texts:
        match = _PRODUCT.search(text)
        if match is not None and match.lastgroup is not None:
            kind, product, _ = _PRODUCTS[int(match.lastgroup[1:])]
            yield Trace(kind, product)


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
