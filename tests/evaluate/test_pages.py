"""What is written: tables, Markdown, CSV, curves, and the page."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from icao_check.evaluate import tables
from icao_check.evaluate.det import det_figure
from icao_check.evaluate.evaluation import evaluate
from icao_check.evaluate.figure import Figure
from icao_check.evaluate.page import page
from icao_check.evaluate.thumbnails import thumbnail
from icao_check.evaluate.wording import advice, interval, percent
from tests.evaluate.archive import archive, broken, judged, located, one_check, outcome, row

NASTY = '<script>alert("x")</script>|.jpg'


@pytest.fixture(scope="module")
def photo(tmp_path_factory, portrait_jpeg):
    path = tmp_path_factory.mktemp("archive") / "portrait.jpg"
    path.write_bytes(portrait_jpeg)
    return path


@pytest.fixture(scope="module")
def evaluation(photo):
    """Return two checks with mistakes of each kind, one that is not made, groups, geometry, a broken file."""
    rng = np.random.default_rng(0)
    rows, outcomes = [], []
    face = located(((140.0, 200.0), (260.0, 204.0)), (200.0, 380.0), (205.0, 60.0))
    truth = {
        "pupil_l_x": 141,
        "pupil_l_y": 200,
        "pupil_r_x": 259,
        "pupil_r_y": 200,
        "chin_x": 200,
        "chin_y": 384,
    }
    for place in range(80):
        good = place % 2 == 0
        labels = {"sharpness": good, "head_height": place % 3 > 0, "teeth": place % 5 > 0}
        entry = row(
            place + 2, labels, groups={"camera": "ab"[place % 4 // 2]}, truth={**truth, "crown_y": 58}
        )
        rows.append(replace(entry, path=photo))
        outcomes.append(
            outcome(
                {
                    "sharpness": round(float(np.clip(rng.normal(65 if good else 45, 10), 0, 100)), 1),
                    "head_height": judged(60, "borderline") if place % 7 == 0 else 80,
                    "teeth": judged(None, "skipped", "not_implemented"),
                },
                face=face,
            )
        )
    rows[0] = replace(rows[0], photo=NASTY, subject="<b>somebody</b>")
    outcomes[4] = broken()
    return evaluate(archive(rows, ["sharpness", "head_height", "teeth"], ["camera"]), outcomes, resamples=200)


class Tags(HTMLParser):
    """Collects what a page loads, and whether its elements are closed in order."""

    EMPTY = frozenset({"meta", "img", "br", "link", "circle", "line", "rect", "polyline"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.addresses = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    return tags


class TestPage:
    @pytest.fixture(scope="class")
    @staticmethod
    def html(evaluation):
        return page(evaluation, "Accuracy <of> a test")

    def test_it_needs_no_other_file_and_runs_nothing(self, html):
        tags = parsed(html)
        assert not {"script", "link", "iframe", "object", "form"} & set(tags.tags)
        assert tags.addresses
        assert all(address.startswith("data:image/jpeg;base64,") for address in tags.addresses)
        assert "url(" not in html
        assert "@import" not in html

    def test_names_from_the_label_file_are_only_text(self, html):
        assert "<script>" not in html
        assert "&lt;script&gt;alert" in html
        assert "Accuracy &lt;of&gt; a test" in html

    def test_it_says_that_it_shows_faces(self, html):
        assert "This page shows faces" in html

    def test_it_can_be_made_without_faces(self, evaluation):
        html = page(evaluation, "x", pictures=False)
        assert "data:image" not in html
        assert "<img" not in html
        assert "shows no faces" in html
        assert "What should be mended first?" in html

    def test_the_check_that_does_most_harm_is_first(self, html, evaluation):
        ranked = re.findall(r'<div class="rank">(\d+)</div><div><b>([^<]+)</b>', html)
        assert [int(rank) for rank, _ in ranked] == list(range(1, len(ranked) + 1))
        assert [evaluation.by_loss()[0].id, ranked[0][1]] == ["head_height", "Head height: mend the measure"]
        assert any("not made" in words for _, words in ranked)
        assert '<p class="answer"><b>Head height (mend the measure).</b> Then: ' in html

    def test_a_photo_that_is_gone_is_no_reason_to_fail(self, evaluation, tmp_path):
        rows = tuple(replace(entry, path=tmp_path / "gone.jpg") for entry in evaluation.labels.rows)
        html = page(replace(evaluation, labels=replace(evaluation.labels, rows=rows)), "x")
        assert "no picture" in html

    def test_nothing_to_mend(self):
        labels, outcomes = one_check([90] * 30 + [10] * 30, [True] * 30 + [False] * 30)
        html = page(evaluate(labels, outcomes, resamples=100), "x")
        assert "no check errs" in html


class TestThumbnail:
    def test_it_is_small_and_upright_and_tells_nothing_else(self, tmp_path, portrait):
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by a quarter
        exif[0x013B] = "the photographer"
        path = tmp_path / "turned.jpg"
        Image.fromarray(np.rot90(portrait)).save(path, exif=exif)
        source = thumbnail(path)
        picture = decoded(source)
        assert (picture.width, picture.height) == (168, 216)
        assert not picture.getexif()
        small = np.asarray(Image.fromarray(portrait).resize((168, 216)), float)
        assert np.abs(np.asarray(picture, float) - small).mean() < 8

    def test_marks_are_drawn_where_they_belong(self, photo):
        found = located(((100.0, 200.0), (300.0, 200.0)), (200.0, 400.0), (200.0, 20.0))
        plain, marked = (
            np.asarray(decoded(source), int) for source in (thumbnail(photo), thumbnail(photo, found))
        )
        changed = np.abs(marked - plain).max(axis=2) > 60
        rows = np.flatnonzero(changed.any(axis=1))
        zoom = 216 / 540
        for y in (20, 200, 400):
            assert np.abs(rows - y * zoom).min() <= 1
        assert changed.mean() < 0.05

    def test_a_file_that_is_no_photo_has_no_picture(self, tmp_path):
        path = tmp_path / "x.jpg"
        path.write_bytes(b"no photo")
        assert thumbnail(path) is None


def decoded(source):
    import base64

    return Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))))


class TestTables:
    def read(self, text):
        return list(csv.DictReader(io.StringIO(text)))

    def test_checks_csv_holds_the_numbers(self, evaluation):
        lines = self.read(tables.checks_csv(evaluation))
        assert [line["check"] for line in lines] == [check.id for check in evaluation.checks]
        line = next(line for line in lines if line["check"] == "sharpness")
        check = next(check for check in evaluation.checks if check.id == "sharpness")
        assert float(line["eer"]) == pytest.approx(check.eer.value, abs=1e-6)
        assert float(line["eer_low"]) <= float(line["eer"]) <= float(line["eer_high"])
        assert int(line["false_rejects_count"]) == check.false_rejects.events
        assert next(line for line in lines if line["check"] == "teeth")["eer"] == ""

    def test_photos_csv_has_one_line_per_photo(self, evaluation):
        lines = self.read(tables.photos_csv(evaluation))
        assert len(lines) == 80
        assert lines[0]["photo"] == NASTY
        assert lines[4]["error"] == "truncated"
        assert lines[2]["sharpness_label"] == "1"
        assert float(lines[2]["sharpness_score"]) == evaluation.outcomes[2].checks["sharpness"].score

    def test_groups_and_geometry_are_there(self, evaluation):
        groups = self.read(tables.groups_csv(evaluation))
        assert {line["value"] for line in groups} == {"a", "b"}
        geometry = self.read(tables.geometry_csv(evaluation))
        assert [line["quantity"] for line in geometry] == ["pupils", "inter_eye_distance", "chin", "crown"]
        chin = geometry[2]
        assert (chin["truth"], chin["measured"], float(chin["mean_error"])) == ("80", "79", 4.0)

    def test_markdown_tables_are_whole(self, evaluation):
        text = tables.markdown(evaluation, "Title")
        assert text.startswith("# Title\n")
        widths = [line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")]
        blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
        assert len(blocks) >= 4
        assert widths
        for block in blocks:
            assert len({line.replace("\\|", "").count("|") for line in block.splitlines()}) == 1

    def test_the_terminal_names_every_check(self, evaluation):
        console = Console(width=140, record=True, file=io.StringIO())
        console.print(tables.terminal_report(evaluation))
        text = console.export_text()
        for check in evaluation.checks:
            assert check.id in text
        assert "1 file could not be judged" in text
        assert "icao-check 0.0.0, profile be-residence-card" in text

    @pytest.mark.parametrize(
        ("value", "words"),
        [(None, "–"), (0.0, "0.0"), (0.0556, "5.6"), (0.0997, "10"), (0.1849, "18"), (1.0, "100")],
    )
    def test_percent(self, value, words):
        assert percent(value) == words

    def test_interval_of_nothing(self):
        assert interval(None) == "–"


class TestAdvice:
    def told(self, good, bad):
        scores = [*good, *bad]
        labels, outcomes = one_check(scores, [True] * len(good) + [False] * len(bad))
        return advice(evaluate(labels, outcomes, resamples=100).checks[0])

    def test_it_gives_the_numbers_and_the_place_to_mend(self):
        told = self.told([90] * 30, [70] * 28 + [judged(55, "borderline"), 20])
        assert "29 of 30 defects missed (1 as borderline)" in told
        assert "0.0 % of either error at score 90.0 instead of 50" in told
        assert "lets defects through" in told

    def test_it_does_not_promise_a_better_limit_where_there_is_none(self):
        told = self.told([20, 80] * 20, [20, 80] * 20)
        assert "Even at the limit that makes both errors equal" in told
        assert "50 %" in told

    def test_it_tells_photos_without_a_score(self):
        assert "On 2 photos nothing could be measured" in self.told([90] * 28 + [None] * 2, [20] * 30)

    def test_one_side(self):
        assert "No photo with this defect is labelled" in self.told([90] * 30, [])
        assert "No good photo is labelled" in self.told([], [20] * 30)

    def test_not_made(self):
        never = judged(None, "skipped", "not_implemented")
        assert self.told([never], [never] * 3) == "No measure yet. 3 photos with this defect go unseen."
        waived = judged(None, "skipped", "waived")
        assert "reason: waived" in self.told([waived], [waived])


class TestFigures:
    def test_svg_is_well_formed_and_png_has_its_size(self, evaluation):
        figure = det_figure(evaluation.checks)
        root = ElementTree.fromstring(figure.svg())
        words = " ".join(element.text or "" for element in root.iter() if element.tag.endswith("text"))
        assert "Head height" in words
        assert "No teeth visible" not in words  # nothing was measured there
        picture = Image.open(io.BytesIO(figure.png()))
        assert picture.size == (2 * figure.width, 2 * figure.height)

    def test_both_renderings_draw_the_same(self):
        figure = Figure(60, 40)
        figure.line([(5, 20), (55, 20)], (255, 0, 0), 2)
        figure.disc((30, 10), 4, (0, 0, 255))
        pixels = np.asarray(Image.open(io.BytesIO(figure.png())))
        assert tuple(pixels[40, 60]) == (255, 0, 0)
        assert tuple(pixels[20, 60]) == (0, 0, 255)
        assert tuple(pixels[70, 110]) == (255, 255, 255)
        assert 'points="5.0,20.0 55.0,20.0"' in figure.svg()
        assert 'cx="30.0" cy="10.0" r="4"' in figure.svg()

    def test_without_curves_it_says_so(self):
        labels, outcomes = one_check([90], [True])
        figure = det_figure(evaluate(labels, outcomes, resamples=100).checks)
        assert "No check has both" in figure.svg()

    def test_the_marks_lie_on_the_rates(self):
        labels, outcomes = one_check(
            [90] * 40 + [20] * 10 + [80] * 20 + [20] * 30, [True] * 50 + [False] * 50
        )
        figure = det_figure(evaluate(labels, outcomes, resamples=100).checks)
        discs = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="4.5" fill="#(\w+)', figure.svg())[2:]
        places = {colour: (float(x), float(y)) for x, y, colour in discs}
        ticks = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>20</text>', figure.svg())
        across = float(ticks[0][0])  # where 20 % is on the axis of rejected photos
        assert places["fff"][0] == pytest.approx(across, abs=0.2)  # 10 of 50 good photos fail
