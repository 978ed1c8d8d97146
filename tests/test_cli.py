"""The command line: what is printed where, and what is returned to the shell."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import icao_check
from icao_check.cli import ExitCode, app, exit_code
from samples.gallery import PORTRAITS
from tests.conftest import ROOT
from tests.photo_files import CAMERA, exif, jpeg

runner = CliRunner()


@pytest.fixture(scope="module")
def photo(tmp_path_factory, portrait_jpeg):
    path = tmp_path_factory.mktemp("photos") / "portrait.jpg"
    path.write_bytes(portrait_jpeg)
    return path


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no photo at all")
    return path


def run(*arguments, **options):
    return runner.invoke(app, [str(argument) for argument in arguments], **options)


def program(*arguments, **options):
    """Run the real program in a process of its own."""
    command = [sys.executable, "-m", "icao_check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, timeout=180, check=False, **options)


def size_of(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return picture.size


class TestCheck:
    def test_a_table_names_what_is_wrong(self, photo):
        found = run("check", photo)
        assert found.exit_code == ExitCode.FAIL
        assert "FAIL" in found.stdout
        assert "Mouth closed" in found.stdout
        assert "\x1b[" not in found.stdout  # no colours where no terminal is

    def test_a_table_names_what_is_not_made(self, photo):
        assert "not made by this version" not in run("check", photo).stdout
        assert "not made by this version" in run("check", photo, "--reference", photo).stdout

    def test_it_speaks_dutch(self, photo):
        found = run("check", photo, "--lang", "nl")
        assert "Mond dicht" in found.stdout
        assert "27,1" in found.stdout or "mm" in found.stdout

    def test_json_is_one_object_per_line(self, photo, broken):
        found = run("check", photo, broken, photo, "--json", "--on", "2026-11-22", "--id", "17")
        reports = [json.loads(line) for line in found.stdout.splitlines()]
        assert [report["verdict"] for report in reports] == ["fail", "error", "fail"]
        assert [report["photo"] for report in reports] == [str(photo), str(broken), str(photo)]
        assert reports[1]["error"]["code"] == "unsupported_format"
        assert reports[0]["id"] == "17"
        assert reports[0]["inputs"]["on"] == "2026-11-22"
        assert found.exit_code == ExitCode.UNREADABLE

    def test_only_what_is_asked_for(self, photo):
        found = run("check", photo, "--json", "--only", "single_face, head_pose_roll")
        report = json.loads(found.stdout)
        made = [entry["id"] for entry in report["checks"] if entry["verdict"] != "skipped"]
        assert made == ["single_face", "head_pose_roll"]
        assert report["verdict"] == "pass"
        assert found.exit_code == ExitCode.OK

    def test_a_review_is_undecided(self):
        cloth = PORTRAITS / "compliant_woman_hijab.jpg"
        assert run("check", cloth, "--only", "no_head_covering").exit_code == ExitCode.UNDECIDED

    def test_an_overlay_goes_to_a_file_or_a_directory(self, photo, tmp_path):
        found = run("check", photo, "--overlay", tmp_path / "new" / "drawn.png")
        assert "drawn.png" in found.stderr
        assert size_of(tmp_path / "new" / "drawn.png")[1] > 1000
        run("check", photo, photo, "--overlay", tmp_path / "several")
        assert size_of(tmp_path / "several" / "portrait.png")[1] > 1000

    def test_declarations_reach_the_report(self, photo):
        found = run(
            "check", photo, "--json", "--on", "2026-11-22", "--taken-on", "2026-01-01",
            "--age-group", "under-3", "--waive", "head_covering", "--print-size", "70x90",
            "--reference", photo,
        )  # fmt: skip
        report = json.loads(found.stdout)
        assert report["inputs"]["scale"] == {"px_per_mm": 6.0, "source": "print_size"}
        assert report["inputs"]["waive"] == ["head_covering"]
        by_id = {entry["id"]: entry for entry in report["checks"]}
        assert by_id["image_age"]["verdict"] == "fail"
        assert by_id["reuse"]["verdict"] == "fail"
        assert by_id["mouth_closed"]["reason"] == "waived"

    def test_standard_input_is_a_photo(self, portrait_jpeg):
        found = program("check", "-", "--json", input=portrait_jpeg)
        assert found.returncode == ExitCode.FAIL
        assert json.loads(found.stdout)["photo"] == "-"

    def test_data_and_talk_do_not_mix(self, photo, tmp_path):
        found = program("check", photo, "--json", "--overlay", tmp_path / "o.png")
        json.loads(found.stdout)
        assert b"overlay" in found.stderr


class TestExplain:
    @pytest.fixture
    def dated(self, tmp_path, portrait):
        path = tmp_path / "IMG-20261020-WA0001.jpg"
        block = exif(**CAMERA, original="2026:10:01 10:00:00", software="Adobe Photoshop 25.0 of Jan Peeters")
        path.write_bytes(jpeg(block, pixels=Image.fromarray(portrait)))
        return path

    def test_the_whole_chain_is_shown(self, dated):
        options = ("--on", "2026-11-22", "--only", "image_age,edited")
        found = run("check", dated, *options, "--explain", "image_age,edited", env={"COLUMNS": "160"})
        assert found.exit_code == ExitCode.OK
        shown = " ".join(found.stdout.split())
        for words in (
            "Age of the photo: pass. Taken on 1 October 2026 (camera clock); usable until 1 April 2027",
            "1 October 2026 EXIF: picture taken decides",
            "20 October 2026 file name given by a messenger agrees: not newer than this",
            "Confidence medium",
            "Knack",
            "Adobe Photoshop picture editor decides",
        ):
            assert words in shown, words
        assert "Peeters" not in found.stdout

    def test_it_speaks_dutch(self, dated):
        options = ("--on", "2026-11-22", "--only", "image_age", "--lang", "nl")
        found = run("check", dated, *options, "--explain", "image_age")
        assert "EXIF: foto genomen" in " ".join(found.stdout.split())

    def test_json_holds_the_chain_anyway(self, dated):
        found = run(
            "check", dated, "--on", "2026-11-22", "--only", "image_age", "--json", "--explain", "image_age"
        )
        (line,) = found.stdout.splitlines()
        age = next(entry for entry in json.loads(line)["checks"] if entry["id"] == "image_age")
        assert age["facts"]["usable_until"] == "2027-04-01"
        assert age["evidence"] == [
            {"source": "exif_original", "says": "2026-10-01", "role": "decides", "why": None},
            {"source": "messenger_name", "says": "2026-10-20", "role": "limits", "why": None},
        ]

    def test_an_unknown_check_is_named(self, dated):
        found = run("check", dated, "--explain", "beauty")
        assert found.exit_code == ExitCode.USAGE
        assert "beauty" in found.stderr

    def test_a_file_that_cannot_be_judged_needs_no_explanation(self, broken):
        assert run("check", broken, "--explain", "image_age").exit_code == ExitCode.UNREADABLE


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["check"], "PHOTO"),
            (["check", "x.jpg", "--profile", "be-nothing"], "be-residence-card"),
            (["check", "x.jpg", "--age-group", "baby"], "under-6"),
            (["check", "x.jpg", "--waive", "beauty"], "head_covering"),
            (["check", "x.jpg", "--only", "beauty"], "single_face"),
            (["check", "x.jpg", "--on", "22/11/2026"], "2026-11-22"),
            (["check", "x.jpg", "--print-size", "big"], "35x45"),
            (["check", "x.jpg", "--lang", "tlh"], "nl"),
            (["check", "x.jpg", "y.jpg", "--overlay", "one.png"], "directory"),
            (["check", "x.jpg", "--colour", "blue"], "--colour"),
            (["chekc", "x.jpg"], "chekc"),
        ],
    )
    def test_a_mistake_is_named_and_is_2(self, arguments, words):
        found = program(*arguments)
        assert found.returncode == ExitCode.USAGE, found.stderr
        assert words in found.stderr.decode()
        assert b"Traceback" not in found.stderr
        assert found.stdout == b""

    def test_the_version_is_one_line(self):
        assert run("--version").stdout.strip() == icao_check.__version__

    def test_help_has_an_example(self):
        assert "icao-check check photo.jpg" in run("check", "--help").stdout


class TestLists:
    def test_checks(self):
        found = run("checks", "--lang", "nl")
        assert found.exit_code == 0
        assert "head_height" in found.stdout
        assert "Hoogte van het hoofd" in found.stdout

    def test_profiles(self):
        assert "be-residence-card" in run("profiles").stdout
        found = run("profiles", "F+")
        assert found.exit_code == 0
        assert "31 – 36" in found.stdout
        assert "laarne.be" in found.stdout


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        (["pass", "pass"], 0),
        (["pass", "borderline"], 4),
        (["review"], 4),
        (["review", "fail"], 1),
        (["fail", "error", "pass"], 3),
    ],
)
def test_exit_codes_are_public(verdicts, code):
    assert exit_code(verdicts) == code


def test_nothing_heavy_is_imported_for_help():
    code = "import sys, icao_check, icao_check.cli; print(*[m for m in sys.modules if '.' not in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True, text=True)
    loaded = set(found.stdout.split())
    assert not loaded & {"numba", "cv2", "dlib", "scipy", "skimage", "numpy", "pydantic", "PIL", "babel"}


def test_scikit_image_stays_off_the_check_path(photo):
    # Numba imports a part of scipy itself where that is installed.
    code = (
        "import sys; from icao_check import check; check(sys.argv[1]);"
        "print(*[m for m in ('skimage', 'matplotlib', 'scipy.ndimage', 'scipy.stats') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(photo)], capture_output=True, cwd=ROOT, check=True, text=True
    )
    assert found.stdout.split() == []


def test_a_black_picture_is_judged_too(tmp_path):
    path = tmp_path / "black.png"
    Image.fromarray(np.zeros((90, 70, 3), np.uint8)).save(path)
    assert run("check", path).exit_code == ExitCode.FAIL
