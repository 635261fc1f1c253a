// Menus with their items, which are plain lists, three levels deep at most.
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

Result<void> arrange(std::string&, std::string_view items) {
  if (!items.starts_with('[')) return fail(Code::corrupt, "shopify: a menu without its items");
  return {};
}

}  // namespace

const KindRow kMenusRow{
    .scope = "read_online_store_navigation",
    .page_size = 54,
    .root = "menus",
    .single = "menu",
    .count_root = {},  // Shopify does not count them
    .count_operation = {},
    .page_operation = "MenusPage",
    .by_ids_operation = "MenusByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .sorted_by_time = false,  // a menu tells no time: an incremental pass could not be told from the last one
    .lists = {},
    .id_lists = {},
    .arranged = "items",
    .arrange = arrange,
};

}  // namespace stoa::shopify
