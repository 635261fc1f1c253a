// Fastify with its answers kept ready, plain and gzipped, in an LRU by path. node fastify_lru.mjs URL DATABASE
import { gzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { LRUCache } from 'lru-cache';
import { MongoClient } from 'mongodb';
import { SORT, PROJECTION, TRUSTING, database, filterOf, pageOf, started, url } from './products.mjs';

const client = await new MongoClient(url, TRUSTING).connect();
const products = client.db(database).collection('products');
const cache = new LRUCache({ maxSize: 64 * 1024 * 1024, sizeCalculation: ({ plain, gzip }) => plain.length + gzip.length });

async function made(query) {
  const limit = Number(query.limit);
  const data = await products.find(filterOf(query.after), { projection: PROJECTION, batchSize: limit + 1 }).sort(SORT).limit(limit).toArray();
  const plain = Buffer.from(JSON.stringify(pageOf(data, limit)));
  return { plain, gzip: gzipSync(plain) };
}

const app = Fastify();
const send = (request, reply, ready) => {
  const gzip = request.headers['accept-encoding']?.includes('gzip');
  reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding');
  if (gzip) reply.header('content-encoding', 'gzip');
  return reply.send(gzip ? ready.gzip : ready.plain);
};
app.get('/products', (request, reply) => {
  const ready = cache.get(request.url);
  if (ready) return send(request, reply, ready);
  made(request.query).then((fresh) => {
    cache.set(request.url, fresh);
    send(request, reply, fresh);
  }, (error) => reply.send(error));
});
await app.listen({ port: 0, host: '127.0.0.1' });
started(app.server.address().port);
