// A first sync as one would write it in Node: recorded answers, kept in memory as text, to documents in MongoDB.
//
//   node write.mjs CORPUS URL DATABASE driver|mongoose insert|guarded MONGOD_PID
//
// The collection exists, empty and with its indexes. Prints one line of JSON, as bench/mongo_write.cc does.
import { readFileSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import { batches, load } from './corpus.mjs';
import { productModel } from './schema.mjs';

const BATCH = 500, IN_FLIGHT = 2; // the next batch is made while one is under way
const [file, url, database, client, way, mongod] = process.argv.slice(2);
const unordered = { ordered: false, writeConcern: { w: 'majority' } };

const guarded = (document) => ({
  replaceOne: { filter: { _id: document._id, '_m.fetchedAt': { $lte: document._m.fetchedAt } }, replacement: document, upsert: true } });

async function driver() {
  const connected = await new MongoClient(url).connect();
  const products = connected.db(database).collection('products');
  const write = way === 'insert' ? (batch) => products.insertMany(batch, unordered)
    : (batch) => products.bulkWrite(batch.map(guarded), unordered);
  return { write, close: () => connected.close() };
}

async function odm() {
  const connection = await mongoose.createConnection(url, { dbName: database, autoCreate: false, autoIndex: false }).asPromise();
  const Product = productModel(connection);
  const options = { ...unordered, timestamps: false, skipValidation: true };
  const write = way === 'insert' ? (batch) => Product.bulkWrite(batch.map((document) => ({ insertOne: { document } })), options)
    : (batch) => Product.bulkWrite(batch.map(guarded), options);
  return { write, close: () => connection.close() };
}

// Seconds of CPU of another process, all threads.
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const corpus = load(file);
const { write, close } = await (client === 'driver' ? driver() : odm());
const before = process.cpuUsage(), began = process.hrtime.bigint(), mongodBefore = cpuSeconds(mongod);
const underWay = new Set();
let documents = 0;
for (const batch of batches(corpus, BATCH)) {
  documents += batch.length;
  const one = write(batch).then(() => underWay.delete(one));
  underWay.add(one);
  if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
}
await Promise.all(underWay);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ documents, wall: Number(process.hrtime.bigint() - began) / 1e9, cpu: (user + system) / 1e6,
  mongod: cpuSeconds(mongod) - mongodBefore }));
await close();
