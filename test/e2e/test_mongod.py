"""`./dev mongod`: a MongoDB on loopback that is started, gone on with, and stopped."""
import resource
import subprocess
import sys

import pytest

from stoa import ROOT, mongo

pytestmark = pytest.mark.mongodb


@pytest.fixture
def tool(folder):
    def run(*words, code=0):
        done = subprocess.run([sys.executable, ROOT / "tools" / "mongod.py", *map(str, words), "--folder", folder / "mongo"],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout.strip() if code == 0 else done.stderr
    yield run
    if (folder / "mongo").exists():
        run("stop")


def free_port():
    import mongod
    return mongod.free_ports(1)[0]


def test_it_starts_once_keeps_its_data_and_stops(tool):
    port = free_port()
    url = tool("start", "--port", port, "--set", "ttlMonitorSleepSecs=7")
    assert url == f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"
    with mongo(url) as client:
        client.kept.things.insert_one({"_id": 1})
        assert client.admin.command("getParameter", ttlMonitorSleepSecs=1)["ttlMonitorSleepSecs"] == 7
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # the hard one, whatever ours is
        assert client.admin.command("hostInfo")["extra"]["extra"]["maxOpenFiles"] == limit  # 6.0 has it one deeper than the manual
    assert tool() == url  # runs already
    assert "--nodes" not in tool("start", "--nodes", 3, code=1) and str(port) in tool("start", "--nodes", 3, code=1)
    tool("stop")
    tool("stop")
    assert tool() == url
    with mongo(url) as client:
        assert client.kept.things.count_documents({}) == 1


def test_with_users_only_those_with_the_password_come_in(tool):
    import pymongo.errors
    url = tool("start", "--port", free_port(), "--auth")
    with mongo(url) as client:
        client.kept.things.insert_one({"_id": 1})
    without = "mongodb://" + url.split("@")[1].split("&authSource")[0]
    with mongo(without) as client, pytest.raises(pymongo.errors.OperationFailure):
        client.kept.things.find_one()
    tool("stop")
    assert tool() == url
    with mongo(url) as client:
        assert client.kept.things.find_one() == {"_id": 1}


def test_the_primary_of_three_is_killed_and_another_takes_over_without_losing_what_was_acknowledged(start_replica_set):
    import pymongo
    replicas = start_replica_set(nodes=3, auth=True)
    with replicas.client() as client:
        things = client.kept.get_collection("things", write_concern=pymongo.WriteConcern("majority"))
        for number in range(100):
            things.insert_one({"_id": number})
        killed = replicas.kill9()
        assert replicas.wait_primary() is not killed
        assert things.count_documents({}) == 100
        replicas.restart(killed)
        assert all(node.alive() for node in replicas.nodes) and replicas.databases() == ["kept"]
        replicas.drop_databases()
        assert replicas.databases() == []
