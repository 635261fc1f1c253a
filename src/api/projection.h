// From a stored document to its answer, in one pass over canonical text: drops what no answer has (`productIds`, `_…`),
// what this audience may not see, and what was not asked for. Bytes that stay are copied as they are (rule P5). Built
// per answer; immutable, so thread-safe.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields.h"
#include "api/policy.h"
#include "api/schema.h"
#include "base/json_text.h"

namespace stoa::api {

class Projection {
 public:
  // `policy` and `fields` must outlive it. `now` decides a discount's status.
  Projection(model::Kind kind, Audience audience, const Policy& policy, const Fields& fields, Time now);

  // Appends the answer's object. `body`: a canonical object.
  void append(std::string_view body, std::string& out) const;

 private:
  enum class Action { keep, drop, descend, metafields };
  struct Node;
  struct Rule {
    std::string_view name;
    Action action = Action::keep;
    const Node* inside = nullptr;  // descend, metafields; null: whole
    std::string_view owner = {};   // metafields: the owner type whose definitions count
  };
  // What to do with the members of one object.
  struct Node {
    Action otherwise = Action::keep;
    std::vector<Rule> rules;
  };

  const Node* compile(const SchemaNode& schema, const Fields& fields, bool outermost);
  void add_rules(Node& node, const SchemaNode& schema, const Fields& fields);
  Rule rule_for(const SchemaNode& schema, const Fields& fields);
  bool hides_quantities(const SchemaNode& schema) const;
  bool restricted() const { return audience_ == Audience::read_key; }

  void append_value(json::Cursor& in, const Node& node, std::string& out) const;
  void append_object(json::Cursor& in, const Node& node, std::string& out) const;
  void append_metafields(json::Cursor& in, const Rule& rule, std::string& out) const;

  const model::Kind kind_;
  const Audience audience_;
  const Policy& policy_;
  const Time now_;
  std::string_view owner_;  // while compiling: of the object at hand
  std::deque<Node> nodes_;
  const Node* root_;
};

}  // namespace stoa::api
