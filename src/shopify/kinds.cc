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

// The call that asks for the extras too, as far as the operation knows them.
Call with_inventory(std::string_view operation, const Extras& extras, json::Object variables) {
  auto call = make_call(operation, std::move(variables));
  if (extras.inventory && call.document.contains("$inventory: ")) call.variables["inventory"] = true;
  return call;
}
Call with_extras(std::string_view plain, std::string_view published, const Extras& extras, json::Object variables) {
  if (extras.publication.empty() || published.empty()) return with_inventory(plain, extras, std::move(variables));
  variables["publicationId"] = extras.publication;
  return with_inventory(published, extras, std::move(variables));
}

// How that list is read on; null when nothing does.
const ListRow* find_list(const KindRow& row, model::Kind kind, std::string_view owner, std::string_view name) {
  const auto gid = parse_gid(owner);
  const auto type = !gid || model::has_gid_type(kind, gid->type) ? std::string_view() : std::string_view(gid->type);
  const auto found = std::ranges::find_if(
      row.lists, [&](const ListRow& list) { return list.name == name && list.owner_type == type; });
  return found == row.lists.end() ? nullptr : &*found;
}

// The lists that go on in a document or in an item of one of its lists.
Result<std::vector<OpenList>> open_lists(model::Kind kind, std::string_view document, json::Flat& flat) {
  std::vector<OpenList> out;
  for (auto& open : flat.open) {
    const auto* list = find_list(kind_row(kind), kind, open.owner, open.name);
    if (list == nullptr || (list->owner_type.empty() && open.owner != document))
      return fail(Code::corrupt, "shopify: {}: {} of {} goes on, but nothing reads on there", document, open.name,
                  open.owner);
    out.push_back({std::move(open.owner), std::move(open.name), std::move(open.cursor)});
  }
  return out;
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
  const auto raw_id = flat.find("id");
  auto id = raw_id.starts_with('"') ? json::unquoted(raw_id) : std::string();
  const auto gid = parse_gid(id);
  if (!gid || !model::has_gid_type(kind, gid->type))
    return fail(Code::corrupt, "shopify: a node's id: {} seen, a gid of {} wanted", id.empty() ? "none" : id,
                fmt::join(model::spec(kind).gid_types, " or "));
  for (const auto& list : row.lists)
    if (list.owner_type.empty() && !list.name.contains('.') && !flat.find(list.name).starts_with('['))
      return fail(Code::corrupt, "shopify: {}: no list {}", id, list.name);
  if (!row.arranged.empty()) STOA_TRY(row.arrange(flat.text, flat.find(row.arranged)));
  STOA_TRY_ASSIGN(auto open, open_lists(kind, id, flat));
  return Decoded{std::move(id), std::move(flat.text), std::move(open), raw};
}

// Our documents ask for the id first.
std::string_view first_id(std::string_view node) {
  constexpr std::string_view kStart = R"({"id":")";
  if (!node.starts_with(kStart)) return {};
  const auto id = node.substr(kStart.size(), node.find('"', kStart.size()) - kStart.size());
  return id.contains('\\') ? std::string_view() : id;
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
    case model::Kind::pages: return kPagesRow;
    case model::Kind::menus: return kMenusRow;
    case model::Kind::metaobjects: return kMetaobjectsRow;
  }
  check_failed("kind_row", "a kind of model::all_kinds()", __FILE__, __LINE__);
}

std::size_t page_size(model::Kind kind) { return kind_row(kind).page_size; }
std::string_view scope(model::Kind kind) { return kind_row(kind).scope; }
std::string_view other_scope(model::Kind kind) { return kind_row(kind).other_scope; }
std::string_view also_scope(model::Kind kind) { return kind_row(kind).also_scope; }
bool has_types(model::Kind kind) { return !kind_row(kind).types_operation.empty(); }
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

Call types_call(model::Kind kind, const std::string& after) {
  return make_call(kind_row(kind).types_operation, {{"first", 50}, {"after", json::null_if_empty(after)}});
}

Result<TypesPage> decode_types(model::Kind kind, const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(auto list, reader.list(answer.data(), {kind_row(kind).types_root}));
  TypesPage page{.types = {}, .has_next = list.has_next, .end_cursor = std::move(list.end_cursor)};
  for (const auto raw : list.items) {
    auto type = json::find_string(raw, {"type"});
    if (!type || type->empty())
      return fail(Code::corrupt, "shopify: a definition of {} without a type", to_string(kind));
    page.types.push_back(std::move(*type));
  }
  return page;
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
  if (!args.type.empty()) {  // of metaobjects, whose sort keys are texts
    variables["type"] = args.type;
    variables["sortKey"] = by_time ? "updated_at" : "id";
  }
  return with_extras(row.page_operation, row.page_in_publication_operation, args.extras, std::move(variables));
}

Hash raw_hash(model::Kind kind, std::string_view node, const Shaping& shaping) {
  const auto shaped_by = fmt::format("{} {} {} ", shaping.decoder_version, to_string(kind), shaping.codes_max);
  return quick_hash({shaped_by, node});
}

Result<RawPage> split_page(model::Kind kind, const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(auto list, reader.list(answer.data(), {kind_row(kind).root}));
  RawPage page{.nodes = {}, .has_next = list.has_next, .end_cursor = std::move(list.end_cursor)};
  page.nodes.reserve(list.items.size());
  for (const auto raw : list.items) page.nodes.push_back({raw, first_id(raw)});
  return page;
}

ListPage decode_nodes(model::Kind kind, RawPage split) {
  json::Reader reader;
  ListPage page{.nodes = {}, .broken = {}, .has_next = split.has_next, .end_cursor = std::move(split.end_cursor)};
  page.nodes.reserve(split.nodes.size());
  for (const auto& [raw, id] : split.nodes) {
    auto node = decode_node(reader, kind, raw);
    if (node)
      page.nodes.push_back(*std::move(node));
    else
      page.broken.emplace_back(id_of_broken(reader, raw), std::move(node).error());
  }
  return page;
}

Result<ListPage> decode_page(model::Kind kind, const Answer& answer) {
  STOA_TRY_ASSIGN(auto page, split_page(kind, answer));
  return decode_nodes(kind, std::move(page));
}

Call by_ids_call(model::Kind kind, const std::vector<std::string>& ids, const Extras& extras) {
  const auto& row = kind_row(kind);
  return with_extras(row.by_ids_operation, row.by_ids_in_publication_operation, extras,
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

Call list_call(model::Kind kind, const OpenList& open, const Extras& extras, std::size_t first) {
  const auto* list = find_list(kind_row(kind), kind, open.owner, open.list);
  STOA_CHECK(list != nullptr, "a list of the kind's row: only those select pageInfo");
  return with_inventory(list->operation, extras, {{"id", open.owner}, {"first", first}, {"after", open.cursor}});
}

Result<ItemsPage> decode_list(model::Kind kind, const OpenList& open, const Answer& answer) {
  const KindRow& row = kind_row(kind);
  json::Reader reader;
  const auto* known = find_list(row, kind, open.owner, open.list);
  STOA_CHECK(known != nullptr, "a list that list_call() asked for");
  std::vector<std::string_view> path{known->single.empty() ? row.single : known->single};
  for (const auto key : split(open.list, '.')) path.push_back(key);
  STOA_TRY_ASSIGN(auto list, reader.list(answer.data(), path));
  const bool ids_only = std::ranges::find(row.id_lists, open.list) != row.id_lists.end();
  ItemsPage page{.items = {},
                 .open = {},
                 .count = list.items.size(),
                 .has_next = list.has_next,
                 .end_cursor = std::move(list.end_cursor)};
  for (const auto raw : list.items) {
    STOA_TRY_ASSIGN(auto flat, reader.flatten(raw));
    const auto item = ids_only ? flat.find("id") : std::string_view(flat.text);
    if (item.empty()) return fail(Code::corrupt, "shopify: {}: an item of {} without an id", open.owner, open.list);
    STOA_TRY_ASSIGN(auto further, open_lists(kind, {}, flat));
    page.open.insert(page.open.end(), std::make_move_iterator(further.begin()), std::make_move_iterator(further.end()));
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

Call definitions_call(std::string_view owner_type, const std::string& after) {
  return make_call("MetafieldDefinitions",
                   {{"ownerType", owner_type}, {"first", 250}, {"after", json::null_if_empty(after)}});
}

Result<ReadableMetafields> decode_definitions(const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(auto list, reader.list(answer.data(), {"metafieldDefinitions"}));
  ReadableMetafields page{.names = {}, .has_next = list.has_next, .end_cursor = std::move(list.end_cursor)};
  for (const auto raw : list.items) {
    const auto name_space = json::find_string(raw, {"namespace"}), key = json::find_string(raw, {"key"});
    if (!name_space || !key) return fail(Code::corrupt, "shopify: a metafield definition without namespace or key");
    if (json::find_string(raw, {"access", "storefront"}) == "PUBLIC_READ")
      page.names.push_back(fmt::format("{}.{}", *name_space, *key));
  }
  return page;
}

}  // namespace stoa::shopify
