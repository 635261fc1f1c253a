"""The mirror equals the shop (rule P1): at first, after changes, and after a further sync of nothing new (P2); deletes are guarded (S2)."""
import json

import pytest

from stoa import ROOT, wait_until
from truth import KINDS, QUANTITIES, Shop, assert_equal_mirror, assert_same, by_id, loads, mirrored, number, register, sync, synced

SPACIRE = ROOT.parent / "shared" / "data" / "spacire"
NOW = "2026-07-01T00:00:00Z"  # after every past date and before every future one that a seed holds


def visible(product):
    """What a buyer sees in lists: contract section 3."""
    return product["status"] == "ACTIVE" and product["publishedAt"] is not None and product["publishedAt"] <= NOW


def without_secrets_of_the_shop(value, readable, owner="PRODUCT"):
    """A document as a read key without settings sees it: no metafield but those that storefronts may read, no quantity is told."""
    if isinstance(value, list):
        return [without_secrets_of_the_shop(item, readable, owner) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {}
    for name, item in value.items():
        if name == "metafields":
            shown[name] = [each for each in item if (owner, each["namespace"], each["key"]) in readable]
        elif name not in QUANTITIES:
            shown[name] = without_secrets_of_the_shop(item, readable, "PRODUCTVARIANT" if name == "variants" else owner)
    return shown


def assert_members_in_order(stoa, shop, products, collections, key):
    path = f"/v1/stores/{shop.name}/collections"
    for gid in collections:
        members = shop.members(gid)
        seen = mirrored(stoa, f"{path}/{number(gid)}/products?status=any&fields=id")
        assert [each["id"] for each in seen] == members, f"members of {gid}"
        seen = mirrored(stoa, f"{path}/{number(gid)}/products?fields=id", key)
        assert [each["id"] for each in seen] == [each for each in members if visible(products[each])], f"visible members of {gid}"


def counts(job, kind):
    return {name: job["kinds"][kind][name] for name in ("seen", "written", "unchanged", "deleted", "failed")}


def version_and_etag(stoa, store):
    health = stoa.get(f"/api/stores/{store}").want(200).json
    etags = [stoa.get(f"/v1/stores/{store}/{path}").want(200).headers["etag"] for path in ("products", "collections")]
    return health["version"], etags


# ---- equal

def test_the_real_catalogue_comes_back_field_by_field(start_sandbox, start_stoa):
    if not SPACIRE.is_dir():
        pytest.skip("the real catalogue is not here: ../shared/data/spacire")
    files = {name: SPACIRE / f"{file}.json" for name, file in
             (("file", "products-union"), ("collections", "collections"), ("membership", "collection-membership"))}
    sandbox = start_sandbox("--shop", "spacire:points=1000000,restore=1000000," + ",".join(f"{name}={path}" for name, path in files.items()))
    stoa, shop = start_stoa(extra_hosts=[sandbox.host]), Shop(sandbox, "spacire", made=True)
    key = synced(stoa, shop)["readKey"]
    products, collections = assert_equal_mirror(stoa, "spacire", shop)
    assert len(products) == 507 and sum(len(product["variants"]) for product in products.values()) == 4805
    assert_members_in_order(stoa, shop, products, collections, key)
    # The file itself, past the sandbox: what must survive byte for byte (rule P5).
    mirror = {product["legacyResourceId"]: product for product in mirrored(stoa, "/v1/stores/spacire/products?status=any")}
    for rest in loads(files["file"].read_text())["products"]:
        seen = mirror[rest["id"]]
        assert (seen["title"], seen["handle"], seen["descriptionHtml"]) == (rest["title"], rest["handle"], rest["body_html"] or "")
        assert [(v["legacyResourceId"], v["price"], v["compareAtPrice"], v["sku"], v["barcode"]) for v in seen["variants"]] == [
            (v["id"], v["price"], v["compare_at_price"], v["sku"], v["barcode"]) for v in sorted(rest["variants"], key=lambda v: int(v["position"]))]


def test_a_shop_of_every_oddity_comes_back_field_by_field(stoa, sandbox):
    shop = Shop(sandbox, "odd", seed=400, variants=300)
    answer = synced(stoa, shop)
    products, collections = assert_equal_mirror(stoa, "odd", shop)
    every = products.values()
    # The shop is worth the test: were one of these missing, the seed has changed.
    assert {product["status"] for product in every} == {"ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"}
    assert {item["mediaContentType"] for product in every for item in product["media"]} == {"IMAGE", "VIDEO", "EXTERNAL_VIDEO", "MODEL_3D"}
    assert {300, 100} <= {len(product["variants"]) for product in every}
    assert max(len(product["metafields"]) for product in every) > 20 and max(len(product["media"]) for product in every) > 20
    assert any(product["publishedAt"] is None for product in every) and any((product["publishedAt"] or "") > NOW for product in every)
    sizes = [len(shop.members(gid)) for gid in collections]
    assert max(sizes) > 250 and min(sizes) == 0
    text = json.dumps(products, ensure_ascii=False)
    assert all(trap in text for trap in ("\U0001F634", "<script>", "\u00a0", '"1.0"', '"25"', '"25.00"', "null", "e\u0301"))
    assert_members_in_order(stoa, shop, products, collections, answer["readKey"])
    # A read key sees the buyer's part of the same documents, and none of the hidden ones.
    shown, readable = mirrored(stoa, "/v1/stores/odd/products", answer["readKey"]), shop.readable()
    assert any(product["metafields"] for product in shown) and any(each[0] == "PRODUCTVARIANT" for each in readable)
    assert_same(shown, [without_secrets_of_the_shop(product, readable) for product in by_id(products) if visible(product)], "shown products")
    for gid, product in products.items():
        if not visible(product):
            by_link = product["status"] == "UNLISTED" and product["publishedAt"] is not None and product["publishedAt"] <= NOW
            stoa.get(f"/v1/stores/odd/products/{number(gid)}", answer["readKey"]).want(200 if by_link else 404)
    assert_same(mirrored(stoa, "/v1/stores/odd/collections", answer["readKey"]),
                [without_secrets_of_the_shop(each, readable, "COLLECTION") for each in by_id(collections)], "shown collections")


# ---- again

def test_a_second_sync_of_an_unchanged_shop_writes_nothing(stoa, sandbox):
    shop = Shop(sandbox, "still", seed=150)
    synced(stoa, shop)
    before = version_and_etag(stoa, "still")
    for mode in ("full", "incremental"):
        job = sync(stoa, "still", mode=mode)
        assert {kind: counts(job, kind)["written"] for kind in job["kinds"]} == dict.fromkeys(KINDS, 0)
    assert counts(sync(stoa, "still"), "products") == {"seen": 150, "written": 0, "unchanged": 150, "deleted": 0, "failed": 0}
    assert version_and_etag(stoa, "still") == before


def test_only_what_changed_is_written_and_what_went_is_deleted(stoa, sandbox):
    shop = Shop(sandbox, "moving", seed=150)
    synced(stoa, shop)
    _, before = shop.products(), {gid: shop.members(gid) for gid in shop.collections()}
    version, etags = version_and_etag(stoa, "moving")
    ids = shop.product_ids()
    for place, gid in enumerate(ids[10:30]):
        shop.patch(gid, title=f"Changed \U0001F984 {place}")
    for gid in ids[100:105]:
        shop.delete(gid)
    shop.generate(3)
    job = sync(stoa, "moving")
    _, collections = assert_equal_mirror(stoa, "moving", shop)
    moved = sum(shop.members(gid) != before[gid] for gid in collections)
    assert counts(job, "products") == {"seen": 148, "written": 23, "unchanged": 125, "deleted": 5, "failed": 0}
    assert 0 < moved < len(collections)
    assert counts(job, "collections") == {"seen": len(collections), "written": moved, "unchanged": len(collections) - moved, "deleted": 0, "failed": 0}
    now, now_etags = version_and_etag(stoa, "moving")
    assert now > version and now_etags != etags
    stoa.get(f"/v1/stores/moving/products/{number(ids[100])}").want(404)


def test_members_that_change_order_without_moving_updated_at_are_seen(stoa, sandbox):
    shop = Shop(sandbox, "order", seed=60)
    synced(stoa, shop)
    gid, members = max(((gid, shop.members(gid)) for gid in shop.collections()), key=lambda each: len(each[1]))
    shop.control("PUT", f"/collections/{number(gid)}/products", {"products": members[::-1], "quiet": True}).want(200)
    job = sync(stoa, "order")
    assert (job["kinds"]["products"]["written"], job["kinds"]["collections"]["written"]) == (0, 1)
    assert [each["id"] for each in mirrored(stoa, f"/v1/stores/order/collections/{number(gid)}/products?status=any&fields=id")] == members[::-1]


def test_an_incremental_sync_brings_changes_and_deletes_nothing(stoa, sandbox):
    shop = Shop(sandbox, "steps", seed=120)
    synced(stoa, shop)
    ids = shop.product_ids()
    shop.patch(ids[7], title="newer")
    shop.delete(ids[8])
    made = shop.generate(1)[0]
    shop.control("DELETE", "/stats")
    job = sync(stoa, "steps", mode="incremental", kinds=["products"])
    assert counts(job, "products") == {"seen": 2, "written": 2, "unchanged": 0, "deleted": 0, "failed": 0}
    assert shop.asked("ProductsPage") == 1 and shop.asked("CollectionsPage") == 0
    shown = {product["id"]: product for product in mirrored(stoa, "/v1/stores/steps/products?status=any")}
    assert shown[ids[7]]["title"] == "newer" and made in shown and ids[8] in shown
    sync(stoa, "steps")
    assert_equal_mirror(stoa, "steps", shop)


def test_a_sync_of_ids_fetches_those_and_deletes_the_absent(stoa, sandbox):
    shop = Shop(sandbox, "picked", seed=60)
    synced(stoa, shop)
    ids, collection = shop.product_ids(), next(iter(shop.collections()))
    shop.patch(ids[3], title="asked for")
    shop.patch(ids[4], title="not asked for")
    shop.delete(ids[5])
    never = "gid://shopify/Product/1"
    job = sync(stoa, "picked", ids=[ids[3], ids[5], never, ids[6], collection])
    assert counts(job, "products") == {"seen": 2, "written": 1, "unchanged": 1, "deleted": 1, "failed": 0}
    assert counts(job, "collections")["seen"] == 1
    shown = {product["id"]: product for product in mirrored(stoa, "/v1/stores/picked/products?status=any")}
    assert shown[ids[3]]["title"] == "asked for" and shown[ids[4]]["title"] != "not asked for" and ids[5] not in shown
    stoa.post("/api/stores/picked/sync", {"ids": ["gid://shopify/Order/1"]}).want(422)


# ---- the guard of deletes

def files_too(stoa, job):
    """Products take their files along; where those are a mass delete of their own, the word for it. The job, ended again."""
    sweep = job["kinds"]["media"]["sweep"]
    if sweep["refused"]:
        stoa.post(f"/api/jobs/{job['id']}/confirm", {"kind": "media", "deletes": sweep["wouldDelete"]}).want(202)
        job = stoa.wait_job(job["id"], "succeeded")
    assert job["state"] == "succeeded"
    return job


def test_a_mass_delete_waits_for_the_exact_number(stoa, sandbox):
    shop = Shop(sandbox, "shrunk", seed=1000)
    synced(stoa, shop)
    gone = shop.product_ids()[:600]
    for gid in gone:
        shop.delete(gid)
    changed = shop.product_ids()[0]
    shop.patch(changed, title="the rest of the run stands")
    job = sync(stoa, "shrunk", "partial")
    assert job["kinds"]["products"]["sweep"] == {"refused": True, "wouldDelete": 600}
    assert counts(job, "products") == {"seen": 400, "written": 1, "unchanged": 399, "deleted": 0, "failed": 0}
    assert job["kinds"]["collections"]["state"] == "done"
    health = stoa.get("/api/stores/shrunk").json["kinds"]["products"]
    assert health["state"] == "failed" and health["count"] == 1000 and "600" in health["error"]
    assert len(mirrored(stoa, "/v1/stores/shrunk/products?status=any")) == 1000
    url = f"/api/jobs/{job['id']}/confirm"
    for wrong in (599, 601, 1000):
        assert stoa.post(url, {"kind": "products", "deletes": wrong}).want(409).json["code"] == "count-differs"
    stoa.post(url, {"kind": "collections", "deletes": 600}).want(409)
    stoa.post(url, {"kind": "products"}).want(422)
    stoa.post(url, {"kind": "products", "deletes": 600}).want(202)
    job = files_too(stoa, stoa.wait_job(job["id"], "partial"))
    assert counts(job, "products") == {"seen": 400, "written": 1, "unchanged": 399, "deleted": 600, "failed": 0}
    assert job["kinds"]["products"]["sweep"] == {"refused": False, "wouldDelete": 0}
    assert stoa.get("/api/stores/shrunk").json["kinds"]["products"]["state"] == "current"
    assert_equal_mirror(stoa, "shrunk", shop)
    stoa.post(url, {"kind": "products", "deletes": 600}).want(409)


def test_a_later_sync_voids_the_question(stoa, sandbox):
    shop = Shop(sandbox, "doubt", seed=100)
    synced(stoa, shop)
    for gid in shop.product_ids()[:40]:
        shop.delete(gid)
    first = sync(stoa, "doubt", "partial")
    second = sync(stoa, "doubt", "partial")
    assert stoa.post(f"/api/jobs/{first['id']}/confirm", {"kind": "products", "deletes": 40}).want(409).json["code"] == "superseded"
    stoa.post(f"/api/jobs/{second['id']}/confirm", {"kind": "products", "deletes": 40}).want(202)
    files_too(stoa, stoa.wait_job(second["id"]))
    assert_equal_mirror(stoa, "doubt", shop)


@pytest.mark.parametrize("seed, deletes", [(100, 30), (40, 20)])
def test_few_deletes_need_no_word(stoa, sandbox, seed, deletes):
    """Not more than 30 %, or not more than 20."""
    shop = Shop(sandbox, "few", seed=seed)
    synced(stoa, shop)
    for gid in shop.product_ids()[:deletes]:
        shop.delete(gid)
    assert files_too(stoa, sync(stoa, "few", state=("succeeded", "partial")))["kinds"]["products"]["deleted"] == deletes
    assert_equal_mirror(stoa, "few", shop)


# ---- the operator's hand

def test_a_paused_store_is_not_called_and_goes_on_where_it_was(stoa, sandbox):
    shop = Shop(sandbox, "halted", seed=120)
    shop.fault("slow", operation="ProductsPage", delayMs=100, times=-1)
    job = register(stoa, shop)["job"]
    stoa.wait_job(job["id"], "running")
    wait_until(lambda: stoa.job(job["id"])["kinds"]["products"]["seen"] > 0)
    stoa.post("/api/stores/halted/pause").want(200)
    waiting = stoa.wait_job(job["id"], "waiting")
    assert waiting["waiting"]["reason"] == "shop" and 0 < waiting["kinds"]["products"]["seen"] < 120
    asked = shop.asked()
    refused = stoa.post("/api/stores/halted/sync", {"kinds": ["products"]}).want(409).json
    assert refused["code"] == "store-paused" and "resume" in refused["nextStep"]
    assert stoa.get("/api/stores/halted").json["state"] == "paused"
    assert stoa.get("/v1/stores/halted/products").want(200).json["complete"] is False
    assert shop.asked() == asked
    stoa.post("/api/stores/halted/resume").want(200)
    stoa.wait_job(job["id"], "succeeded")
    assert shop.asked("ProductsPage") == 10  # nothing was asked for again
    shop.clear_faults()
    assert_equal_mirror(stoa, "halted", shop)


def test_the_same_work_is_refused_other_work_is_queued_and_a_cancelled_job_ends(stoa, sandbox):
    shop = Shop(sandbox, "called-off", seed=120)
    synced(stoa, shop)
    shop.patch(shop.product_ids()[0], title="seen before the end")
    shop.fault("slow", operation="ProductsPage", delayMs=100, times=-1)
    first = stoa.post("/api/stores/called-off/sync").want(202).json["job"]
    same = stoa.post("/api/stores/called-off/sync").want(409).json
    assert same["job"]["id"] == first["id"]
    other = stoa.post("/api/stores/called-off/sync", {"kinds": ["collections"]}).want(202).json["job"]
    assert stoa.job(other["id"])["state"] == "queued"
    wait_until(lambda: stoa.job(first["id"])["kinds"]["products"]["seen"] > 0)
    stoa.post(f"/api/jobs/{first['id']}/cancel").want(202)
    ended = stoa.wait_job(first["id"], "cancelled")
    assert ended["kinds"]["products"]["seen"] < 120 and ended["kinds"]["products"]["deleted"] == 0
    assert stoa.wait_job(other["id"], "succeeded")["kinds"]["collections"]["state"] == "done"
    assert stoa.post(f"/api/jobs/{first['id']}/cancel").want(409).json["code"] == "job-ended"
    shop.clear_faults()
    assert_equal_mirror(stoa, "called-off", shop)
    health = stoa.get("/api/stores/called-off").json["kinds"]["products"]
    assert health["count"] == 120 and health["state"] == "current"  # nothing is under way any more
