"""The command line: what goes where, what it returns, and what it says to a typing error."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from icao_check import DependencyError, cli
from icao_check.batch import BatchSummary
from icao_check.catalogue import CHECKS
from icao_check.cli import ExitCode, app, exit_code
from icao_check.profile import available_profiles
from icao_check.profile_lint import LANGUAGES

COMMANDS = ("check", "batch", "crop", "checks", "profiles", "warmup")


@pytest.fixture
def run(monkeypatch):
    """Run a command as a pipe would: no terminal, 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run_command(*arguments, stdin=None):
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return run_command


@pytest.fixture
def photo(tmp_path, portrait_jpeg):
    path = tmp_path / "photo.jpg"
    path.write_bytes(portrait_jpeg)
    return path


@pytest.fixture
def frame(tmp_path):
    from skimage.data import astronaut

    pixels = np.full((800, 1000, 3), 200, np.uint8)
    pixels[144:656, 244:756] = astronaut()
    path = tmp_path / "frame.png"
    Image.fromarray(pixels).save(path)
    return path


def plain(text):
    """Take the frame of an error off."""
    return " ".join("".join(sign for sign in text if sign not in "│╭╮╰╯─").split())


# What the exit codes mean.


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        (["pass"], 0),
        (["pass", "borderline"], 4),
        (["review"], 4),
        (["review", "fail"], 1),
        (["fail", "error", "pass"], 3),
    ],
)
def test_exit_codes_of_check(verdicts, code):
    assert exit_code(verdicts) == code


def test_exit_codes_are_what_the_documentation_says():
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAIL": 1,
        "USAGE": 2,
        "UNREADABLE": 3,
        "UNDECIDED": 4,
        "DISK_FULL": 5,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
        "BROKEN_PIPE": 141,
    }


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (DependencyError("no OpenCV"), 2, "no OpenCV"),
        (PermissionError(errno.EACCES, "Permission denied", "out.png"), 2, "Permission denied: out.png"),
        (OSError(errno.ENOSPC, "No space left on device"), 5, "No space left"),
        (KeyboardInterrupt(), 130, ""),
        (ValueError("a fault of ours"), 70, "a fault of ours"),
        (ZeroDivisionError("a fault of ours"), 70, "a fault of ours"),
    ],
)
def test_what_goes_wrong_never_looks_like_a_verdict(monkeypatch, capsys, error, code, says):
    def fail(**options):
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == code
    streams = capsys.readouterr()
    assert says in streams.err and not streams.out


# Checking.


def test_one_photo(run, photo):
    result = run("check", photo)
    assert result.exit_code == 1 and str(photo) in result.stdout and not result.stderr
    assert "FAIL" in result.stdout and "Neutral expression" in result.stdout


def test_several_photos_and_one_that_is_none(run, photo, tmp_path):
    (tmp_path / "no.jpg").write_bytes(b"no photo")
    result = run("check", photo, tmp_path / "no.jpg", tmp_path / "missing.jpg", "--json", "--lang", "de")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["photo"] for record in records] == [
        str(photo),
        str(tmp_path / "no.jpg"),
        str(tmp_path / "missing.jpg"),
    ]
    assert [(record["error"] or {}).get("code") for record in records] == [
        None,
        "unsupported_format",
        "unreadable",
    ]
    assert records[1]["error"]["message"].startswith("Die Datei")
    assert result.exit_code == 3


def test_standard_input_is_a_photo(run, photo):
    result = run("check", "-", "--json", "--id", "A-1", stdin=photo.read_bytes())
    record = json.loads(result.stdout)
    assert record["photo"] == "-" and record["id"] == "A-1" and record["face"] is not None


def test_only_some_checks(run, photo):
    result = run("check", photo, "--only", "file_format,aspect_ratio", "--only", "head_pose_roll", "--json")
    checks = json.loads(result.stdout)["checks"]
    made = {check["id"] for check in checks if check["verdict"] != "skipped"}
    assert made == {"file_format", "aspect_ratio", "head_pose_roll"}
    assert {check["reason"] for check in checks if check["id"] not in made} == {"not_requested"}
    assert result.exit_code == 0


def test_waivers_and_age(run, photo):
    result = run("check", photo, "--waive", "pose,eyes", "--age-group", "under-6", "--json")
    record = json.loads(result.stdout)
    assert record["inputs"]["waive"] == ["eyes", "pose"] and record["inputs"]["age_group"] == "under-6"
    skipped = {check["id"] for check in record["checks"] if check["reason"] == "waived"}
    assert {"head_pose_roll", "head_centring", "expression_neutrality"} <= skipped
    text = run("check", photo, "--age-group", "under-6").stdout
    assert "Not asked here" in text


def test_the_crop_can_be_judged_instead(run, frame):
    as_print, as_frame = (
        json.loads(run("check", frame, "--framing", framing, "--json").stdout)
        for framing in ("print", "frame")
    )
    assert as_print["crop"]["box"] == as_frame["crop"]["box"]
    assert as_print["inputs"]["framing"] == "print" and as_frame["inputs"]["framing"] == "frame"
    head = {check["id"]: check for check in as_frame["checks"]}["head_height"]
    assert head["verdict"] == "pass" and as_frame["verdict"] == as_print["crop"]["verdict"]


def test_overlays_of_photos_with_one_name_are_two_files(run, photo, tmp_path):
    other = tmp_path / "again" / photo.name
    other.parent.mkdir()
    other.write_bytes(photo.read_bytes())
    result = run("check", photo, other, "--overlay", tmp_path / "drawn")
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["photo-2.png", "photo.png"]
    assert result.stderr.count("overlay: ") == 2 and "overlay: " not in result.stdout


def test_colours_are_for_terminals(run, photo, monkeypatch):
    assert "\x1b" not in run("check", photo).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in CliRunner().invoke(app, ["check", str(photo)], color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in CliRunner().invoke(app, ["check", str(photo)], color=True).stdout


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_fits_80_columns(run, photo, lang):
    for arguments in (
        ["check", photo, "--show-skipped"],
        ["checks"],
        ["profiles"],
        *(["profiles", name] for name in available_profiles()),
    ):
        text = run(*arguments, "--lang", lang).stdout
        assert text
        for line in text.splitlines():
            assert len(line) <= 80 or line == f"{line.split()[0]}  {photo}", line
            assert line == line.rstrip()


def test_every_check_is_listed(run):
    text = run("checks").stdout
    assert all(spec.id in text for spec in CHECKS)


# Mistakes.


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "head_hight"], "did you mean 'head_height'?"),
        (["--only", "zzz"], "known: file_format"),
        (["--lang", "nll"], "did you mean 'nl'?"),
        (["--lang", "klingon"], "known: de, en, fr, nl"),
        (["--age-group", "under-5"], "did you mean 'under-6'?"),
        (["--waive", "head_cover"], "did you mean 'head_covering'?"),
        (["--framing", "frames"], "did you mean 'frame'?"),
        (["--on", "22/11/2026"], "write it as 2026-11-22"),
        (["--print-size", "35"], "write it as 35x45"),
        (["--dpi", "0"], "--dpi"),
        (["--ony", "teeth"], "--only"),
        (["-", "-"], "only once"),
        (["-", "--reference", "-"], "only once"),
        (["other.jpg", "--overlay", "x.png"], "directory"),
    ],
)
def test_a_mistake_names_what_was_meant(run, photo, arguments, says):
    result = run("check", photo, *arguments)
    assert result.exit_code == 2 and not result.stdout
    assert says in plain(result.stderr)


def test_a_folder_is_for_batch(run, tmp_path):
    result = run("check", tmp_path)
    assert result.exit_code == 2 and "icao-check batch" in plain(result.stderr)


def test_an_unknown_profile_names_the_nearest(monkeypatch, capsys, photo):
    monkeypatch.setattr(sys, "argv", ["icao-check", "check", str(photo), "--profile", "be-edi"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2 and "did you mean 'be-eid'?" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0 and "Usage" in result.stdout


def test_without_a_command_the_help_is_shown(run):
    text = run().output
    assert all(command in text for command in COMMANDS)


# Profiles.


def test_a_profile_of_ones_own_is_linted(run, tmp_path):
    path = tmp_path / "town.toml"
    path.write_text(
        'id = "town"\nextends = "be-residence-card"\n[limits.head_height]\npass = [31, 60]\n'
        'source = ["own"]\nconfidence = "low"\n'
    )
    result = run("profiles", path)
    assert result.exit_code == 2 and "beyond 0 to 45" in result.stderr and "town" in result.stdout


def test_a_profile_as_json(run):
    content = json.loads(run("profiles", "F+", "--json").stdout)
    assert content["id"] == "be-residence-card" and content["limits"]["head_height"]["pass"] == [31, 36]
    lines = run("profiles", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == list(available_profiles())


def test_limits_are_shown_with_their_sources(run):
    text = run("profiles", "be-residence-card").stdout
    assert "31 – 36 mm" in text and "tolerated 25 – 40" in text
    assert "Steenokkerzeel" in text and "https://steenokkerzeel.be/pasfoto-normen" in text
    assert "26 – 30 looks like a photo for nl-passport" in text


# Cropping.


def test_a_crop_is_written(run, frame, tmp_path):
    out = tmp_path / "print.png"
    result = run("crop", frame, out, "-p", "be-residence-card", "-p", "de-passport", "--lang", "nl")
    assert result.exit_code == 0 and "Deze uitsnede past" in result.stdout
    assert "be-residence-card: " in result.stdout and "de-passport: " in result.stdout
    box = json.loads(run("crop", frame, out, "--json").stdout)["box"]
    with Image.open(out) as written:
        assert list(written.size) == box[2:]


def test_no_crop_is_exit_code_1_with_the_proof(run, frame, tmp_path):
    out = tmp_path / "print.png"
    result = run("crop", frame, out, "-p", "be-residence-card", "-p", "nl-passport")
    assert result.exit_code == 1 and not out.exists()
    assert "at least 31 mm" in result.stdout and "at most 30 mm" in result.stdout
    tolerated = run("crop", frame, out, "-p", "be-residence-card", "-p", "nl-passport", "--tolerated")
    assert tolerated.exit_code == 0 and out.exists() and "at least 31 mm" in tolerated.stdout


def test_bad_calls_of_crop(run, frame, tmp_path):
    assert run("crop", frame, frame).exit_code == 2
    assert run("crop", frame, tmp_path / "x.bmp").exit_code == 2
    assert run("crop", frame, tmp_path / "x.png", "--waive", "x").exit_code == 2
    assert run("crop", tmp_path / "missing.jpg", tmp_path / "x.png").exit_code == 3
    out = tmp_path / "x.jpg"
    assert run("crop", "-", out, stdin=frame.read_bytes()).exit_code == 0 and out.exists()
    before = frame.read_bytes()
    assert frame.read_bytes() == before


# Batches. What they do is tested elsewhere.


@pytest.mark.parametrize(
    ("summary", "code", "says"),
    [
        (BatchSummary("complete", 3, 0, {"pass": 1, "fail": 2}, 0, 1.5), 0, "pass 1, fail 2"),
        (BatchSummary("complete", 2, 0, {"pass": 1, "error": 1}, 4, 1.5), 3, "4 files"),
        (BatchSummary("interrupted", 9, 1, {"review": 2}, 0, 1.5), 130, "after 3 of 9"),
        (BatchSummary("disk_full", 9, 1, {"review": 2}, 0, 1.5), 5, "3 of 9"),
        (BatchSummary("complete", 9, 9, {}, 0, 1.5), 0, "9 photos were in the results"),
    ],
)
def test_a_batch_says_how_it_went(run, monkeypatch, tmp_path, summary, code, says):
    asked: dict[str, Any] = {}

    def run_batch(sources, out, **options):
        asked.update(options, sources=sources)
        return summary

    monkeypatch.setattr("icao_check.batch.run_batch", run_batch)
    result = run("batch", tmp_path, "--out", tmp_path / "x.jsonl", "--only", "teeth,gaze", "--workers", "2")
    assert result.exit_code == code and says in result.stderr and not result.stdout
    assert (
        asked["only"] == ("teeth", "gaze") and asked["workers"] == 2 and asked["sources"] == [str(tmp_path)]
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere", "--out", "x.jsonl"], "nowhere"),
        (["{folder}", "--out", "x.csv"], "jsonl"),
        (["{folder}"], "--out"),
        (["{folder}", "--out", "x.jsonl", "--only", "teath"], "teeth"),
    ],
)
def test_bad_calls_of_batch(run, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = run("batch", *(argument.format(folder=tmp_path) for argument in arguments))
    assert result.exit_code == 2 and says in plain(result.stderr)


def test_progress_names_no_file(capsys):
    from icao_check.batch import Job, Outcome

    progress = cli._Progress("en")
    with progress:
        progress.start(2, 0)
        progress.result(1, Job("Jan Janssens.jpg"), Outcome("error", "", "truncated"))
        progress.result(2, Job("Els Peeters.jpg", "A-7"), Outcome("error", "", "empty"))
    assert capsys.readouterr().err.splitlines() == ["#1: truncated", "id A-7: empty"]


# As a process.


def process(*arguments, script="from icao_check.cli import main; main()", **options):
    command = [sys.executable, "-c", f"import sys; sys.argv[0] = 'icao-check'; {script}", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("icao-check check --profile be-e", {"be-eid"}),
        ("icao-check check --only teeth,head_h", {"teeth,head_height"}),
        ("icao-check check --lang n", {"nl"}),
        ("icao-check profiles nl", {"nl-passport", "nl-id-card"}),
    ],
)
def test_the_shell_completes_names(words, wanted):
    environment = os.environ | {
        "_ICAO_CHECK_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    out, talk = process(env=environment).communicate(timeout=120)
    assert set(out.split()) == wanted, talk


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_leaves_is_no_fault():
    shell = process("profiles", "be-residence-card")
    assert shell.stdout is not None and shell.stderr is not None
    shell.stdout.close()
    with shell.stderr:
        talk = shell.stderr.read()
    assert shell.wait(timeout=120) == ExitCode.BROKEN_PIPE and not talk


def test_a_bad_name_costs_no_import_of_libraries():
    script = "from icao_check.cli import app; app(['check', 'x.jpg', '--lang', 'xx'], standalone_mode=False)"
    probe = (
        f"try:\n  {script}\nexcept BaseException: pass\nprint({{'cv2', 'dlib', 'numba'}} & set(sys.modules))"
    )
    out = subprocess.run(
        [sys.executable, "-c", "import sys\n" + probe],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert out.stdout.strip() == "set()"


def test_warming_up_says_so(run, monkeypatch):
    monkeypatch.setattr("icao_check.checker.Checker.warm", lambda self: None)
    result = run("warmup")
    assert result.exit_code == 0 and "Ready" in result.stderr and not result.stdout


def test_warming_up_runs_every_measure(checker, monkeypatch):
    from icao_check import checker as module

    measure, seen = module._measure, set()

    def note(name):
        seen.add(name)
        return measure(name)

    monkeypatch.setattr(module, "_measure", note)
    checker.warm()
    assert seen == {spec.measure for spec in CHECKS if spec.measure is not None}


def test_output_goes_where_it_was_redirected(run, photo):
    buffer = io.StringIO(run("check", photo, "--json").stdout)
    assert json.loads(buffer.getvalue())["photo"] == str(photo) and Path(photo).exists()
