"""Writes dist/shanggang-VERSION.tar.gz: the source and its packages as wheels.

On a machine of the same kind without any network: unpack, then `make run`.
"""

import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    name = f"shanggang-{version}"
    place = ROOT / "dist" / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    archive = subprocess.run(
        ["git", "archive", "--format=tar", "HEAD"], cwd=ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(place)], input=archive.stdout, check=True)
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
    download += ["--only-binary=:all:", "-r", "requirements.txt", "-d", str(place / "wheels")]
    subprocess.run(download, cwd=ROOT, check=True)
    target = ROOT / "dist" / f"{name}.tar.gz"
    with tarfile.open(target, "w:gz") as tar:
        tar.add(place, name)
    shutil.rmtree(place)
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
