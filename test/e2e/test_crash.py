"""A sync survives kill -9 at any moment and goes on where it was (rule S3); a stopped server hands its jobs back (O3)."""
import os
import random
import time

from stoa import ENDED, wait_until
from truth import Shop, assert_equal_mirror, mirrored, register, sync, synced

PAGE = 12
# With MongoDB a restart waits until the lease of the killed process has run out.
SHORT_LEASE = {"STOA_SYNC_LEASE_TIME": "1s", "STOA_SYNC_LEASE_HEARTBEAT": "300ms"}


def test_kills_in_a_long_sync_repeat_at_most_the_page_in_flight(start_stoa, sandbox):
    stoa = start_stoa(extra_hosts=[sandbox.host], env=SHORT_LEASE)
    count, kills, longest, delay = (6_000, 8, 4.0, 200) if stoa.storage else (20_000, 50, 0.35, 40)
    seed = int(os.environ.get("STOA_TEST_SEED", random.randrange(2**32)))
    print(f"STOA_TEST_SEED={seed}")  # pytest shows it when the test fails
    dice = random.Random(seed)
    # A mirror of the shop as it was: five of its products are stale when the great walk begins, and only its final sweep can tell.
    shop = Shop(sandbox, "big", seed=40)
    stale = shop.product_ids()[:5]
    synced(stoa, shop)
    for gid in stale:
        shop.delete(gid)
    shop.generate(count - 35)
    shop.control("DELETE", "/stats")
    shop.fault("slow", operation="ProductsPage", delayMs=delay, times=-1)  # the pages last longer than the kills do

    job = stoa.post("/api/stores/big/sync").want(202).json["job"]["id"]
    for _ in range(kills):
        time.sleep(dice.uniform(0.03, longest))
        assert stoa.job(job)["state"] in ("queued", "running", "waiting"), "the walk ended before the last kill"
        stoa.kill9()
        stoa.restart()
    shop.clear_faults()
    ended = stoa.wait_job(job, "succeeded", timeout=300)

    pages = -(-count // PAGE)
    asked = shop.asked("ProductsPage")
    assert pages <= asked <= pages + kills, f"{asked} pages asked for, {pages} needed"
    assert shop.asked("ProductsCount") <= 1 + kills
    products = ended["kinds"]["products"]
    assert (products["seen"], products["deleted"], products["failed"]) == (count, 5, 0)
    assert products["written"] + products["unchanged"] == count and products["unchanged"] == 35
    assert products["total"] == count
    attempts = ended["attempts"]
    assert len({attempt["process"] for attempt in attempts}) == len(attempts) > kills * (0.25 if stoa.storage else 0.8)  # a kill may come before the job is taken up
    assert all(attempt["endedAt"] for attempt in attempts)

    wanted = shop.product_ids()
    assert len(wanted) == count and not set(stale) & set(wanted)
    shown = [product["id"] for product in mirrored(stoa, "/v1/stores/big/products?status=any&fields=id")]
    assert shown == sorted(wanted)
    assert sync(stoa, "big")["kinds"]["products"]["written"] == 0


def test_kills_in_every_phase_end_in_an_equal_mirror(start_stoa, sandbox):
    """Counts, pages, lists that go on, collections, sweeps and the moments between them are all killed in."""
    stoa = start_stoa(extra_hosts=[sandbox.host], env=SHORT_LEASE)
    longest, least = (4.0, 3) if stoa.storage else (0.06, 12)
    seed = int(os.environ.get("STOA_TEST_SEED", random.randrange(2**32)))
    print(f"STOA_TEST_SEED={seed}")
    dice = random.Random(seed)
    shop = Shop(sandbox, "phases", seed=250, variants=600)
    synced(stoa, shop)
    kills = 0
    for turn in range(6):
        ids = shop.product_ids()
        for gid in dice.sample(ids, 5):
            shop.delete(gid)
        for gid in dice.sample(shop.product_ids(), 30):
            shop.patch(gid, vendor=f"turn {turn}")
        shop.fault("slow", delayMs=8, times=-1)
        job = stoa.post("/api/stores/phases/sync").want(202).json["job"]["id"]
        while (now := stoa.job(job))["state"] not in ENDED:
            time.sleep(dice.uniform(0, longest))
            stoa.kill9()
            stoa.restart()
            kills += 1
            assert kills < 400, "a sync that is killed again and again gets nowhere"
        assert now["state"] == "succeeded", now
        assert (now["kinds"]["products"]["deleted"], now["kinds"]["products"]["written"]) == (5, 30)
        shop.clear_faults()
        assert_equal_mirror(stoa, "phases", shop)
    assert kills > least


def test_a_stopped_server_hands_its_job_back(stoa, sandbox):
    shop = Shop(sandbox, "handed", seed=120)
    shop.fault("slow", operation="ProductsPage", delayMs=100, times=-1)
    job = register(stoa, shop)["job"]["id"]
    wait_until(lambda: stoa.job(job)["kinds"]["products"]["seen"] > 0)
    began = time.monotonic()
    assert stoa.stop() == 0
    assert time.monotonic() - began < 5
    stoa.restart()
    ended = stoa.wait_job(job, "succeeded")
    assert shop.asked("ProductsPage") == 10  # the page in flight was stored, none was asked for twice
    first, second = ended["attempts"]
    assert first["process"] != second["process"] and first["endedAt"] and second["endedAt"]
    shop.clear_faults()
    assert_equal_mirror(stoa, "handed", shop)


def test_a_silent_shop_does_not_hold_up_the_stop(stoa, sandbox):
    shop = Shop(sandbox, "mute", seed=60)
    shop.fault("hang", operation="ProductsPage", times=1)
    job = register(stoa, shop)["job"]["id"]
    wait_until(lambda: shop.asked("ProductsPage") == 1)
    began = time.monotonic()
    assert stoa.stop() == 0
    assert time.monotonic() - began < 5
    stoa.restart()
    stoa.wait_job(job, "succeeded")
    assert_equal_mirror(stoa, "mute", shop)
