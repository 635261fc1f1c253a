// Sends a running sandbox what answers.mjs is to check: every document of src/sandbox/testdata, every one that Stoa itself sends, and
// documents that must be refused. Start the sandbox with --record FILE, run this, then answers.mjs FILE SCHEMA.
//
//   node answers_send.mjs http://127.0.0.1:9292/s/demo shpat_demo [SCHEMA.graphql]
//
// Writes the sandbox's own schema to SCHEMA.graphql when given. Exit 1 when a valid document is refused or a wrong one accepted.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { versions } from './schema.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [base, token, sdl] = process.argv.slice(2);
if (!token) {
  console.error('usage: node answers_send.mjs BASE_URL TOKEN [SCHEMA.graphql]');
  process.exit(2);
}
let faults = 0;
let sent = 0;

// The answer; waits out the bucket as a client would.
async function ask(version, query, variables = {}) {
  for (;;) {
    const response = await fetch(`${base}/admin/api/${version}/graphql.json`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': token },
      body: JSON.stringify({ query, variables }),
    });
    sent += 1;
    const answer = await response.json();
    if (answer.errors?.[0]?.extensions?.code !== 'THROTTLED') return answer;
    const { requestedQueryCost, throttleStatus } = answer.extensions.cost;
    const seconds = (requestedQueryCost - throttleStatus.currentlyAvailable) / throttleStatus.restoreRate;
    await new Promise((resolve) => setTimeout(resolve, Math.max(50, seconds * 1000)));
  }
}

async function good(version, name, query, variables) {
  const answer = await ask(version, query, variables);
  if (!answer.errors) return answer.data;
  faults += 1;
  console.error(`FAULT ${name} on ${version}: ${JSON.stringify(answer.errors).slice(0, 400)}`);
  return {};
}

const corpus = path.join(root, 'src/sandbox/testdata');
const documents = path.join(root, 'src/shopify/documents');
const files = readdirSync(documents).filter((name) => name.endsWith('.graphql') && name !== 'fragments.graphql').sort();
const own = JSON.parse(execFileSync('python3', [path.join(root, 'tools/embed.py'), '--json', 'fragments.graphql', ...files],
  { cwd: documents, encoding: 'utf8' }));
const wrong = ['{ shop { nope } }', '{ products(first: 1, nope: 1) { nodes { id } } }', '{ product { id } }', '{ shop { ...Nope } }',
  'query ($unused: Int) { shop { id } }', '{ products(first: "1") { nodes { id } } }', '{ shop', '{ shop { ... on Product { id } } }'];

for (const version of versions) {
  const first = await good(version, 'ids', '{ products(first: 50) { nodes { id } } productVariants(first: 20) { nodes { id inventoryItem { id } } } collections(first: 20) { nodes { id } } blogs(first: 5) { nodes { id } } articles(first: 20) { nodes { id } } pages(first: 20) { nodes { id } } menus(first: 5) { nodes { id } } ofType: metaobjects(type: "size_chart", first: 5) { nodes { id } } discountNodes(first: 50) { nodes { id } } themes(first: 5) { nodes { id } } publications(first: 1) { nodes { id } } }');
  const idsOf = (list) => first[list].nodes.map((node) => node.id);
  const products = idsOf('products');
  for (const file of readdirSync(corpus)) {
    const text = readFileSync(path.join(corpus, file), 'utf8');
    const variables = text.startsWith('# {') ? JSON.parse(text.slice(2, text.indexOf('\n'))) : {};
    for (const [key, value] of Object.entries(variables)) if (value === 'PRODUCT') variables[key] = products[0];
    await good(version, file, text, variables);
  }
  for (const [name, text] of Object.entries(own)) {
    const [, list] = [[/^Variant/, 'productVariants'], [/^Discount/, 'discountNodes'], [/^Collection/, 'collections'], [/^Blog/, 'blogs'], [/^Article/, 'articles'], [/^Page/, 'pages'], [/^Menu/, 'menus'], [/^Metaobject/, 'ofType'], [/^Theme/, 'themes'], [/.*/, 'products']]
      .find(([pattern]) => pattern.test(name));
    const ids = /^InventoryLevels/.test(name) ? first.productVariants.nodes.map((node) => node.inventoryItem.id) : idsOf(list);
    const filenames = /\$filenames/.test(text) ? { filenames: ['config/*', 'templates/index.json'] } : {};
    const publication = /\$publicationId/.test(text) ? { publicationId: first.publications.nodes[0].id } : {};
    // What only some stores are asked for; the sandbox's may be.
    const extras = { ...publication, ...(/\$inventory/.test(text) ? { inventory: true } : {}), ...(/\$ownerType/.test(text) ? { ownerType: 'PRODUCT' } : {}), ...(/\$type\b/.test(text) ? { type: 'size_chart' } : {}) };
    if (/\$ids/.test(text)) await good(version, name, text, { ids, ...extras });
    else if (/\$id\b/.test(text)) for (const id of ids.slice(0, 8)) await good(version, name, text, { id, first: 50, ...filenames, ...extras });
    else {
      // A walk to the end, so that every object is seen.
      for (let after = null, more = true; more;) {
        const data = await good(version, name, text, { first: 20, after, ...extras });
        const page = Object.values(data ?? {}).find((value) => value?.pageInfo)?.pageInfo;
        more = page?.hasNextPage === true;
        after = page?.endCursor;
      }
    }
  }
  for (const text of wrong) {
    const answer = await ask(version, text);
    if (!answer.errors || 'data' in answer) {
      faults += 1;
      console.error(`FAULT accepted on ${version}: ${text}`);
    }
  }
}
if (sdl) writeFileSync(sdl, await (await fetch(new URL('/control/schema', base))).text());
console.log(`${sent} requests, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
