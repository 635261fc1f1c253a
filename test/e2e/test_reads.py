"""The read API over HTTP: its envelope, pages, filters, sorts, validators and headers (contract section 3)."""
import base64
import gzip
import json
import re
import time
import urllib.parse

import pytest

from stoa import add_fault, clear_faults, eventually, want_problem
from truth import media_settled

BASE = "/v1/stores/shop"
COUNT = 60


class Rig:
    def __init__(self, sandbox, stoa):
        self.sandbox, self.stoa = sandbox, stoa
        done = stoa.register("shop", sandbox.shop_url("s"), "shpat_s").want(202).json
        self.key = done["readKey"]
        stoa.wait_job(done["job"]["id"], "succeeded")
        media_settled(stoa, "shop")  # downloads move the version, and with it the ETags
        self.products = stoa.walk(BASE + "/products?limit=250", self.key)
        self.collections = stoa.walk(BASE + "/collections?limit=250", self.key)

    def get(self, path, **headers):
        return self.stoa.get(BASE + path, self.key, {name.replace("_", "-"): value for name, value in headers.items()})

    def ids(self, path, key=""):
        return [row["id"] for row in self.stoa.walk(BASE + path, key or self.key)]

    def refused(self, path, parameter, key=""):
        problem = want_problem(self.stoa, self.stoa.get(BASE + path, key or self.key), 400, "invalid-parameter")
        assert parameter in [fault["parameter"] for fault in problem["errors"]], (path, problem)
        return problem


@pytest.fixture
def rig(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", f"s:seed={COUNT},plan=plus", "--shop", "t:seed=4,number=2")
    return Rig(sandbox, start_stoa(extra_hosts=[sandbox.host]))


def quoted(text):
    return urllib.parse.quote(text, safe="")


def test_the_envelope_and_pages_to_the_end(rig):
    assert len(rig.products) > 30 and len(rig.collections) >= 5
    object_answer = rig.get(f"/products/{quoted(rig.products[0]['id'])}").want(200).json
    assert object_answer == {"data": rig.products[0]}
    for name in ("_id", "_m", "_x", "productIds"):
        assert all(name not in row for row in rig.products + rig.collections)
    for route, rows in (("/products", rig.products), ("/collections", rig.collections)):
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)  # by _id as text
        for limit in (1, 7, 250):
            path, pages = f"{route}?limit={limit}", []
            while path:
                answer = rig.get(path).want(200)
                page = answer.json
                assert set(page) == {"data", "page", "complete"} and page["complete"] is True and page["page"]["limit"] == limit
                pages.append(page["data"])
                link = answer.headers.get("link")
                assert (link is None) == (page["page"]["next"] is None)
                path = None
                if link:
                    path = re.fullmatch(r'<(/v1/stores/shop[^>]*)>; rel="next"', link).group(1).removeprefix(BASE)
                    assert urllib.parse.parse_qs(path)["after"] == [page["page"]["next"]]
            assert sum(pages, []) == rows
            assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1) and len(pages[-1]) in range(1, limit + 1)
    assert rig.get("/products").json["page"]["limit"] == 50
    empty = rig.get("/products?vendor=nobody").want(200)
    assert empty.json == {"data": [], "page": {"next": None, "limit": 50}, "complete": True} and "link" not in empty.headers


def test_variants_come_by_position_and_every_selected_field_is_present(rig):
    assert max(len(product["variants"]) for product in rig.products) > 20
    shapes = {frozenset(product) for product in rig.products}
    assert len(shapes) == 1, "a field is absent where it should be null or []"
    for product in rig.products:
        assert [variant["position"] for variant in product["variants"]] == list(range(1, len(product["variants"]) + 1))
        assert len({frozenset(variant) for variant in product["variants"]}) == 1


def test_a_cursor_serves_its_own_walk_only(rig):
    other = rig.stoa.register("shop2", rig.sandbox.shop_url("t"), "shpat_t").want(202).json
    rig.stoa.wait_job(other["job"]["id"], "succeeded")
    cursor = lambda path, base=BASE: rig.stoa.get(f"{base}{path}{'&' if '?' in path else '?'}limit=1").want(200).json["page"]["next"]
    mine = cursor("/products?sort=title")
    assert rig.get(f"/products?sort=title&limit=3&after={mine}&fields=id").status == 200  # limit and fields may change
    big = max(rig.collections, key=lambda row: row["productsCount"]["count"])["id"].rsplit("/", 1)[1]
    foreign = {"/products?sort=title": [cursor("/products"), cursor("/products?sort=-title"), cursor("/products?sort=title&status=any"),
                                        cursor("/collections?sort=title"), cursor(f"/collections/{big}/products?sort=title"),
                                        cursor("/products?sort=title", "/v1/stores/shop2"), mine[:-1], mine + "A", "AAAA", "%00", "x" * 500,
                                        mine[:-2] + ("AA" if mine[-2:] != "AA" else "BB"), base64.urlsafe_b64encode(b"x" * 40).decode()],
               "/products": [mine], "/collections": [mine], f"/collections/{big}/products": [mine, cursor("/products")]}
    for path, cursors in foreign.items():
        for text in cursors:
            answer = rig.stoa.get(f"{BASE}{path}{'&' if '?' in path else '?'}after={text}")
            want_problem(rig.stoa, answer, 400)
    rig.refused("/products?after=", "after")


def test_bad_parameters_are_named(rig):
    for parameter in ("limt", "q", "count", "facets", "page", "Limit", "option.Size", "x y"):
        rig.refused(f"/products?{quoted(parameter)}=1", parameter)
    assert "limit" in rig.refused("/products?limt=5", "limt")["errors"][0]["detail"]
    for limit in ("0", "251", "-1", "x", "1.5", "", "99999999999999999999", " 1", "0x10"):
        rig.refused(f"/products?limit={quoted(limit)}", "limit")
    for path, parameter in (("/products?sort=nope", "sort"), ("/products?sort=collection", "sort"), ("/products?status=active", "status"),
                            ("/products?updatedSince=yesterday", "updatedSince"), ("/products?ids=nonsense", "ids"),
                            ("/products?ids=gid%3A%2F%2Fshopify%2FCollection%2F1", "ids"), ("/products?ids=1,,2", "ids"), ("/products?fields=nope", "fields"),
                            ("/products?fields=variants.nope", "fields"), ("/products?fields=_m", "fields"), ("/products?fields=", "fields"),
                            ("/products?available=yes", "available"), ("/products?price.min=x", "price.min"), ("/products?limit=1&limit=2", "limit"),
                            ("/products?ids=" + ",".join(map(str, range(1, 252))), "ids"), ("/products?handle=" + ",".join(f"h{i}" for i in range(251)), "handle"),
                            ("/collections?sort=price", "sort"), ("/collections?vendor=x", "vendor"), ("/products/1?limit=1", "limit"), ("?x=1", "x"),
                            ("/collections?fields=productIds", "fields")):
        rig.refused(path, parameter)
    problem = rig.refused("/products?limit=0&sort=nope&zzz=1", "zzz")
    assert {fault["parameter"] for fault in problem["errors"]} == {"limit", "sort", "zzz"}
    want_problem(rig.stoa, rig.get("/products?vendor=%ff"), 400)
    want_problem(rig.stoa, rig.get("/products/by-handle/%zz"), 400)


def test_each_filter_is_what_python_makes_of_the_whole_list(rig):
    everything = rig.stoa.walk(BASE + "/products?status=any&limit=250")
    active = [row for row in everything if row["status"] == "ACTIVE"]
    assert len(everything) == COUNT and 0 < len(active) < COUNT
    times = sorted(row["updatedAt"] for row in active)
    tags = max((row["tags"] for row in active), key=len)[:2]
    amount = lambda row: [float(variant["price"]) for variant in row["variants"]]
    middle = sorted(min(amount(row)) for row in active)[len(active) // 2]
    cases = [("vendor=" + quoted(v), lambda row, v=v: row["vendor"] == v) for v in {row["vendor"] for row in active}]
    cases += [("productType=" + quoted(v), lambda row, v=v: row["productType"] == v) for v in {row["productType"] for row in active}]
    cases += [("tag=" + quoted(v), lambda row, v=v: v in row["tags"]) for v in tags]
    cases += [("&".join("tag=" + quoted(v) for v in tags), lambda row: set(tags) <= set(row["tags"])),
              ("updatedSince=" + times[len(times) // 2], lambda row: row["updatedAt"] >= times[len(times) // 2]),
              ("updatedSince=2999-01-01T00:00:00Z", lambda row: False), ("vendor=" + quoted(active[0]["vendor"].upper() + "x"), lambda row: False),
              ("available=true", lambda row: any(v["availableForSale"] for v in row["variants"])),
              ("available=false", lambda row: not any(v["availableForSale"] for v in row["variants"])),
              (f"price.min={middle}", lambda row: max(amount(row)) >= middle), (f"price.max={middle}", lambda row: min(amount(row)) <= middle),
              (f"vendor={quoted(active[0]['vendor'])}&available=true&price.max={middle}", lambda row: row["vendor"] == active[0]["vendor"]
               and any(v["availableForSale"] for v in row["variants"]) and min(amount(row)) <= middle)]
    non_trivial = 0
    for query, holds in cases:
        expected = [row["id"] for row in active if holds(row)]
        assert rig.ids(f"/products?limit=7&{query}", rig.stoa.operator_token) == expected, query
        non_trivial += 0 < len(expected) < len(active)
    assert non_trivial > 8
    for status in ("ACTIVE", "UNLISTED", "DRAFT", "ARCHIVED"):
        expected = [row["id"] for row in everything if row["status"] == status]
        assert rig.ids(f"/products?status={status}", rig.stoa.operator_token) == expected and expected
    latest = sorted(row["updatedAt"] for row in rig.collections)[-3]
    assert rig.ids(f"/collections?updatedSince={latest}") == [row["id"] for row in rig.collections if row["updatedAt"] >= latest]


def test_each_sort_orders_the_whole_list_with_ids_between_equals(rig):
    lowest = lambda row: min(round(float(variant["price"]) * 1e6) for variant in row["variants"])
    folded = lambda name: lambda row: row[name].lower().encode()
    keys = {"id": lambda row: "", "title": folded("title"), "vendor": folded("vendor"), "price": lowest,
            **{name: lambda row, name=name: row[name] or "" for name in ("createdAt", "updatedAt", "publishedAt")}}  # nulls first
    rows = rig.stoa.walk(BASE + "/products?status=any&limit=250")
    for name, key in keys.items():
        for sort in (name, f"-{name}") if name not in ("id", "vendor") else (name,):
            expected = sorted(rows, key=lambda row: (key(row), row["id"]), reverse=sort.startswith("-"))
            found = rig.ids(f"/products?status=any&limit=7&sort={sort}", rig.stoa.operator_token)
            assert found == [row["id"] for row in expected], sort
    for sort in ("id", "title", "-title", "updatedAt", "-updatedAt"):
        expected = sorted(rig.collections, key=lambda row: (keys[sort.strip("-")](row), row["id"]), reverse=sort.startswith("-"))
        assert rig.ids(f"/collections?limit=3&sort={sort}") == [row["id"] for row in expected], sort


def test_ids_and_handles_come_in_the_order_asked(rig):
    some = [rig.products[i] for i in (9, 2, 30, 5, 17)]
    unknown_id, unknown_handle = "gid://shopify/Product/1", "never-was"
    gids = [row["id"] for row in some]
    mixed = [gids[0], unknown_id, gids[1].rsplit("/", 1)[1], *gids[2:], gids[0]]  # gids and numbers, one unknown, one twice
    for limit in (1, 2, 250):
        assert rig.ids(f"/products?limit={limit}&ids=" + quoted(",".join(mixed))) == gids
        assert rig.ids(f"/products?limit={limit}&handle=" + quoted(",".join([unknown_handle] + [row["handle"] for row in some]))) == gids
    assert rig.ids("/products?sort=id&ids=" + quoted(",".join(mixed))) == sorted(gids)
    assert rig.ids("/products?handle=" + some[0]["handle"] + "&ids=" + quoted(",".join(gids))) == gids[:1]
    assert rig.ids("/products?ids=" + ",".join(str(i) for i in range(1, 251))) == []
    assert rig.ids("/collections?handle=" + ",".join(row["handle"] for row in rig.collections[:3][::-1])) == [row["id"] for row in rig.collections[:3]][::-1]
    assert rig.ids("/collections?ids=" + quoted(",".join(row["id"] for row in rig.collections[:3][::-1]))) == [row["id"] for row in rig.collections[:3]][::-1]


def test_a_collection_lists_its_products_in_its_own_order(rig):
    shown, truth = [row["id"] for row in rig.products], rig.sandbox.request("GET", "/control/shops/s/collections").json["collections"]
    out_of_order = 0
    for collection in truth:
        expected = [gid for gid in collection["products"] if gid in shown]
        number = collection["id"].rsplit("/", 1)[1]
        for path in (f"/collections/{number}/products?limit=7", f"/collections/{quoted(collection['id'])}/products?limit=250",
                     f"/products?collection={number}", f"/products?collection={collection['handle']}", f"/collections/{number}/products?sort=collection"):
            assert rig.ids(path) == expected, path
        assert rig.ids(f"/collections/{number}/products?sort=id") == sorted(expected)
        out_of_order += expected != sorted(expected)
    assert out_of_order > 0
    assert rig.ids("/products?collection=never-was") == []
    for path in ("/collections/1/products", "/collections/1", "/collections/by-handle/never-was"):
        want_problem(rig.stoa, rig.get(path), 404, "collection-not-found")


def test_fields_keeps_what_is_named_and_the_id(rig):
    page = rig.get("/products?limit=250&fields=title,variants.price,seo.title,options").want(200).json["data"]
    assert page == [{name: ([{"price": v["price"]} for v in row["variants"]] if name == "variants" else {"title": row["seo"]["title"]} if name == "seo" else row[name])
                     for name in row if name in ("id", "title", "variants", "seo", "options")} for row in rig.products]
    assert [set(row) for row in rig.get("/products?fields=id").json["data"]] == [{"id"}] * min(50, len(rig.products))
    one = rig.products[3]
    assert rig.get(f"/products/by-handle/{one['handle']}?fields=vendor").json["data"] == {"id": one["id"], "vendor": one["vendor"]}


def test_etags_answer_304_per_encoding(rig):
    for path in ("/products", "/products?sort=-price&limit=3", f"/products/{rig.products[0]['id'].rsplit('/', 1)[1]}", "/collections"):
        plain, packed = rig.get(path).want(200), rig.get(path, Accept_Encoding="gzip, br").want(200)
        assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body and int(packed.headers["content-length"]) == len(packed.body) < len(plain.body)
        mine, theirs = plain.headers["etag"], packed.headers["etag"]
        assert mine != theirs and re.fullmatch(r'"[^"]+"', mine) and {"Accept-Encoding", "Authorization"} <= set(plain.headers["vary"].split(", "))
        for answer, more in ((plain, {}), (packed, {"Accept_Encoding": "gzip"})):
            tag = answer.headers["etag"]
            for header in (tag, f"W/{tag}", f'"x", {tag}', f'"x",W/"y" , {tag}', "*"):
                again = rig.get(path, If_None_Match=header, **more)
                assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag), (path, header)
                assert again.headers["cache-control"] == answer.headers["cache-control"] and again.headers["vary"] == answer.headers["vary"]
                assert "x-stoa-age" in again.headers and "content-type" not in again.headers
            for header in ('"x"', tag.strip('"'), tag[:-1], f'{tag[:-1]}x"', ""):
                assert rig.get(path, If_None_Match=header, **more).status == 200, header
        assert rig.get(path, If_None_Match=theirs).status == 200  # it never had those bytes
    for accept, coding in (("gzip;q=0", None), ("identity", None), ("*", "gzip"), ("x, GZIP;q=0.5", "gzip"), ("br", None), ("", None), ("gzip;q=1, *;q=0", "gzip")):
        assert rig.get("/products", Accept_Encoding=accept).want(200).headers.get("content-encoding") == coding, accept
    operators = rig.stoa.get(BASE + "/products")
    assert operators.headers["etag"] != rig.get("/products").headers["etag"]  # another audience


def test_a_sync_that_changes_nothing_keeps_the_etag_and_one_that_does_moves_it(rig):
    sync = lambda: rig.stoa.wait_job(rig.stoa.post("/api/stores/shop/sync").want(202).json["job"]["id"], "succeeded")
    before = rig.get("/products").headers["etag"]
    sync()
    assert rig.get("/products").headers["etag"] == before
    number = rig.products[0]["id"].rsplit("/", 1)[1]
    rig.sandbox.request("PATCH", f"/control/shops/s/products/{number}", {"title": "Renamed"}).want(200)
    sync()
    answer = rig.get("/products", If_None_Match=before).want(200)
    assert answer.headers["etag"] != before and rig.get(f"/products/{number}").json["data"]["title"] == "Renamed"


def test_a_product_appears_at_its_publication_without_a_sync(rig):
    soon = time.time() + 3
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(soon))
    product = {"title": "Soon", "handle": "soon", "status": "active", "published_at": at, "variants": [{"price": "1.00"}]}
    rig.sandbox.request("POST", "/control/shops/s/products", product).want(201)
    rig.stoa.wait_job(rig.stoa.post("/api/stores/shop/sync").want(202).json["job"]["id"], "succeeded")
    listed = lambda: rig.get("/products?handle=soon")
    early = listed()
    if time.time() < int(soon):
        assert early.json["data"] == []
        want_problem(rig.stoa, rig.get("/products/by-handle/soon"), 404, "product-not-found")
    eventually("it is listed", lambda: listed().json["data"])
    assert time.time() >= int(soon)
    rig.get("/products/by-handle/soon").want(200)
    assert listed().headers["etag"] != early.headers["etag"]


def test_headers_of_every_answer(rig):
    answer = rig.get("/products", X_Request_Id="my-id-123").want(200)
    assert answer.headers["x-request-id"] == "my-id-123"
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert 0 <= int(answer.headers["x-stoa-age"]) < 60 and answer.headers["last-modified"].endswith("GMT")
    assert answer.headers["content-type"].startswith("application/json") and "ratelimit" in answer.headers
    assert want_problem(rig.stoa, rig.get("/products/1", X_Request_Id="my-id-124"), 404)["requestId"] == "my-id-124"
    for bad in ("a b", "x" * 200, "\u00e9"):
        assert rig.get("/products", X_Request_Id=bad).want(200).headers["x-request-id"] != bad
    assert rig.get("/products").headers["x-request-id"] != rig.get("/products").headers["x-request-id"]
    rig.stoa.patch("/api/config/clients/shop", {"settings": {"cacheControl": "public, max-age=60"}}).want(200)
    assert rig.get("/products").want(200).headers["cache-control"] == "public, max-age=60"
    rig.stoa.patch("/api/config/clients/shop", {"settings": {"cacheControl": None}}).want(200)
    assert rig.get("/products").headers["cache-control"] == "private, max-age=0, must-revalidate"


def test_metafields_and_quantities_are_shown_as_the_settings_say(rig):
    everything = {row["id"]: row for row in rig.stoa.walk(BASE + "/products?limit=250")}
    named = lambda row: [(m["namespace"], m["key"]) for m in row["metafields"]]
    names = sorted({name for row in everything.values() for name in named(row)})
    public = {("custom", "care"), ("custom", "specs")}  # by their definition
    assert len(names) > 2 and all(set(named(row)) <= public for row in rig.products)
    quantity = lambda row: [v.get("inventoryQuantity") for v in row["variants"]]
    assert any(q is not None for row in everything.values() for q in quantity(row))
    text = json.dumps(rig.products)
    assert "inventoryQuantity" not in text and "totalInventory" not in text and "availableForSale" in text
    settings = lambda **change: rig.stoa.patch("/api/config/clients/shop", {"settings": change}).want(200)
    tag = rig.get("/products").headers["etag"]
    one = next(name for name in names if name not in public)
    settings(metafields=[".".join(one)])
    seen = rig.stoa.walk(BASE + "/products?limit=250", rig.key)
    assert rig.get("/products", If_None_Match=tag).status == 200
    for row in seen:
        assert named(row) == [name for name in named(everything[row["id"]]) if name == one or name in public]
    assert any(one in named(row) for row in seen)
    settings(metafields=[f"{one[0]}.*"])
    for row in rig.stoa.walk(BASE + "/products?limit=250", rig.key):
        assert named(row) == [name for name in named(everything[row["id"]]) if name[0] == one[0] or name in public]
    settings(metafields=None, inventory=True)
    for row in rig.stoa.walk(BASE + "/products?limit=250", rig.key):
        assert set(named(row)) <= public and quantity(row) == quantity(everything[row["id"]])
    settings(inventory=None)
    assert rig.stoa.walk(BASE + "/products?limit=250", rig.key) == rig.products


def test_before_the_first_pass_lists_say_so_and_a_miss_is_503(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "s:seed=30")
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_SYNC_PAGE_MAX": "10"})
    add_fault(sandbox, "s", "hang", operation="ProductsPage", after=1)
    done = stoa.register("shop", sandbox.shop_url("s"), "shpat_s").want(202).json
    key = done["readKey"]
    first = eventually("the first page is stored", lambda: stoa.get(f"{BASE}/products", key).want(200).json["data"])
    for path in ("/products", "/collections", "/products?vendor=x", f"/products?ids={first[0]['id']}"):
        answer = stoa.get(BASE + path, key).want(200)
        assert (answer.json["complete"], answer.json["reason"]) == (False, "syncing")
        assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers
        assert stoa.get(BASE + path, key, {"If-None-Match": "*"}).status == 200
    for path in ("/products/1", "/products/by-handle/never-was", "/collections/1", "/collections/by-handle/x", "/collections/1/products"):
        answer = stoa.get(BASE + path, key)
        want_problem(stoa, answer, 503, "not-synced-yet")
        assert int(answer.headers["retry-after"]) >= 1
    assert stoa.get(f"{BASE}/products/{first[0]['id'].rsplit('/', 1)[1]}", key).want(200).json["data"] == first[0]
    assert stoa.get(BASE, key).want(200).json["data"]["kinds"]["products"]["complete"] is False
    clear_faults(sandbox, "s")
    stoa.kill9()  # the call in flight hangs for its 30 seconds
    stoa.restart()
    stoa.wait_job(done["job"]["id"], "succeeded")
    assert stoa.get(f"{BASE}/products", key).want(200).json["complete"] is True
    want_problem(stoa, stoa.get(f"{BASE}/products/1", key), 404, "product-not-found")


def test_a_walk_goes_on_over_deletions_changes_and_a_restart(rig):
    number = lambda gid: gid.rsplit("/", 1)[1]
    big = max(rig.sandbox.request("GET", "/control/shops/s/collections").json["collections"], key=lambda row: len(row["products"]))
    for path in ("/products?limit=7", "/products?limit=7&sort=-title", f"/collections/{number(big['id'])}/products?limit=7"):
        whole = rig.ids(path)
        page = rig.get(path).want(200).json
        head = [row["id"] for row in page["data"]]
        assert head == whole[:7]
        for gone in (whole[6], whole[9]):  # the one that the cursor stands on, and one that is still to come
            rig.sandbox.request("DELETE", f"/control/shops/s/products/{number(gone)}")
        rig.stoa.wait_job(rig.stoa.post("/api/stores/shop/sync").want(202).json["job"]["id"], "succeeded")
        rig.stoa.kill9()
        rig.stoa.restart()
        rest, after = [], page["page"]["next"]
        while after:
            page = rig.get(f"{path}&after={after}").want(200).json
            rest, after = rest + [row["id"] for row in page["data"]], page["page"]["next"]
        assert rest == [gid for gid in whole[7:] if gid != whole[9]], path


def test_a_page_ends_at_8_mib_and_the_walk_goes_on(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "s:seed=0,plan=plus")
    stoa = start_stoa(extra_hosts=[sandbox.host])
    for i in range(10):
        product = {"title": f"P{i}", "handle": f"p{i}", "status": "active", "body_html": "x" * (1 << 20), "variants": [{"price": "1.00"}]}
        sandbox.request("POST", "/control/shops/s/products", product).want(201)
    done = stoa.register("shop", sandbox.shop_url("s"), "shpat_s").want(202).json
    stoa.wait_job(done["job"]["id"], "succeeded")
    page = stoa.get(f"{BASE}/products?limit=250", done["readKey"]).want(200)
    assert 6 << 20 < len(page.body) <= (8 << 20) + 1000 and page.json["page"]["next"] and len(page.json["data"]) == 7
    assert [row["handle"] for row in stoa.walk(f"{BASE}/products?limit=250", done["readKey"])] == [f"p{i}" for i in range(10)]


def test_a_key_that_used_its_share_is_429_and_others_are_not(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "s:seed=1")
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_API_KEY_REQUESTS_PER_MINUTE": "5"})
    done = stoa.register("shop", sandbox.shop_url("s"), "shpat_s").want(202).json
    stoa.wait_job(done["job"]["id"], "succeeded")
    other = stoa.post("/api/stores/shop/keys").want(201).json["key"]
    for left in (4, 3, 2, 1, 0):
        answer = stoa.get(f"{BASE}/products", done["readKey"]).want(200)
        assert f'"key";r={left};' in answer.headers["ratelimit"] and answer.headers["ratelimit-policy"] == '"key";q=5;w=60'
    refused = stoa.get(f"{BASE}/products", done["readKey"])
    want_problem(stoa, refused, 429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 12 and '"key";r=0;' in refused.headers["ratelimit"]
    stoa.get(f"{BASE}/products", other).want(200)
    for _ in range(9):
        stoa.get(f"{BASE}/products").want(200)  # an operator has no share
    stoa.get(f"{BASE}/products", "stoa_rk_unknown").want(401)


def test_a_condition_does_not_turn_a_miss_into_304(rig):
    for path in ("/products/1", "/products/by-handle/never-was", "/collections/1", "/products?limit=0"):
        assert rig.get(path, If_None_Match="*").status == (400 if "=" in path else 404)
        assert "etag" not in rig.get(path).headers and rig.get(path).headers["cache-control"] == "no-store"


def test_the_store_itself(rig):
    answer = rig.get("").want(200)
    store = answer.json["data"]
    assert (store["clientKey"], store["shopDomain"], store["currencyCode"], store["locales"][0]) == ("shop", "s.myshopify.com", "GBP", "en")
    assert store["name"] and store["version"] > 0
    for kind in ("products", "collections"):
        fresh = store["kinds"][kind]
        assert fresh["complete"] is True and fresh["state"] == "current" and 0 <= fresh["lagSeconds"] < 60 and fresh["asOf"].endswith("Z")
        assert "count" not in fresh  # it counts what a read key may not see
    assert rig.stoa.get(BASE).json["data"]["kinds"]["products"]["count"] == COUNT


METRICS = ["stoa_stores{", "stoa_lag_seconds_max{", "stoa_stores_late", "stoa_jobs{", "stoa_shopify_requests_total{",
           "stoa_http_requests_total{", "stoa_disk_free_bytes"]


def test_health_and_metrics_need_no_key_and_name_no_tenant(rig):
    ask = lambda path: rig.stoa.get(path, key="").want(200)
    assert ask("/livez").json["status"] == "live" and ask("/readyz").json == {"status": "ready", "degraded": []}
    rig.get("/products/1").want(404)
    text = eventually("gauges are published", lambda: (t := ask("/metrics").text) if "stoa_lag_seconds_max{" in ask("/metrics").text else None)
    for name in METRICS:
        assert any(line.startswith(name) for line in text.splitlines()), name
    assert 'stoa_http_requests_total{code="404",route="/v1/stores/{store}/products/{id}"}' in text
    assert 'stoa_stores{state="active"} 1' in text
    for private in ("shop", "s.myshopify.com", rig.products[0]["handle"]):
        assert not re.search(rf"[\"/{{=]{re.escape(private)}[\"/}}]", text), private
    assert all(re.fullmatch(r"#.*|[a-z_]+(\{[^}]*(\{[^}]*\}[^}]*)*\})? [-+0-9.e]+|", line) for line in text.splitlines())


def test_unknown_routes_and_problems_are_404(rig):
    for path in ("/", "/v1", "/v1/stores", "/nope", f"{BASE}/nope", f"{BASE}/products/", f"{BASE}/products/1/2", "/problems/nope", "/api"):
        want_problem(rig.stoa, rig.stoa.get(path), 404, "route-not-found")
