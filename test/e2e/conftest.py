"""Fixtures of the end-to-end tests. Each test has its own folder, processes and ports; all are gone after it, and a failed test
shows the logs of the processes that it started.

`--storage` (or STOA_STORAGE) says where the servers keep their stores: `sqlite` (default), a mongodb:// URL, or `mongodb`: that of
STOA_TEST_MONGODB_URL, else a mongod of this session's own. Every test begins with an empty deployment: ALL DATABASES ON IT ARE DROPPED,
so the one that is named must be empty when the session starts. Tests marked `sqlite` are about SQLite's files, tests marked `mongodb`
about MongoDB: they are left out on the other.
"""
import os
import pathlib
import shutil
import tempfile

import pytest

import stoa as harness

MARKS = {"sqlite": "about the files of the embedded engine: not run on MongoDB", "mongodb": "about MongoDB: not run on SQLite"}


def pytest_addoption(parser):
    parser.addoption("--storage", default=os.environ.get("STOA_STORAGE") or "sqlite", help="sqlite, mongodb, or a mongodb:// URL of an empty deployment")
    parser.addoption("--turns", type=int, default=3, help="how often a fault is repeated")


def pytest_generate_tests(metafunc):
    if "turn" in metafunc.fixturenames:  # a seed, too
        metafunc.parametrize("turn", range(metafunc.config.getoption("--turns")))


def pytest_configure(config):
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def engine_of(config):
    return "mongodb" if config.getoption("--storage").startswith("mongodb") else "sqlite"


def pytest_report_header(config):
    return f"stores are kept in: {engine_of(config)}"


def pytest_collection_modifyitems(config, items):
    other = "sqlite" if engine_of(config) == "mongodb" else "mongodb"
    left_out = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def storage(request):
    """URL of the session's MongoDB, or None."""
    if engine_of(request.config) == "sqlite":
        yield None
        return
    import mongod
    url = request.config.getoption("--storage")
    if url == "mongodb":
        url = os.environ.get("STOA_TEST_MONGODB_URL")
    if not url:
        with mongod.ReplicaSet() as replicas:
            yield replicas.url
        return
    there = mongod.databases(url)
    if there:
        pytest.exit(f"the MongoDB under test holds {', '.join(there)}: tests drop every database, name one that is empty", 2)
    yield url
    mongod.drop_databases(url)


@pytest.fixture(autouse=True)
def empty_deployment(storage):
    harness.STORAGE = storage
    harness.empty_storage()


@pytest.fixture
def start_replica_set():
    """start_replica_set(nodes=3, auth=True, …): a mongod.ReplicaSet of the test's own, for what it kills or configures."""
    import mongod
    started = []

    def start(**options):
        started.append(mongod.ReplicaSet(**options))
        return started[-1].start()
    yield start
    for replicas in started:
        replicas.stop()


@pytest.fixture
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="stoa-e2e-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the logs to the report of a failed test, while their folder still exists."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        for server in getattr(item, "servers", []):
            report.longrepr.addsection(f"{server.name} log", server.log_text()[-20000:])


@pytest.fixture
def servers(request, folder):
    """The processes of this test, in the order they were started."""
    request.node.servers = []
    yield request.node.servers
    for server in reversed(request.node.servers):
        if server.alive():
            server.kill9()


@pytest.fixture
def start_sandbox(folder, servers):
    """start_sandbox(*arguments, name=…): a Sandbox that ends with the test."""
    def start(*arguments, **options):
        servers.append(harness.Sandbox(folder, *arguments, **options))
        return servers[-1]
    return start


@pytest.fixture
def start_stoa(folder, servers):
    """start_stoa(*arguments, extra_hosts=[…], name=…): a Stoa that ends with the test."""
    def start(*arguments, **options):
        servers.append(harness.Stoa(folder, *arguments, **options))
        return servers[-1]
    return start


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox()


@pytest.fixture
def stoa(start_stoa, sandbox):
    """A server that may call `sandbox`."""
    return start_stoa(extra_hosts=[sandbox.host])
