"""No secret is shown, logged or kept in the clear (rules K1 and K2): unique ones go in everywhere, then everything is searched."""
import base64
import os
import re
import secrets
import stat

import pytest

from stoa import ENDED, add_fault, clear_faults, eventually, run, stored_bytes, want_problem
from truth import media_settled

PREFIX = "canaryincoalmine_"  # of every secret that goes in: to look for it alone finds all of them, cut ones too
FIELDS = ["webhookSecret", "previousWebhookSecret", "storefrontToken"]


class Listener:
    """Everything that a server ever answered, but for what shows a read key on purpose."""

    def __init__(self, stoa):
        self.heard, self.inner, stoa.request = [], stoa.request, self.request

    def request(self, method, path, *arguments, **options):
        answer = self.inner(method, path, *arguments, **options)
        self.heard.append((f"{method} {path} {answer.status}", repr(answer.headers).encode() + answer.body))
        return answer

    def hide(self, text):
        """The last answer may hold this text; it is asserted that it does, once."""
        name, data = self.heard.pop()
        assert data.count(text.encode()) == 1
        self.heard.append((name, data.replace(text.encode(), b"")))


def spellings(secret):
    """The bytes under which a secret could be found: as it is, in hex, in both kinds of base64 at each of its three alignments."""
    raw = secret.encode()
    yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1])
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        inner = text[(0, 2, 3)[shift]:len(text) // 4 * 4 - 4]  # what no neighbour changes
        yield from (inner, inner.replace(b"+", b"-").replace(b"/", b"_"))


def assert_nowhere(found_in, hidden):
    for where, data in found_in:
        for name, secret in hidden.items():
            for text in spellings(secret):
                assert text not in data, f"{name} is in {where}"


@pytest.fixture
def hidden():
    return {}


@pytest.fixture
def new(hidden):
    """new(name): a secret like no other."""
    def make(name):
        hidden[name] = PREFIX + secrets.token_hex(12)
        return hidden[name]
    return make


def test_no_secret_is_found_anywhere(folder, start_sandbox, start_stoa, hidden, new):
    sandbox = start_sandbox()
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_LOG_LEVEL": "trace", "STOA_API_ACCESS_LOG": "true", "STOA_SHOPIFY_ANSWER_WITHIN": "1s",
                                                       "STOA_SYNC_BACKOFF_BASE": "10ms", "STOA_SYNC_ATTEMPTS_MAX": "2"})
    listener = Listener(stoa)
    grants = {"fixed": {"token": "adminShopToken"}, "credentials": {"client_secret": "clientSecret"},
              "refreshed": {"client_secret": "clientSecret", "refresh_token": "refreshToken"}}
    posts = {}
    for shop, parts in grants.items():
        values = {field: new(f"{shop} {field}") for field in parts.values()}
        sandbox.request("POST", "/control/shops", {"name": shop, "seed": 5, **{part: values[field] for part, field in parts.items()}}).want(201)
        posts[shop] = {"clientKey": shop, "adminApiBaseUrl": sandbox.shop_url(shop), **values, **{field: new(f"{shop} {field}") for field in FIELDS}}
        if "token" not in parts:
            posts[shop]["clientId"] = f"client-{shop}"

    def wrong(fields, pick):
        return {field: new(f"wrong {pick} {field}") for field in fields}

    def register(shop, status, **change):
        answer = stoa.post("/api/config/sync", {**posts[shop], **change})
        return answer.want(status).json

    keys = {}
    for shop, parts in grants.items():  # refused in every way, then taken
        register(shop, 422, **wrong(parts.values(), f"refused {shop}"))
        register(shop, 422, **wrong(FIELDS, f"invalid {shop}"), appName="\n")
        register(shop, 422, adminApiBaseUrl=f"http://user:{new(f'url {shop}')}@{sandbox.host}/s/{shop}")
        register(shop, 422, **{field: [new(f"in a list {field}")] for field in FIELDS})
        stoa.post("/api/config/sync", '{"clientKey":"x","adminShopToken":"%s"' % new(f"cut {shop}")).want(400)
        add_fault(sandbox, shop, {"fixed": "500", "credentials": "html", "refreshed": "reset"}[shop])
        register(shop, 503)
        clear_faults(sandbox, shop)
        done = register(shop, 202)
        keys[shop] = done["readKey"]
        listener.hide(keys[shop])
        stoa.wait_job(done["job"]["id"], "succeeded")
        register(shop, 202)
        for mode in ("html", "bad-json", "unauthorized"):
            eventually("idle", lambda: all(job["state"] in ENDED for job in stoa.walk(f"/api/jobs?store={shop}")))
            add_fault(sandbox, shop, mode, operation="ProductsPage")
            job = stoa.post(f"/api/stores/{shop}/sync", {"mode": "full"}).want(202).json["job"]["id"]
            eventually("the fault is met", lambda: stoa.job(job)["state"] in ENDED + ("waiting",))
            clear_faults(sandbox, shop)
        stoa.patch(f"/api/config/clients/{shop}", wrong(parts.values(), f"patched {shop}")).want(422)
        stoa.patch(f"/api/config/clients/{shop}", {**{field: new(f"new {shop} {field}") for field in FIELDS}}).want(200)

    stoa.get("/v1/stores/fixed/products", key=new("unknown key")).want(401)
    stoa.get(f"/v1/stores/fixed/products?key={new('in a query')}", keys["fixed"]).want(400)
    listener.heard.pop()  # a parameter's name and value are told back to who sent them
    file = folder / "token"
    file.write_text(posts["fixed"]["adminShopToken"] + "\n")
    cli = ["--server", stoa.url, "--token-file", stoa.data / "operator.token"]
    listener.heard += [(" ".join(words), (done.stdout + done.stderr).encode()) for words in (["store", "list"], ["doctor"], ["store", "show", "fixed"], ["keys", "list", "fixed"])
                       for done in [run(*words, *cli, "--json")]]
    done = run("store", "add", "fixed", "--base-url", posts["fixed"]["adminApiBaseUrl"], "--admin-token-file", file, *cli)
    assert done.returncode == 0, done.stderr
    listener.heard.append(("store add", (done.stdout + done.stderr).encode()))

    for _ in range(2):
        command_line = open(f"/proc/{stoa.process.pid}/cmdline", "rb").read()
        listener.heard.append(("the process list", command_line))
        assert re.search(r"Max core file size +0 +0 ", open(f"/proc/{stoa.process.pid}/limits").read())
        for path in ("/api/config/clients", "/api/stores", "/api/jobs", "/api/server", "/metrics", "/readyz", "/v1/stores/fixed", "/api/stores/fixed/keys"):
            stoa.get(path).want(200)
        for shop in grants:
            stoa.get(f"/api/config/clients/{shop}").want(200)
        stoa.kill9()
        found = [(where, data) for where, data in stored_bytes(stoa) if where not in (stoa.data / "operator.token", stoa.data / "master.key")]
        own = {"operator token": stoa.operator_token, "master key": (stoa.data / "master.key").read_text().strip(), **{f"read key of {k}": v for k, v in keys.items()}}
        assert len(hidden) > 40 and len(found) > 5 and len(listener.heard) > 100 and stoa.log_text()
        everything = found + listener.heard + [("stdout", stoa.out.read_bytes()), ("the log", stoa.log.read_bytes())]
        assert_nowhere(everything, {"a secret": PREFIX, **own})
        granted = re.compile(rb"shp(at|ca|rt|ua)_[A-Za-z0-9]{8,}")
        assert not [where for where, data in everything if granted.search(data)]  # tokens that the shops handed out
        stoa.restart()
    masked = stoa.get("/api/config/clients/fixed").json
    assert masked["webhookSecret"] == "\u2022\u2022\u2022\u2022" + hidden["new fixed webhookSecret"][-4:]


def test_the_search_finds_what_is_there():
    secret = "canary_0123456789abcdef"
    for data in (secret, secret.encode().hex(), *(base64.b64encode(b"x" * n + secret.encode() + b"yz").decode() for n in range(4)),
                 base64.urlsafe_b64encode(secret.encode()).decode()):
        with pytest.raises(AssertionError):
            assert_nowhere([("here", b"..." + data.encode() + b"...")], {"it": secret})
    assert_nowhere([("here", b"canary_fedcba9876543210")], {"it": secret})


def modes(stoa):
    return {str(path.relative_to(stoa.data)): stat.S_IMODE(path.stat().st_mode) for path in stoa.data.rglob("*")} | {".": stat.S_IMODE(stoa.data.stat().st_mode)}


def test_files_are_the_owners_alone(start_sandbox, start_stoa):
    before = os.umask(0)
    try:
        sandbox = start_sandbox("--shop", "a:seed=5")
        stoa = start_stoa(extra_hosts=[sandbox.host])
    finally:
        os.umask(before)
    stoa.wait_job(stoa.register("a", sandbox.shop_url("a"), "shpat_a").want(202).json["job"]["id"], "succeeded")
    media_settled(stoa, "a")  # until then files come and go
    found = modes(stoa)
    databases = set() if stoa.storage else {"appconfig.sqlite", "stores/a.sqlite", "stores/a.sqlite-wal"}
    assert {"operator.token", "master.key"} | databases <= set(found)
    assert any(name.startswith("media/") for name in found)
    assert {name: oct(mode) for name, mode in found.items() if mode != (0o700 if (stoa.data / name).is_dir() else 0o600)} == {}


def test_without_the_master_key_of_sealed_values_the_start_is_refused(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "a:seed=1")
    stoa = start_stoa(extra_hosts=[sandbox.host])
    key = stoa.data / "master.key"
    kept = key.read_bytes()
    stoa.stop()
    key.unlink()
    stoa.restart()  # nothing was sealed with it: another is made
    assert key.read_bytes() != kept
    done = stoa.register("a", sandbox.shop_url("a"), "shpat_a").want(202).json
    stoa.wait_job(done["job"]["id"], "succeeded")
    kept = key.read_bytes()
    stoa.kill9()
    key.unlink()
    refused = run("serve", "--listen", "127.0.0.1:0", "--data", stoa.data)
    assert refused.returncode == 1 and refused.stdout == "" and "master" in refused.stderr and str(key) in refused.stderr
    assert not key.exists()
    key.write_bytes(kept)
    key.chmod(0o640)
    refused = run("serve", "--listen", "127.0.0.1:0", "--data", stoa.data)
    assert refused.returncode == 1 and "640" in refused.stderr
    key.chmod(0o600)
    stoa.restart()
    stoa.wait_job(stoa.post("/api/stores/a/sync").want(202).json["job"]["id"], "succeeded")
