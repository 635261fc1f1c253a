// Media and File, their four kinds, and Image.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;
using graphql::FieldSpec;

namespace {

constexpr std::array<std::string_view, 4> kTypes = {"MediaImage", "Video", "ExternalVideo", "Model3d"};
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

const Image* ready_image(const Media& media) { return media.ready ? &media.image : nullptr; }

// What every kind of media answers alike, and the kind's own.
std::vector<FieldSpec> media_fields(std::vector<FieldSpec> own) {
  std::vector<FieldSpec> all = {
      field<Media>("id: ID!", [](const Media& m, Call& call) { call.string(gid(media_type(m), m.image.id)); }),
      field<Media>("alt: String", [](const Media& m, Call& call) { call.string(m.image.alt); }),
      field<Media>("mediaContentType: MediaContentType!",
                   [](const Media& m, Call& call) { call.string(kContents[static_cast<std::size_t>(m.kind)]); }),
      field<Media>("status: MediaStatus!",
                   [](const Media& m, Call& call) { call.string(m.ready ? "READY" : "PROCESSING"); }),
      field<Media>("fileStatus: FileStatus!",
                   [](const Media& m, Call& call) { call.string(m.ready ? "READY" : "PROCESSING"); }),
      field<Media>("fileErrors: [FileError!]!", [](const Media&, Call& call) { call.raw("[]"); }),
      field<Media>("mediaErrors: [MediaError!]!", [](const Media&, Call& call) { call.raw("[]"); }),
      field<Media>("preview: MediaPreviewImage", [](const Media& m, Call& call) { call.value(&m); }),
      field<Media>("createdAt: DateTime!", [](const Media& m, Call& call) { write_time(call, m.created_at); }),
      field<Media>("updatedAt: DateTime!", [](const Media& m, Call& call) { write_time(call, m.updated_at); })};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

void add_sources(graphql::SchemaBuilder& builder) {
  builder.object(
      "VideoSource", {},
      {field<Rendition>(
           "url: String!",
           [](const Rendition& r, Call& call) { call.string(fmt::format("{}?height={}", r.media->url, r.height)); }),
       field<Rendition>("mimeType: String!", [](const Rendition&, Call& call) { call.string("video/mp4"); }),
       field<Rendition>("format: String!", [](const Rendition&, Call& call) { call.string("mp4"); }),
       field<Rendition>("fileSize: Int", [](const Rendition& r, Call& call) { call.integer(r.height * 2000); }),
       field<Rendition>("width: Int!", [](const Rendition& r, Call& call) { call.integer(r.height * 16 / 9); }),
       field<Rendition>("height: Int!", [](const Rendition& r, Call& call) { call.integer(r.height); })});
  builder.object("Model3dSource", {},
                 {field<Media>("url: String!", [](const Media& m, Call& call) { call.string(m.url); }),
                  field<Media>("mimeType: String!", [](const Media&, Call& call) { call.string("model/gltf-binary"); }),
                  field<Media>("format: String!", [](const Media&, Call& call) { call.string("glb"); }),
                  field<Media>("filesize: Int!", [](const Media&, Call& call) { call.integer(1'234'567); })});
}

void add_image(graphql::SchemaBuilder& builder) {
  builder.object("Image", {},
                 {field<Image>("id: ID", [](const Image& i, Call& call) { call.string(gid("ImageSource", i.id)); }),
                  field<Image>("url: URL!", [](const Image& i, Call& call) { call.string(i.url); }),
                  field<Image>("altText: String", [](const Image& i, Call& call) { call.string(i.alt); }),
                  field<Image>("width: Int", [](const Image& i, Call& call) { call.integer(i.width); }),
                  field<Image>("height: Int", [](const Image& i, Call& call) { call.integer(i.height); })});
  builder.object("MediaPreviewImage", {},
                 {field<Media>("image: Image", [](const Media& m, Call& call) { call.value(ready_image(m)); }),
                  field<Media>("status: MediaPreviewImageStatus!",
                               [](const Media& m, Call& call) { call.string(m.ready ? "READY" : "PROCESSING"); })});
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
  for (const auto name : {"FileError", "MediaError"})
    builder.object(
        name, {},
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
  builder.connection("Media");
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

}  // namespace stoa::sandbox
