// Shopify's published Admin schemas, as graphql-js objects. Shared by the checks of this folder.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema } from 'graphql';

// The versions that Stoa speaks.
export const versions = ['2026-07', '2026-10'];

const dataFolder = new URL('node_modules/@shopify/dev-mcp/dist/data/', import.meta.url);
const cache = new Map();

// The schema of a version ("2026-10"), built once (about a second).
export function schema(version) {
  if (!cache.has(version)) {
    const introspection = JSON.parse(gunzipSync(readFileSync(new URL(`admin_${version}.json.gz`, dataFolder))));
    cache.set(version, buildClientSchema(introspection.data, { assumeValid: true }));
  }
  return cache.get(version);
}
