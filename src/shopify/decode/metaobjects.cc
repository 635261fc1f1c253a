// Metaobjects of all types, each with what its definition lets storefronts read.
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

Result<void> arrange(std::string&, std::string_view fields) {
  if (!fields.starts_with('[')) return fail(Code::corrupt, "shopify: a metaobject without its fields");
  return {};
}

}  // namespace

const KindRow kMetaobjectsRow{
    .scope = "read_metaobjects",
    .also_scope = "read_metaobject_definitions",
    .page_size = 54,
    .root = "metaobjects",
    .single = "metaobject",
    .count_root = {},
    .count_operation = {},
    .page_operation = "MetaobjectsPage",
    .by_ids_operation = "MetaobjectsByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .types_root = "metaobjectDefinitions",
    .types_operation = "MetaobjectTypes",
    .sorted_by_time = true,
    .lists = {},
    .id_lists = {},
    .arranged = "fields",
    .arrange = arrange,
};

}  // namespace stoa::shopify
