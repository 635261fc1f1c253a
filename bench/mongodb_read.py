"""Pages of 20 products from the same MongoDB, database and index, and from memory: Stoa beside Express with Mongoose, and Fastify."""
import base64
import gzip
import json
import pathlib

from common import PLENTY, SHOP, Static, deployment, heading, say, serve, versions
from load import LOAD_CORE, SERVER_CORE, Case, Spread, on_core, rounds
import stoa

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
PAGE_PRODUCTS, NEAR_PAGES_MIN = 20, 50


class Peer(stoa.Server):
    """A server of bench/peers."""

    def __init__(self, folder, replicas, script, *more):
        with on_core(SERVER_CORE):
            super().__init__("-".join([script, *more]), [PEERS / f"{script}.mjs", replicas.url, SHOP, *more], folder, {"NODE_ENV": "production"})

    def start(self):
        self.arguments = ["node", *map(str, self.arguments[1:])]
        super().start()


def theirs(after):
    """The peers' path of the page that comes after that product."""
    path = f"/products?limit={PAGE_PRODUCTS}"
    if after is None:
        return path
    return path + "&after=" + base64.urlsafe_b64encode(json.dumps([after["updatedAt"], after["id"]]).encode()).decode().rstrip("=")


def pages(server, key):
    """Every page in order, as (our path, their path, bytes of the answer)."""
    base = f"/v1/stores/{SHOP}/products?limit={PAGE_PRODUCTS}&sort=-updatedAt"
    found, path, before = [], base, None
    while path:
        answer = server.get(path, key).want(200)
        found.append((path, theirs(before), len(answer.body)))
        before, after = answer.json["data"][-1], answer.json["page"]["next"]
        path = f"{base}&after={after}" if after else None
    return found


def shown(answer):
    """A page as JSON, without its token: each server has its own."""
    page = answer.want(200).json
    assert isinstance(page["page"].pop("next"), str)
    return page


def open_store(folder, replicas, products, servers):
    """A store of that many products, with everything in it shown to its read key. The servers that read it hot and cold, and the key; what
    it starts is added to `servers`."""
    with on_core(LOAD_CORE):
        sandbox = stoa.Sandbox(folder, "--shop", f"{SHOP}:seed={products},{PLENTY}")
    servers.append(sandbox)
    limits = {"STOA_API_KEY_REQUESTS_PER_MINUTE": "100000000"}  # counted, and never reached
    hot = serve(folder, "hot", limits, [sandbox.host], replicas.url)
    servers.append(hot)
    answer = hot.register(SHOP, sandbox.shop_url(SHOP), f"shpat_{SHOP}").want(202).json
    hot.wait_job(answer["job"]["id"], timeout=600)
    with replicas.client() as client:
        spaces = set(client[SHOP].products.distinct("metafields.namespace")) | set(client[SHOP].products.distinct("variants.metafields.namespace"))
    shown_all = {"inventory": True, "metafields": [f"{space}.*" for space in sorted(spaces - {None})]}
    hot.patch(f"/api/config/clients/{SHOP}", {"settings": shown_all}).want(200)
    hot.post(f"/api/stores/{SHOP}/pause")
    files = {"STOA_SECURITY_OPERATOR_TOKEN_FILE": str(hot.data / "operator.token"), "STOA_SECURITY_MASTER_KEY_FILE": str(hot.data / "master.key")}
    cold = serve(folder, "cold", {**limits, **files, "STOA_API_PAGE_CACHE_BYTES": "0"}, [sandbox.host], replicas.url)
    servers.append(cold)
    sandbox.stop()
    return hot, cold, answer["readKey"]


PEER_SCRIPTS = {"Express, Mongoose": ["express_mongoose"], "Express, Mongoose lean": ["express_mongoose", "lean"],
                "Fastify, driver": ["fastify_driver"], "Fastify, LRU": ["fastify_lru"]}


class Readers:
    """All servers on one store, and the page that is measured. What is started is added to `servers`, for the caller to stop."""

    def __init__(self, folder, replicas, products, page_bytes, servers):
        self.hot, self.cold, self.key = open_store(folder, replicas, products, servers)
        self.peers = {}
        for name, script in PEER_SCRIPTS.items():
            self.peers[name] = Peer(folder, replicas, *script)
            servers.append(self.peers[name])
        self.near = [page for page in pages(self.cold, self.key)[:-1] if abs(page[2] / page_bytes - 1) <= 0.15]
        assert len(self.near) > NEAR_PAGES_MIN, f"{len(self.near)} pages of {PAGE_PRODUCTS} products have about {page_bytes} bytes"
        self.page = min(self.near, key=lambda each: abs(each[2] - page_bytes))
        self.compare()
        self.plain, self.gzip = self.bodies()
        (folder / "plain").write_bytes(self.plain), (folder / "gzip").write_bytes(self.gzip)
        with on_core(SERVER_CORE):
            static = Static(folder, {"plain": folder / "plain", "gzip": folder / "gzip"})
        servers.append(static)
        self.controls = {name: Case(f"static {name}", static, [f"/{name}"]) for name in ("plain", "gzip")}

    def compare(self):
        for ours, other, _ in [self.page, *self.near[:20]]:
            want = shown(self.cold.get(ours, self.key))
            assert shown(self.hot.get(ours, self.key)) == want, f"hot: another answer at {ours}"
            for name, server in self.peers.items():
                assert shown(server.request("GET", other)) == want, f"{name}: another answer at {other}"

    def bodies(self):
        """The page as Stoa sends it from memory, plain and gzipped."""
        plain = self.hot.get(self.page[0], self.key).want(200).body
        for _ in range(3):  # only what is asked for again is compressed
            packed = self.hot.get(self.page[0], self.key, {"Accept-Encoding": "gzip"}).want(200).body
        assert gzip.decompress(packed) == plain
        return plain, packed

    def from_database(self):
        ours, others = [each[0] for each in self.near], [each[1] for each in self.near]
        return [Case("Stoa", self.cold, ours, self.key, control="plain"),
                *(Case(name, server, others, control="plain") for name, server in self.peers.items() if "LRU" not in name)]

    def from_memory(self, encoding, control):
        lru = self.peers["Fastify, LRU"]
        return [Case("Stoa", self.hot, [self.page[0]], self.key, encoding, control), Case("Fastify, LRU", lru, [self.page[1]], "", encoding, control)]


def tell(title, cases):
    for case in cases:
        say(f"{title}: {case.name}", f"{case.rate().text()}; static {case.control_rate().text()}", f"{len(case.kept())} rounds kept")


def tell_ratio(one, other, aim=None):
    both = set(one.steady()) & set(other.steady())
    value = Spread.of([one.samples[i].rate / other.samples[i].rate for i in both])
    say(f"{one.name} to {other.name}", value.text("{:.2f}"), *((f"aim {aim}", value.median >= aim) if aim else ()))


def run(folder, products, count, seconds, page_bytes):
    replicas, servers = deployment(), []
    try:
        with replicas.client() as client:
            versions(client)
            readers = Readers(folder, replicas, products, page_bytes, servers)
            database, plain, packed = readers.from_database(), readers.from_memory("identity", "plain"), readers.from_memory("gzip", "gzip")
            before = client.admin.command("serverStatus")["opcounters"]["query"]
            rounds(database, readers.controls, count, seconds)
            asked = client.admin.command("serverStatus")["opcounters"]["query"] - before
            assert asked >= sum(sample.requests for case in database for sample in case.samples), "a page did not come from the database"
            rounds(plain + packed, readers.controls, count, seconds)
    finally:
        for server in servers:
            server.stop()
        replicas.stop()
    heading(f"pages of {PAGE_PRODUCTS} products, {len(readers.plain):,} bytes, {len(readers.gzip):,} with gzip: requests per CPU-second, median (least to most)"
            f" of {count} rounds")
    tell("from the database", database), tell("from memory", plain), tell("from memory, gzip", packed)
    heading("ratios, in each round")
    tell_ratio(database[0], database[1]), tell_ratio(database[0], database[2], 6), tell_ratio(database[0], database[3])
    tell_ratio(*plain, 1), tell_ratio(*packed, 1.5)
