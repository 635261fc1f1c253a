// Blogs, articles and pages in REST shape (blogs.json), as rest.h takes products. What REST lacks has members of its
// own: `metafields`.
#pragma once

#include "base/json.h"
#include "sandbox/catalog.h"

namespace stoa::sandbox {

// Changes what `json` names and leaves the rest. invalid: names the member.
Result<void> apply_blog(Catalog& catalog, Blog& blog, const json::Object& json, Time now);
// `blog_id` names its blog, which must be there.
Result<void> apply_article(Catalog& catalog, Article& article, const json::Object& json, Time now);
Result<void> apply_page(Catalog& catalog, Page& page, const json::Object& json, Time now);
// `items` [{title, type, url, resource_id, tags, items}] replaces the ones that were there.
Result<void> apply_menu(Catalog& catalog, Menu& menu, const json::Object& json, Time now);
// `type` is that of a definition of the shop; `fields` [{key, type, value}], `status` ACTIVE or DRAFT.
Result<void> apply_metaobject(Catalog& catalog, Metaobject& metaobject, const json::Object& json, Time now);
// {"blogs":[{…, "articles":[…]}]} or the list alone: in place of all that were there, times and ids as given.
Result<void> load_blogs(Catalog& catalog, const json::Value& blogs, Time now);

}  // namespace stoa::sandbox
