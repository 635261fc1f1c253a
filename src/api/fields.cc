#include "api/fields.h"

#include "api/schema.h"
#include "base/text.h"

namespace stoa::api {
namespace {
Result<const SchemaNode*> known(const SchemaNode& parent, std::string_view name, std::string_view path) {
  if (const auto* node = parent.find(name)) return node;
  std::vector<std::string> names;
  for (const auto& child : parent.children) names.emplace_back(child.name);
  const auto near = nearest(name, names);
  return fail(Code::invalid, "there is no field `{}`{}", path, near ? fmt::format(", did you mean `{}`", *near) : "");
}

// The child of that name, made at its sorted place when absent. `fresh` says which.
Fields& child_of(Fields& parent, std::string_view name, bool& fresh) {
  const auto place = std::ranges::lower_bound(parent.children, name, {}, &Fields::name);
  fresh = place == parent.children.end() || place->name != name;
  return fresh ? *parent.children.insert(place, Fields{std::string(name), {}}) : *place;
}

// Adds one dotted path whose names are known. A path that an earlier one covers adds nothing, one that covers others
// replaces them.
void add_path(Fields& tree, const std::vector<std::string_view>& names) {
  Fields* node = &tree;
  for (const auto name : names) {
    bool fresh = false;
    Fields& child = child_of(*node, name, fresh);
    if (!fresh && child.everything()) return;
    node = &child;
  }
  node->children.clear();
}

void append_paths(const Fields& node, const std::string& prefix, std::string& out) {
  for (const auto& child : node.children) {
    const auto path = prefix.empty() ? child.name : prefix + "." + child.name;
    if (child.everything()) {
      if (!out.empty()) out += ',';
      out += path;
    } else {
      append_paths(child, path, out);
    }
  }
}
}  // namespace

std::string Fields::canonical() const {
  std::string out;
  append_paths(*this, "", out);
  return out;
}

Result<Fields> parse_fields(model::Kind kind, std::string_view text) {
  Fields tree;
  for (const auto raw : split(text, ',')) {
    const auto path = trim(raw);
    const auto names = split(path, '.');
    const SchemaNode* node = &schema(kind);
    for (const auto name : names) {
      STOA_TRY_ASSIGN(node, known(*node, name, path));
    }
    add_path(tree, names);
  }
  return tree;
}

}  // namespace stoa::api
