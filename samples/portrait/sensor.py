"""From linear light to the file: lens blur, sensor noise, processing, damage and compression."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.colours import linear_to_srgb
from samples.portrait.parameters import Camera, Sensor

__all__ = ["develop", "encode", "native_share"]

Floats = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]


def native_share(camera: Camera, pixels_per_mm: float) -> float:
    """Pixels of the sensor per pixel of the picture, along one side.

    Parameters
    ----------
    camera : Camera
        Distance, focal length (35-mm equivalent) and megapixels (3:2, held upright).
    pixels_per_mm : float
        Of the picture, on the real head.

    Returns
    -------
    float
        Below 1 the picture has been up-scaled.
    """
    rows = math.sqrt(camera.megapixels * 1e6 * 1.5)
    return camera.focal_length / camera.distance * rows / 36.0 / pixels_per_mm


def _disc(radius: float) -> Floats:
    n = math.ceil(radius) + 1
    y, x = np.mgrid[-n : n + 1, -n : n + 1]
    k = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0)
    return np.asarray(k / k.sum(), np.float32)


def _streak(length: float, angle: float) -> Floats:
    n = math.ceil(length / 2) + 1
    k = np.zeros((2 * n + 1, 2 * n + 1), np.float32)
    for t in np.linspace(-0.5, 0.5, max(3, int(4 * length))):
        x = n + t * length * math.cos(math.radians(angle))
        y = n - t * length * math.sin(math.radians(angle))
        i, j = int(y), int(x)
        fy, fx = y - i, x - j
        k[i, j] += (1 - fy) * (1 - fx)
        k[i, j + 1] += (1 - fy) * fx
        k[i + 1, j] += fy * (1 - fx)
        k[i + 1, j + 1] += fy * fx
    return np.asarray(k / k.sum())


def develop(linear: Floats, sensor: Sensor, camera: Camera, pixels_per_mm: float, person: Floats) -> Bytes:
    """Make of the light the picture that camera and owner make of it.

    Parameters
    ----------
    linear : ndarray of shape (H, W, 3)
        Linear RGB, 1 is white.
    sensor : Sensor
        Exposure, noise, blur, processing, damage.
    camera : Camera
        For the resolution.
    pixels_per_mm : float
        Of the picture, on the real head.
    person : ndarray of shape (H, W)
        Share of each pixel that the person covers (for smoothed skin).

    Returns
    -------
    ndarray of shape (H, W, 3)
        uint8 sRGB.
    """
    s = sensor
    image: npt.NDArray[Any] = np.asarray(linear, np.float32)
    height, width = image.shape[:2]
    if s.defocus * pixels_per_mm > 0.3:
        image = cv2.filter2D(image, -1, _disc(s.defocus * pixels_per_mm), borderType=cv2.BORDER_REFLECT)
    if s.motion * pixels_per_mm > 0.5:
        image = cv2.filter2D(
            image, -1, _streak(s.motion * pixels_per_mm, s.motion_angle), borderType=cv2.BORDER_REFLECT
        )
    share = native_share(camera, pixels_per_mm)
    if share < 1.0:
        size = (max(8, round(width * share)), max(8, round(height * share)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    # the lens and the sensor's colour filter array leave about half a pixel of blur
    image = cv2.GaussianBlur(image, (0, 0), 0.55)
    gain = np.array([s.red_gain, 1.0, s.blue_gain]) * 2.0**s.exposure
    curve = _contrast(linear_to_srgb(np.linspace(0.0, 1.0, 4097) ** 2), s.contrast).astype(np.float32)
    _tone(image, gain.astype(np.float32), curve)
    if s.noise > 0:
        _add_noise(image, *_grain(image.shape[:2], s.seed), s.noise / 255.0)
    if share < 1.0:
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    if s.smoothing > 0:
        smooth = cv2.bilateralFilter(np.clip(image, 0, 1), 0, 0.10, 1.0 + 4.0 * s.smoothing * width / 827)
        weight = (person * s.smoothing)[..., None].astype(np.float32)
        image = image + weight * (smooth - image)
    blurred = cv2.GaussianBlur(image, (0, 0), max(0.6, 1.1 * width / 827)) if s.sharpening > 0 else image
    out: Bytes = np.empty(image.shape, np.uint8)
    _finish(image, blurred, 1.2 * s.sharpening, s.saturation, s.levels, out)
    if s.saturation == 0.0:
        out[:] = out[..., :1]
    if s.marks > 0:
        out = _mark(out, s)
    return out


@kernel
def _tone(image: Floats, gain: Floats, curve: Floats) -> None:
    # `curve` holds the tone of the squares of 0 … 1 (dense in the dark), in place.
    last = curve.shape[0] - 1
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            for c in range(3):
                v = math.sqrt(min(max(image[i, j, c] * gain[c], 0.0), 1.0)) * last
                k = min(int(v), last - 1)
                image[i, j, c] = curve[k] + (v - k) * (curve[k + 1] - curve[k])


@kernel
def _finish(
    image: Floats, blurred: Floats, sharpening: float, saturation: float, levels: int, out: Bytes
) -> None:
    # Unsharp mask, saturation about the luma, levels of a posterised picture, rounding.
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            red = image[i, j, 0] + sharpening * (image[i, j, 0] - blurred[i, j, 0])
            green = image[i, j, 1] + sharpening * (image[i, j, 1] - blurred[i, j, 1])
            blue = image[i, j, 2] + sharpening * (image[i, j, 2] - blurred[i, j, 2])
            grey = 0.299 * red + 0.587 * green + 0.114 * blue
            for c in range(3):
                v = red if c == 0 else (green if c == 1 else blue)
                v = min(max(grey + saturation * (v - grey), 0.0), 1.0)
                if levels < 256:
                    v = min(math.floor(v * levels), levels - 1) / (levels - 1)
                out[i, j, c] = int(v * 255.0 + 0.5)


def _contrast(image: Floats, amount: float) -> Floats:
    if amount >= 0:
        curve = image * image * (3.0 - 2.0 * image)
        return np.asarray(image + 0.45 * amount * (curve - image))
    return np.asarray(0.5 + (image - 0.5) * (1.0 + 0.75 * amount) + 0.10 * -amount)


def _grain(shape: tuple[int, int], seed: int) -> tuple[Floats, Floats]:
    # Noise of standard deviation 1 for the luma, and coarser one for red, green and blue.
    rng = np.random.Generator(np.random.SFC64([seed, 501]))
    half = (-(-shape[0] // 2), -(-shape[1] // 2))
    luma = _bell(rng, shape)
    chroma = cv2.resize(_bell(rng, (*half, 3)), None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    return luma, chroma


def _bell(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    # Sums of four random bytes, close to normal and five times as fast.
    count = math.prod(shape)
    four = np.frombuffer(rng.bytes(4 * count), np.uint8).reshape(count, 4)
    out = np.empty(count, np.float32)
    _sum_of_bytes(four, out)
    return out.reshape(shape)


@kernel
def _sum_of_bytes(four: Bytes, out: Floats) -> None:
    # Scaled to mean 0 and standard deviation 1.
    scale = 1.0 / math.sqrt(4.0 * (256.0 * 256.0 - 1.0) / 12.0)
    for i in range(out.shape[0]):
        total = int(four[i, 0]) + int(four[i, 1]) + int(four[i, 2]) + int(four[i, 3])
        out[i] = (total - 510.0) * scale


@kernel
def _add_noise(image: Floats, luma: Floats, chroma: Floats, strength: float) -> None:
    # Shot noise after the tone curve: strongest below middle grey, weak in the lights; in place.
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            level = strength * math.sqrt(max(1.25 - 0.9 * image[i, j, 1], 0.15))
            for c in range(3):
                image[i, j, c] += level * (0.85 * luma[i, j] + 0.5 * chroma[i, j, c])


def _mark(image: Bytes, s: Sensor) -> Bytes:
    rng = np.random.default_rng([s.seed, 502])
    out: npt.NDArray[Any] = image.copy()
    h, w = out.shape[:2]
    unit = w / 827
    kind = int(rng.random() * 3)
    if kind == 0:  # pen
        for _ in range(1 + int(2 * s.marks)):
            p = rng.uniform([0.2 * w, 0.25 * h], [0.8 * w, 0.8 * h])
            path = p + np.cumsum(rng.normal(0, 26 * unit, (10, 2)), 0)
            colour = [(30, 40, 150), (20, 20, 25), (160, 30, 30)][int(rng.integers(3))]
            cv2.polylines(out, [path.astype(np.int32)], False, colour, max(1, round(2.6 * unit)), cv2.LINE_AA)
    elif kind == 1:  # scratches and a crease
        for _ in range(2 + int(5 * s.marks)):
            p, q = rng.uniform(0, 1, (2, 2)) * (w, h)
            cv2.line(
                out,
                p.astype(int).tolist(),
                q.astype(int).tolist(),
                (235, 233, 228),
                max(1, round(1.2 * unit)),
                cv2.LINE_AA,
            )
    else:  # dust and a stamp
        for _ in range(int(40 * s.marks) + 8):
            p = rng.uniform(0, 1, 2) * (w, h)
            cv2.circle(
                out,
                p.astype(int).tolist(),
                max(1, round(rng.uniform(1, 3.2) * unit)),
                (240, 238, 232),
                -1,
                cv2.LINE_AA,
            )
        centre = (int(w * rng.uniform(0.75, 1.0)), int(h * rng.uniform(0.75, 1.0)))
        layer = out.copy()
        cv2.circle(layer, centre, int(0.17 * w), (60, 40, 140), max(2, round(5 * unit)), cv2.LINE_AA)
        cv2.circle(layer, centre, int(0.13 * w), (60, 40, 140), max(1, round(2 * unit)), cv2.LINE_AA)
        out = cv2.addWeighted(layer, 0.65, out, 0.35, 0)
    return out


def encode(pixels: Bytes, quality: int, subsampling: bool) -> bytes:
    """JPEG file of a picture, or PNG for quality 0.

    Parameters
    ----------
    pixels : ndarray of shape (H, W, 3)
        uint8 sRGB.
    quality : int
        1 to 100, or 0 for PNG.
    subsampling : bool
        Halve the chroma resolution.

    Returns
    -------
    bytes
        The file.
    """
    bgr = np.ascontiguousarray(pixels[..., ::-1])
    if quality == 0:
        return cv2.imencode(".png", bgr)[1].tobytes()
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if subsampling else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    return cv2.imencode(".jpg", bgr, options)[1].tobytes()
