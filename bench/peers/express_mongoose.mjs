// Express and Mongoose. node express_mongoose.mjs URL DATABASE [lean]: documents as plain objects instead of Mongoose's own.
import express from 'express';
import mongoose from 'mongoose';
import { SORT, PROJECTION, TRUSTING, database, filterOf, pageOf, started, url } from './products.mjs';
import { productModel } from './schema.mjs';

const lean = process.argv[4] === 'lean';
const connection = await mongoose.createConnection(url, { dbName: database, autoCreate: false, autoIndex: false, ...TRUSTING }).asPromise();
const Product = productModel(connection);

const app = express();
app.disable('x-powered-by').disable('etag'); // a hash of each body is not what is compared
app.get('/products', async (request, response) => {
  const limit = Number(request.query.limit);
  const found = await Product.find(filterOf(request.query.after), PROJECTION).sort(SORT).limit(limit).lean(lean);
  response.json(pageOf(found, limit));
});
const server = app.listen(0, '127.0.0.1', () => started(server.address().port));
