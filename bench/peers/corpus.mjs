// Recorded answers of Shopify, and how a script of one's own turns them into documents.
//
// The file (bench/mongodb.py writes it) has two lines an answer: {"operation":…,"variables":…}, then the answer's text as Shopify sent it.
import { readFileSync } from 'node:fs';

// pages: texts in order. further: "<operation> <owner's id>" to the texts of the further pages of that list, in order.
export function load(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pages = [], further = new Map();
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const { operation, variables } = JSON.parse(lines[i]);
    if (operation === 'ProductsPage') pages.push(lines[i + 1]);
    if (!variables.id) continue;
    const key = `${operation} ${variables.id}`;
    further.set(key, [...(further.get(key) ?? []), lines[i + 1]]);
  }
  return { pages, further };
}

const OPERATIONS = { media: 'ProductMedia', metafields: 'ProductMetafields', variants: 'ProductVariants' };

function whole(product, list, further) {
  const { nodes, pageInfo } = product[list];
  if (!pageInfo.hasNextPage) return nodes;
  const more = further.get(`${OPERATIONS[list]} ${product.id}`).flatMap((text) => JSON.parse(text).data.product[list].nodes);
  return nodes.concat(more);
}

function dates(object, ...names) {
  for (const name of names) if (object[name]) object[name] = new Date(object[name]);
}

// One node of a page to the document of the collection: connections flattened, times as dates.
function document(product, further, fetchedAt) {
  for (const list in OPERATIONS) product[list] = whole(product, list, further);
  dates(product, 'createdAt', 'updatedAt', 'publishedAt');
  for (const media of product.media) dates(media, 'updatedAt');
  for (const metafield of product.metafields) dates(metafield, 'updatedAt');
  for (const variant of product.variants) {
    variant.media = variant.media.nodes;
    dates(variant, 'createdAt', 'updatedAt');
  }
  product._id = product.id;
  product._m = { fetchedAt };
  return product;
}

// The documents of all pages, in batches of `size`.
export function* batches({ pages, further }, size) {
  const fetchedAt = new Date();
  let batch = [];
  for (const text of pages) {
    for (const node of JSON.parse(text).data.products.nodes) {
      batch.push(document(node, further, fetchedAt));
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}
