// Validates every operation that Stoa sends, with the fragments that tools/embed.py adds to it, against each schema version; checks that
// no list is read without the means to read it to its end, and what a page costs. Exit 1 on any fault.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { getNamedType, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import { requestedCost } from './cost.mjs';
import { schema, versions } from './schema.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path.join(root, 'src/shopify/documents');

// Page sizes as src/shopify uses them, the most that may be asked at once, and the estimate. Shopify refuses queries above 1000;
// a bucket may be as small as 1000, so what walks a shop stays well below.
const costMax = 800;
const expected = {
  ShopInfo: [{}, 5], ShopLocales: [{}, 1], InstallationScopes: [{}, 2], ProductsCount: [{}, 10], CollectionsCount: [{}, 10],
  ProductsPage: [{ first: 12 }, 754], ProductsByIds: [{ ids: 250 }, 188],
  ProductsPageInPublication: [{ first: 12 }, 754], ProductsByIdsInPublication: [{ ids: 250 }, 188],
  ProductVariants: [{ first: 250 }, 322], VariantMetafields: [{ first: 250 }, 14], InventoryLevels: [{ first: 250 }, 36], ProductMedia: [{ first: 250 }, 47], ProductMetafields: [{ first: 250 }, 14],
  MetafieldDefinitions: [{ first: 250 }, 24],
  CollectionsPage: [{ first: 54 }, 184], CollectionsByIds: [{ ids: 250 }, 26],
  BlogsCount: [{}, 10], BlogsPage: [{ first: 54 }, 65], BlogsByIds: [{ ids: 250 }, 9], BlogMetafields: [{ first: 250 }, 14],
  ArticlesPage: [{ first: 54 }, 79], ArticlesByIds: [{ ids: 250 }, 11], ArticleMetafields: [{ first: 250 }, 14],
  MenusPage: [{ first: 54 }, 30], MenusByIds: [{ ids: 250 }, 4],
  MetaobjectTypes: [{ first: 50 }, 9], MetaobjectsPage: [{ first: 54 }, 44], MetaobjectsByIds: [{ ids: 250 }, 6],
  PagesCount: [{}, 10], PagesPage: [{ first: 54 }, 58], PagesByIds: [{ ids: 250 }, 8], PageMetafields: [{ first: 250 }, 14],
  DiscountsCount: [{}, 10], DiscountsPage: [{ first: 54 }, 457], DiscountsByIds: [{ ids: 250 }, 65], DiscountMetafields: [{ first: 250 }, 14],
  DiscountCodes: [{ first: 250 }, 15], DiscountGetsProducts: [{ first: 250 }, 17], DiscountGetsVariants: [{ first: 250 }, 17],
  DiscountGetsCollections: [{ first: 250 }, 17], DiscountBuysProducts: [{ first: 250 }, 17], DiscountBuysVariants: [{ first: 250 }, 17],
  DiscountBuysCollections: [{ first: 250 }, 17],
  CollectionProducts: [{ first: 250 }, 14], CollectionMetafields: [{ first: 250 }, 14],
  FilesPage: [{ first: 250 }, 57], FilesByIds: [{ ids: 250 }, 5],
  ThemesPage: [{ first: 50 }, 9], ThemeById: [{}, 1], ThemeFileIndex: [{ first: 250 }, 14], ThemeFileBodies: [{}, 17],
};

const faults = [];
const fault = (text) => { faults.push(text); console.error(`FAULT ${text}`); };

const files = readdirSync(folder).filter((name) => name.endsWith('.graphql') && name !== 'fragments.graphql').sort();
const documents = JSON.parse(execFileSync('python3', [path.join(root, 'tools/embed.py'), '--json', 'fragments.graphql', ...files],
  { cwd: folder, encoding: 'utf8' }));
if (files.length === 0 || Object.keys(documents).length !== files.length)
  fault(`documents: ${Object.keys(documents).length} operations seen, one per file of ${files.length} wanted`);

// Rule S1: a connection selects hasNextPage and endCursor, unless one node is all there can be.
function checkDrains(name, document, version) {
  const info = new TypeInfo(schema(version));
  visit(document, visitWithTypeInfo(info, {
    Field(field) {
      if (!getNamedType(info.getType())?.name.endsWith('Connection')) return;
      const one = field.arguments.some((each) => each.name.value === 'first' && each.value.value === '1');
      const pageInfo = field.selectionSet.selections.find((each) => each.name?.value === 'pageInfo');
      const parts = pageInfo?.selectionSet.selections.map((each) => each.name.value) ?? [];
      if (!one && !(parts.includes('hasNextPage') && parts.includes('endCursor')))
        fault(`${name}: ${field.name.value}: pageInfo { hasNextPage endCursor } wanted`);
    },
  }));
}

for (const version of versions) {
  for (const [name, text] of Object.entries(documents)) {
    const document = parse(text);
    const errors = validate(schema(version), document);
    for (const error of errors) fault(`${name} on ${version}: ${error.message}`);
    if (errors.length > 0) continue;
    checkDrains(name, document, version);
    if (!expected[name]) {
      fault(`${name}: no line in the table of costs`);
      continue;
    }
    const [variables, wanted] = expected[name];
    const cost = requestedCost(schema(version), document, variables);
    if (cost !== wanted) fault(`${name} on ${version}: cost: ${cost} seen, ${wanted} wanted`);
    if (cost > costMax) fault(`${name} on ${version}: cost: ${cost} seen, at most ${costMax} wanted`);
  }
}
for (const name of Object.keys(expected)) if (!documents[name]) fault(`${name}: in the table of costs, but no such document`);

console.log(`${Object.keys(documents).length} documents on ${versions.join(', ')}: ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
