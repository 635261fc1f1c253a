"""What stands in the MongoDB, looked at with a plain client: the layout that was promised, and what Stoa never touches."""
import datetime

import pytest

from stoa import add_fault, eventually, mongo, run, want_problem
from truth import Shop, synced

pytestmark = pytest.mark.mongodb

COLLECTIONS = {"products", "collections", "blogs", "articles", "themedatas", "media", "discounts", "webhookevents", "deletions"}
INDEXES = {  # from registration on, beside _id: paths with direction
    "products": [[("handle", 1)], [("updatedAt", 1), ("_id", 1)]],
    "collections": [[("handle", 1)]],
    "articles": [[("blogId", 1), ("publishedAt", -1), ("_id", -1)]],
    "media": [[("sha256", 1)]],
    "discounts": [[("_x.codesFold", 1)]],
    "webhookevents": [[("receivedAt", 1)]],
}
TABLES_MAX = 28  # of a store with few documents: in WiredTiger a collection and an index are a table each


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox("--shop", "a:seed=12", "--shop", "b:seed=5")


@pytest.fixture
def client(storage):
    with mongo(storage) as found:
        yield found


def keys_of(collection):
    return sorted([(path, int(direction)) for path, direction in index["key"].items()] for index in collection.list_indexes())


def everything(database):
    """All documents of all its collections."""
    return {name: list(database[name].find()) for name in sorted(database.list_collection_names())}


def register(stoa, sandbox, key, shop="a", status=202):
    return stoa.register(key, sandbox.shop_url(shop), f"shpat_{shop}").want(status)


def test_the_promised_layout_is_there_right_after_registration(stoa, sandbox, client):
    add_fault(sandbox, "a", "hang", operation="ProductsPage")  # nothing is synced yet
    register(stoa, sandbox, "acme")
    store = client["acme"]
    names = set(store.list_collection_names())
    assert COLLECTIONS <= names
    for name in sorted(names):
        wanted = sorted([[("_id", 1)], *INDEXES.get(name, [])])
        assert keys_of(store[name]) == wanted, name
        assert all(not index.get("unique") for index in store[name].list_indexes()), f"{name}: handles move between products"
    assert sum(1 + len(keys_of(store[name])) for name in names) <= TABLES_MAX
    appconfig = client["appconfig"]
    assert {"clients", "shops", "jobs", "keys"} <= set(appconfig.list_collection_names())
    configured = appconfig.clients.find_one()
    assert (configured["_id"], configured["clientKey"], configured["adminApiBaseUrl"]) == ("acme", "acme", sandbox.shop_url("a"))
    assert configured["adminShopToken"].startswith("v1.") and "shpat_a" not in str(everything(appconfig))
    shop = appconfig.shops.find_one()
    assert (shop["_id"], shop["clientKey"], shop["database"]) == ("a.myshopify.com", "acme", "acme")


def test_documents_are_what_shopifys_documentation_and_mongosh_lead_to(stoa, sandbox, client):
    from bson import Decimal128, Int64
    stoa.wait_job(register(stoa, sandbox, "acme").json["job"]["id"], "succeeded")
    served = {product["id"]: product for product in stoa.walk("/v1/stores/acme/products?status=any")}
    kept = {document["_id"]: document for document in client["acme"].products.find()}
    assert set(kept) == set(served) and len(kept) == 12
    for gid, document in kept.items():
        truth = served[gid]
        assert (document["id"], document["handle"], document["title"]) == (gid, truth["handle"], truth["title"])
        for name in ("createdAt", "updatedAt"):
            assert isinstance(document[name], datetime.datetime) and document[name].strftime("%Y-%m-%dT%H:%M:%SZ") == truth[name]
        assert (document["publishedAt"] is None) == (truth["publishedAt"] is None)
        assert document["tags"] == truth["tags"]
        for variant, shown in zip(document["variants"], truth["variants"], strict=True):
            assert variant["price"] == shown["price"] and isinstance(variant["price"], str)
            assert variant["position"] == shown["position"] and isinstance(variant["position"], (int, Int64))
            assert isinstance(variant["createdAt"], datetime.datetime)
        meta = document["_m"]
        assert {"hash", "fetchedAt", "source", "apiVersion", "ver"} <= set(meta)
        assert isinstance(meta["fetchedAt"], datetime.datetime) and meta["source"] in ("page", "bulk") and meta["apiVersion"] == "2026-10"
        prices = [float(variant["price"]) for variant in truth["variants"]]
        for name, pick in (("priceMin", min), ("priceMax", max)):
            assert isinstance(document["_x"][name], Decimal128) and float(document["_x"][name].to_decimal()) == pick(prices)
        assert "_m" not in truth and "_x" not in truth and "_id" not in truth
    some = next(iter(kept.values()))
    assert client["acme"].products.find_one({"handle": some["handle"]})["_id"] == some["_id"]
    assert client["acme"].products.count_documents({"updatedAt": {"$lte": some["updatedAt"]}}) >= 1  # a Date compares as one


@pytest.mark.parametrize("name", ["ADMIN", "admin", "local", "config", "appconfig", "test", "a" * 49, "a.b", "a b", "$a", "a/b", "-a", "", "é"])
def test_a_name_that_mongodb_refuses_or_confuses_is_refused_with_the_reason(stoa, sandbox, client, name):
    before = client.list_database_names()
    answer = stoa.register(name, sandbox.shop_url("a"), "shpat_a")
    problem = want_problem(stoa, answer, 422)
    assert [fault["pointer"] for fault in problem["errors"]] == ["/clientKey"] and problem["errors"][0]["detail"]
    assert client.list_database_names() == before


def test_a_key_refused_for_its_case_is_told_the_lower_case_form(stoa, sandbox):
    problem = want_problem(stoa, stoa.register("Acme", sandbox.shop_url("a"), "shpat_a"), 422)
    assert "'acme'" in problem["errors"][0]["detail"]


@pytest.mark.parametrize("theirs", ["acme", "Acme"])
def test_a_database_that_stoa_did_not_make_is_never_taken(stoa, sandbox, client, theirs):
    client[theirs].products.insert_one({"_id": 1, "mine": True})
    before = everything(client[theirs])
    appconfig = everything(client["appconfig"])
    problem = want_problem(stoa, register(stoa, sandbox, "acme", status=409), 409, "database-not-ours")
    assert theirs in problem["detail"]
    assert everything(client[theirs]) == before
    assert stoa.walk("/api/stores") == [] and stoa.walk("/api/jobs") == []
    assert {name: len(rows) for name, rows in everything(client["appconfig"]).items() if name in ("clients", "shops", "keys", "jobs")} == {
        name: len(rows) for name, rows in appconfig.items() if name in ("clients", "shops", "keys", "jobs")}
    stoa.kill9()
    stoa.restart()
    assert stoa.walk("/api/stores") == []
    client.drop_database(theirs)
    eventually("it is free", lambda: register_is_taken(stoa, sandbox))  # MongoDB holds on to a dropped name for a moment


def register_is_taken(stoa, sandbox):
    return stoa.register("acme", sandbox.shop_url("a"), "shpat_a").status == 202


def test_a_removal_drops_what_stoa_made_and_nothing_else(stoa, sandbox, client):
    client["theirs"].things.insert_one({"_id": 1})
    client["acme2"].things.insert_one({"_id": 1})
    for key, shop in (("acme", "a"), ("other", "b")):
        stoa.wait_job(register(stoa, sandbox, key, shop).json["job"]["id"], "succeeded")
    kept = {name: everything(client[name]) for name in ("theirs", "acme2")}
    products = list(client["other"].products.find())
    job = stoa.delete("/api/config/clients/acme?confirm=acme").want(202).json["job"]["id"]
    stoa.wait_job(job, "succeeded")
    assert {"acme2", "theirs", "other", "appconfig"} <= set(client.list_database_names()) and "acme" not in client.list_database_names()
    assert {name: everything(client[name]) for name in kept} == kept and list(client["other"].products.find()) == products
    left = everything(client["appconfig"])
    assert [row["_id"] for row in left["clients"]] == ["other"] and [row["_id"] for row in left["shops"]] == ["b.myshopify.com"]
    assert "a.myshopify.com" not in str([left[name] for name in ("clients", "shops", "keys", "jobs")])
    register(stoa, sandbox, "acme")


@pytest.mark.parametrize("name,document", [("clients", {"_id": "acme", "name": "a customer"}), ("settings", {"_id": "theme", "dark": True}),
                                           ("shops", {"_id": 7})])
def test_an_appconfig_of_another_system_stops_the_start(folder, client, name, document):
    client["appconfig"][name].insert_one(document)
    before = everything(client["appconfig"])
    done = run("serve", "--listen", "127.0.0.1:0", "--data", folder / "data")
    assert done.returncode == 1 and done.stdout == "" and "appconfig" in done.stderr, done.stderr
    assert everything(client["appconfig"]) == before


def test_a_large_collection_gets_the_indexes_that_its_filters_and_sorts_need(stoa, sandbox, client):
    shop = Shop(sandbox, "large", seed=2100)
    synced(stoa, shop)
    wanted = ["vendor", "productType", "status", "tags", "createdAt", "publishedAt", "_x.titleFold", "_x.priceMin"]

    def missing():
        first = {keys[0][0] for keys in keys_of(client["large"].products)}
        return [path for path in wanted if path not in first]

    eventually("indexes are there", lambda: not missing())
    scans = []
    for path in wanted:
        plan = client["large"].products.find({path: {"$gt": ""}}).explain()["queryPlanner"]["winningPlan"]
        if "COLLSCAN" in str(plan):
            scans.append(path)
        plan = client["large"].products.find().sort([(path, 1)] if path == "tags" else [(path, 1), ("_id", 1)]).limit(50).explain()["queryPlanner"]["winningPlan"]
        if "SORT'" in str(plan) and path != "tags":
            scans.append(f"sort {path}")
    assert scans == []
    assert keys_of(client["large"].collections) == sorted([[("_id", 1)], *INDEXES["collections"]])  # few of them
