"""POST /api/config/sync, sentence by sentence of contract section 2, "Registering". A refusal leaves nothing behind: every test
that is refused compares the server's footprint before and after."""
import concurrent.futures
import json

import pytest

from stoa import add_fault, clear_faults, eventually, footprint, store_databases, want_problem
from truth import KINDS

ROUTE = "/api/config/sync"
URLS = ["/adminApiBaseUrl", "/apiBaseUrl"]


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox("--shop", "a:seed=3", "--shop", "b:seed=2,number=2")


@pytest.fixture
def stoa(start_stoa, sandbox):
    return start_stoa(extra_hosts=[sandbox.host], env={"STOA_SHOPIFY_ANSWER_WITHIN": "1s", "STOA_SYNC_CALL_TIMEOUT": "2s"})


@pytest.fixture
def body(sandbox):
    return {"clientKey": "acme", "adminApiBaseUrl": sandbox.shop_url("a"), "adminShopToken": "shpat_a"}


@pytest.fixture
def refused(stoa):
    """refused(body, status, code, pointers): asserts the refusal, and that nothing is left of it."""
    def check(body, status, code=None, pointers=None, **headers):
        before = footprint(stoa)
        answer = stoa.post(ROUTE, body, headers=headers)
        problem = want_problem(stoa, answer, status, code)
        if pointers is not None:
            found = [fault["pointer"] for fault in problem["errors"]]
            assert sorted(found) == sorted(pointers), (body, problem["errors"])
            assert all(fault["detail"] for fault in problem["errors"])
        assert footprint(stoa) == before
        return problem
    return check


def in_parallel(calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [done.result() for done in [pool.submit(call) for call in calls]]


def test_the_answer_has_every_member_and_the_job_ends(stoa, body):
    answer = stoa.post(ROUTE, body).want(202)
    done = answer.json
    assert set(done) == {"clientKey", "shopDomain", "database", "created", "job", "readKey", "warnings"}
    assert (done["clientKey"], done["shopDomain"], done["created"], done["warnings"]) == ("acme", "a.myshopify.com", True, [])
    assert set(done["job"]) == {"id", "state", "url"} and done["job"]["url"] == answer.headers["location"]
    assert answer.headers["location"] == f"/api/jobs/{done['job']['id']}"
    job = stoa.wait_job(done["job"]["id"], "succeeded")
    assert job["kinds"]["products"]["seen"] == job["kinds"]["products"]["total"] == 3
    assert len(stoa.walk("/v1/stores/acme/products?status=any", None)) == 3
    stoa.get("/v1/stores/acme/products", done["readKey"]).want(200)


FIELDS = ["apiBaseUrl", "adminApiBaseUrl", "adminShopToken", "clientId", "clientSecret", "refreshToken", "webhookSecret",
          "previousWebhookSecret", "storefrontToken", "clientName", "appName", "bundleId", "packageName", "environment"]
LONGEST = {"clientKey": 48, "apiBaseUrl": 2048, "adminApiBaseUrl": 2048, **dict.fromkeys(FIELDS[2:], 255),
           **dict.fromkeys(["adminShopToken", "clientSecret", "refreshToken", "webhookSecret", "previousWebhookSecret",
                            "storefrontToken"], 4096)}


def test_every_field_is_judged_and_named(stoa, body, refused):
    for name, longest in LONGEST.items():
        for wrong in (7, True, ["x"], {"x": 1}, "x" * (longest + 1), "a\u0000b", "a\nb", "a\u007fb"):
            refused({**body, name: wrong}, 422, "invalid-fields", [f"/{name}"])
    refused({**body, "environment": "prod"}, 422, "invalid-fields", ["/environment"])
    for secret in ("adminShopToken", "clientSecret", "refreshToken", "webhookSecret", "previousWebhookSecret", "storefrontToken"):
        refused({**body, secret: "two words"}, 422, "invalid-fields", [f"/{secret}"])


def test_the_longest_values_are_taken_and_counted_in_characters(stoa, body):
    longest = {name: "x" * LONGEST[name] for name in FIELDS[6:-1]} | {"clientName": "\U0001F6D2" * 255}
    stoa.post(ROUTE, {**body, "clientKey": "k" * 48, **longest}).want(202)
    kept = stoa.get(f"/api/config/clients/{'k' * 48}").want(200).json
    assert kept["clientName"] == "\U0001F6D2" * 255 and kept["appName"] == "x" * 255


def test_a_required_field_that_is_absent_null_or_empty_is_named(stoa, body, refused):
    for absent in (lambda name: {k: v for k, v in body.items() if k != name}, lambda name: {**body, name: None},
                   lambda name: {**body, name: ""}):
        for name in ("clientKey", "adminApiBaseUrl", "adminShopToken"):
            refused(absent(name), 422, "invalid-fields", [f"/{name}"])
    without = {k: v for k, v in body.items() if k != "adminShopToken"}
    refused({**without, "clientId": "i"}, 422, None, ["/clientSecret"])
    refused({**without, "clientSecret": "s"}, 422, None, ["/adminShopToken"])
    refused({**without, "refreshToken": "r"}, 422, None, ["/clientId", "/clientSecret"])
    refused({}, 422, "invalid-fields", ["/clientKey", "/adminApiBaseUrl", "/adminShopToken"])


def test_null_and_empty_optional_fields_mean_absent(stoa, body):
    for empty in (None, ""):
        stoa.post(ROUTE, {**body, **{name: empty for name in FIELDS if name not in body}}).want(202)
    kept = stoa.get("/api/config/clients/acme").want(200).json
    assert kept["environment"] == "production"
    assert {kept[name] for name in FIELDS if name not in body and name != "environment"} == {None}


@pytest.mark.parametrize("key", ["admin", "local", "config", "appconfig", "test", "../x", "A", "-a", "_a", "a.b", "a b", "a/b",
                                 "k" * 49, "k" * 300, "caf\u00e9", "\u0430cme", "\U0001F600", "a\u0000"], ids=repr)
def test_a_client_key_outside_rule_t2_is_refused_never_rewritten(key, body, refused):
    problem = refused({**body, "clientKey": key}, 422, "invalid-fields", ["/clientKey"])
    if key == "A":
        assert "'a'" in problem["errors"][0]["detail"]


FOREIGN = ["http://acme.myshopify.com", "https://acme.example.com", "https://example.com/acme.myshopify.com",
           "https://acme.myshopify.com.example.com", "https://acme.myshopify.com@example.com", "https://user@acme.myshopify.com",
           "https://user:hunter2@acme.myshopify.com", "acme.myshopify.com", "//acme.myshopify.com", "https://127.0.0.1",
           "https://[::1]", "https://2130706433", "https://0x7f.1", "https://127.1", "https://acme.myshopify.com:8443",
           "https://acme.myshopify.com:99999", "https://acme.myshopify.com:", "ftp://acme.myshopify.com", "https://", "https:///x",
           "https://a b.myshopify.com", "https://-acme.myshopify.com", "https://a.b.myshopify.com", "https://myshopify.com",
           "https://.myshopify.com", "https://acme.myshopify.com\\@example.com", "https://acme.myshopify.com.", "file:///etc/passwd",
           "https://\u0430cme.myshopify.com", "http://127.0.0.1:1/s/a", "http://localhost/s/a", "https://acme_x.myshopify.com"]


def test_a_base_url_outside_rule_t3_is_refused(sandbox, body, refused):
    hosts = [f"http://user:pw@{sandbox.host}/s/a", f"http://{sandbox.host}@example.com/", f"http://{sandbox.host}.example.com/s/a"]
    for url in FOREIGN + hosts:
        problem = refused({**body, "adminApiBaseUrl": url}, 422, "invalid-fields", ["/adminApiBaseUrl"])
        assert "hunter2" not in json.dumps(problem)
        refused({**body, "apiBaseUrl": url}, 422, "invalid-fields", ["/apiBaseUrl"])
    assert sandbox.request("GET", "/control/shops/a/stats").json["requests"] == 0  # nothing was asked of any shop


def test_both_urls_must_name_one_shop(stoa, sandbox, body, refused):
    refused({**body, "apiBaseUrl": "https://one.myshopify.com", "adminApiBaseUrl": "https://two.myshopify.com"}, 422, None, URLS)
    refused({**body, "apiBaseUrl": sandbox.shop_url("b")}, 422, None, URLS)
    refused({**body, "apiBaseUrl": "https://other.myshopify.com"}, 422, "another-shop", URLS)  # the shop itself says who it is
    stoa.post(ROUTE, {**body, "apiBaseUrl": "HTTPS://A.myshopify.com:443/admin?x=1"}).want(202)
    assert stoa.get("/api/config/clients/acme").json["apiBaseUrl"] == "https://a.myshopify.com"


def test_calls_go_to_the_only_url_given(stoa, sandbox, body):
    only = {"clientKey": "acme", "apiBaseUrl": sandbox.shop_url("a") + "/", "adminShopToken": "shpat_a"}
    assert stoa.post(ROUTE, only).want(202).json["shopDomain"] == "a.myshopify.com"


def test_all_faults_come_at_once(body, refused):
    refused({"clientKey": "Admin!", "adminApiBaseUrl": "http://x", "adminShopToken": 5, "a/b~c": 1, "clientNam": "x", "appName": "\t",
             "environment": "moon", "settings": {}}, 422, "invalid-fields",
            ["/clientKey", "/adminApiBaseUrl", "/adminShopToken", "/a~1b~0c", "/clientNam", "/appName", "/environment", "/settings"])
    problem = refused({**body, "clientNam": "x"}, 422, None, ["/clientNam"])
    assert "clientName" in problem["errors"][0]["detail"]


def test_what_the_shop_refuses_is_422_with_a_code_each(stoa, sandbox, body, refused):
    refused({**body, "adminShopToken": "shpat_wrong"}, 422, "token-refused", ["/adminShopToken"])
    refused({**body, "adminShopToken": "shpat_b"}, 422, "token-refused", ["/adminShopToken"])
    refused({**body, "adminApiBaseUrl": sandbox.shop_url("nowhere")}, 422, "shop-not-found", ["/adminApiBaseUrl"])
    for mode, code in (("frozen", "shop-frozen"), ("locked", "shop-locked"), ("forbidden", "access-denied"), ("redirect", "shop-not-found")):
        add_fault(sandbox, "a", mode)
        refused(body, 422, code, ["/adminApiBaseUrl"])
        clear_faults(sandbox, "a")
    stoa.post(ROUTE, body).want(202)


MODES = ["hang", "slow", "drip", "500", "503", "429", "html", "empty-body", "bad-json", "cut", "reset", "throttled", "graphql-error", "partial"]


def test_no_usable_answer_in_time_is_503_with_retry_after(stoa, sandbox):
    """All at once: one shop that does not answer delays nobody who registers another."""
    for mode in MODES:
        sandbox.request("POST", "/control/shops", {"name": f"shop-{mode}", "seed": 1}).want(201)
        add_fault(sandbox, f"shop-{mode}", mode, retryAfter=7, delayMs=3000 if mode == "slow" else 50 if mode == "drip" else 60000)
    before = footprint(stoa)
    answers = in_parallel([lambda mode=mode: stoa.register(f"s-{mode}", sandbox.shop_url(f"shop-{mode}"), f"shpat_shop-{mode}") for mode in MODES])
    for mode, answer in zip(MODES, answers):
        want_problem(stoa, answer, 503, "shop-unavailable")
        assert int(answer.headers["retry-after"]) >= (7 if mode == "429" else 1), mode
    assert footprint(stoa) == before


def test_a_short_accident_is_retried(start_stoa, sandbox, body):
    stoa = start_stoa(extra_hosts=[sandbox.host])  # within 10 s
    for mode in ("500", "reset", "throttled"):
        add_fault(sandbox, "a", mode, times=1)
        stoa.post(ROUTE, body).want(202)


def test_size_is_judged_first_then_media_type_then_json(stoa, body, refused):
    for text in ("", "{", "nonsense", '{"clientKey":"a"} x', "[]", "null", '"x"', "{'a':1}", '{"a":1,}', '{"a":01}', "\ufeff{}",
                 json.dumps(body)[:-1] + ',"clientKey":"b"}', json.dumps(body)[:-1] + ',"client\\u004bey":"b"}', '{"a":{"b":1,"b":2}}'):
        refused(text, 400, "invalid-json")
    refused(b'{"clientKey":"\xff"}', 400, "invalid-json")
    nested = lambda depth: '{"x":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"
    refused(nested(17), 400, "invalid-json")
    refused(nested(5000), 400, "invalid-json")
    refused(nested(16), 422, "invalid-fields", ["/x", "/clientKey", "/adminApiBaseUrl", "/adminShopToken"])
    for media_type in ("text/plain", "application/jsonx", "application/x-www-form-urlencoded", ""):
        refused("nonsense", 415, "unsupported-media-type", **{"Content-Type": media_type})
    refused("x" * 65536, 400, "invalid-json")
    stoa.post(ROUTE, {**body}, headers={"Content-Type": "Application/JSON ; charset=utf-8"}).want(202)


@pytest.mark.parametrize("size", [65537, 3_000_000])
def test_a_body_too_large_is_413_and_the_answer_arrives(size, refused):
    refused("x" * size, 413, None, **{"Content-Type": "text/plain"})


def test_a_chunked_body_too_large_is_413_and_the_answer_arrives(stoa):
    before = footprint(stoa)
    chunks = (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [b"x" * 16384] * 20)
    answer = stoa.call("POST", ROUTE, b"".join(chunks) + b"0\r\n\r\n", headers={"Transfer-Encoding": "chunked"})
    want_problem(stoa, answer, 413)
    assert footprint(stoa) == before


def test_only_an_operator_registers(stoa, body):
    key = stoa.post(ROUTE, body).want(202).json["readKey"]
    before = footprint(stoa)
    want_problem(stoa, stoa.post(ROUTE, {**body, "clientKey": "other"}, key=key), 403, "operator-only")
    want_problem(stoa, stoa.post(ROUTE, body, key=""), 401, "unauthorized")
    want_problem(stoa, stoa.post(ROUTE, body, key="stoa_op_wrong"), 401, "unauthorized")
    eventually("the first job has ended", lambda: stoa.walk("/api/jobs?state=succeeded"))
    assert footprint(stoa)[:2] == before[:2]


def test_missing_scopes_are_warnings(stoa, sandbox):
    sandbox.request("POST", "/control/shops", {"name": "shy", "seed": 2, "scopes": "read_locales"}).want(201)
    done = stoa.register("shy", sandbox.shop_url("shy"), "shpat_shy").want(202).json
    assert [(row["code"], row["scope"]) for row in done["warnings"]] == [
        *(("missing-scope", f"read_{kind}") for kind in ("content", "discounts", "files", "products", "themes")),
        *(("optional-scope", f"read_{part}") for part in ("inventory", "locations"))]
    job = stoa.wait_job(done["job"]["id"], "succeeded")  # what is not permitted does not count
    assert {kind["state"] for kind in job["kinds"].values()} == {"notPermitted"}
    page = stoa.get("/v1/stores/shy/products", done["readKey"]).want(200).json
    assert (page["data"], page["complete"], page["reason"]) == ([], False, "notPermitted")


@pytest.mark.parametrize("scopes, missing, permitted", [
    ("read_products", {"read_content", "read_discounts", "read_themes", "read_files"}, {"products", "collections"}),
    ("read_content read_discounts", {"read_products", "read_themes", "read_files"}, {"blogs", "articles", "discounts"}),
    ("read_themes", {"read_content", "read_discounts", "read_products"}, {"themes", "media"}),
    ("read_files", {"read_content", "read_discounts", "read_products", "read_themes"}, {"media"}),
    ("read_products read_online_store_pages", {"read_discounts", "read_themes", "read_files"}, {"products", "collections", "blogs", "articles"}),
    ("read_products read_content read_discounts read_themes", set(), KINDS)])
def test_a_kind_without_its_scope_names_it_and_everything_else_syncs(stoa, sandbox, scopes, missing, permitted):
    sandbox.request("POST", "/control/shops", {"name": "shy", "seed": 2, "scopes": scopes}).want(201)
    done = stoa.register("shy", sandbox.shop_url("shy"), "shpat_shy").want(202).json
    assert {row["scope"] for row in done["warnings"] if row["code"] == "missing-scope"} == missing
    job = stoa.wait_job(done["job"]["id"], "succeeded")
    health = stoa.get("/api/stores/shy").want(200).json["kinds"]
    for kind in KINDS:
        state, error = job["kinds"][kind]["state"], job["kinds"][kind].get("error") or ""
        assert state == ("done" if kind in permitted else "notPermitted"), kind
        assert any(scope in error for scope in missing) == (kind not in permitted), error
        assert health[kind]["state"] == ("current" if kind in permitted else "notPermitted")
        page = stoa.get(f"/v1/stores/shy/{kind}", done["readKey"]).want(200).json
        assert page["complete"] is (kind in permitted) and page.get("reason") == (None if kind in permitted else "notPermitted")


def test_a_repeat_changes_what_is_given_and_joins_the_running_job(stoa, sandbox, body):
    add_fault(sandbox, "a", "hang", operation="ProductsPage")
    first = stoa.post(ROUTE, {**body, "clientName": "One", "appName": "App", "webhookSecret": "whsec_12345678"}).want(202).json
    before = stoa.get("/api/config/clients/acme").json
    assert before["webhookSecret"] == "\u2022\u2022\u2022\u20225678"
    repeat = stoa.post(ROUTE, {**body, "adminShopToken": None, "clientName": "Two", "appName": "", "webhookSecret": before["webhookSecret"]})
    second = repeat.want(202).json
    assert "readKey" not in second and second["created"] is False
    assert second["job"]["id"] == first["job"]["id"] and repeat.headers["location"] == first["job"]["url"]
    after = stoa.get("/api/config/clients/acme").json
    assert after == {**before, "clientName": "Two", "updatedAt": after["updatedAt"]}
    assert len(stoa.walk("/api/jobs")) == 1 and len(stoa.walk("/api/stores/acme/keys")) == 1
    clear_faults(sandbox, "a")
    stoa.wait_job(first["job"]["id"], "succeeded")
    third = stoa.post(ROUTE, {"clientKey": "acme", "adminApiBaseUrl": body["adminApiBaseUrl"]}).want(202).json  # the token is known
    assert third["job"]["id"] != first["job"]["id"]
    stoa.wait_job(third["job"]["id"], "succeeded")


def test_a_refused_repeat_changes_nothing(stoa, sandbox, body, refused):
    stoa.wait_job(stoa.post(ROUTE, {**body, "clientName": "One"}).want(202).json["job"]["id"])
    refused({**body, "clientName": "Two", "adminShopToken": "shpat_wrong"}, 422, "token-refused", ["/adminShopToken"])
    refused({**body, "clientName": "Two", "environment": "moon"}, 422, None, ["/environment"])
    add_fault(sandbox, "a", "503")
    refused({**body, "clientName": "Two"}, 503, "shop-unavailable")


def test_a_key_or_shop_that_is_bound_names_its_holder(stoa, sandbox, body, refused):
    stoa.wait_job(stoa.post(ROUTE, body).want(202).json["job"]["id"])
    taken = refused({**body, "adminApiBaseUrl": sandbox.shop_url("b"), "adminShopToken": "shpat_b"}, 409, "client-key-taken")
    assert "a.myshopify.com" in taken["detail"]
    taken = refused({**body, "clientKey": "other"}, 409, "shop-taken")
    assert "'acme'" in taken["detail"]


def test_identical_first_posts_at_once_create_one_store(stoa, sandbox, body):
    add_fault(sandbox, "a", "hang", operation="ProductsPage")  # the first job is still there when the last one asks
    done = [answer.want(202).json for answer in in_parallel([lambda: stoa.post(ROUTE, body)] * 16)]
    assert sorted(row["created"] for row in done) == [False] * 15 + [True]
    assert sum("readKey" in row for row in done) == 1 and len({row["job"]["id"] for row in done}) == 1
    assert len(stoa.walk("/api/stores/acme/keys")) == len(stoa.walk("/api/jobs")) == len(stoa.walk("/api/stores")) == 1


def test_two_shops_racing_for_one_key_and_two_keys_for_one_shop_leave_one(stoa, sandbox, body):
    other = {**body, "adminApiBaseUrl": sandbox.shop_url("b"), "adminShopToken": "shpat_b"}
    answers = in_parallel([lambda: stoa.post(ROUTE, body), lambda: stoa.post(ROUTE, other)] * 4)
    assert {answer.status for answer in answers} == {202, 409}
    sandbox.request("POST", "/control/shops", {"name": "c", "seed": 1}).want(201)
    answers = in_parallel([lambda n=n: stoa.register(f"c{n}", sandbox.shop_url("c"), "shpat_c") for n in range(8)])
    assert sorted(answer.status for answer in answers) == [202] + [409] * 7
    assert len(stoa.walk("/api/stores")) == 2 and len(store_databases(stoa)) == 2


def test_a_store_being_removed_is_409_with_that_job(stoa, sandbox, body):
    add_fault(sandbox, "a", "hang", operation="ProductsPage")
    stoa.post(ROUTE, body).want(202)
    asked = lambda: sandbox.request("GET", "/control/shops/a/stats").want(200).json["operations"]
    eventually("the sync hangs at the shop", lambda: "ProductsPage" in asked())
    removal = stoa.delete("/api/config/clients/acme?confirm=acme").want(202).json["job"]
    for key in ("acme", "other"):
        problem = want_problem(stoa, stoa.post(ROUTE, {**body, "clientKey": key}), 409, "store-deleting")
        assert problem["job"]["id"] == removal["id"] and problem["job"]["url"] == removal["url"]
    clear_faults(sandbox, "a")
    stoa.wait_job(removal["id"], "succeeded")
    assert stoa.post(ROUTE, body).want(202).json["created"] is True


@pytest.mark.sqlite  # with MongoDB: test_mongodb_layout.py
def test_a_database_that_is_not_ours_is_never_adopted(stoa, sandbox, body, refused):
    file = stoa.data / "stores" / "acme.sqlite"
    file.parent.mkdir(exist_ok=True)
    for content in (b"", b"somebody else's"):
        file.write_bytes(content)
        refused(body, 409, "database-not-ours")
        assert file.read_bytes() == content
    file.unlink()
    stoa.post(ROUTE, body).want(202)


def test_client_credentials_and_refresh_tokens_register_sync_and_survive_a_restart(stoa, sandbox):
    for name, more in (("cc", {}), ("rt", {"refreshToken": "shprt_rt"})):
        sandbox.request("POST", "/control/shops", {"name": name, "seed": 2}).want(201)
        body = {"clientKey": name, "adminApiBaseUrl": sandbox.shop_url(name), "clientId": f"client-{name}", "clientSecret": f"secret-{name}", **more}
        wrong, pointer = ({"refreshToken": "nope"}, "/refreshToken") if more else ({"clientSecret": "nope"}, "/clientSecret")
        problem = want_problem(stoa, stoa.post(ROUTE, {**body, **wrong}), 422, "token-refused")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
        done = stoa.post(ROUTE, body).want(202).json
        assert done["created"] is True
        stoa.wait_job(done["job"]["id"], "succeeded")
        sandbox.request("POST", f"/control/shops/{name}/token", {"expire": True})
        stoa.wait_job(stoa.post(f"/api/stores/{name}/sync").want(202).json["job"]["id"], "succeeded")  # with a new token
    stoa.kill9()
    stoa.restart()
    for name in ("cc", "rt"):
        sandbox.request("POST", f"/control/shops/{name}/token", {"expire": True})
        stoa.wait_job(stoa.post(f"/api/stores/{name}/sync").want(202).json["job"]["id"], "succeeded")
        repeat = {"clientKey": name, "adminApiBaseUrl": sandbox.shop_url(name)}
        assert stoa.post(ROUTE, repeat).want(202).json["created"] is False
