"""First syncs into MongoDB from Shopify's answers in memory: Stoa, insertMany of ready BSON, Node. Documents per second of CPU and of wall clock."""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess

from common import PLENTY, SHOP, deployment, say, versions
from load import CONTROL_OFF_MAX, SERVER_CORE, Spread, on_core
import stoa

PROGRAMS = stoa.BINARY.parent
PEERS = pathlib.Path(__file__).resolve().parent / "peers"
NODE_ENV = {**os.environ, "NODE_ENV": "production"}


def record(folder, products):
    """Syncs a made-up shop once and keeps Shopify's answers: the file that bench/replay and bench/peers/write.mjs read."""
    answers, corpus = folder / "answers", folder / f"corpus-{products}"
    sandbox = stoa.Sandbox(folder, "--shop", f"{SHOP}:seed={products},{PLENTY}", "--record", answers)
    server = stoa.Stoa(folder, name="recorder", extra_hosts=[sandbox.host])
    server.wait_job(server.register(SHOP, sandbox.shop_url(SHOP), f"shpat_{SHOP}").want(202).json["job"]["id"], timeout=600)
    server.stop(), sandbox.stop()
    with open(answers, "rb") as lines, open(corpus, "wb") as out:
        for line in lines:
            head, answer = line.rstrip()[:-1].split(b',"answer":', 1)
            request = json.loads(head + b"}")["request"]
            operation = re.search(r"\bquery (\w+)", request["query"])[1]
            if operation.startswith(("Product", "Variant", "InventoryLevels")):
                asked = {"operation": operation, "variables": request["variables"]}
                out.write(json.dumps(asked).encode() + b"\n" + answer + b"\n")
    answers.unlink(), shutil.rmtree(server.data)
    return corpus


def measured(*command):
    """What a program prints: a line of JSON for each thing that it measured."""
    with on_core(SERVER_CORE):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=NODE_ENV, cwd=PEERS)
    assert done.returncode == 0, f"{command}: {done.stderr[-3000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


class Writers:
    """Each writer of a round, by name: a function of a database's name that answers what it measured."""

    def __init__(self, replicas, corpus):
        self.replicas, self.corpus, self.client = replicas, corpus, replicas.client()
        self.pid = replicas.nodes[0].process.pid
        self.first_indexes, self.last_indexes = [], []
        self.all = {
            "Stoa": self.stoa,
            "insertMany": lambda name: self.insert_many(name, self.first_indexes),
            "insertMany, every index": lambda name: self.insert_many(name, self.last_indexes),
            "driver, insert": lambda name: self.node(name, "driver", "insert"),
            "driver, guarded": lambda name: self.node(name, "driver", "guarded"),
            "Mongoose, guarded": lambda name: self.node(name, "mongoose", "guarded"),
        }

    def indexes(self, name):
        return [index for index in self.client[name].products.list_indexes() if index["name"] != "_id_"]

    def empty(self, name, indexes):
        self.client[name].command("create", "products")
        if indexes:
            self.client[name].command("createIndexes", "products", indexes=[{"key": dict(i["key"]), "name": i["name"]} for i in indexes])

    def stoa(self, name):
        first, second = measured(PROGRAMS / "replay", self.corpus, self.replicas.url, name, self.pid)
        assert second["written"] == 0, second
        self.last_indexes = self.indexes(name)
        return {**first, "second": second}

    def insert_many(self, name, indexes):
        self.empty(name, indexes)
        return measured(PROGRAMS / "insert_many", self.replicas.url, "stoa", name, self.pid)[0]

    def node(self, name, client, way):
        self.empty(name, self.first_indexes)
        return measured("node", PEERS / "write.mjs", self.corpus, self.replicas.url, name, client, way, self.pid)[0]

    def round(self, compare=False):
        """{name: what it measured}, from empty databases to empty databases."""
        found = {}
        for writer, run in self.all.items():
            name = re.sub(r"\W+", "-", writer.lower())
            self.client.admin.command("fsync")  # no one pays for the checkpoint of the one before
            found[writer] = run(name)
            assert self.client[name].products.estimated_document_count() == found[writer]["documents"]
            if compare:
                self.compare(name)
            if name != "stoa":
                self.client.drop_database(name)
        self.client.drop_database("stoa")
        for database in self.client.list_database_names():
            if database == "appconfig":  # the store was made and is gone: so is its record
                self.client.drop_database(database)
        return found

    def compare(self, name):
        """Every product is the one that Stoa stored, but for what each adds of its own."""
        added = {"_m": 0, "_x": 0}
        ours, theirs = (self.client[each].products.find({}, added).sort("_id", 1) for each in ("stoa", name))
        for one, other in zip(ours, theirs, strict=True):
            assert one == other, f"{name}: {one['_id']} differs"


def per_second(samples, what):
    return Spread.of([sample["documents"] / sample[what] for sample in samples])


def run(folder, products, count):
    few, corpus = record(folder, 50), record(folder, products)
    replicas = deployment()
    try:
        writers = Writers(replicas, few)
        writers.round()
        writers.first_indexes, writers.corpus = writers.last_indexes, corpus
        versions(writers.client)
        writers.round(compare=True)  # the warm-up
        samples = [writers.round() for _ in range(count)]
        size = samples[0]["insertMany"]["bytes"] / samples[0]["insertMany"]["documents"]
        writers.client.close()
    finally:
        replicas.stop()
    control = [sample["insertMany"]["documents"] / sample["insertMany"]["wall"] for sample in samples]
    kept = [sample for sample, rate in zip(samples, control) if abs(rate / statistics.median(control) - 1) <= CONTROL_OFF_MAX]
    say("documents", f"{products:,} of {size:,.0f} bytes of BSON; {len(kept)} of {count} rounds kept")
    say("indexes, at first and at the end", f"{len(writers.first_indexes)}, {len(writers.last_indexes)} beside _id")
    for name in writers.all:
        each = [sample[name] for sample in kept]
        say(name, f"{per_second(each, 'cpu').text()} a CPU-second of ours")
        say("", f"{per_second(each, 'mongod').text()} of mongod's, {per_second(each, 'wall').text()} of wall clock")
    second = [sample["Stoa"]["second"] for sample in kept]
    unchanged = per_second(second, "cpu")
    say("Stoa, unchanged", f"{unchanged.text()} a CPU-second, none written", "aim 50,000", unchanged.median >= 50_000)

    def ratio(name, what, aim):
        values = Spread.of([s["Stoa"]["documents"] / s["Stoa"][what] / (s[name]["documents"] / s[name][what]) for s in kept])
        say(f"Stoa to {name}, {what}", values.text("{:.2f}"), f"aim {aim}", values.median >= aim)

    ratio("insertMany", "wall", 0.85)
    ratio("insertMany, every index", "wall", 0.85)
    ratio("driver, insert", "cpu", 3)
    ratio("Mongoose, guarded", "cpu", 15)
