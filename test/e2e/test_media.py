"""Media: what the shop's files and images are mirrored as, how their bytes are had, kept and served, and what hostile ones come to (issue 5,
deliverable 3). Bytes come from the sandbox's own CDN (docs/formats/sandbox.md)."""
import hashlib
import http.server
import threading

import pytest

from stoa import wait_until
from truth import Shop, media_settled, mirrored, number, register, sync, synced


def media(stoa, store, key=None, **query):
    path = f"/v1/stores/{store}/media" + "".join(f"{'&' if place else '?'}{name}={value}" for place, (name, value) in enumerate(query.items()))
    return {each["id"]: each for each in mirrored_with_copies(stoa, path, key)}


def mirrored_with_copies(stoa, path, key=None):
    found, after = [], ""
    while after is not None:
        page = stoa.get(f"{path}{'&' if '?' in path else '?'}limit=250{f'&after={after}' if after else ''}", key).want(200).json
        found += page["data"]
        after = page["page"]["next"]
    return found


def downloads(shop):
    return shop.control("GET", "/stats").json["downloads"]


def size(png):
    """Width and height of a PNG."""
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_every_file_and_image_is_mirrored_and_its_bytes_served(stoa, sandbox):
    shop = Shop(sandbox, "pics", seed=40)
    answer = synced(stoa, shop)
    key = answer["readKey"]
    files, seen = shop.files(), media(stoa, "pics")
    assert {each for each in seen if each.startswith("gid:")} == set(files)
    images = {each.split("?")[0] for kind in (shop.collections(), shop.articles()) for each in
              (one["image"]["url"] for one in kind.values() if one["image"])}
    assert {each for each in seen if not each.startswith("gid:")} == images and len(images) > 5
    # Every status of the library: what can be had is stored, the rest says why not.
    assert {(each["state"], each["reason"]) for each in seen.values()} == {
        ("stored", None), ("pending", "not-ready"), ("failed", "shopify-failed"), ("refused", "external-video")}
    assert {each["contentType"] for each in seen.values() if each["sha256"]} == {
        "image/png", "image/svg+xml", "video/mp4", "model/gltf-binary", "application/pdf"}
    products = shop.products()
    for gid, product in products.items():
        for each in product["media"]:
            assert gid in seen[each["id"]]["usedIn"]
    # The bytes are the ones the shop has, and whoever knows their name may have them.
    stored = [each for each in seen.values() if each["state"] == "stored"]
    for each in stored[:20]:
        original = sandbox.request("GET", each["sourceUrl"].split(sandbox.host)[1]).want(200).body
        assert hashlib.sha256(original).hexdigest() == each["sha256"] and len(original) == each["size"]
        served = stoa.get(each["contentUrl"], key="").want(200)
        assert served.body == original and served.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert served.headers["x-content-type-options"] == "nosniff"
    # Where they are shown, they carry that name.
    shown = {each["id"]: each for each in mirrored_with_copies(stoa, "/v1/stores/pics/products", key)}
    copies = [(each["id"], each["contentUrl"]) for product in shown.values() for each in product["media"]]
    assert copies and all(url == seen[gid]["contentUrl"] for gid, url in copies)
    for each in mirrored_with_copies(stoa, "/v1/stores/pics/collections", key) + mirrored_with_copies(stoa, "/v1/stores/pics/articles", key):
        if each["image"]:
            assert each["image"]["contentUrl"] == seen[each["image"]["url"].split("?")[0]]["contentUrl"]
    # A read key sees no files that are no media, and not where media are used.
    public = media(stoa, "pics", key)
    assert not any("GenericFile" in each for each in public) and not any("usedIn" in each for each in public.values())


def test_a_second_sync_writes_nothing_and_downloads_nothing(stoa, sandbox):
    shop = Shop(sandbox, "again", seed=60)
    synced(stoa, shop)
    version, asked = stoa.get("/api/stores/again").json["version"], downloads(shop)
    assert asked > 50
    for mode in ("full", "incremental"):
        assert sync(stoa, "again", mode=mode)["kinds"]["media"]["written"] == 0
    assert (stoa.get("/api/stores/again").json["version"], downloads(shop)) == (version, asked)
    # A file whose URL says that it is another one is had again, and that alone; what is deleted goes.
    gid = shop.control("POST", "/files", {"url": "https://cdn.shopify.com/new.png?v=1"}).want(201).json["id"]
    sync(stoa, "again", kinds=["media"])
    assert downloads(shop) == asked + 1 and media(stoa, "again")[gid]["state"] == "stored"
    shop.control("DELETE", f"/files/{number(gid)}").want(200)
    sync(stoa, "again", kinds=["media"])
    assert gid not in media(stoa, "again")


def test_images_are_resized_in_steps_and_never_enlarged(stoa, sandbox):
    shop = Shop(sandbox, "sizes", seed=10)
    key = synced(stoa, shop)["readKey"]
    image = next(each for each in media(stoa, "sizes").values() if each["contentType"] == "image/png")
    original = stoa.get(image["contentUrl"], key="").want(200)
    width, height = size(original.body)
    for asked, step in ((1, 64), (64, 64), (9999, 4096)):
        got = stoa.get(f"{image['contentUrl']}?width={asked}", key="").want(200)
        assert got.headers["content-type"] == "image/png" and size(got.body)[0] == min(step, width)
    webp = stoa.get(f"{image['contentUrl']}?width=100&format=webp", key="").want(200)
    assert webp.headers["content-type"] == "image/webp" and webp.body[8:12] == b"WEBP"
    assert stoa.get(f"{image['contentUrl']}?format=jpeg", key="").want(200).body.startswith(b"\xff\xd8")
    stoa.get(f"{image['contentUrl']}?width=0", key="").want(400)
    # The same by id, with a key: for an app that has no contentUrl.
    path = f"/v1/stores/sizes/media/{image['id'].replace(':', '%3A').replace('/', '%2F')}/content"
    assert stoa.get(path, key).want(200).body == original.body
    assert stoa.get(path, key, {"If-None-Match": original.headers["etag"]}).want(304).body == b""
    part = stoa.get(path, key, {"Range": "bytes=1-3"}).want(206)
    assert (part.body, part.headers["content-range"]) == (b"PNG", f"bytes 1-3/{len(original.body)}")
    stoa.get(path, key="").want(401)


def test_stores_have_tokens_and_bytes_of_their_own(stoa, sandbox):
    shops = [Shop(sandbox, name, seed=5, number=1) for name in ("left", "right")]
    answers = [synced(stoa, shop) for shop in shops]
    urls = [{each["contentUrl"] for each in media(stoa, shop.name).values() if each["contentUrl"]} for shop in shops]
    assert not urls[0] & urls[1]
    left, right = (next(iter(each)).split("/") for each in urls)
    stoa.get(f"/m/{left[2]}/{left[3]}", key="").want(200)
    stoa.get(f"/m/{'A' * len(left[2])}/{left[3]}", key="").want(404)
    stoa.get("/v1/stores/left/media", answers[1]["readKey"]).want(404)
    # Removed, nothing of it is left (rule T4).
    removed = stoa.delete("/api/config/clients/left?confirm=left").want(202).json
    stoa.wait_job(removed["job"]["id"])
    stoa.get(f"/m/{left[2]}/{left[3]}", key="").want(404)
    stoa.get(f"/m/{right[2]}/{right[3]}", key="").want(200)


@pytest.mark.sqlite
def test_a_removed_stores_bytes_are_gone_from_the_disk(stoa, sandbox):
    synced(stoa, Shop(sandbox, "gone", seed=5))
    assert any((stoa.data / "media" / "gone").rglob("*"))
    stoa.wait_job(stoa.delete("/api/config/clients/gone?confirm=gone").want(202).json["job"]["id"])
    assert not (stoa.data / "media" / "gone").exists()


@pytest.mark.mongodb
def test_of_two_servers_one_downloads_each_image_once(start_stoa, sandbox, folder):
    env = {"STOA_SECURITY_MASTER_KEY_FILE": str(folder / "master.key")}
    servers = [start_stoa(extra_hosts=[sandbox.host], name=name, env=env) for name in ("one", "two")]
    shops = [Shop(sandbox, f"shop-{place}", seed=60, number=place + 1) for place in range(4)]
    jobs = [register(servers[place % 2], shop)["job"]["id"] for place, shop in enumerate(shops)]
    for shop, job in zip(shops, jobs):
        servers[1].wait_job(job, "succeeded")
        media_settled(servers[0], shop.name)
        stored = [each for each in media(servers[0], shop.name).values() if each["state"] == "stored"]
        assert downloads(shop) == len(stored) > 50
        for server in servers:
            wait_until(lambda: server.request("GET", stored[0]["contentUrl"]).status == 200)


class Listener(http.server.BaseHTTPRequestHandler):
    """A service of our own network, which nobody may be led to."""
    seen = []

    def do_GET(self):
        Listener.seen.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_hostile_media_end_in_a_recorded_state_and_nothing_else_suffers(start_stoa, sandbox):
    inside = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=inside.serve_forever, daemon=True).start()
    secret = f"http://127.0.0.1:{inside.server_port}/secret"
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_MEDIA_TIMEOUT": "2s", "STOA_MEDIA_ATTEMPTS_MAX": "1", "STOA_MEDIA_BYTES_MAX": "1000000"})
    shop = Shop(sandbox, "hostile", seed=5)
    wanted = {
        f"hostile/redirect.png?to={secret}": ("refused", "host-not-allowed"),
        "hostile/endless.png": ("refused", "too-large"),
        "hostile/flood.png": ("refused", "too-many-pixels"),
        "hostile/script.svg": ("refused", "svg-danger"),
        "hostile/html.png": ("refused", "wrong-type"),
        "hostile/gone.png": ("failed", "http-404"),
        "hostile/busy.png": ("failed", "http-503"),
        "hostile/slow.png": ("failed", "timeout")}
    ids = {shop.control("POST", "/files", {"url": f"https://cdn.shopify.com/{path}"}).want(201).json["id"]: path for path in wanted}
    direct = shop.control("POST", "/files", {"url": secret}).want(201).json["id"]
    job = synced(stoa, shop)["job"]
    assert job["state"] == "succeeded" and job["kinds"]["media"]["failed"] == 0  # a failing image fails no sync
    seen = media(stoa, "hostile")
    assert {path: (seen[gid]["state"], seen[gid]["reason"]) for gid, path in ids.items()} == wanted
    assert (seen[direct]["state"], seen[direct]["reason"]) == ("refused", "host-not-allowed")
    assert Listener.seen == []
    inside.shutdown()
    # They are not tried again by the next sync, and the rest of the library is there.
    asked = downloads(shop)
    assert sync(stoa, "hostile")["kinds"]["media"]["written"] == 0 and downloads(shop) == asked
    assert sum(each["state"] == "stored" for each in seen.values()) > 5
    gone = next(gid for gid, path in ids.items() if "gone" in path)
    content = f"/v1/stores/hostile/media/{gone.replace(':', '%3A').replace('/', '%2F')}/content"
    assert stoa.get(content).want(302).headers["location"] == seen[gone]["sourceUrl"]
    stoa.get(content.replace(number(gone), number(direct))).want(404)  # nobody is sent where we would not go


def test_a_killed_server_goes_on_where_it_was(start_stoa, sandbox):
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_MEDIA_DOWNLOADS_MAX": "1"})
    shop = Shop(sandbox, "killed", seed=150)
    register(stoa, shop)
    wait_until(lambda: stoa.get("/v1/stores/killed/media?state=stored&limit=1").json["data"])
    stoa.kill9()
    stoa.restart()
    wait_until(lambda: stoa.get("/api/jobs?store=killed").json["data"][0]["state"] == "succeeded", timeout=60)
    media_settled(stoa, "killed")
    seen = media(stoa, "killed")
    assert set(shop.files()) <= set(seen)
    stored = [each for each in seen.values() if each["state"] == "stored"]
    assert len(stored) > 150
    for each in stored[::25]:
        assert hashlib.sha256(stoa.get(each["contentUrl"], key="").want(200).body).hexdigest() == each["sha256"]
    # What was had before is not had again, but for what was under way or not written yet when it was killed.
    assert downloads(shop) <= len(stored) + 60


def test_metrics_and_the_server_tell_of_downloads(stoa, sandbox):
    synced(stoa, Shop(sandbox, "told", seed=5))
    metrics = stoa.request("GET", "/metrics").want(200).text
    assert 'stoa_media_downloads_total{outcome="stored"}' in metrics and "stoa_media_bytes_total" in metrics
    assert stoa.get("/api/server").want(200).json["queues"]["media"] == {"downloads": 0, "running": 0}
