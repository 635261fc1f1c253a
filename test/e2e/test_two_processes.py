"""Two `stoa serve` on one MongoDB: they share the stores and the work, and one may die at any moment (rule S11)."""
import random
import time

import pytest

from stoa import eventually, run
from truth import Shop, assert_equal_mirror, mirrored, register, sync, synced

pytestmark = pytest.mark.mongodb

STORES = 40
PRODUCTS = 160
PAGE = 12
PAGES = -(-PRODUCTS // PAGE)
SEEN_WITHIN = 1.0  # seconds until a change made through one process is seen through the other


@pytest.fixture
def pair(start_stoa, sandbox, folder):
    """Two servers with a data folder each, and one master key: what one has sealed the other can open."""
    env = {"STOA_SECURITY_MASTER_KEY_FILE": str(folder / "master.key")}
    return [start_stoa(extra_hosts=[sandbox.host], name=name, env=env) for name in ("one", "two")]


def seconds_until(what, test):
    """How long until `test` is true."""
    began = time.monotonic()
    eventually(what, test, 10)
    return time.monotonic() - began


def assert_one_at_a_time(jobs):
    """The attempts at one store's jobs: each has ended, and before the next one began."""
    attempts = sorted((attempt for job in jobs for attempt in job["attempts"]), key=lambda attempt: (attempt["startedAt"], attempt["endedAt"] or ""))
    for attempt in attempts:
        assert attempt["endedAt"] and attempt["startedAt"] <= attempt["endedAt"], attempt
    for earlier, later in zip(attempts, attempts[1:]):
        assert earlier["endedAt"] <= later["startedAt"], (earlier, later)
    return attempts


def test_forty_stores_are_synced_though_one_of_two_processes_is_killed(pair, sandbox, turn):
    dice = random.Random(turn)
    shops = [Shop(sandbox, f"shop-{number}", seed=PRODUCTS, number=number + 1) for number in range(STORES)]
    jobs = {}
    for number, shop in enumerate(shops):
        shop.fault("slow", operation="ProductsPage", delayMs=300, times=-1)
        jobs[shop.name] = register(pair[number % 2], shop)["job"]["id"]
    one, two = pair

    def worked_on_by_both():
        names = {attempt["process"] for job in two.walk("/api/jobs") for attempt in job["attempts"] if not attempt["endedAt"]}
        return len(names) == 2
    eventually("both work", worked_on_by_both, 30)
    time.sleep(dice.uniform(0, 1))
    running = [job["id"] for job in two.walk("/api/jobs?state=running")]
    one.kill9()
    killed = time.monotonic()
    ended = {name: two.wait_job(job, "succeeded", timeout=180) for name, job in jobs.items()}
    print(f"all ended {time.monotonic() - killed:.1f} s after the kill; {len(running)} jobs were running")
    taken_over, processes = 0, set()
    for shop in shops:
        shop.clear_faults()
        attempts = assert_one_at_a_time(two.walk(f"/api/jobs?store={shop.name}"))
        names = [attempt["process"] for attempt in attempts]
        processes |= set(names)
        taken_over += len(set(names)) == 2
        job = ended[shop.name]
        assert (job["kinds"]["products"]["seen"], job["kinds"]["products"]["failed"]) == (PRODUCTS, 0)
        # The shop's own count: nothing was fetched twice but the page in flight when its process died.
        assert shop.asked("ProductsPage") <= PAGES + len(set(names)) - 1, names
        assert [product["id"] for product in mirrored(two, f"/v1/stores/{shop.name}/products?status=any&fields=id")] == sorted(shop.product_ids())
    assert len(processes) == 2 and taken_over >= 1, "the kill met no job under way"
    for shop in dice.sample(shops, 4):
        assert_equal_mirror(two, shop.name, shop)
    one.restart()
    assert len(one.walk("/api/stores")) == STORES
    for shop in dice.sample(shops, 2):
        assert sync(one, shop.name)["kinds"]["products"]["written"] == 0


def test_what_one_process_syncs_is_served_by_the_other_within_a_second(pair, sandbox):
    one, two = pair
    shop = Shop(sandbox, "shared", seed=30)
    synced(one, shop)
    eventually("the store is there", lambda: two.get("/v1/stores/shared/products").status == 200, SEEN_WITHIN)
    page = "/v1/stores/shared/products?status=any&limit=250"
    for turn in range(5):
        tag = two.get(page).want(200).headers["etag"]  # now in its page cache
        gid = shop.product_ids()[turn]
        shop.patch(gid, title=f"turn {turn}")
        sync(one, "shared")
        took = seconds_until("the new title", lambda: any(product["title"] == f"turn {turn}" for product in two.get(page).want(200).json["data"]))
        assert took < SEEN_WITHIN
        assert two.get(page).headers["etag"] != tag
        # A load balancer may send the next request anywhere. (Downloads beside the sync may have moved the version since.)
        eventually("the same ETag", lambda: two.get(page).headers["etag"] == one.get(page).headers["etag"], SEEN_WITHIN)
    assert_equal_mirror(two, "shared", shop)


def test_keys_settings_and_removals_reach_the_other_process_within_a_second(pair, sandbox):
    one, two = pair
    shop = Shop(sandbox, "shared", seed=5)
    first = synced(one, shop)["readKey"]
    route = "/v1/stores/shared/products"
    assert seconds_until("the first key", lambda: two.get(route, first).status == 200) < SEEN_WITHIN
    made = one.post("/api/stores/shared/keys", {"name": "second"}).want(201).json
    key = made["key"]
    assert seconds_until("the new key", lambda: two.get(route, key).status == 200) < SEEN_WITHIN
    one.delete(f"/api/stores/shared/keys/{made['id']}")
    assert seconds_until("the revocation", lambda: two.get(route, key).status == 401) < SEEN_WITHIN
    two.get(route, first).want(200)

    one.patch("/api/config/clients/shared", {"clientName": "Renamed"}).want(200)
    assert seconds_until("the name", lambda: two.get("/api/config/clients/shared").json["clientName"] == "Renamed") < SEEN_WITHIN
    two.post("/api/stores/shared/pause").want(200)
    assert seconds_until("the pause", lambda: one.get("/api/stores/shared").json["state"] == "paused") < SEEN_WITHIN
    one.post("/api/stores/shared/resume").want(200)
    assert seconds_until("the resumption", lambda: two.get("/api/stores/shared").json["state"] == "active") < SEEN_WITHIN

    job = one.delete("/api/config/clients/shared?confirm=shared").want(202).json["job"]["id"]
    one.wait_job(job, "succeeded")
    assert seconds_until("the removal", lambda: two.get("/api/stores/shared").status == 404) < SEEN_WITHIN
    assert seconds_until("its keys' end", lambda: two.get(route, first).status == 401) < SEEN_WITHIN
    again = synced(two, shop)
    assert again["created"] is True
    assert seconds_until("the store again", lambda: one.get(route, again["readKey"]).status == 200) < SEEN_WITHIN


def test_a_sync_asked_of_one_process_may_be_done_and_cancelled_by_the_other(pair, sandbox):
    one, two = pair
    shop = Shop(sandbox, "shared", seed=600)
    synced(one, shop)
    shop.fault("slow", operation="ProductsPage", delayMs=300, times=-1)
    eventually("the store is there", lambda: two.get("/api/stores/shared").status == 200, SEEN_WITHIN)
    job = two.post("/api/stores/shared/sync", {"mode": "full"}).want(202).json["job"]["id"]
    eventually("under way", lambda: one.job(job)["state"] == "running")
    one.post("/api/stores/shared/sync", {"mode": "full"}).want(409)  # that very work, and one knows
    one.post(f"/api/jobs/{job}/cancel")
    assert two.wait_job(job, "cancelled")["state"] == "cancelled"
    assert_one_at_a_time(two.walk("/api/jobs?store=shared"))


def test_another_master_key_stops_the_second_process(start_stoa, sandbox):
    one = start_stoa(extra_hosts=[sandbox.host], name="one")
    synced(one, Shop(sandbox, "shared", seed=1))
    second = one.data.parent / "second-data"
    refused = run("serve", "--listen", "127.0.0.1:0", "--data", second)
    assert refused.returncode == 1 and refused.stdout == "" and "master" in refused.stderr
    assert not (second / "master.key").exists()
