// Fastify and MongoDB's own driver. node fastify_driver.mjs URL DATABASE
import Fastify from 'fastify';
import { MongoClient } from 'mongodb';
import { SORT, PROJECTION, TRUSTING, database, filterOf, pageOf, started, url } from './products.mjs';

const client = await new MongoClient(url, TRUSTING).connect();
const products = client.db(database).collection('products');

const app = Fastify();
app.get('/products', async (request, reply) => {
  const limit = Number(request.query.limit);
  const data = await products.find(filterOf(request.query.after), { projection: PROJECTION, batchSize: limit + 1 }).sort(SORT).limit(limit).toArray();
  reply.type('application/json; charset=utf-8');
  return JSON.stringify(pageOf(data, limit));
});
await app.listen({ port: 0, host: '127.0.0.1' });
started(app.server.address().port);
