#include "api/projection.h"

#include <array>

#include "api/discount_status.h"

namespace stoa::api {
namespace {
constexpr std::array<std::string_view, 4> kNeverShown{"productIds", "_id", "_m", "_x"};
constexpr std::array<std::string_view, 6> kQuantities{"inventoryQuantity", "totalInventory",  "sellableOnlineQuantity",
                                                      "inventoryLevel",    "inventoryLevels", "quantities"};
// Of a discount, what a buyer does not see.
constexpr std::array<std::string_view, 3> kDiscountSecrets{"codes", "usageLimit", "asyncUsageCount"};
const Fields kEverything;

// The type of what owns metafields: of the document (0), or of its variants (1).
std::string_view owner_of(model::Kind kind, std::size_t place) {
  const auto owners = model::spec(kind).metafield_owners;
  return place < owners.size() ? owners[place] : std::string_view();
}

// The members of one object that are copied: neighbours that stay are copied together.
class Run {
 public:
  explicit Run(std::string& out) : out_(out) { out_ += '{'; }
  void keep(const char* begin, const char* end) {
    if (begin_ == nullptr) begin_ = begin;
    end_ = end;
  }
  void flush() {
    if (begin_ == nullptr) return;
    separate();
    out_.append(begin_, end_);
    begin_ = nullptr;
  }
  // Starts a member whose value is written by the caller.
  void open(std::string_view key) {
    flush();
    separate();
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }
  void close() {
    flush();
    out_ += '}';
  }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  std::string& out_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  bool first_ = true;
};
}  // namespace

Projection::Projection(model::Kind kind, Audience audience, const Policy& policy, const Fields& fields, Time now)
    : kind_(kind),
      audience_(audience),
      policy_(policy),
      now_(now),
      owner_(owner_of(kind, 0)),
      root_(compile(schema(kind), fields, true)) {}

bool Projection::hides_quantities(const SchemaNode& schema) const {
  const auto has = [&](std::string_view name) { return schema.find(name) != nullptr; };
  return restricted() && !policy_.inventory &&
         (schema.name == "inventoryItem" || std::ranges::any_of(kQuantities, has));
}

// A tree of rules for this object; null when all of it stays as it is.
const Projection::Node* Projection::compile(const SchemaNode& schema, const Fields& fields, bool outermost) {
  Node node;
  node.otherwise = fields.everything() ? Action::keep : Action::drop;
  if (outermost) {
    for (const auto name : kNeverShown) node.rules.push_back({name, Action::drop});
    if (!fields.everything()) node.rules.push_back({"id"});
  }
  // Where a medium is used may name what this audience does not see.
  if (outermost && restricted() && kind_ == model::Kind::media) node.rules.push_back({"usedIn", Action::drop});
  if (hides_quantities(schema))
    for (const auto name : kQuantities) node.rules.push_back({name, Action::drop});
  if (restricted() && schema.name == "discount")
    for (const auto name : kDiscountSecrets) node.rules.push_back({name, Action::drop});
  add_rules(node, schema, fields);
  if (node.otherwise == Action::keep && node.rules.empty()) return nullptr;
  return &nodes_.emplace_back(std::move(node));
}

void Projection::add_rules(Node& node, const SchemaNode& schema, const Fields& fields) {
  if (!fields.everything()) {
    for (const auto& child : fields.children)
      if (const auto* known = schema.find(child.name)) node.rules.push_back(rule_for(*known, child));
    return;
  }
  for (const auto& known : schema.children) {
    const Rule rule = rule_for(known, kEverything);
    if (rule.action != Action::keep) node.rules.push_back(rule);
  }
}

Projection::Rule Projection::rule_for(const SchemaNode& schema, const Fields& fields) {
  const auto outer = owner_;
  if (schema.name == "variants") owner_ = owner_of(kind_, 1);
  const Node* inside = schema.children.empty() ? nullptr : compile(schema, fields, false);
  owner_ = outer;
  if (restricted() && schema.name == "metafields") return {schema.name, Action::metafields, inside, owner_};
  return {schema.name, inside != nullptr ? Action::descend : Action::keep, inside};
}

void Projection::append(std::string_view body, std::string& out) const {
  std::string told;
  if (kind_ == model::Kind::discounts) body = told = with_status(body, now_);
  json::Cursor in(body);
  append_value(in, *root_, out);
}

void Projection::append_value(json::Cursor& in, const Node& node, std::string& out) const {
  if (in.peek() == '{') return append_object(in, node, out);
  if (in.peek() != '[') {
    out += in.take();
    return;
  }
  out += '[';
  in.enter_array();
  for (bool first = true; in.next_element(); first = false) {
    if (!first) out += ',';
    append_value(in, node, out);
  }
  out += ']';
}

void Projection::append_object(json::Cursor& in, const Node& node, std::string& out) const {
  Run run(out);
  in.enter_object();
  while (const auto key = in.next_key()) {
    const auto rule = std::ranges::find(node.rules, *key, &Rule::name);
    const Action action = rule == node.rules.end() ? node.otherwise : rule->action;
    switch (action) {
      case Action::keep:
        in.skip();
        run.keep(key->data() - 1, in.position());
        break;
      case Action::drop:
        in.skip();
        run.flush();
        break;
      case Action::descend:
        run.open(*key);
        append_value(in, *rule->inside, out);
        break;
      case Action::metafields:
        run.open(*key);
        append_metafields(in, *rule, out);
        break;
    }
  }
  run.close();
}

void Projection::append_metafields(json::Cursor& in, const Rule& rule, std::string& out) const {
  if (in.peek() != '[') {
    in.skip();
    out += "[]";  // an unknown shape: nothing of it is known to be public
    return;
  }
  out += '[';
  in.enter_array();
  bool first = true;
  while (in.next_element()) {
    const std::string_view item = in.take();
    const auto name_space = json::find_string(item, {"namespace"}), key = json::find_string(item, {"key"});
    if (!name_space || !key || !policy_.shows_metafield(rule.owner, *name_space, *key)) continue;
    if (!first) out += ',';
    first = false;
    if (rule.inside == nullptr) {
      out += item;
    } else {
      json::Cursor element(item);
      append_value(element, *rule.inside, out);
    }
  }
  out += ']';
}

}  // namespace stoa::api
