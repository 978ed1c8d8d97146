"""``icao-check evaluate`` from a folder of photos to the written page."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from icao_check.checker import Checker
from icao_check.cli import ExitCode, app
from icao_check.evaluate import run as run_module
from icao_check.evaluate.labels import LabelFileError, parse_labels, read_labels
from icao_check.evaluate.run import check_rows, stored_outcomes
from tests.conftest import JIT_DISABLED, ROOT

runner = CliRunner()
once_more = pytest.mark.skipif(JIT_DISABLED, reason="without compiled kernels the photos are checked once")
FILES = {"report.html", "report.md", "checks.csv", "photos.csv", "groups.csv", "det.svg", "det.png"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, portrait):
    """Return an archive of six photos, one of them no photo at all, and their label file."""
    path = tmp_path_factory.mktemp("archive")
    upright = Image.fromarray(portrait)
    pictures = {
        "upright.jpg": upright,
        "mirrored.jpg": Image.fromarray(np.ascontiguousarray(portrait[:, ::-1])),
        "tilted.jpg": upright.rotate(14, Image.Resampling.BICUBIC, fillcolor=(200, 200, 200)),
        "wall.jpg": Image.new("RGB", (420, 540), (200, 200, 200)),
        "sub/stretched.jpg": upright.resize((420, 700)),
    }
    for name, picture in pictures.items():
        (path / name).parent.mkdir(exist_ok=True)
        picture.save(path / name, quality=92)
    (path / "broken.jpg").write_bytes(b"no photo at all")
    (path / "labels.csv").write_text(
        "photo,subject,head_pose_roll,aspect_ratio,single_face,teeth,light\n"
        "upright.jpg,a,1,1,1,0,studio\n"
        "mirrored.jpg,b,1,1,1,0,studio\n"
        "tilted.jpg,c,0,1,1,0,home\n"
        "wall.jpg,d,,1,0,,home\n"
        "sub/stretched.jpg,e,1,0,1,0,home\n"
        "broken.jpg,f,1,1,1,1,home\n"
    )
    return path


def run(*arguments, **options):
    return runner.invoke(app, ["evaluate", *(str(argument) for argument in arguments)], **options)


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def first(folder, tmp_path_factory):
    """Return the result of a whole run and where it was written."""
    out = tmp_path_factory.mktemp("out") / "evaluation"
    return run(folder / "labels.csv", "--out", out, "--resamples", 200, "--on", "2026-11-22"), out


class TestRun:
    def test_everything_is_written(self, first):
        result, out = first
        assert result.exit_code == ExitCode.OK, result.stderr
        assert {path.name for path in out.iterdir()} == FILES | {"reports.jsonl"}
        assert "head_pose_roll" in result.stdout
        assert "written:" in result.stderr
        assert "written:" not in result.stdout
        assert "\x1b" not in result.stdout + result.stderr  # no colours, no progress: it is no terminal

    def test_a_photo_that_cannot_be_judged_scores_zero(self, first):
        result, out = first
        lines = table(out / "photos.csv")
        assert [line["photo"] for line in lines][-1] == "broken.jpg"
        assert lines[-1]["error"] == "unsupported_format"
        checks = {line["check"]: line for line in table(out / "checks.csv")}
        # Three good photos and a broken one against the tilted one: the broken one is rejected.
        assert checks["head_pose_roll"]["good"] == "4"
        assert checks["head_pose_roll"]["unscored"] == "1"
        assert checks["head_pose_roll"]["false_rejects_count"] == "1"
        assert "1 file could not be judged" in result.stdout

    def test_checks_come_out_as_the_labels_say(self, first):
        _, out = first
        checks = {line["check"]: line for line in table(out / "checks.csv")}
        assert (checks["head_pose_roll"]["misses_count"], checks["head_pose_roll"]["misses_of"]) == ("0", "1")
        assert (checks["aspect_ratio"]["misses_count"], checks["aspect_ratio"]["misses_of"]) == ("0", "1")
        assert (checks["single_face"]["misses_count"], checks["single_face"]["misses_of"]) == ("0", "1")

    def test_kept_reports_give_the_same_numbers_without_checking(self, first, folder, tmp_path, monkeypatch):
        _, out = first
        monkeypatch.setattr(Checker, "check_many", None)
        again = run(
            *(folder / "labels.csv", "--reports", out / "reports.jsonl"),
            *("--out", tmp_path / "again", "--resamples", 200),
        )
        assert again.exit_code == ExitCode.OK, again.stderr
        for name in ("checks.csv", "photos.csv", "groups.csv", "det.svg"):
            assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()

    @once_more
    def test_threads_change_nothing(self, first, folder, tmp_path):
        result, out = first
        threads = run(
            *(folder / "labels.csv", "--out", tmp_path, "--workers", 3),
            *("--resamples", 200, "--on", "2026-11-22"),
        )
        assert threads.exit_code == ExitCode.OK
        assert threads.stdout == result.stdout
        assert (tmp_path / "photos.csv").read_bytes() == (out / "photos.csv").read_bytes()

    @once_more
    def test_without_out_nothing_is_written(self, folder, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        result = run(folder / "labels.csv", "--only", "aspect_ratio", "--resamples", 100)
        assert result.exit_code == ExitCode.OK
        assert list(tmp_path.iterdir()) == []
        assert "No --out" in result.stderr
        assert "aspect_ratio" in result.stdout
        assert "head_pose_roll" not in result.stdout

    def test_no_pictures(self, first, folder, tmp_path):
        _, out = first
        result = run(
            *(folder / "labels.csv", "--reports", out / "reports.jsonl"),
            *("--out", tmp_path, "--no-pictures", "--resamples", 100),
        )
        assert result.exit_code == ExitCode.OK
        assert "data:image" not in (tmp_path / "report.html").read_text(encoding="utf-8")

    @once_more
    def test_the_label_file_may_come_from_standard_input(self, folder, monkeypatch):
        monkeypatch.chdir(folder)
        result = run(
            "-", "--only", "aspect_ratio", "--resamples", 100, input=(folder / "labels.csv").read_bytes()
        )
        assert result.exit_code == ExitCode.OK, result.stderr
        assert "6 photos of 6 people" in result.stdout

    @once_more
    def test_the_program_prints_a_table_that_no_terminal_width_cuts(self, folder):
        command = [
            sys.executable,
            "-m",
            "icao_check",
            "evaluate",
            folder / "labels.csv",
            "--resamples",
            "100",
        ]
        found = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=180, check=False, text=True)
        assert found.returncode == 0, found.stderr
        assert "head_pose_roll" in found.stdout
        assert "…" not in found.stdout


class TestTemplate:
    def test_it_makes_a_label_file_that_can_be_filled_in(self, folder):
        result = run("--template", folder, "--separator", ";")
        assert result.exit_code == ExitCode.OK
        lines = list(csv.reader(io.StringIO(result.stdout), delimiter=";"))
        assert lines[0][:2] == ["photo", "subject"]
        assert {"head_height", "mouth_closed"} <= set(lines[0])
        assert len(lines) == 7
        filled = "\n".join(";".join([line[0], "p", *["1"] * (len(line) - 2)]) for line in lines[1:])
        labels = parse_labels((";".join(lines[0]) + "\n" + filled).encode(), ROOT)
        assert all(row.path.is_file() for row in labels.rows)

    def test_only_some_columns(self, folder):
        result = run("--template", folder, "--only", "teeth,head_height")
        assert result.stdout.splitlines()[0] == "photo,subject,head_height,teeth"


class TestRefusal:
    def program(self, *arguments):
        command = [sys.executable, "-m", "icao_check", "evaluate", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, cwd=ROOT, timeout=180, check=False, text=True)

    def test_a_wrong_label_file_names_the_line(self, tmp_path):
        (tmp_path / "labels.csv").write_text("photo,teeth\na.jpg,yes\n")
        found = self.program(tmp_path / "labels.csv")
        assert found.returncode == ExitCode.USAGE
        assert "line 2, teeth" in found.stderr
        assert "Traceback" not in found.stderr

    def test_an_archive_that_lies_elsewhere_is_not_scored_zero(self, tmp_path):
        (tmp_path / "labels.csv").write_text("photo,teeth\na.jpg,1\nb.jpg,1\n")
        result = run(tmp_path / "labels.csv")
        assert isinstance(result.exception, LabelFileError)
        assert "none of the 2 photos exists" in str(result.exception)

    @once_more
    def test_some_missing_photos_are_named_and_score_zero(self, folder, tmp_path):
        text = f"photo,single_face\n{folder / 'upright.jpg'},1\ngone.jpg,1\n"
        (tmp_path / "labels.csv").write_text(text)
        result = run(tmp_path / "labels.csv", "--resamples", 100)
        assert result.exit_code == ExitCode.OK
        assert (
            "1 photo of the label file not found, to score 0; the first is line 3: gone.jpg" in result.stderr
        )
        assert "1 file could not be judged" in result.stdout

    def test_neither_labels_nor_template(self):
        assert run().exit_code == ExitCode.USAGE
        assert run("labels.csv", "--template", ".").exit_code == ExitCode.USAGE

    def test_a_directory_that_cannot_be_made(self, folder):
        result = run(folder / "labels.csv", "--out", folder / "labels.csv")
        assert isinstance(result.exception, OSError)
        assert "labels.csv" in str(result.exception.filename)

    def test_an_unknown_check(self, folder):
        result = run(folder / "labels.csv", "--only", "beauty")
        assert result.exit_code == ExitCode.USAGE
        assert "beauty" in result.stderr

    def test_reports_that_are_none(self, folder, tmp_path):
        labels = read_labels(folder / "labels.csv")
        path = tmp_path / "reports.jsonl"
        with pytest.raises(LabelFileError, match="cannot be read"):
            stored_outcomes(path, labels.rows)
        path.write_text('{"no": "report"}\n')
        with pytest.raises(LabelFileError, match="line 1 is no report"):
            stored_outcomes(path, labels.rows)
        path.write_text("")
        with pytest.raises(LabelFileError, match="no report of 6 photos, the first is upright"):
            stored_outcomes(path, labels.rows)


class TestCheckRows:
    @once_more
    def test_a_defect_of_the_program_costs_one_photo_not_the_run(self, folder, checker, monkeypatch):
        labels = read_labels(folder / "labels.csv")
        examine = checker._examine

        def faulty(source, *rest):
            if source.name == "tilted.jpg":
                raise ZeroDivisionError
            return examine(source, *rest)

        monkeypatch.setattr(checker, "_examine", faulty)
        reports = list(check_rows(labels.rows, checker))
        assert [report.error and report.error.code for report in reports] == [
            *(None, None, "crashed", None, None),
            "unsupported_format",
        ]
        assert reports[2].error.facts == {"kind": "ZeroDivisionError"}

    @once_more
    def test_rows_bring_their_own_inputs(self, folder, checker):
        text = (
            "photo,single_face,on,age_group,waive\nupright.jpg,1,2020-01-02,under-6,pose\nmirrored.jpg,1,,,\n"
        )
        labels = parse_labels(text.encode(), folder)
        first, second = check_rows(labels.rows, checker)
        assert str(first.inputs.on) == "2020-01-02"
        assert (first.inputs.age_group, first.inputs.waive) == ("under-6", ("pose",))
        assert second.inputs.age_group is None

    @once_more
    def test_few_photos_are_in_flight_at_a_time(self, folder, checker, monkeypatch):
        # A large archive must not queue up in memory.
        monkeypatch.setattr(run_module, "_AHEAD", 1)
        labels = read_labels(folder / "labels.csv")
        asked = []

        def rows():
            for row in labels.rows:
                asked.append(row.photo)
                yield row

        reports = check_rows(rows(), checker, workers=2)
        next(reports)
        assert len(asked) <= 3
        assert len(list(reports)) == 5

    def test_reports_are_json_lines(self, first):
        _, out = first
        lines = (out / "reports.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 6
        assert all(json.loads(line)["schema"] == 1 for line in lines)
