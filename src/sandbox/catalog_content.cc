// The catalogue's blogs, articles, pages, menus, metaobjects and discounts.
#include "sandbox/catalog.h"

namespace stoa::sandbox {

Blog& Catalog::put(std::unique_ptr<Blog> blog) {
  index_.reset();
  return blogs_.put(std::move(blog));
}

Article& Catalog::put(std::unique_ptr<Article> article) {
  STOA_CHECK(blogs_.find(article->blog) != nullptr, "an article is put into a blog that is there");
  index_.reset();
  return articles_.put(std::move(article));
}

Discount& Catalog::put(std::unique_ptr<Discount> discount) {
  index_.reset();
  return discounts_.put(std::move(discount));
}

void Catalog::touch_blog(std::int64_t id, Time now) {
  Blog* blog = blogs_.find(id);
  if (blog == nullptr) return;
  blog->updated_at = moved(blog->updated_at.value_or(blog->created_at), now);
  blogs_.touch();
}

Result<const Blog*> Catalog::change_blog(std::int64_t id, Time now, const std::function<Result<void>(Blog&)>& how) {
  Blog* blog = blogs_.find(id);
  if (!blog) return fail(Code::not_found, "blog: no blog {}", id);
  Blog draft = *blog;
  STOA_TRY(how(draft));
  index_.reset();
  *blog = std::move(draft);
  touch_blog(id, now);
  return blog;
}

Result<const Article*> Catalog::change_article(std::int64_t id, Time now,
                                               const std::function<Result<void>(Article&)>& how) {
  Article* article = articles_.find(id);
  if (!article) return fail(Code::not_found, "article: no article {}", id);
  Article draft = *article;
  STOA_TRY(how(draft));
  draft.updated_at = moved(article->updated_at.value_or(article->created_at), now);
  index_.reset();
  *article = std::move(draft);
  articles_.touch();
  touch_blog(article->blog, now);
  return article;
}

Result<const Discount*> Catalog::change_discount(std::int64_t id, Time now,
                                                 const std::function<Result<void>(Discount&)>& how) {
  Discount* discount = discounts_.find(id);
  if (!discount) return fail(Code::not_found, "discount: no discount {}", id);
  Discount draft = *discount;
  STOA_TRY(how(draft));
  if (draft.automatic != discount->automatic)
    return fail(Code::invalid, "discount: automatic: a discount stays what it is, make another one");
  draft.updated_at = moved(discount->updated_at, now);
  index_.reset();
  *discount = std::move(draft);
  discounts_.touch();
  return discount;
}

Page& Catalog::put(std::unique_ptr<Page> page) {
  index_.reset();
  return pages_.put(std::move(page));
}

Result<const Page*> Catalog::change_page(std::int64_t id, Time now, const std::function<Result<void>(Page&)>& how) {
  Page* page = pages_.find(id);
  if (!page) return fail(Code::not_found, "page: no page {}", id);
  Page draft = *page;
  STOA_TRY(how(draft));
  draft.updated_at = moved(page->updated_at, now);
  index_.reset();
  *page = std::move(draft);
  pages_.touch();
  return page;
}

Result<const Menu*> Catalog::change_menu(std::int64_t id, Time now, const std::function<Result<void>(Menu&)>& how) {
  Menu* menu = menus_.find(id);
  if (!menu) return fail(Code::not_found, "menu: no menu {}", id);
  Menu draft = *menu;
  STOA_TRY(how(draft));
  draft.updated_at = moved(menu->updated_at, now);
  *menu = std::move(draft);
  menus_.touch();
  return menu;
}

Result<const Metaobject*> Catalog::change_metaobject(std::int64_t id, Time now,
                                                     const std::function<Result<void>(Metaobject&)>& how) {
  Metaobject* metaobject = metaobjects_.find(id);
  if (!metaobject) return fail(Code::not_found, "metaobject: no metaobject {}", id);
  Metaobject draft = *metaobject;
  STOA_TRY(how(draft));
  draft.updated_at = moved(metaobject->updated_at, now);
  *metaobject = std::move(draft);
  metaobjects_.touch();
  return metaobject;
}

bool Catalog::erase_page(std::int64_t id) {
  index_.reset();
  return pages_.erase(id);
}

bool Catalog::erase_discount(std::int64_t id) {
  index_.reset();
  return discounts_.erase(id);
}

bool Catalog::erase_blog(std::int64_t id) {
  index_.reset();
  std::vector<std::int64_t> gone;
  for (const Article* article : articles_.sorted(nullptr))
    if (article->blog == id) gone.push_back(article->id);
  for (const auto each : gone) articles_.erase(each);
  return blogs_.erase(id);
}

bool Catalog::erase_article(std::int64_t id) {
  index_.reset();
  return articles_.erase(id);
}

void Catalog::clear_blogs() {
  std::vector<std::int64_t> gone;
  for (const Blog* blog : blogs_.sorted(nullptr)) gone.push_back(blog->id);
  for (const auto each : gone) erase_blog(each);
}

}  // namespace stoa::sandbox
