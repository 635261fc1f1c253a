#include "sandbox/graphql/parser.h"

#include "sandbox/graphql/lexer.h"

namespace stoa::sandbox::graphql {
namespace {

constexpr int kDepthMax = 60;

// Recursive descent, one method per production. `look_` is the token not yet consumed.
class Parser {
 public:
  explicit Parser(std::string_view source) : lexer_(source) {}

  Result<Document> document() {
    STOA_TRY(advance());
    Document out;
    while (look_.kind != Token::Kind::end) {
      if (is("{")) {
        Operation operation{.at = look_.at};
        STOA_TRY_ASSIGN(operation.selections, selection_set());
        out.operations.push_back(std::move(operation));
      } else if (is_name("query") || is_name("mutation") || is_name("subscription")) {
        STOA_TRY_ASSIGN(auto parsed, operation());
        out.operations.push_back(std::move(parsed));
      } else if (is_name("fragment")) {
        STOA_TRY_ASSIGN(auto parsed, fragment());
        const auto name = parsed.name;
        const auto at = parsed.at;
        if (!out.fragments.emplace(name, std::move(parsed)).second)
          return fail(Code::invalid, "Fragment name \"{}\" must be unique at [{}, {}]", name, at.line, at.column);
      } else {
        return unexpected("a definition");
      }
    }
    if (out.operations.empty()) return fail(Code::invalid, "syntax error, unexpected end of file");
    return out;
  }

  Result<Signature> signature() {
    STOA_TRY(advance());
    Signature out;
    STOA_TRY_ASSIGN(out.name, name());
    if (is("(")) {
      STOA_TRY(advance());
      while (!is(")")) {
        Signature::Input input;
        STOA_TRY_ASSIGN(input.name, name());
        STOA_TRY(expect(":"));
        STOA_TRY_ASSIGN(input.type, type());
        STOA_TRY_ASSIGN(input.otherwise, default_value());
        out.arguments.push_back(std::move(input));
      }
      STOA_TRY(expect(")"));
    }
    STOA_TRY(expect(":"));
    STOA_TRY_ASSIGN(out.type, type());
    if (look_.kind != Token::Kind::end) return unexpected("the end");
    return out;
  }

 private:
  bool is(std::string_view punctuator) const {
    return look_.kind == Token::Kind::punctuator && look_.text == punctuator;
  }
  bool is_name(std::string_view word) const { return look_.kind == Token::Kind::name && look_.text == word; }

  Result<void> advance() {
    STOA_TRY_ASSIGN(look_, lexer_.next());
    return {};
  }

  std::unexpected<Error> unexpected(std::string_view wanted) const {
    if (look_.kind == Token::Kind::end)
      return fail(Code::invalid, "syntax error, unexpected end of file, expecting {}", wanted);
    return fail(Code::invalid, "syntax error, unexpected \"{}\", expecting {} at [{}, {}]", look_.text, wanted,
                look_.at.line, look_.at.column);
  }

  Result<void> expect(std::string_view punctuator) {
    if (!is(punctuator)) return unexpected(fmt::format("\"{}\"", punctuator));
    return advance();
  }

  Result<std::string> name() {
    if (look_.kind != Token::Kind::name) return unexpected("a name");
    std::string text = std::move(look_.text);
    STOA_TRY(advance());
    return text;
  }

  Result<Operation> operation() {
    Operation out{.type = look_.text, .at = look_.at};
    STOA_TRY(advance());
    if (look_.kind == Token::Kind::name) {
      STOA_TRY_ASSIGN(out.name, name());
    }
    if (is("(")) {
      STOA_TRY(advance());
      while (!is(")")) {
        VariableDef variable{.at = look_.at};
        STOA_TRY(expect("$"));
        STOA_TRY_ASSIGN(variable.name, name());
        STOA_TRY(expect(":"));
        STOA_TRY_ASSIGN(variable.type, type());
        STOA_TRY_ASSIGN(variable.otherwise, default_value());
        STOA_TRY(directives());
        out.variables.push_back(std::move(variable));
      }
      STOA_TRY(expect(")"));
    }
    STOA_TRY_ASSIGN(out.directives, directives());
    STOA_TRY_ASSIGN(out.selections, selection_set());
    return out;
  }

  Result<Fragment> fragment() {
    Fragment out{.at = look_.at};
    STOA_TRY(advance());
    if (is_name("on")) return unexpected("a fragment name");
    STOA_TRY_ASSIGN(out.name, name());
    if (!is_name("on")) return unexpected("\"on\"");
    STOA_TRY(advance());
    STOA_TRY_ASSIGN(out.on, name());
    STOA_TRY_ASSIGN(out.directives, directives());
    STOA_TRY_ASSIGN(out.selections, selection_set());
    return out;
  }

  Result<SelectionSet> selection_set() {
    if (++depth_ > kDepthMax) return fail(Code::invalid, "Query has depth of more than {}", kDepthMax);
    STOA_TRY(expect("{"));
    SelectionSet out;
    while (!is("}")) {
      STOA_TRY_ASSIGN(auto parsed, selection());
      out.push_back(std::move(parsed));
    }
    if (out.empty()) return unexpected("a field");
    --depth_;
    STOA_TRY(advance());
    return out;
  }

  Result<Selection> selection() {
    Selection out{.at = look_.at};
    if (!is("...")) return field(std::move(out));
    STOA_TRY(advance());
    if (look_.kind == Token::Kind::name && !is_name("on")) {
      out.kind = Selection::Kind::spread;
      STOA_TRY_ASSIGN(out.name, name());
      STOA_TRY_ASSIGN(out.directives, directives());
      return out;
    }
    out.kind = Selection::Kind::inline_fragment;
    if (is_name("on")) {
      STOA_TRY(advance());
      STOA_TRY_ASSIGN(out.name, name());
    }
    STOA_TRY_ASSIGN(out.directives, directives());
    STOA_TRY_ASSIGN(out.selections, selection_set());
    return out;
  }

  Result<Selection> field(Selection out) {
    STOA_TRY_ASSIGN(out.name, name());
    if (is(":")) {
      STOA_TRY(advance());
      out.alias = std::move(out.name);
      STOA_TRY_ASSIGN(out.name, name());
    }
    STOA_TRY_ASSIGN(out.arguments, arguments());
    STOA_TRY_ASSIGN(out.directives, directives());
    if (is("{")) {
      STOA_TRY_ASSIGN(out.selections, selection_set());
    }
    return out;
  }

  Result<std::vector<Argument>> arguments() {
    std::vector<Argument> out;
    if (!is("(")) return out;
    STOA_TRY(advance());
    while (!is(")")) {
      Argument argument{.at = look_.at};
      STOA_TRY_ASSIGN(argument.name, name());
      STOA_TRY(expect(":"));
      STOA_TRY_ASSIGN(argument.value, value());
      out.push_back(std::move(argument));
    }
    if (out.empty()) return unexpected("an argument");
    STOA_TRY(advance());
    return out;
  }

  Result<std::vector<Directive>> directives() {
    std::vector<Directive> out;
    while (is("@")) {
      Directive directive{.at = look_.at};
      STOA_TRY(advance());
      STOA_TRY_ASSIGN(directive.name, name());
      STOA_TRY_ASSIGN(directive.arguments, arguments());
      out.push_back(std::move(directive));
    }
    return out;
  }

  Result<std::optional<Value>> default_value() {
    if (!is("=")) return std::nullopt;
    STOA_TRY(advance());
    STOA_TRY_ASSIGN(Value parsed, value());
    return parsed;
  }

  Result<TypeRef> type() {
    TypeRef out;
    if (is("[")) {
      if (++depth_ > kDepthMax) return unexpected("a name");
      STOA_TRY(advance());
      STOA_TRY_ASSIGN(auto item, type());
      out.item.push_back(std::move(item));
      STOA_TRY(expect("]"));
      --depth_;
    } else {
      STOA_TRY_ASSIGN(out.name, name());
    }
    if (is("!")) {
      out.non_null = true;
      STOA_TRY(advance());
    }
    return out;
  }

  Result<Value> value() {
    if (++depth_ > kDepthMax) return fail(Code::invalid, "Query has depth of more than {}", kDepthMax);
    Value out{.at = look_.at};
    if (is("$")) {
      STOA_TRY(advance());
      out.kind = Value::Kind::variable;
      STOA_TRY_ASSIGN(out.text, name());
    } else if (is("[")) {
      out.kind = Value::Kind::list;
      STOA_TRY(advance());
      while (!is("]")) {
        STOA_TRY_ASSIGN(auto item, value());
        out.items.push_back(std::move(item));
      }
      STOA_TRY(advance());
    } else if (is("{")) {
      out.kind = Value::Kind::object;
      STOA_TRY(advance());
      while (!is("}")) {
        STOA_TRY_ASSIGN(auto key, name());
        STOA_TRY(expect(":"));
        STOA_TRY_ASSIGN(auto item, value());
        out.fields.emplace_back(std::move(key), std::move(item));
      }
      STOA_TRY(advance());
    } else {
      STOA_TRY(scalar(out));
    }
    --depth_;
    return out;
  }

  Result<void> scalar(Value& out) {
    switch (look_.kind) {
      case Token::Kind::integer: out.kind = Value::Kind::integer; break;
      case Token::Kind::real: out.kind = Value::Kind::real; break;
      case Token::Kind::string: out.kind = Value::Kind::string; break;
      case Token::Kind::name:
        if (look_.text == "null") return advance();
        out.truth = look_.text == "true";
        out.kind = out.truth || look_.text == "false" ? Value::Kind::boolean : Value::Kind::enumeration;
        break;
      default: return unexpected("a value");
    }
    out.text = std::move(look_.text);
    return advance();
  }

  Lexer lexer_;
  Token look_;
  int depth_ = 0;
};

}  // namespace

Result<Document> parse_document(std::string_view source) { return Parser(source).document(); }
Result<Signature> parse_signature(std::string_view text) { return Parser(text).signature(); }

}  // namespace stoa::sandbox::graphql
