// The routes that api/ serves to everyone, one function per group. Called once, by Service's constructor.
#pragma once

namespace stoa::api {

class Service;

void add_problem_routes(Service& service);
void add_store_routes(Service& service);
void add_product_routes(Service& service);
void add_collection_routes(Service& service);
void add_blog_routes(Service& service);
void add_article_routes(Service& service);
void add_media_routes(Service& service);
void add_discount_routes(Service& service);
void add_page_routes(Service& service);
void add_menu_routes(Service& service);
void add_metaobject_routes(Service& service);
void add_theme_routes(Service& service);

}  // namespace stoa::api
