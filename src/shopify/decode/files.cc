// The files library, which product media are part of. Images of collections and articles are no files: sync/ takes them
// from the documents that have them.
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {

const KindRow kFilesRow{
    .scope = "read_files",
    .other_scope = "read_themes",
    // 250 cost 68 points, and at most some 0.5 MB.
    .page_size = 250,
    .root = "files",
    .single = {},
    .count_root = {},  // Shopify does not count files
    .count_operation = {},
    .page_operation = "FilesPage",
    .by_ids_operation = "FilesByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    // Where a file is used changes without its updatedAt.
    .sorted_by_time = false,
    .lists = {},
    .id_lists = {},
};

}  // namespace stoa::shopify
