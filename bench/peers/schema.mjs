// A product as a Mongoose schema, as an application would write it.
import mongoose from 'mongoose';

const { Mixed } = mongoose.Schema.Types;
const part = (fields) => new mongoose.Schema(fields, { _id: false, id: false });
const money = part({ amount: String, currencyCode: String });
const image = part({ id: String, url: String, altText: String, width: Number, height: Number });
const media = part({ __typename: String, id: String, alt: String, mediaContentType: String, status: String, mimeType: String, updatedAt: Date,
  preview: part({ image }), image, filename: String, duration: Number, host: String, originUrl: String, embedUrl: String,
  sources: { type: [part({ url: String, mimeType: String, format: String, width: Number, height: Number })], default: undefined } });
const metafield = part({ id: String, namespace: String, key: String, type: String, value: String, compareDigest: String, updatedAt: Date });
const option = part({ id: String, name: String, position: Number, linkedMetafield: part({ namespace: String, key: String }),
  optionValues: [part({ id: String, name: String, hasVariants: Boolean, linkedMetafieldValue: String, swatch: part({ color: String }) })] });
const level = part({ id: String, updatedAt: Date, location: part({ id: String, name: String }), quantities: [part({ name: String, quantity: Number })] });
const weight = part({ unit: String, value: Number });
const variant = part({ id: String, legacyResourceId: String, title: String, displayName: String, sku: String, barcode: String, position: Number,
  price: String, compareAtPrice: String, availableForSale: Boolean, inventoryQuantity: Number, inventoryPolicy: String, sellableOnlineQuantity: Number,
  taxable: Boolean, requiresComponents: Boolean, createdAt: Date, updatedAt: Date, selectedOptions: [part({ name: String, value: String })],
  unitPrice: money, product: part({ id: String }), media: [part({ id: String })],
  inventoryItem: part({ id: String, tracked: Boolean, requiresShipping: Boolean, measurement: part({ weight }), inventoryLevels: [level] }), metafields: [metafield] });
const count = part({ count: Number, precision: String });

const product = new mongoose.Schema({ _id: String, id: String, legacyResourceId: String, title: String, handle: String, descriptionHtml: String,
  vendor: String, productType: String, tags: [String], status: String, templateSuffix: String, isGiftCard: Boolean, requiresSellingPlan: Boolean,
  hasOnlyDefaultVariant: Boolean, tracksInventory: Boolean, totalInventory: Number, createdAt: Date, updatedAt: Date, publishedAt: Date,
  onlineStoreUrl: String, seo: part({ title: String, description: String }), category: part({ id: String, name: String, fullName: String }),
  featuredMedia: part({ id: String }), options: [option],
  priceRangeV2: part({ minVariantPrice: money, maxVariantPrice: money }),
  compareAtPriceRange: part({ minVariantCompareAtPrice: money, maxVariantCompareAtPrice: money }),
  variantsCount: count, mediaCount: count, media: [media], metafields: [metafield], variants: [variant], _m: Mixed },
  { id: false, versionKey: false, autoIndex: false, minimize: false });

export const productModel = (connection) => connection.model('Product', product, 'products');
