"""Drives the real binary from outside, as an operator and a Shopify would. Standard library only, but for what looks into a MongoDB; see
docs/style.md, Tests.

    sandbox = Sandbox(folder)                       # a stand-in Shopify: many shops on one port
    stoa = Stoa(folder, extra_hosts=[sandbox.host])
    answer = stoa.register("acme", sandbox.shop_url("acme"), token).json
    stoa.wait_job(answer["job"]["id"])
    stoa.get("/v1/stores/acme/products", key=answer["readKey"]).json["data"]

Every request opens a connection of its own, so a killed server leaves no half-open one behind. Nothing is retried.

Stores are kept in SQLite, or in the MongoDB that pytest's `--storage` names (conftest.py): the tests are the same. What looks at what is
kept goes through store_databases(), stored_names() and stored_bytes(), which know both.
"""
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))  # mongod.py
BINARY = pathlib.Path(os.environ.get("STOA_BINARY", ROOT / "build" / "release" / "stoa"))
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 30
ENDED = ("succeeded", "failed", "partial", "cancelled")
STORAGE = None  # URL of the MongoDB that servers keep their stores in, set by conftest.py; None: SQLite in their data folder


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # names in lower case; of a repeated one the last
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    def want(self, status):
        """This answer, after asserting its status; a failure shows the body."""
        assert self.status == status, f"status {self.status}, want {status}: {self.body[:2000]!r}"
        return self


class Server:
    """One process that prints `listening on http://HOST:PORT` first. What it prints is kept in `out` and `log` (stderr)."""

    def __init__(self, name, arguments, folder, env=None):
        self.name = name
        self.arguments = [str(BINARY), *arguments]
        self.env = {**clean_environment(), **(env or {})}
        self.out = pathlib.Path(folder) / f"{name}.out"
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.process = None
        self.host = None  # "127.0.0.1:41235"
        self.start()

    @property
    def url(self):
        return f"http://{self.host}"

    def start(self):
        printed = self.out.stat().st_size if self.out.exists() else 0  # by those before a restart
        with open(self.out, "ab") as out, open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=log, env=self.env)
        line = self._first_line(printed)
        found = re.fullmatch(r"listening on http://(\S+)\n", line)
        if not found:
            self.kill9()
            raise AssertionError(f"{self.name}: first line {line!r}, want 'listening on http://HOST:PORT'; log:\n"
                                 + self.log_text())
        self.host = found.group(1)

    def _first_line(self, offset):
        end = time.monotonic() + START_SECONDS_MAX
        while True:
            ended = not self.alive()
            with open(self.out, "rb") as out:
                out.seek(offset)
                line = out.readline().decode(errors="replace")
            if line.endswith("\n") or ended or time.monotonic() > end:
                return line
            time.sleep(0.005)

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def request(self, method, path, body=None, headers=None, timeout=30):
        """`body`: bytes or text as they are, anything else as JSON. `path`: with its query, percent-encoded."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, headers)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def alive(self):
        return self.process.poll() is None

    def kill9(self):
        """SIGKILL, as a crash or a power cut would."""
        self.process.kill()
        self._ended()

    def stop(self):
        """SIGTERM, then waits for the drain; the exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def restart(self):
        """Starts again with the same arguments and data. The port is another one."""
        assert not self.alive(), f"{self.name} still runs"
        self.start()

    def _ended(self):
        try:
            return self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not end within {STOP_SECONDS_MAX} s; log:\n{self.log_text()}")

    def cpu_seconds(self):
        """User and system time of the process so far, all threads."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_bytes(self):
        """Resident memory now."""
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class Sandbox(Server):
    """`stoa sandbox`: the stand-in Shopify. Further arguments go to it as they are."""

    def __init__(self, folder, *arguments, name="sandbox", env=None):
        super().__init__(name, ["sandbox", "--listen", "127.0.0.1:0", *map(str, arguments)], folder, env)

    def shop_url(self, shop):
        """The base URL to register that shop with."""
        return f"{self.url}/s/{shop}"


class Stoa(Server):
    """`stoa serve` on a data folder of its own, with the operator's token read from it. `storage`: another MongoDB than STORAGE."""

    def __init__(self, folder, *arguments, extra_hosts=(), name="stoa", env=None, storage=None):
        self.data = pathlib.Path(folder) / f"{name}-data"
        self.storage = storage or STORAGE
        environment = dict(env or {})
        if storage:
            environment["STOA_STORAGE"] = storage
        if extra_hosts:
            environment["STOA_SHOPIFY_EXTRA_HOSTS"] = ",".join(extra_hosts)
        super().__init__(name, ["serve", "--listen", "127.0.0.1:0", "--data", str(self.data), *map(str, arguments)], folder,
                         environment)

    @property
    def operator_token(self):
        return (self.data / "operator.token").read_text().strip()

    def call(self, method, path, body=None, key=None, headers=None, timeout=30):
        """As the operator, or with `key` as that read key; `key=""` sends no Authorization."""
        bearer = self.operator_token if key is None else key
        headers = dict(headers or {})
        if bearer:
            headers.setdefault("Authorization", f"Bearer {bearer}")
        return self.request(method, path, body, headers, timeout)

    def get(self, path, key=None, headers=None):
        return self.call("GET", path, None, key, headers)

    def post(self, path, body=None, key=None, headers=None):
        return self.call("POST", path, body, key, headers)

    def patch(self, path, body=None, key=None, headers=None):
        return self.call("PATCH", path, body, key, headers)

    def delete(self, path, key=None, headers=None):
        return self.call("DELETE", path, None, key, headers)

    def register(self, client_key, base_url, token, **fields):
        """POST /api/config/sync; the answer, whatever its status."""
        return self.post("/api/config/sync",
                         {"clientKey": client_key, "adminApiBaseUrl": base_url, "adminShopToken": token, **fields})

    def job(self, job_id):
        return self.get(f"/api/jobs/{job_id}").want(200).json

    def wait_job(self, job_id, states=ENDED, timeout=60):
        """The job once it is in one of `states`; fails when it ends in another, or after `timeout` seconds."""
        states = (states,) if isinstance(states, str) else tuple(states)
        end = time.monotonic() + timeout
        while True:
            job = self.job(job_id)
            if job["state"] in states:
                return job
            shown = json.dumps(job, indent=1)[-4000:]
            assert job["state"] not in ENDED, f"job ended {job['state']}, want {' or '.join(states)}:\n{shown}"
            assert time.monotonic() < end, f"job not {' or '.join(states)} after {timeout} s:\n{shown}"
            time.sleep(0.05)

    def walk(self, path, key=None):
        """Every object of a list, following `page.next` to its end."""
        found, after = [], None
        while True:
            separator = "&" if "?" in path else "?"
            page = self.get(path + (f"{separator}after={urllib.parse.quote(after, safe='')}" if after else ""), key).want(200).json
            found += page["data"]
            after = page["page"]["next"]
            if after is None:
                return found


def run(*arguments, env=None, stdin=None, timeout=60):
    """One CLI command to its end: a CompletedProcess with text stdout and stderr."""
    return subprocess.run([str(BINARY), *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout,
                          env={**clean_environment(), "NO_COLOR": "1", **(env or {})})


def clean_environment():
    """Ours, without what would configure a Stoa by accident, and with where it keeps its stores."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STOA_")}
    return {**clean, **({"STOA_STORAGE": STORAGE} if STORAGE else {})}


def wait_until(condition, timeout=30):
    """What `condition` returns once it is true; fails after `timeout` seconds."""
    end = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < end, f"not so after {timeout} s"
        time.sleep(0.01)
    return found


def want_problem(server, answer, status, code=None):
    """The body of a problem+json answer, after asserting its shape, status and code, and that its `type` resolves there."""
    body = answer.want(status).json
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
    assert (body["status"], body["type"]) == (status, f"/problems/{body['code']}") and body["title"]
    assert body["requestId"] == answer.headers["x-request-id"]
    assert code is None or body["code"] == code, body
    assert server.request("GET", body["type"]).status == 200, f"{body['type']} does not resolve"
    return body


def footprint(stoa):
    """What a server keeps: its files and collections, configurations, stores' names and states, jobs. A refused request leaves it equal.
    Not the bytes of media: they come beside the syncs, in their own time (test_media.py)."""
    stores = [{name: store[name] for name in ("clientKey", "shopDomain", "state", "since", "scopes")}
              for store in stoa.walk("/api/stores")]
    names = [name for name in stored_names(stoa) if not name.startswith("media") and ".fs." not in name]
    return names, stoa.walk("/api/config/clients"), stores, stoa.walk("/api/jobs")


# ---- what is kept, on either engine

def mongo(url):
    """A client of that deployment, to look at it from outside: `with mongo(stoa.storage) as client`."""
    import pymongo
    return pymongo.MongoClient(url, serverSelectionTimeoutMS=30000)


def store_databases(stoa):
    """Names of the stores' databases that are there, in order; their clientKeys."""
    if stoa.storage:
        import mongod
        return [name for name in mongod.databases(stoa.storage) if name != "appconfig"]
    return sorted({path.stem for path in (stoa.data / "stores").iterdir()})


def stored_names(stoa):
    """Files, and with MongoDB "<database>.<collection>" too."""
    names = [str(path.relative_to(stoa.data)) for path in stoa.data.rglob("*") if path.suffix not in (".sqlite-wal", ".sqlite-shm")]
    if stoa.storage:
        with mongo(stoa.storage) as client:
            names += [f"{database}.{name}" for database in ["appconfig", *store_databases(stoa)] for name in client[database].list_collection_names()]
    return sorted(names)


def stored_collections(stoa, client_key):
    """What the store's database has a table or a collection for."""
    if stoa.storage:
        with mongo(stoa.storage) as client:
            return set(client[client_key].list_collection_names())
    with contextlib.closing(sqlite3.connect(f"file:{stoa.data}/stores/{client_key}.sqlite?mode=ro", uri=True)) as file:
        return {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def is_of_store(name, client_key):
    """Whether one of stored_names() belongs to that store alone."""
    return name == f"stores/{client_key}.sqlite" or name.startswith(f"{client_key}.")


def stored_bytes(stoa):
    """(where, bytes) of all that is kept: each file, and with MongoDB each document. For a server that does not run."""
    found = [(path, path.read_bytes()) for path in stoa.data.rglob("*") if path.is_file()]
    if stoa.storage:
        from bson.codec_options import CodecOptions
        from bson.raw_bson import RawBSONDocument
        raw = CodecOptions(document_class=RawBSONDocument)
        with mongo(stoa.storage) as client:
            for database in ["appconfig", *store_databases(stoa)]:
                for name in client[database].list_collection_names():
                    found += [(f"{database}.{name}", row.raw) for row in client[database].get_collection(name, raw).find()]
    return found


def empty_storage():
    """Before a further server with a data folder of its own: a MongoDB is the same for all, and is emptied."""
    if STORAGE:
        import mongod
        mongod.drop_databases(STORAGE)


def exchange(host, request, timeout=10):
    """All bytes that come back over one raw connection, until the server closes it."""
    name, port = host.rsplit(":", 1)
    with socket.create_connection((name, int(port)), timeout) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def add_fault(sandbox, shop, mode, times=-1, **more):
    """POST /control/shops/{shop}/faults; by default until cleared."""
    answer = sandbox.request("POST", f"/control/shops/{shop}/faults", {"mode": mode, "times": times, **more})
    assert 200 <= answer.status < 300, answer.text


def clear_faults(sandbox, shop):
    answer = sandbox.request("DELETE", f"/control/shops/{shop}/faults")
    assert 200 <= answer.status < 300, answer.text


def eventually(what, test, timeout=15):
    """The first true answer of `test`; fails when there is none within `timeout` seconds."""
    end = time.monotonic() + timeout
    while not (found := test()):
        assert time.monotonic() < end, f"not within {timeout} s: {what}"
        time.sleep(0.02)
    return found
