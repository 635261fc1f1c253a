"""What a shop answers in the middle of a walk ends in an equal mirror, or in a job that is red or waits with a state that is documented:
never in a green lie (rules S1, S5, S8, S9, S10; the faults of docs/formats/sandbox.md)."""
import pytest

from stoa import wait_until
from truth import PAGES, Shop, assert_equal_mirror, mirrored, number, register, sync, synced

QUICK = {"STOA_SYNC_BACKOFF_BASE": "20ms", "STOA_SYNC_BACKOFF_MAX": "50ms", "STOA_SYNC_CALL_TIMEOUT": "1s", "STOA_SYNC_ATTEMPTS_MAX": "3",
         "STOA_SYNC_PAGE_MAX": "10", "STOA_SYNC_SHOP_PROBE": "1s", "STOA_SYNC_REJECTION_PROBE": "1s"}
PRODUCTS = 45
PASSING = {  # mode: further members. What a shop says now and then.
    "429": {}, "500": {}, "502": {}, "503": {"retryAfter": 1}, "504": {}, "html": {}, "cut": {}, "reset": {}, "slow": {"delayMs": 300},
    "drip": {"delayMs": 200}, "empty-body": {}, "bad-json": {}, "throttled": {}, "max-cost": {}, "graphql-error": {}, "partial": {},
    "search-warning": {}, "hang": {}}
UNUSABLE = ("500", "502", "503", "504", "html", "cut", "reset", "empty-body", "bad-json", "graphql-error", "partial", "search-warning",
            "hang", "max-cost")


@pytest.fixture
def stoa(start_stoa, sandbox):
    return start_stoa(extra_hosts=[sandbox.host], env=QUICK)


@pytest.fixture
def shop(sandbox):
    return Shop(sandbox, "trying", seed=PRODUCTS)


def health(stoa):
    return stoa.get("/api/stores/trying").want(200).json


@pytest.mark.parametrize("mode", PASSING)
def test_a_fault_that_passes_ends_in_an_equal_mirror(stoa, shop, mode):
    shop.fault(mode, operation="ProductsPage", after=2, times=2, **PASSING[mode])
    job = synced(stoa, shop)["job"]
    assert shop.control("GET", "/stats").json["faulted"] == 2
    assert shop.control("GET", "/faults").json["faults"] == []
    assert job["kinds"]["products"]["seen"] == job["kinds"]["products"]["total"] == PRODUCTS
    if mode == "max-cost":  # halved twice, to 2 a page, and kept so: 2 pages of 10, then 13 of 2
        assert shop.asked("ProductsPage") == 2 + 2 + 13
    else:
        assert shop.asked("ProductsPage") == 5 + (0 if mode in ("slow",) else 2)  # the walk goes on where it was
    assert_equal_mirror(stoa, "trying", shop)
    assert health(stoa)["state"] == "active"


@pytest.mark.parametrize("operation", ["ProductsCount", "ProductVariants", "ProductMetafields", "CollectionsCount", "CollectionsPage", "CollectionProducts"])
@pytest.mark.parametrize("mode", ["cut", "partial"])
def test_a_fault_in_any_other_question_passes_too(stoa, sandbox, mode, operation):
    shop = Shop(sandbox, "trying", seed=260, variants=300)
    shop.fault(mode, operation=operation)
    job = synced(stoa, shop)["job"]
    assert shop.control("GET", "/stats").json["faulted"] == 1
    assert job["kinds"]["products"]["failed"] == 0
    if mode == "cut":
        assert_equal_mirror(stoa, "trying", shop)


@pytest.mark.parametrize("mode", UNUSABLE)
def test_a_shop_that_never_answers_well_makes_the_kind_red(stoa, shop, mode):
    synced(stoa, shop)
    gone, changed = shop.product_ids()[30], shop.product_ids()[0]
    shop.delete(gone)
    shop.patch(changed, title="on the first page")
    shop.fault(mode, operation="ProductsPage", after=2, times=-1)
    job = sync(stoa, "trying", "partial")
    products = job["kinds"]["products"]
    assert products["state"] == "failed" and products["error"] and products["deleted"] == 0
    assert job["kinds"]["collections"]["state"] == "done"
    seen = health(stoa)
    assert seen["state"] == "active" and seen["kinds"]["products"]["state"] == "failed" and seen["kinds"]["products"]["error"]
    # What was stored stays, nothing went on partial knowledge, and the next good sync makes it equal.
    shown = {product["id"]: product["title"] for product in mirrored(stoa, "/v1/stores/trying/products?status=any")}
    assert shown[changed] == "on the first page" and gone in shown
    shop.clear_faults()
    sync(stoa, "trying")
    assert health(stoa)["kinds"]["products"]["state"] == "current"
    assert_equal_mirror(stoa, "trying", shop)


def test_a_first_walk_that_fails_leaves_the_kind_incomplete(stoa, shop):
    shop.fault("500", operation="ProductsPage", after=2, times=-1)
    for kind, page in PAGES.items():
        if kind != "products":
            shop.fault("html", operation=page, times=-1)
    answer = register(stoa, shop)
    job = stoa.wait_job(answer["job"]["id"], "failed")
    assert job["error"]["code"] == "sync-failed" and job["error"]["nextStep"] and "500" in job["error"]["detail"]
    page = stoa.get("/v1/stores/trying/products").want(200)
    assert page.json["complete"] is False and "etag" not in page.headers and page.headers["cache-control"] == "no-store"
    assert stoa.get("/v1/stores/trying/products/1", answer["readKey"]).want(503).json["code"] == "not-synced-yet"


@pytest.mark.parametrize("mode", ["429", "throttled"])
def test_a_throttle_waits_and_burns_no_attempt(stoa, shop, mode):
    shop.fault(mode, operation="ProductsPage", after=1, times=-1)
    job = register(stoa, shop)["job"]["id"]
    refused = int(QUICK["STOA_SYNC_ATTEMPTS_MAX"]) + 1
    wait_until(lambda: shop.control("GET", "/stats").json["faulted"] >= refused)
    waiting = stoa.wait_job(job, "waiting")
    assert waiting["waiting"]["reason"] == "throttled" and waiting["waiting"]["until"]
    shop.clear_faults()
    stoa.wait_job(job, "succeeded")
    assert_equal_mirror(stoa, "trying", shop)


@pytest.mark.parametrize("mode, code", [("frozen", "shop-frozen"), ("locked", "shop-locked"), ("notfound", "shop-not-found"),
                                        ("redirect", "shop-not-found"), ("security", "security-rejection")])
def test_a_shop_that_is_closed_suspends_the_store_until_it_opens(stoa, shop, mode, code):
    shop.fault(mode, operation="ProductsPage", after=2, times=-1)
    job = register(stoa, shop)["job"]["id"]
    waiting = stoa.wait_job(job, "waiting")
    assert waiting["waiting"]["reason"] == "shop" and waiting["waiting"]["until"]
    seen = health(stoa)
    assert seen["state"] == "suspended" and seen["cause"]["code"] == code and seen["cause"]["nextStep"] and seen["cause"]["detail"]
    shop.clear_faults()
    stoa.wait_job(job, "succeeded")
    seen = health(stoa)
    assert seen["state"] == "active" and seen["cause"] is None
    assert shop.asked("ProductsPage") <= 5 + 4  # went on where it was
    assert_equal_mirror(stoa, "trying", shop)


def test_a_forbidden_kind_is_not_permitted_and_says_so(stoa, shop):
    shop.fault("forbidden", operation="ProductsPage", times=-1)
    answer = register(stoa, shop)
    job = stoa.wait_job(answer["job"]["id"], "succeeded")  # contract section 2: notPermitted does not count
    assert job["kinds"]["products"]["state"] == "notPermitted" and "read_products" in job["kinds"]["products"]["error"]
    assert health(stoa)["kinds"]["products"]["state"] == "notPermitted"
    page = stoa.get("/v1/stores/trying/products").want(200).json
    assert page["complete"] is False and page["reason"] == "notPermitted"
    shop.clear_faults()
    sync(stoa, "trying")
    assert_equal_mirror(stoa, "trying", shop)


def test_another_api_version_adds_but_does_not_delete(stoa, shop):
    synced(stoa, shop)
    gone = shop.product_ids()[0]
    shop.delete(gone)
    made = shop.generate(1)[0]
    shop.fault("wrong-version", operation="ProductsPage", after=1, times=1)
    job = sync(stoa, "trying", "partial")
    products = job["kinds"]["products"]
    assert products["state"] == "done" and products["deleted"] == 0 and products["written"] == 1 and "2026-04" in products["error"]
    assert "2026-04" in health(stoa)["kinds"]["products"]["error"]
    assert {gone, made} <= {product["id"] for product in mirrored(stoa, "/v1/stores/trying/products?status=any")}
    # An absent id is no proof either, and the job says so.
    shop.fault("wrong-version", operation="ProductsByIds", times=1)
    job = stoa.wait_job(stoa.post("/api/stores/trying/sync", {"ids": [gone]}).want(202).json["job"]["id"])
    assert job["kinds"]["products"]["deleted"] == 0 and job["state"] != "succeeded", job
    sync(stoa, "trying")
    assert_equal_mirror(stoa, "trying", shop)


# ---- credentials

@pytest.mark.parametrize("way", ["fault", "token"])
def test_a_refused_token_parks_the_store_until_a_good_one_is_given(stoa, shop, way):
    shop.fault("slow", operation="ProductsPage", delayMs=50, times=-1)
    job = register(stoa, shop)["job"]["id"]
    wait_until(lambda: shop.asked("ProductsPage") == 2)
    if way == "fault":
        shop.clear_faults()
        shop.fault("unauthorized", times=-1)
    else:
        shop.control("POST", "/token", {"adminToken": "shpat_new"})
    job = stoa.wait_job(job, "failed")
    assert job["error"]["code"] == "auth-failed" and "PATCH" in job["error"]["nextStep"]
    assert {kind["state"] for kind in job["kinds"].values()} == {"failed"}
    seen = health(stoa)
    assert seen["state"] == "authFailed" and seen["cause"]["code"] == "auth-failed" and "PATCH" in seen["cause"]["nextStep"]
    assert seen["kinds"]["products"]["state"] == "failed"
    assert stoa.post("/api/stores/trying/sync").want(409).json["code"] == "auth-failed"
    asked = shop.asked()
    assert stoa.patch("/api/config/clients/trying", {"adminShopToken": "shpat_wrong"}).want(422).json["code"] == "token-refused" if way == "token" else True
    assert health(stoa)["state"] == "authFailed"
    shop.clear_faults()
    shop.token = "shpat_new" if way == "token" else shop.token
    stoa.patch("/api/config/clients/trying", {"adminShopToken": shop.token}).want(200)
    seen = health(stoa)
    assert seen["state"] == "active" and seen["cause"] is None
    assert shop.asked() > asked
    sync(stoa, "trying")
    assert_equal_mirror(stoa, "trying", shop)


@pytest.mark.parametrize("grant", ["client credentials", "refresh token"])
def test_a_granted_token_that_ends_in_a_sync_is_renewed(stoa, shop, grant):
    fields = {"clientId": shop.client_id, "clientSecret": shop.client_secret}
    if grant == "refresh token":
        fields["refreshToken"] = shop.refresh_token
    answer = stoa.post("/api/config/sync", {"clientKey": "trying", "adminApiBaseUrl": shop.url, **fields}).want(202).json
    stoa.wait_job(answer["job"]["id"], "succeeded")
    shop.fault("slow", operation="ProductsPage", delayMs=50, times=-1)
    for rounds in range(1, 3):  # twice: a rotated refresh token is used again
        granted = shop.control("GET", "").json["exchanges"]
        assert granted == rounds
        shop.control("DELETE", "/stats")
        job = stoa.post("/api/stores/trying/sync").want(202).json["job"]["id"]
        wait_until(lambda: shop.asked("ProductsPage") == 2)
        shop.control("POST", "/token", {"expire": True})
        stoa.wait_job(job, "succeeded")
        assert shop.control("GET", "").json["exchanges"] == granted + 1
        assert shop.control("GET", "/stats").json["refused"] == 1
    shop.clear_faults()
    assert_equal_mirror(stoa, "trying", shop)
    # And after a restart, with what was kept.
    stoa.stop()
    stoa.restart()
    sync(stoa, "trying")
    assert shop.control("GET", "").json["exchanges"] == 3


@pytest.mark.parametrize("grant", ["client credentials", "refresh token"])
def test_a_token_that_is_about_to_end_is_renewed_before(stoa, sandbox, grant):
    shop = Shop(sandbox, "brief", seed=PRODUCTS, token_seconds=1)
    fields = {"clientId": shop.client_id, "clientSecret": shop.client_secret}
    if grant == "refresh token":
        fields["refreshToken"] = shop.refresh_token
    shop.fault("slow", operation="ProductsPage", delayMs=300, times=-1)
    answer = stoa.post("/api/config/sync", {"clientKey": "brief", "adminApiBaseUrl": shop.url, **fields}).want(202).json
    stoa.wait_job(answer["job"]["id"], "succeeded")
    assert shop.control("GET", "/stats").json["refused"] == 0
    assert shop.control("GET", "").json["exchanges"] > 1
    assert_equal_mirror(stoa, "brief", shop)
