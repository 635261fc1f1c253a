"""Fixtures of the end-to-end tests. Each test has its own folder, processes and ports; all are gone after it, and a failed test
shows the logs of the processes that it started."""
import pathlib
import shutil
import tempfile

import pytest

import stoa as harness


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
