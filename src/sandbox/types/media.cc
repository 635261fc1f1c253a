// Media and File, their four kinds, and Image.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;
using graphql::FieldSpec;

namespace {

constexpr std::array<std::string_view, 5> kTypes = {"MediaImage", "Video", "ExternalVideo", "Model3d", "GenericFile"};
constexpr std::string_view kFileScopes = "read_files read_images read_themes";
constexpr std::string_view kCdn = "https://cdn.shopify.com/";
constexpr std::array<std::string_view, 4> kContents = {"IMAGE", "VIDEO", "EXTERNAL_VIDEO", "MODEL_3D"};

std::string_view image_mime(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  return path.ends_with(".png")    ? "image/png"
         : path.ends_with(".webp") ? "image/webp"
         : path.ends_with(".gif")  ? "image/gif"
                                   : "image/jpeg";
}

// A video's two renditions.
struct Rendition {
  const Media* media;
  int height;
};

const Image* ready_image(const Media& media) { return media.ready && !media.failed ? &media.image : nullptr; }
// The picture that stands for it; a file has none.
const Image* preview_image(const Media& media) {
  return media.kind == Media::Kind::file ? nullptr : ready_image(media);
}
std::string_view status_of(const Media& media) {
  return media.failed ? "FAILED" : media.ready ? "READY" : "PROCESSING";
}

// What every kind of file answers alike, and the kind's own.
std::vector<FieldSpec> file_fields(std::vector<FieldSpec> own) {
  std::vector<FieldSpec> all = {
      field<Media>("id: ID!", [](const Media& m, Call& call) { call.string(gid(media_type(m), m.image.id)); }),
      field<Media>("alt: String", [](const Media& m, Call& call) { call.string(m.image.alt); }),
      field<Media>("fileStatus: FileStatus!", [](const Media& m, Call& call) { call.string(status_of(m)); }),
      field<Media>(
          "fileErrors: [FileError!]!",
          [](const Media& m, Call& call) { call.list(m.failed ? 1 : 0, [&](std::size_t) { call.value(&m); }); }),
      field<Media>("preview: MediaPreviewImage", [](const Media& m, Call& call) { call.value(&m); }),
      field<Media>("createdAt: DateTime!", [](const Media& m, Call& call) { write_time(call, m.created_at); }),
      field<Media>("updatedAt: DateTime!", [](const Media& m, Call& call) { write_time(call, m.updated_at); })};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

// What every kind of media answers besides.
std::vector<FieldSpec> media_fields(std::vector<FieldSpec> own) {
  auto all = file_fields(
      {field<Media>("mediaContentType: MediaContentType!",
                    [](const Media& m, Call& call) { call.string(kContents[static_cast<std::size_t>(m.kind)]); }),
       field<Media>("status: MediaStatus!", [](const Media& m, Call& call) { call.string(status_of(m)); }),
       field<Media>("mediaErrors: [MediaError!]!", [](const Media&, Call& call) { call.raw("[]"); })});
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

void add_sources(graphql::SchemaBuilder& builder) {
  builder.object(
      "VideoSource", {},
      {field<Rendition>("url: String!",
                        [](const Rendition& r, Call& call) {
                          write_url(call, fmt::format("{}?height={}", r.media->url, r.height));
                        }),
       field<Rendition>("mimeType: String!", [](const Rendition&, Call& call) { call.string("video/mp4"); }),
       field<Rendition>("format: String!", [](const Rendition&, Call& call) { call.string("mp4"); }),
       field<Rendition>("fileSize: Int", [](const Rendition& r, Call& call) { call.integer(r.height * 2000); }),
       field<Rendition>("width: Int!", [](const Rendition& r, Call& call) { call.integer(r.height * 16 / 9); }),
       field<Rendition>("height: Int!", [](const Rendition& r, Call& call) { call.integer(r.height); })});
  builder.object("Model3dSource", {},
                 {field<Media>("url: String!", [](const Media& m, Call& call) { write_url(call, m.url); }),
                  field<Media>("mimeType: String!", [](const Media&, Call& call) { call.string("model/gltf-binary"); }),
                  field<Media>("format: String!", [](const Media&, Call& call) { call.string("glb"); }),
                  field<Media>("filesize: Int!", [](const Media&, Call& call) { call.integer(1'234'567); })});
}

void add_image(graphql::SchemaBuilder& builder) {
  builder.object("Image", {},
                 {field<Image>("id: ID", [](const Image& i, Call& call) { call.string(gid("ImageSource", i.id)); }),
                  field<Image>("url: URL!", [](const Image& i, Call& call) { write_url(call, i.url); }),
                  field<Image>("altText: String", [](const Image& i, Call& call) { call.string(i.alt); }),
                  field<Image>("width: Int", [](const Image& i, Call& call) { call.integer(i.width); }),
                  field<Image>("height: Int", [](const Image& i, Call& call) { call.integer(i.height); })});
  builder.object("MediaPreviewImage", {},
                 {field<Media>("image: Image", [](const Media& m, Call& call) { call.value(preview_image(m)); }),
                  field<Media>("status: MediaPreviewImageStatus!",
                               [](const Media& m, Call& call) { call.string(status_of(m)); })});
}

std::string_view file_name(const Media& media) {
  const std::string_view url = media.url;
  return url.substr(url.rfind('/') + 1);
}

}  // namespace

std::string_view media_type(const Media& media) { return kTypes[static_cast<std::size_t>(media.kind)]; }

void add_media(graphql::SchemaBuilder& builder) {
  builder.enumeration("MediaContentType", "EXTERNAL_VIDEO IMAGE MODEL_3D VIDEO");
  for (const auto name : {"MediaStatus", "FileStatus", "MediaPreviewImageStatus"})
    builder.enumeration(name, "FAILED PROCESSING READY UPLOADED");
  builder.enumeration("MediaHost", "VIMEO YOUTUBE");
  builder.enumeration("ProductMediaSortKeys", "ID POSITION");
  builder.enumeration("FileErrorCode", "IMAGE_PROCESSING_FAILURE");
  builder.object(
      "FileError", {},
      {field<Media>("code: FileErrorCode!", [](const Media&, Call& call) { call.string("IMAGE_PROCESSING_FAILURE"); }),
       field<Media>("message: String!",
                    [](const Media&, Call& call) { call.string("Image could not be processed."); })});
  builder.object(
      "MediaError", {},
      {field<std::string>("message: String!", [](const std::string& text, Call& call) { call.string(text); })});
  add_sources(builder);
  add_image(builder);
  builder.interface("Media", {"id: ID!", "alt: String", "mediaContentType: MediaContentType!", "status: MediaStatus!",
                              "mediaErrors: [MediaError!]!", "preview: MediaPreviewImage"});
  builder.interface("File", {"id: ID!", "alt: String", "createdAt: DateTime!", "updatedAt: DateTime!",
                             "fileStatus: FileStatus!", "fileErrors: [FileError!]!", "preview: MediaPreviewImage"});
  const std::vector<std::string> interfaces = {"File", "Media", "Node"};
  builder.object(
      "MediaImage", interfaces,
      media_fields({field<Media>("image: Image", [](const Media& m, Call& call) { call.value(ready_image(m)); }),
                    field<Media>("mimeType: String",
                                 [](const Media& m, Call& call) { call.string(image_mime(m.image.url)); })}));
  builder.object(
      "Video", interfaces,
      media_fields({field<Media>("filename: String!", [](const Media& m, Call& call) { call.string(file_name(m)); }),
                    field<Media>("duration: Int", [](const Media& m, Call& call) { call.integer(m.duration_ms); }),
                    field<Media>("sources: [VideoSource!]!", [](const Media& m, Call& call) {
                      const std::array renditions = {Rendition{&m, 720}, Rendition{&m, 1080}};
                      call.list(renditions.size(), [&](std::size_t i) { call.value(&renditions[i]); });
                    })}));
  builder.object(
      "ExternalVideo", interfaces,
      media_fields(
          {field<Media>("host: MediaHost!", [](const Media&, Call& call) { call.string("YOUTUBE"); }),
           field<Media>("originUrl: URL!", [](const Media& m, Call& call) { call.string(m.url); }),
           field<Media>("embedUrl: URL!", [](const Media& m, Call& call) { call.string(m.url + "?autoplay=0"); })}));
  builder.object(
      "Model3d", interfaces,
      media_fields({field<Media>("filename: String!", [](const Media& m, Call& call) { call.string(file_name(m)); }),
                    field<Media>("sources: [Model3dSource!]!", [](const Media& m, Call& call) {
                      call.list(1, [&](std::size_t) { call.value(&m); });
                    })}));
  builder.object(
      "GenericFile", {"File", "Node"},
      file_fields({field<Media>("url: URL", [](const Media& m, Call& call) { write_url(call, m.url); }),
                   field<Media>("mimeType: String", [](const Media&, Call& call) { call.string("application/pdf"); }),
                   field<Media>("originalFileSize: Int", [](const Media&, Call& call) { call.integer(1'024); })}));
  builder.connection("Media");
  builder.enumeration("FileSortKeys", "CREATED_AT FILENAME ID ORIGINAL_UPLOAD_SIZE RELEVANCE UPDATED_AT");
  builder.connection("File");
}

void write_url(Call& call, std::string_view url) {
  if (!url.starts_with(kCdn)) return call.string(url);
  call.string(fmt::format("{}/cdn/{}", call.context<Reading>().base_url, url.substr(kCdn.size())));
}

void write_media(Call& call, const Media* media) {
  if (!media) return call.null();
  call.object({&call.context<Reading>().schema.known(media_type(*media)), media});
}

void answer_media(Call& call, const std::vector<const Media*>& all) {
  const bool by_id = call.arguments().text("sortKey") == "ID";
  std::vector<const Media*> items = all;
  if (by_id) std::ranges::sort(items, {}, [](const Media* media) { return media->image.id; });
  if (call.arguments().truth("reverse")) std::ranges::reverse(items);
  const auto& schema = call.context<Reading>().schema;
  Rows rows{.count = items.size(),
            .object = [&](std::size_t i) { return graphql::Object{&schema.known(media_type(*items[i])), items[i]}; },
            .id = [&](std::size_t i) { return items[i]->image.id; },
            .value = {}};
  answer_page(call, std::move(rows));
}

namespace {

const SearchFields<Media>& file_search() {
  static const SearchFields<Media> fields = {
      {"", [](const Media& m, const Term& t) { return file_name(m).contains(t.value); }},
      {"id", [](const Media& m, const Term& t) { return match_number(t, m.image.id); }},
      {"created_at", [](const Media& m, const Term& t) { return match_time(t, m.created_at); }},
      {"updated_at", [](const Media& m, const Term& t) { return match_time(t, m.updated_at); }},
      {"status", [](const Media& m, const Term& t) { return match_text(t, status_of(m)); }}};
  return fields;
}

// By id alone, whatever order is asked for.
void answer_files(Call& call, const Reading& reading) {
  const auto all = reading.catalog.files();
  auto items = filtered(call, std::span<const Media* const>(all), file_search());
  Rows rows{
      .count = items.size(),
      .object = [&](std::size_t i) { return graphql::Object{&reading.schema.known(media_type(*items[i])), items[i]}; },
      .id = [&](std::size_t i) { return items[i]->image.id; },
      .value = [](std::size_t) { return std::string(); },
      .descending = call.arguments().truth("reverse")};
  if (rows.descending) std::ranges::reverse(items);
  answer_page(call, std::move(rows));
}

}  // namespace

std::vector<FieldSpec> file_roots() {
  return {field<Reading>(
      "files(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
      "savedSearchId: ID, sortKey: FileSortKeys = ID): FileConnection!",
      [](const Reading& r, Call& call) { answer_files(call, r); }, kFileScopes)};
}

}  // namespace stoa::sandbox
