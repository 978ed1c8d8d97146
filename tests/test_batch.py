"""Batches: the right photos, every one of them, in order, and whole lines whatever happens."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from icao_check import Checker, Report, check_many
from icao_check.batch import DiskFullError, Job, JsonLines, Outcome, PhotoPool, find_jobs, run_batch
from icao_check.batch import pool as pool_module
from icao_check.batch.pool import Settings, default_workers
from icao_check.cli import ExitCode, _batch_code, _batch_words
from icao_check.profile import load_profile

SETTINGS = Settings(load_profile("be-residence-card"))


# What the workers run; they import this module by name.


def prepare_nothing(settings):
    pass


def prepare_cold(settings):
    """Like the real thing, but without waiting for kernels that a photo without face does not need."""
    pool_module._settings = settings
    pool_module._checker = Checker(settings.profile)


def misbehave(job):
    what = job.path
    if what == "sleep":
        time.sleep(600)
    if what == "exit":
        os._exit(9)
    if what == "raise":
        raise KeyError("a name that nobody should read")
    if what == "grow":
        hog = np.ones(600_000_000, np.uint8)
        time.sleep(60)
        return Outcome("pass", str(len(hog)))
    if what == "slow":
        time.sleep(0.3)
    return Outcome("pass", json.dumps({"photo": job.path, "id": job.id}))


def prepare_to_fail(settings):
    raise RuntimeError("no models")


# The photos that are meant.


@pytest.fixture
def tree(tmp_path):
    for name in ("b.jpg", "a.PNG", "sub/c.jpeg", "sub/notes.md", ".hidden.jpg", ".cache/d.jpg", "Thumbs.db"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "photos"


def test_a_folder_is_searched_in_the_order_of_its_names(tree):
    jobs, left_out = find_jobs([tree])
    assert [Path(job.path).relative_to(tree).as_posix() for job in jobs] == ["a.PNG", "b.jpg", "sub/c.jpeg"]
    assert left_out == 2


def test_a_photo_is_checked_once(tree):
    jobs, _ = find_jobs([tree / "b.jpg", tree, str(tree / "b.jpg")])
    assert [Path(job.path).name for job in jobs] == ["b.jpg", "a.PNG", "c.jpeg"]


def test_a_text_list_is_relative_to_itself(tree):
    (tree / "list.txt").write_text("# two\n\nsub/c.jpeg\n b.jpg \nmissing.jpg\n", encoding="utf-8")
    jobs, _ = find_jobs([tree / "list.txt"])
    assert [Path(job.path) for job in jobs] == [tree / "sub/c.jpeg", tree / "b.jpg", tree / "missing.jpg"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_gives_ids_and_dates(tree, separator):
    rows = [
        ["photo", "id", "on", "taken_on", "born_on", "age_group", "waive", "remark"],
        ["b.jpg", "A-1", "2026-11-22", "2026-10-01", "", "under-6", "pose eyes", "é"],
        ["sub/c.jpeg", "", "", "", "2020-05-05", "", "", ""],
    ]
    text = "\n".join(separator.join(row) for row in rows)
    (tree / "list.csv").write_text(text, encoding="utf-8-sig")
    first, second = find_jobs([tree / "list.csv"])[0]
    assert first.id == "A-1" and first.options == {
        "on": date(2026, 11, 22),
        "taken_on": date(2026, 10, 1),
        "age_group": "under-6",
        "waive": ("pose", "eyes"),
    }
    assert second.id is None and second.options == {"born_on": date(2020, 5, 5)}


@pytest.mark.parametrize("data", [b"a.jpg\nb c.jpg\n", b"a.jpg\r\nb c.jpg", b"a.jpg\0b c.jpg\0"])
def test_standard_input_is_a_list(data):
    jobs, _ = find_jobs(["-"], io.BytesIO(data))
    assert [job.path for job in jobs] == ["a.jpg", "b c.jpg"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("l.csv", "file\nx.jpg\n", "no column 'photo'"),
        ("l.csv", "", "no column 'photo'"),
        ("l.csv", "photo,on\nx.jpg,22/11/2026\n", "row 2"),
        ("l.txt", b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_list_that_cannot_be_understood_says_where(tmp_path, name, text, says):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=says):
        find_jobs([tmp_path / name])


def test_what_does_not_exist_is_a_bad_call(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        find_jobs([tmp_path / "nowhere"])


# The file of results.


def result(name, verdict="pass", **more):
    record = {"photo": name, "id": None, "verdict": verdict, "sha256": None, "profile_digest": "p"}
    return json.dumps(record | {"engine": "e", "models_digest": "m", "inputs": {}} | more)


def test_lines_are_added_and_found_again(tmp_path):
    path = tmp_path / "out.jsonl"
    for names in (["a", "b"], ["c"]):
        lines = JsonLines(path)
        for name in names:
            lines.add(result(name))
        lines.close()
        lines.close()
    assert [json.loads(line)["photo"] for line in path.read_text().splitlines()] == ["a", "b", "c"]
    assert list(JsonLines(path).earlier) == [("a", None), ("b", None), ("c", None)]


def test_fresh_begins_anew(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("my diary\n")
    lines = JsonLines(path, fresh=True)
    lines.add(result("a"))
    lines.close()
    assert json.loads(path.read_text())["photo"] == "a"


@pytest.mark.parametrize("text", ["my diary\n", '{"photo": "a"}\n', "[]\n", "3\n", "\n"])
def test_a_file_of_something_else_is_left_alone(tmp_path, text):
    path = tmp_path / "out.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match="line 1"):
        JsonLines(path)
    assert path.read_text() == text


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_that_was_cut_off_goes(tmp_path, cut):
    path = tmp_path / "out.jsonl"
    path.write_text(result("a") + "\n" + result("b")[:cut])
    lines = JsonLines(path)
    assert list(lines.earlier) == [("a", None)]
    lines.add(result("c"))
    lines.close()
    assert [json.loads(line)["photo"] for line in path.read_text().splitlines()] == ["a", "c"]


def test_earlier_results_are_kept_or_dropped_as_a_whole(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("".join(result(name) + "\n" for name in "abc"))
    lines = JsonLines(path)
    lines.keep({("a", None), ("c", None)})
    lines.add(result("d"))
    lines.close()
    assert [json.loads(line)["photo"] for line in path.read_text().splitlines()] == ["a", "c", "d"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
@pytest.mark.parametrize("room", [0, 10, 200])
def test_a_full_disk_leaves_whole_lines(tmp_path, monkeypatch, number, room):
    path = tmp_path / "out.jsonl"
    lines = JsonLines(path)
    lines.add(result("a"))
    write, left = os.write, [room]

    def tight(file, data):
        if left[0] <= 0:
            raise OSError(number, os.strerror(number))
        written = write(file, data[: left[0]])
        left[0] -= written
        return written

    monkeypatch.setattr(os, "write", tight)
    with pytest.raises(DiskFullError):
        for _ in range(3):
            lines.add(result("b"))
    monkeypatch.undo()
    lines.close()
    names = [json.loads(line)["photo"] for line in path.read_text().splitlines()]
    assert names[0] == "a" and set(names[1:]) <= {"b"} and path.read_bytes().endswith(b"\n")


# The workers.


def outcomes_of(names, **limits):
    with PhotoPool(SETTINGS, workers=2, work=misbehave, prepare=prepare_nothing, **limits) as pool:
        pairs = list(pool.outcomes([Job(name, str(place)) for place, name in enumerate(names)]))
    assert [job.path for job, _ in pairs] == names  # every one of them, in order
    return [outcome for _, outcome in pairs]


def test_no_photo_stops_the_others():
    names = ["slow", "a", "exit", "b", "raise", "c", "grow", "d", "exit", "exit", "slow", "e"]
    outcomes = outcomes_of(names, timeout=120.0, memory_mb=400)
    wrong = {"exit": "crashed", "raise": "crashed", "grow": "memory_limit"}
    for name, outcome in zip(names, outcomes, strict=True):
        assert outcome.error == wrong.get(name), name
        assert outcome.verdict == ("error" if name in wrong else "pass")
    assert "a name that nobody" not in outcomes[4].line and "KeyError" in outcomes[4].line
    assert "400 MB" in outcomes[6].line


def test_a_photo_that_takes_too_long_is_given_up():
    late, early = outcomes_of(["sleep", "a"], timeout=5.0, memory_mb=400)
    assert (late.error, early.error) == ("time_limit", None)
    report = Report.from_json(late.line)
    assert report.error is not None and report.error.facts == {"seconds": 5.0}
    assert report.photo == "sleep" and report.id == "0" and report.profile == "be-residence-card"


def test_a_pool_that_is_told_to_stop_stops():
    with PhotoPool(
        SETTINGS, workers=1, timeout=30.0, memory_mb=600, work=misbehave, prepare=prepare_nothing
    ) as pool:
        seen = []
        for job, _ in pool.outcomes(Job("slow", str(number)) for number in range(1000)):
            seen.append(job.id)
            if len(seen) == 3:
                pool.stop.set()
    assert seen == ["0", "1", "2"]


def test_workers_that_cannot_start_are_an_error():
    with (
        PhotoPool(
            SETTINGS, workers=1, timeout=5, memory_mb=600, work=misbehave, prepare=prepare_to_fail
        ) as pool,
        pytest.raises(RuntimeError, match="cannot be started"),
    ):
        list(pool.outcomes([Job("a")]))


def test_there_is_a_worker_per_processor():
    assert 1 <= default_workers() <= (os.cpu_count() or 1)


# Whole batches.


@pytest.fixture
def noise(tmp_path):
    """Return a folder with five small photos without a face and one broken file."""
    folder = tmp_path / "noise"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for number in range(5):
        Image.fromarray(rng.integers(0, 255, (90, 70, 3), np.uint8)).save(folder / f"{number}.png")
    (folder / "3-broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    return folder


def run(source, out, **options):
    quick: dict[str, Any] = {"workers": 1, "prepare": prepare_cold, "on": date(2026, 11, 22)}
    return run_batch([source], out, **(quick | options))


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def timeless(record):
    return {key: value for key, value in record.items() if key != "timing_ms"}


def test_a_batch_says_what_a_check_says(noise, tmp_path):
    out = tmp_path / "out.jsonl"
    summary = run(noise, out, lang="fr", waive=("pose",))
    assert (summary.status, summary.total, summary.resumed, summary.checked) == ("complete", 6, 0, 6)
    assert dict(summary.verdicts) == {"fail": 5, "error": 1} and summary.left_out == 0
    records = read(out)
    assert [Path(record["photo"]).name for record in records] == [
        "0.png", "1.png", "2.png", "3-broken.jpg", "3.png", "4.png",
    ]  # fmt: skip
    checker = Checker()
    for record in records:
        assert record["schema"] == 1 and record["inputs"]["waive"] == ["pose"]
        if record["verdict"] == "error":
            assert (
                record["error"]["code"] in ("truncated", "corrupt")
                and "fichier" in record["error"]["message"]
            )
            continue
        report = checker.check(record["photo"], on=date(2026, 11, 22), waive=("pose",))
        assert timeless(record) == timeless(
            report.model_copy(update={"photo": record["photo"]}).to_dict("fr")
        )


def test_a_batch_goes_on_where_it_was(noise, tmp_path):
    out = tmp_path / "out.jsonl"
    run(noise, out)
    before = out.read_bytes()
    again = run(noise, out)
    # The broken file is tried again: it may have been copied once more.
    assert (again.resumed, again.checked, dict(again.verdicts)) == (5, 1, {"error": 1})
    assert len(read(out)) == 6
    Image.new("RGB", (70, 90), "red").save(noise / "1.png")
    Image.new("RGB", (70, 90), "blue").save(noise / "9.png")
    changed = run(noise, out)
    assert (changed.total, changed.resumed, changed.checked) == (7, 4, 3)
    assert len({record["photo"] for record in read(out)}) == 7 == len(read(out))
    # Other rules, or another day that was named: everything anew.
    assert run(noise, out, profile="be-eid").resumed == 0
    assert run(noise, out, profile="be-eid", on=date(2026, 11, 23)).resumed == 0
    # No day is named: the results of yesterday are those of this batch.
    assert run(noise, out, profile="be-eid", on=None).resumed == 6
    fresh = run(noise, out, fresh=True)
    assert fresh.resumed == 0 and len(read(out)) == 7
    assert out.read_bytes() != before


def test_results_of_other_photos_stay(noise, tmp_path):
    out = tmp_path / "out.jsonl"
    run(noise / "0.png", out)
    summary = run(noise / "1.png", out)
    assert summary.total == 1 and len(read(out)) == 2


def test_ids_and_options_of_a_list_are_in_the_results(noise, tmp_path):
    (noise / "list.csv").write_text("photo;id;age_group\n0.png;A-1;under-6\n0.png;A-2;\n", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    told = []
    summary = run(noise / "list.csv", out, on_result=lambda place, job, outcome: told.append((place, job.id)))
    assert summary.checked == 2 and told == [(1, "A-1"), (2, "A-2")]
    first, second = read(out)
    assert (first["id"], first["inputs"]["age_group"]) == ("A-1", "under-6")
    assert (second["id"], second["inputs"]["age_group"]) == ("A-2", None)


def test_a_full_disk_ends_a_batch_with_whole_lines(noise, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    add, room = JsonLines.add, [2]

    def tight(self, line):
        if not room[0]:
            raise DiskFullError(errno.ENOSPC, "full")
        room[0] -= 1
        add(self, line)

    monkeypatch.setattr(JsonLines, "add", tight)
    summary = run(noise, out)
    assert (summary.status, summary.checked, len(read(out))) == ("disk_full", 2, 2)
    assert _batch_code(summary) is ExitCode.DISK_FULL
    assert "2" in _batch_words(summary, "en")[0] and "6" in _batch_words(summary, "en")[0]
    monkeypatch.undo()
    assert run(noise, out).resumed == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"out": "out.sqlite"}, "jsonl"),
        ({"out": "out"}, "jsonl"),
        ({"workers": 0}, "positive"),
        ({"timeout": 0}, "positive"),
        ({"waive": ("religion",)}, "waiver"),
        ({"age_group": "toddler"}, "age group"),
        ({"only": ("head_hight",)}, "head_height"),
        ({"profile": "be-eit"}, "be-eid"),
    ],
)
def test_a_bad_call_is_found_out_before_anything_is_checked(noise, tmp_path, options, says):
    out = tmp_path / options.pop("out", "out.jsonl")
    with pytest.raises(ValueError, match=says):
        run(noise, out, **options)
    assert not out.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_leaves_a_whole_file_that_the_next_run_goes_on_with(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (450, 350, 3), np.uint8)).save(data, "PNG")
    for number in range(150):
        (folder / f"{number:03}.png").write_bytes(data.getvalue())
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "icao_check", "batch", str(folder), "--out", str(out), "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 240
        while not (out.exists() and out.read_bytes().count(b"\n") >= 2):
            assert process.poll() is None and time.monotonic() < deadline, process.communicate()[1]
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, talk
    assert "Traceback" not in talk and "png" not in talk  # names of files are not logged
    records = read(out)
    assert 2 <= len(records) < 150 and all(record["verdict"] == "fail" for record in records)
    summary = run(folder, out, on=None)
    assert (summary.resumed, summary.total, len(read(out))) == (len(records), 150, 150)


def test_check_many_keeps_the_order_and_goes_on(checker, portrait, portrait_jpeg):
    reports = list(checker.check_many([portrait_jpeg, b"nothing", portrait, b""]))
    assert [report.verdict == "error" for report in reports] == [False, True, False, True]
    codes = [report.error.code for report in reports if report.error is not None]
    assert codes == ["unsupported_format", "empty"]
    assert reports[0]["head_height"].value == pytest.approx(reports[2]["head_height"].value, rel=0.02)
    with pytest.raises(ValueError, match="no photo"):
        reports[0].overlay()  # pixels are not kept


def test_check_many_takes_photos_as_they_are_wanted(portrait):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield portrait

    reports = check_many(endless(), only=["head_height"])
    assert next(reports).verdict and next(reports).verdict
    assert len(taken) == 2


def test_a_bad_call_of_check_many_is_found_out_at_once():
    with pytest.raises(ValueError, match="head_height"):
        check_many([], only=["head_hight"])
