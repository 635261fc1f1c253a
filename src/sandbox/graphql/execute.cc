#include "sandbox/graphql/execute.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stoa::sandbox::graphql {

Answer Executor::run(const Plan& plan, Object root) {
  answer_ = {};
  if (!object(plan, root, answer_.cost)) answer_.data = "null";
  answer_.cost -= own_cost(*root.type);
  return std::move(answer_);
}

// A field that may not be null but is makes its object null, up to the first that may.
bool Executor::object(const Plan& plan, Object object, int& cost) {
  std::string& out = answer_.data;
  const std::size_t start = out.size();
  int children = 0;
  out += '{';
  for (const PlanField& planned : plan.of(object.type)) {
    if (out.back() != '{') out += ',';
    out += planned.prefix;
    path_.emplace_back(planned.key);
    Call call(*this, planned, object);
    if (const auto& scope = planned.field->scope; scope.empty() || granted_(scope)) {
      planned.field->resolve(call);
    } else {
      call.deny(scope);
    }
    path_.pop_back();
    if (call.null_ && planned.field->type.non_null) {
      out.resize(start);
      return false;
    }
    const bool root_count = object.type->name == "QueryRoot" && planned.field->named->name == "Count";
    children += root_count ? 10 : call.cost_;
  }
  out += '}';
  cost = own_cost(*object.type) + children;
  if (object.type->connection)
    cost = connection_cost(std::ssize(static_cast<const Page*>(object.self)->entries), children);
  return true;
}

std::string Executor::path() const {
  std::string out = "[";
  for (const auto& part : path_) {
    if (out.size() > 1) out += ',';
    if (const auto* name = std::get_if<std::string_view>(&part))
      json::append_string(out, *name);
    else
      out += std::to_string(std::get<std::size_t>(part));
  }
  return out + "]";
}

void Call::null() {
  out() += "null";
  null_ = true;
}

void Call::integer(std::int64_t number) {
  char text[24];
  out().append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void Call::real(double number) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out().append(text, end);
  if (std::string_view(text, end).find_first_of(".e") == std::string_view::npos) out() += ".0";
}

void Call::object(Object value) {
  if (!value.self) return null();
  int cost = 0;
  if (!executor_.object(*planned_.selections, value, cost)) return null();
  cost_ = std::max(cost_, cost);
}

void Call::begin_list() {
  list_at_ = out().size();
  out() += '[';
}

void Call::begin_item(std::size_t index) {
  if (index) out() += ',';
  executor_.path_.emplace_back(index);
}

// An item that may not be null but is makes the list null.
bool Call::end_item() {
  executor_.path_.pop_back();
  if (!null_ || !planned_.field->type.item.front().non_null) {
    null_ = false;
    return true;
  }
  out().resize(list_at_);
  out() += "null";
  return false;
}

void Call::fail(std::string message, std::string_view code) {
  Fault made = fault(std::move(message), planned_.at, code);
  made.path = executor_.path();
  executor_.answer_.faults.push_back(std::move(made));
  null();
}

void Call::deny(std::string_view scope) {
  std::string access;  // "`a` access scope or `b` access scope."
  for (const auto each : split(scope, ' ')) access += fmt::format("{}`{}` access scope", access.empty() ? "" : " or ", each);
  access += '.';
  Fault made = fault(fmt::format("Access denied for {} field. Required access: {}", planned_.field->name, access),
                     planned_.at, "ACCESS_DENIED");
  made.extensions.emplace_back("documentation", R"("https://shopify.dev/api/usage/access-scopes")");
  made.extensions.emplace_back("requiredAccess", json::quoted(access));
  made.path = executor_.path();
  executor_.answer_.faults.push_back(std::move(made));
  null();
}

}  // namespace stoa::sandbox::graphql
