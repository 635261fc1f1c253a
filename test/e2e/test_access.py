"""Who may read what: the matrix of credentials, stores and routes (rules T1 and K3), and what a read key sees of a store."""
import http.client
import json
import urllib.parse

import pytest

from stoa import want_problem

READS = ["", "/products", "/products/{product}", "/products/by-handle/{handle}", "/collections", "/collections/{collection}",
         "/collections/by-handle/{collection_handle}", "/collections/{collection}/products"]
OPERATOR = [("GET", "/api/config/clients"), ("GET", "/api/config/clients/{store}"), ("PATCH", "/api/config/clients/{store}"),
            ("DELETE", "/api/config/clients/{store}?confirm={store}"), ("GET", "/api/stores"), ("GET", "/api/stores/{store}"),
            ("POST", "/api/stores/{store}/sync"), ("POST", "/api/stores/{store}/pause"), ("POST", "/api/stores/{store}/resume"),
            ("GET", "/api/stores/{store}/inspect/products/1"), ("GET", "/api/jobs"), ("GET", "/api/jobs/job_1"),
            ("POST", "/api/jobs/job_1/cancel"), ("GET", "/api/jobs/job_1/events"), ("POST", "/api/jobs/job_1/confirm"),
            ("GET", "/api/stores/{store}/keys"), ("POST", "/api/stores/{store}/keys"), ("DELETE", "/api/stores/{store}/keys/key_1"),
            ("GET", "/api/server"), ("POST", "/api/config/sync")]


class Rig:
    """Two synced stores, `own` and `other`, with a key each; and a revoked one."""

    def __init__(self, stoa, sandbox):
        self.stoa, self.keys = stoa, {}
        for store, shop in (("own", "a"), ("other", "b")):
            done = stoa.register(store, sandbox.shop_url(shop), f"shpat_{shop}").want(202).json
            self.keys[store] = done["readKey"]
            stoa.wait_job(done["job"]["id"], "succeeded")
        made = stoa.post("/api/stores/own/keys", {"name": "gone"}).want(201).json
        self.revoked = made["key"]
        stoa.get("/v1/stores/own", self.revoked).want(200)
        stoa.delete(f"/api/stores/own/keys/{made['id']}").want(204)

    def names(self, store):
        """What a route of that store is filled with: objects that are there."""
        product = self.stoa.get(f"/v1/stores/{store}/products?limit=1", self.keys[store]).json["data"][0]
        collection = self.stoa.get(f"/v1/stores/{store}/collections?limit=1", self.keys[store]).json["data"][0]
        return {"product": urllib.parse.quote(product["id"], safe=""), "handle": product["handle"],
                "collection": collection["id"].rsplit("/", 1)[1], "collection_handle": collection["handle"]}


@pytest.fixture
def rig(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "a:seed=6", "--shop", "b:seed=6,number=2")
    return Rig(start_stoa(extra_hosts=[sandbox.host]), sandbox)


def told(answer):
    """All that an answer tells apart from what is new in every answer."""
    body = json.loads(answer.body)
    body.pop("requestId")
    return answer.status, {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date", "ratelimit", "content-length")}, body


def test_a_key_opens_its_own_store_only_and_tells_nothing_of_others(rig):
    stoa, names = rig.stoa, {store: rig.names(store) for store in ("own", "other")}
    names["unknown"] = names["other"]
    stores = {"own": ["own", "OWN", "a.myshopify.com", "A.MyShopify.com"], "other": ["other", "b.myshopify.com"],
              "unknown": ["nobody", "nobody.myshopify.com", "own.", "own%2F..%2Fother"]}
    wrong = [None, "Bearer", "Bearer ", "Basic b3duOm93bg==", f"Token {rig.keys['own']}", rig.keys["own"], "Bearer a b",
             "Bearer stoa_rk_" + "A" * 43, f"Bearer {rig.keys['own']}x", f"Bearer {rig.keys['own'][:-1]}", f"Bearer {rig.revoked}",
             f"Bearer {rig.keys['own'].upper()}"]
    unauthorized, missing = [], []
    for route in READS:
        for store, spellings in stores.items():
            for name in spellings:
                path = f"/v1/stores/{name}" + route.format(**names[store])
                for header in wrong if name == spellings[0] else wrong[:1] + wrong[7:8]:
                    answer = stoa.call("GET", path, key="", headers={} if header is None else {"Authorization": header})
                    assert answer.headers["www-authenticate"] == "Bearer", (path, header, answer.status)
                    unauthorized.append(told(answer))
                mine, theirs, operators = (stoa.get(path, key) for key in (rig.keys["own"], rig.keys["other"], None))
                assert mine.status == (200 if store == "own" else 404), path
                assert theirs.status == (200 if store == "other" else 404), path
                assert operators.status == (404 if store == "unknown" else 200), path
                missing += [told(answer) for answer in (mine, theirs) if answer.status == 404]
                if operators.status == 404:
                    assert told(operators)[2] == missing[-1][2]
    assert all(row == unauthorized[0] and row[0] == 401 for row in unauthorized)
    assert all(row == missing[0] and row[2]["code"] == "store-not-found" for row in missing)


def test_a_foreign_store_is_not_judged_before_it_is_missing(rig):
    """Faults of the query, the id or the cursor would tell that the store exists."""
    for query in ("/products?limit=x", "/products?after=AAAA", "/products?status=any", "/products/nonsense", "/collections?sort=x"):
        other, unknown = (rig.stoa.get(f"/v1/stores/{name}{query}", rig.keys["own"]) for name in ("other", "nobody"))
        assert told(other) == told(unknown) and other.json["code"] == "store-not-found"


@pytest.mark.parametrize("store", ["own", "other", "nobody"])
def test_operator_routes_refuse_read_keys(rig, store):
    before = rig.stoa.walk("/api/stores"), rig.stoa.walk("/api/jobs")
    refusals = []
    for method, route in OPERATOR:
        path = route.format(store=store)
        body = {} if method in ("POST", "PATCH") else None
        problem = want_problem(rig.stoa, rig.stoa.call(method, path, body, key=rig.keys["own"]), 403, "operator-only")
        refusals.append({**problem, "requestId": None})
        for key in ("", "stoa_op_" + "A" * 43, rig.revoked):
            answer = rig.stoa.call(method, path, body, key=key)
            want_problem(rig.stoa, answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert all(problem == refusals[0] for problem in refusals)
    assert [row["state"] for row in rig.stoa.walk("/api/stores")] == [row["state"] for row in before[0]] == ["active"] * 2
    assert rig.stoa.walk("/api/jobs") == before[1]


def test_other_methods_are_405_with_allow_and_head_is_get_without_a_body(rig):
    stoa, names = rig.stoa, rig.names("own")
    for route in READS:
        path = "/v1/stores/own" + route.format(**names)
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = stoa.call(method, path, {} if method != "OPTIONS" else None, key=rig.keys["own"])
            want_problem(stoa, answer, 405, "method-not-allowed")
            assert {word.strip() for word in answer.headers["allow"].split(",")} == {"GET", "HEAD"}, path
        get, head = stoa.get(path, rig.keys["own"]).want(200), stoa.call("HEAD", path, key=rig.keys["own"]).want(200)
        passing = ("x-request-id", "date", "ratelimit", "x-stoa-age")
        if route:  # the store itself tells its lag: its bytes may change within a second
            assert {k: v for k, v in head.headers.items() if k not in passing} == {k: v for k, v in get.headers.items() if k not in passing}
        assert head.body == b"" and int(head.headers["content-length"]) > 0
    assert stoa.call("HEAD", "/v1/stores/nobody", key=rig.keys["own"]).want(404).body == b""
    answer = stoa.call("PUT", "/api/jobs", {})
    assert answer.want(405).headers["allow"].split(", ")[0] == "GET"


HIDDEN = {"draft": {"status": "draft", "published_at": None}, "archived": {"status": "archived"},
          "unpublished": {"status": "active", "published_at": None},
          "future": {"status": "active", "published_at": "2999-01-01T00:00:00Z"}}
SHOWN = {"plain": {"status": "active", "published_at": "2024-01-01T00:00:00Z"}}
UNLISTED = {"unlisted": {"status": "unlisted", "published_at": "2024-01-01T00:00:00Z"}}


def test_a_read_key_sees_what_a_buyer_sees(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "s:seed=0")
    stoa = start_stoa(extra_hosts=[sandbox.host])
    ids = {}
    for handle, more in {**HIDDEN, **SHOWN, **UNLISTED, "deleted": SHOWN["plain"]}.items():
        product = {"title": handle, "handle": handle, "variants": [{"price": "1.00"}], **more}
        ids[handle] = sandbox.request("POST", "/control/shops/s/products", product).want(201).json["products"][0]["id"]
    for place, handle in enumerate(("first", "second")):
        sandbox.request("POST", "/control/shops/s/collections", {"title": handle, "handle": handle, "products": [int(i.rsplit("/", 1)[1]) for i in ids.values()][::-1]})
    done = stoa.register("shop", sandbox.shop_url("s"), "shpat_s").want(202).json
    stoa.wait_job(done["job"]["id"], "succeeded")
    sandbox.request("DELETE", f"/control/shops/s/products/{ids['deleted'].rsplit('/', 1)[1]}")
    stoa.wait_job(stoa.post("/api/stores/shop/sync").want(202).json["job"]["id"], "succeeded")

    key, base = done["readKey"], "/v1/stores/shop"
    handles = lambda path, key: [product["handle"] for product in stoa.walk(base + path, key)]
    collection = stoa.get(f"{base}/collections/by-handle/first", key).want(200).json["data"]
    members = f"/collections/{collection['id'].rsplit('/', 1)[1]}/products"
    every_id, every_handle = ",".join(ids.values()), ",".join(ids)
    lists = ["/products", f"/products?ids={urllib.parse.quote(every_id)}", f"/products?handle={every_handle}", members,
             "/products?collection=first", "/products?sort=title", "/products?limit=1"]
    for path in lists:
        assert handles(path, key) == ["plain"], path
        assert set(handles(path, None)) == {"plain", "unpublished", "future"}, path
    joined = lambda path: path + ("&" if "?" in path else "?")
    for path in lists:
        assert set(handles(joined(path) + "status=any", None)) == set(ids) - {"deleted"}, path
        for status in ("any", "DRAFT", "ARCHIVED", "UNLISTED"):
            want_problem(stoa, stoa.get(base + joined(path) + "status=" + status, key), 403, "operator-only")
    assert handles("/products?status=ACTIVE", key) == ["plain"]
    for status, expected in (("DRAFT", ["draft"]), ("ARCHIVED", ["archived"]), ("UNLISTED", ["unlisted"])):
        assert handles(f"/products?status={status}", None) == expected

    def by_every_name(handle, key):
        gid = ids.get(handle, "gid://shopify/Product/9999999")
        for name in (gid.rsplit("/", 1)[1], urllib.parse.quote(gid, safe=""), f"by-handle/{handle}"):
            yield stoa.get(f"{base}/products/{name}", key)

    unknown = [told(answer) for answer in by_every_name("never-was", key)]
    assert {row[2]["code"] for row in unknown} == {"product-not-found"}
    for handle in [*HIDDEN, "deleted"]:
        assert [told(answer) for answer in by_every_name(handle, key)] == unknown, handle
    for handle in ("plain", "unlisted"):
        assert [answer.json["data"]["handle"] for answer in by_every_name(handle, key)] == [handle] * 3
    for handle in set(ids) - {"deleted"}:
        assert [answer.json["data"]["handle"] for answer in by_every_name(handle, None)] == [handle] * 3
    assert "productIds" not in json.dumps(collection)


def test_read_keys_are_made_shown_once_listed_and_revoked(rig):
    stoa, route = rig.stoa, "/api/stores/own/keys"
    made = stoa.post(route, {"name": "app \U0001F4F1"}).want(201).json
    assert made["key"].startswith("stoa_rk_") and len(made["key"]) >= 8 + 43  # 256 bits
    stoa.get("/v1/stores/own", made["key"]).want(200)
    listed = {row["id"]: row for row in stoa.walk(route + "?limit=1")}
    assert listed[made["id"]] == {**made, "key": "\u2022\u2022\u2022\u2022" + made["key"][-4:]}
    assert len(listed) == 2  # the first one of the registration, and this one
    want_problem(stoa, stoa.delete(f"/api/stores/other/keys/{made['id']}"), 404, "key-not-found")
    stoa.get("/v1/stores/own", made["key"]).want(200)
    assert stoa.delete(f"{route}/{made['id']}").want(204).body == b""
    want_problem(stoa, stoa.get("/v1/stores/own", made["key"]), 401, "unauthorized")
    want_problem(stoa, stoa.delete(f"{route}/{made['id']}"), 404, "key-not-found")
    assert stoa.post(route).want(201).json["key"] != made["key"]
    for body, pointer in (({"name": ""}, "/name"), ({"name": 5}, "/name"), ({"name": "x" * 256}, "/name"), ({"name": "a\nb"}, "/name"), ({"nam": "x"}, "/nam")):
        problem = want_problem(stoa, stoa.post(route, body), 422, "invalid-fields")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    want_problem(stoa, stoa.get("/api/stores/nobody/keys"), 404, "store-not-found")
    stoa.kill9()
    stoa.restart()
    want_problem(stoa, stoa.get("/v1/stores/own", made["key"]), 401, "unauthorized")  # revoked stays revoked
    stoa.get("/v1/stores/own", rig.keys["own"]).want(200)


def test_a_revoked_key_is_refused_on_a_connection_that_is_open(rig):
    made = rig.stoa.post("/api/stores/own/keys").want(201).json
    connection = http.client.HTTPConnection(rig.stoa.host, timeout=10)
    statuses = []
    for _ in range(2):
        connection.request("GET", "/v1/stores/own/products", headers={"Authorization": f"Bearer {made['key']}"})
        response = connection.getresponse()
        statuses.append((response.status, len(response.read()) > 0))
        rig.stoa.delete(f"/api/stores/own/keys/{made['id']}")
    connection.close()
    assert statuses == [(200, True), (401, True)]
