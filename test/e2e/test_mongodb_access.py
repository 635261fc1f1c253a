"""A MongoDB with users (access control on, nodes that know each other by a key file): what Stoa's own account needs, and what it says when
that is not enough. The account's roles are those of docs/operating.md."""
import json

import pymongo
import pytest

from stoa import mongo, run, want_problem
from truth import Shop, assert_equal_mirror, register, sync, synced

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


# ---- database users for a merchant's analysts

MANAGES_USERS = "userAdminAnyDatabase"


@pytest.fixture
def stores(start_stoa, sandbox, account):
    """A Stoa that may manage users, with the stores acme and other."""
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=account([*ROLES, MANAGES_USERS]))
    stoa.shops = [Shop(sandbox, name, seed=5, number=number + 1) for number, name in enumerate(("acme", "other"))]
    for shop in stoa.shops:
        synced(stoa, shop)
    return stoa


def command(stoa, *words, code=0, **options):
    """`stoa store …` as an operator types it."""
    done = run("store", *words, "--server", stoa.url, "--token-file", stoa.data / "operator.token", **options)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done


def may_log_in(url):
    with mongo(url) as client:
        try:
            client.acme.products.find_one()
        except pymongo.errors.OperationFailure as problem:
            assert problem.code == 18, problem  # AuthenticationFailed
            return False
        return True


def remove(stoa, store):
    stoa.wait_job(stoa.delete(f"/api/config/clients/{store}?confirm={store}").want(202).json["job"]["id"], "succeeded")


def test_a_granted_user_reads_its_own_stores_database_and_nothing_else(stores, replicas):
    granted = command(stores, "grant-access", "acme", "--user", "ann")
    user, database, password = granted.stdout.strip().split("\t")
    assert (user, database) == ("ann", "acme") and len(password) >= 20 and "once" in granted.stderr
    url = replicas.url_of("ann", password, database="acme")
    with mongo(url) as client:
        assert client.acme.products.count_documents({}) == 5
        assert client.list_database_names() == ["acme"]
        for forbidden in (lambda: client.other.products.find_one(), lambda: client.appconfig.keys.find_one(), lambda: client.admin.command("usersInfo", 1),
                          lambda: client.acme.products.insert_one({"_id": 1}), lambda: client.acme.products.delete_many({}),
                          lambda: client.acme.create_collection("mine"), lambda: client.drop_database("acme")):
            with pytest.raises(pymongo.errors.OperationFailure) as refused:
                forbidden()
            assert refused.value.code == 13, refused.value  # Unauthorized
    with replicas.client() as client:
        made = client.acme.command("usersInfo", "ann")["users"][0]
        assert (made["roles"], made["mechanisms"]) == ([{"role": "read", "db": "acme"}], ["SCRAM-SHA-256"])
    assert "ann\tread acme" in command(stores, "show", "acme").stdout and "database user" not in command(stores, "show", "other").stdout
    assert stores.walk("/api/stores/acme/access") == [{"user": "ann", "database": "acme", "role": "read"}]

    assert "ann" in command(stores, "grant-access", "acme", "--user", "ann", code=7).stderr
    command(stores, "revoke-access", "other", "--user", "ann", code=3)
    assert may_log_in(url)
    command(stores, "revoke-access", "acme", "--user", "ann")
    assert not may_log_in(url)
    command(stores, "revoke-access", "acme", "--user", "ann", code=3)
    for text in (stores.log_text(), *(node.log.read_text() for node in replicas.nodes)):
        assert password not in text


def test_a_password_may_come_from_a_file_or_stdin_and_is_not_repeated(stores, replicas, folder):
    file = folder / "password"
    file.write_text("canary of ann: 12\n")
    granted = command(stores, "grant-access", "acme.myshopify.com", "--user", "ann", "--password-file", file)
    assert granted.stdout == "ann\tacme\t-\n"
    assert may_log_in(replicas.url_of("ann", "canary of ann: 12", database="acme"))
    done = command(stores, "grant-access", "acme", "--user", "bob", "--password-file", "-", "--json", stdin="canary-of-bob")
    assert json.loads(done.stdout) == {"user": "bob", "database": "acme", "role": "read"}
    assert may_log_in(replicas.url_of("bob", "canary-of-bob", database="acme"))
    for text in (stores.log_text(), *(node.log.read_text() for node in replicas.nodes)):
        assert "canary" not in text


@pytest.mark.parametrize("body, pointer", [({}, "/user"), ({"user": ""}, "/user"), ({"user": "a b"}, "/user"), ({"user": "a" * 65}, "/user"), ({"user": 7}, "/user"),
                                           ({"user": "ann", "password": "short"}, "/password"), ({"user": "ann", "password": "twelve\nletters"}, "/password"),
                                           ({"user": "ann", "password": ["of", "several"]}, "/password"), ({"user": "ann", "role": "root"}, "/role")])
def test_what_cannot_be_a_users_name_or_password_is_refused_by_field(stoa, sandbox, body, pointer):
    synced(stoa, Shop(sandbox, "acme", seed=1))
    problem = want_problem(stoa, stoa.post("/api/stores/acme/access", body), 422, "invalid-fields")
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer] and all(fault["detail"] for fault in problem["errors"])
    assert stoa.walk("/api/stores/acme/access") == []


def test_an_account_that_may_not_manage_users_is_told_the_role_it_lacks(start_stoa, sandbox, account):
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=account(ROLES))
    key = synced(stoa, Shop(sandbox, "acme", seed=1))["readKey"]
    for answer in (stoa.post("/api/stores/acme/access", {"user": "ann"}), stoa.delete("/api/stores/acme/access/ann"), stoa.get("/api/stores/acme/access")):
        assert MANAGES_USERS in want_problem(stoa, answer, 503, "storage-denied")["detail"]
    assert MANAGES_USERS in command(stoa, "grant-access", "acme", "--user", "ann", code=1).stderr
    assert "database user" not in command(stoa, "show", "acme").stdout
    for answer in (stoa.post("/api/stores/acme/access", {"user": "ann"}, key=key), stoa.get("/api/stores/acme/access", key=key)):
        assert answer.status in (401, 403)


def test_reads_of_a_database_that_refuses_the_account_are_the_servers_trouble(start_stoa, sandbox, account, replicas):
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=account(ROLES))
    key = synced(stoa, Shop(sandbox, "acme", seed=3))["readKey"]
    with replicas.client() as client:
        client.admin.command("revokeRolesFromUser", "stoa", roles=ROLES)
        client.admin.command("grantRolesToUser", "stoa", roles=[{"role": "readWrite", "db": "appconfig"}])
    for path in ("products?limit=2", "products/by-handle/none", "media/gid:%2F%2Fshopify%2FMediaImage%2F1/content"):
        want_problem(stoa, stoa.get(f"/v1/stores/acme/{path}", key), 503, "storage-denied")


def test_a_removed_stores_users_are_gone_and_see_nothing_of_one_that_comes_back(stores, replicas):
    url = replicas.url_of("ann", command(stores, "grant-access", "acme", "--user", "ann").stdout.split()[2], database="acme")
    remove(stores, "acme")
    want_problem(stores, stores.post("/api/stores/acme/access", {"user": "ann"}), 404, "store-not-found")
    stores.wait_job(register(stores, stores.shops[0])["job"]["id"], "succeeded")
    assert not may_log_in(url)
    # Not even when the account could not drop them at the removal.
    url = replicas.url_of("ann", command(stores, "grant-access", "acme", "--user", "ann").stdout.split()[2], database="acme")
    with replicas.client() as client:
        client.admin.command("revokeRolesFromUser", "stoa", roles=[MANAGES_USERS])
        remove(stores, "acme")
        assert may_log_in(url)
        client.admin.command("grantRolesToUser", "stoa", roles=[MANAGES_USERS])
    stores.wait_job(register(stores, stores.shops[0])["job"]["id"], "succeeded")
    assert not may_log_in(url)


def test_a_user_that_stoa_did_not_make_is_neither_listed_nor_revoked(stores, replicas):
    with replicas.client() as client:
        client.acme.command("createUser", "dba", pwd="theirs-and-theirs", roles=["readWrite"])
    assert stores.walk("/api/stores/acme/access") == []
    want_problem(stores, stores.delete("/api/stores/acme/access/dba"), 404, "user-not-found")
    want_problem(stores, stores.post("/api/stores/acme/access", {"user": "dba"}), 409, "user-exists")
    assert may_log_in(replicas.url_of("dba", "theirs-and-theirs", database="acme"))
