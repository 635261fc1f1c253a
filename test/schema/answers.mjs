// Checks what a sandbox recorded (stoa sandbox --record FILE) against Shopify's published schema, for every version: the request's
// document by graphql-js, and the answer by walking its selections: no field missing, none extra, non-null kept, enums and scalars formed
// as Shopify forms them, objects of a type their field may have. Exit 1 with a list of the faults.
//
//   node answers.mjs RECORD.jsonl [SCHEMA.graphql]
//
// With SCHEMA.graphql (what GET /control/schema answers): every type, field, argument and enum value of the sandbox is Shopify's.
import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isAbstractType, isCompositeType, isEnumType, isInputObjectType, isInterfaceType, isListType,
  isNonNullType, isObjectType, isUnionType, Kind, parse, validate } from 'graphql';
import { schema, versions } from './schema.mjs';

const isText = (value) => typeof value === 'string';
const matches = (pattern) => (value) => isText(value) && pattern.test(value);
const whole = (value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 31;
const url = (value) => isText(value) && URL.canParse(value) && /^https?:/.test(value);

// How each scalar is written (reference: Shopify's scalar descriptions). JSON may be anything.
const scalars = {
  ID: matches(/^gid:\/\/shopify\/[A-Za-z0-9]+\/[^/]+$/),
  String: isText, HTML: isText, FormattedString: isText,
  Boolean: (value) => typeof value === 'boolean',
  Int: whole,
  Float: (value) => typeof value === 'number',
  DateTime: matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  Money: matches(/^-?\d+(\.\d+)?$/), Decimal: matches(/^-?\d+(\.\d+)?$/),
  UnsignedInt64: matches(/^\d{1,20}$/),
  URL: url,
  Color: matches(/^#[0-9A-Fa-f]{6}$/),
  JSON: () => true,
};

const faults = new Set();
let checked = 0;

// Walks one answer. `report` takes a path and a complaint.
class Walk {
  constructor(version, document, variables, report) {
    this.schema = schema(version);
    this.report = report;
    this.fragments = new Map(document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each]));
    this.variables = variables;
  }

  included(node) {
    return (node.directives ?? []).every((directive) => {
      const argument = directive.arguments[0].value;
      const truth = argument.kind === Kind.VARIABLE ? this.variables[argument.name.value] : argument.value;
      return directive.name.value === 'skip' ? !truth : truth;
    });
  }

  // Response key -> the fields of that key, for an object of `type`; nothing when only a __typename could tell and there is none.
  collect(sets, type, out = new Map()) {
    for (const set of sets)
      for (const selection of set.selections) {
        if (!this.included(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          out.set(key, [...(out.get(key) ?? []), selection]);
          continue;
        }
        const part = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
        const condition = part.typeCondition && this.schema.getType(part.typeCondition.name.value);
        const applies = !condition || condition === type || (isAbstractType(condition) && this.schema.isSubType(condition, type));
        if (applies) this.collect([part.selectionSet], type, out);
      }
    return out;
  }

  value(value, type, sets, path) {
    if (isNonNullType(type)) {
      if (value === null || value === undefined) this.report(path, `null, but ${type}`);
      else this.value(value, type.ofType, sets, path);
    } else if (value === null) {
      return;
    } else if (isListType(type)) {
      if (!Array.isArray(value)) this.report(path, `not a list, but ${type}`);
      else value.forEach((item, index) => this.value(item, type.ofType, sets, `${path}[${index}]`));
    } else if (isCompositeType(type)) {
      this.composite(value, type, sets, path);
    } else if (isEnumType(type)) {
      if (!type.getValue(value)) this.report(path, `${JSON.stringify(value)} is not of ${type}`);
    } else if (!scalars[type.name]) {
      this.report(path, `no rule for the scalar ${type}: add one`);
    } else if (!scalars[type.name](value)) {
      this.report(path, `${JSON.stringify(value)} is no ${type}`);
    }
  }

  // An abstract value is what its __typename says; without one, what its gid says; else any type whose fields it has exactly.
  composite(value, type, sets, path) {
    if (typeof value !== 'object' || Array.isArray(value)) return this.report(path, `not an object, but ${type}`);
    let candidates = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    const named = value.__typename ?? (isText(value.id) && isAbstractType(type) ? value.id.split('/')[3] : undefined);
    if (named && isAbstractType(type)) candidates = candidates.filter((each) => each.name === named);
    if (candidates.length === 0) return this.report(path, `${named} is no ${type}`);
    const keys = Object.keys(value).sort().join();
    const fitting = candidates.filter((each) => [...this.collect(sets, each).keys()].sort().join() === keys);
    if (fitting.length === 0) {
      const wanted = [...this.collect(sets, candidates[0]).keys()];
      const missing = wanted.filter((key) => !(key in value));
      const extra = Object.keys(value).filter((key) => !wanted.includes(key));
      return this.report(path, `fields of ${candidates[0]}: missing [${missing}], extra [${extra}]`);
    }
    for (const [key, fields] of this.collect(sets, fitting[0])) {
      const below = fields.map((field) => field.selectionSet).filter(Boolean);
      if (fields[0].name.value === '__typename') {
        if (value[key] !== fitting[0].name) this.report(`${path}.${key}`, `${value[key]} is not ${fitting[0]}`);
        continue;
      }
      this.value(value[key], fitting[0].getFields()[fields[0].name.value].type, below, `${path}.${key}`);
    }
  }
}

// Variables as the server sees them: what is not sent has its default.
function withDefaults(operation, sent) {
  const out = { ...sent };
  for (const variable of operation.variableDefinitions ?? [])
    if (!(variable.variable.name.value in out) && variable.defaultValue) out[variable.variable.name.value] = variable.defaultValue.value;
  return out;
}

function checkAnswer(entry, version, where) {
  const report = (path, text) => faults.add(`${where} on ${version}: ${path}: ${text}`);
  const { query, variables, operationName } = entry.request;
  let document;
  try {
    document = parse(query);
  } catch (error) {
    if (!entry.answer?.errors) report('request', error.message);
    return;
  }
  const invalid = validate(schema(version), document);
  const refused = entry.answer?.errors !== undefined && !('data' in entry.answer);
  if (invalid.length > 0) {
    // A bad document must be refused; one that Shopify would take must not be.
    if (!refused) invalid.forEach((error) => report('request', error.message));
    return;
  }
  if (entry.status !== 200 || typeof entry.answer !== 'object' || entry.answer === null) return;  // a fault, injected
  const { data, errors, extensions } = entry.answer;
  if (errors !== undefined && !(Array.isArray(errors) && errors.every((error) => isText(error.message) && isText(error.extensions?.code))))
    report('errors', 'wanted a list of {message, extensions: {code}}');
  if (data === undefined) {
    if (!errors) report('answer', 'neither data nor errors');
    return;
  }
  const throttle = extensions?.cost?.throttleStatus;
  if (!whole(extensions?.cost?.requestedQueryCost) || !throttle || !['maximumAvailable', 'currentlyAvailable', 'restoreRate'].every((key) => typeof throttle[key] === 'number'))
    report('extensions.cost', 'incomplete');
  if (data === null) {
    if (!errors) report('data', 'null without errors');
    return;
  }
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const operation = operationName ? operations.find((each) => each.name?.value === operationName) : operations[0];
  const walk = new Walk(version, document, withDefaults(operation, variables), report);
  walk.composite(data, schema(version).getQueryType(), [operation.selectionSet], 'data');
  checked += 1;
}

// Ours must be a part of Shopify's: same names, types, arguments and defaults; nothing invented.
function checkSchema(ours, version) {
  const theirs = schema(version);
  const report = (text) => faults.add(`schema on ${version}: ${text}`);
  for (const type of Object.values(ours.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const wanted = theirs.getType(type.name);
    if (!wanted) { report(`type ${type.name} is not Shopify's`); continue; }
    if (isEnumType(type)) type.getValues().filter((each) => !wanted.getValue(each.name)).forEach((each) => report(`${type.name}.${each.name} is not Shopify's`));
    if (isUnionType(type)) type.getTypes().filter((each) => !wanted.getTypes().some((other) => other.name === each.name)).forEach((each) => report(`${type.name}: ${each.name}`));
    if (isObjectType(type) || isInterfaceType(type))
      type.getInterfaces().filter((each) => !wanted.getInterfaces().some((other) => other.name === each.name)).forEach((each) => report(`${type.name} does not implement ${each.name}`));
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const other = wanted.getFields()[field.name];
      if (!other) { report(`${type.name}.${field.name} is not Shopify's`); continue; }
      if (String(field.type) !== String(other.type)) report(`${type.name}.${field.name}: ${field.type}, Shopify's is ${other.type}`);
      for (const argument of field.args ?? []) {
        const twin = other.args.find((each) => each.name === argument.name);
        if (!twin || String(twin.type) !== String(argument.type) || JSON.stringify(twin.defaultValue) !== JSON.stringify(argument.defaultValue))
          report(`${type.name}.${field.name}(${argument.name}: ${argument.type}) is not Shopify's`);
      }
    }
  }
}

const [record, sdl] = process.argv.slice(2);
if (!record) {
  console.error('usage: node answers.mjs RECORD.jsonl [SCHEMA.graphql]');
  process.exit(2);
}
const lines = readFileSync(record, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
if (sdl) {
  const text = readFileSync(sdl, 'utf8');
  const ours = buildSchema(`schema { query: QueryRoot }\n${text.replace(/^scalar (Int|Float|String|Boolean|ID)\n/gm, '')}`);
  versions.forEach((version) => checkSchema(ours, version));
}
for (const version of versions)
  lines.forEach((entry, index) => checkAnswer(entry, version, `line ${index + 1} ${/(query|mutation)\s+(\w+)/.exec(entry.request?.query ?? '')?.[2] ?? ''}`));
for (const fault of faults) console.error(`FAULT ${fault}`);
if (checked === 0) console.error('FAULT no answer with data was recorded: nothing was proven');
console.log(`${lines.length} exchanges, ${checked} answers walked (${versions.join(', ')}), ${faults.size} faults`);
process.exit(faults.size > 0 || checked === 0 ? 1 : 0);
