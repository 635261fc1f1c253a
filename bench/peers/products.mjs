// What the read peers share: which products a page has, how it is told, and how a server starts.
//
//   GET /products?limit=20&after=TOKEN answers what Stoa answers at /v1/stores/KEY/products?limit=20&sort=-updatedAt&after=TOKEN, but for
//   the tokens, which are their own: base64url of [updatedAt, id].
export const SORT = { updatedAt: -1, _id: -1 };
export const PROJECTION = { _id: 0, _m: 0, _x: 0 };
export const TRUSTING = { enableUtf8Validation: false }; // saves a twentieth of reading BSON

// Shopify's text of a time has no fraction of a second.
Date.prototype.toJSON = function () { return this.toISOString().slice(0, 19) + 'Z'; };

// What a buyer may see, after the product that the token names.
export function filterOf(after) {
  const visible = { status: 'ACTIVE', publishedAt: { $lte: new Date() } };
  if (!after) return visible;
  const [text, id] = JSON.parse(Buffer.from(after, 'base64url').toString());
  const updatedAt = new Date(text);
  return { ...visible, $or: [{ updatedAt: { $lt: updatedAt } }, { updatedAt, _id: { $lt: id } }] };
}

export function pageOf(data, limit) {
  const last = data.at(-1);
  const next = data.length < limit ? null : Buffer.from(JSON.stringify([last.updatedAt, last.id])).toString('base64url');
  return { data, page: { next, limit }, complete: true };
}

export const [url, database] = process.argv.slice(2);

export const started = (port) => console.log(`listening on http://127.0.0.1:${port}`);
process.on('SIGTERM', () => process.exit(0));
