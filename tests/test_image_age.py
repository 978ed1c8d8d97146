"""The age of a photo: one table of what applicants hand in, and what must be said of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icao_check.catalogue import CATALOGUE
from icao_check.dating import weigh
from icao_check.measures.age import image_age
from icao_check.measures.case import Case
from icao_check.metadata import SOURCES, DateEvidence, Metadata, Trace, read_metadata
from icao_check.months import add_months
from icao_check.photo import FileFacts, Photo
from icao_check.profile import Limit, load_profile
from icao_check.scale import print_scale
from icao_check.verdict import CheckResult, judge
from tests.photo_files import CAMERA, exif, iptc, jpeg, png, tiff, webp, xmp

ON = date(2026, 11, 22)
SCANNER: dict[str, Any] = {"make": "EPSON", "model": "Perfection V39", "software": "EPSON Scan"}


def photo_with(metadata: Metadata) -> Photo:
    pixels = np.zeros((45, 35, 3), np.uint8)
    return Photo(pixels, FileFacts("JPEG", 1, "0" * 64, (35, 45)), metadata)


def judged(
    photo: Photo, on: date = ON, declared: date | None = None, limit: Limit | None = None
) -> CheckResult:
    case = Case(photo, None, print_scale(35, 45, (35.0, 45.0)), on=on, taken_on=declared)
    limit = limit or load_profile("be-residence-card").limit_for("image_age")
    assert limit is not None
    return judge(CATALOGUE["image_age"], image_age(case), limit)


def camera(original: str | None = "2026:10:01 10:00:00", *, gps: str | None = None, **tags: Any) -> bytes:
    """Return a photo as a camera or a phone writes it: one moment in three tags."""
    dates: dict[str, Any] = (
        {} if original is None else {"original": original, "digitized": original, "modified": original}
    )
    position: dict[int, object] = {1: "N", 2: (50.0, 51.0, 0.0)}
    directory = None if gps is None else {**position, 29: gps[:10], 7: tuple(map(float, gps[11:].split(":")))}
    return jpeg(exif(gps=directory, **{**CAMERA, **dates, **tags}))


@dataclass(frozen=True)
class Situation:
    """What is handed in, and what must come out."""

    name: str
    file: bytes
    verdict: str
    dated: str | None
    confidence: str
    message: str
    reason: str | None = None
    on: date = ON
    declared: date | None = None
    named: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)


SITUATIONS = [
    Situation(
        "phone with time zone",
        camera(offset_original="+02:00", subseconds_original="123"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "phone with time zone and gps",
        camera(offset_original="+02:00", gps="2026:10:01 08:00:00"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        evidence={"gps": "confirms"},
    ),
    Situation(
        "camera without time zone",
        camera(),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        evidence={"exif_digitized": "confirms", "exif_modified": "confirms"},
    ),
    Situation(
        "camera confirmed by gps",
        camera(gps="2026:10:01 07:59:58"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "on the day of the application",
        camera("2026:11:22 09:00:00"),
        "pass",
        "2026-11-22",
        "medium",
        "Taken on 22 November 2026 (camera clock); usable until 22 May 2027 (days left: 181).",
    ),
    Situation(
        "the last usable day",
        camera("2026:05:22 23:59:59"),
        "pass",
        "2026-05-22",
        "medium",
        "Taken on 22 May 2026 (camera clock); usable until 22 November 2026 (days left: 0).",
    ),
    Situation(
        "a day too old",
        camera("2026:05:21 00:00:00"),
        "fail",
        "2026-05-21",
        "medium",
        "Taken on 21 May 2026 (camera clock); usable until 21 November 2026 (days late: 1).",
        reason="too_old",
    ),
    Situation(
        "years too old",
        camera("2019:03:03 10:00:00"),
        "fail",
        "2019-03-03",
        "medium",
        "Taken on 3 March 2019 (camera clock); usable until 3 September 2019 (days late: 2,637).",
        reason="too_old",
    ),
    Situation(
        "original alone",
        jpeg(exif(original="2026:10:01 10:00:00")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "a camera that only writes digitised",
        jpeg(exif(**CAMERA, digitized="2026:10:01 10:00:00")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (digitised); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "gps alone",
        camera(None, gps="2026:10:01 07:00:00"),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (GPS); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "date without time",
        camera("2026:10:01"),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "hour 24",
        camera("2026:10:01 24:03:00"),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "webp of a phone",
        webp(exif(**CAMERA, original="2026:10:01 10:00:00")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "tiff of a camera",
        tiff(exif(**CAMERA, original="2026:10:01 10:00:00")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "png of a camera",
        png(exif(**CAMERA, original="2026:10:01 10:00:00")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "camera's own file name",
        camera(),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        named="IMG_20261001_100000.jpg",
        evidence={"camera_name": "confirms"},
    ),
    Situation(
        "saved again later by an app",
        camera(),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        named="IMG_20261101_090000_123.jpg",
        evidence={"camera_name": "limits"},
    ),
    Situation(
        "tomorrow in Tokyo",
        camera("2026:11:23 06:00:00", offset_original="+09:00"),
        "pass",
        "2026-11-23",
        "high",
        "Taken on 23 November 2026 (camera clock); usable until 23 May 2027 (days left: 182).",
    ),
    Situation(
        "honolulu, a day over by its own calendar",
        camera("2026:05:21 20:00:00", offset_original="-10:00"),
        "fail",
        "2026-05-21",
        "high",
        "Taken on 21 May 2026 (camera clock); usable until 21 November 2026 (days late: 1).",
        reason="too_old",
    ),
    Situation(
        "auckland, the last usable day",
        camera("2026:05:22 01:00:00", offset_original="+12:00"),
        "pass",
        "2026-05-22",
        "high",
        "Taken on 22 May 2026 (camera clock); usable until 22 November 2026 (days left: 0).",
    ),
    Situation(
        "gps alone, at the limit",
        camera(None, gps="2026:05:21 23:30:00"),
        "borderline",
        "2026-05-21",
        "medium",
        "Taken around 21 May 2026 (GPS): right at the limit of 6 months.",
        reason="too_old",
    ),
    Situation(
        "gps alone, two days over",
        camera(None, gps="2026:05:20 23:30:00"),
        "fail",
        "2026-05-20",
        "medium",
        "Taken on 20 May 2026 (GPS); usable until 20 November 2026 (days late: 2).",
        reason="too_old",
    ),
    Situation(
        "gps in utc is yesterday",
        camera("2026:10:01 00:30:00", offset_original="+02:00", gps="2026:09:30 22:30:00"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "gps date alone agrees across midnight",
        jpeg(
            exif(gps={29: "2026:09:30"}, **CAMERA, original="2026:10:01 00:30:00", offset_original="+02:00")
        ),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "leap day",
        camera("2028:02:29 10:00:00"),
        "pass",
        "2028-02-29",
        "medium",
        "Taken on 29 February 2028 (camera clock); usable until 29 August 2028 (days left: 0).",
        on=date(2028, 8, 29),
    ),
    Situation(
        "leap day, a day over",
        camera("2028:02:29 10:00:00"),
        "fail",
        "2028-02-29",
        "medium",
        "Taken on 29 February 2028 (camera clock); usable until 29 August 2028 (days late: 1).",
        reason="too_old",
        on=date(2028, 8, 30),
    ),
    Situation(
        "last of August, short February",
        camera("2026:08:31 10:00:00"),
        "pass",
        "2026-08-31",
        "medium",
        "Taken on 31 August 2026 (camera clock); usable until 28 February 2027 (days left: 0).",
        on=date(2027, 2, 28),
    ),
    Situation(
        "last of August, leap February",
        camera("2027:08:31 10:00:00"),
        "pass",
        "2027-08-31",
        "medium",
        "Taken on 31 August 2027 (camera clock); usable until 29 February 2028 (days left: 0).",
        on=date(2028, 2, 29),
    ),
    Situation(
        "last of August, a day over",
        camera("2026:08:31 10:00:00"),
        "fail",
        "2026-08-31",
        "medium",
        "Taken on 31 August 2026 (camera clock); usable until 28 February 2027 (days late: 1).",
        reason="too_old",
        on=date(2027, 3, 1),
    ),
    Situation(
        "nonsense offset",
        camera(offset_original="+99:00"),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "perhaps never set, nothing else",
        camera("2004:01:01 00:03:12"),
        "review",
        "2004-01-01",
        "low",
        "Camera clock says 1 January 2004: perhaps never set. There is no other date.",
        reason="contradictory_evidence",
        evidence={"exif_original": "decides"},
    ),
    Situation(
        "never set, digitised by another clock at noon",
        jpeg(exif(**CAMERA, original="2004:01:01 12:00:00", digitized="2026:10:02 11:00:00")),
        "review",
        "2026-10-02",
        "low",
        "Digitised 2 October 2026, camera clock says 1 January 2004: never set.",
        reason="contradictory_evidence",
        evidence={"exif_original": "ignored"},
    ),
    Situation(
        "new year's afternoon, nothing else",
        camera("2024:01:01 14:30:00"),
        "fail",
        "2024-01-01",
        "medium",
        "Taken on 1 January 2024 (camera clock); usable until 1 July 2024 (days late: 874).",
        reason="too_old",
    ),
    Situation(
        "never set, digitised later",
        jpeg(exif(**CAMERA, original="2004:01:01 00:00:00", digitized="2026:03:02 11:00:00")),
        "fail",
        "2026-03-02",
        "low",
        "Digitised 2 March 2026, camera clock says 1 January 2004: never set. Days late: 81.",
        reason="too_old",
        evidence={"exif_original": "ignored", "exif_digitized": "decides"},
    ),
    Situation(
        "never set, digitised lately",
        jpeg(exif(**CAMERA, original="2004:01:01 00:00:00", digitized="2026:03:02 11:00:00")),
        "review",
        "2026-03-02",
        "low",
        "Digitised 2 March 2026, camera clock says 1 January 2004: never set.",
        reason="contradictory_evidence",
        on=date(2026, 4, 1),
    ),
    Situation(
        "never set, changed lately",
        jpeg(
            exif(
                **CAMERA,
                original="2004:01:01 00:00:00",
                digitized="2004:01:01 00:00:00",
                modified="2026:10:02 11:00:00",
            )
        ),
        "review",
        "2026-10-02",
        "low",
        "Last changed 2 October 2026, camera clock says 1 January 2004: never set.",
        reason="contradictory_evidence",
    ),
    Situation(
        "never set, gps knows",
        camera("2015:01:01 00:12:00", gps="2026:10:01 07:00:00"),
        "pass",
        "2026-10-01",
        "low",
        "Taken on 1 October 2026 (GPS); camera clock never set; usable until 1 April 2027.",
    ),
    Situation(
        "never set, declared",
        camera("2015:01:01 00:12:00"),
        "pass",
        "2026-10-01",
        "low",
        "Taken on 1 October 2026 (declared); camera clock never set; usable until 1 April 2027.",
        declared=date(2026, 10, 1),
    ),
    Situation(
        "new year's day, confirmed by gps",
        camera("2024:01:01 12:00:00", gps="2024:01:01 11:00:00"),
        "fail",
        "2024-01-01",
        "high",
        "Taken on 1 January 2024 (camera clock); usable until 1 July 2024 (days late: 874).",
        reason="too_old",
    ),
    Situation(
        "new year's day by a phone with time zone",
        camera("2024:01:01 12:00:00", offset_original="+01:00"),
        "fail",
        "2024-01-01",
        "high",
        "Taken on 1 January 2024 (camera clock); usable until 1 July 2024 (days late: 874).",
        reason="too_old",
    ),
    Situation(
        "new year's day this year",
        camera("2026:01:01 12:00:00"),
        "pass",
        "2026-01-01",
        "medium",
        "Taken on 1 January 2026 (camera clock); usable until 1 July 2026 (days left: 122).",
        on=date(2026, 3, 1),
    ),
    Situation(
        "epoch of unix",
        camera("1970:01:01 01:00:00", offset_original="+01:00"),
        "review",
        None,
        "none",
        "Camera clock says 1 January 1970: never set. There is no other date.",
        reason="contradictory_evidence",
    ),
    Situation(
        "epoch of dos",
        camera("1980:01:01 00:00:30"),
        "review",
        None,
        "none",
        "Camera clock says 1 January 1980: never set. There is no other date.",
        reason="contradictory_evidence",
    ),
    Situation(
        "blank date",
        camera("    :  :     :  :  "),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
    ),
    Situation(
        "zeros",
        camera("0000:00:00 00:00:00"),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
    ),
    Situation(
        "no such day",
        camera("2026:02:31 10:00:00"),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
    ),
    Situation(
        "digitised stuck at 2002",
        jpeg(exif(**CAMERA, original="2026:10:01 10:00:00", digitized="2002:12:08 12:00:00")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        evidence={"exif_digitized": "ignored"},
    ),
    Situation(
        "gps receiver 1024 weeks behind",
        camera(gps="2007:02:15 08:00:00"),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        evidence={"gps": "ignored"},
    ),
    Situation(
        "clock ahead",
        camera("2027:10:01 10:00:00"),
        "review",
        None,
        "none",
        "The capture date 1 October 2027 (camera clock) lies after the application.",
        reason="contradictory_evidence",
    ),
    Situation(
        "clock ahead, changed lately",
        jpeg(exif(**CAMERA, original="2027:10:01 10:00:00", modified="2026:11:01 10:00:00")),
        "review",
        "2026-11-01",
        "low",
        "Last changed 1 November 2026, camera clock says 1 October 2027: after the application.",
        reason="contradictory_evidence",
    ),
    Situation(
        "clock ahead, changed long ago",
        jpeg(exif(**CAMERA, original="2027:10:01 10:00:00", modified="2025:11:01 10:00:00")),
        "fail",
        "2025-11-01",
        "low",
        "Last changed 1 November 2025, camera clock says 1 October 2027. Days late: 205.",
        reason="too_old",
    ),
    Situation(
        "clock ahead, gps knows",
        camera("2027:10:01 10:00:00", gps="2026:10:01 08:00:00"),
        "pass",
        "2026-10-01",
        "low",
        "Taken on 1 October 2026 (GPS); camera clock runs ahead; usable until 1 April 2027.",
    ),
    Situation(
        "clock three years behind the gps",
        camera("2023:10:01 10:00:00", gps="2026:10:01 08:00:00"),
        "review",
        "2023-10-01",
        "low",
        "1 October 2023 (camera clock) and 1 October 2026 (GPS) contradict each other.",
        reason="contradictory_evidence",
        evidence={"gps": "contradicts"},
    ),
    Situation(
        "clock a week behind the gps",
        camera("2026:10:01 10:00:00", gps="2026:10:08 08:00:00"),
        "pass",
        "2026-10-01",
        "low",
        "Dated 1 October 2026 (camera clock) or 8 October 2026 (GPS); usable until 1 April 2027.",
    ),
    Situation(
        "clock and gps both old",
        camera("2023:10:01 10:00:00", gps="2024:10:01 08:00:00"),
        "fail",
        "2023-10-01",
        "low",
        "Dated 1 October 2023 (camera clock) or 1 October 2024 (GPS): too old both ways.",
        reason="too_old",
    ),
    Situation(
        "digitised before taken",
        jpeg(exif(**CAMERA, original="2026:10:01 10:00:00", digitized="2025:03:02 11:00:00")),
        "review",
        "2026-10-01",
        "low",
        "Dated 1 October 2026 (camera clock), but digitised on 2 March 2025: one date is wrong.",
        reason="contradictory_evidence",
        evidence={"exif_digitized": "contradicts"},
    ),
    Situation(
        "digitised before taken, both old",
        jpeg(exif(**CAMERA, original="2025:10:01 10:00:00", digitized="2025:03:02 11:00:00")),
        "fail",
        "2025-10-01",
        "low",
        "Dated 1 October 2025 (camera clock), digitised on 2 March 2025: too old both ways.",
        reason="too_old",
    ),
    Situation(
        "changed before taken",
        jpeg(exif(**CAMERA, original="2026:10:01 10:00:00", modified="2024:03:02 11:00:00")),
        "review",
        "2026-10-01",
        "low",
        "Dated 1 October 2026 (camera clock), but it existed on 2 March 2024 (last changed).",
        reason="contradictory_evidence",
    ),
    Situation(
        "gps fix of a while ago",
        camera(offset_original="+02:00", gps="2026:10:01 04:10:58"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        evidence={"gps": "confirms"},
    ),
    Situation(
        "clock set to am for pm",
        camera("2026:10:01 22:00:00", offset_original="+02:00", gps="2026:10:01 08:00:00"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "phone name a moment before its exif",
        camera("2026:10:02 01:11:13", offset_original="+02:00", subseconds_original="345"),
        "pass",
        "2026-10-02",
        "high",
        "Taken on 2 October 2026 (camera clock); usable until 2 April 2027 (days left: 131).",
        named="PXL_20261001_231112345.jpg",
        evidence={"camera_name": "confirms"},
    ),
    Situation(
        "clock two days ahead of the gps",
        camera("2026:10:03 10:00:00", offset_original="+02:00", gps="2026:10:01 08:00:00"),
        "pass",
        "2026-10-03",
        "low",
        "Dated 3 October 2026 (camera clock) or 1 October 2026 (GPS); usable until 1 April 2027.",
        evidence={"gps": "contradicts"},
    ),
    Situation(
        "declared alone",
        jpeg(),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (declared); usable until 1 April 2027 (days left: 130).",
        declared=date(2026, 10, 1),
    ),
    Situation(
        "declared alone, too old",
        jpeg(),
        "fail",
        "2026-03-01",
        "medium",
        "Taken on 1 March 2026 (declared); usable until 1 September 2026 (days late: 82).",
        reason="too_old",
        declared=date(2026, 3, 1),
    ),
    Situation(
        "declared and confirmed",
        camera(),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (declared); usable until 1 April 2027 (days left: 130).",
        declared=date(2026, 10, 1),
        evidence={"exif_original": "confirms"},
    ),
    Situation(
        "declared, the camera says otherwise",
        camera("2024:05:01 10:00:00"),
        "review",
        "2026-10-01",
        "low",
        "1 October 2026 (declared) and 1 May 2024 (camera clock) contradict each other.",
        reason="contradictory_evidence",
        declared=date(2026, 10, 1),
        evidence={"declared": "decides", "exif_original": "contradicts"},
    ),
    Situation(
        "declared a few days off",
        camera("2026:09:28 10:00:00"),
        "pass",
        "2026-10-01",
        "low",
        "Dated 1 October 2026 (declared) or 28 September 2026 (camera clock); usable until 28 March 2027.",
        declared=date(2026, 10, 1),
    ),
    Situation(
        "declared after the application",
        jpeg(),
        "review",
        None,
        "none",
        "The capture date 1 January 2027 (declared) lies after the application.",
        reason="contradictory_evidence",
        declared=date(2027, 1, 1),
    ),
    Situation(
        "declared after the application, camera knows",
        camera(),
        "pass",
        "2026-10-01",
        "low",
        "Taken on 1 October 2026 (camera clock), not 1 January 2027; usable until 1 April 2027.",
        declared=date(2027, 1, 1),
    ),
    Situation(
        "declared, but sent before",
        jpeg(),
        "review",
        "2026-10-01",
        "low",
        "Dated 1 October 2026 (declared), but it existed on 3 March 2025 (sent by messenger).",
        reason="contradictory_evidence",
        declared=date(2026, 10, 1),
        named="IMG-20250303-WA0007.jpg",
    ),
    Situation(
        "messenger, lately",
        jpeg(),
        "review",
        "2026-11-01",
        "low",
        "Sent by messenger on 1 November 2026; the photo may be older.",
        reason="not_newer_than",
        named="IMG-20261101-WA0001.jpg",
    ),
    Situation(
        "messenger, long ago",
        jpeg(),
        "fail",
        "2025-11-01",
        "low",
        "Not newer than 1 November 2025 (sent by messenger); usable until 1 May 2026 (days late: 205).",
        reason="too_old",
        named="IMG-20251101-WA0001.jpg",
    ),
    Situation(
        "messenger on a computer",
        jpeg(),
        "review",
        "2026-11-01",
        "low",
        "Sent by messenger on 1 November 2026; the photo may be older.",
        reason="not_newer_than",
        named="WhatsApp Image 2026-11-01 at 10.11.12.jpeg",
    ),
    Situation(
        "messenger in Dutch",
        jpeg(),
        "review",
        "2026-11-01",
        "low",
        "Sent by messenger on 1 November 2026; the photo may be older.",
        reason="not_newer_than",
        named="WhatsApp-afbeelding 2026-11-01 om 10.11.12.jpeg",
    ),
    Situation(
        "another messenger",
        jpeg(),
        "review",
        "2026-11-01",
        "low",
        "Sent by messenger on 1 November 2026; the photo may be older.",
        reason="not_newer_than",
        named="signal-2026-11-01-10-11-12-123.jpg",
    ),
    Situation(
        "a third messenger",
        jpeg(),
        "review",
        "2026-11-01",
        "low",
        "Sent by messenger on 1 November 2026; the photo may be older.",
        reason="not_newer_than",
        named="photo_2026-11-01_10-11-12.jpg",
    ),
    Situation(
        "saved from a social network",
        jpeg(),
        "review",
        "2026-11-01",
        "low",
        "Saved by an app on 1 November 2026; the photo may be older.",
        reason="not_newer_than",
        named="FB_IMG_1793527200000.jpg",
    ),
    Situation(
        "sent before it was taken",
        camera(),
        "review",
        "2026-10-01",
        "low",
        "Dated 1 October 2026 (camera clock), but it existed on 3 March 2025 (sent by messenger).",
        reason="contradictory_evidence",
        named="IMG-20250303-WA0007.jpg",
    ),
    Situation(
        "original sent as a document",
        camera(offset_original="+02:00"),
        "pass",
        "2026-10-01",
        "high",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        named="IMG-20261101-WA0001.jpg",
        evidence={"messenger_name": "limits"},
    ),
    Situation(
        "phone name, nothing inside",
        jpeg(),
        "review",
        "2026-10-01",
        "low",
        "Only the file name says 1 October 2026; the photo may be older.",
        reason="not_newer_than",
        named="20261001_101112.jpg",
    ),
    Situation(
        "phone name, nothing inside, old",
        jpeg(),
        "fail",
        "2025-10-01",
        "low",
        "Not newer than 1 October 2025 (file name); usable until 1 April 2026 (days late: 235).",
        reason="too_old",
        named="IMG_20251001_101112.jpg",
    ),
    Situation(
        "phone name in utc",
        jpeg(),
        "review",
        "2026-10-01",
        "low",
        "Only the file name says 1 October 2026; the photo may be older.",
        reason="not_newer_than",
        named="PXL_20261001_231112345.jpg",
    ),
    Situation(
        "a name that a person chose",
        jpeg(),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
        named="pasfoto 2026-10-01 Jan.jpg",
    ),
    Situation(
        "beauty app",
        jpeg(),
        "review",
        "2026-10-01",
        "low",
        "Saved by an app on 1 October 2026; the photo may be older.",
        reason="not_newer_than",
        named="BeautyPlus_20261001101112345_save.jpg",
    ),
    Situation(
        "screenshot by name",
        png(),
        "review",
        "2026-10-01",
        "low",
        "Screenshot of 1 October 2026; the photo in it may be older.",
        reason="not_newer_than",
        named="Screenshot_20261001-101112.png",
    ),
    Situation(
        "screenshot of a phone",
        jpeg(exif(original="2026:10:01 10:00:00", comment=b"ASCII\0\0\0Screenshot")),
        "review",
        "2026-10-01",
        "low",
        "Screenshot of 1 October 2026; the photo in it may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "scan lately",
        jpeg(exif(**SCANNER, original="2026:10:01 10:00:00", digitized="2026:10:01 10:00:00")),
        "review",
        "2026-10-01",
        "low",
        "Scanned on 1 October 2026; the print may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "scan long ago",
        jpeg(exif(**SCANNER, digitized="2025:10:01 10:00:00")),
        "fail",
        "2025-10-01",
        "low",
        "Not newer than 1 October 2025 (scanned); usable until 1 April 2026 (days late: 235).",
        reason="too_old",
    ),
    Situation(
        "scan with the date of the print",
        jpeg(exif(**SCANNER, original="2026:09:01 10:00:00", digitized="2026:10:01 10:00:00")),
        "pass",
        "2026-09-01",
        "medium",
        "Taken on 1 September 2026 (entered with the scan); usable until 1 March 2027 (days left: 99).",
    ),
    Situation(
        "scan, declared",
        jpeg(exif(**SCANNER, digitized="2026:10:01 10:00:00")),
        "pass",
        "2026-09-15",
        "medium",
        "Taken on 15 September 2026 (declared); usable until 15 March 2027 (days left: 113).",
        declared=date(2026, 9, 15),
    ),
    Situation(
        "scan before the declared day",
        jpeg(exif(**SCANNER, digitized="2026:10:01 10:00:00")),
        "review",
        "2026-10-20",
        "low",
        "Dated 20 October 2026 (declared), but digitised on 1 October 2026: one date is wrong.",
        reason="contradictory_evidence",
        declared=date(2026, 10, 20),
    ),
    Situation(
        "film scanner that says so",
        jpeg(
            exif(
                **{**CAMERA, "file_source": b"\1"},
                original="2026:10:01 10:00:00",
                digitized="2026:10:01 10:00:00",
            )
        ),
        "review",
        "2026-10-01",
        "low",
        "Scanned on 1 October 2026; the print may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "scanning app",
        jpeg(exif(original="2026:10:01 10:00:00", software="CamScanner")),
        "review",
        "2026-10-01",
        "low",
        "Scanned on 1 October 2026; the print may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "tiff of a scanner",
        tiff(modified="2026:10:01 10:00:00", software="VueScan 9"),
        "review",
        "2026-10-01",
        "low",
        "Scanned on 1 October 2026; the print may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "edited, original date kept",
        camera(software="Adobe Photoshop 25.0 (Windows)", modified="2026:10:05 09:00:00"),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (camera clock); usable until 1 April 2027 (days left: 130).",
        evidence={"exif_modified": "limits"},
    ),
    Situation(
        "only changed, lately",
        jpeg(exif(software="GIMP 2.10", modified="2026:10:05 09:00:00")),
        "review",
        "2026-10-05",
        "low",
        "The file was last changed on 5 October 2026; the photo may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "only changed, long ago",
        jpeg(exif(software="GIMP 2.10", modified="2025:10:05 09:00:00")),
        "fail",
        "2025-10-05",
        "low",
        "Not newer than 5 October 2025 (last changed); usable until 5 April 2026 (days late: 231).",
        reason="too_old",
    ),
    Situation(
        "a template made years ago",
        jpeg(
            packet=xmp(
                attributes='xmp:CreateDate="2019-01-05T10:00:00Z" xmp:ModifyDate="2026-10-05T10:00:00Z"'
            )
        ),
        "review",
        "2026-10-05",
        "low",
        "The file was last changed on 5 October 2026; the photo may be older.",
        reason="not_newer_than",
        evidence={"xmp_created": "ignored"},
    ),
    Situation(
        "a document without more",
        jpeg(packet=xmp(attributes='xmp:CreateDate="2026-10-05T10:00:00+02:00"')),
        "review",
        None,
        "none",
        "Only the file is dated, 5 October 2026; the photo in it may be older.",
        reason="no_evidence",
    ),
    Situation(
        "xmp of a photographer",
        jpeg(packet=xmp("<photoshop:DateCreated>2026-10-01T10:00:00</photoshop:DateCreated>")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (XMP data); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "xmp against exif",
        jpeg(
            exif(**CAMERA, original="2024:10:01 10:00:00"),
            packet=xmp("<photoshop:DateCreated>2026-10-01</photoshop:DateCreated>"),
        ),
        "review",
        "2024-10-01",
        "low",
        "1 October 2024 (camera clock) and 1 October 2026 (XMP data) contradict each other.",
        reason="contradictory_evidence",
    ),
    Situation(
        "iptc of an agency",
        jpeg(iptc_block=iptc(created="20261001", created_time="100000+0200")),
        "pass",
        "2026-10-01",
        "medium",
        "Taken on 1 October 2026 (IPTC data); usable until 1 April 2027 (days left: 130).",
    ),
    Situation(
        "iptc, month unknown",
        jpeg(iptc_block=iptc(created="20260000")),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
    ),
    Situation(
        "png creation time",
        png(texts={"Creation Time": "Thu, 01 Oct 2026 10:11:12 +0200"}),
        "review",
        None,
        "none",
        "Only the file is dated, 1 October 2026; the photo in it may be older.",
        reason="no_evidence",
    ),
    Situation(
        "png converted on a server",
        png(texts={"date:create": "2026-10-05T10:00:00+00:00", "date:modify": "2026-10-03T10:00:00+00:00"}),
        "review",
        "2026-10-03",
        "low",
        "The file was last changed on 3 October 2026; the photo may be older.",
        reason="not_newer_than",
    ),
    Situation(
        "nothing at all",
        jpeg(),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
    ),
    Situation(
        "everything after the application",
        jpeg(exif(software="GIMP", modified="2026:12:24 09:00:00")),
        "review",
        None,
        "none",
        "The file does not say when the photo was taken.",
        reason="no_evidence",
    ),
    Situation(
        "declared after the application, camera too old",
        camera("2026:03:01 10:00:00"),
        "fail",
        "2026-03-01",
        "low",
        "Taken on 1 March 2026 (camera clock); usable until 1 September 2026 (days late: 82).",
        reason="too_old",
        declared=date(2027, 1, 1),
    ),
    Situation(
        "never set, gps too old",
        camera("2015:01:01 00:12:00", gps="2026:03:01 07:00:00"),
        "fail",
        "2026-03-01",
        "low",
        "GPS 1 March 2026, camera clock says 1 January 2015: never set. Days late: 82.",
        reason="too_old",
    ),
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_situation(situation: Situation) -> None:
    metadata = read_metadata(situation.file, name=situation.named)
    result = judged(photo_with(metadata), situation.on, situation.declared)
    dated = result.facts.get("taken_on", result.facts.get("not_after"))
    assert (result.verdict, result.reason) == (situation.verdict, situation.reason)
    assert dated == situation.dated
    assert result.facts["confidence"] == situation.confidence
    assert result.message("en") == situation.message
    roles = {piece.source: piece.role for piece in result.evidence}
    assert roles | situation.evidence == roles


def test_the_table_is_long_enough() -> None:
    assert len(SITUATIONS) >= 60
    assert len({situation.name for situation in SITUATIONS}) == len(SITUATIONS)


@pytest.mark.parametrize("lang", ["nl", "fr", "de"])
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_every_situation_is_said_in_every_language(situation: Situation, lang: str) -> None:
    metadata = read_metadata(situation.file, name=situation.named)
    result = judged(photo_with(metadata), situation.on, situation.declared)
    assert "?" not in result.message(lang) + result.remedy(lang)
    assert result.message(lang) != result.message("en")
    assert (result.remedy(lang) == "") == (result.verdict == "pass")


def test_the_contradiction_is_told() -> None:
    file = jpeg(exif(**CAMERA, original="2004:01:01 00:00:00", digitized="2026:03:02 11:00:00"))
    result = judged(photo_with(read_metadata(file)), date(2026, 4, 1))
    assert result.message("nl") == (
        "Gedigitaliseerd 2 maart 2026, cameraklok zegt 1 januari 2004: nooit ingesteld."
    )
    assert result.remedy("en") == "Confirm when it was taken; a clock may be wrong."


def test_a_contradiction_within_the_limit_promises_the_earlier_end() -> None:
    result = judged(photo_with(read_metadata(camera(gps="2026:09:20 08:00:00"))))
    assert result.verdict == "pass"
    assert result.facts["usable_until"] == "2027-03-20"
    assert result.facts["days_left"] == (date(2027, 3, 20) - ON).days


def test_a_deadline_is_promised_only_where_the_verdict_stands() -> None:
    recent = judged(photo_with(read_metadata(jpeg(), name="IMG-20261101-WA0001.jpg")))
    assert recent.verdict == "review" and "usable_until" not in recent.facts
    old = judged(photo_with(read_metadata(jpeg(), name="IMG-20251101-WA0001.jpg")))
    assert (old.facts["usable_until"], old.facts["days_over"]) == ("2026-05-01", 205)


def test_another_limit_another_deadline() -> None:
    limit = Limit.model_validate({"pass": [0, 1], "source": ["x"], "confidence": "low"})
    result = judged(photo_with(read_metadata(camera("2026:10:22 10:00:00"))), limit=limit)
    assert (result.verdict, result.facts["usable_until"]) == ("pass", "2026-11-22")


def test_without_an_upper_limit_there_is_no_deadline() -> None:
    limit = Limit.model_validate({"pass": [0, float("inf")], "source": ["x"], "confidence": "low"})
    result = judged(photo_with(read_metadata(camera("1999:10:22 10:00:00"))), limit=limit)
    assert result.verdict == "pass" and "usable_until" not in result.facts


def test_a_file_time_is_told_and_decides_nothing() -> None:
    stored = datetime(2019, 5, 3, 12, tzinfo=UTC)
    alone = judged(photo_with(read_metadata(jpeg(), file_time=stored)))
    assert (alone.verdict, alone.value, alone.reason) == ("review", None, "no_evidence")
    assert alone.message("en") == "Only the stored file is dated, 3 May 2019; the photo may be older."
    beside = judged(photo_with(read_metadata(camera(), file_time=stored)))
    assert beside == judged(photo_with(read_metadata(camera())))
    just_copied = judged(photo_with(read_metadata(jpeg(), file_time=datetime(2026, 11, 22, tzinfo=UTC))))
    assert just_copied == judged(photo_with(read_metadata(jpeg())))


DAYS = st.dates(date(1995, 1, 1), date(2030, 12, 31))
MOMENTS = st.builds(
    datetime.combine, DAYS, st.times(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=9))]))
)
STATEMENTS = st.builds(
    DateEvidence,
    st.sampled_from([source for source in SOURCES if source not in ("declared", "file_time")]),
    MOMENTS,
    st.booleans(),
)
TRACES = st.lists(st.sampled_from([Trace("camera"), Trace("scanner"), Trace("screenshot"), Trace("editor")]))


def metadata_of(statements: list[DateEvidence], traces: list[Trace]) -> Metadata:
    return Metadata(tuple(dict.fromkeys(statements)), tuple(dict.fromkeys(traces)))


@given(st.lists(STATEMENTS, max_size=6), TRACES, DAYS, st.none() | DAYS)
def test_any_evidence_gives_a_result_and_a_message(statements, traces, on, declared) -> None:
    metadata = metadata_of(statements, traces)
    result = judged(photo_with(metadata), on, declared)
    for lang in ("en", "nl"):
        assert "?" not in result.message(lang) + result.remedy(lang)
    stated = len(metadata.dates) + (declared is not None)
    assert len(result.evidence) == stated
    assert sum(piece.role == "decides" for piece in result.evidence) == (result.value is not None)


@given(st.lists(STATEMENTS, max_size=5), TRACES, DAYS)
def test_only_a_date_of_exposure_proves_a_photo_recent(statements, traces, on) -> None:
    bounds = [s for s in statements if s.proof == "existed"]
    assert judged(photo_with(metadata_of(bounds, traces)), on).verdict in ("review", "fail")


@given(st.lists(STATEMENTS, max_size=5), TRACES, DAYS, st.none() | DAYS, MOMENTS)
def test_a_messenger_never_turns_a_fail_into_a_pass(statements, traces, on, declared, moment) -> None:
    before = judged(photo_with(metadata_of(statements, traces)), on, declared).verdict
    sent = DateEvidence("messenger_name", moment)
    after = judged(photo_with(metadata_of([*statements, sent], traces)), on, declared).verdict
    order = ("pass", "borderline", "review", "fail")
    if before != "review":
        assert after == before or order.index(after) > order.index(before) or after == "review"
    assert not (before == "review" and after in ("pass", "borderline"))


@given(st.lists(STATEMENTS, max_size=5), TRACES, DAYS, st.none() | DAYS, st.integers(1, 400))
def test_a_photo_that_is_too_old_stays_so(statements, traces, on, declared, days) -> None:
    metadata = metadata_of([s for s in statements if s.day < on], traces)
    if declared is not None and declared >= on:
        declared = None
    first = judged(photo_with(metadata), on, declared)
    later = judged(photo_with(metadata), on + timedelta(days=days), declared)
    if first.verdict == "fail" and first.facts.get("detail") != "never_set":
        assert later.verdict in ("fail", "review")
        if later.verdict == "review":  # a first of January becomes suspicious when its year is over
            assert any(piece.why == "never_set" for piece in later.evidence)


@given(DAYS, st.integers(-400, 400))
def test_the_last_usable_day_passes_and_the_next_fails(taken, shift) -> None:
    moment = datetime.combine(taken, datetime.min.time()).replace(hour=12, tzinfo=UTC)
    photo = photo_with(Metadata((DateEvidence("exif_original", moment),), (Trace("camera"),)))
    if weigh(photo.metadata, taken).taken is None:
        return
    last = add_months(taken, 6)
    assert judged(photo, last).verdict == "pass"
    assert judged(photo, last + timedelta(days=1)).verdict == "fail"
    on = max(taken, last + timedelta(days=shift))
    assert (judged(photo, on).verdict == "pass") == (on <= last)
