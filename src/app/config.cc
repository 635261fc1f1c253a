#include "app/config.h"

#include <toml++/toml.h>

#include <fstream>

#include "app/config_keys.h"
#include "base/ids.h"
#include "base/text.h"
#include "storage/mongo/mongo.h"

namespace stoa::app {
namespace {

const std::map<std::string, std::string> kShortForms{
    {"STOA_LISTEN", "http.listen"}, {"STOA_DATA", "data"}, {"STOA_STORAGE", "storage.url"}};
// Of the CLI and of the tests: not the server's.
bool is_foreign(std::string_view variable) {
  return variable == "STOA_SERVER" || variable == "STOA_TOKEN_FILE" || variable == "STOA_CONFIG" ||
         variable.starts_with("STOA_TEST_");
}

bool is_mongodb(const std::string& url) { return url.starts_with("mongodb://") || url.starts_with("mongodb+srv://"); }

std::vector<std::string> key_names() {
  std::vector<std::string> names;
  for (const auto& key : config_keys()) names.push_back(key.name);
  return names;
}

std::unexpected<Error> unknown(std::string_view where, std::string_view name, const std::vector<std::string>& known) {
  const auto meant = nearest(name, known);
  return fail(Code::invalid, "{}: unknown key '{}'{}", where, name,
              meant ? fmt::format(", did you mean '{}'?", *meant) : ", see config/example.toml");
}

Result<void> assign(Loaded& loaded, const std::string& name, std::string_view text, const std::string& origin) {
  const auto* key = find_key(name);
  STOA_CHECK(key != nullptr, "only known keys are assigned");
  if (auto set = key->set(loaded.config, text); !set)
    return fail(std::move(set).error().in(fmt::format("{} ({})", name, origin)));
  loaded.origins[name] = {.value = key->get(loaded.config), .origin = origin};
  return {};
}

Result<std::string> text_of(const toml::node& node, const std::string& name) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  if (const auto* list = node.as_array()) {
    std::vector<std::string> parts;
    for (const auto& element : *list) {
      const auto* text = element.as_string();
      if (text == nullptr) return fail(Code::invalid, "{}: want a list of strings", name);
      parts.push_back(text->get());
    }
    return fmt::format("{}", fmt::join(parts, ","));
  }
  return fail(Code::invalid, "{}: want a string, a whole number, true, false or a list of strings", name);
}

// [[storage.cells]] name = "…", url = "…": the only tables in a list.
Result<void> read_cells(Loaded& loaded, const toml::node& node, const std::string& origin) {
  const auto* list = node.as_array();
  if (list == nullptr || !list->is_homogeneous<toml::table>())
    return fail(Code::invalid, "storage.cells ({}): want tables: [[storage.cells]] name = \"…\", url = \"…\"", origin);
  std::string shown;
  for (const auto& element : *list) {
    StorageCell cell;
    for (const auto& [name, value] : *element.as_table()) {
      if (name.str() != "name" && name.str() != "url")
        return unknown(origin, "storage.cells." + std::string(name.str()), {"storage.cells.name", "storage.cells.url"});
      (name.str() == "name" ? cell.name : cell.url) = value.value_or(std::string());
    }
    shown += fmt::format("{}{}={}", shown.empty() ? "" : ",", cell.name, storage::url_for_show(cell.url));
    loaded.config.storage_cells.push_back(std::move(cell));
  }
  loaded.origins["storage.cells"] = {.value = shown, .origin = origin};
  return {};
}

Result<void> read_table(Loaded& loaded, const toml::table& table, const std::string& prefix,
                        const std::string& origin) {
  for (const auto& [raw_name, node] : table) {
    const auto name = prefix + std::string(raw_name.str());
    if (const auto* inner = node.as_table()) {
      STOA_TRY(read_table(loaded, *inner, name + ".", origin));
      continue;
    }
    if (name == "storage.cells") {
      STOA_TRY(read_cells(loaded, node, origin));
      continue;
    }
    if (find_key(name) == nullptr) return unknown(origin, name, key_names());
    STOA_TRY_ASSIGN(const auto text, text_of(node, name));
    STOA_TRY(assign(loaded, name, text, origin));
  }
  return {};
}

Result<void> read_file(Loaded& loaded, const std::filesystem::path& file) {
  try {
    const auto table = toml::parse_file(file.string());
    return read_table(loaded, table, "", file.string());
  } catch (const toml::parse_error& error) {
    return fail(Code::invalid, "{}: line {}: {}", file.string(), error.source().begin.line, error.description());
  }
}

Result<void> read_environment(Loaded& loaded, const std::map<std::string, std::string>& environment) {
  std::map<std::string, std::string> known = kShortForms;
  for (const auto& key : config_keys()) known[variable_of(key.name)] = key.name;
  std::vector<std::string> names;
  for (const auto& [variable, key] : known) names.push_back(variable);
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with("STOA_") || is_foreign(variable)) continue;
    const auto found = known.find(variable);
    if (found == known.end()) return unknown("environment", variable, names);
    // The long name wins over its short form.
    if (kShortForms.contains(variable) && environment.contains(variable_of(found->second))) continue;
    STOA_TRY(assign(loaded, found->second, value, "environment"));
  }
  return {};
}

}  // namespace

Result<void> Config::validate() const {
  STOA_TRY(http.validate());
  STOA_TRY(api.validate());
  STOA_TRY(sync.validate());
  STOA_TRY(media.validate());
  STOA_TRY(log::parse_level(log_level));
  if (auto kinds = model::mirrored_kinds(further_kinds); !kinds)
    return fail(std::move(kinds).error().in("sync.further_kinds"));
  if (open_stores_max < 1) return fail(Code::invalid, "storage.open_stores_max is 0, want at least 1");
  const bool version_shape = api_version.size() == 7 && api_version[4] == '-' && parse_int(api_version.substr(0, 4)) &&
                             parse_int(api_version.substr(5));
  if (!version_shape || api_version < "2026-07")
    return fail(Code::invalid, "shopify.api_version is '{}', want 2026-07 or later: older versions hide collections",
                api_version);
  if (!public_url.empty() && !public_url.starts_with("https://"))
    return fail(Code::invalid, "public_url is '{}', want https://…: Shopify calls nothing else", public_url);
  if (!storage_url.empty() && !is_mongodb(storage_url))
    return fail(Code::invalid, "storage.url: want mongodb://…, mongodb+srv://…, embedded:<folder>, or nothing");
  if (storage_url.empty() && !storage_cells.empty())
    return fail(Code::invalid, "storage.cells: storage.url is empty, want the deployment that holds appconfig there");
  for (const auto& cell : storage_cells)
    if (cell.name.empty() || cell.name == "default" || !is_mongodb(cell.url))
      return fail(Code::invalid,
                  "storage.cells: '{}': want a name other than 'default' and a url mongodb://… or mongodb+srv://…",
                  cell.name);
  if (tables_max < 100) return fail(Code::invalid, "storage.tables_max is {}, want at least 100", tables_max);
  if (connections_max < 2 || connections_max > 1000)
    return fail(Code::invalid, "storage.connections_max is {}, want 2 to 1000", connections_max);
  return {};
}

Result<Loaded> load_config(const Sources& sources) {
  Loaded loaded;
  for (const auto& key : config_keys())
    loaded.origins[key.name] = {.value = key.get(loaded.config), .origin = "default"};
  if (!sources.file.empty()) STOA_TRY(read_file(loaded, sources.file));
  STOA_TRY(read_environment(loaded, sources.environment));
  for (const auto& [name, value] : sources.flags) {
    // A password in a flag would show in the process list (rule K2).
    const auto at = value.find('@');
    if (name == "storage.url" && at != std::string::npos && value.find("://") < at &&
        value.substr(value.find("://") + 3, at).find(':') != std::string::npos)
      return fail(
          Code::invalid,
          "--storage: a password in a flag shows in the process list: use STOA_STORAGE or the configuration file");
    STOA_TRY(assign(loaded, name, value, "flag"));
  }
  auto& config = loaded.config;
  if (!config.storage_url_file.empty()) {
    if (!config.storage_url.empty())
      return fail(Code::invalid, "storage.url_file: storage.url is set too, want one of them");
    std::ifstream file(config.storage_url_file);
    if (!std::getline(file, config.storage_url))
      return fail(Code::invalid, "storage.url_file: {}: cannot be read, or is empty", config.storage_url_file.string());
    config.storage_url = std::string(trim(config.storage_url));
    loaded.origins["storage.url"] = {.value = storage::url_for_show(config.storage_url),
                                     .origin = config.storage_url_file.string()};
  }
  constexpr std::string_view kEmbedded = "embedded:";
  if (config.storage_url.starts_with(kEmbedded)) {
    if (config.storage_url.size() > kEmbedded.size()) config.data = config.storage_url.substr(kEmbedded.size());
    config.storage_url.clear();
  }
  if (config.operator_token_file.empty()) config.operator_token_file = config.data / "operator.token";
  if (config.master_key_file.empty()) config.master_key_file = config.data / "master.key";
  STOA_TRY(config.validate());
  return loaded;
}

std::string example_config() {
  std::string out =
      "# Every key of Stoa's configuration with its default. Precedence: flag, environment (STOA_HTTP_LISTEN for "
      "http.listen), this file, default.\n";
  const Config defaults;
  std::string section;
  for (const auto& key : config_keys()) {
    const auto dot = key.name.find('.');
    const auto own = dot == std::string::npos ? std::string() : key.name.substr(0, dot);
    if (own != section) out += fmt::format("\n[{}]\n", own);
    section = own;
    const auto value = key.get(defaults);
    const bool bare = key.type == KeyType::number || key.type == KeyType::flag;
    const auto shown = bare                        ? value
                       : key.type == KeyType::list ? (value.empty() ? "[]" : "[\"" + value + "\"]")
                                                   : "\"" + value + "\"";
    out += fmt::format("# {}\n# {} = {}\n", key.help, dot == std::string::npos ? key.name : key.name.substr(dot + 1),
                       shown);
  }
  return out;
}

}  // namespace stoa::app
