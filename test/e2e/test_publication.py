"""settings.publicationId: a read key sees only what is published there, as the shop itself says (contract, section 3)."""
import http.client
import json
import urllib.parse

QUERY = """query($publication: ID!, $after: String) { products(first: 100, after: $after, query: "status:active") {
  nodes { id publishedAt publishedOnPublication(publicationId: $publication) } pageInfo { hasNextPage endCursor } } }"""


def ask(url, query, **variables):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("POST", parts.path + "/admin/api/2026-10/graphql.json", json.dumps({"query": query, "variables": variables}),
                       {"Content-Type": "application/json", "X-Shopify-Access-Token": "shpat_pub"})
    answer = json.loads(connection.getresponse().read())
    assert "errors" not in answer, answer
    return answer["data"]


def published(url, publication):
    ids, after = {}, None
    while True:
        page = ask(url, QUERY, publication=publication, after=after)["products"]
        ids.update({node["id"]: node["publishedOnPublication"] for node in page["nodes"]})
        if not page["pageInfo"]["hasNextPage"]:
            return ids
        after = page["pageInfo"]["endCursor"]


def test_a_read_key_sees_only_what_its_publication_shows(start_sandbox, start_stoa):
    sandbox = start_sandbox("--shop", "pub:seed=150,plan=enterprise")
    url = sandbox.shop_url("pub")
    stoa = start_stoa(extra_hosts=[sandbox.host])
    answer = stoa.register("pub", url, "shpat_pub").want(202).json
    key = answer["readKey"]
    stoa.wait_job(answer["job"]["id"])
    everything = {product["id"] for product in stoa.walk("/v1/stores/pub/products", key=key)}

    truths = {}
    for node in ask(url, "{ publications(first: 10) { nodes { id } } }")["publications"]["nodes"]:
        truth = published(url, node["id"])
        truths[node["id"]] = {each for each in everything if truth[each]}
    publication, wanted = min(truths.items(), key=lambda item: len(item[1]))
    assert len(wanted) < len(everything), "the seed must leave something out somewhere, or this proves nothing"

    stoa.patch("/api/config/clients/pub", {"settings": {"publicationId": publication}}).want(200)
    job = stoa.post("/api/stores/pub/sync", {"kinds": ["products"]}).want(202).json["job"]
    stoa.wait_job(job["id"])
    assert {product["id"] for product in stoa.walk("/v1/stores/pub/products", key=key)} == wanted
    hidden = sorted(everything - wanted)[0]
    stoa.get("/v1/stores/pub/products/" + hidden.rsplit("/", 1)[1], key=key).want(404)
    stoa.get("/v1/stores/pub/products/" + hidden.rsplit("/", 1)[1]).want(200)
    assert stoa.get(f"/api/stores/pub/inspect/products/{hidden.rsplit('/', 1)[1]}").json["served"] == {"visible": False, "why": "unpublished"}
