// Made-up pages: every state is among them, and one whose metafields need a second page.
#include "sandbox/seed.h"

namespace stoa::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr auto kTitles =
    std::to_array<std::string_view>({"About us", "Contact \U0001F4EE", "Size & <b>fit</b>", "配送について",
                                     "Terms \u00a0", "משלוחים", "Press", "Nothing", "Émigré"});

}  // namespace

void seed_pages(Catalog& catalog, const SeedOptions& options) {
  for (std::size_t i = 0; i < options.pages; ++i) {
    auto page = std::make_unique<Page>();
    page->id = catalog.next_id();
    page->title = kTitles[i % kTitles.size()];
    page->handle = fmt::format("page-{}", i);
    if (i % 9 != 7)
      page->body = fmt::format("<h1>{}</h1>\r\n<script>document.write('</p>')</script><p>No. {} &amp; \"more\"</p>",
                               page->title, i);
    if (i % 4 == 2) page->template_suffix = "contact";
    page->created_at = kSeedEpoch + std::chrono::hours(24 * i);
    page->updated_at = page->created_at + 2h;
    if (i % 5 != 3) page->published_at = i % 5 == 4 ? kSeedFuture : page->created_at + 1h;
    const auto add = [&](std::string ns, std::string key, std::string value) {
      page->metafields.push_back({catalog.next_id(), "PAGE", std::move(ns), std::move(key), "single_line_text_field",
                                  std::move(value), page->created_at, page->created_at});
    };
    if (i % 2 == 0) add("custom", "subtitle", "In short");
    if (i % 3 == 0) add("global", "title_tag", page->title + " | Stoa");
    if (i % 6 == 1)
      for (int n = 0; n < 30; ++n) add("custom", fmt::format("k{}", n), std::to_string(n));
    catalog.put(std::move(page));
  }
}

}  // namespace stoa::sandbox
