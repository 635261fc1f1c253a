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

// A connection that may go on in further pages: the call that asks for them, and what it answers them in.
const PRODUCT = { media: ['ProductMedia', 'product'], metafields: ['ProductMetafields', 'product'], variants: ['ProductVariants', 'product'] };
const VARIANT = { metafields: ['VariantMetafields', 'productVariant'] };
const INVENTORY = { inventoryLevels: ['InventoryLevels', 'inventoryItem'] };

function flatten(object, lists, further) {
  for (const [list, [operation, root]] of Object.entries(lists)) {
    const { nodes, pageInfo } = object[list];
    const more = pageInfo.hasNextPage ? further.get(`${operation} ${object.id}`).flatMap((text) => JSON.parse(text).data[root][list].nodes) : [];
    object[list] = nodes.concat(more);
  }
}

function dates(object, ...names) {
  for (const name of names) if (object[name]) object[name] = new Date(object[name]);
}

// One node of a page to the document of the collection: connections flattened, times as dates.
function document(product, further, fetchedAt) {
  flatten(product, PRODUCT, further);
  dates(product, 'createdAt', 'updatedAt', 'publishedAt');
  for (const media of product.media) dates(media, 'updatedAt');
  for (const metafield of product.metafields) dates(metafield, 'updatedAt');
  for (const variant of product.variants) {
    variant.media = variant.media.nodes;
    flatten(variant, VARIANT, further);
    flatten(variant.inventoryItem, INVENTORY, further);
    dates(variant, 'createdAt', 'updatedAt');
    for (const metafield of variant.metafields) dates(metafield, 'updatedAt');
    for (const level of variant.inventoryItem.inventoryLevels) dates(level, 'updatedAt');
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
