#!/usr/bin/env python3
"""Runs every test of the project and ends with one line: "N passed, N failed".

The kinds: unit test programs of a CMake preset (GoogleTest), the rules of the tree (tools/tidy.py), the schema checks
(test/schema) and the scenarios against the real binary (test/e2e), once for each engine. Built by ./dev before this runs.
A program that crashes, hangs or leaks counts as a failure, and so does finding no test at all.

Tests of MongoDB get its URL as STOA_TEST_MONGODB_URL. Where that is not set, a mongod of this run's own is started and stopped again
(tools/mongod.py); where none can be had they fail.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM_SECONDS_MAX = 600
E2E_SECONDS_MAX = 3600
OUTPUT_LINES_MAX = 200  # of a failure, from its end
MONGODB_URL = "STOA_TEST_MONGODB_URL"
ENGINES = ("sqlite", "mongodb")

SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


@dataclasses.dataclass
class Outcome:
    name: str
    passed: int = 0
    skipped: list = dataclasses.field(default_factory=list)  # "name: why"
    failures: list = dataclasses.field(default_factory=list)  # (name, output)
    seconds: float = 0.0

    def fail(self, name, output):
        self.failures.append((name, output))


running = set()  # leaders of process groups, to be stopped on Ctrl-C


def finish(command, seconds_max, on_line=None, **options):
    """Runs a command in a process group of its own; returns (exit code or None for a timeout, merged output)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                               start_new_session=True, **options)
    running.add(process)
    timed_out = threading.Event()

    def stop():
        timed_out.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds_max, stop)
    timer.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if on_line:
                on_line(line)
        code = process.wait()
    finally:
        timer.cancel()
        running.discard(process)
    return (None if timed_out.is_set() else code), "".join(lines)


def stop_running():
    for process in list(running):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


def ending(code, seconds_max):
    if code is None:
        return f"still running after {seconds_max} s: killed"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


# ---- unit tests

def steady_addresses():
    """GCC 12's sanitizers cannot start on kernels that randomise addresses by 32 bits: switch that off where allowed."""
    prefix = ["setarch", "-R"]
    try:
        return prefix if subprocess.run(prefix + ["true"], capture_output=True).returncode == 0 else []
    except FileNotFoundError:
        return []


def unit_programs(preset):
    """Paths of the test programs in the current build graph; stale ones in the folder do not count."""
    build = ROOT / "build" / preset
    listing = subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], capture_output=True, text=True, check=True)
    paths = re.findall(r"^(\S+_test): CXX_EXECUTABLE_LINKER", listing.stdout, re.M)
    return sorted((build / path for path in paths), key=lambda p: p.name)


def list_tests(prefix, program):
    code, text = finish([*prefix, program, "--gtest_list_tests"], 60, env={**os.environ, **SANITIZERS})
    if code != 0:
        return None
    names, suite = [], ""
    for line in text.splitlines():
        word = line.split("#")[0].rstrip()
        if word.startswith("  "):
            names.append(suite + word.strip())
        elif word.endswith("."):
            suite = word
    return names


def run_program(prefix, program, pattern):
    outcome = Outcome(program.name)
    start = time.monotonic()
    command = [*prefix, str(program)]
    if pattern:
        names = list_tests(prefix, program)
        chosen = [n for n in names or [] if pattern.search(f"{program.name} {n}")]
        if names is not None and not chosen:
            return None
        command.append("--gtest_filter=" + ":".join(chosen))
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        code, output = finish([*command, f"--gtest_output=json:{report}"], PROGRAM_SECONDS_MAX, cwd=ROOT,
                              env={**os.environ, **SANITIZERS})
        read_unit_report(outcome, report, code, output)
    outcome.seconds = time.monotonic() - start
    return outcome


def read_unit_report(outcome, report, code, output):
    try:
        suites = json.loads(report.read_text())["testsuites"]
    except (OSError, ValueError):
        # No report: it died. What it printed says how the tests before had ended and which one was running.
        outcome.passed = len(re.findall(r"^\[       OK \]", output, re.M))
        for name in re.findall(r"^\[  FAILED  \] ([^\s,]+)", output, re.M):
            outcome.fail(f"{outcome.name}: {name}", part_of(output, name))
        started = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)
        where = f"{outcome.name}: {started[-1]}" if started else outcome.name
        outcome.fail(f"{where}: {ending(code, PROGRAM_SECONDS_MAX)}", output)
        return
    for test in (t for suite in suites for t in suite["testsuite"]):
        name = f"{test['classname']}.{test['name']}"
        if test.get("failures"):
            outcome.fail(f"{outcome.name}: {name}", part_of(output, name))
        elif test.get("result") == "SKIPPED" or test.get("status") == "NOTRUN":
            outcome.skipped.append(f"{outcome.name}: {name}{reason(output, name)}")
        else:
            outcome.passed += 1
    if code != (1 if outcome.failures else 0):  # a leak, or a crash while exiting
        outcome.fail(f"{outcome.name}: after its tests: {ending(code, PROGRAM_SECONDS_MAX)}", output)


def part_of(output, name):
    found = re.search(rf"^\[ RUN      \] {re.escape(name)}\n(.*?)^\[  (?:FAILED  |SKIPPED )\] {re.escape(name)}",
                      output, re.M | re.S)
    return found.group(1) if found else output


def reason(output, name):
    lines = [l.strip() for l in part_of(output, name).splitlines() if l.strip() and not re.search(r": Skipped$", l)]
    return f": {lines[0]}" if lines and len(lines) < 10 else ""


def run_units(preset, pattern, jobs):
    prefix = steady_addresses()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(run_program, prefix, program, pattern) for program in unit_programs(preset)]
        try:
            for future in concurrent.futures.as_completed(futures):
                if future.result():
                    yield future.result()
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_running()
            raise


# ---- the other kinds

def run_command(name, command, pattern, **options):
    """One check, judged by its exit code."""
    if pattern and not pattern.search(name):
        return
    start = time.monotonic()
    outcome = Outcome(name)
    code, output = finish(command, PROGRAM_SECONDS_MAX, **{"cwd": ROOT, **options})
    if code == 0:
        outcome.passed = 1
    else:
        outcome.fail(f"{name}: {ending(code, PROGRAM_SECONDS_MAX)}", output)
    outcome.seconds = time.monotonic() - start
    yield outcome


def run_schema(pattern, environment):
    """The checks that test/schema/package.json names as its tests: "node a.mjs && node b.mjs"."""
    folder = ROOT / "test" / "schema"
    commands = json.loads((folder / "package.json").read_text())["scripts"]["test"].split("&&")
    for command in map(shlex.split, commands):
        yield from run_command(f"schema: {' '.join(command)}", command, pattern, cwd=folder, env=environment)


def run_e2e(engine, pattern, environment):
    """Every scenario with stores kept by that engine; the pattern sees "e2e <engine> <test>"."""
    folder = ROOT / "test" / "e2e"
    start = time.monotonic()
    outcome = Outcome(f"e2e {engine}")
    with tempfile.TemporaryDirectory() as temporary:
        report = pathlib.Path(temporary) / "report.xml"
        command = [sys.executable, "-m", "pytest", str(folder), "-v", "--tb=short", "-p", "no:cacheprovider", "--storage", engine,
                   f"--junit-xml={report}", "-o", "junit_logging=all"]
        if pattern:
            names = [n for n in list_e2e(folder, engine, environment) if pattern.search(f"{outcome.name} {n}")]
            if not names:
                return
            command[3:4] = names

        def show(line):  # progress only: the failures come with the closing summary
            if re.search(r" (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b.*\[ *\d+%\]$", line.rstrip()):
                print("        " + line.rstrip(), flush=True)

        code, output = finish(command, E2E_SECONDS_MAX, show, cwd=ROOT, env=environment)
        read_e2e_report(outcome, report, code, output)
    outcome.seconds = time.monotonic() - start
    yield outcome


def list_e2e(folder, engine, environment):
    _, text = finish([sys.executable, "-m", "pytest", str(folder), "--collect-only", "-q", "-p", "no:cacheprovider",
                      "--storage", engine], 120, cwd=ROOT, env=environment)
    return [line.strip() for line in text.splitlines() if "::" in line]


def read_e2e_report(outcome, report, code, output):
    try:
        cases = xml.etree.ElementTree.parse(report).iter("testcase")
    except (OSError, xml.etree.ElementTree.ParseError):
        outcome.fail(f"{outcome.name}: {ending(code, E2E_SECONDS_MAX)}", output)
        return
    for case in cases:
        name = f"{outcome.name}: {case.get('classname')}::{case.get('name')}"
        bad = [*case.iter("failure"), *case.iter("error")]
        skipped = case.find("skipped")
        if bad:
            logs = [e.text or "" for e in (case.find("system-out"), case.find("system-err")) if e is not None]
            outcome.fail(name, "\n".join([*(b.text or "" for b in bad), *logs]))
        elif skipped is not None:
            outcome.skipped.append(f"{name}: {skipped.get('message', '')}")
        else:
            outcome.passed += 1
    if code not in (0, 5) and not outcome.failures:  # 5: nothing collected
        outcome.fail(f"{outcome.name}: {ending(code, E2E_SECONDS_MAX)}", output)


# ---- all of it

def start_mongod(stack, outcome):
    """Puts the URL of a MongoDB into our environment, and so into that of every test; `stack` stops it."""
    try:
        import mongod  # tools/mongod.py
        os.environ[MONGODB_URL] = stack.enter_context(mongod.ReplicaSet()).url
        outcome.passed = 1
    except Exception as problem:  # no package, no network, no memory: its tests fail, the others run
        outcome.fail("mongod: no MongoDB to test against", f"{type(problem).__name__}: {problem}")


def all_outcomes(arguments, pattern):
    with contextlib.ExitStack() as stack:
        ours = not os.environ.get(MONGODB_URL)
        if ours:
            started = Outcome("mongod")
            start_mongod(stack, started)
            if started.failures:
                yield started
        yield from run_units(arguments.preset, pattern, arguments.jobs)
        if not arguments.units_only:
            if ours and MONGODB_URL in os.environ:
                import mongod
                mongod.drop_databases(os.environ[MONGODB_URL])  # what a unit test that died left behind
            yield from run_others(arguments, pattern)


def run_others(arguments, pattern):
    environment = {**os.environ, "STOA_BINARY": str((ROOT / arguments.stoa).resolve()), "PYTHONDONTWRITEBYTECODE": "1"}
    tidy = [sys.executable, str(ROOT / "tools" / "tidy.py")]
    yield from run_command("tidy", [*tidy, "--quiet"], pattern)
    yield from run_command("tidy --self-test", [*tidy, "--self-test"], pattern)
    yield from run_schema(pattern, environment)
    for engine in ENGINES:
        yield from run_e2e(engine, pattern, environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--preset", default="debug")
    parser.add_argument("--stoa", default="build/release/stoa")
    parser.add_argument("--jobs", type=int, default=2, help="unit test programs at once")
    parser.add_argument("--units-only", action="store_true")
    parser.add_argument("regex", nargs="?", help="only tests whose name matches")
    arguments = parser.parse_args()
    pattern = re.compile(arguments.regex) if arguments.regex else None

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops what was started, as Ctrl-C does
    outcomes = []
    for outcome in all_outcomes(arguments, pattern):
        outcomes.append(outcome)
        verdict = "FAIL" if outcome.failures else "ok  "
        print(f"  {verdict}  {outcome.name:<28} {outcome.passed:>5} passed {len(outcome.failures):>4} failed "
              f"{outcome.seconds:>7.1f} s", flush=True)

    for outcome in outcomes:
        for name, output in outcome.failures:
            print(f"\n--- FAILED {name}")
            print("\n".join(output.rstrip().splitlines()[-OUTPUT_LINES_MAX:]))
    skipped = [s for outcome in outcomes for s in outcome.skipped]
    if skipped:
        print()
    for line in skipped:
        print(f"skipped {line}")

    passed = sum(o.passed for o in outcomes)
    failed = sum(len(o.failures) for o in outcomes)
    if passed + failed == 0:
        print("no test ran" + (f": nothing matches '{arguments.regex}'" if pattern else ""), file=sys.stderr)
    print(f"\n{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""), flush=True)
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        stop_running()
        sys.exit(130)
