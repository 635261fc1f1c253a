"""The binary runs at all."""
import re

from stoa import ROOT, run


def test_version_is_the_projects():
    version = re.search(r"project\(stoa VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    done = run("version")
    assert done.returncode == 0, done.stderr
    assert version in done.stdout
