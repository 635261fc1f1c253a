"""Whole products (contract section 5): metafields and inventory of every variant, however many there are of each; very long texts; shops
that have nothing."""
import pathlib

from truth import KINDS, Shop, assert_equal_mirror, mirrored, number, sync, synced

MIB = 1 << 20


def counts(job, kind="products"):
    return {name: job["kinds"][kind][name] for name in ("seen", "written", "unchanged", "deleted", "failed")}


def memory_peak(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_metafields_and_inventory_of_variants_are_read_to_their_end(stoa, sandbox):
    shop = Shop(sandbox, "deep", seed=130)
    key = synced(stoa, shop)["readKey"]
    products, _ = assert_equal_mirror(stoa, "deep", shop)
    variants = [variant for product in products.values() for variant in product["variants"]]
    levels = [variant["inventoryItem"]["inventoryLevels"] for variant in variants]
    # The shop is worth the test: were one of these missing, the seed has changed.
    assert max(len(variant["metafields"]) for variant in variants) > 12, "more than a first page"
    assert {len(each) for each in levels} == {1, 2, 3, 4, 5, 6, 14}, "more than a first page"
    assert max(len(product["variants"]) for product in products.values()) > 20
    for variant, each in zip(variants, levels):
        assert sum(int(level["quantities"][0]["quantity"]) for level in each) == int(variant["inventoryQuantity"] or 0)
    assert counts(sync(stoa, "deep"))["written"] == 0
    assert counts(sync(stoa, "deep", ids=[*products][:60])) == {"seen": 60, "written": 0, "unchanged": 60, "deleted": 0, "failed": 0}
    shown = mirrored(stoa, "/v1/stores/deep/products", key)
    assert shown and not any("inventoryLevels" in variant["inventoryItem"] for product in shown for variant in product["variants"])
    stoa.patch("/api/config/clients/deep", {"settings": {"inventory": True}}).want(200)
    shown = mirrored(stoa, "/v1/stores/deep/products?fields=variants.inventoryItem.inventoryLevels.quantities", key)
    assert all(variant["inventoryItem"]["inventoryLevels"] for product in shown for variant in product["variants"])


def test_without_their_scopes_inventory_levels_are_left_out_and_everything_else_syncs(stoa, sandbox):
    shop = Shop(sandbox, "counted", seed=60, scopes="read_products read_content read_discounts read_themes read_locales read_locations")
    answer = synced(stoa, shop)
    assert [(row["code"], row["scope"]) for row in answer["warnings"]] == [("optional-scope", "read_inventory")]
    assert "inventory by location" in answer["warnings"][0]["detail"]
    products, _ = assert_equal_mirror(stoa, "counted", shop)
    assert not any("inventoryLevels" in variant["inventoryItem"] for product in products.values() for variant in product["variants"])


def test_two_thousand_and_forty_eight_variants_are_mirrored_and_memory_stays_flat(stoa, sandbox):
    shop = Shop(sandbox, "wide", seed=20, variants=2048)
    synced(stoa, shop)
    products, _ = assert_equal_mirror(stoa, "wide", shop)
    gid, widest = max(products.items(), key=lambda each: len(each[1]["variants"]))
    assert len(widest["variants"]) == 2048
    first = memory_peak(stoa)
    assert first < 256 * MIB
    for _ in range(3):
        assert counts(sync(stoa, "wide"))["written"] == 0
        assert counts(sync(stoa, "wide", ids=[gid]))["unchanged"] == 1
    assert memory_peak(stoa) < first + 48 * MIB
    shop.patch(gid, title="Wider")
    assert counts(sync(stoa, "wide"))["written"] == 1
    assert stoa.get(f"/v1/stores/wide/products/{number(gid)}?fields=title").want(200).json["data"]["title"] == "Wider"


def test_a_description_of_three_megabytes_is_kept_to_the_byte(stoa, sandbox):
    shop = Shop(sandbox, "long", seed=30)
    gid = shop.product_ids()[7]
    html = "<p data-x='1'>\U0001F525 a \"quoted\" \u00a0 </p>\r\n\t<script>1</script>" * 60_000
    assert len(html.encode()) > 3_000_000
    shop.patch(gid, body_html=html)
    key = synced(stoa, shop)["readKey"]
    assert stoa.get(f"/v1/stores/long/products/{number(gid)}").want(200).json["data"]["descriptionHtml"] == html
    assert_equal_mirror(stoa, "long", shop)
    assert counts(sync(stoa, "long", ids=[gid]))["unchanged"] == 1
    assert len(mirrored(stoa, "/v1/stores/long/products?fields=title", key)) > 20


def test_a_shop_with_nothing_but_themes_is_complete_and_a_shop_that_is_emptied_becomes_so(stoa, sandbox):
    shop = Shop(sandbox, "empty", seed=0, articles=0, discounts=0)
    for gid in shop.collections():
        shop.control("DELETE", f"/collections/{number(gid)}").want(200)
    answer = synced(stoa, shop)
    for kind in KINDS - {"themes", "media"}:  # it has those, and a library of files
        assert counts(answer["job"], kind) == dict.fromkeys(("seen", "written", "unchanged", "deleted", "failed"), 0)
        page = stoa.get(f"/v1/stores/empty/{kind}", answer["readKey"]).want(200).json
        assert (page["data"], page["complete"], page["page"]["next"]) == ([], True, None)
        assert stoa.get("/api/stores/empty").json["kinds"][kind]["state"] == "current"
    stoa.get("/v1/stores/empty/products/1", answer["readKey"]).want(404)
    made = shop.generate(3)
    assert counts(sync(stoa, "empty"))["written"] == 3
    for gid in made:
        shop.delete(gid)
    assert counts(sync(stoa, "empty"))["deleted"] == 3
    assert_equal_mirror(stoa, "empty", shop)


def test_a_scope_that_is_granted_later_is_noticed_by_the_next_complete_sync(stoa, sandbox):
    granted = "read_products read_content read_discounts read_themes read_locales"
    shop = Shop(sandbox, "later", seed=30, scopes=granted)
    synced(stoa, shop)
    assert_equal_mirror(stoa, "later", shop)
    shop.control("POST", "/token", {"scopes": f"{granted} read_inventory read_locations"}).want(200)
    assert counts(sync(stoa, "later"))["written"] == 30
    products, _ = assert_equal_mirror(stoa, "later", shop)
    assert all(variant["inventoryItem"]["inventoryLevels"] for product in products.values() for variant in product["variants"])
    assert "read_inventory" in stoa.get("/api/stores/later").json["scopes"]
    shop.control("POST", "/token", {"scopes": granted}).want(200)
    assert counts(sync(stoa, "later"))["written"] == 30
    assert_equal_mirror(stoa, "later", shop)


def test_a_read_key_sees_the_metafields_that_storefronts_may_read(stoa, sandbox):
    shop = Shop(sandbox, "seen", seed=60)
    key = synced(stoa, shop)["readKey"]

    def shown(path="/products", query=""):
        return {(each["namespace"], each["key"]) for item in mirrored(stoa, f"/v1/stores/seen{path}?fields=metafields{query}", key) for each in item["metafields"]}

    assert shown() == {("custom", "care"), ("custom", "specs")} and shown("/collections") == set()
    variants = [variant for product in mirrored(stoa, "/v1/stores/seen/products?fields=variants", key) for variant in product["variants"]]
    assert {each["key"] for variant in variants for each in variant["metafields"]} == {"finish"}
    etag = stoa.get("/v1/stores/seen/products", key).headers["etag"]
    for owner, name, storefront in (("PRODUCT", "care", "NONE"), ("PRODUCT", "hidden", "PUBLIC_READ"), ("COLLECTION", "banner", "PUBLIC_READ")):
        shop.control("PATCH", "/definitions", {"ownerType": owner, "namespace": "custom", "key": name, "storefront": storefront}).want(200)
    assert counts(sync(stoa, "seen"))["written"] == 0  # what changed is who may see it
    assert stoa.get("/v1/stores/seen/products", key).headers["etag"] != etag
    assert shown() == {("custom", "specs"), ("custom", "hidden")} and shown("/collections") == {("custom", "banner")}


def test_a_second_full_sync_of_two_thousand_products_writes_nothing_and_fetches_no_file(stoa, sandbox):
    shop = Shop(sandbox, "big", seed=2000)
    first = synced(stoa, shop)["job"]
    assert counts(first) == {"seen": 2000, "written": 2000, "unchanged": 0, "deleted": 0, "failed": 0}
    assert set(first["kinds"]) == set(KINDS) and all(kind["written"] for kind in first["kinds"].values())
    version = stoa.get("/api/stores/big").want(200).json["version"]
    shop.control("DELETE", "/stats").want(200)
    second = sync(stoa, "big")
    for kind in KINDS:
        seen = 3 if kind == "themes" else counts(first, kind)["seen"]  # a theme's files are seen one by one only when they changed
        assert counts(second, kind) == {"seen": seen, "written": 0, "unchanged": seen, "deleted": 0, "failed": 0}, kind
    stats = shop.control("GET", "/stats").want(200).json
    assert stats["operations"]["ProductsPage"]["requests"] >= 2000 // 54 and "ThemeFileBodies" not in stats["operations"]
    assert stats["downloads"] == 0 and stoa.get("/api/stores/big").json["version"] == version
