"""Everything the sandbox says is what Shopify's published schema allows: the corpus of foreign documents, Stoa's own, and a whole sync are recorded and checked."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "test" / "schema"


def node(script, *arguments):
    done = subprocess.run(["node", str(SCHEMA / script), *map(str, arguments)], capture_output=True, text=True, timeout=300, cwd=SCHEMA)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_every_answer_of_the_sandbox_is_one_that_shopify_could_give(folder, start_sandbox, start_stoa):
    record = folder / "record.jsonl"
    sandbox = start_sandbox("--shop", "demo:seed=120,variants=300,plan=enterprise", "--shop", "yen:seed=30,currency=JPY,plan=enterprise", "--record", str(record))
    node("answers_send.mjs", sandbox.shop_url("demo"), "shpat_demo", folder / "schema.graphql")
    stoa = start_stoa(extra_hosts=[sandbox.host])
    for shop in ("demo", "yen"):
        answer = stoa.register(shop, sandbox.shop_url(shop), f"shpat_{shop}").want(202).json
        assert stoa.wait_job(answer["job"]["id"])["state"] == "succeeded"
    assert record.read_text().count("\n") > 50
    node("answers.mjs", record, folder / "schema.graphql")
