"""Slow and obvious twins of the kernels, written from the definition."""

from __future__ import annotations

import math

import numpy as np


def typical_colour(lab, mask):
    pixels = lab[mask].astype(float)
    return (len(pixels), *np.median(pixels, axis=0)) if len(pixels) else (0, 0.0, 0.0, 0.0)


def head_geometry(pupils, chin, crown):
    left, right = (complex(*pupil) for pupil in pupils)
    between = (left + right) / 2
    roll = math.degrees(math.atan2((right - left).imag, (right - left).real))
    return abs(right - left), roll, math.dist(chin, crown), (between.real + chin[0]) / 2


def head_placement(centre, pupils, crown, width, height):
    """Measure from the outer edges of the picture: pixel 0 reaches from -0.5 to 0.5."""
    eyes = np.mean(pupils, axis=0)
    return (centre + 0.5) / width - 0.5, 1.0 - (eyes[1] + 0.5) / height, crown[1] - (-0.5)


def camera_nearness(reading, start, slope, spread, far, arm, near, share):
    """Bayes' theorem over a list of every nearness that is thought of, in logarithms."""
    middles = (np.arange(200) + 0.5) / 200
    n = np.concatenate([far + middles * (arm - far), arm + middles * (near - arm)])
    before = np.repeat([1 - share, share], 200)
    with np.errstate(divide="ignore"):
        weight = np.log(before) - ((reading - (start + slope * n)) / spread) ** 2 / 2
    weight = np.exp(weight - weight.max())
    mean = np.average(n, weights=weight)
    return mean, math.sqrt(np.average((n - mean) ** 2, weights=weight))


def turned_head(yaw, pitch, roll):
    """Rotation of a head: first yaw, then pitch, then roll; x right, y down, z towards the camera."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def head_angles(yaw, pitch, eye_line):
    """Tilt the turned head until its eye line lies as it is seen, then read where its nose points."""
    x, y, _ = turned_head(yaw, pitch, 0.0) @ [1.0, 0.0, 0.0]
    nose = turned_head(yaw, pitch, eye_line - math.degrees(math.atan2(y, x))) @ [0.0, 0.0, 1.0]
    return math.degrees(math.atan2(nose[0], nose[2])), math.degrees(math.asin(np.clip(-nose[1], -1, 1)))


def person_top(share, eyes, up, aside, above):
    """Walk down each line from its far end until half of what lies there is person."""
    rows, columns = share.shape
    padded = np.pad(share.astype(float), ((0, 1), (0, 1)), mode="edge")
    ends = [0.0]
    for off in np.linspace(-aside, aside, 13):
        heights = np.arange(int(above * 2), -1, -1) / 2
        seen = []
        for height in heights:
            x, y = np.asarray(eyes) + off * np.array([-up[1], up[0]]) + height * np.asarray(up)
            if 0 <= x <= columns - 1 and 0 <= y <= rows - 1:
                i, j = int(y), int(x)
                cell = padded[i : i + 2, j : j + 2]
                seen.append(np.array([1 - (y - i), y - i]) @ cell @ np.array([1 - (x - j), x - j]))
            else:
                seen.append(np.nan)
        person = np.flatnonzero(np.array(seen) >= 0.5)
        if len(person):
            first = person[0]
            if first == 0 or np.isnan(seen[first - 1]):
                return math.inf
            ends.append(np.interp(0.5, [seen[first - 1], seen[first]], [heights[first - 1], heights[first]]))
    return max(ends)


def hamming_distances(query, hashes):
    return [
        sum(bin(int(a) ^ int(b)).count("1") for a, b in zip(query, other, strict=True)) for other in hashes
    ]


def equal_error_rate(good, bad):
    """Where the two error rates meet, thresholds one by one."""
    thresholds = [*sorted({*good, *bad}), math.inf]
    rejected = [np.mean([score < limit for score in good]) for limit in thresholds]
    accepted = [np.mean([score >= limit for score in bad]) for limit in thresholds]
    return float(np.interp(0.0, np.subtract(rejected, accepted), rejected))


def resampled_equal_error_rates(draws, level, good, subject):
    rates = []
    for drawn in draws:
        photos = [photo for person in drawn for photo in np.flatnonzero(subject == person)]
        scores = {kind: [level[photo] for photo in photos if good[photo] == kind] for kind in (True, False)}
        both = scores[True] and scores[False]
        rates.append(equal_error_rate(scores[True], scores[False]) if both else math.nan)
    return np.array(rates)


def lid_opening(upper, lower, distance):
    return max(math.dist(a, b) for a, b in zip(upper, lower, strict=True)) / distance if distance > 0 else 0.0


def eye_turn(pupils, corners, yaw, radius, depth, raised):
    """Turn the picture until the pupils are level, and average the angles' sines over the eyes."""
    left, right = (complex(*pupil) for pupil in pupils)
    if left == right:
        return 0.0, 0.0
    offsets = [
        complex(*p) - (complex(*a) + complex(*b)) / 2 for p, (a, b) in zip(pupils, corners, strict=True)
    ]
    mean = sum(offset / (right - left) for offset in offsets) / 2
    sines = (mean.real + depth * math.sin(math.radians(yaw))) / radius, (mean.imag + raised) / radius
    aside, down = (math.degrees(math.asin(np.clip(sine, -1, 1))) for sine in sines)
    return aside, down


def bright_share(pixels, centres, wide, high, level):
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    shares = [0.0]
    for centre in centres:
        inside = ((x - centre[0]) / wide) ** 2 + ((y - centre[1]) / high) ** 2 <= 1
        if inside.any():
            shares.append((pixels.min(axis=2) >= level)[inside].mean())
    return max(shares)


def skin_of_forehead(face):
    """Return the share of skin among cells whose middle lies between brows and hairline, one by one."""
    brows, hairline = face.landmarks.brows[1:-1], face.landmarks.hairline[2:-2]
    skin = pictured = 0
    scale = face.regions.px_per_cell
    for row in range(face.regions.kinds.shape[0]):
        for column in range(face.regions.kinds.shape[1]):
            x, y = (column + 0.5) * scale - 0.5, (row + 0.5) * scale - 0.5
            if not (brows[0, 0] <= x <= brows[-1, 0] and hairline[:, 1].min() <= y <= brows[:, 1].max()):
                continue
            below = np.interp(x, brows[:, 0], brows[:, 1])
            above = np.interp(x, hairline[:, 0], hairline[:, 1])
            if 0.25 <= (below - y) / (below - above) <= 0.85 and face.regions.share[row, column] > 0.5:
                pictured += 1
                skin += face.regions.kinds[row, column] == 1
    return skin / pictured
