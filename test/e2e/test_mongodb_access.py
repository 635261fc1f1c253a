"""A MongoDB with users (access control on, nodes that know each other by a key file): what Stoa's own account needs, and what it says when
that is not enough. The account's roles are those of docs/operating.md."""
import pytest

from stoa import run
from truth import Shop, assert_equal_mirror, sync, synced

pytestmark = pytest.mark.mongodb

ROLES = ["readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor"]  # databases are made and dropped; room is looked at
PASSWORD = "canary/of@a:password"  # wants to be escaped in a URL


@pytest.fixture
def replicas(start_replica_set):
    return start_replica_set(auth=True)


@pytest.fixture
def account(replicas):
    """account(roles): makes the user "stoa" with these roles of database admin; its URL."""
    def make(roles):
        with replicas.client() as client:
            client.admin.command("createUser", "stoa", pwd=PASSWORD, roles=roles)
        return replicas.url_of("stoa", PASSWORD)
    return make


def test_the_documented_roles_are_enough_for_all_that_stoa_does(start_stoa, sandbox, account, replicas):
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=account(ROLES))
    shop = Shop(sandbox, "acme", seed=30)
    synced(stoa, shop)
    shop.delete(shop.product_ids()[0])
    sync(stoa, "acme")
    assert_equal_mirror(stoa, "acme", shop)
    assert stoa.request("GET", "/readyz").status == 200
    stoa.kill9()
    stoa.restart()
    job = stoa.delete("/api/config/clients/acme?confirm=acme").want(202).json["job"]["id"]
    stoa.wait_job(job, "succeeded")
    assert replicas.databases() == ["appconfig"]
    assert "canary" not in stoa.log_text() and "canary" not in stoa.get("/api/server").text
    assert b"canary" not in open(f"/proc/{stoa.process.pid}/cmdline", "rb").read()


@pytest.mark.parametrize("roles", [["read"], ["readAnyDatabase"]])
def test_an_account_that_may_not_write_stops_the_start_and_is_told_so(folder, account, roles):
    done = run("serve", "--listen", "127.0.0.1:0", "--data", folder / "data", env={"STOA_STORAGE": account(roles)})
    assert done.returncode == 1 and done.stdout == "" and "storage" in done.stderr and "canary" not in done.stderr
    assert "not authorized" in done.stderr or "role" in done.stderr, done.stderr


def test_a_wrong_password_stops_the_start_and_is_not_repeated(folder, replicas, account):
    account(ROLES)
    wrong = replicas.url_of("stoa", "another-canary")
    done = run("serve", "--listen", "127.0.0.1:0", "--data", folder / "data", env={"STOA_STORAGE": wrong})
    assert done.returncode == 1 and done.stdout == ""
    assert "canary" not in done.stderr and "127.0.0.1" in done.stderr and "uthentication" in done.stderr


def test_no_database_at_the_address_stops_the_start_and_names_it(folder):
    done = run("serve", "--listen", "127.0.0.1:0", "--data", folder / "data", env={"STOA_STORAGE": "mongodb://127.0.0.1:9/?replicaSet=rs0"})
    assert done.returncode == 1 and done.stdout == "" and "127.0.0.1:9" in done.stderr
