// Runs a plan: resolvers write their field straight into the answer's text. One Executor per request, one thread.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/json_text.h"
#include "sandbox/graphql/plan.h"
#include "sandbox/graphql/schema.h"

namespace stoa::sandbox::graphql {

// One page of a connection: the value behind <node>Connection. Does not move once made: entries point at it.
struct Page {
  struct Entry {
    Object node;
    const Page* page;
    std::size_t index;
  };
  std::vector<Entry> entries;
  std::function<std::string(std::size_t)> cursor;  // of an entry, opaque
  bool has_next = false;
  bool has_previous = false;
};

struct Answer {
  std::string data;  // JSON: an object or null
  std::vector<Fault> faults;
  int cost = 0;  // what was really fetched
};

class Executor {
 public:
  // `granted` says whether the caller has an access scope; `context` is what resolvers ask for by Call::context().
  Executor(std::function<bool(std::string_view)> granted, void* context)
      : granted_(std::move(granted)), context_(context) {}
  Answer run(const Plan& plan, Object root);

 private:
  friend class Call;
  bool object(const Plan& plan, Object object, int& cost);  // false: it became null
  std::string path() const;

  std::function<bool(std::string_view)> granted_;
  void* context_;
  Answer answer_;
  std::vector<std::variant<std::string_view, std::size_t>> path_;
};

// What a resolver is given: it calls exactly one of the writers, once (in list(), once for each item).
class Call {
 public:
  Call(Executor& executor, const PlanField& planned, const Object& object)
      : executor_(executor), planned_(planned), object_(object) {}

  template <class T>
  const T& self() const {
    return *static_cast<const T*>(object_.self);
  }
  template <class T>
  T& context() const {
    return *static_cast<T*>(executor_.context_);
  }
  const TypeDef& type() const { return *object_.type; }  // of self
  Object owner() const { return object_; }               // self as a value
  const FieldDef& field() const { return *planned_.field; }
  const Arguments& arguments() const { return planned_.arguments; }
  std::string path() const { return executor_.path(); }  // a JSON array
  bool granted(std::string_view scope) const { return scope.empty() || executor_.granted_(scope); }

  void null();
  void raw(std::string_view json) { out() += json; }
  void string(std::string_view text) { json::append_string(out(), text); }
  void boolean(bool truth) { out() += truth ? "true" : "false"; }
  void integer(std::int64_t number);
  void real(double number);
  template <class T>
  void string(const std::optional<T>& text) {
    text ? string(std::string_view(*text)) : null();
  }
  // Writes what was selected of it; a null `self` is null.
  void object(Object value);
  // Where the field's type is one object type.
  void value(const void* self) { object({planned_.field->named, self}); }
  template <std::invocable<std::size_t> F>
  void list(std::size_t count, F&& item) {
    begin_list();
    for (std::size_t i = 0; i < count; ++i) {
      begin_item(i);
      item(i);
      if (!end_item()) return;
    }
    out() += ']';
  }
  void strings(const std::vector<std::string>& texts) {
    list(texts.size(), [&](std::size_t i) { string(texts[i]); });
  }
  // The field is null, and the answer says why.
  void fail(std::string message, std::string_view code);
  void deny(std::string_view scope);

 private:
  friend class Executor;
  std::string& out() { return executor_.answer_.data; }
  void begin_list();
  void begin_item(std::size_t index);
  bool end_item();  // false: the whole list became null

  Executor& executor_;
  const PlanField& planned_;
  const Object& object_;
  bool null_ = false;
  int cost_ = 0;
  std::size_t list_at_ = 0;
};

// A row of an object's table: `field<Product>("title: String!", [](const Product& p, Call& call) {
// call.string(p.title); })`.
template <class T, class F>
FieldSpec field(std::string_view signature, F, std::string_view scope = {}) {
  static_assert(std::is_empty_v<F>, "a resolver keeps nothing: it asks its Call");
  return {signature, [](Call& call) { F{}(call.self<T>(), call); }, scope};
}

}  // namespace stoa::sandbox::graphql
