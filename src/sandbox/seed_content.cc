// Made-up blogs and articles: few, and every state is among them.
#include "base/text.h"
#include "sandbox/seed.h"

namespace stoa::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr auto kTitles = std::to_array<std::string_view>(
    {"How we sleep", "A <b>bold</b> claim", "寝る前に", "\U0001F634 in five steps", "Émigré notes \u00a0", "על השינה",
     "Ten \"quoted\" rules", "What the weave does", "e\u0301tude", "The long read"});
constexpr auto kTags =
    std::to_array<std::string_view>({"sleep", "Guides", "naïve café", "50% off", "\U0001F6CF bed", "winter 2026"});
constexpr std::string_view kPart =
    "<p>Nobody hurries here. The seams are flat &amp; the light is low; the rest is a matter of habit.</p>\n";

std::string body(std::size_t i) {
  if (i % 9 == 4) return "";
  std::string out = "<h2>" + std::string(kTitles[i % kTitles.size()]) + "</h2>";
  for (std::size_t n = i % 9 == 8 ? 400 : 1 + i % 5; n > 0; --n) out += kPart;
  if (i % 4 == 1) out += "<script>document.write('</p>')</script>\r\n\t<img src=\"//elsewhere.example/x.png\">";
  return out;
}

// Published, draft, scheduled, in turn; mostly published.
std::optional<Time> published(std::size_t i, Time created) {
  if (i % 7 == 3) return std::nullopt;
  if (i % 7 == 5) return kSeedFuture;
  return created + 1h;
}

void add_metafields(Catalog& catalog, std::size_t i, Article& article) {
  const auto add = [&](std::string ns, std::string key, std::string value) {
    article.metafields.push_back({catalog.next_id(), "ARTICLE", std::move(ns), std::move(key), "single_line_text_field",
                                  std::move(value), article.created_at, article.created_at});
  };
  if (i % 2 == 0) {
    add("global", "title_tag", article.title + " | Stoa");
    add("global", "description_tag", "What it is about");
  }
  if (i % 11 == 6)
    for (int n = 0; n < 30; ++n) add("custom", fmt::format("k{}", n), std::to_string(n));
}

Article& add_article(Catalog& catalog, std::int64_t blog, std::size_t i) {
  auto a = std::make_unique<Article>();
  a->id = catalog.next_id();
  a->blog = blog;
  a->title = kTitles[i % kTitles.size()];
  a->handle = fmt::format("part-{}", i / 2);  // two blogs have the same handles
  a->body = body(i);
  if (i % 3 != 1) a->summary = i % 3 == 0 ? "<p>In short</p>" : "";
  for (std::size_t t = 0; t < kTags.size(); ++t)
    if ((i + t) % 3 == 0) a->tags.emplace_back(kTags[t]);
  if (i % 5 != 2) a->author = i % 2 ? "Ο Συγγραφέας" : "";
  if (i % 4 != 3)
    a->image =
        Image{catalog.next_id(), fmt::format("https://cdn.shopify.com/s/files/1/0000/0001/articles/{}.jpg?v=1", i),
              i % 4 ? std::optional<std::string>("a bed") : std::nullopt, 1200, 800};
  if (i % 6 == 0) a->template_suffix = "wide";
  a->created_at = kSeedEpoch + std::chrono::hours(24 * i);
  if (i % 13 != 7) a->updated_at = a->created_at + 2h;
  a->published_at = published(i, a->created_at);
  add_metafields(catalog, i, *a);
  return catalog.put(std::move(a));
}

std::int64_t add_blog(Catalog& catalog, std::string title, std::string handle, std::string_view comments) {
  auto blog = std::make_unique<Blog>();
  blog->id = catalog.next_id();
  blog->title = std::move(title);
  blog->handle = std::move(handle);
  blog->comment_policy = comments;
  blog->created_at = kSeedEpoch;
  blog->updated_at = kSeedEpoch + 1h;
  return catalog.put(std::move(blog)).id;
}

}  // namespace

void seed_content(Catalog& catalog, const SeedOptions& options) {
  if (options.articles == 0) return;
  const std::int64_t blogs[] = {add_blog(catalog, "The Journal \U0001F4D3", "journal", "MODERATED"),
                                add_blog(catalog, "News & <i>notes</i>", "news", "AUTO_PUBLISHED")};
  const auto empty = add_blog(catalog, "Nothing yet", "nothing-yet", "CLOSED");
  for (std::size_t i = 0; i < options.articles; ++i) add_article(catalog, blogs[i % 2], i);
  for (const auto id : {blogs[0], empty}) {
    Blog blog = *catalog.blogs().find(id);
    blog.template_suffix = "magazine";
    if (id == empty) blog.updated_at.reset();
    if (id != empty) blog.feed_path = "stoa", blog.feed_location = "https://feeds.example/stoa";
    blog.metafields.push_back({catalog.next_id(), "BLOG", "global", "title_tag", "single_line_text_field",
                               "Read \"us\"", kSeedEpoch, kSeedEpoch});
    catalog.put(std::make_unique<Blog>(std::move(blog)));
  }
}

void seed_files(Catalog& catalog) {
  using enum Media::Kind;
  constexpr std::string_view kBase = "https://cdn.shopify.com/s/files/1/0000/0001/files/";
  const auto add = [&](Media::Kind kind, std::string name, bool ready, bool failed) {
    auto file = std::make_unique<Media>(Media{
        .kind = kind, .image = {}, .url = fmt::format("{}{}?v=1", kBase, name), .ready = ready, .failed = failed});
    file->image = {.id = catalog.next_id(),
                   .url = fmt::format("{}{}?v=1", kBase, name),
                   .alt = "Émigré",
                   .width = 120,
                   .height = 80};
    file->created_at = file->updated_at = kSeedEpoch;
    catalog.put_file(std::move(file));
  };
  add(image, "logo.png", true, false);
  add(image, "lookbook-cover.jpg", true, false);
  add(image, "vector.svg", true, false);
  add(image, "under-way.png", false, false);
  add(image, "broken.png", false, true);
  add(file, "size-guide.pdf", true, false);
}

}  // namespace stoa::sandbox
