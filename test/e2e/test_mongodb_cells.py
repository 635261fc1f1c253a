"""Stores on several MongoDB deployments ("cells"): a new one goes where most room is and stays there; a cell that is down takes only its
own stores down; a store that fits nowhere is refused with the limit and the setting that moves it."""
import time

import pytest

from stoa import ENDED, eventually, footprint, run, want_problem
from truth import Shop, assert_equal_mirror, register, sync, synced

pytestmark = pytest.mark.mongodb

TABLES_MAX = 100  # room for three stores: 33 tables each
BACK_SECONDS_MAX = 60


@pytest.fixture
def config(folder):
    """config(tables_max=…, eu2=url): by default tables bound the room, not files; writes the configuration file that the server starts with; its path."""
    def write(tables_max=3_300, **cells):
        file = folder / "stoa.toml"
        file.write_text(f"[storage]\ntables_max = {tables_max}\n"
                        + "".join(f"[[storage.cells]]\nname = '{name}'\nurl = '{url}'\n" for name, url in cells.items()))
        return file
    return write


@pytest.fixture
def shop(sandbox):
    """shop(name): a small one, with a number of its own."""
    made = []

    def make(name, **spec):
        made.append(Shop(sandbox, name, number=len(made) + 1, **{"seed": 6, **spec}))
        return made[-1]
    return make


def engines(stoa):
    """The cells as GET /api/server tells them, by name."""
    return {cell["name"]: cell for cell in stoa.get("/api/server").want(200).json["engines"]}


def ready(stoa):
    """Status and `degraded` of /readyz."""
    answer = stoa.request("GET", "/readyz")
    return answer.status, answer.json["degraded"]


def doctor(stoa):
    return run("doctor", "--server", stoa.url, "--token-file", stoa.data / "operator.token", "--data", stoa.data)


def restarted(stoa):
    stoa.stop()
    stoa.restart()
    return stoa


def test_a_new_store_goes_to_the_cell_with_most_room_and_old_ones_stay(start_stoa, sandbox, start_replica_set, config, shop):
    home, second = start_replica_set(), start_replica_set()
    stoa = start_stoa("--config", config(), extra_hosts=[sandbox.host], storage=home.url)
    old = [shop("old-a"), shop("old-b")]
    for each in old:
        synced(stoa, each)
    config(eu2=second.url)
    restarted(stoa)
    cells = engines(stoa)
    assert (cells["default"]["stores"], cells["eu2"]["stores"]) == (2, 0)
    assert cells["eu2"]["up"] and cells["eu2"]["room"] == cells["default"]["room"] + 2
    new = [shop("new-a"), shop("new-b"), shop("new-c")]
    for each in new:
        synced(stoa, each)
    assert home.databases() == ["appconfig", "new-c", "old-a", "old-b"]  # two went to the empty one, then both were equal
    assert second.databases() == ["new-a", "new-b"]
    restarted(stoa)
    for each in old + new:
        sync(stoa, each.name)
        assert_equal_mirror(stoa, each.name, each)
    assert second.databases() == ["new-a", "new-b"]
    job = stoa.delete("/api/config/clients/new-a?confirm=new-a").want(202).json["job"]["id"]
    stoa.wait_job(job, "succeeded")
    assert second.databases() == ["new-b"]


def test_a_cell_that_is_down_takes_only_its_own_stores_down(start_stoa, sandbox, start_replica_set, config, shop):
    home, second = start_replica_set(), start_replica_set()
    stoa = start_stoa("--config", config(), extra_hosts=[sandbox.host], storage=home.url)
    here = shop("here")
    synced(stoa, here)
    config(eu2=second.url)
    restarted(stoa)
    there, other = shop("there", seed=120), shop("other")
    key = synced(stoa, there)["readKey"]
    assert second.databases() == ["there"]
    assert ready(stoa) == (200, [])
    there.fault("slow", operation="ProductsPage", delayMs=500, times=-1)
    job = stoa.post("/api/stores/there/sync", {"mode": "full"}).want(202).json["job"]["id"]
    eventually("its sync runs", lambda: stoa.job(job)["state"] == "running")

    second.kill9()
    eventually("degraded", lambda: ready(stoa) == (200, ["cell eu2"]))
    for path, as_key in (("/v1/stores/there/products?limit=7", key), ("/api/stores/there", None)):
        answer = stoa.get(path, as_key)
        want_problem(stoa, answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
    # All that is not of that cell goes on: reads, syncs, registrations, the list of stores.
    began = time.monotonic()
    assert len(stoa.walk("/v1/stores/here/products?limit=2&status=any")) == 6
    sync(stoa, "here")
    synced(stoa, other)
    assert "other" in home.databases()
    rows = {row["clientKey"]: row for row in stoa.walk("/api/stores")}
    assert sorted(rows) == ["here", "other", "there"] and rows["here"]["kinds"]["products"]["state"] == "current"
    assert rows["there"]["kinds"] == {} and rows["there"]["cause"]["code"] == "storage-unavailable" and rows["here"]["cause"] is None
    assert time.monotonic() - began < 15, "nothing waits for the cell that is down"
    said = doctor(stoa)
    assert said.returncode == 1 and "eu2" in said.stdout and "there" in said.stdout
    waits = eventually("its job waits for storage", lambda: (j := stoa.job(job))["state"] == "waiting" and j, 30)
    assert waits["waiting"]["reason"] == "storage"

    # Nor does a start need it.
    restarted(stoa)
    assert ready(stoa) == (200, ["cell eu2"])
    assert stoa.get("/v1/stores/here/products?limit=3").status == 200
    want_problem(stoa, stoa.get("/v1/stores/there/products?limit=3"), 503)

    second.restart()
    there.clear_faults()
    eventually("all is well", lambda: ready(stoa) == (200, []), BACK_SECONDS_MAX)
    ended = eventually("the sync ends by itself", lambda: (j := stoa.job(job))["state"] in ENDED and j, BACK_SECONDS_MAX)
    assert ended["state"] == "succeeded", ended
    for each in (here, there, other):
        assert_equal_mirror(stoa, each.name, each)


# Names whose stores are looked at for their schedules a minute after they are first seen; others wait up to five.
DOWN, UP = "cell-1118", "cell-153"
STOP_SECONDS_MAX = 3


def test_a_cell_that_is_down_holds_up_neither_the_schedules_of_others_nor_a_stop(start_stoa, sandbox, start_replica_set, config, shop):
    home, second = start_replica_set(), start_replica_set()
    stoa = start_stoa("--config", config(), extra_hosts=[sandbox.host], storage=home.url)
    up = shop(UP)
    synced(stoa, up)
    config(eu2=second.url)
    restarted(stoa)
    synced(stoa, shop(DOWN))
    assert second.databases() == [DOWN]
    for name in (DOWN, UP):
        stoa.patch(f"/api/config/clients/{name}", {"settings": {"schedules": {"products": "1m"}}}).want(200)
    jobs = lambda name: len(stoa.walk(f"/api/jobs?store={name}"))
    before = jobs(UP)
    second.kill9()
    eventually("degraded", lambda: ready(stoa) == (200, ["cell eu2"]))
    eventually("a scheduled sync of the other cell's store", lambda: jobs(UP) > before, 100)
    assert ready(stoa) == (200, ["cell eu2"])
    began = time.monotonic()
    assert stoa.stop() == 0
    took = time.monotonic() - began
    assert took < STOP_SECONDS_MAX, f"the stop took {took:.1f} s"


def test_a_store_that_fits_nowhere_is_refused_and_leaves_nothing(start_stoa, sandbox, start_replica_set, config, shop):
    home = start_replica_set()
    stoa = start_stoa("--config", config(tables_max=TABLES_MAX), extra_hosts=[sandbox.host], storage=home.url)
    assert engines(stoa)["default"]["room"] == 3
    shops = [shop(name) for name in ("a1", "a2", "a3", "a4")]
    for each in shops[:3]:
        synced(stoa, each)
    before = footprint(stoa)
    answer = stoa.register("a4", shops[3].url, shops[3].token)
    problem = want_problem(stoa, answer, 503, "no-room")
    assert "storage.tables_max" in problem["detail"] and f"99 of {TABLES_MAX} tables" in problem["detail"] and "default" in problem["detail"]
    assert "a4" in problem["detail"] and "[[storage.cells]]" in problem["detail"]
    assert footprint(stoa) == before and home.databases() == ["a1", "a2", "a3", "appconfig"]
    said = doctor(stoa)
    assert said.returncode == 1 and "storage.tables_max" in said.stdout and "0 more fit" in said.stdout
    sync(stoa, "a1")  # those that are there are not touched by it

    second = start_replica_set()
    config(tables_max=TABLES_MAX, eu2=second.url)
    restarted(stoa)
    register(stoa, shops[3])
    assert second.databases() == ["a4"]


def test_a_store_goes_in_once_another_is_removed_or_the_limit_is_raised(start_stoa, sandbox, start_replica_set, config, shop):
    home = start_replica_set()
    stoa = start_stoa("--config", config(tables_max=TABLES_MAX), extra_hosts=[sandbox.host], storage=home.url)
    shops = [shop(f"b{number}", seed=2) for number in range(5)]
    for each in shops[:3]:
        synced(stoa, each)
    want_problem(stoa, stoa.register("b3", shops[3].url, shops[3].token), 503, "no-room")
    stoa.wait_job(stoa.delete("/api/config/clients/b0?confirm=b0").want(202).json["job"]["id"], "succeeded")
    synced(stoa, shops[3])
    want_problem(stoa, stoa.register("b4", shops[4].url, shops[4].token), 503, "no-room")
    config(tables_max=2 * TABLES_MAX)
    restarted(stoa)
    synced(stoa, shops[4])
