// How one mirrored kind is asked of Shopify and read: a row of names. A new kind is one file that fills a row, one line
// in kinds.cc, and its documents.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json_flatten.h"
#include "base/result.h"
#include "model/kind.h"

namespace stoa::shopify {

// A nested list of the kind's documents, or of objects in them. Those that a document has as a member are in every one,
// if only as [].
struct ListRow {
  std::string_view name;       // where it stands: "variants", or deeper, "discount.codes", which not every document has
  std::string_view operation;  // that reads on: "ProductVariants"
  // Of a list that an object inside the document has: that object's gid type, and where the operation answers it.
  std::string_view owner_type = {};  // "ProductVariant"
  std::string_view single = {};      // "productVariant"
};

struct KindRow {
  std::string_view scope;             // "read_products"
  std::string_view other_scope = {};  // one that will do instead
  std::string_view also_scope = {};   // one that it needs besides
  std::size_t page_size;
  std::string_view root;        // the list in `data` of page_operation: "products"
  std::string_view single;      // the object in `data` of a list's operation: "product"
  std::string_view count_root;  // "productsCount"
  std::string_view count_operation, page_operation, by_ids_operation;  // no count: Shopify has none of this kind
  // The same two, which also tell whether each object is published in one publication; empty: the kind has none.
  std::string_view page_in_publication_operation, by_ids_in_publication_operation;
  // Of a kind whose objects are listed type by type: the list of the types, and the operation that has it.
  std::string_view types_root = {}, types_operation = {};
  bool sorted_by_time = true;  // whether the list can be sorted by UPDATED_AT
  std::span<const ListRow> lists;
  std::span<const std::string_view> id_lists;  // of these, the ones kept as arrays of ids
  // Puts a flattened document into its stored order, by its member `arranged`, whose raw text in `body` is given.
  // corrupt: a shape that cannot be. Empty, null: such a document stays as it came.
  std::string_view arranged = {};
  Result<void> (*arrange)(std::string& body, std::string_view member) = nullptr;
};

// One per file in decode/.
extern const KindRow kProductsRow;
extern const KindRow kCollectionsRow;
extern const KindRow kThemesRow;
extern const KindRow kBlogsRow;
extern const KindRow kArticlesRow;
extern const KindRow kDiscountsRow;
extern const KindRow kFilesRow;
extern const KindRow kPagesRow;
extern const KindRow kMenusRow;
extern const KindRow kMetaobjectsRow;

const KindRow& kind_row(model::Kind kind);

}  // namespace stoa::shopify
