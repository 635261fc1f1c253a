"""Blogs and articles: equal, again, changed, and seen by a reader (contract sections 3 and 5). ../shared/data holds a real blog in the
states it went through; replayed in order they write exactly what changed."""
import json

import pytest

from stoa import ROOT
from truth import Shop, assert_equal_mirror, mirrored, number, sync, synced

TIMELINE = ROOT.parent / "shared" / "data" / "spacire" / "blogs-timeline"


def counts(job, kind):
    return {name: job["kinds"][kind][name] for name in ("seen", "written", "unchanged", "deleted", "failed")}


def test_every_state_of_a_blog_is_mirrored_and_a_reader_sees_what_is_published(stoa, sandbox):
    shop = Shop(sandbox, "blog", seed=5, articles=60)
    answer = synced(stoa, shop)
    assert_equal_mirror(stoa, "blog", shop)
    blogs, articles = shop.blogs(), shop.articles()
    # The shop is worth the test: were one of these missing, the seed has changed.
    assert {blog["commentPolicy"] for blog in blogs.values()} == {"AUTO_PUBLISHED", "CLOSED", "MODERATED"}
    assert any(blog["feed"] for blog in blogs.values()) and any(blog["updatedAt"] is None for blog in blogs.values())
    handles = [article["handle"] for article in articles.values()]
    assert len(set(handles)) < len(handles), "two blogs share handles"
    assert {article["isPublished"] for article in articles.values()} == {True, False}
    assert any(article["publishedAt"] is None for article in articles.values())
    assert any((article["publishedAt"] or "") > "2090" for article in articles.values())
    assert max(len(article["metafields"]) for article in articles.values()) > 20
    assert any("<script>" in article["body"] for article in articles.values())
    job = stoa.job(answer["job"]["id"])
    assert counts(job, "articles") == {"seen": 60, "written": 60, "unchanged": 0, "deleted": 0, "failed": 0}
    assert job["kinds"]["articles"]["total"] is None and job["kinds"]["blogs"]["total"] == 3
    published = {gid for gid, article in articles.items() if article["isPublished"]}
    key = answer["readKey"]
    assert {article["id"] for article in mirrored(stoa, "/v1/stores/blog/articles", key)} == published
    for gid, article in articles.items():
        stoa.get(f"/v1/stores/blog/articles/{number(gid)}", key).want(200 if gid in published else 404)
        by_handle = f"/v1/stores/blog/blogs/{number(article['blogId'])}/articles/by-handle/{article['handle']}"
        found = stoa.get(by_handle, key)
        assert found.status == (200 if gid in published else 404)
        if gid in published:
            assert found.json["data"]["id"] == gid
        served = stoa.get(f"/api/stores/blog/inspect/articles/{number(gid)}").want(200).json["served"]
        assert served["visible"] is (gid in published)
        assert served["why"] == (None if gid in published else "draft" if article["publishedAt"] is None else "unpublished")
    for gid, blog in blogs.items():
        mine = [article["id"] for article in mirrored(stoa, f"/v1/stores/blog/blogs/{number(gid)}/articles?status=any&sort=id")]
        assert mine == sorted(each for each, article in articles.items() if article["blogId"] == gid)


def test_only_what_changed_is_written_by_an_incremental_sync_too(stoa, sandbox):
    shop = Shop(sandbox, "edits", seed=5, articles=40)
    synced(stoa, shop)
    ids = list(shop.articles())
    shop.control("PATCH", f"/articles/{number(ids[3])}", {"title": "Edited"}).want(200)
    shop.control("DELETE", f"/articles/{number(ids[4])}").want(200)
    job = sync(stoa, "edits", mode="incremental", kinds=["articles"])
    assert counts(job, "articles") == {"seen": 1, "written": 1, "unchanged": 0, "deleted": 0, "failed": 0}
    job = sync(stoa, "edits", kinds=["articles", "blogs"])
    assert counts(job, "articles") == {"seen": 39, "written": 0, "unchanged": 39, "deleted": 1, "failed": 0}
    assert_equal_mirror(stoa, "edits", shop)
    refetched = sync(stoa, "edits", ids=[ids[3], ids[4], next(iter(shop.blogs()))])
    assert counts(refetched, "articles") == {"seen": 1, "written": 0, "unchanged": 1, "deleted": 0, "failed": 0}
    assert counts(refetched, "blogs") == {"seen": 1, "written": 0, "unchanged": 1, "deleted": 0, "failed": 0}


def test_a_real_blogs_states_replayed_write_exactly_what_changed(stoa, sandbox):
    if not TIMELINE.is_dir():
        pytest.skip("the blog's states are not here: ../shared/data/spacire/blogs-timeline")
    shop = Shop(sandbox, "spacire", seed=1, articles=0)
    synced(stoa, shop)
    before = {"blogs": {}, "articles": {}}
    changes = 0
    for state in sorted(TIMELINE.glob("*.json")):
        shop.control("PUT", "/blogs", json.loads(state.read_text())).want(200)
        job = sync(stoa, "spacire", kinds=["blogs", "articles"])
        # What the file itself says, past the sandbox.
        rest = {article["id"]: article for blog in json.loads(state.read_text())["blogs"] for article in blog["articles"]}
        now = {"blogs": shop.blogs(), "articles": shop.articles()}
        assert {int(number(gid)) for gid in now["articles"]} == set(rest)
        for gid, article in now["articles"].items():
            told = rest[int(number(gid))]
            assert (article["title"], article["handle"], article["body"]) == (told["title"], told["handle"], told.get("body_html") or "")
        for kind in ("blogs", "articles"):
            changed = sum(before[kind].get(gid) != document for gid, document in now[kind].items())
            gone = len(before[kind].keys() - now[kind].keys())
            assert counts(job, kind) == {"seen": len(now[kind]), "written": changed, "unchanged": len(now[kind]) - changed, "deleted": gone, "failed": 0}, state.name
            changes += changed
        assert_equal_mirror(stoa, "spacire", shop)
        before = now
    assert changes > 10
    assert {kind: counts(sync(stoa, "spacire", kinds=[kind]), kind)["written"] for kind in before} == {"blogs": 0, "articles": 0}
