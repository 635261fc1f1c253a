"""What the programs of this folder share: the servers as they are measured, and how figures are told."""
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "test" / "e2e"), str(ROOT / "tools")]  # tools: mongod.py
import stoa  # noqa: E402
from load import CORES, LOAD_CORE, SERVER_CORE, on_core  # noqa: E402

SHOP = "big"
PLENTY = "points=1000000000,restore=1000000000"  # Shopify's budget is not what is measured here
ENV = {"STOA_API_KEY_REQUESTS_PER_MINUTE": "0", "STOA_HTTP_THREADS": "1", "STOA_LOG_LEVEL": "warn"}


class Static(stoa.Server):
    """bench/static_server.cc, the control: the product's HTTP server with bytes in memory behind it."""

    def __init__(self, folder, files):
        super().__init__("static", ["127.0.0.1:0", "1", *(f"{name}={path}" for name, path in files.items())], folder)

    def start(self):
        self.arguments[0] = str(stoa.BINARY.parent / "static_server")
        super().start()


def serve(folder, name="stoa", env=None, extra_hosts=(), storage=None):
    with on_core(SERVER_CORE):
        return stoa.Stoa(folder, name=name, env={**ENV, **(env or {})}, extra_hosts=extra_hosts, storage=storage)


def say(what, value, aim="", met=None):
    print(f"  {what:<34} {value:<46} {aim}{'' if met is None else ', met' if met else ', MISSED'}".rstrip(), flush=True)


def heading(text):
    print(f"\n{text}", flush=True)


def told(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def machine():
    cpu = next((line.split(": ")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    changed = " and changes" if told("git", "status", "--porcelain", "src", "bench", "cmake", "CMakeLists.txt") else ""
    heading(f"{time.strftime('%Y-%m-%d %H:%M')}  commit {told('git', 'rev-parse', '--short', 'HEAD')}{changed}")
    say("machine", f"{cpu}, {len(CORES)} cores, Linux {platform.release()}")
    say("server on core, load on core", f"{SERVER_CORE}, {LOAD_CORE}; load average {os.getloadavg()[0]:.2f}")


# ---- MongoDB

def deployment(parameters=None):
    """One node with a cache of 1 GB, on the core of the load."""
    import mongod  # needs pymongo, which bench/run does without
    with on_core(LOAD_CORE):
        return mongod.ReplicaSet(cache_gb=1, parameters=parameters).start()


def versions(client):
    packages = [json.loads(path.read_text()) for path in sorted(ROOT.glob("bench/peers/node_modules/*/package.json"))]
    wanted = json.loads((ROOT / "bench/peers/package.json").read_text())["dependencies"]
    say("versions", f"mongod {client.server_info()['version']}, libmongoc {told('pkg-config', '--modversion', 'libmongoc-1.0')}, Node {told('node', '--version')}")
    say("packages", ", ".join(f"{each['name']} {each['version']}" for each in packages if each["name"] in wanted))
