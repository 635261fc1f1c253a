#include "sandbox/rest_content.h"

#include "sandbox/rest_members.h"

namespace stoa::sandbox {
namespace {

// "commentable" of REST.
std::string_view comment_policy(std::string_view commentable) {
  return commentable == "yes" ? "AUTO_PUBLISHED" : commentable == "moderate" ? "MODERATED" : "CLOSED";
}

// The object of a list's element, with its own id or a new one.
template <class T>
std::unique_ptr<T> made(Catalog& catalog, const json::Object& json, Time now) {
  auto object = std::make_unique<T>();
  object->id = own_id(json);
  if (object->id == 0) object->id = catalog.next_id();
  object->created_at = now;
  object->updated_at = now;
  return object;
}

void read_items(Members& in, Catalog& catalog, std::vector<MenuItem>& out) {
  if (in.find("items")) out.clear();
  in.objects("items", [&](Members& each) {
    MenuItem item{.id = catalog.next_id(), .title = {}, .url = {}, .resource = {}, .tags = {}, .items = {}};
    each.text("title", item.title);
    each.constant("type", item.type, kMenuItemTypes);
    each.text("url", item.url);
    each.text("resource_id", item.resource);
    read_tags(each, item.tags);
    read_items(each, catalog, item.items);
    out.push_back(std::move(item));
  });
}

}  // namespace

Result<void> apply_blog(Catalog& catalog, Blog& blog, const json::Object& json, Time now) {
  Members in(json, "blog");
  in.text("title", blog.title);
  in.text("handle", blog.handle);
  in.text("template_suffix", blog.template_suffix);
  in.text("feedburner", blog.feed_path);
  in.text("feedburner_location", blog.feed_location);
  std::string commentable;
  in.text("commentable", commentable);
  if (!commentable.empty()) blog.comment_policy = comment_policy(commentable);
  in.time("created_at", blog.created_at);
  in.time("updated_at", blog.updated_at);
  read_metafields(in, catalog, blog.metafields, "BLOG", now);
  STOA_TRY(in.done());
  if (blog.handle.empty()) blog.handle = fmt::format("blog-{}", blog.id);
  return {};
}

Result<void> apply_article(Catalog& catalog, Article& article, const json::Object& json, Time now) {
  Members in(json, "article");
  in.number("blog_id", article.blog);
  in.text("title", article.title);
  in.text("handle", article.handle);
  in.text("body_html", article.body);
  in.text("summary_html", article.summary);
  in.text("author", article.author);
  in.text("template_suffix", article.template_suffix);
  in.time("published_at", article.published_at);
  in.time("created_at", article.created_at);
  in.time("updated_at", article.updated_at);
  read_tags(in, article.tags);
  read_image(in, article.image, article.id);
  read_metafields(in, catalog, article.metafields, "ARTICLE", now);
  STOA_TRY(in.done());
  if (!catalog.blogs().find(article.blog))
    return fail(Code::invalid, "article: blog_id: {}, wanted the id of a blog of the shop", article.blog);
  if (article.handle.empty()) article.handle = fmt::format("article-{}", article.id);
  return {};
}

Result<void> apply_page(Catalog& catalog, Page& page, const json::Object& json, Time now) {
  Members in(json, "page");
  in.text("title", page.title);
  in.text("handle", page.handle);
  in.text("body_html", page.body);
  in.text("template_suffix", page.template_suffix);
  in.time("published_at", page.published_at);
  read_metafields(in, catalog, page.metafields, "PAGE", now);
  STOA_TRY(in.done());
  if (page.handle.empty()) page.handle = fmt::format("page-{}", page.id);
  return {};
}

Result<void> apply_menu(Catalog& catalog, Menu& menu, const json::Object& json, Time) {
  Members in(json, "menu");
  in.text("title", menu.title);
  in.text("handle", menu.handle);
  read_items(in, catalog, menu.items);
  STOA_TRY(in.done());
  if (menu.handle.empty()) menu.handle = fmt::format("menu-{}", menu.id);
  return {};
}

Result<void> apply_metaobject(Catalog& catalog, Metaobject& metaobject, const json::Object& json, Time) {
  Members in(json, "metaobject");
  in.text("type", metaobject.type);
  in.text("handle", metaobject.handle);
  in.text("title", metaobject.title);
  std::string status = metaobject.draft ? "DRAFT" : "ACTIVE";
  in.text("status", status);
  metaobject.draft = status == "DRAFT";
  if (in.find("fields")) metaobject.fields.clear();
  in.objects("fields", [&](Members& each) {
    Metaobject::Field field;
    each.text("key", field.key);
    each.text("type", field.type);
    each.text("value", field.value);
    metaobject.fields.push_back(std::move(field));
  });
  STOA_TRY(in.done());
  const auto& known = catalog.info().metaobject_definitions;
  if (std::ranges::find(known, metaobject.type, &MetaobjectDefinition::type) == known.end())
    return fail(Code::invalid, "metaobject: type: '{}', wanted that of a definition of the shop", metaobject.type);
  if (metaobject.handle.empty()) metaobject.handle = fmt::format("metaobject-{}", metaobject.id);
  return {};
}

Result<void> load_blogs(Catalog& catalog, const json::Value& blogs, Time now) {
  STOA_TRY_ASSIGN(const json::Array* list, list_of(blogs, "blogs"));
  catalog.clear_blogs();
  for (const auto& item : *list) {
    if (!item.is_object()) return fail(Code::invalid, "sandbox: blogs: an element is no object");
    const auto& json = item.get_object();
    auto blog = made<Blog>(catalog, json, now);
    STOA_TRY(apply_blog(catalog, *blog, json, now));
    const auto id = catalog.put(std::move(blog)).id;
    const auto* articles = json.if_contains("articles");
    if (!articles) continue;
    if (!articles->is_array()) return fail(Code::invalid, "sandbox: articles: not a list");
    for (const auto& each : articles->get_array()) {
      if (!each.is_object()) return fail(Code::invalid, "sandbox: articles: an element is no object");
      auto article = made<Article>(catalog, each.get_object(), now);
      article->blog = id;
      STOA_TRY(apply_article(catalog, *article, each.get_object(), now));
      catalog.put(std::move(article));
    }
  }
  return {};
}

}  // namespace stoa::sandbox
