"""What a shop holds, asked of the sandbox in words of our own: another query than Stoa's, other page sizes, flattened here. A mirror
is equal when each of its documents is this, member by member; numbers are compared as they are written (`1.0` is not `1`).

    shop = Shop(sandbox, "acme", seed=200)     # made through the control routes of docs/formats/sandbox.md
    shop.fault("500", operation="ProductsPage", after=2, times=1)
    assert_equal_mirror(stoa, "acme", shop)
"""
import json

from stoa import wait_until

MONEY = "{ amount currencyCode }"
IMAGE = "{ id url altText width height }"
METAFIELDS = ("metafields(first: 250) { edges { node { id namespace key type value compareDigest updatedAt } }"
              " pageInfo { hasNextPage } }")
VARIANT = f"""{{
  id legacyResourceId title displayName sku barcode position price compareAtPrice availableForSale inventoryQuantity inventoryPolicy
  sellableOnlineQuantity taxable requiresComponents createdAt updatedAt selectedOptions {{ name value }} unitPrice {MONEY} product {{ id }}
  inventoryItem {{ id tracked requiresShipping measurement {{ weight {{ unit value }} }} LEVELS }} media(first: 5) {{ edges {{ node {{ id }} }} }}
  metafields(first: 20) {{ edges {{ node {{ id namespace key type value compareDigest updatedAt }} }} pageInfo {{ hasNextPage }} }} }}"""
LEVELS = """inventoryLevels(first: 20) { pageInfo { hasNextPage } edges { node { id updatedAt location { id name }
  quantities(names: ["available", "on_hand"]) { name quantity } } } }"""
PRODUCTS = f"""query Truth($after: String) {{ products(first: 4, after: $after) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{
  id legacyResourceId title handle descriptionHtml vendor productType tags status templateSuffix isGiftCard requiresSellingPlan
  hasOnlyDefaultVariant tracksInventory totalInventory createdAt updatedAt publishedAt onlineStoreUrl seo {{ title description }}
  category {{ id name fullName }} featuredMedia {{ id }}
  options {{ id name position linkedMetafield {{ namespace key }} optionValues {{ id name hasVariants linkedMetafieldValue swatch {{ color }} }} }}
  priceRangeV2 {{ minVariantPrice {MONEY} maxVariantPrice {MONEY} }}
  compareAtPriceRange {{ minVariantCompareAtPrice {MONEY} maxVariantCompareAtPrice {MONEY} }}
  variantsCount {{ count precision }} mediaCount {{ count precision }} {METAFIELDS.replace("250", "40")}
  variants(first: 100) {{ edges {{ node {VARIANT} }} pageInfo {{ hasNextPage }} }}
  media(first: 250) {{ pageInfo {{ hasNextPage }} edges {{ node {{ __typename id alt mediaContentType status preview {{ image {IMAGE} }}
    ... on MediaImage {{ mimeType updatedAt image {IMAGE} }}
    ... on Video {{ filename duration sources {{ url mimeType format width height }} }}
    ... on ExternalVideo {{ host originUrl embedUrl }}
    ... on Model3d {{ filename sources {{ url mimeType format }} }} }} }} }}
}} }} }} }}"""
ALL_VARIANTS = f"query AllVariants($id: ID!) {{ product(id: $id) {{ variants(first: 2048) {{ edges {{ node {VARIANT} }} }} }} }}"
COLLECTIONS = f"""query TruthOfCollections($after: String) {{ collections(first: 20, after: $after) {{ pageInfo {{ hasNextPage endCursor }}
  edges {{ node {{ id legacyResourceId title handle descriptionHtml sortOrder templateSuffix updatedAt seo {{ title description }}
  image {IMAGE} productsCount {{ count precision }} ruleSet {{ appliedDisjunctively rules {{ column relation condition }} }} {METAFIELDS} }} }} }} }}"""
BLOGS = f"""query TruthOfBlogs($after: String) {{ blogs(first: 2, after: $after) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{
  id title handle tags templateSuffix commentPolicy createdAt updatedAt feed {{ location path }} {METAFIELDS} }} }} }} }}"""
ARTICLES = f"""query TruthOfArticles($after: String) {{ articles(first: 20, after: $after) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{
  id title handle body summary tags isPublished publishedAt createdAt updatedAt templateSuffix author {{ name }} image {IMAGE} blog {{ id }}
  {METAFIELDS} }} }} }} }}"""
ITEMS = """items { __typename ... on AllDiscountItems { allItems }
  ... on DiscountProducts { products(first: 250) { edges { node { id } } pageInfo { hasNextPage } }
    productVariants(first: 250) { edges { node { id } } pageInfo { hasNextPage } } }
  ... on DiscountCollections { collections(first: 250) { edges { node { id } } pageInfo { hasNextPage } } } }"""
EFFECT = f"__typename ... on DiscountPercentage {{ percentage }} ... on DiscountAmount {{ amount {MONEY} appliesOnEachItem }}"
GETS = f"""customerGets {{ appliesOnOneTimePurchase appliesOnSubscription {ITEMS}
  value {{ {EFFECT} ... on DiscountOnQuantity {{ quantity {{ quantity }} effect {{ {EFFECT} }} }} }} }}"""
BUYS = f"""customerBuys {{ isOneTimePurchase isSubscription {ITEMS}
  value {{ __typename ... on DiscountQuantity {{ quantity }} ... on DiscountPurchaseAmount {{ amount }} }} }}"""
MINIMUM = f"""minimumRequirement {{ __typename ... on DiscountMinimumQuantity {{ greaterThanOrEqualToQuantity }}
  ... on DiscountMinimumSubtotal {{ greaterThanOrEqualToSubtotal {MONEY} }} }}"""
SHIPPING = f"""{MINIMUM} destinationSelection {{ __typename ... on DiscountCountryAll {{ allCountries }} ... on DiscountCountries {{ countries includeRestOfWorld }} }}
  maximumShippingPrice {MONEY} appliesOnOneTimePurchase appliesOnSubscription"""
EVERY = """title startsAt endsAt createdAt updatedAt discountClasses tags asyncUsageCount context { __typename } status
  combinesWith { orderDiscounts productDiscounts productDiscountsWithTagsOnSameCartLine shippingDiscounts }"""
OF_CODES = """usageLimit appliesOncePerCustomer codesCount { count precision }
  codes(first: 250) { edges { node { id code asyncUsageCount } } pageInfo { hasNextPage endCursor } }"""
OWN = {"Basic": f"summary {GETS} {MINIMUM}", "Bxgy": f"summary {GETS} {BUYS} usesPerOrderLimit", "FreeShipping": f"summary {SHIPPING}",
       "App": "appDiscountType { functionId title } appliesOnOneTimePurchase appliesOnSubscription"}
TYPES = " ".join(f"... on Discount{way}{kind} {{ {EVERY} {own} {OF_CODES if way == 'Code' else ''} }}"
                 for way in ("Code", "Automatic") for kind, own in OWN.items())
DISCOUNTS = f"""query TruthOfDiscounts($after: String) {{ discountNodes(first: 10, after: $after) {{ pageInfo {{ hasNextPage endCursor }}
  edges {{ node {{ id discount {{ __typename {TYPES} }} {METAFIELDS} }} }} }} }}"""
CODES = "query TruthOfCodes($id: ID!, $after: String) { discountNode(id: $id) { discount { " + " ".join(
    f"... on DiscountCode{kind} {{ codes(first: 250, after: $after) {{ edges {{ node {{ id code asyncUsageCount }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    for kind in OWN) + " } } }"
THEMES = """query TruthOfThemes($after: String) { themes(first: 2, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
  id name role prefix processing processingFailed themeStoreId createdAt updatedAt } } } }"""
FILES = f"""query TruthOfFiles($after: String) {{ files(first: 30, after: $after) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{
  __typename id alt createdAt updatedAt fileStatus fileErrors {{ code message }} preview {{ image {IMAGE} }}
  ... on MediaImage {{ mimeType image {IMAGE} }} ... on GenericFile {{ mimeType url originalFileSize }}
  ... on Video {{ filename duration sources {{ url mimeType format width height }} }} ... on ExternalVideo {{ host originUrl embedUrl }}
  ... on Model3d {{ filename sources {{ url mimeType format }} }} }} }} }} }}"""
PAGES_OF = f"""query TruthOfPages($after: String) {{ pages(first: 4, after: $after) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{
  id title handle body isPublished publishedAt createdAt updatedAt templateSuffix {METAFIELDS} }} }} }} }}"""
ITEM = "id title type url resourceId tags"
MENUS = f"""query TruthOfMenus($after: String) {{ menus(first: 2, after: $after) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{
  id handle title isDefault items {{ {ITEM} items {{ {ITEM} items {{ {ITEM} }} }} }} }} }} }} }}"""
METAOBJECTS = """query TruthOfMetaobjects($type: String!, $after: String) { metaobjects(type: $type, first: 3, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id handle type displayName createdAt updatedAt capabilities { publishable { status } }
  definition { id access { storefront } } fields { key type value } } } } }"""
# What Stoa says of a medium besides, and of every image: where its copy is.
OUR_MEDIA = ("usedIn", "sourceUrl", "state", "reason", "sha256", "size", "contentType", "stateAt")
MEMBERS = """query Members($id: ID!, $after: String) { collection(id: $id) { products(first: 200, after: $after, sortKey: COLLECTION_DEFAULT) {
  pageInfo { hasNextPage endCursor } edges { node { id } } } } }"""
KINDS = {"products", "collections", "blogs", "articles", "discounts", "themes", "media"}  # that a sync covers when nothing else is asked for
PAGES = {kind: f"{kind.capitalize()}Page" for kind in KINDS} | {"media": "FilesPage"}  # the operation that walks each
# Mirrored besides where sync.further_kinds names them, and how each is listed in full.
FURTHER = {"pages": "/pages?status=any", "menus": "/menus", "metaobjects": "/metaobjects"}
QUANTITIES = ("inventoryQuantity", "sellableOnlineQuantity", "totalInventory", "inventoryLevels")


class Number(str):
    """A JSON number as it is written."""


def loads(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def flat(value):
    """Connections become lists; a nested one that goes on is a fault of the question."""
    if isinstance(value, list):
        return [flat(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "edges" in value:
        assert not value.get("pageInfo", {}).get("hasNextPage"), "a nested list goes on"
        return [flat(edge["node"]) for edge in value["edges"]]
    return {name: flat(item) for name, item in value.items()}


class Shop:
    """One shop of a sandbox; `spec`: the keys of its table. An existing one when `made` is true."""

    def __init__(self, sandbox, name, made=False, **spec):
        self.sandbox, self.name = sandbox, name
        if not made:
            sandbox.request("POST", "/control/shops", {"name": name, "points": 1_000_000, "restore": 1_000_000, **spec}).want(201)
        about = self.control("GET", "").json
        self.url, self.token, self.client_id = about["baseUrl"], about["adminToken"], about["clientId"]
        self.client_secret, self.refresh_token = about["clientSecret"], about["refreshToken"]

    def control(self, method, path, body=None):
        return self.sandbox.request(method, f"/control/shops/{self.name}{path}", body)

    def fault(self, mode, **members):
        self.control("POST", "/faults", {"mode": mode, **members}).want(201)

    def clear_faults(self):
        self.control("DELETE", "/faults").want(200)

    def asked(self, operation=None):
        """How many requests it got since the statistics were cleared, of all operations or of one."""
        stats = self.control("GET", "/stats").want(200).json
        return stats["operations"].get(operation, {}).get("requests", 0) if operation else stats["requests"]

    def patch(self, product, **members):
        return self.control("PATCH", f"/products/{number(product)}", members).want(200).json

    def delete(self, product):
        self.control("DELETE", f"/products/{number(product)}").want(200)

    def generate(self, count):
        return [made["id"] for made in self.control("POST", "/products", {"generate": count}).want(201).json["products"]]

    def product_ids(self):
        return [product["id"] for product in self.control("GET", "/products").want(200).json["products"]]

    def graphql(self, query, **variables):
        answer = self.sandbox.request("POST", f"/s/{self.name}/admin/api/2026-10/graphql.json", {"query": query, "variables": variables},
                                      {"X-Shopify-Access-Token": self.token}).want(200)
        body = loads(answer.text)
        assert "errors" not in body, body["errors"]
        return body["data"]

    def scopes(self):
        granted = self.graphql("{ currentAppInstallation { accessScopes { handle } } }")["currentAppInstallation"]["accessScopes"]
        return {scope["handle"] for scope in granted}

    def _walk(self, query, pick, **variables):
        found, after = [], None
        while True:
            page = pick(self.graphql(query, after=after, **variables))
            found += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def products(self):
        """Every product by id, flattened as contract section 5 says."""
        found = {}
        levels = LEVELS if {"read_inventory", "read_locations"} <= self.scopes() else ""
        for node in self._walk(PRODUCTS.replace("LEVELS", levels), lambda data: data["products"]):
            if node["variants"]["pageInfo"]["hasNextPage"]:
                node["variants"] = self.graphql(ALL_VARIANTS.replace("LEVELS", levels), id=node["id"])["product"]["variants"]
            product = found[node["id"]] = flat(node)
            product["variants"].sort(key=lambda variant: int(variant["position"]))
            assert len(product["variants"]) == int(product["variantsCount"]["count"])
        return found

    def collections(self):
        """Every collection by id."""
        return {node["id"]: flat(node) for node in self._walk(COLLECTIONS, lambda data: data["collections"])}

    def blogs(self):
        """Every blog by id."""
        return {node["id"]: flat(node) for node in self._walk(BLOGS, lambda data: data["blogs"])}

    def articles(self):
        """Every article by id, its blog's id at its end."""
        return {node["id"]: {**flat(node), "blogId": node["blog"]["id"]} for node in self._walk(ARTICLES, lambda data: data["articles"])}

    def discounts(self):
        """Every discount by id, with all its codes; its status, which Shopify has on the type, stands behind the id."""
        found = {}
        for node in self._walk(DISCOUNTS, lambda data: data["discountNodes"]):
            codes = node["discount"].get("codes")
            if codes and codes["pageInfo"]["hasNextPage"]:
                node["discount"]["codes"] = self._walk(CODES, lambda data: data["discountNode"]["discount"]["codes"], id=node["id"])
            discount = flat(node)
            found[node["id"]] = {"id": node["id"], "status": discount["discount"].pop("status"), **discount}
        return found

    def themes(self):
        """Every theme by id, without its files: those are theme_truth.py's."""
        return {node["id"]: node for node in self._walk(THEMES, lambda data: data["themes"])}

    def pages(self):
        """Every page by id."""
        return {node["id"]: flat(node) for node in self._walk(PAGES_OF, lambda data: data["pages"])}

    def menus(self):
        """Every menu by id."""
        return {node["id"]: node for node in self._walk(MENUS, lambda data: data["menus"])}

    def metaobjects(self):
        """Every metaobject by id, of all types."""
        types = self.graphql("{ metaobjectDefinitions(first: 50) { nodes { type } } }")["metaobjectDefinitions"]["nodes"]
        return {node["id"]: node for each in types for node in self._walk(METAOBJECTS, lambda data: data["metaobjects"], type=each["type"])}

    def files(self):
        """Every file of the library by id, product media among them."""
        return {node["id"]: flat(node) for node in self._walk(FILES, lambda data: data["files"])}

    def readable(self):
        """The metafields that storefronts may read by their definition, as (owner type, namespace, key)."""
        found = set()
        for owner in ("PRODUCT", "PRODUCTVARIANT", "COLLECTION", "BLOG", "ARTICLE", "DISCOUNT", "PAGE"):
            nodes = self.graphql("query($owner: MetafieldOwnerType!) { metafieldDefinitions(ownerType: $owner, first: 100) {"
                                 " nodes { namespace key access { storefront } } } }", owner=owner)["metafieldDefinitions"]["nodes"]
            found |= {(owner, each["namespace"], each["key"]) for each in nodes if each["access"]["storefront"] == "PUBLIC_READ"}
        return found

    def members(self, collection):
        """The ids of a collection's products, in its own order."""
        return [node["id"] for node in self._walk(MEMBERS, lambda data: data["collection"]["products"], id=collection)]


def number(gid):
    return str(gid).rsplit("/", 1)[-1]


def register(stoa, shop, client_key=None, **fields):
    """Registers the shop with its static token; the answer's body."""
    return stoa.register(client_key or shop.name, shop.url, shop.token, **fields).want(202).json


def synced(stoa, shop, client_key=None, state="succeeded", **fields):
    """Registers and waits for the first sync; the answer's body with the ended job."""
    answer = register(stoa, shop, client_key, **fields)
    job = stoa.wait_job(answer["job"]["id"], state)
    media_settled(stoa, answer["clientKey"])
    return {**answer, "job": job}


def sync(stoa, store, state="succeeded", **body):
    """A further sync to its end: the job."""
    started = stoa.post(f"/api/stores/{store}/sync", body).want(202).json
    job = stoa.wait_job(started["job"]["id"], state)
    media_settled(stoa, store)
    return job


def without_copies(value):
    """A document without `contentUrl`, which is Stoa's."""
    if isinstance(value, list):
        return [without_copies(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: without_copies(item) for name, item in value.items() if name != "contentUrl"}


def media_settled(stoa, store):
    """Waits until nothing is to be downloaded any more: from then on only a sync changes the store."""
    path = f"/v1/stores/{store}/media?state=pending&limit=250&fields=reason"
    wait_until(lambda: all(each["reason"] == "not-ready" for each in stoa.get(path).want(200).json["data"]), timeout=120)


def mirrored(stoa, path, key=None):
    """Every object of a list, with numbers as they are written."""
    found, after = [], ""
    while after is not None:
        answer = stoa.get(f"{path}{'&' if '?' in path else '?'}limit=250{f'&after={after}' if after else ''}", key).want(200)
        page = loads(answer.text)
        assert page["complete"] is True, page
        found += [without_copies(each) for each in page["data"]]
        after = page["page"]["next"]
    return found


def assert_same(found, wanted, what):
    """Equal lists of documents; a failure names the first member that differs, not two pages of JSON."""
    assert [each["id"] for each in found] == [each["id"] for each in wanted], f"{what}: other ids or order"
    for seen, truth in zip(found, wanted):
        assert seen == truth, f"{what}: {first_difference(seen, truth, truth['id'])}"


def first_difference(seen, truth, path):
    if isinstance(seen, dict) and isinstance(truth, dict):
        for name in [*truth, *(name for name in seen if name not in truth)]:
            if name not in seen or name not in truth or seen[name] != truth[name]:
                return first_difference(seen.get(name, "(absent)"), truth.get(name, "(absent)"), f"{path}.{name}")
    if isinstance(seen, list) and isinstance(truth, list) and len(seen) == len(truth):
        for place, (a, b) in enumerate(zip(seen, truth)):
            if a != b:
                return first_difference(a, b, f"{path}[{place}]")
    return f"{path}: {str(seen)[:300]!r} seen, {str(truth)[:300]!r} in the shop"


def by_id(documents):
    return [documents[gid] for gid in sorted(documents)]


def assert_equal_further(stoa, store, shop):
    """The further kinds are the shop's; returns their truth by kind."""
    truth = {kind: getattr(shop, kind)() for kind in FURTHER}
    for kind, path in FURTHER.items():
        assert_same(mirrored(stoa, f"/v1/stores/{store}{path}"), by_id(truth[kind]), kind)
    return truth


def assert_equal_mirror(stoa, store, shop):
    """All kinds are the shop's, nothing less and nothing more; returns the truth of products and collections."""
    products, collections = shop.products(), shop.collections()
    assert_same(mirrored(stoa, f"/v1/stores/{store}/products?status=any"), by_id(products), "products")
    assert_same(mirrored(stoa, f"/v1/stores/{store}/collections"), by_id(collections), "collections")
    assert_same(mirrored(stoa, f"/v1/stores/{store}/blogs"), by_id(shop.blogs()), "blogs")
    assert_same(mirrored(stoa, f"/v1/stores/{store}/articles?status=any&sort=id"), by_id(shop.articles()), "articles")
    assert_same(mirrored(stoa, f"/v1/stores/{store}/discounts?status=any"), by_id(shop.discounts()), "discounts")
    assert_same(mirrored(stoa, f"/v1/stores/{store}/themes"), by_id(shop.themes()), "themes")
    files = [each for each in mirrored(stoa, f"/v1/stores/{store}/media") if each["id"].startswith("gid:")]
    assert_same([{name: value for name, value in each.items() if name not in OUR_MEDIA} for each in files], by_id(shop.files()), "media")
    return products, collections
