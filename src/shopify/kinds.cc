#include "shopify/kinds.h"

#include <algorithm>

#include "base/ids.h"
#include "base/json_text.h"
#include "base/text.h"
#include "shopify/decode/kind_row.h"
#include "shopify/documents.h"

namespace stoa::shopify {
namespace {

Call make_call(std::string_view operation, json::Object variables = {}) {
  return Call{.operation = operation, .document = document(operation), .variables = std::move(variables)};
}

// The call that also asks for the publication, where one is given and the kind has such a call.
Call in_publication(const std::string& publication, std::string_view plain, std::string_view published,
                    json::Object variables) {
  if (publication.empty() || published.empty()) return make_call(plain, std::move(variables));
  variables["publicationId"] = publication;
  return make_call(published, std::move(variables));
}

// `data` as a value: for small answers that are no documents.
Result<json::Value> parse_data(const Answer& answer) {
  auto data = json::parse(answer.data());
  if (!data) return fail(Error{Code::corrupt, std::move(data).error().what}.in("shopify: answer"));
  return data;
}

// A document of the kind from one node of an answer.
Result<Decoded> decode_node(json::Reader& reader, model::Kind kind, std::string_view raw) {
  const KindRow& row = kind_row(kind);
  STOA_TRY_ASSIGN(auto flat, reader.flatten(raw, row.id_lists));
  auto id = json::find_string(flat.text, {"id"});
  const auto gid = id ? parse_gid(*id) : Result<Gid>(fail(Code::corrupt, "shopify: a node without an id"));
  if (!gid || !model::has_gid_type(kind, gid->type))
    return fail(Code::corrupt, "shopify: a node's id: {} seen, a gid of {} wanted", id.value_or("none"),
                fmt::join(model::spec(kind).gid_types, " or "));
  for (const auto& list : row.lists)
    if (!list.name.contains('.') && !json::find_raw(flat.text, {list.name}).starts_with('['))
      return fail(Code::corrupt, "shopify: {}: no list {}", *id, list.name);
  STOA_TRY(row.arrange(flat.text));
  Decoded decoded{std::move(*id), std::move(flat.text), {}};
  for (auto& open : flat.open) {
    if (std::ranges::find(row.lists, open.name, &ListRow::name) == row.lists.end() || open.owner != decoded.id)
      return fail(Code::corrupt, "shopify: {}: {} of {} goes on, but nothing reads on there", decoded.id, open.name,
                  open.owner);
    decoded.open.push_back({std::move(open.owner), std::move(open.name), std::move(open.cursor)});
  }
  return decoded;
}

// The id of a node that could not be decoded, when it is still to be found.
std::string id_of_broken(json::Reader& reader, std::string_view raw) {
  const auto members = reader.members(raw);
  if (!members) return {};
  const auto id = std::ranges::find(*members, "id", &json::Member::key);
  return id == members->end() ? std::string() : json::unquoted(id->raw);
}

}  // namespace

std::string_view document(std::string_view operation) {
  const auto found = std::ranges::find(documents(), operation, &Document::operation);
  STOA_CHECK(found != documents().end(), "a file in documents/ for every operation");
  return found->text;
}

const KindRow& kind_row(model::Kind kind) {
  switch (kind) {
    case model::Kind::products: return kProductsRow;
    case model::Kind::collections: return kCollectionsRow;
    case model::Kind::themes: return kThemesRow;
    case model::Kind::blogs: return kBlogsRow;
    case model::Kind::articles: return kArticlesRow;
    case model::Kind::media: return kFilesRow;
    case model::Kind::discounts: return kDiscountsRow;
    default: break;
  }
  check_failed("kind_row", "a kind of kMirroredKinds", __FILE__, __LINE__);
}

std::size_t page_size(model::Kind kind) { return kind_row(kind).page_size; }
std::string_view scope(model::Kind kind) { return kind_row(kind).scope; }
std::string_view other_scope(model::Kind kind) { return kind_row(kind).other_scope; }
bool has_count(model::Kind kind) { return !kind_row(kind).count_operation.empty(); }
bool walked_whole(model::Kind kind) {
  // A smart collection's membership changes without its updatedAt (shopify.md, H4).
  return kind == model::Kind::collections || !kind_row(kind).sorted_by_time;
}

Call count_call(model::Kind kind) { return make_call(kind_row(kind).count_operation); }

Result<std::optional<std::int64_t>> decode_count(model::Kind kind, const Answer& answer) {
  STOA_TRY_ASSIGN(const auto data, parse_data(answer));
  const auto* count = json::find(data, kind_row(kind).count_root);
  if (!count || !json::find(*count, "count"))
    return fail(Code::corrupt, "shopify: no {} in the answer", kind_row(kind).count_root);
  if (json::string_or(*count, "precision") != "EXACT") return std::nullopt;
  return json::int_or(*count, "count");
}

Call page_call(model::Kind kind, const PageArgs& args) {
  std::string query;
  if (args.updated_since) query = fmt::format("updated_at:>='{}'", iso_seconds(*args.updated_since));
  if (args.id_above > 0) query += fmt::format("{}id:>{}", query.empty() ? "" : " ", args.id_above);
  const auto& row = kind_row(kind);
  // A window of ids is walked by id; otherwise the sort follows the filter, as Shopify asks of large shops.
  const bool by_time = args.updated_since && args.id_above == 0 && row.sorted_by_time;
  json::Object variables{{"first", args.first},
                         {"after", json::null_if_empty(args.after)},
                         {"query", json::null_if_empty(query)},
                         {"sortKey", by_time ? "UPDATED_AT" : "ID"}};
  return in_publication(args.publication, row.page_operation, row.page_in_publication_operation, std::move(variables));
}

Result<ListPage> decode_page(model::Kind kind, const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(auto list, reader.list(answer.data(), {kind_row(kind).root}));
  ListPage page{.nodes = {}, .broken = {}, .has_next = list.has_next, .end_cursor = std::move(list.end_cursor)};
  page.nodes.reserve(list.items.size());
  for (const auto raw : list.items) {
    auto node = decode_node(reader, kind, raw);
    if (node)
      page.nodes.push_back(*std::move(node));
    else
      page.broken.emplace_back(id_of_broken(reader, raw), std::move(node).error());
  }
  return page;
}

Call by_ids_call(model::Kind kind, const std::vector<std::string>& ids, const std::string& publication) {
  const auto& row = kind_row(kind);
  return in_publication(publication, row.by_ids_operation, row.by_ids_in_publication_operation,
                        {{"ids", json::Array(ids.begin(), ids.end())}});
}

Result<ByIds> decode_by_ids(model::Kind kind, const std::vector<std::string>& ids, const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(const auto list, reader.list(answer.data(), {"nodes"}));
  if (list.items.size() != ids.size())
    return fail(Code::corrupt, "shopify: nodes by id: {} seen, {} wanted", list.items.size(), ids.size());
  ByIds result;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (list.items[i] == "null") {
      result.absent.push_back(ids[i]);
      continue;
    }
    auto node = decode_node(reader, kind, list.items[i]);
    if (node && node->id != ids[i])
      node = fail(Code::corrupt, "shopify: nodes by id: {} seen, {} wanted", node->id, ids[i]);
    if (node)
      result.found.push_back(*std::move(node));
    else
      result.broken.emplace_back(ids[i], std::move(node).error());
  }
  return result;
}

Call list_call(model::Kind kind, const OpenList& open, std::size_t first) {
  const auto& lists = kind_row(kind).lists;
  const auto list = std::ranges::find(lists, open.list, &ListRow::name);
  STOA_CHECK(list != lists.end(), "a list of the kind's row: only those select pageInfo");
  return make_call(list->operation, {{"id", open.owner}, {"first", first}, {"after", open.cursor}});
}

Result<ItemsPage> decode_list(model::Kind kind, const OpenList& open, const Answer& answer) {
  const KindRow& row = kind_row(kind);
  json::Reader reader;
  std::vector<std::string_view> path{row.single};
  for (const auto key : split(open.list, '.')) path.push_back(key);
  STOA_TRY_ASSIGN(auto list, reader.list(answer.data(), path));
  const bool ids_only = std::ranges::find(row.id_lists, open.list) != row.id_lists.end();
  ItemsPage page{
      .items = {}, .count = list.items.size(), .has_next = list.has_next, .end_cursor = std::move(list.end_cursor)};
  for (const auto raw : list.items) {
    STOA_TRY_ASSIGN(const auto flat, reader.flatten(raw));
    const auto item = ids_only ? json::find_raw(flat.text, {"id"}) : std::string_view(flat.text);
    if (item.empty() || !flat.open.empty())
      return fail(Code::corrupt, "shopify: {}: an item of {} that cannot be read to its end", open.owner, open.list);
    if (!page.items.empty()) page.items += ',';
    page.items += item;
  }
  return page;
}

Call shop_call() { return make_call("ShopInfo"); }

Result<ShopInfo> decode_shop(const Answer& answer) {
  STOA_TRY_ASSIGN(auto data, parse_data(answer));
  const auto* shop = json::find(data, "shop");
  if (!shop || !shop->is_object()) return fail(Code::corrupt, "shopify: no shop in the answer");
  ShopInfo info{std::string(json::string_or(*shop, "id")), ascii_lower(json::string_or(*shop, "myshopifyDomain")),
                shop->get_object()};
  if (info.id.empty() || info.myshopify_domain.empty())
    return fail(Code::corrupt, "shopify: a shop without id or myshopifyDomain");
  return info;
}

Call scopes_call() { return make_call("InstallationScopes"); }

Result<std::vector<std::string>> decode_scopes(const Answer& answer) {
  STOA_TRY_ASSIGN(const auto data, parse_data(answer));
  const auto* installation = json::find(data, "currentAppInstallation");
  const auto* scopes = installation ? json::find(*installation, "accessScopes") : nullptr;
  if (!scopes || !scopes->is_array()) return fail(Code::corrupt, "shopify: no accessScopes in the answer");
  std::vector<std::string> handles;
  for (const auto& each : scopes->get_array()) handles.emplace_back(json::string_or(each, "handle"));
  return handles;
}

Call locales_call() { return make_call("ShopLocales"); }

Result<json::Array> decode_locales(const Answer& answer) {
  STOA_TRY_ASSIGN(auto data, parse_data(answer));
  const auto* locales = json::find(data, "shopLocales");
  if (!locales || !locales->is_array()) return fail(Code::corrupt, "shopify: no shopLocales in the answer");
  return locales->get_array();
}

}  // namespace stoa::shopify
