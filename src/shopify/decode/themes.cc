// Themes, without their files: those have calls of their own (shopify/themes.h), and so has their list, which knows
// neither a count nor a search.
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {

const KindRow kThemesRow{
    .scope = "read_themes",
    .page_size = 50,
    .root = "themes",
    .single = "theme",
    .count_root = {},
    .count_operation = {},
    .page_operation = "ThemesPage",
    .by_ids_operation = {},
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .sorted_by_time = false,
    .lists = {},
    .id_lists = {},
};

}  // namespace stoa::shopify
