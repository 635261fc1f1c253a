#include "storage/embedded/schema.h"

#include <array>

namespace stoa::storage::embedded {
namespace {

using model::FieldType;
using model::Kind;

// Fields that are sorted by or looked up: each with the id behind it, so that a page is read in order from one index
// (contract section 3: sorts and filters). What is not here is found by a scan of the rows before their bodies.
constexpr std::array<std::pair<Kind, std::string_view>, 38> kIndexes{{
    {Kind::products, "handle"},       {Kind::products, "vendor"},       {Kind::products, "vendorFold"},
    {Kind::products, "productType"},  {Kind::products, "titleFold"},    {Kind::products, "createdAt"},
    {Kind::products, "updatedAt"},    {Kind::products, "publishedAt"},  {Kind::products, "priceMin"},
    {Kind::collections, "handle"},    {Kind::collections, "titleFold"}, {Kind::collections, "updatedAt"},
    {Kind::blogs, "handle"},          {Kind::blogs, "titleFold"},       {Kind::articles, "handle"},
    {Kind::articles, "blogId"},       {Kind::articles, "updatedAt"},    {Kind::articles, "publishedAt"},
    {Kind::themes, "themeId"},        {Kind::themes, "role"},           {Kind::media, "sha256"},
    {Kind::media, "state"},           {Kind::media, "updatedAt"},       {Kind::discounts, "startsAt"},
    {Kind::discounts, "endsAt"},      {Kind::discounts, "updatedAt"},   {Kind::blogs, "updatedAt"},
    {Kind::articles, "titleFold"},    {Kind::pages, "handle"},          {Kind::pages, "titleFold"},
    {Kind::pages, "updatedAt"},       {Kind::pages, "publishedAt"},     {Kind::menus, "handle"},
    {Kind::menus, "titleFold"},       {Kind::metaobjects, "handle"},    {Kind::metaobjects, "type"},
    {Kind::metaobjects, "updatedAt"}, {Kind::media, "fileName"},
}};

std::string_view column_type(FieldType type) {
  return type == FieldType::text || type == FieldType::texts ? "TEXT" : "INTEGER";
}
bool has_texts(Kind kind) {
  return std::ranges::any_of(model::spec(kind).index, [](const auto& f) { return f.type == FieldType::texts; });
}

// The body stands last: what is asked of the columns before it is answered without reading the pages it spills to.
std::string kind_tables(Kind kind) {
  const auto& spec = model::spec(kind);
  std::string ddl = fmt::format(
      "CREATE TABLE \"{}\"(rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hash BLOB NOT NULL, raw BLOB,"
      " fetched_at INTEGER NOT NULL, source INTEGER NOT NULL, api_version TEXT NOT NULL, ver INTEGER NOT NULL",
      spec.collection);
  for (const auto& field : spec.index) ddl += fmt::format(", {} {}", column(field.name), column_type(field.type));
  ddl += ", body TEXT NOT NULL);\n";
  for (const auto& [owner, field] : kIndexes)
    if (owner == kind)
      ddl += fmt::format("CREATE INDEX \"{0}_{1}\" ON \"{0}\"({2}, id);\n", spec.collection, field, column(field));
  if (has_texts(kind))
    ddl += fmt::format(
        "CREATE TABLE \"{}_terms\"(field TEXT NOT NULL, term TEXT NOT NULL, id TEXT NOT NULL,"
        " PRIMARY KEY(field, term, id)) WITHOUT ROWID;\n",
        spec.collection);
  return ddl;
}

constexpr std::string_view kStoreTables = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('version', 0), ('fetched_at', 0), ('incarnation', ''), ('boot', '');
CREATE TABLE kinds(kind TEXT PRIMARY KEY, count INTEGER NOT NULL DEFAULT 0, complete INTEGER NOT NULL DEFAULT 0,
  as_of INTEGER, state TEXT NOT NULL DEFAULT 'never', error TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE deletions(id TEXT PRIMARY KEY, kind TEXT NOT NULL, deleted_at INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE passes(rid INTEGER PRIMARY KEY, job TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  seen INTEGER NOT NULL, written INTEGER NOT NULL, unchanged INTEGER NOT NULL, deleted INTEGER NOT NULL,
  failed INTEGER NOT NULL, total INTEGER, sweep_refused INTEGER NOT NULL, would_delete INTEGER NOT NULL,
  error TEXT NOT NULL, started INTEGER NOT NULL, cursor TEXT NOT NULL, UNIQUE(job, kind));
CREATE TABLE seen(pass INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY(pass, id)) WITHOUT ROWID;
CREATE TABLE drafts(rid INTEGER PRIMARY KEY, pass INTEGER NOT NULL, id TEXT NOT NULL, fetched_at INTEGER NOT NULL,
  open TEXT NOT NULL, body TEXT NOT NULL, UNIQUE(pass, id));
CREATE TABLE draft_parts(rid INTEGER PRIMARY KEY, pass INTEGER NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL,
  list TEXT NOT NULL, items TEXT NOT NULL);
CREATE INDEX draft_parts_id ON draft_parts(pass, id);
CREATE TABLE webhookevents(rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, object TEXT NOT NULL,
  state TEXT NOT NULL, error TEXT NOT NULL, received_at INTEGER NOT NULL, triggered_at INTEGER,
  attempts INTEGER NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX webhookevents_received ON webhookevents(received_at, id);
CREATE INDEX webhookevents_state ON webhookevents(state, received_at, id);
CREATE INDEX webhookevents_object ON webhookevents(object, received_at, id);
)sql";

constexpr std::string_view kAppconfigTables = R"sql(
CREATE TABLE clients(id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE shops(id TEXT PRIMARY KEY, client TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL, record TEXT NOT NULL);
CREATE TABLE keys(id TEXT PRIMARY KEY, client TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
  last4 TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX keys_client ON keys(client, id);
CREATE TABLE jobs(id TEXT PRIMARY KEY, store TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL, work TEXT NOT NULL,
  finished_at INTEGER, cancel_requested INTEGER NOT NULL, confirmed TEXT NOT NULL, record TEXT NOT NULL);
CREATE UNIQUE INDEX jobs_open_work ON jobs(store, work) WHERE open = 1;
CREATE INDEX jobs_open ON jobs(id) WHERE open = 1;
CREATE INDEX jobs_store ON jobs(store, id);
CREATE TABLE audit(rid INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  store TEXT NOT NULL, outcome TEXT NOT NULL);
)sql";

Result<std::string> image(const std::string& ddl, const Format& format) {
  STOA_TRY_ASSIGN(auto db, Connection::open({}, Connection::Mode::memory));
  STOA_TRY(db.exec(ddl));
  STOA_TRY(
      db.exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", format.application_id, format.version)));
  STOA_TRY_ASSIGN(auto bytes, db.image());
  // "File format write version" and "read version" 2 mean WAL (sqlite.org/fileformat2.html, 1.3.3): a new file needs no
  // switch.
  bytes.replace(18, 2, "\2\2");
  return bytes;
}

std::string names(Kind kind, std::string_view form) {
  std::string out;
  for (const auto& field : model::spec(kind).index) out += fmt::format(fmt::runtime(form), column(field.name));
  return out;
}

KindSql make_sql(Kind kind) {
  const auto& spec = model::spec(kind);
  KindSql sql;
  sql.table = fmt::format("\"{}\"", spec.collection);
  std::string texts, marks;
  for (const auto& field : spec.index) {
    if (field.type == FieldType::texts) texts += ", " + column(field.name);
    marks += ", ?";
  }
  sql.guard = fmt::format("SELECT rid, hash, fetched_at, raw{} FROM {} WHERE id = ?", texts, sql.table);
  sql.insert = fmt::format(
      "INSERT INTO {}(id, hash, raw, fetched_at, source, api_version, ver{}, body) VALUES(?, ?, ?, ?, ?, ?, ?{}, ?)",
      sql.table, names(kind, ", {}"), marks);
  sql.update = fmt::format(
      "UPDATE {} SET hash = ?, raw = ?, fetched_at = ?, source = ?, api_version = ?, ver = ?{}, body = ? WHERE rid = ?",
      sql.table, names(kind, ", {} = ?"));
  sql.erase = fmt::format("DELETE FROM {} WHERE rid = ?", sql.table);
  const auto stored =
      fmt::format("SELECT id, hash, fetched_at, source, api_version, ver, body FROM {} WHERE ", sql.table);
  sql.by_id = stored + "id = ?";
  sql.by_rid = stored + "rid = ?";
  sql.raw = fmt::format("SELECT raw FROM {} WHERE id = ?", sql.table);
  sql.unseen = fmt::format(
      "SELECT rid, id FROM {0} WHERE NOT EXISTS (SELECT 1 FROM seen WHERE seen.pass = ? AND seen.id = {0}.id)",
      sql.table);
  sql.fetched = fmt::format("SELECT fetched_at FROM {} WHERE rid = ?", sql.table);
  if (!texts.empty()) {
    sql.terms = fmt::format("\"{}_terms\"", spec.collection);
    sql.add_term = fmt::format("INSERT OR IGNORE INTO {}(field, term, id) VALUES(?, ?, ?)", sql.terms);
    sql.drop_term = fmt::format("DELETE FROM {} WHERE field = ? AND term = ? AND id = ?", sql.terms);
  }
  return sql;
}

}  // namespace

std::string column(std::string_view field) { return fmt::format("\"x_{}\"", field); }

std::string kind_ddl(Kind kind) {
  return kind_tables(kind) + fmt::format("INSERT INTO kinds(kind) VALUES('{}');\n", model::to_string(kind));
}

Result<std::string> appconfig_image() { return image(std::string(kAppconfigTables), kAppconfigFormat); }

const Result<std::string>& store_image() {
  static const auto bytes = [] {
    std::string ddl(kStoreTables);
    for (const auto kind : model::standard_kinds()) ddl += kind_ddl(kind);
    return image(ddl, kStoreFormat);
  }();
  return bytes;
}

const KindSql& kind_sql(Kind kind) {
  static const auto all = [] {
    std::array<KindSql, model::kKindCount> texts;
    for (const auto each : model::all_kinds()) texts[static_cast<std::size_t>(each)] = make_sql(each);
    return texts;
  }();
  return all[static_cast<std::size_t>(kind)];
}

}  // namespace stoa::storage::embedded
