"""The kinds that sync.further_kinds switches on: equal, again, changed, swept, not permitted, and what a reader sees. Off, a store is what
it always was."""
import datetime

import pytest

from stoa import stored_collections
from truth import FURTHER, KINDS, Shop, assert_equal_further, assert_equal_mirror, assert_same, mirrored, number, sync, synced

ON = {"STOA_SYNC_FURTHER_KINDS": ",".join(FURTHER)}
NOW = lambda: datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731


@pytest.fixture
def further(start_stoa, sandbox):
    return start_stoa(extra_hosts=[sandbox.host], env=ON)


def counts(job, kind):
    return {name: job["kinds"][kind][name] for name in ("seen", "written", "unchanged", "deleted", "failed")}


def test_a_second_sync_of_everything_writes_nothing(further, sandbox):
    shop = Shop(sandbox, "again", seed=8)
    first = synced(further, shop)
    assert set(first["job"]["kinds"]) == KINDS | set(FURTHER)
    truth = assert_equal_further(further, "again", shop)
    assert_equal_mirror(further, "again", shop)
    for kind in FURTHER:
        assert truth[kind], f"the shop has no {kind}"
        assert first["job"]["kinds"][kind]["written"] == len(truth[kind])
    version = further.get("/v1/stores/again").want(200).json["data"]["version"]
    job = sync(further, "again")
    for kind in FURTHER:
        assert counts(job, kind) == {"seen": len(truth[kind]), "written": 0, "unchanged": len(truth[kind]), "deleted": 0, "failed": 0}
    assert further.get("/v1/stores/again").json["data"]["version"] == version


def test_off_by_default_a_store_is_what_it_was_and_gets_them_when_they_are_switched_on(start_stoa, sandbox):
    shop = Shop(sandbox, "later", seed=5)
    stoa = start_stoa(extra_hosts=[sandbox.host])
    answer = synced(stoa, shop)
    assert set(answer["job"]["kinds"]) == KINDS
    assert set(stoa.get("/v1/stores/later").want(200).json["data"]["kinds"]) == KINDS
    for kind in FURTHER:
        for path in (f"/{kind}", f"/{kind}/1"):
            for key in (None, answer["readKey"]):
                off = stoa.get(f"/v1/stores/later{path}", key).want(404).json
                assert off["code"] == "kind-not-mirrored" and "sync.further_kinds" in off["detail"]
        refused = stoa.post("/api/stores/later/sync", {"kinds": [kind]}).want(422).json
        assert "sync.further_kinds" in refused["errors"][0]["detail"]
    stoa.stop()
    assert not stored_collections(stoa, "later") & set(FURTHER)

    stoa = start_stoa(extra_hosts=[sandbox.host], env=ON)
    for kind in FURTHER:
        sync(stoa, "later", kinds=[kind])
    assert_equal_further(stoa, "later", shop)
    stoa.stop()
    assert set(FURTHER) <= stored_collections(stoa, "later")


def test_a_name_of_no_further_kind_stops_the_start(start_stoa):
    with pytest.raises(AssertionError, match="(?s)sync.further_kinds.*'products' is no further kind"):
        start_stoa(env={"STOA_SYNC_FURTHER_KINDS": "products"})


def test_pages_change_and_go(further, sandbox):
    shop = Shop(sandbox, "edits", seed=3)
    synced(further, shop)
    ids = list(shop.pages())
    made = shop.control("POST", "/pages", {"title": "New", "body_html": "<p>New</p>", "published_at": NOW()}).want(201).json["id"]
    shop.control("PATCH", f"/pages/{number(ids[1])}", {"title": "Edited"}).want(200)
    shop.control("DELETE", f"/pages/{number(ids[0])}").want(200)
    job = sync(further, "edits", mode="incremental", kinds=["pages"])
    assert counts(job, "pages") == {"seen": 2, "written": 2, "unchanged": 0, "deleted": 0, "failed": 0}
    further.get(f"/v1/stores/edits/pages/{number(ids[0])}").want(200)  # what went is found by a whole pass only
    job = sync(further, "edits", kinds=["pages"])
    assert counts(job, "pages") == {"seen": len(ids), "written": 0, "unchanged": len(ids), "deleted": 1, "failed": 0}
    further.get(f"/v1/stores/edits/pages/{number(ids[0])}").want(404)
    assert made in assert_equal_further(further, "edits", shop)["pages"]
    shop.control("DELETE", f"/pages/{number(made)}").want(200)
    refetched = sync(further, "edits", ids=[made, ids[1]])
    assert counts(refetched, "pages") == {"seen": 1, "written": 0, "unchanged": 1, "deleted": 1, "failed": 0}


def test_a_reader_sees_published_pages_only(further, sandbox):
    shop = Shop(sandbox, "seen", seed=3)
    key = synced(further, shop)["readKey"]
    pages = shop.pages()
    now = NOW()
    published = [gid for gid, page in pages.items() if page["publishedAt"] and page["publishedAt"] <= now]
    assert 0 < len(published) < len(pages)
    seen = mirrored(further, "/v1/stores/seen/pages", key)
    assert [page["id"] for page in seen] == published
    assert {(each["namespace"], each["key"]) for page in seen for each in page["metafields"]} == {("custom", "subtitle")}
    for gid, page in pages.items():
        status = 200 if gid in published else 404
        further.get(f"/v1/stores/seen/pages/{number(gid)}", key).want(status)
        by_handle = further.get(f"/v1/stores/seen/pages/by-handle/{page['handle']}", key).want(status)
        if status == 200:
            assert by_handle.json["data"]["id"] == gid
        served = further.get(f"/api/stores/seen/inspect/pages/{number(gid)}").want(200).json["served"]
        assert served["visible"] is (gid in published)
    further.get("/v1/stores/seen/pages?status=any", key).want(403)


# The scope that each kind needs, and without which it alone is not permitted.
SCOPES = {"pages": "read_content"}


@pytest.mark.parametrize("kind", FURTHER)
def test_without_its_scope_a_kind_is_not_permitted_and_the_rest_is_mirrored(further, sandbox, kind):
    granted = sorted(Shop(sandbox, "all", seed=1).scopes() - {SCOPES[kind]})
    shop = Shop(sandbox, "less", seed=5, scopes=" ".join(granted))
    answer = synced(further, shop)
    assert any(SCOPES[kind] == warning["scope"] and kind in warning["detail"] for warning in answer["warnings"]), answer["warnings"]
    assert answer["job"]["kinds"][kind]["state"] == "notPermitted"
    assert SCOPES[kind] in answer["job"]["kinds"][kind]["error"]
    assert answer["job"]["kinds"]["products"]["state"] == "done"
    assert_same(mirrored(further, "/v1/stores/less/products?status=any"), list(shop.products().values()), "products")
    refused = further.get(f"/v1/stores/less/{kind}", answer["readKey"]).want(200).json
    assert refused["complete"] is False and refused["reason"] == "notPermitted"
