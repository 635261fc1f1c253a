"""Stores never wait for each other (rule S4)."""
import time

from stoa import empty_storage, wait_until
from truth import Shop, assert_equal_mirror, register

WORKERS = 4  # fewer than stores: one that holds its worker while its shop is silent must not hold the others'
STORES = [f"well-{number}" for number in range(8)]


def seconds_until_all_are_synced(stoa, shops):
    began = time.monotonic()
    jobs = [register(stoa, shop)["job"]["id"] for shop in shops]
    for job in jobs:
        stoa.wait_job(job, "succeeded")
    return time.monotonic() - began


def test_eight_stores_end_as_soon_beside_a_throttled_and_a_silent_one(start_stoa, sandbox):
    env = {"STOA_SYNC_WORKERS_MAX": str(WORKERS)}
    shops = [Shop(sandbox, name, seed=600) for name in STORES]
    alone = start_stoa(extra_hosts=[sandbox.host], env=env, name="alone")
    control = seconds_until_all_are_synced(alone, shops)
    alone.kill9()
    empty_storage()

    throttled = Shop(sandbox, "throttled", seed=600, points=1000, restore=20)
    silent = Shop(sandbox, "silent", seed=600)
    silent.fault("hang", operation="ProductsPage", times=-1)
    stoa = start_stoa(extra_hosts=[sandbox.host], env=env, name="together")
    held = [register(stoa, shop)["job"]["id"] for shop in (throttled, silent)]  # they come first
    beside = seconds_until_all_are_synced(stoa, shops)

    print(f"eight stores: {control:.2f} s alone, {beside:.2f} s beside a throttled and a silent one")
    assert beside <= 1.7 * control + 2
    # The two were indeed under way all the time, and are no more than late.
    states = [stoa.job(job)["state"] for job in held]
    assert all(state in ("running", "waiting") for state in states), states
    assert stoa.job(held[0])["waiting"]["reason"] == "throttled"
    assert silent.asked("ProductsPage") >= 1
    for shop in shops[::4]:
        assert_equal_mirror(stoa, shop.name, shop)
    for name in ("throttled", "silent"):  # reads go on, too
        assert stoa.get(f"/v1/stores/{name}/products").want(200).json["complete"] is False
    silent.clear_faults()


def test_a_store_that_comes_while_the_only_job_waits_for_a_silent_shop_is_taken_up(stoa, sandbox):
    silent, well = Shop(sandbox, "silent", seed=5), Shop(sandbox, "well", seed=5)
    silent.fault("hang", operation="ProductsPage", times=-1)
    register(stoa, silent)
    wait_until(lambda: silent.asked("ProductsPage") == 1)
    assert seconds_until_all_are_synced(stoa, [well]) < 10
    silent.clear_faults()
