"""Load on a server, and what it cost that server: requests per CPU-second (utime + stime, all threads), compared in interleaved rounds.

    case = Case("page, hot", stoa, paths, control="page")     # a server of test/e2e/stoa.py, and what to ask of it
    rounds([case], controls, rounds=5, seconds=2)             # control, case, control, case …, after a warm-up
    case.rate(), case.ratio()                                 # medians with their spread

With two cores or more, servers have one and the load another: `with on_core(SERVER_CORE): …` starts a process there.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
CONNECTIONS = 32
CONTROL_OFF_MAX = 0.15  # a round whose control is further from the control's median is dropped: somebody else used the machine


@contextlib.contextmanager
def on_core(core):
    """What is started inside runs on that core, with all its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclasses.dataclass
class Spread:
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values))

    def text(self, form="{:,.0f}"):
        return f"{form.format(self.median)} ({form.format(self.least)} to {form.format(self.most)})"


@dataclasses.dataclass
class Sample:
    requests: int
    cpu_seconds: float
    read_bytes: int  # by the server, from files

    @property
    def rate(self):
        return self.requests / self.cpu_seconds


@dataclasses.dataclass
class Case:
    name: str
    server: object
    paths: list
    bearer: str = ""
    encoding: str = "identity"
    control: str = ""  # the name of the static file of the same size
    samples: list = dataclasses.field(default_factory=list)
    controls: list = dataclasses.field(default_factory=list)  # their rates, of the same rounds

    def steady(self):
        """The numbers of the rounds whose control was as usual."""
        usual = statistics.median(self.controls)
        return [i for i, control in enumerate(self.controls) if abs(control / usual - 1) <= CONTROL_OFF_MAX]

    def kept(self):
        return [(self.samples[i], self.controls[i]) for i in self.steady()]

    def rate(self):
        return Spread.of([sample.rate for sample, _ in self.kept()])

    def control_rate(self):
        return Spread.of([control for _, control in self.kept()])

    def ratio(self):
        return Spread.of([sample.rate / control for sample, control in self.kept()])


def read_bytes(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


def load(case, seconds):
    """One stretch of load: every answer must be a 200."""
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as paths:
        paths.write("\n".join(case.paths) + "\n")
        paths.flush()
        cpu, read = case.server.cpu_seconds(), read_bytes(case.server)
        with on_core(LOAD_CORE):
            wrk = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(FOLDER / "load.lua"), case.server.url,
                                  "--", paths.name, case.encoding, case.bearer or "none"], capture_output=True, text=True, check=True)
        told = json.loads(wrk.stdout.splitlines()[-1])
        assert told["failed"] == 0, f"{case.name}: {told}"
        return Sample(told["requests"], case.server.cpu_seconds() - cpu, read_bytes(case.server) - read)


def rounds(cases, controls, count, seconds):
    """Fills in the cases' samples. `controls`: the cases of the static server, by name."""
    for case in [*controls.values(), *cases]:
        load(case, 1)
    for _ in range(count):
        for case in cases:
            case.controls.append(load(controls[case.control], seconds).rate)
            case.samples.append(load(case, seconds))
