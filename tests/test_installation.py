"""What has to hold on other machines: the wheel, the OpenCV beside us, the kernel cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from icao_check import dependencies
from icao_check.errors import DependencyError
from tests.conftest import JIT_DISABLED, ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a directory into which the wheel was unpacked."""
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("*.whl")
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run_outside(code, site, tmp_path, **environment):
    """Run a piece of Python far from the source tree, with only the unpacked wheel to import from."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


CHECK = (
    "import icao_check, numpy as np; from skimage.data import astronaut;"
    "report = icao_check.check(np.ascontiguousarray(astronaut()[0:270, 119:329]));"
    "print(report.verdict, report['mouth_closed'].message('nl')); print(icao_check.__file__)"
)


class TestWheel:
    def test_it_holds_what_the_package_needs(self, installed):
        names = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
        for name in (
            "icao_check/py.typed",
            "icao_check/evaluate/page.css",
            "icao_check/models/models.toml",
            "icao_check/models/weights/frontal_face_hog.svm",
            "icao_check/profiles/be-residence-card.toml",
            "icao_check/messages/nl.mo",
            "icao_check/messages/fr.mo",
        ):
            assert name.replace("/", os.sep) in names
        assert not [name for name in names if name.startswith(("tests", "benchmarks", "samples"))]

    def test_it_works_outside_the_source_tree(self, installed, tmp_path):
        found = run_outside(CHECK, installed, tmp_path)
        assert found.returncode == 0, found.stderr
        assert found.stdout.startswith("fail De mond staat open")
        assert str(installed) in found.stdout


class TestOpenCV:
    @pytest.mark.parametrize("version", ["4.11.0", "3.4.1", "unknown"])
    def test_another_one_is_named_with_the_remedy(self, monkeypatch, version):
        import cv2

        dependencies.require_opencv.cache_clear()
        monkeypatch.setattr(cv2, "__version__", version)
        with pytest.raises(DependencyError, match=r"opencv-python-headless>=5,<6"):
            dependencies.require_opencv()

    def test_none_at_all_is_named_with_the_remedy(self, monkeypatch):
        dependencies.require_opencv.cache_clear()
        monkeypatch.setitem(sys.modules, "cv2", None)
        with pytest.raises(DependencyError, match=r"pip install"):
            dependencies.require_opencv()


@pytest.mark.skipif(JIT_DISABLED, reason="without compiler Numba loads no array functions")
def test_numba_starts_without_scipy_where_it_is_told_that_it_may():
    script = (
        "import sys; import numpy as np; from icao_check.kernels import jit; {}"
        "from icao_check.kernels.geometry import head_geometry; "
        "head_geometry(np.eye(2), np.ones(2), np.zeros(2)); "
        "assert jit._BLAS not in sys.modules or sys.modules[jit._BLAS] is not None; "
        "print('scipy.linalg' in sys.modules); import scipy.linalg.cython_blas"
    )
    for told, loaded in (("jit.run_alone(); ", "False"), ("", "True")):
        command = [sys.executable, "-c", script.format(told)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
        assert done.stdout.strip() == loaded


@pytest.mark.skipif(JIT_DISABLED, reason="nothing is compiled, so nothing is cached")
class TestKernelCache:
    def test_it_is_done_without_where_nothing_may_be_written(self, installed, tmp_path):
        site = tmp_path / "site"
        shutil.copytree(installed, site, ignore=shutil.ignore_patterns("__pycache__"))
        # Files where Numba wants directories: nobody may write there, not even root.
        (site / "icao_check" / "kernels" / "__pycache__").write_text("")
        blocked = tmp_path / "blocked"
        blocked.write_text("")
        found = run_outside(
            CHECK, site, tmp_path, NUMBA_CACHE_DIR="", HOME=str(blocked), XDG_CACHE_HOME=str(blocked),
            LOCALAPPDATA=str(blocked), PYTHONDONTWRITEBYTECODE="1", USERPROFILE=str(blocked),
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        assert found.stdout.startswith("fail")
        assert found.stderr.count("compiled kernels cannot be cached") == 1
        assert "NUMBA_CACHE_DIR" in found.stderr

    def test_a_full_disk_costs_the_cache_and_not_the_check(self, monkeypatch, tmp_path):
        code = (
            "import numpy as np, warnings\n"
            "from numba.core import caching\n"
            "def full(*a, **k): raise OSError(28, 'No space left on device')\n"
            "caching.IndexDataCacheFile.save = full\n"
            "from icao_check.kernels.age import hamming_distances\n"
            "with warnings.catch_warnings(record=True) as told:\n"
            "    warnings.simplefilter('always')\n"
            "    found = hamming_distances(np.zeros(4, np.uint64), np.ones((2, 4), np.uint64))\n"
            "print(found.tolist(), [str(w.message)[:40] for w in told])\n"
        )
        found = run_outside(code, ROOT, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
        assert found.returncode == 0, found.stderr
        assert found.stdout.startswith("[4, 4] ['compiled kernels cannot be cached")


def test_no_kernel_runs_threads_of_its_own():
    for source in Path(ROOT, "icao_check").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert "parallel=True" not in text.replace("``parallel=True``", ""), source.name
        # The worker processes of a batch are its own.
        assert source.name == "pool.py" or "setNumThreads(" not in text, source.name
        assert "CascadeClassifier" not in text, source.name


def test_rooms_import_in_one_direction():
    """Kernels know nobody; measures know no profile; only the checker and what stands above it know both."""
    import re

    def imports(pattern):
        found = set()
        for source in Path(ROOT, "icao_check").glob(pattern):
            found |= set(
                re.findall(r"^from icao_check[.]?(\S*) import", source.read_text(encoding="utf-8"), re.M)
            )
        return found

    assert imports("kernels/*.py") <= {"kernels.jit"}
    above = {"profile", "verdict", "report", "checker", "cli", "messages", "render", "catalogue"}
    for room in (
        "measures/*.py",
        "face/*.py",
        "photo.py",
        "metadata/*.py",
        "dating.py",
        "months.py",
        "regions.py",
        "region_network.py",
        "reuse.py",
        "scale.py",
    ):
        assert not {name.split(".")[0] for name in imports(room)} & above, room
    assert not {name.split(".")[0] for name in imports("verdict.py")} & {"report", "checker", "messages"}
    assert not {name.split(".")[0] for name in imports("report.py")} & {"checker", "cli"}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_no_photo_of_a_person_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    pictures = [
        name
        for name in listed.stdout.split()
        if name.lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".jp2", ".heic"))
    ]
    assert not [name for name in pictures if not name.startswith(("samples/", "docs/"))]
