"""Themes from the shop's files to the answer, each read a second time by theme_truth.py. ../shared/data holds three real ones."""
import json
import re
import subprocess
import sys
import urllib.parse

import pytest

from stoa import ROOT, want_problem
from theme_truth import Theme
from truth import KINDS, Shop, first_difference, loads, mirrored, number, register, sync, synced

DATA = ROOT.parent / "shared" / "data"
FROM_FILES = ["settings", "preset", "sections", "contentForIndex", "blocks", "templates", "sectionGroups", "contextOverrides", "parsed"]
LARGE = ["presets", "platformCustomizations", "settingsSchema", "sectionSchemas", "blockSchemas", "locales"]


def counts(job):
    return {name: job["kinds"]["themes"][name] for name in ("seen", "written", "unchanged", "deleted", "failed")}


def themes(shop):
    """The shop's themes by role; of several in one role the last."""
    return {theme["role"]: theme for theme in shop.control("GET", "/themes").want(200).json["themes"]}


def put(shop, theme, filename, content, **members):
    shop.control("PUT", f"/themes/{number(theme['id'])}/files/{filename}", {"content": content, **members}).want(200)


def asked_files(shop):
    """The operation that fetches bodies: how often it was sent, and for which files last."""
    bodies = shop.control("GET", "/stats").want(200).json["operations"].get("ThemeFileBodies", {})
    return bodies.get("requests", 0), bodies.get("lastVariables", {}).get("filenames", [])


def contents(shop, theme):
    """The files of a theme by name, asked of the shop with a query of our own; None where they are no text."""
    files = shop._walk("""query Files($id: ID!, $after: String) { theme(id: $id) { files(first: 40, after: $after) { pageInfo { hasNextPage endCursor }
        edges { node { filename body { __typename ... on OnlineStoreThemeFileBodyText { content }
        ... on OnlineStoreThemeFileBodyBase64 { contentBase64 } ... on OnlineStoreThemeFileBodyUrl { url } } } } } } }""",
                       lambda data: data["theme"]["files"], id=theme["id"])
    return {file["filename"]: text_of(shop, file["body"]) for file in files}


def text_of(shop, body):
    import base64
    if "url" in body:
        return shop.sandbox.request("GET", "/" + body["url"].split("/", 3)[3]).want(200).text
    bytes_ = base64.b64decode(body["contentBase64"]) if "contentBase64" in body else body["content"].encode()
    return bytes_.decode("utf-8", "replace")


def targets(shop, seen=lambda product: product["status"] in ("ACTIVE", "UNLISTED") and (product["publishedAt"] or "9") < "2090"):
    """Ids by kind and handle: of what a reader may see."""
    found = {("products", product["handle"]): gid for gid, product in shop.products().items() if seen(product)}
    found |= {("collections", each["handle"]): gid for gid, each in shop.collections().items()}
    blogs = shop.blogs()
    found |= {("blogs", each["handle"]): gid for gid, each in blogs.items()}
    found |= {("articles", f"{blogs[each['blogId']]['handle']}/{each['handle']}"): gid
              for gid, each in shop.articles().items() if each["isPublished"]}
    for gid, each in shop.files().items():
        url = (each.get("image") or {}).get("url") or ""
        if "/files/" in url:
            found["media", url.split("?")[0].rsplit("/", 1)[-1]] = gid
    return found


def data(stoa, path, key=None):
    return loads(stoa.get(path, key).want(200).text)["data"]


def assert_is(served, files, found):
    """The answer is what the files say, with every member; errors are compared by where they are."""
    truth = Theme(files, found)
    expected = truth.expected()
    for template in [*expected["templates"].values(), *expected["sectionGroups"].values()]:
        if template["error"]:
            place = served["templates"] if template["filename"].startswith("templates/") else served["sectionGroups"]
            template["error"] = place[template["filename"].split("/", 1)[1].removesuffix(".json")]["error"]
            assert re.match(r"line \d+, column \d+: ", template["error"])
    assert {each["filename"] for each in served["errors"]} == truth.errors and all(each["error"] for each in served["errors"])
    for name in [*FROM_FILES, "resolved", *LARGE]:
        assert served[name] == expected[name], first_difference(served[name], expected[name], name)
    return truth


def whole(stoa, store, key=None, theme="theme"):
    """The answer with the members that come only when they are named."""
    answer = data(stoa, f"/v1/stores/{store}/{theme}", key)
    assert not set(LARGE) & set(answer)
    return {**answer, **data(stoa, f"/v1/stores/{store}/{theme}?fields={','.join(LARGE)}", key)}



@pytest.mark.parametrize("name", ["theme-dawn", "theme-horizon", "theme-mohammed9038"])
def test_a_real_theme_comes_back_with_nothing_lost(stoa, sandbox, folder, name):
    if not (DATA / name).is_dir():
        pytest.skip(f"the theme is not here: ../shared/data/{name}")
    # The schemas that were taken out of its Liquid are put into Liquid again.
    files = {str(path.relative_to(DATA / name)): path.read_bytes().decode() for path in (DATA / name).rglob("*")
             if path.is_file() and path.parent != DATA / name}
    schemas = DATA / name / "extracted-section-and-block-schemas.json"
    for filename, schema in json.loads(schemas.read_text()).items() if schemas.exists() else ():
        files[filename] = f"<div></div>\n{{% schema %}}\n{json.dumps(schema, indent=2)}\n{{% endschema %}}\n"
    for filename, text in files.items():
        (folder / "theme" / filename).parent.mkdir(parents=True, exist_ok=True)
        (folder / "theme" / filename).write_bytes(text.encode())
    shop = Shop(sandbox, "real", seed=3, articles=2, theme=str(folder / "theme"))
    # What its links name exists in the shop, but for every third.
    wanted = set()
    probe = Theme(files, {})
    probe.targets = type("Names", (), {"get": lambda self, link: link and wanted.add(link)})()
    probe.expected()
    for at, (kind, handle) in enumerate(sorted(wanted)):
        if at % 3 < 2 and kind == "collections":
            shop.control("POST", "/collections", {"title": handle, "handle": handle}).want(201)
    answer = synced(stoa, shop)
    found = targets(shop)
    served = whole(stoa, "real", answer["readKey"])
    truth = assert_is(served, files, found)
    assert len(truth.json) > 15 and not truth.errors
    if name == "theme-dawn":
        assert ("collections", "all") in wanted
    for template in served["templates"]:
        alone = data(stoa, f"/v1/stores/real/themes/main/templates/{template}", answer["readKey"])
        assert {**served["templates"][template], **alone} == alone
    # Every file is there, and the second sync asks for none.
    assert counts(answer["job"])["failed"] == 0
    shop.control("DELETE", "/stats").want(200)
    assert counts(sync(stoa, "real", kinds=["themes"]))["written"] == 0 and asked_files(shop)[0] == 0


def test_a_theme_of_every_oddity_comes_back(stoa, sandbox):
    shop = Shop(sandbox, "odd", seed=30, articles=10)
    answer = synced(stoa, shop)
    main = themes(shop)["MAIN"]
    files, found = contents(shop, main), targets(shop)
    truth = assert_is(whole(stoa, "odd", answer["readKey"]), files, found)
    assert truth.errors == {"templates/page.broken.json"}  # listed with its error, the rest is served
    # The shop is worth the test: all three bodies, resolved links of each kind, a source, static, disabled and nested blocks.
    shown = json.dumps(data(stoa, "/v1/stores/odd/theme", answer["readKey"]))
    for there in ('"static": true', '"disabled": true', '"unlisted": true', "gid://shopify/Product/", "gid://shopify/Collection/",
                  "gid://shopify/Blog/", "gid://shopify/MediaImage/", '{"shopify://collections/everything": "gid://shopify/Collection/', '"badge_color": "#e85d04"'):
        assert there in shown, there
    # Drafts are for operators: what they may see is resolved for them too.
    assert_is(whole(stoa, "odd"), files, targets(shop, lambda product: True) | {k: v for k, v in found.items() if k[0] == "articles"})
    # What a read key may see.
    key = answer["readKey"]
    assert [theme["role"] for theme in data(stoa, "/v1/stores/odd/themes", key)] == ["MAIN"]
    roles = {theme["role"]: theme for theme in mirrored(stoa, "/v1/stores/odd/themes")}
    assert set(roles) == {"MAIN", "UNPUBLISHED", "DEVELOPMENT"}
    for role, theme in roles.items():
        found_by_id = stoa.get(f"/v1/stores/odd/themes/{number(theme['id'])}", key)
        assert found_by_id.status == (200 if role == "MAIN" else 404)
        inspected = stoa.get(f"/api/stores/odd/inspect/themes/{number(theme['id'])}").want(200).json["served"]
        assert inspected == {"visible": role == "MAIN", "why": None if role == "MAIN" else "unpublished"}


def test_only_what_changed_is_fetched_and_written(stoa, sandbox):
    shop = Shop(sandbox, "step", seed=5, articles=2)
    synced(stoa, shop)
    main = themes(shop)["MAIN"]
    etag = lambda: stoa.get("/v1/stores/step/theme").want(200).headers["etag"]
    shop.control("DELETE", "/stats").want(200)
    before = etag()
    job = sync(stoa, "step")
    assert counts(job) == {**counts(job), "written": 0, "deleted": 0, "failed": 0} and asked_files(shop) == (0, [])
    assert etag() == before, "nothing was written"
    put(shop, main, "templates/product.json", '{"sections":{"new":{"type":"hero"}},"order":["new"]}')
    job = sync(stoa, "step", kinds=["themes"])
    assert asked_files(shop) == (1, ["templates/product.json"]), "that file alone"
    assert counts(job)["written"] == 2, "the file, and the theme that lists it"
    assert etag() != before
    # Each kind of body.
    for body in ("text", "base64", "url"):
        put(shop, main, "templates/product.json", f'{{"sections":{{"{body}":{{"type":"hero"}}}},"order":["{body}"]}}', body=body)
        sync(stoa, "step", kinds=["themes"])
        served = data(stoa, "/v1/stores/step/themes/main/templates/product")
        assert [section["id"] for section in served["sections"]] == [body]
    # A file that is gone, one that is no JSON any more, and one that is again.
    shop.control("DELETE", f"/themes/{number(main['id'])}/files/templates/customers/login.json").want(200)
    put(shop, main, "templates/product.json", "<h1>no JSON</h1>")
    job = sync(stoa, "step", kinds=["themes"])
    assert counts(job)["deleted"] == 1
    stoa.get("/v1/stores/step/themes/main/templates/customers/login").want(404)
    served = data(stoa, "/v1/stores/step/theme")
    assert [each["filename"] for each in served["errors"]] == ["templates/page.broken.json", "templates/product.json"]
    assert served["templates"]["product"]["sections"] == [] and served["templates"]["index"]["sections"]
    put(shop, main, "templates/product.json", '{"sections":{},"order":[],}')
    sync(stoa, "step", kinds=["themes"])
    assert [each["filename"] for each in data(stoa, "/v1/stores/step/theme")["errors"]] == ["templates/page.broken.json"]


def test_a_second_sync_of_two_thousand_products_and_all_else_writes_nothing(stoa, sandbox):
    shop = Shop(sandbox, "large", seed=2000)
    synced(stoa, shop)
    shop.control("DELETE", "/stats").want(200)
    version = stoa.get("/api/stores/large").json["version"]
    job = sync(stoa, "large")
    assert {kind: (state["state"], state["written"], state["deleted"]) for kind, state in job["kinds"].items()} == dict.fromkeys(KINDS, ("done", 0, 0))
    assert job["kinds"]["products"]["seen"] == 2000
    assert asked_files(shop) == (0, []) and stoa.get("/api/stores/large").json["version"] == version


def test_another_theme_is_published_named_and_deleted(stoa, sandbox):
    shop = Shop(sandbox, "turn", seed=8, articles=2)
    answer = synced(stoa, shop)
    key, by_role = answer["readKey"], themes(shop)
    first, vintage, draft = by_role["MAIN"], by_role["UNPUBLISHED"], by_role["DEVELOPMENT"]
    # A theme that a setting names is parsed too; a read key still sees the main one alone.
    assert data(stoa, f"/v1/stores/turn/themes/{number(draft['id'])}")["parsed"] is False
    stoa.patch("/api/config/clients/turn", {"settings": {"themes": [draft["id"]]}}).want(200)
    sync(stoa, "turn", kinds=["themes"])
    assert data(stoa, f"/v1/stores/turn/themes/{number(draft['id'])}")["templates"]["index"]["sections"]
    stoa.get(f"/v1/stores/turn/themes/{number(draft['id'])}", key).want(404)
    stoa.patch("/api/config/clients/turn", {"settings": {"themes": None}}).want(200)
    # A vintage theme is published: its home page stands in the settings.
    shop.control("PATCH", f"/themes/{number(vintage['id'])}", {"role": "MAIN"}).want(200)
    sync(stoa, "turn", kinds=["themes"])
    served = whole(stoa, "turn", key)
    assert served["id"] == vintage["id"] and served["preset"] == "Bold"
    assert_is(served, contents(shop, vintage), targets(shop))
    assert [section["id"] for section in served["templates"]["index"]["sections"]] == ["1491", "1490"]
    assert served["templates"]["index"]["sections"][0]["disabled"] is True
    old = data(stoa, f"/v1/stores/turn/themes/{number(first['id'])}")
    assert (old["role"], old["parsed"]) == ("UNPUBLISHED", False), "its files went"
    stoa.get(f"/v1/stores/turn/themes/{number(first['id'])}", key).want(404)
    # A deleted theme goes, and only it.
    shop.control("DELETE", f"/themes/{number(first['id'])}").want(200)
    job = sync(stoa, "turn", kinds=["themes"])
    assert counts(job)["deleted"] == 1
    want_problem(stoa, stoa.get(f"/v1/stores/turn/themes/{number(first['id'])}"), 404, "theme-not-found")
    assert {theme["id"] for theme in mirrored(stoa, "/v1/stores/turn/themes")} == {vintage["id"], draft["id"]}
    # A single theme, by its id.
    put(shop, vintage, "config/settings_data.json", '{"current":{"color_text":"#abc"}}')
    job = sync(stoa, "turn", ids=[vintage["id"]])
    assert set(job["kinds"]) == {"themes"} and data(stoa, "/v1/stores/turn/theme")["settings"] == {"color_text": "#abc"}


def test_links_are_true_when_they_are_read(stoa, sandbox):
    shop = Shop(sandbox, "links", seed=12, articles=2)
    key = synced(stoa, shop)["readKey"]
    page = lambda: stoa.get("/v1/stores/links/theme?templates=index", key).want(200)
    spot = lambda answer: next(section for section in answer.json["data"]["templates"]["index"]["sections"] if section["id"] == "spot")
    before = page()
    handle, gid = spot(before)["settings"]["product"], spot(before)["resolved"]["product"]
    assert spot(before)["resolved"] == {"product": gid, "list": [gid], "more": gid}
    shop.patch(gid, status="draft")
    sync(stoa, "links", ids=[gid])
    after = page()
    assert spot(after)["resolved"] == {} and spot(after)["settings"]["product"] == handle
    assert after.headers["etag"] != before.headers["etag"]
    shop.patch(gid, status="active")
    sync(stoa, "links", ids=[gid])
    assert spot(page())["resolved"]["product"] == gid
    shop.delete(gid)
    sync(stoa, "links", ids=[gid])
    assert spot(page())["resolved"] == {}
    assert stoa.get("/v1/stores/links/theme?templates=index", key, {"If-None-Match": page().headers["etag"]}).status == 304


def test_the_trio_for_existing_callers(stoa, sandbox):
    shop = Shop(sandbox, "trio", seed=2, articles=0)
    key = synced(stoa, shop)["readKey"]
    domain = "trio.myshopify.com"
    theme = stoa.get("/v1/stores/trio/theme", key).want(200)
    for name in ("clientKey=trio", f"shopDomain={domain}", f"shopDomain={domain}&clientKey=trio"):
        for caller in (key, None):
            same = stoa.get(f"/api/theme/data?{name}", caller).want(200)
            assert same.body == stoa.get("/v1/stores/trio/theme", caller).body
        assert stoa.get(f"/api/theme/data?{name}", key).headers["etag"] == theme.headers["etag"]
        assert stoa.get(f"/api/theme/data?{name}", key, {"If-None-Match": theme.headers["etag"]}).status == 304
        assert stoa.get(f"/api/theme/status?{name}").want(200).json == {
            **stoa.get("/api/stores/trio").json["kinds"]["themes"], "lagSeconds": stoa.get(f"/api/theme/status?{name}").json["lagSeconds"]}
        assert set(stoa.get(f"/api/theme/status?{name}", key).want(200).json) == {"state", "asOf", "lagSeconds", "nextSyncAt"}
    for wrong in ("clientKey=other", "clientKey=trio&shopDomain=other.myshopify.com", "shopDomain=trio"):
        for path in ("status", "data"):
            for caller in (key, None):
                want_problem(stoa, stoa.get(f"/api/theme/{path}?{wrong}", caller), 404, "store-not-found")
        want_problem(stoa, stoa.post(f"/api/theme/sync?{wrong}"), 404, "store-not-found")
    for path in ("status", "data"):
        body = want_problem(stoa, stoa.get(f"/api/theme/{path}?shopDomian=x", key), 400, "invalid-parameter")
        assert {each["parameter"] for each in body["errors"]} == {"clientKey", "shopDomian"}
        want_problem(stoa, stoa.get(f"/api/theme/{path}?clientKey=trio", ""), 401)
    want_problem(stoa, stoa.post("/api/theme/sync", {"clientKey": "trio"}, key), 403, "operator-only")
    body = want_problem(stoa, stoa.post("/api/theme/sync", {"clientkey": "trio"}), 422, "invalid-fields")
    assert [each["pointer"] for each in body["errors"]] == ["/clientkey"]
    for start in (lambda: stoa.post("/api/theme/sync", {"shopDomain": domain}), lambda: stoa.post("/api/theme/sync?clientKey=trio")):
        started = start().want(202)
        job = stoa.wait_job(started.json["job"]["id"], "succeeded")
        assert set(job["kinds"]) == {"themes"} and job["mode"] == "full" and started.headers["location"] == f"/api/jobs/{job['id']}"
    shop.fault("hang", operation="ThemesPage", delayMs=3000)
    running = stoa.post("/api/theme/sync", {"clientKey": "trio", "shopDomain": domain}).want(202).json["job"]
    assert want_problem(stoa, stoa.post("/api/theme/sync", {"clientKey": "trio"}), 409, "sync-under-way")["job"]["id"] == running["id"]


def test_a_shop_with_nothing_but_a_theme(stoa, sandbox):
    shop = Shop(sandbox, "bare", seed=0, articles=0, discounts=0)
    answer = synced(stoa, shop)
    assert answer["job"]["kinds"]["products"]["seen"] == 0
    files = contents(shop, themes(shop)["MAIN"])
    served = whole(stoa, "bare", answer["readKey"])
    assert_is(served, files, targets(shop))


def test_a_theme_of_a_thousand_templates_costs_no_memory(stoa, sandbox):
    shop = Shop(sandbox, "wide", seed=1, articles=0, templates=1000)
    register(stoa, Shop(sandbox, "small", seed=1, articles=0))
    before = stoa.memory_bytes()
    answer = synced(stoa, shop)
    assert counts(answer["job"])["failed"] == 0
    grown = stoa.memory_bytes() - before
    names = data(stoa, "/v1/stores/wide/theme?fields=templates", answer["readKey"])["templates"]
    assert len(names) > 1000 and "product.t1000" in names
    assert grown < 64 << 20, f"{grown >> 20} MiB more"
    assert list(data(stoa, "/v1/stores/wide/theme?templates=product.t500", answer["readKey"])["templates"]) == ["product.t500"]
    shop.control("DELETE", "/stats").want(200)
    assert counts(sync(stoa, "wide", kinds=["themes"]))["written"] == 0 and asked_files(shop)[0] == 0


def test_the_home_screen_of_the_docs_is_drawn_from_one_theme(stoa, sandbox):
    """docs/home-screen.md, exactly as it stands there."""
    example = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "home-screen.md").read_text(), re.S).group(1)
    shop = Shop(sandbox, "home", seed=40, articles=2)
    key = synced(stoa, shop)["readKey"]
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=60,
                          env={"STORE_URL": f"{stoa.url}/v1/stores/home", "READ_KEY": key, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    assert [line for line in lines if line.startswith("[")] == [
        "[announcement-bar]", "[header]", "[hero]", "[featured-collection]", "[featured-product]", "[apps]", "[footer]"], done.stdout
    assert "    <p>Nothing in excess</p>" in lines and "Hidden" not in done.stdout and "in no order" not in done.stdout
    products = shop.products()
    everything = next(each for each in shop.collections().values() if each["handle"] == "everything")
    members = [products[gid] for gid in shop.members(everything["id"])]
    shown = [each for each in members if each["status"] == "ACTIVE" and (each["publishedAt"] or "9") < "2090"][:8]
    cost = lambda product: " ".join(product["priceRangeV2"]["minVariantPrice"][name] for name in ("amount", "currencyCode"))
    grid = lines.index(f"> {everything['title']}")
    assert lines[grid - 1:grid + 9] == ["Chosen for you", lines[grid], *(f"  * {product['title']}, {cost(product)}" for product in shown)]
    handle = data(stoa, "/v1/stores/home/theme", key)["templates"]["index"]["sections"][2]["settings"]["product"]
    spot = next(product for product in products.values() if product["handle"] == handle)
    picture = next(gid for gid, each in shop.files().items() if "/lookbook-cover.jpg" in ((each.get("image") or {}).get("url") or ""))
    url = stoa.get(f"/v1/stores/home/media/{urllib.parse.quote(picture, safe='')}", key).want(200).json["data"]["contentUrl"]
    assert f"({url})" in lines and stoa.get(urllib.parse.urlsplit(url).path).want(200).headers["content-type"].startswith("image/")
    at = lines.index("[featured-product]")
    assert lines[at + 1:at + 3] == [f"* {spot['title']}, {cost(spot)}", "[apps]"]
