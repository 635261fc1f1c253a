#include "storage/mongo/layout.h"

#include "storage/mongo/document_bson.h"

namespace stoa::storage::mongo {
namespace {

struct Index {
  std::string name;
  std::vector<std::pair<std::string, int>> keys;  // path, direction
  bool unique = false;
};

// As many as a small store needs: `_id` finds by id, these find by handle, code or content and list what changed.
std::vector<Index> first_indexes(std::string_view collection) {
  const auto one = [](std::string path) { return Index{path + "_1", {{path, 1}}, false}; };
  if (collection == "products") return {one("handle"), {"updatedAt_1__id_1", {{"updatedAt", 1}, {"_id", 1}}, false}};
  for (const auto* by_handle : {"collections", "pages", "menus", "metaobjects"})
    if (collection == by_handle) return {one("handle")};
  if (collection == "articles")
    return {{"blogId_1_publishedAt_-1__id_-1", {{"blogId", 1}, {"publishedAt", -1}, {"_id", -1}}, false}};
  if (collection == "media") return {one("sha256")};
  if (collection == "discounts") return {one(index_path(model::Kind::discounts, "codesFold"))};
  if (collection == kEvents) return {one("receivedAt")};
  return {};
}

// Every index field: with the id behind it, since pages go on by value and id, in either direction.
std::vector<Index> large_indexes(model::Kind kind) {
  std::vector<Index> all;
  const auto first = first_indexes(model::spec(kind).collection);
  for (const auto& field : model::spec(kind).index) {
    const auto path = index_path(kind, field.name);
    Index index{path + "_1", {{path, 1}}, false};
    if (field.type != model::FieldType::texts) {
      index.name += "__id_1";
      index.keys.emplace_back("_id", 1);
    }
    const auto same = [&](const Index& other) { return other.keys == index.keys; };
    if (std::none_of(first.begin(), first.end(), same)) all.push_back(std::move(index));
  }
  return all;
}

Result<> create_indexes(Session& session, const std::string& database, std::string_view collection,
                        const std::vector<Index>& indexes) {
  if (indexes.empty()) return {};
  BsonWriter command;
  command.utf8("createIndexes", collection).begin_array("indexes");
  for (const auto& index : indexes) {
    command.begin_document(kItem).utf8("name", index.name).begin_document("key");
    for (const auto& [path, direction] : index.keys) command.int32(path, direction);
    command.end();
    if (index.unique) command.boolean("unique", true);
    command.end();
  }
  command.end();
  STOA_TRY(session.write(database, command.finish()));
  return {};
}

Result<> create_collection(Session& session, const std::string& database, std::string_view collection) {
  BsonWriter command;
  command.utf8("create", collection);
  auto made = session.write(database, command.finish());
  if (!made && made.error().reason != "namespace-exists") return fail(std::move(made).error());
  return create_indexes(session, database, collection, first_indexes(collection));
}

}  // namespace

Result<> make_database(Session& session, const std::string& database) {
  for (const auto kind : model::standard_kinds())
    STOA_TRY(create_collection(session, database, model::spec(kind).collection));
  for (const auto collection : {kEvents, kDeletions, kSyncState})
    STOA_TRY(create_collection(session, database, collection));
  return {};
}

Result<> make_kind(Session& session, const std::string& database, model::Kind kind) {
  return create_collection(session, database, model::spec(kind).collection);
}

Result<> make_bucket(Session& session, const std::string& database) {
  STOA_TRY(create_indexes(session, database, kBlobs,
                          {{"filename_1_uploadDate_1", {{"filename", 1}, {"uploadDate", 1}}, false}}));
  return create_indexes(session, database, kBlobChunks, {{"files_id_1_n_1", {{"files_id", 1}, {"n", 1}}, true}});
}

Result<> make_large_indexes(Session& session, const std::string& database, model::Kind kind) {
  return create_indexes(session, database, model::spec(kind).collection, large_indexes(kind));
}

}  // namespace stoa::storage::mongo
