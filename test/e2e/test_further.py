"""The kinds that sync.further_kinds switches on: equal, again, changed, swept, not permitted, and what a reader sees. Off, a store is what
it always was."""
import datetime

import pytest

from stoa import stored_collections, wait_until
from truth import FURTHER, KINDS, Shop, assert_equal_further, assert_equal_mirror, assert_same, mirrored, number, register, sync, synced

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


def test_a_menu_keeps_its_nesting_and_goes_when_it_goes(further, sandbox):
    shop = Shop(sandbox, "menus", seed=3)
    key = synced(further, shop)["readKey"]
    main = further.get("/v1/stores/menus/menus/by-handle/main-menu", key).want(200).json["data"]
    assert main == shop.menus()[main["id"]]
    deepest = main["items"][1]["items"][0]["items"][0]
    assert deepest["title"] == "Deepest" and deepest["resourceId"] in shop.pages()
    further.get(f"/v1/stores/menus/pages/{number(deepest['resourceId'])}", key).want(200)  # a target's id is that of its document
    further.get(f"/v1/stores/menus/menus/{number(main['id'])}", key).want(200)

    made = shop.control("POST", "/menus", {"title": "New", "handle": "new", "items": [{"title": "Out", "url": "https://x.example/"}]}).want(201).json["id"]
    footer = next(menu["id"] for menu in shop.menus().values() if menu["handle"] == "footer")
    shop.control("PATCH", f"/menus/{number(main['id'])}", {"items": []}).want(200)
    shop.control("DELETE", f"/menus/{number(footer)}").want(200)
    job = sync(further, "menus", kinds=["menus"])
    assert counts(job, "menus") == {"seen": 3, "written": 2, "unchanged": 1, "deleted": 1, "failed": 0}
    assert made in assert_equal_further(further, "menus", shop)["menus"]
    further.get("/v1/stores/menus/menus/by-handle/footer", key).want(404)
    shop.control("PATCH", f"/menus/{number(made)}", {"title": "Renamed"}).want(200)
    assert counts(sync(further, "menus", ids=[made, footer]), "menus")["written"] == 1


def test_metaobjects_change_and_go_in_every_type(further, sandbox):
    shop = Shop(sandbox, "types", seed=3, metaobjects=200)
    first = synced(further, shop)
    assert first["job"]["kinds"]["metaobjects"]["written"] == 200
    asked = shop.control("GET", "/stats").json["operations"]
    assert asked["MetaobjectsPage"]["requests"] == 2 + 2 + 2 + 1, "pages of 54: three types of 67, 67 and 66, one of none"
    ids = list(shop.metaobjects())
    made = shop.control("POST", "/metaobjects", {"type": "empty_type", "title": "First", "fields": [{"key": "k", "type": "t", "value": "v"}]}).want(201).json["id"]
    shop.control("PATCH", f"/metaobjects/{number(ids[0])}", {"title": "Edited"}).want(200)
    shop.control("DELETE", f"/metaobjects/{number(ids[-1])}").want(200)
    job = sync(further, "types", mode="incremental", kinds=["metaobjects"])
    assert counts(job, "metaobjects") == {"seen": 2, "written": 2, "unchanged": 0, "deleted": 0, "failed": 0}
    job = sync(further, "types", kinds=["metaobjects"])
    assert counts(job, "metaobjects") == {"seen": 200, "written": 0, "unchanged": 200, "deleted": 1, "failed": 0}
    assert made in assert_equal_further(further, "types", shop)["metaobjects"]


def test_a_walk_of_types_survives_a_kill(further, sandbox):
    shop = Shop(sandbox, "killed", seed=3, metaobjects=400)
    shop.fault("slow", operation="MetaobjectsPage", after=3, times=-1, delayMs=300)
    job = register(further, shop)["job"]["id"]
    wait_until(lambda: shop.asked("MetaobjectsPage") >= 5)
    further.kill9()
    shop.clear_faults()
    further.restart()
    further.wait_job(job)
    assert shop.asked("MetaobjectTypes") == 1, "the types stand beside the cursor"
    assert_equal_further(further, "killed", shop)


def test_a_reader_sees_what_definitions_let_storefronts_read_and_no_drafts(further, sandbox):
    shop = Shop(sandbox, "access", seed=3)
    key = synced(further, shop)["readKey"]

    def check():
        truth = shop.metaobjects()
        readable = [gid for gid, each in sorted(truth.items())
                    if each["definition"]["access"]["storefront"] == "PUBLIC_READ" and (each["capabilities"]["publishable"] or {}).get("status") != "DRAFT"]
        assert 0 < len(readable) < len(truth)
        assert [each["id"] for each in mirrored(further, "/v1/stores/access/metaobjects", key)] == readable
        for gid, each in truth.items():
            status = 200 if gid in readable else 404
            further.get(f"/v1/stores/access/metaobjects/{number(gid)}", key).want(status)
            found = further.get(f"/v1/stores/access/metaobjects/by-handle/{each['type']}/{each['handle']}", key).want(status)
            if status == 200:
                assert found.json["data"]["id"] == gid
            assert further.get(f"/api/stores/access/inspect/metaobjects/{number(gid)}").json["served"]["visible"] is (gid in readable)
        for kind in ("size_chart", "internal_note", "lookbook"):
            seen = [each["id"] for each in mirrored(further, f"/v1/stores/access/metaobjects?type={kind}", key)]
            assert seen == [gid for gid in readable if truth[gid]["type"] == kind]
        return readable

    before = check()
    shop.control("PATCH", "/metaobject-definitions", {"type": "size_chart", "storefront": "NONE"}).want(200)
    sync(further, "access")
    assert set(check()) < set(before)


# The scopes that each kind needs, and without which it alone is not permitted.
SCOPES = [("pages", "read_content"), ("menus", "read_online_store_navigation"), ("metaobjects", "read_metaobjects"),
          ("metaobjects", "read_metaobject_definitions")]


@pytest.mark.parametrize("kind, scope", SCOPES)
def test_without_its_scope_a_kind_is_not_permitted_and_the_rest_is_mirrored(further, sandbox, kind, scope):
    granted = sorted(Shop(sandbox, "all", seed=1).scopes() - {scope})
    shop = Shop(sandbox, "less", seed=5, scopes=" ".join(granted))
    answer = synced(further, shop)
    assert any(scope == warning["scope"] and kind in warning["detail"] for warning in answer["warnings"]), answer["warnings"]
    assert answer["job"]["kinds"][kind]["state"] == "notPermitted"
    assert scope in answer["job"]["kinds"][kind]["error"]
    assert answer["job"]["kinds"]["products"]["state"] == "done"
    assert_same(mirrored(further, "/v1/stores/less/products?status=any"), list(shop.products().values()), "products")
    refused = further.get(f"/v1/stores/less/{kind}", answer["readKey"]).want(200).json
    assert refused["complete"] is False and refused["reason"] == "notPermitted"
