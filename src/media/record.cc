#include "media/record.h"

#include "base/json_text.h"
#include "base/text.h"

namespace stoa::media {
namespace {

std::string text_at(std::string_view body, std::initializer_list<std::string_view> path) {
  return json::find_string(body, path).value_or("");
}

// The largest of a list of {url, width, height}; the first of equals.
std::string largest(std::string_view sources) {
  std::string best;
  std::int64_t most = -1;
  if (!sources.starts_with('[')) return best;
  json::Cursor in(sources);
  in.enter_array();
  while (in.next_element()) {
    const auto source = in.take();
    const auto size = parse_int(json::find_raw(source, {"height"})).value_or(0);
    auto url = text_at(source, {"url"});
    if (size <= most || url.empty()) continue;
    most = size;
    best = std::move(url);
  }
  return best;
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":");
  if (value.empty())
    out += "null";
  else
    json::append_string(out, value);
}

void append_record(std::string& out, const Record& record) {
  append_text(out, "state", record.state);
  append_text(out, "reason", record.reason);
  append_text(out, "sha256", record.sha256);
  out += record.sha256.empty() ? std::string(",\"size\":null") : fmt::format(",\"size\":{}", record.size);
  append_text(out, "contentType", record.content_type);
  append_text(out, "stateAt", record.at ? iso_seconds(*record.at) : "");
  out += '}';
}

// Of a file that has no bytes to be had.
Record without_source(std::string_view node) {
  if (text_at(node, {"__typename"}) == "ExternalVideo") return {.state = kRefused, .reason = "external-video"};
  if (text_at(node, {"fileStatus"}) == "FAILED") return {.state = kFailed, .reason = "shopify-failed"};
  return {.state = kPending, .reason = "not-ready"};
}

Record record_for(std::string_view node, const std::string& url, const Merge& merge) {
  if (url.empty()) return without_source(node);
  if (!merge.before || source_url(*merge.before) != url) return {};
  auto record = record_of(*merge.before);
  const bool retry = record.state == kFailed && (!record.at || *record.at + merge.retry_after <= merge.now);
  const bool stored = record.state == kStored;
  if (retry || (stored ? merge.lost : merge.again)) return {};
  return record;
}

}  // namespace

std::optional<Source> source_of(std::string_view body) {
  Source source;
  const auto type = text_at(body, {"__typename"});
  if (type == "MediaImage" || type == "Image") {
    source.url = text_at(body, {"image", "url"});
  } else if (type == "Video" || type == "Model3d") {
    source = {.url = largest(json::find_raw(body, {"sources"})), .image = false};
  } else if (type != "ExternalVideo") {  // GenericFile, and what Shopify may add
    source = {.url = text_at(body, {"url"}), .image = false};
  }
  if (source.url.empty()) return std::nullopt;
  return source;
}

std::string media_body(std::string_view node, const Merge& merge) {
  const auto source = source_of(node);
  const auto url = source ? source->url : std::string();
  std::string out(node.substr(0, node.size() - 1));
  out += ",\"usedIn\":[";
  for (const auto& id : merge.used_in) {
    if (out.back() != '[') out += ',';
    json::append_string(out, id);
  }
  out += ']';
  append_text(out, "sourceUrl", url);
  append_record(out, record_for(node, url, merge));
  return out;
}

Record record_of(std::string_view body) {
  Record record{.state = text_at(body, {"state"}),
                .reason = text_at(body, {"reason"}),
                .sha256 = text_at(body, {"sha256"}),
                .size = parse_int(json::find_raw(body, {"size"})).value_or(0),
                .content_type = text_at(body, {"contentType"}),
                .at = {}};
  if (const auto at = parse_iso(text_at(body, {"stateAt"}))) record.at = *at;
  return record;
}

std::string source_url(std::string_view body) { return text_at(body, {"sourceUrl"}); }

std::vector<std::string> used_in(std::string_view body) {
  std::vector<std::string> out;
  const auto list = json::find_raw(body, {"usedIn"});
  if (!list.starts_with('[')) return out;
  json::Cursor in(list);
  in.enter_array();
  while (in.next_element()) out.push_back(json::unquoted(in.take()));
  return out;
}

std::string with_record(std::string_view body, const Record& record) {
  static constexpr std::string_view kKey = ",\"state\":";
  const auto state = json::find_raw(body, {"state"});
  STOA_CHECK(!state.empty(), "a document of media_body()");
  std::string out(body.substr(0, static_cast<std::size_t>(state.data() - body.data()) - kKey.size()));
  append_record(out, record);
  return out;
}

}  // namespace stoa::media
