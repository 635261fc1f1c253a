// OnlineStoreTheme and its files.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

constexpr std::int64_t kFilesMax = 2'500;
constexpr std::size_t kPageBytes = 192 * 1024;  // a page of named files ends when it has grown to this

// One file as it is answered.
struct NamedFile {
  const Theme* theme;
  const std::string* name;
  const ThemeFile* file;
};
struct FileFault {
  std::string_view code;
  std::string filename;
};
struct FilesPage : graphql::Page {
  std::vector<FileFault> faults;
};

// '*' matches any run.
bool matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  for (text.remove_prefix(star);; text.remove_prefix(1)) {
    if (matches(pattern, text)) return true;
    if (text.empty()) return false;
  }
}

std::string_view content_type(std::string_view filename) {
  if (filename.ends_with(".json")) return "application/json";
  if (filename.ends_with(".liquid")) return "application/x-liquid";
  if (filename.ends_with(".css")) return "text/css";
  if (filename.ends_with(".js")) return "application/javascript";
  return "application/octet-stream";
}

std::string file_url(const Call& call, const NamedFile& f) {
  std::string path;
  for (const auto part : split(*f.name, '/')) path += "/" + percent_encode(part);
  return fmt::format("{}/theme-files/{}{}?signature=rehearsal", call.context<Reading>().base_url, f.theme->id, path);
}

void write_body(const NamedFile& f, Call& call) {
  const auto& schema = call.context<Reading>().schema;
  const auto* type = f.file->body == ThemeFile::Body::text     ? "OnlineStoreThemeFileBodyText"
                     : f.file->body == ThemeFile::Body::base64 ? "OnlineStoreThemeFileBodyBase64"
                                                               : "OnlineStoreThemeFileBodyUrl";
  call.object({&schema.known(type), &f});
}

// The files that `filenames` asks for, or all, in the order of their names.
std::vector<NamedFile> wanted_files(const Theme& theme, Call& call, std::vector<FileFault>& faults) {
  std::vector<NamedFile> out;
  const auto* filenames = call.arguments().get("filenames");
  for (const auto& [name, file] : theme.files) {
    const auto asked = [&, &n = name](const graphql::Value& pattern) { return matches(pattern.text, n); };
    if (!filenames || std::ranges::any_of(filenames->items, asked)) out.push_back({&theme, &name, &file});
  }
  if (filenames)
    for (const auto& pattern : filenames->items)
      if (!pattern.text.contains('*') && !theme.files.contains(pattern.text))
        faults.push_back({"NOT_FOUND", pattern.text});
  return out;
}

void answer_files(const Theme& theme, Call& call) {
  const auto& arguments = call.arguments();
  const auto* filenames = arguments.get("filenames");
  if (filenames && filenames->items.size() > 50)
    return call.fail("filenames: at most 50 can be specified", "BAD_REQUEST");
  const auto first = arguments.integer("first", 50);
  if (first < 0 || first > kFilesMax)
    return call.fail(fmt::format("first must be between 0 and {}, was {}", kFilesMax, first), "BAD_REQUEST");
  FilesPage page;
  auto files = wanted_files(theme, call, page.faults);
  if (arguments.has("after")) {
    const auto last = base64_decode(arguments.text("after"));
    if (!last) return call.fail("Invalid cursor for current pagination sort.", "BAD_REQUEST");
    std::erase_if(files, [&](const NamedFile& f) { return *f.name <= *last; });
    page.has_previous = true;
  }
  std::size_t take = 0, bytes = 0;
  while (take < files.size() && take < static_cast<std::size_t>(first) &&
         (take == 0 || bytes < kPageBytes || !filenames))
    bytes += files[take++].file->content.size();
  page.has_next = take < files.size();
  const auto& type = call.context<Reading>().schema.known("OnlineStoreThemeFile");
  for (std::size_t i = 0; i < take; ++i) page.entries.push_back({{&type, &files[i]}, &page, i});
  page.cursor = [&files](std::size_t i) { return base64(*files[i].name); };
  call.value(static_cast<graphql::Page*>(&page));
}

void add_files(graphql::SchemaBuilder& builder) {
  builder.object(
      "OnlineStoreThemeFileBodyText", {},
      {field<NamedFile>("content: String!", [](const NamedFile& f, Call& call) { call.string(f.file->content); })});
  builder.object("OnlineStoreThemeFileBodyBase64", {},
                 {field<NamedFile>("contentBase64: String!",
                                   [](const NamedFile& f, Call& call) { call.string(base64(f.file->content)); })});
  builder.object(
      "OnlineStoreThemeFileBodyUrl", {},
      {field<NamedFile>("url: URL!", [](const NamedFile& f, Call& call) { call.string(file_url(call, f)); })});
  builder.unity("OnlineStoreThemeFileBody",
                {"OnlineStoreThemeFileBodyBase64", "OnlineStoreThemeFileBodyText", "OnlineStoreThemeFileBodyUrl"});
  builder.object(
      "OnlineStoreThemeFile", {},
      {field<NamedFile>("filename: String!", [](const NamedFile& f, Call& call) { call.string(*f.name); }),
       field<NamedFile>("checksumMd5: String", [](const NamedFile& f, Call& call) { call.string(f.file->checksum()); }),
       field<NamedFile>("contentType: String!",
                        [](const NamedFile& f, Call& call) { call.string(content_type(*f.name)); }),
       field<NamedFile>("size: UnsignedInt64!",
                        [](const NamedFile& f, Call& call) { call.string(std::to_string(f.file->content.size())); }),
       field<NamedFile>("createdAt: DateTime!",
                        [](const NamedFile& f, Call& call) { write_time(call, f.file->created_at); }),
       field<NamedFile>("updatedAt: DateTime!",
                        [](const NamedFile& f, Call& call) { write_time(call, f.file->updated_at); }),
       field<NamedFile>("body: OnlineStoreThemeFileBody!",
                        [](const NamedFile& f, Call& call) { write_body(f, call); })});
  builder.enumeration("OnlineStoreThemeFileResultType",
                      "BAD_REQUEST CONFLICT ERROR NOT_FOUND SUCCESS TIMEOUT UNPROCESSABLE_ENTITY");
  builder
      .object("OnlineStoreThemeFileReadResult", {},
              {field<FileFault>("code: OnlineStoreThemeFileResultType!",
                                [](const FileFault& fault, Call& call) { call.string(fault.code); }),
               field<FileFault>("filename: String!",
                                [](const FileFault& fault, Call& call) { call.string(fault.filename); })})
      .free = true;
  builder.connection(
      "OnlineStoreThemeFile",
      {field<graphql::Page>("userErrors: [OnlineStoreThemeFileReadResult!]!", [](const graphql::Page& p, Call& call) {
        const auto& faults = static_cast<const FilesPage&>(p).faults;
        call.list(faults.size(), [&](std::size_t i) { call.value(&faults[i]); });
      })});
}

}  // namespace

void add_theme(graphql::SchemaBuilder& builder) {
  builder.enumeration("ThemeRole", "ARCHIVED DEMO DEVELOPMENT LOCKED MAIN UNPUBLISHED");
  add_files(builder);
  builder
      .object(
          "OnlineStoreTheme", {"Node"},
          {field<Theme>("id: ID!", [](const Theme& t, Call& call) { call.string(gid("OnlineStoreTheme", t.id)); }),
           field<Theme>("name: String!", [](const Theme& t, Call& call) { call.string(t.name); }),
           field<Theme>("role: ThemeRole!", [](const Theme& t, Call& call) { call.string(t.role); }),
           field<Theme>("prefix: String!",
                        [](const Theme& t, Call& call) { call.string(fmt::format("/t/{}", t.id % 1000)); }),
           field<Theme>("processing: Boolean!", [](const Theme& t, Call& call) { call.boolean(t.processing); }),
           field<Theme>("processingFailed: Boolean!", [](const Theme&, Call& call) { call.boolean(false); }),
           field<Theme>("themeStoreId: Int", [](const Theme&, Call& call) { call.null(); }),
           field<Theme>("createdAt: DateTime!", [](const Theme& t, Call& call) { write_time(call, t.created_at); }),
           field<Theme>("updatedAt: DateTime!", [](const Theme& t, Call& call) { write_time(call, t.updated_at); }),
           field<Theme>("files(after: String, filenames: [String!], first: Int = 50): OnlineStoreThemeFileConnection",
                        [](const Theme& t, Call& call) { answer_files(t, call); })})
      .scope = "read_themes";
  builder.connection("OnlineStoreTheme");
}

void answer_themes(Call& call) {
  const auto all = call.context<Reading>().catalog.themes().sorted(nullptr);
  std::vector<const Theme*> wanted(all.begin(), all.end());
  const auto keep = [&](const char* argument, auto fits) {
    if (const auto* values = call.arguments().get(argument))
      std::erase_if(wanted, [&](const Theme* t) {
        return std::ranges::none_of(values->items, [&](const graphql::Value& v) { return fits(*t, v.text); });
      });
  };
  keep("roles", [](const Theme& t, std::string_view role) { return t.role == role; });
  keep("names", [](const Theme& t, std::string_view name) { return matches(name, t.name); });
  answer_list<Theme>(call, std::move(wanted), nullptr, true);
}

}  // namespace stoa::sandbox
