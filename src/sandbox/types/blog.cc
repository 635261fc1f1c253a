// Blog and Article.
#include <set>

#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

constexpr std::string_view kMetafields =
    "metafields(after: String, before: String, first: Int, keys: [String!], last: Int, namespace: String, reverse: "
    "Boolean = false): MetafieldConnection!";
constexpr std::string_view kMetafield = "metafield(key: String!, namespace: String): Metafield";

const SearchFields<Blog>& blog_search() {
  static const SearchFields<Blog> fields = {
      {"", [](const Blog& b, const Term& t) { return fold(b.title).contains(fold(t.value)); }},
      {"id", [](const Blog& b, const Term& t) { return match_number(t, b.id); }},
      {"created_at", [](const Blog& b, const Term& t) { return match_time(t, b.created_at); }},
      {"updated_at", [](const Blog& b, const Term& t) { return match_time(t, b.updated_at); }},
      {"handle", [](const Blog& b, const Term& t) { return match_text(t, b.handle); }},
      {"title", [](const Blog& b, const Term& t) { return match_text(t, b.title); }}};
  return fields;
}

SortValue<Blog> blog_order(std::string_view key) {
  if (key == "HANDLE") return [](const Blog& b) { return b.handle; };
  if (key == "TITLE") return [](const Blog& b) { return fold(b.title); };
  return nullptr;
}

const SearchFields<Article>& article_search() {
  static const SearchFields<Article> fields = {
      {"", [](const Article& a, const Term& t) { return fold(a.title).contains(fold(t.value)); }},
      {"id", [](const Article& a, const Term& t) { return match_number(t, a.id); }},
      {"created_at", [](const Article& a, const Term& t) { return match_time(t, a.created_at); }},
      {"updated_at", [](const Article& a, const Term& t) { return match_time(t, a.updated_at); }},
      {"published_at", [](const Article& a, const Term& t) { return match_time(t, a.published_at); }},
      {"blog_id", [](const Article& a, const Term& t) { return match_number(t, a.blog); }},
      {"handle", [](const Article& a, const Term& t) { return match_text(t, a.handle); }},
      {"title", [](const Article& a, const Term& t) { return match_text(t, a.title); }},
      {"author", [](const Article& a, const Term& t) { return match_text(t, a.author.value_or("")); }},
      {"tag", [](const Article& a, const Term& t) {
         return std::ranges::any_of(a.tags, [&](const std::string& tag) { return match_text(t, tag); });
       }}};
  return fields;
}

std::string by_time(const std::optional<Time>& time) { return time ? sortable(micros(*time)) : ""; }

SortValue<Article> article_order(std::string_view key) {
  if (key == "UPDATED_AT") return [](const Article& a) { return by_time(a.updated_at); };
  if (key == "PUBLISHED_AT") return [](const Article& a) { return by_time(a.published_at); };
  if (key == "TITLE") return [](const Article& a) { return fold(a.title); };
  if (key == "AUTHOR") return [](const Article& a) { return fold(a.author.value_or("")); };
  if (key == "BLOG_TITLE") return [](const Article& a) { return sortable(a.blog); };
  return nullptr;
}

// Of its articles, without repeats, in alphabetical order.
std::vector<std::string> tags_of(const Blog& blog, const Catalog& catalog) {
  std::set<std::string> tags;
  for (const Article* article : catalog.articles().sorted(nullptr))
    if (article->blog == blog.id) tags.insert(article->tags.begin(), article->tags.end());
  return {tags.begin(), tags.end()};
}

std::vector<const Article*> articles_of(const Blog& blog, const Catalog& catalog) {
  std::vector<const Article*> out;
  for (const Article* article : catalog.articles().sorted(nullptr))
    if (article->blog == blog.id) out.push_back(article);
  return out;
}

void add_blogs(graphql::SchemaBuilder& builder) {
  builder.enumeration("CommentPolicy", "AUTO_PUBLISHED CLOSED MODERATED");
  builder.enumeration("BlogSortKeys", "HANDLE ID TITLE");
  builder.object("BlogFeed", {},
                 {field<Blog>("location: URL!", [](const Blog& b, Call& call) { call.string(*b.feed_location); }),
                  field<Blog>("path: String!", [](const Blog& b, Call& call) { call.string(b.feed_path); })});
  builder
      .object(
          "Blog", {"HasMetafields", "Node"},
          {field<Blog>("id: ID!", [](const Blog& b, Call& call) { call.string(gid("Blog", b.id)); }),
           field<Blog>("title: String!", [](const Blog& b, Call& call) { call.string(b.title); }),
           field<Blog>("handle: String!", [](const Blog& b, Call& call) { call.string(b.handle); }),
           field<Blog>("tags: [String!]!",
                       [](const Blog& b, Call& call) { call.strings(tags_of(b, call.context<Reading>().catalog)); }),
           field<Blog>("templateSuffix: String", [](const Blog& b, Call& call) { call.string(b.template_suffix); }),
           field<Blog>("commentPolicy: CommentPolicy!",
                       [](const Blog& b, Call& call) { call.string(b.comment_policy); }),
           field<Blog>("feed: BlogFeed",
                       [](const Blog& b, Call& call) { call.value(b.feed_path && b.feed_location ? &b : nullptr); }),
           field<Blog>("createdAt: DateTime!", [](const Blog& b, Call& call) { write_time(call, b.created_at); }),
           field<Blog>("updatedAt: DateTime", [](const Blog& b, Call& call) { write_time(call, b.updated_at); }),
           field<Blog>("articlesCount(limit: Int = 10000): Count",
                       [](const Blog& b, Call& call) {
                         write_count(call, articles_of(b, call.context<Reading>().catalog).size(),
                                     call.arguments().integer("limit", INT64_MAX));
                       }),
           field<Blog>("articles(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): "
                       "ArticleConnection!",
                       [](const Blog& b, Call& call) {
                         answer_list<Article>(call, articles_of(b, call.context<Reading>().catalog), nullptr, true);
                       }),
           field<Blog>(kMetafield, [](const Blog& b, Call& call) { answer_metafield(call, b.metafields); }),
           field<Blog>(kMetafields, [](const Blog& b, Call& call) { answer_metafields(call, b.metafields); })})
      .scope = kContentScope;
  builder.connection("Blog");
}

void add_articles(graphql::SchemaBuilder& builder) {
  builder.enumeration("ArticleSortKeys", "AUTHOR BLOG_TITLE ID PUBLISHED_AT TITLE UPDATED_AT");
  builder.object("ArticleAuthor", {},
                 {field<Article>("name: String!", [](const Article& a, Call& call) { call.string(a.author); })});
  builder
      .object(
          "Article", {"HasMetafields", "Navigable", "Node"},
          {field<Article>("id: ID!", [](const Article& a, Call& call) { call.string(gid("Article", a.id)); }),
           field<Article>("defaultCursor: String!",
                          [](const Article& a, Call& call) { call.string(default_cursor(a.id)); }),
           field<Article>("title: String!", [](const Article& a, Call& call) { call.string(a.title); }),
           field<Article>("handle: String!", [](const Article& a, Call& call) { call.string(a.handle); }),
           field<Article>("body: HTML!", [](const Article& a, Call& call) { call.string(a.body); }),
           field<Article>("summary: HTML", [](const Article& a, Call& call) { call.string(a.summary); }),
           field<Article>("tags: [String!]!", [](const Article& a, Call& call) { call.strings(a.tags); }),
           field<Article>("author: ArticleAuthor",
                          [](const Article& a, Call& call) { call.value(a.author ? &a : nullptr); }),
           field<Article>("image: Image",
                          [](const Article& a, Call& call) { call.value(a.image ? &*a.image : nullptr); }),
           field<Article>(
               "blog: Blog!",
               [](const Article& a, Call& call) { call.value(call.context<Reading>().catalog.blogs().find(a.blog)); }),
           field<Article>("templateSuffix: String",
                          [](const Article& a, Call& call) { call.string(a.template_suffix); }),
           field<Article>("isPublished: Boolean!",
                          [](const Article& a, Call& call) { call.boolean(a.published(call.context<Reading>().now)); }),
           field<Article>("publishedAt: DateTime",
                          [](const Article& a, Call& call) { write_time(call, a.published_at); }),
           field<Article>("createdAt: DateTime!", [](const Article& a, Call& call) { write_time(call, a.created_at); }),
           field<Article>("updatedAt: DateTime", [](const Article& a, Call& call) { write_time(call, a.updated_at); }),
           field<Article>(kMetafield, [](const Article& a, Call& call) { answer_metafield(call, a.metafields); }),
           field<Article>(kMetafields, [](const Article& a, Call& call) { answer_metafields(call, a.metafields); })})
      .scope = kContentScope;
  builder.connection("Article");
}

}  // namespace

void add_blog(graphql::SchemaBuilder& builder) {
  add_blogs(builder);
  add_articles(builder);
}

std::vector<graphql::FieldSpec> blog_roots() {
  return {field<Reading>(
              "blog(id: ID!): Blog",
              [](const Reading& r, Call& call) {
                if (const auto id = id_argument(call, "id", "Blog")) call.value(r.catalog.blogs().find(*id));
              },
              kContentScope),
          field<Reading>(
              "blogs(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
              "sortKey: BlogSortKeys = ID): BlogConnection!",
              [](const Reading& r, Call& call) {
                const auto value = blog_order(call.arguments().text("sortKey", "ID"));
                answer_list(call, filtered(call, r.catalog.blogs().sorted(value), blog_search()), value, true);
              },
              kContentScope),
          field<Reading>(
              "blogsCount(limit: Int = 10000, query: String): Count",
              [](const Reading& r, Call& call) {
                write_count(call, filtered(call, r.catalog.blogs().sorted(nullptr), blog_search()).size(),
                            call.arguments().integer("limit", INT64_MAX));
              },
              kContentScope),
          field<Reading>(
              "article(id: ID!): Article",
              [](const Reading& r, Call& call) {
                if (const auto id = id_argument(call, "id", "Article")) call.value(r.catalog.articles().find(*id));
              },
              kContentScope),
          field<Reading>(
              "articles(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = "
              "false, sortKey: ArticleSortKeys = ID): ArticleConnection!",
              [](const Reading& r, Call& call) {
                const auto value = article_order(call.arguments().text("sortKey", "ID"));
                answer_list(call, filtered(call, r.catalog.articles().sorted(value), article_search()), value, true);
              },
              kContentScope)};
}

}  // namespace stoa::sandbox
