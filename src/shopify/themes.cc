#include "shopify/themes.h"

#include <algorithm>

#include "base/json_flatten.h"
#include "base/json_text.h"
#include "base/text.h"
#include "shopify/decode/kind_row.h"
#include "shopify/documents.h"

namespace stoa::shopify {
namespace {

constexpr std::size_t kFileBytesMax = 16u << 20;

Call make_call(std::string_view operation, json::Object variables) {
  return Call{.operation = operation, .document = document(operation), .variables = std::move(variables)};
}

// The raw text of `theme` in an answer. not_found: it is null.
Result<std::string_view> theme_of(json::Reader& reader, const Answer& answer) {
  STOA_TRY_ASSIGN(const auto members, reader.members(answer.data()));
  const auto theme = std::ranges::find(members, "theme", &json::Member::key);
  if (theme == members.end()) return fail(Code::corrupt, "shopify: no theme in the answer");
  if (theme->raw == "null") return fail(Code::not_found, "shopify: the theme is gone");
  return theme->raw;
}

Result<std::string> content_of(std::string_view body, std::string& url) {
  const auto type = json::find_string(body, {"__typename"});
  if (type == "OnlineStoreThemeFileBodyText")
    if (auto content = json::find_string(body, {"content"})) return std::move(*content);
  if (type == "OnlineStoreThemeFileBodyBase64")
    if (const auto encoded = json::find_string(body, {"contentBase64"}))
      if (auto content = base64_decode(*encoded)) return std::move(*content);
  if (type == "OnlineStoreThemeFileBodyUrl")
    if (auto given = json::find_string(body, {"url"}); given && !given->empty()) {
      url = std::move(*given);
      return std::string();
    }
  return fail(Code::corrupt, "a body that cannot be read: {} seen", type.value_or("no type"));
}

Result<ThemeFile> read_file(json::Reader& reader, std::string_view raw) {
  STOA_TRY_ASSIGN(auto flat, reader.flatten(raw));
  auto name = json::find_string(flat.text, {"filename"});
  if (!name || name->empty()) return fail(Code::corrupt, "shopify: a theme file without a filename");
  ThemeFile file{.filename = std::move(*name),
                 .checksum_md5 = json::find_string(flat.text, {"checksumMd5"}).value_or(""),
                 .updated_at = json::find_string(flat.text, {"updatedAt"}).value_or(""),
                 .size = parse_int(json::find_string(flat.text, {"size"}).value_or("0")).value_or(0),
                 .entry = std::move(flat.text)};
  const auto body = json::find_raw(file.entry, {"body"});
  if (body.empty()) return file;
  auto content = content_of(body, file.url);
  if (!content) return fail(std::move(content).error().in("shopify: theme file " + file.filename));
  file.content = std::move(*content);
  // `body` is the last member that we ask for.
  const auto comma = static_cast<std::size_t>(body.data() - file.entry.data()) - std::string_view(R"(,"body":)").size();
  file.entry.resize(comma);
  file.entry += '}';
  return file;
}

Result<void> read_errors(std::string_view raw, ThemeFilesPage& page) {
  STOA_TRY_ASSIGN(const auto errors, json::parse(raw));
  if (!errors.is_array()) return {};
  for (const auto& each : errors.get_array())
    page.errors.emplace_back(json::string_or(each, "filename"), json::string_or(each, "code"));
  return {};
}

// Scheme and host of a URL: "https", "host:443" without the port when none is given.
std::pair<std::string, std::string> origin(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.contains('@')) return {};
  return {ascii_lower(url.substr(0, scheme)), ascii_lower(rest)};
}

}  // namespace

Call themes_page_call(const std::string& after) {
  return make_call("ThemesPage",
                   {{"first", kind_row(model::Kind::themes).page_size}, {"after", json::null_if_empty(after)}});
}

Call theme_call(const std::string& theme_id) { return make_call("ThemeById", {{"id", theme_id}}); }

Result<Decoded> decode_theme(const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(const auto raw, theme_of(reader, answer));
  STOA_TRY_ASSIGN(auto flat, reader.flatten(raw));
  auto id = json::find_string(flat.text, {"id"});
  if (!id) return fail(Code::corrupt, "shopify: a theme without an id");
  return Decoded{std::move(*id), std::move(flat.text), {}};
}

Call theme_index_call(const std::string& theme_id, const std::string& after, std::size_t first) {
  return make_call("ThemeFileIndex", {{"id", theme_id}, {"first", first}, {"after", json::null_if_empty(after)}});
}

Call theme_bodies_call(const std::string& theme_id, const std::vector<std::string>& filenames,
                       const std::string& after) {
  return make_call("ThemeFileBodies", {{"id", theme_id},
                                       {"filenames", json::Array(filenames.begin(), filenames.end())},
                                       {"after", json::null_if_empty(after)}});
}

Result<ThemeFilesPage> decode_theme_files(const Answer& answer) {
  json::Reader reader;
  STOA_TRY_ASSIGN(const auto theme, theme_of(reader, answer));
  STOA_TRY_ASSIGN(const auto members, reader.members(theme));
  const auto files = std::ranges::find(members, "files", &json::Member::key);
  if (files == members.end() || files->raw == "null") return fail(Code::corrupt, "shopify: a theme without its files");
  ThemeFilesPage page;
  STOA_TRY_ASSIGN(const auto parts, reader.members(files->raw));
  for (const auto& part : parts)
    if (part.key == "userErrors") STOA_TRY(read_errors(part.raw, page));
  STOA_TRY_ASSIGN(auto list, reader.list(theme, {"files"}));
  page.has_next = list.has_next;
  page.end_cursor = std::move(list.end_cursor);
  page.files.reserve(list.items.size());
  for (const auto raw : list.items) {
    STOA_TRY_ASSIGN(auto file, read_file(reader, raw));
    page.files.push_back(std::move(file));
  }
  return page;
}

Result<std::string> download_theme_file(http::Client& client, const std::string& url,
                                        const std::vector<std::string>& extra_hosts,
                                        std::chrono::milliseconds timeout) {
  const auto [scheme, authority] = origin(url);
  const std::string host(split(authority, ':').front());
  const bool extra = std::ranges::any_of(extra_hosts, [&, &a = authority, &h = host](const auto& listed) {
    return ascii_iequals(listed, a) || ascii_iequals(listed, h);
  });
  if (host.empty() || !(scheme == "https" || (extra && scheme == "http")))
    return fail(Code::denied, "theme file: an address on {} that is not allowed: https wanted",
                host.empty() ? "no host" : host);
  http::ClientRequest request{
      .url = url, .headers = {}, .body = {}, .timeout = timeout, .body_bytes_max = kFileBytesMax};
  request.private_addresses = extra;
  auto response = client.send(request);
  if (!response) return fail(std::move(response).error().in("theme file: " + host));
  if (response->status != 200)
    return fail(Code::unavailable, "theme file: {} answered {}, 200 wanted", host, response->status);
  return std::move(response->body);
}

}  // namespace stoa::shopify
