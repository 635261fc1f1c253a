#!/usr/bin/env python3
"""Runs clang-tidy-19 over what changed since the main branch, or over all of it.

clang_tidy.py --build build/debug [all | FILE…]

The project is compiled by GCC 12; clang gets the same commands without what it does not know: sanitizers, warnings,
GCC's precompiled header, colours. A configured build folder is enough, nothing needs to be built.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DROPPED = ("-W", "-fsanitize", "-fno-sanitize", "-fdiagnostics-color", "-fstack-", "-fcf-protection", "-g")


def for_clang(command):
    words = shlex.split(command)
    words = words[1:] if words[0].endswith("ccache") else words
    out = ["clang++-19"]
    skip = False
    for position, word in enumerate(words[1:], 1):
        following = words[position + 1] if position + 1 < len(words) else ""
        if skip:
            skip = False
        elif word == "-include" and following.endswith("cmake_pch.hxx"):
            # The header itself, not GCC's compiled form of it.
            out += ["-include", str(ROOT / "cmake" / "pch.h")]
            skip = True
        elif not word.startswith(DROPPED):
            out.append(word)
    return out


def database(build):
    """Writes build/clang_tidy/compile_commands.json; returns its folder and the files of ours that it has."""
    entries = json.loads((build / "compile_commands.json").read_text())
    ours = [e for e in entries if e["file"].startswith(str(ROOT / "src")) or e["file"].startswith(str(ROOT / "bench"))]
    for entry in ours:
        entry["arguments"] = for_clang(entry.pop("command"))
    folder = build / "clang_tidy"
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(ours))
    return folder, sorted({e["file"] for e in ours})


def changed():
    """Sources that differ from where this branch left origin's main branch, uncommitted ones included; with their headers'
    own .cc. Without an origin: what is not committed."""
    git = ["git", "-C", str(ROOT)]
    base = subprocess.run([*git, "merge-base", "HEAD", "origin/HEAD"], capture_output=True, text=True).stdout.strip()
    names = subprocess.run([*git, "diff", "--name-only", base or "HEAD"], capture_output=True, text=True, check=True).stdout
    names += subprocess.run([*git, "ls-files", "-o", "--exclude-standard"], capture_output=True, text=True, check=True).stdout
    return {str((ROOT / name).with_suffix(".cc")) for name in names.split() if name.endswith((".cc", ".h"))}


def run_one(folder, file):
    start = time.monotonic()
    done = subprocess.run(["clang-tidy-19", "-p", str(folder), "--quiet", file], capture_output=True, text=True)
    return file, done.returncode, done.stdout, done.stderr, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build/debug", type=pathlib.Path)
    parser.add_argument("files", nargs="*", help="all, or files; default: what changed")
    arguments = parser.parse_args()
    folder, known = database((ROOT / arguments.build).resolve())
    if arguments.files == ["all"]:
        chosen = known
    else:
        wanted = {str(pathlib.Path(f).resolve()) for f in arguments.files} or changed()
        chosen = [f for f in known if f in wanted]

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in concurrent.futures.as_completed(pool.submit(run_one, folder, f) for f in chosen):
            file, code, output, errors, seconds = future.result()
            print(f"  {'FAIL' if code else 'ok  '}  {os.path.relpath(file, ROOT):<50} {seconds:5.1f} s", flush=True)
            if code:
                bad += 1
                print(output or errors)
    print(f"clang-tidy: {len(chosen)} files, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
