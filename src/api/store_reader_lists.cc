// The lists of StoreReader: questions become walks.
#include <array>
#include <unordered_set>

#include "api/discount_status.h"
#include "api/list_params.h"
#include "api/store_reader.h"
#include "base/json_text.h"

namespace stoa::api {
namespace {
using storage::Condition;
constexpr std::array kProductKinds{model::Kind::products};
constexpr std::array kCollectionKinds{model::Kind::collections};
constexpr std::array kBlogKinds{model::Kind::blogs};
constexpr std::array kArticleKinds{model::Kind::articles};
constexpr std::array kDiscountKinds{model::Kind::discounts};
constexpr std::array kMediaKinds{model::Kind::media};
constexpr std::array kPageKinds{model::Kind::pages};
constexpr std::array kMenuKinds{model::Kind::menus};
constexpr std::array kMetaobjectKinds{model::Kind::metaobjects};
constexpr std::array kMemberKinds{model::Kind::collections, model::Kind::products};

// `sort` of the API to an index field.
storage::Sort sort_by(std::string_view name) {
  storage::Sort sort;
  sort.descending = name.starts_with('-');
  if (sort.descending) name.remove_prefix(1);
  if (name == "title" || name == "vendor") {
    sort.field = std::string(name) + "Fold";
  } else if (name == "price") {
    sort.field = "priceMin";
  } else if (name != "id") {
    sort.field = name;
  }
  return sort;
}

// The parsers check this for HTTP; here it guards the callers in C++.
Result<> known_sort(std::string_view sort, std::span<const std::string_view> known) {
  if (sort.empty() || std::ranges::find(known, sort) != known.end()) return {};
  return fail(Code::invalid, "sort: unknown order: {}, one of {} wanted", sort, fmt::join(known, " "));
}

std::vector<std::string> member_ids(std::string_view collection) {
  std::vector<std::string> out;
  const auto list = json::find_raw(collection, {"productIds"});
  if (!list.starts_with('[')) return out;
  json::Cursor in(list);
  in.enter_array();
  while (in.next_element()) out.push_back(json::unquoted(in.take()));
  return out;
}

// Those of `ids` that `wanted` has too, in the order of `ids`.
std::vector<std::string> common(const std::vector<std::string>& ids, const std::vector<std::string>& wanted) {
  const std::unordered_set<std::string_view> set(wanted.begin(), wanted.end());
  std::vector<std::string> out;
  std::ranges::copy_if(ids, std::back_inserter(out), [&](const auto& id) { return set.contains(id); });
  return out;
}

Condition handle_in(const std::vector<std::string>& handles) {
  return {.field = "handle", .op = Condition::Op::in, .values = {handles.begin(), handles.end()}};
}

// What all lists with filters share: time, ids, handles, order.
template <class Query>
void add_common(const Query& asked, std::string_view default_sort, Walk& walk) {
  auto& all = walk.query.all;
  if (asked.updated_since)
    all.push_back({.field = "updatedAt", .op = Condition::Op::greater_equal, .values = {micros(*asked.updated_since)}});
  if (asked.sort.empty() && !asked.ids.empty()) {
    walk.order = Walk::Order{asked.ids, false};
  } else if (asked.sort.empty() && !asked.handles.empty()) {
    walk.order = Walk::Order{asked.handles, true};
  } else {
    walk.query.sort = sort_by(asked.sort.empty() ? default_sort : asked.sort);
  }
  if (!asked.ids.empty()) walk.query.ids = asked.ids;
  if (!asked.handles.empty() && !(walk.order && walk.order->by_handle)) all.push_back(handle_in(asked.handles));
}

Walk product_walk(const ProductQuery& asked, Audience audience, const Policy& policy, Time now) {
  Walk walk;
  walk.query.kind = model::Kind::products;
  auto& all = walk.query.all;
  all = list_conditions(model::Kind::products, audience, policy, now);
  const auto add = [&](std::string field, Condition::Op op, model::IndexValue value) {
    all.push_back({.field = std::move(field), .op = op, .values = {std::move(value)}});
  };
  if (asked.status != "any") add("status", Condition::Op::eq, asked.status.empty() ? "ACTIVE" : asked.status);
  if (asked.vendor) add("vendor", Condition::Op::eq, *asked.vendor);
  if (asked.product_type) add("productType", Condition::Op::eq, *asked.product_type);
  for (const auto& tag : asked.tags) add("tags", Condition::Op::has, tag);
  if (asked.available) add("available", Condition::Op::eq, *asked.available);
  if (asked.price_min) add("priceMax", Condition::Op::greater_equal, *asked.price_min);
  if (asked.price_max) add("priceMin", Condition::Op::less_equal, *asked.price_max);
  add_common(asked, "id", walk);
  return walk;
}

// Narrows a walk over products to the members of a collection; without another order it goes in theirs.
void keep_members(const ProductQuery& asked, std::vector<std::string> members, Walk& walk) {
  if (walk.order && !walk.order->by_handle) {
    walk.order->keys = common(walk.order->keys, members);
    return;
  }
  if (!asked.ids.empty()) members = common(members, asked.ids);
  if (walk.order || (!asked.sort.empty() && asked.sort != "collection")) {
    walk.query.ids = std::move(members);
    return;
  }
  walk.query.sort = {};
  walk.order = Walk::Order{std::move(members), false};
}
}  // namespace

Result<Listing> StoreReader::list(const ListPlan& plan, const Fields& fields, const std::string& after) const {
  const CursorScope scope{facts_->version.incarnation, store_->key().str() + '\n' + plan.scope};
  std::optional<storage::Position> start;
  if (!after.empty()) {
    STOA_TRY_ASSIGN(start, decode_cursor(scope, after));
  }
  const Projection projection(plan.walk.query.kind, audience_, facts_->policy, fields, now_);
  Listing out;
  out.limit = plan.limit;
  out.reason = facts_->reason(plan.kinds);
  ContentUrls urls(*store_, plan.walk.query.kind, fields);
  STOA_TRY_ASSIGN(const auto next, take_page(*store_, plan.walk, projection, urls, start, out));
  if (next) out.next = encode_cursor(scope, *next);
  return out;
}

Result<> StoreReader::may_ask(const ProductQuery& query) const {
  if (!query.status.empty() && query.status != "ACTIVE" && audience_ != Audience::operators)
    return fail(error(Code::denied, "a read key sees ACTIVE products only: use the operator token for another status")
                    .because("operator-only"));
  return known_sort(query.sort, query.collection.empty() ? product_sorts() : member_sorts());
}

Result<Listing> StoreReader::products(const ProductQuery& query) const {
  STOA_TRY(may_ask(query));
  ListPlan plan{.walk = product_walk(query, audience_, facts_->policy, now_),
                .scope = "products?" + canonical_walk(query),
                .kinds = kProductKinds,
                .limit = query.limit};
  if (!query.collection.empty()) {
    plan.kinds = kMemberKinds;
    STOA_TRY_ASSIGN(const auto collection, find_collection(query.collection));
    keep_members(query, collection ? member_ids(collection->body) : std::vector<std::string>(), plan.walk);
  }
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::collection_products(const ProductQuery& query) const {
  STOA_TRY(may_ask(query));
  const auto gid = parse_object_id(model::Kind::collections, query.collection);
  if (!gid) return missing(model::Kind::collections);
  STOA_TRY_ASSIGN(const auto collection, store_->get(model::Kind::collections, *gid));
  if (!collection) return missing(model::Kind::collections);
  ListPlan plan{.walk = product_walk(query, audience_, facts_->policy, now_),
                .scope = "members?" + canonical_walk(query),
                .kinds = kMemberKinds,
                .limit = query.limit};
  keep_members(query, member_ids(collection->body), plan.walk);
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::collections(const CollectionQuery& query) const {
  STOA_TRY(known_sort(query.sort, collection_sorts()));
  ListPlan plan{
      .walk = {}, .scope = "collections?" + canonical_walk(query), .kinds = kCollectionKinds, .limit = query.limit};
  plan.walk.query.kind = model::Kind::collections;
  plan.walk.query.all = list_conditions(model::Kind::collections, audience_, facts_->policy, now_);
  add_common(query, "id", plan.walk);
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::blogs(const BlogQuery& query) const {
  STOA_TRY(known_sort(query.sort, blog_sorts()));
  ListPlan plan{.walk = {}, .scope = "blogs?" + canonical_walk(query), .kinds = kBlogKinds, .limit = query.limit};
  plan.walk.query.kind = model::Kind::blogs;
  plan.walk.query.sort = sort_by(query.sort.empty() ? "id" : query.sort);
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::articles(const ArticleQuery& query) const {
  STOA_TRY(known_sort(query.sort, article_sorts()));
  if (!query.status.empty() && audience_ != Audience::operators)
    return fail(
        error(Code::denied, "a read key sees published articles only: use the operator token for another status")
            .because("operator-only"));
  ListPlan plan{.walk = {},
                .scope = "articles?" + query.blog + '?' + canonical_walk(query),
                .kinds = kArticleKinds,
                .limit = query.limit};
  auto& asked = plan.walk.query;
  asked.kind = model::Kind::articles;
  if (!query.blog.empty()) {
    const auto gid = parse_object_id(model::Kind::blogs, query.blog);
    if (!gid) return missing(model::Kind::blogs);
    STOA_TRY_ASSIGN(const auto blog, store_->get(model::Kind::blogs, *gid));
    if (!blog) return missing(model::Kind::blogs);
    asked.all.push_back({.field = "blogId", .values = {*gid}});
  }
  if (query.status != "any")
    asked.all.push_back({.field = "publishedAt", .op = Condition::Op::less_equal, .values = {micros(now_)}});
  for (const auto& tag : query.tags) asked.all.push_back({.field = "tags", .op = Condition::Op::has, .values = {tag}});
  add_common(query, "-publishedAt", plan.walk);
  if (plan.walk.order && plan.walk.order->by_handle) {
    asked.all.push_back(handle_in(query.handles));
    STOA_TRY_ASSIGN(auto ids, ids_by_handle(asked, query.handles));
    plan.walk.order = Walk::Order{std::move(ids), false};
  }
  return list(plan, query.fields, query.after);
}

// A handle may name several articles, so an order of handles becomes one of ids.
Result<std::vector<std::string>> StoreReader::ids_by_handle(storage::Query query,
                                                            const std::vector<std::string>& handles) const {
  std::vector<std::vector<std::string>> found(handles.size());
  query.sort = {};
  query.limit = 250;
  do {
    STOA_TRY_ASSIGN(auto page, store_->query(query));
    for (const auto& document : page.documents) {
      const auto handle = json::find_string(document.body, {"handle"}).value_or("");
      const auto at = std::ranges::find(handles, handle) - handles.begin();
      if (std::size_t(at) < found.size()) found[std::size_t(at)].push_back(document.id);
    }
    query.after = std::move(page.next);
  } while (query.after);
  std::vector<std::string> out;
  for (auto& ids : found) out.insert(out.end(), ids.begin(), ids.end());
  return out;
}

Result<Listing> StoreReader::media(const MediaQuery& query) const {
  ListPlan plan{.walk = {}, .scope = "media?" + canonical_walk(query), .kinds = kMediaKinds, .limit = query.limit};
  auto& asked = plan.walk.query;
  asked.kind = model::Kind::media;
  if (!query.state.empty()) asked.all.push_back({.field = "state", .values = {query.state}});
  if (query.updated_since)
    asked.all.push_back(
        {.field = "updatedAt", .op = Condition::Op::greater_equal, .values = {micros(*query.updated_since)}});
  if (!query.ids.empty()) {
    asked.ids = query.ids;
    plan.walk.order = Walk::Order{query.ids, false};
  }
  if (audience_ != Audience::operators)
    plan.walk.shows = [this](std::string_view body) {
      return visible(model::Kind::media, audience_, facts_->policy, body, now_);
    };
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::pages(const PageQuery& query) const {
  STOA_TRY(mirrors(model::Kind::pages));
  STOA_TRY(known_sort(query.sort, page_sorts()));
  if (!query.status.empty() && audience_ != Audience::operators)
    return fail(error(Code::denied, "a read key sees published pages only: use the operator token for another status")
                    .because("operator-only"));
  ListPlan plan{.walk = {}, .scope = "pages?" + canonical_walk(query), .kinds = kPageKinds, .limit = query.limit};
  plan.walk.query.kind = model::Kind::pages;
  if (query.status != "any")
    plan.walk.query.all.push_back({.field = "publishedAt", .op = Condition::Op::less_equal, .values = {micros(now_)}});
  add_common(query, "id", plan.walk);
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::menus(const MenuQuery& query) const {
  STOA_TRY(mirrors(model::Kind::menus));
  STOA_TRY(known_sort(query.sort, menu_sorts()));
  ListPlan plan{.walk = {}, .scope = "menus?" + canonical_walk(query), .kinds = kMenuKinds, .limit = query.limit};
  plan.walk.query.kind = model::Kind::menus;
  plan.walk.query.sort = sort_by(query.sort.empty() ? "id" : query.sort);
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::metaobjects(const MetaobjectQuery& query) const {
  STOA_TRY(mirrors(model::Kind::metaobjects));
  STOA_TRY(known_sort(query.sort, metaobject_sorts()));
  ListPlan plan{
      .walk = {}, .scope = "metaobjects?" + canonical_walk(query), .kinds = kMetaobjectKinds, .limit = query.limit};
  auto& asked = plan.walk.query;
  asked.kind = model::Kind::metaobjects;
  asked.all = list_conditions(asked.kind, audience_, facts_->policy, now_);
  if (!query.type.empty()) asked.all.push_back({.field = "type", .values = {query.type}});
  if (query.updated_since)
    asked.all.push_back(
        {.field = "updatedAt", .op = Condition::Op::greater_equal, .values = {micros(*query.updated_since)}});
  if (!query.ids.empty()) asked.ids = query.ids;
  if (!query.ids.empty() && query.sort.empty())
    plan.walk.order = Walk::Order{query.ids, false};
  else
    asked.sort = sort_by(query.sort.empty() ? "id" : query.sort);
  return list(plan, query.fields, query.after);
}

Result<Listing> StoreReader::discounts(const DiscountQuery& query) const {
  STOA_TRY(known_sort(query.sort, discount_sorts()));
  if (!query.status.empty() && audience_ != Audience::operators)
    return fail(error(Code::denied, "a read key sees ACTIVE discounts only: use the operator token for another status")
                    .because("operator-only"));
  ListPlan plan{
      .walk = {}, .scope = "discounts?" + canonical_walk(query), .kinds = kDiscountKinds, .limit = query.limit};
  auto& asked = plan.walk.query;
  asked.kind = model::Kind::discounts;
  asked.all = list_conditions(asked.kind, audience_, facts_->policy, now_);
  for (auto& condition : status_conditions(query.status.empty() ? "ACTIVE" : query.status, now_))
    asked.all.push_back(std::move(condition));
  asked.sort = sort_by("id");
  return list(plan, query.fields, query.after);
}

}  // namespace stoa::api
