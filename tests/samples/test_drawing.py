"""Random parameters, their truth and the files that hold them, without rendering a picture."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from icao_check.catalogue import CATALOGUE
from samples.generate import COLUMNS, main
from samples.portrait.anatomy import measure
from samples.portrait.draw import DEFECTS, compliant, defective
from samples.portrait.parameters import Expression, Identity, Parameters
from samples.portrait.truth import CHECKS
from tests.conftest import JIT_DISABLED
from tests.samples.conftest import NO_COMPILER


def differences(a, b):
    left, right = a.to_dict(), b.to_dict()
    return {
        f"{part}__{name}" for part in left for name in left[part] if left[part][name] != right[part][name]
    }


def test_a_seed_gives_one_portrait_and_another_seed_another():
    assert compliant(5) == compliant(5) != compliant(6)
    assert len({compliant(seed) for seed in range(50)}) == 50


def test_compliant_people_are_of_all_kinds():
    people = [compliant(seed) for seed in range(400)]
    assert {p.identity.sex for p in people} == {"female", "male"}
    assert {p.identity.skin_tone for p in people} == set(range(1, 11))
    ages = np.array([p.identity.age for p in people])
    assert (ages < 12).any() and (ages > 70).any()
    assert {"bald", "short", "long", "afro", "bun"} <= {p.look.hair for p in people}
    assert {"none", "full"} <= {p.look.beard for p in people}
    assert {"none", "hijab"} == {p.wear.headwear for p in people}
    assert {"none", "clear", "rimless"} == {p.wear.glasses for p in people}
    assert min(p.identity.eyelid_fold for p in people) < 0.2


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_changes_its_own_parameters_alone(defect):
    good, gone, bad = compliant(8), defective(8, defect, 0.0), defective(8, defect, 1.0)
    assert differences(good, gone)
    assert len(differences(good, bad)) <= 6
    assert {name.partition("__")[0] for name in differences(good, bad)} <= {
        name.partition("__")[0] for name in DEFECTS[defect].change(0.5, np.random.default_rng(0), good)
    }
    assert DEFECTS[defect].check in CATALOGUE


def test_checks_with_truth_are_checks_of_the_catalogue():
    assert set(CHECKS) <= set(CATALOGUE)
    assert {d.check for d in DEFECTS.values()} <= set(CHECKS)
    assert {c for c in COLUMNS if c in CATALOGUE} == set(CHECKS)


def test_parameters_survive_json_and_unknown_names_are_refused():
    p = defective(3, "hat", 0.5)
    assert Parameters.from_dict(json.loads(p.to_json())) == p
    with pytest.raises(ValueError, match="pose__tilt"):
        p.changed(pose__tilt=3.0)
    with pytest.raises(ValueError, match="no defect"):
        defective(3, "ghost")


@pytest.mark.skipif(JIT_DISABLED, reason=NO_COMPILER)
def test_the_command_writes_photos_labels_and_truth(tmp_path, album, capsys):
    assert album  # the kernels are compiled
    assert main([str(tmp_path), "-n", "2", "--width", "140", "--defect", "grey", "--pairs", "--masks"]) == 0
    capsys.readouterr()
    rows = list(csv.DictReader((tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["colour_photo"] for row in rows] == ["1", "0"]
    assert len({row["subject"] for row in rows}) == 1
    records = [
        json.loads(line) for line in (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [r["photo"] for r in records] == [row["photo"] for row in rows]
    with np.load(tmp_path / "landmarks189.npz") as dense:
        for row in rows:
            assert (tmp_path / row["photo"]).is_file()
            assert (tmp_path / row["photo"].replace("photos", "masks").replace(".jpg", ".png")).is_file()
            assert dense[row["photo"].removeprefix("photos/")].shape == (189, 2)
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--defect", "ghost"])


@pytest.mark.parametrize(
    ("sex", "age", "height", "ratio"),
    [
        ("male", 30.0, (222.0, 240.0), (3.5, 3.75)),
        ("female", 30.0, (210.0, 228.0), (3.45, 3.7)),
        ("female", 4.0, (180.0, 200.0), (3.6, 3.95)),
    ],
)
def test_heads_have_the_proportions_of_people(sex, age, height, ratio):
    # Chin to crown is 22 to 23 cm in adults with pupils 62 to 64 mm apart; a child's skull has grown more
    # than its face.
    heads = [measure(Identity(seed=s, sex=sex, age=age), Expression()) for s in range(80)]
    tall = np.array([float(a.crown_y[0] - a.chin_y[0]) for a in heads])
    apart = np.array([float(a.ipd[0]) for a in heads])
    assert height[0] < tall.mean() < height[1]
    assert ratio[0] < (tall / apart).mean() < ratio[1]
    assert 0.01 < tall.std() / tall.mean() < 0.06
    above = np.array([float(a.crown_y[0]) for a in heads]) / tall
    assert (0.47 if age > 17 else 0.50) < above.mean() < (0.52 if age > 17 else 0.56)
