#include "app/config_keys.h"

#include "base/text.h"
#include "storage/mongo/mongo.h"
#include "tenant/settings.h"

namespace stoa::app {
namespace {

using std::chrono::milliseconds;

std::string duration_text(milliseconds value) {
  const auto count = value.count();
  if (count % 86'400'000 == 0 && count > 0) return fmt::format("{}d", count / 86'400'000);
  if (count % 3'600'000 == 0 && count > 0) return fmt::format("{}h", count / 3'600'000);
  if (count % 60'000 == 0 && count > 0) return fmt::format("{}m", count / 60'000);
  if (count % 1'000 == 0) return fmt::format("{}s", count / 1'000);
  return fmt::format("{}ms", count);
}

Result<milliseconds> read_duration(std::string_view text) {
  if (text.ends_with("ms")) {
    if (const auto number = parse_int(text.substr(0, text.size() - 2)); number && *number >= 0)
      return milliseconds(*number);
  } else if (auto seconds = tenant::parse_duration(text)) {
    return milliseconds(*seconds);
  }
  return fail(Code::invalid, "'{}', want a number and ms, s, m, h or d, such as 30s", text);
}

// ---- one maker per type: `place` names the member that holds the value

template <class Place>
Key text_key(std::string name, std::string help, Place place) {
  return {std::move(name), KeyType::text, std::move(help),
          [place](Config& config, std::string_view text) -> Result<void> {
            place(config) = std::string(text);
            return {};
          },
          [place](const Config& config) {
            const auto& value = place(const_cast<Config&>(config));
            if constexpr (requires { value.string(); })
              return value.string();
            else
              return value;
          }};
}

// A text whose password is shown nowhere (rule K2).
template <class Place>
Key url_key(std::string name, std::string help, Place place) {
  auto key = text_key(std::move(name), std::move(help), place);
  key.get = [place](const Config& config) {
    const auto& value = place(const_cast<Config&>(config));
    return value.find('@') == std::string::npos ? value : storage::url_for_show(value);
  };
  return key;
}

template <class Place>
Key number_key(std::string name, std::string help, Place place) {
  return {std::move(name), KeyType::number, std::move(help),
          [place](Config& config, std::string_view text) -> Result<void> {
            const auto number = parse_int(text);
            if (!number || *number < 0) return fail(Code::invalid, "'{}', want a whole number", text);
            using Value = std::remove_reference_t<decltype(place(config))>;
            place(config) = static_cast<Value>(*number);
            return {};
          },
          [place](const Config& config) { return fmt::format("{}", place(const_cast<Config&>(config))); }};
}

template <class Place>
Key duration_key(std::string name, std::string help, Place place) {
  return {std::move(name), KeyType::duration, std::move(help),
          [place](Config& config, std::string_view text) -> Result<void> {
            STOA_TRY_ASSIGN(const auto duration, read_duration(text));
            using Value = std::remove_reference_t<decltype(place(config))>;
            place(config) = std::chrono::duration_cast<Value>(duration);
            return {};
          },
          [place](const Config& config) {
            return duration_text(std::chrono::duration_cast<milliseconds>(place(const_cast<Config&>(config))));
          }};
}

template <class Place>
Key list_key(std::string name, std::string help, Place place) {
  return {
      std::move(name), KeyType::list, std::move(help),
      [place](Config& config, std::string_view text) -> Result<void> {
        auto& list = place(config);
        list.clear();
        for (const auto part : split(text, ','))
          if (const auto entry = trim(part); !entry.empty()) list.emplace_back(entry);
        return {};
      },
      [place](const Config& config) { return fmt::format("{}", fmt::join(place(const_cast<Config&>(config)), ",")); }};
}

template <class Place>
Key flag_key(std::string name, std::string help, Place place) {
  return {std::move(name), KeyType::flag, std::move(help),
          [place](Config& config, std::string_view text) -> Result<void> {
            if (text != "true" && text != "false") return fail(Code::invalid, "'{}', want true or false", text);
            place(config) = text == "true";
            return {};
          },
          [place](const Config& config) { return std::string(place(const_cast<Config&>(config)) ? "true" : "false"); }};
}

#define AT(member) [](Config& config) -> auto& { return config.member; }

std::vector<Key> make_keys() {
  return {
      text_key("data", "Folder of the embedded databases, the operator token and the master key.", AT(data)),
      text_key("public_url", "Where Shopify reaches this server, https://…; webhooks are subscribed only when set.",
               AT(public_url)),
      text_key("http.listen", "Address and port of the API; port 0 picks one.", AT(http.listen)),
      number_key("http.threads", "Event loops; 0: one per core.", AT(http.threads)),
      number_key("http.workers_max", "Threads for requests that read the database.", AT(http.workers_max)),
      number_key("http.work_queue_max", "Requests waiting for such a thread; beyond it 503.", AT(http.work_queue_max)),
      number_key("http.connections_max", "Open connections; beyond it 503 and closed.", AT(http.connections_max)),
      number_key("http.header_bytes_max", "Request line and headers; beyond it 431.", AT(http.header_bytes_max)),
      number_key("http.target_bytes_max", "Path and query; beyond it 414.", AT(http.target_bytes_max)),
      number_key("http.body_bytes_max", "Request body; beyond it 413.", AT(http.body_bytes_max)),
      duration_key("http.header_timeout", "For the whole head of a request.", AT(http.header_timeout)),
      duration_key("http.body_timeout", "For the whole body of a request.", AT(http.body_timeout)),
      duration_key("http.write_timeout", "Without progress in sending an answer.", AT(http.write_timeout)),
      duration_key("http.idle_timeout", "Between requests of one connection.", AT(http.idle_timeout)),
      duration_key("http.shutdown_timeout", "How long requests in flight may take after SIGTERM.",
                   AT(http.drain_timeout)),
      number_key("api.page_cache_bytes", "Ready answers kept in memory.", AT(api.reads.page_cache_bytes)),
      number_key("api.key_requests_per_minute",
                 "Requests of one read key, which all users of an app share; 0: no limit.",
                 AT(api.reads.rate_limit.per_minute)),
      number_key("api.code_lookups_per_minute",
                 "Of one read key: /discounts/by-code, which invites guessing, has a share of its own; 0: no limit.",
                 AT(api.reads.code_limit.per_minute)),
      flag_key("api.access_log", "One log line per request.", AT(api.access_log)),
      url_key("storage.url", "Empty: embedded SQLite in `data`. mongodb://…: a replica set or a sharded cluster.",
              AT(storage_url)),
      text_key("storage.url_file", "File that holds storage.url, when it bears a password.", AT(storage_url_file)),
      number_key("storage.tables_max",
                 "Tables of a MongoDB deployment (33 a store, and 3 for each of "
                 "sync.further_kinds); beyond it new stores are refused.",
                 AT(tables_max)),
      number_key("storage.connections_max", "Connections to a MongoDB deployment, of each of two pools.",
                 AT(connections_max)),
      number_key("storage.open_stores_max", "Store files kept open; each costs about 140 KiB and 3 descriptors.",
                 AT(open_stores_max)),
      text_key("security.operator_token_file",
               "Bearer token of the operator API; empty: <data>/operator.token, made on first start.",
               AT(operator_token_file)),
      text_key("security.master_key_file", "Key that seals secrets; empty: <data>/master.key, made on first start.",
               AT(master_key_file)),
      text_key("shopify.api_version", "At least 2026-07: older versions hide collections.", AT(api_version)),
      list_key("shopify.extra_hosts",
               "Hosts besides *.myshopify.com, `host` or `host:port`, that a base URL may name (rehearsal).",
               AT(extra_hosts)),
      duration_key("shopify.answer_within", "How long a registration waits for the shop, retries included.",
                   AT(answer_within)),
      list_key("media.allowed_hosts", "Hosts that media are fetched from, over https; others are refused.",
               AT(media.allowed_hosts)),
      number_key("media.bytes_max", "Of one file; a larger one is refused.", AT(media.bytes_max)),
      number_key("media.pixels_max", "Of one image, width by height; a larger one is refused.", AT(media.pixels_max)),
      number_key("media.ratio_max", "Bytes decoded per byte of an image that decodes to more than 64 MiB.",
                 AT(media.ratio_max)),
      duration_key("media.timeout", "One try of a download, redirects included.", AT(media.timeout)),
      number_key("media.attempts_max", "Tries of a download that fails in passing, before it is failed.",
                 AT(media.attempts_max)),
      number_key("media.downloads_max", "Downloads at the same moment; each holds a thread.", AT(media.downloads_max)),
      duration_key("media.retry_after", "A failed download is tried again by a sync after this.",
                   AT(media.retry_after)),
      number_key("media.workers_max", "Images resized at the same moment, each in a process of its own.",
                 AT(media.workers_max)),
      number_key("media.waiting_max", "Requests waiting for such a process; beyond it 503.", AT(media.waiting_max)),
      number_key("media.worker_bytes_max", "Address space of such a process.", AT(media.worker_bytes_max)),
      duration_key("media.worker_timeout", "How long it may take; half as much CPU time.", AT(media.worker_timeout)),
      number_key("media.cache_bytes", "Small originals and resized images kept in memory.", AT(media.cache_bytes)),
      number_key("media.serving_bytes", "Images on their way to clients; beyond it 503.", AT(media.serving_bytes)),
      number_key("sync.workers_max", "Stores that sync at the same moment.", AT(sync.workers_max)),
      duration_key("sync.slice", "A store gives its worker back after this when others wait.", AT(sync.slice)),
      duration_key("sync.call_timeout", "One call to a shop.", AT(sync.call_timeout)),
      duration_key("sync.backoff_base", "First wait after a failed call; doubles, with jitter.", AT(sync.backoff_base)),
      duration_key("sync.backoff_max", "Longest wait after a failed call.", AT(sync.backoff_max)),
      number_key("sync.attempts_max", "Failed calls in a row before a kind is given up.", AT(sync.attempts_max)),
      duration_key("sync.shop_probe", "How often a frozen or locked shop is asked again.", AT(sync.shop_probe)),
      duration_key("sync.rejection_probe", "The same after a security rejection.", AT(sync.rejection_probe)),
      duration_key("sync.lease_time",
                   "With several servers on one database: how soon the jobs of one that is gone are taken over.",
                   AT(sync.lease_time)),
      duration_key("sync.lease_heartbeat", "How often a server says that it is still at its jobs.",
                   AT(sync.lease_heartbeat)),
      number_key("sync.page_max", "Upper bound of a page, 1..250.", AT(sync.page_max)),
      number_key("sync.sweep_count_free", "A sweep of up to this many deletes needs no confirmation.",
                 AT(sync.sweep_count_free)),
      duration_key("sync.incremental_interval", "How often changed documents are asked for.",
                   AT(sync.incremental_interval)),
      duration_key("sync.full_interval", "How often a complete pass finds deletions and silent changes.",
                   AT(sync.full_interval)),
      duration_key("sync.overlap", "How far an incremental pass goes back before its predecessor.", AT(sync.overlap)),
      list_key("sync.further_kinds",
               "Mirrored besides products, collections, blogs, articles, themes, media and discounts: pages, menus, "
               "metaobjects. What one "
               "held stays when it is taken out again, and is served no more.",
               AT(further_kinds)),
      number_key("discounts.codes_max",
                 "Redeem codes of one discount that are mirrored; of one that has more, only their number. 0..24000.",
                 AT(sync.codes_max)),
      text_key("log.level", "trace, debug, info, warn or error.", AT(log_level)),
  };
}

#undef AT

}  // namespace

std::span<const Key> config_keys() {
  static const std::vector<Key> kKeys = make_keys();
  return kKeys;
}

const Key* find_key(std::string_view name) {
  const auto keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::string variable_of(std::string_view key) {
  std::string out = "STOA_";
  for (const char c : key) out += c == '.' ? '_' : char(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace stoa::app
