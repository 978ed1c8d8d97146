"""The label file: what is understood, and what is refused with the line and the reason."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from icao_check.evaluate.labels import LabelFileError, parse_labels, read_labels, template

FOLDER = Path("archive")


def parse(text, encoding="utf-8"):
    return parse_labels(text.encode(encoding), FOLDER)


def refused(text):
    with pytest.raises(LabelFileError) as caught:
        parse(text)
    return str(caught.value)


class TestReading:
    def test_columns_are_told_apart_by_their_names(self):
        labels = parse(
            "photo,subject,teeth,head_height,chin_x,roll,on,age_group,camera\n"
            "a.jpg,p1,1,0,12.5,-3,2026-11-22,under-6,Canon\n"
            "b/c.jpg,p1,,1,,,,,\n"
        )
        first, second = labels.rows
        assert labels.checks == ("head_height", "teeth")  # the order of the catalogue
        assert labels.groups == ("age_group", "camera")
        assert first.labels == {"teeth": True, "head_height": False}
        assert first.truth == {"chin_x": 12.5, "roll": -3.0}
        assert first.inputs == {"on": date(2026, 11, 22), "age_group": "under-6"}
        assert first.groups == {"age_group": "under-6", "camera": "Canon"}
        assert (first.path, second.path) == (FOLDER / "a.jpg", FOLDER / "b" / "c.jpg")
        assert second.labels == {"head_height": True}
        assert (second.truth, second.inputs, second.groups) == ({}, {}, {})
        assert (first.line, second.line) == (2, 3)

    def test_a_belgian_spreadsheet_is_read(self):
        # Excel there writes semicolons, decimal commas, a byte order mark and trailing empty cells.
        text = "\ufeffphoto;teeth;roll;gemeente;\r\ncafé.jpg;1;-0,32;Sint-Niklaas;\r\n;;;;\r\n"
        for encoding in ("utf-8", "cp1252"):
            labels = parse(text if encoding == "utf-8" else text[1:], encoding)
            assert labels.rows[0].photo == "café.jpg"
            assert labels.rows[0].truth == {"roll": -0.32}
            assert labels.rows[0].groups == {"gemeente": "Sint-Niklaas"}
            assert len(labels.rows) == 1

    def test_every_input_of_a_check_can_be_given(self):
        labels = parse(
            "photo\ttaken_on\tborn_on\twaive\tprint_size\tdpi\treference\tteeth\n"
            "a.jpg\t2026-01-02\t2020-02-29\thead_covering pose\t35x45\t600\told.jpg\t1\n"
        )
        assert labels.rows[0].inputs == {
            "taken_on": date(2026, 1, 2),
            "born_on": date(2020, 2, 29),
            "waive": ("head_covering", "pose"),
            "print_size": (35.0, 45.0),
            "dpi": 600.0,
            "reference": FOLDER / "old.jpg",
        }

    def test_without_subjects_everybody_is_another_person_and_it_says_so(self):
        labels = parse("photo,teeth\na.jpg,1\nb.jpg,1\n")
        assert len({row.subject for row in labels.rows}) == 2
        assert any("subject" in note for note in labels.notes)

    def test_a_misspelt_check_is_noticed(self):
        labels = parse("photo,subject,teeth,sharpnes\na.jpg,1,1,0\n")
        assert labels.groups == ("sharpnes",)
        assert any("sharpness" in note for note in labels.notes)

    def test_the_whole_photo_may_be_labelled_alone(self):
        labels = parse("photo,compliant\na.jpg,1\nb.jpg,0\nc.jpg,\n")
        assert [row.compliant for row in labels.rows] == [True, False, None]

    def test_the_development_labels_are_read(self, corpus):
        labels = read_labels(corpus / "labels.csv")
        assert len(labels.rows) > 300
        assert "head_height" in labels.checks
        assert {"sex", "source"} <= set(labels.groups)
        assert all(row.path.is_file() for row in labels.rows)


class TestRefusal:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "column photo"),
            ("file,teeth\na.jpg,1\n", "file, teeth"),
            ("photo,teeth\n", "no photo"),
            ("photo,camera\na.jpg,Canon\n", "nothing to compare"),
            ("photo,teeth,teeth\na.jpg,1,1\n", "twice: teeth"),
            ("photo,,teeth\na.jpg,x,1\n", "no heading"),
            ("photo,teeth\na.jpg,yes\n", "line 2, teeth: 'yes' is neither 1"),
            ("photo,teeth\n,1\n", "line 2: no photo"),
            ("photo,teeth\na.jpg,1\n\na.jpg,0\n", "line 4: a.jpg already stands in line 2"),
            ("photo,teeth\na.jpg,1,0\n", "line 2: 3 cells under 2 headings"),
            ("photo,roll\na.jpg,left\n", "line 2, roll: 'left' is no number"),
            ("photo,roll\na.jpg,nan\n", "no position"),
            ("photo,teeth,on\na.jpg,1,22/11/2026\n", "2026-11-22"),
            ("photo,teeth,age_group\na.jpg,1,child\n", "no age group: under-1"),
            ("photo,teeth,waive\na.jpg,1,hat\n", "hat: no waiver"),
            ("photo,teeth,print_size\na.jpg,1,45\n", "35x45"),
            ("photo,teeth,dpi\na.jpg,1,0\n", "no resolution"),
            ('photo,teeth\n"a.jpg,1\n', "no CSV"),
        ],
    )
    def test_it_says_where_and_why(self, text, words):
        assert words in refused(text)

    def test_all_problems_are_told_at_once_but_not_a_thousand(self):
        text = refused("photo,teeth\n" + "".join(f"{line}.jpg,?\n" for line in range(1000)))
        assert text.count("neither") == 10
        assert "and 990 more" in text

    def test_a_missing_file_is_no_traceback(self, tmp_path):
        with pytest.raises(LabelFileError, match="cannot be read"):
            read_labels(tmp_path / "labels.csv")


class TestTemplate:
    def test_it_lists_the_photos_and_can_be_read_back(self, tmp_path):
        for name in ("b.JPG", "a.png", "sub/c.heic", "notes.txt", "labels.csv"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        text = template(tmp_path, ["teeth", "gaze"], separator=";")
        lines = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert lines[0] == ["photo", "subject", "teeth", "gaze"]
        names = [(tmp_path / name).as_posix() for name in ("a.png", "b.JPG", "sub/c.heic")]
        assert [line[0] for line in lines[1:]] == names
        labels = parse_labels(text.encode(), Path())
        assert [row.path for row in labels.rows] == [Path(name) for name in names]
        assert labels.rows[0].labels == {}

    def test_a_folder_without_photos_is_refused(self, tmp_path):
        with pytest.raises(LabelFileError, match="has no photos"):
            template(tmp_path, ["teeth"])
        with pytest.raises(LabelFileError, match="no folder"):
            template(tmp_path / "absent", ["teeth"])
