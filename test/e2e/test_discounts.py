"""Discounts: all eight types equal, again, changed, ended, found by code, and seen by a reader (contract sections 3 and 5)."""
from urllib.parse import quote

import pytest

from truth import Shop, assert_equal_mirror, mirrored, number, sync, synced

TYPES = {f"Discount{way}{kind}" for way in ("Code", "Automatic") for kind in ("Basic", "Bxgy", "FreeShipping", "App")}
HIDDEN = ("codes", "usageLimit", "asyncUsageCount")


def counts(job, kind="discounts"):
    return {name: job["kinds"][kind][name] for name in ("seen", "written", "unchanged", "deleted", "failed")}


def at(store, gid):
    return f"/v1/stores/{store}/discounts/{quote(gid, safe='')}"


def by_code(stoa, store, code, key=None):
    return stoa.get(f"/v1/stores/{store}/discounts/by-code/{quote(code, safe='')}", key)


def test_all_eight_types_are_mirrored_and_a_reader_sees_what_applies(stoa, sandbox):
    shop = Shop(sandbox, "sale", seed=80, discounts=48, codes=60)
    answer = synced(stoa, shop)
    assert_equal_mirror(stoa, "sale", shop)
    discounts, key = shop.discounts(), answer["readKey"]
    # The shop is worth the test: were one of these missing, the seed has changed.
    assert {each["discount"]["__typename"] for each in discounts.values()} == TYPES
    assert {each["status"] for each in discounts.values()} == {"ACTIVE", "SCHEDULED", "EXPIRED"}
    assert max(len(each["discount"].get("codes", [])) for each in discounts.values()) > 50
    assert any(len(each["discount"].get("customerGets", {}).get("items", {}).get("products", [])) > 50 for each in discounts.values())
    job = stoa.job(answer["job"]["id"])
    assert counts(job) == {"seen": 48, "written": 48, "unchanged": 0, "deleted": 0, "failed": 0} and job["kinds"]["discounts"]["total"] == 48
    for status in ("ACTIVE", "SCHEDULED", "EXPIRED"):
        listed = {each["id"] for each in mirrored(stoa, f"/v1/stores/sale/discounts?status={status}")}
        assert listed == {gid for gid, each in discounts.items() if each["status"] == status}
    applies = {gid for gid, each in discounts.items() if each["status"] == "ACTIVE" and "Automatic" in each["discount"]["__typename"]}
    shown = mirrored(stoa, "/v1/stores/sale/discounts", key)
    assert {each["id"] for each in shown} == applies
    assert not any(name in each["discount"] for each in shown for name in HIDDEN)
    for gid, each in discounts.items():
        stoa.get(at("sale", gid)).want(200)
        stoa.get(at("sale", gid), key).want(200 if gid in applies else 404)
        served = stoa.get(f"/api/stores/sale/inspect/discounts/{quote(gid, safe='')}").want(200).json["served"]
        assert served["visible"] is (gid in applies) and bool(served["why"]) is (gid not in applies)
        for code in (code["code"] for code in each["discount"].get("codes", [])[:3]):
            found = by_code(stoa, "sale", code.swapcase(), key)
            if each["status"] != "ACTIVE":
                assert found.want(404).json["code"] == "discount-not-found"
                continue
            assert (found.want(200).json["data"]["id"], found.json["code"]) == (gid, code)
            assert not any(name in found.json["data"]["discount"] for name in HIDDEN)
    stoa.get("/v1/stores/sale/discounts?status=any", key).want(403)


def test_what_changes_is_written_and_what_went_is_found_by_the_sweep(stoa, sandbox):
    shop = Shop(sandbox, "moved", seed=10)
    synced(stoa, shop)
    for mode in ("full", "incremental"):
        assert counts(sync(stoa, "moved", mode=mode, kinds=["discounts"]))["written"] == 0
    ids = list(shop.discounts())
    made = shop.control("POST", "/discounts", {"title": "New", "codes": ["Fresh"], "products": [int(number(shop.product_ids()[0]))]}).want(201).json["id"]
    shop.control("PATCH", f"/discounts/{number(ids[0])}", {"title": "Changed", "ends_at": "2026-01-01T00:00:00Z"}).want(200)
    shop.control("PATCH", f"/discounts/{number(made)}", {"automatic": True}).want(400)
    shop.control("DELETE", f"/discounts/{number(ids[1])}").want(200)
    assert counts(sync(stoa, "moved", mode="incremental", kinds=["discounts"])) == {"seen": 2, "written": 2, "unchanged": 0, "deleted": 0, "failed": 0}
    assert counts(sync(stoa, "moved")) == {"seen": 24, "written": 0, "unchanged": 24, "deleted": 1, "failed": 0}
    assert_equal_mirror(stoa, "moved", shop)
    assert by_code(stoa, "moved", "FRESH").want(200).json["data"]["id"] == made
    shop.control("DELETE", f"/discounts/{number(made)}").want(200)
    shop.control("PATCH", f"/discounts/{number(ids[2])}", {"title": "By id"}).want(200)
    assert counts(sync(stoa, "moved", ids=[made, ids[2]])) == {"seen": 1, "written": 1, "unchanged": 0, "deleted": 1, "failed": 0}
    by_code(stoa, "moved", "FRESH").want(404)
    assert_equal_mirror(stoa, "moved", shop)


def test_three_hundred_codes_are_read_in_full_by_page_and_by_id(stoa, sandbox):
    shop = Shop(sandbox, "codes", seed=5, codes=300)
    synced(stoa, shop)
    assert_equal_mirror(stoa, "codes", shop)
    gid, full = next((gid, each) for gid, each in shop.discounts().items() if len(each["discount"].get("codes", [])) == 300)
    assert by_code(stoa, "codes", full["discount"]["codes"][299]["code"].lower()).want(200).json["data"]["id"] == gid
    shop.control("PATCH", f"/discounts/{number(gid)}", {"code_count": 1000}).want(200)
    assert counts(sync(stoa, "codes", ids=[gid]))["written"] == 1
    assert_equal_mirror(stoa, "codes", shop)
    assert counts(sync(stoa, "codes", kinds=["discounts"]))["written"] == 0  # the same bytes, whichever way they came


@pytest.mark.parametrize("codes_max, whole", [(299, False), (300, True), (0, False)])
def test_more_codes_than_are_wanted_are_counted(start_stoa, sandbox, codes_max, whole):
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_DISCOUNTS_CODES_MAX": str(codes_max)})
    shop = Shop(sandbox, "many", seed=5, codes=300)
    key = synced(stoa, shop)["readKey"]
    gid, full = next((gid, each) for gid, each in shop.discounts().items() if len(each["discount"].get("codes", [])) == 300)
    shown = stoa.get(at("many", gid)).want(200).json["data"]["discount"]
    assert (shown["codes"] is not None) is whole and shown["codesCount"]["count"] == 300
    if not whole:
        assert shop.asked("DiscountCodes") == 0
    code = full["discount"]["codes"][299]["code"]
    found = by_code(stoa, "many", code, key)
    assert found.status == 200 if whole else found.want(404).json["code"] == "codes-not-mirrored"
    missed = by_code(stoa, "many", "no-such-code", key).want(404).json["code"]
    assert missed == ("discount-not-found" if whole else "codes-not-mirrored")
    assert counts(sync(stoa, "many", ids=[gid]))["unchanged"] == 1
    stoa.get(f"/problems/{missed}").want(200)


def test_without_its_scope_the_kind_is_not_permitted_and_says_so(stoa, sandbox):
    shop = Shop(sandbox, "shy", seed=5, scopes="read_products read_content read_locales")
    answer = synced(stoa, shop)
    kind = answer["job"]["kinds"]["discounts"]
    assert kind["state"] == "notPermitted" and "read_discounts" in kind["error"]
    page = stoa.get("/v1/stores/shy/discounts", answer["readKey"]).want(200).json
    assert (page["data"], page["complete"], page["reason"]) == ([], False, "notPermitted")
    assert by_code(stoa, "shy", "SAVE-1", answer["readKey"]).want(503).json["code"] == "not-synced-yet"
    assert stoa.get("/v1/stores/shy/products").want(200).json["complete"] is True
