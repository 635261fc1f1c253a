"""A mongod that is killed in the middle of a first sync: the run ends by itself in an equal mirror, nothing that was acknowledged is lost, and
meanwhile Stoa stays up and says the truth. `--turns N` repeats each (`./dev sim`)."""
import hashlib
import random
import threading
import time

import pytest

from stoa import ENDED, eventually, wait_until, want_problem
from truth import Shop, assert_equal_mirror, media_settled, register, synced

pytestmark = pytest.mark.mongodb

PRODUCTS = 1500
PAGE = 12
PAGES = -(-PRODUCTS // PAGE)
DOWN_SECONDS = 3
BACK_SECONDS_MAX = 90


class Writer:
    """Makes read keys one after the other until it is stopped. An answer is 201, or 503 while there is no database; nothing else."""

    def __init__(self, stoa, store):
        self.stoa, self.store = stoa, store
        self.acknowledged, self.refused, self.wrong = [], 0, []
        self.going = True
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        number = 0
        while self.going:
            number += 1
            try:
                answer = self.stoa.post(f"/api/stores/{self.store}/keys", {"name": f"key {number}"})
            except OSError as problem:
                self.wrong.append(repr(problem))
                continue
            if answer.status == 201:
                self.acknowledged.append(answer.json["id"])
            elif answer.status == 503 and "retry-after" in answer.headers:
                self.refused += 1
                time.sleep(0.05)
            else:
                self.wrong.append(f"{answer.status} {answer.text[:300]}")
            time.sleep(0.01)

    def stop(self):
        self.going = False
        self.thread.join()


def job_through_outages(stoa, job_id, timeout):
    """The job once it has ended. Meanwhile a 503 with Retry-After is an answer, too."""
    def ask():
        answer = stoa.get(f"/api/jobs/{job_id}")
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) >= 1
            return None
        job = answer.want(200).json
        return job if job["state"] in ENDED else None
    return eventually("the job ends by itself", ask, timeout)


def walk_through_a_kill(stoa, sandbox, replicas, dice, heal):
    """A first sync; the primary is killed in the middle of it; `heal()` is what the operator does, if anything."""
    calm = Shop(sandbox, "calm", seed=20)
    synced(stoa, calm)
    warm = "/v1/stores/calm/products?limit=5"
    stoa.get(warm).want(200)  # the page cache has it now
    shop = Shop(sandbox, "shaken", seed=PRODUCTS)
    shop.fault("slow", operation="ProductsPage", delayMs=60, times=-1)
    job = register(stoa, shop)["job"]["id"]
    wait_until(lambda: stoa.job(job)["kinds"]["products"]["seen"] > 0)
    writer = Writer(stoa, "calm")
    try:
        time.sleep(dice.uniform(0.1, 0.8))
        process = stoa.process.pid
        assert stoa.job(job)["state"] == "running"
        replicas.kill9()
        killed = time.monotonic()
        away = eventually("not ready", lambda: (a := stoa.request("GET", "/readyz")).status == 503 and a)
        assert away.json["status"] == "unavailable"
        assert stoa.request("GET", "/livez").status == 200
        if heal:  # nothing but us ends the outage
            stoa.get(warm).want(200)
            cold = stoa.get("/v1/stores/calm/products?limit=6")
            want_problem(stoa, cold, 503)
            assert int(cold.headers["retry-after"]) >= 1
            assert stoa.request("GET", "/readyz").status == 503
            time.sleep(max(0, DOWN_SECONDS - (time.monotonic() - killed)))
            heal()
        eventually("ready again", lambda: stoa.request("GET", "/readyz").status == 200, BACK_SECONDS_MAX)
        print(f"not ready for {time.monotonic() - killed:.1f} s")
        ended = job_through_outages(stoa, job, BACK_SECONDS_MAX)
    finally:
        writer.stop()
    assert ended["state"] == "succeeded", ended
    assert stoa.alive() and stoa.process.pid == process
    products = ended["kinds"]["products"]
    assert (products["seen"], products["written"] + products["unchanged"], products["failed"]) == (PRODUCTS, PRODUCTS, 0)
    shop.clear_faults()
    assert_equal_mirror(stoa, "shaken", shop)
    assert_equal_mirror(stoa, "calm", calm)

    assert writer.wrong == [] and writer.acknowledged  # some waited for the database, others were refused
    there = {key["id"] for key in stoa.walk("/api/stores/calm/keys")}
    assert set(writer.acknowledged) <= there, "an acknowledged write was lost"
    # What a page stored is not fetched again: its cursor was as durable as itself.
    assert PAGES <= shop.asked("ProductsPage") <= PAGES + 3


@pytest.fixture
def dice(turn):
    return random.Random(turn)


def test_a_single_mongod_is_killed_in_a_first_sync(start_stoa, sandbox, start_replica_set, dice):
    replicas = start_replica_set()
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=replicas.url)
    walk_through_a_kill(stoa, sandbox, replicas, dice, heal=replicas.restart)


def test_the_primary_of_three_is_killed_in_a_first_sync(start_stoa, sandbox, start_replica_set, dice):
    replicas = start_replica_set(nodes=3)
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=replicas.url)
    walk_through_a_kill(stoa, sandbox, replicas, dice, heal=None)


def test_the_primary_is_killed_while_bytes_of_media_are_uploaded(start_stoa, sandbox, start_replica_set, dice):
    replicas = start_replica_set()
    stoa = start_stoa(extra_hosts=[sandbox.host], storage=replicas.url)
    shop = Shop(sandbox, "pics", seed=150)
    job = register(stoa, shop)["job"]["id"]
    process = stoa.process.pid
    with replicas.client() as client:
        wait_until(lambda: client.pics["fs.chunks"].estimated_document_count() >= dice.randint(5, 60), timeout=60)
        replicas.kill9()
    time.sleep(1)
    assert stoa.request("GET", "/livez").status == 200
    replicas.restart()
    eventually("ready again", lambda: stoa.request("GET", "/readyz").status == 200, BACK_SECONDS_MAX)
    with replicas.client() as client:
        there = client.pics["fs.files"].count_documents({})
    ended = job_through_outages(stoa, job, BACK_SECONDS_MAX)
    assert ended["state"] == "succeeded", ended
    media_settled(stoa, "pics")
    assert stoa.alive() and stoa.process.pid == process
    stored = stoa.walk("/v1/stores/pics/media?state=stored&limit=250")
    names = {each["sha256"] for each in stored}
    assert there < len(names), "it was killed in the middle of it"
    with replicas.client() as client:
        rows = {row["_id"]: row for row in client.pics["fs.files"].find()}
        assert set(rows) == names
        for row in rows.values():
            chunks = client.pics["fs.chunks"].find({"files_id": row["_id"]}).sort("n", 1)
            assert hashlib.sha256(b"".join(chunk["data"] for chunk in chunks)).hexdigest() == row["_id"]
        assert set(client.pics["fs.chunks"].distinct("files_id")) == names
