"""The command line from outside: every command with --json, the exit codes, and what stops a start (contract sections 1 and 6)."""
import json
import socket

import pytest

from stoa import ROOT, add_fault, clear_faults, eventually, run
from truth import PAGES

OK, FAILED, USAGE, NOT_FOUND, NOT_ALLOWED, UNREACHABLE, PARTIAL, CONFLICT = range(8)


class Cli:
    def __init__(self, stoa):
        self.flags = ["--server", stoa.url, "--token-file", stoa.data / "operator.token"]

    def __call__(self, *words, code=OK, **options):
        done = run(*words, *self.flags, **options)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *words, **options):
        return json.loads(self(*words, "--json", **options).stdout)


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox("--shop", "a:seed=5", "--shop", "b:seed=3,number=2")


@pytest.fixture
def stoa(start_stoa, sandbox):
    return start_stoa(extra_hosts=[sandbox.host], env={"STOA_SHOPIFY_ANSWER_WITHIN": "1s"})


@pytest.fixture
def cli(stoa):
    return Cli(stoa)


@pytest.fixture
def token(folder):
    file = folder / "token"
    file.write_text("shpat_a\n")
    return file


def test_a_store_from_add_to_remove(cli, stoa, sandbox, token):
    added = cli.json("store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", token)
    assert added["created"] is True and added["readKey"].startswith("stoa_rk_")
    stoa.wait_job(added["job"]["id"], "succeeded")
    assert [row["clientKey"] for row in cli.json("store", "list")] == ["acme"]
    shown = cli.json("store", "show", "acme")
    assert shown["kinds"]["products"]["count"] == 5 and cli.json("store", "show", "a.myshopify.com")["clientKey"] == "acme"

    watched = cli("sync", "start", "acme", "--watch", "--json")
    assert json.loads(watched.stdout)["state"] == "succeeded" and "products" in watched.stderr
    started = cli.json("sync", "start", "acme", "--only", "products", "--incremental")["job"]
    stoa.wait_job(started["id"], "succeeded")
    jobs = cli.json("sync", "status", "acme")
    assert [job["id"] for job in jobs][0] == started["id"] and len(jobs) == 3
    assert cli.json("sync", "status") == jobs and cli.json("sync", "status", started["id"])["mode"] == "incremental"

    key = cli.json("keys", "create", "acme", "--name", "app")
    stoa.get("/v1/stores/acme", key["key"]).want(200)
    assert [row["name"] for row in sorted(cli.json("keys", "list", "acme"), key=lambda row: row["createdAt"] + row["name"])].count("app") == 1
    plain = cli("keys", "create", "acme")
    assert plain.stdout.startswith("stoa_rk_") and plain.stdout.count("\n") == 1  # data alone on stdout
    cli("keys", "revoke", "acme", key["id"], "--json")
    stoa.get("/v1/stores/acme", key["key"]).want(401)

    assert cli.json("store", "pause", "acme")["state"] == "paused"
    cli("sync", "start", "acme", code=CONFLICT)
    assert cli.json("store", "resume", "acme")["state"] == "active"
    cli("store", "remove", "acme", code=USAGE)
    assert json.loads(cli("store", "remove", "acme", "--yes", "--json").stdout)["state"] == "succeeded"
    assert cli.json("store", "list") == []
    cli("store", "show", "acme", code=NOT_FOUND)


def test_plain_output_is_data_on_stdout_and_talk_on_stderr(cli, stoa, sandbox):
    added = cli("store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", "-", stdin="shpat_a\n")
    assert added.stdout.split("\t")[:3] == ["acme", "a.myshopify.com", "created"] and added.stdout.split("\t")[4].startswith("stoa_rk_")
    assert "stoa_rk_" not in added.stderr
    eventually("synced", lambda: stoa.walk("/api/jobs?state=succeeded"))
    assert cli("store", "list").stdout.split("\t")[:3] == ["acme", "a.myshopify.com", "active"]
    job = cli("sync", "start", "acme").stdout.strip()
    stoa.wait_job(job, "succeeded")
    assert job in cli("sync", "status", "acme").stdout
    for words in (["store", "list"], ["store", "show", "acme"], ["sync", "status"], ["keys", "list", "acme"]):
        done = cli(*words)
        assert done.stdout and "\x1b" not in done.stdout + done.stderr


def test_a_job_is_cancelled(cli, stoa, sandbox, token):
    add_fault(sandbox, "a", "hang", operation="ProductsPage", delayMs=1000)
    job = cli.json("store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", token)["job"]["id"]
    eventually("running", lambda: stoa.job(job)["state"] == "running")
    cli("sync", "start", "acme", code=CONFLICT)
    assert cli.json("sync", "cancel", job)["id"] == job
    clear_faults(sandbox, "a")
    stoa.wait_job(job, "cancelled")
    cli("sync", "cancel", job, code=CONFLICT)
    cli("sync", "cancel", "job_none", code=NOT_FOUND)


def test_exit_codes_say_what_went_wrong(cli, stoa, sandbox, folder, token):
    add = ["store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", token]
    for words in ([], ["store"], ["stroe"], ["store", "ad"], ["sync", "start"], ["serve", "--lisen", "x"], ["store", "add", "acme"],
                  ["keys", "revoke", "acme"], ["store", "add", "--file", folder / "none"], [*add[:-1], folder / "none"]):
        assert run(*words).returncode == USAGE, words
    cli("store", "add", "ADMIN", *add[3:], code=USAGE)  # 422
    assert json.loads(cli(*add[:4], sandbox.shop_url("nowhere"), *add[5:], "--json", code=USAGE).stdout)["code"] == "shop-not-found"
    cli("store", "show", "nobody", code=NOT_FOUND)
    cli("keys", "list", "nobody", code=NOT_FOUND)
    cli("sync", "start", "nobody", code=NOT_FOUND)
    added = cli.json(*add)
    cli("store", "add", "other", *add[3:], code=CONFLICT)
    assert run("store", "list", "--server", stoa.url, env={"STOA_TOKEN_FILE": str(token)}).returncode == NOT_ALLOWED  # not an operator token
    token.write_text(added["readKey"])
    assert run("store", "list", "--server", stoa.url, "--token-file", token).returncode == NOT_ALLOWED  # a read key
    token.write_text("shpat_a")
    add_fault(sandbox, "b", "503")
    token.write_text("shpat_b")
    cli("store", "add", "b", "--base-url", sandbox.shop_url("b"), "--admin-token-file", token, code=FAILED)
    assert run("store", "list", "--server", stoa.url, "--token-file", folder / "none").returncode == FAILED
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers there
        gone = run("store", "list", "--server", f"http://127.0.0.1:{closed.getsockname()[1]}", "--token-file", stoa.data / "operator.token")
        assert gone.returncode == UNREACHABLE and gone.stdout == "" and "stoa serve" in gone.stderr


def test_the_server_and_token_come_from_the_environment_or_the_data_folder(stoa):
    env = {"STOA_SERVER": stoa.url + "/"}
    for words, more in ((["--data", stoa.data], {}), ([], {"STOA_TOKEN_FILE": str(stoa.data / "operator.token")})):
        done = run("store", "list", "--json", *words, env={**env, **more})
        assert done.returncode == OK and json.loads(done.stdout) == []


def test_add_takes_a_file_of_one_body_an_array_or_a_body_a_line(cli, sandbox, folder):
    body = lambda key, shop: {"clientKey": key, "adminApiBaseUrl": sandbox.shop_url(shop), "adminShopToken": f"shpat_{shop}"}
    a, b, bad = body("a", "a"), body("b", "b"), body("A", "a")
    file = folder / "stores.json"
    for text, code in ((json.dumps(a), OK), (json.dumps([a, b]), OK), (json.dumps(a) + "\n\n" + json.dumps(b) + "\n", OK), (json.dumps([a, bad, b]), PARTIAL),
                       (json.dumps(bad) + "\n" + json.dumps(a), PARTIAL), (json.dumps(bad), USAGE), ("nonsense", USAGE), (json.dumps(a) + "\n{", USAGE)):
        file.write_text(text)
        cli("store", "add", "--file", file, code=code)
    done = cli("store", "add", "--file", "-", stdin=json.dumps([a, bad, b]), code=PARTIAL)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["a", "b"] and "/clientKey" in done.stderr


def test_a_watched_sync_ends_with_the_code_of_its_job(start_stoa, sandbox, token):
    stoa = start_stoa(extra_hosts=[sandbox.host], env={"STOA_SYNC_BACKOFF_BASE": "1ms", "STOA_SYNC_BACKOFF_MAX": "5ms", "STOA_SYNC_ATTEMPTS_MAX": "2"})
    cli = Cli(stoa)
    cli("store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", token)
    eventually("synced", lambda: stoa.walk("/api/jobs?state=succeeded"))
    add_fault(sandbox, "a", "bad-json", operation="CollectionsPage")
    assert "collections" in cli("sync", "start", "acme", "--watch", code=PARTIAL).stderr
    for page in PAGES.values():
        add_fault(sandbox, "a", "bad-json", operation=page)
    cli("sync", "start", "acme", "--watch", code=FAILED)


def test_doctor_checks_and_says_how_to_mend(cli, stoa, sandbox, token, folder):
    cli("store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", token)
    eventually("synced", lambda: stoa.walk("/api/jobs?state=succeeded"))
    rows = cli.json("doctor", "--data", stoa.data)
    assert {"configuration", "file descriptors", "data folder", "secret file", "server", "storage", "store acme"} <= {row["check"] for row in rows}
    assert {row["verdict"] for row in rows} <= {"pass", "warn"}
    (stoa.data / "master.key").chmod(0o644)
    done = cli("doctor", "--data", stoa.data, code=FAILED)
    assert f"chmod 600 {stoa.data / 'master.key'}" in done.stdout
    config = folder / "stoa.toml"
    config.write_text("[http]\nlisen = 'x'\n")
    rows = json.loads(run("doctor", "--json", "--config", config, "--server", "http://127.0.0.1:1").stdout)
    assert [row["verdict"] for row in rows if row["check"] == "configuration"] == ["fail"]


def test_version_and_unknown_words():
    assert json.loads(run("version", "--json").stdout)["version"] == run("version").stdout.strip()
    for words, meant in ((["stroe"], "store"), (["serv"], "serve"), (["store", "lsit"], "list"), (["sync", "strat", "x"], "start")):
        done = run(*words)
        assert done.returncode == USAGE and done.stdout == "" and f"'{meant}'" in done.stderr, (words, done.stderr)
    for words in (["--help"], ["store", "--help"], ["sync", "start", "--help"]):
        done = run(*words)
        assert done.returncode == OK and "exit codes" in done.stdout.lower() or words != ["--help"]
        assert "Usage:" in done.stdout


def refuse_start(folder, *words, env=None, code=USAGE):
    done = run("serve", "--listen", "127.0.0.1:0", "--data", folder / "never", *words, env=env)
    assert done.returncode == code and done.stdout == "" and not (folder / "never").exists(), (words, env, done.stdout, done.stderr)
    return done.stderr


def test_a_bad_configuration_stops_the_start_and_says_what_was_meant(folder):
    for variable, meant in (("STOA_HTTP_LISTN", "STOA_HTTP_LISTEN"), ("STOA_DATTA", "STOA_DATA"), ("STOA_LOG_LEVL", "STOA_LOG_LEVEL")):
        said = refuse_start(folder, env={variable: "x"})
        assert f"'{variable}'" in said and f"'{meant}'" in said
    config = folder / "stoa.toml"
    for text, words in (("[http]\nlisen = 'x'", ["'http.lisen'", "'http.listen'"]), ("datta = 'x'", ["'datta'", "'data'"]), ("[http\n", ["line 1"]),
                        ("[log]\nlevel = 'loud'", ["log.level", "loud"]), ("[sync]\npage_max = 'many'", ["sync.page_max", "many"]),
                        ("[sync]\npage_max = 251", ["page_max"]), ("[shopify]\napi_version = '2026-04'", ["api_version", "2026-07"]),
                        ("[http]\nidle_timeout = '5 minutes'", ["http.idle_timeout"]), ("[http]\nlisten = 5.5", ["http.listen"]),
                        ("[api]\naccess_log = 'yes'", ["api.access_log"]), ("public_url = 'http://x'", ["public_url", "https"])):
        config.write_text(text)
        said = refuse_start(folder, "--config", config)
        assert all(word in said for word in words), (text, said)
    assert refuse_start(folder, "--config", folder / "none.toml")
    said = refuse_start(folder, "--storage", "mongodb://user:hunter2@127.0.0.1/x")
    assert "hunter2" not in said and "STOA_STORAGE" in said
    said = refuse_start(folder, env={"STOA_STORAGE": "postgres://user:hunter2@127.0.0.1/x"})
    assert "hunter2" not in said and "storage.url" in said and "mongodb://" in said
    said = refuse_start(folder, env={"STOA_STORAGE": "mongodb://user:hunter2@127.0.0.1:1/x"}, code=FAILED)
    assert "hunter2" not in said and "127.0.0.1:1" in said
    config.write_text("[[storage.cells]]\nname = 'b'\nurl = 'mongodb://user:hunter2@127.0.0.1:1/x'\n")
    said = refuse_start(folder, "--config", config, env={"STOA_STORAGE": ""})
    assert "hunter2" not in said and "storage.cells" in said and "storage.url" in said
    for listen in ("127.0.0.1", "127.0.0.1:99999", "nonsense:1", ":"):
        done = run("serve", "--listen", listen, "--data", folder / "never")
        assert done.returncode in (FAILED, USAGE) and done.stdout == "" and "listen" in done.stderr


def test_flag_beats_environment_beats_file_beats_default(start_stoa, folder):
    config = folder / "stoa.toml"
    config.write_text("data = '/nowhere'\n[log]\nlevel = 'debug'\n[sync]\npage_max = 10\nworkers_max = 3\n[http]\nlisten = '127.0.0.1:1'\n[shopify]\nextra_hosts = ['a:1', 'b:2']\n")
    stoa = start_stoa("--config", config, env={"STOA_SYNC_PAGE_MAX": "20", "STOA_LISTEN": "127.0.0.1:2", "STOA_DATA": "/nowhere/else",
                                               "STOA_SERVER": "x", "STOA_TOKEN_FILE": "x", "STOA_TEST_ANYTHING": "x"})
    shown = stoa.get("/api/server").want(200).json["configuration"]
    expected = {"http.listen": ("127.0.0.1:0", "flag"), "data": (str(stoa.data), "flag"), "sync.page_max": ("20", "environment"),
                "log.level": ("debug", str(config)), "sync.workers_max": ("3", str(config)), "shopify.extra_hosts": ("a:1,b:2", str(config)), "http.threads": ("0", "default")}
    assert {key: (shown[key]["value"], shown[key]["origin"]) for key in expected} == expected


def test_the_long_variable_beats_its_short_form_and_lists_are_split(start_stoa, folder):
    stoa = start_stoa(env={"STOA_LISTEN": "127.0.0.1:2", "STOA_HTTP_LISTEN": "127.0.0.1:3", "STOA_SHOPIFY_EXTRA_HOSTS": "a:1, b"})
    shown = stoa.get("/api/server").json["configuration"]
    assert shown["http.listen"]["value"] == "127.0.0.1:0" and shown["shopify.extra_hosts"]["value"] == "a:1,b"
    assert stoa.out.read_text() == f"listening on http://{stoa.host}\n"  # the first line, and all of stdout
    assert 0 < int(stoa.host.rsplit(":", 1)[1]) < 65536


@pytest.mark.sqlite  # with MongoDB several servers are as good as one: test_two_processes.py
def test_a_second_server_on_the_same_data_or_port_is_refused(stoa):
    second = run("serve", "--listen", "127.0.0.1:0", "--data", stoa.data)
    assert second.returncode == FAILED and second.stdout == "" and str(stoa.data) in second.stderr
    elsewhere = stoa.data.parent / "second"
    second = run("serve", "--listen", stoa.host, "--data", elsewhere)
    assert second.returncode == FAILED and second.stdout == "" and stoa.host in second.stderr
    stoa.get("/api/server").want(200)


@pytest.mark.sqlite  # with MongoDB: test_mongodb_layout.py
def test_a_foreign_appconfig_stops_the_start(folder):
    data = folder / "data"
    for content in (b"somebody else's file, long enough to be looked at" * 99, b"SQLite format 3\0"):
        data.mkdir(exist_ok=True)
        (data / "appconfig.sqlite").write_bytes(content)
        done = run("serve", "--listen", "127.0.0.1:0", "--data", data)
        assert done.returncode == FAILED and done.stdout == "" and "appconfig" in done.stderr
        assert (data / "appconfig.sqlite").read_bytes() == content
        assert sorted(path.name for path in data.iterdir() if path.name not in ("lock", "stores")) == ["appconfig.sqlite"]


def test_the_example_configuration_is_read_and_changes_nothing(start_stoa):
    example = ROOT / "config" / "example.toml"
    plain, read = start_stoa(name="plain"), start_stoa("--config", example, name="read")
    shown = [{key: row for key, row in server.get("/api/server").json["configuration"].items() if key != "data"} for server in (plain, read)]
    assert shown[0] == shown[1]
    text = example.read_text()
    assert all(f"# {key.rsplit('.', 1)[-1]} = " in text for key in shown[0])


@pytest.mark.sqlite
def test_database_users_are_refused_where_there_is_no_mongodb(cli, stoa, sandbox, token):
    cli("store", "add", "acme", "--base-url", sandbox.shop_url("a"), "--admin-token-file", token)
    for words in (("grant-access", "acme", "--user", "ann"), ("revoke-access", "acme", "--user", "ann")):
        refused = cli("store", *words, code=USAGE)
        assert "MongoDB" in refused.stderr and "SQLite" in refused.stderr and refused.stdout == ""
    assert stoa.walk("/api/stores/acme/access") == [] and "database user" not in cli("store", "show", "acme").stdout
