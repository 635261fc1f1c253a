// Real answers of a development store (../../shared/data, see its README.md), against a second, slower reading of the
// same rules.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/json_flatten.h"
#include "base/json_text.h"

namespace stoa::shopify {
namespace {

const std::filesystem::path kRecorded = "/work/shared/data/draft-proxy/harry-test-heelo";

// What flattening means, said with a tree of values.
json::Value reference(const json::Value& value, bool as_member) {
  if (const auto* array = value.if_array()) {
    json::Array out;
    for (const auto& each : *array) out.push_back(reference(each, false));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  std::size_t plumbing = 0;
  for (const auto* key : {"nodes", "edges", "pageInfo"}) plumbing += object->count(key);
  const auto* nodes = object->if_contains("nodes");
  const auto* edges = object->if_contains("edges");
  const auto* items = nodes ? nodes : edges;
  if (as_member && plumbing == object->size() && items && items->is_array() && !(nodes && edges)) {
    json::Array out;
    for (const auto& each : items->get_array()) out.push_back(reference(nodes ? each : each.at("node"), false));
    return out;
  }
  json::Object out;
  for (const auto& [key, member] : *object) out[key] = reference(member, true);
  return out;
}

// Every object named `data` or that holds a product, anywhere in a recording.
void collect(const json::Value& value, std::vector<const json::Value*>& into) {
  if (const auto* array = value.if_array())
    for (const auto& each : *array) collect(each, into);
  const auto* object = value.if_object();
  if (!object) return;
  if (const auto* data = object->if_contains("data"); data && data->is_object()) into.push_back(data);
  for (const auto& member : *object) collect(member.value(), into);
}

TEST(Recorded, EveryAnswerFlattensToTheSameValues) {
  if (!std::filesystem::exists(kRecorded)) GTEST_SKIP() << "no recorded answers at " << kRecorded;
  std::size_t answers = 0, connections = 0, without_cursor = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRecorded)) {
    if (entry.path().extension() != ".json" || entry.file_size() > 200'000) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const auto recording = json::parse(text.str(), 256);
    ASSERT_TRUE(recording) << entry.path() << recording.error().what;
    std::vector<const json::Value*> found;
    collect(*recording, found);
    for (const auto* data : found) {
      const auto raw = json::write(*data);
      json::Reader reader;
      const auto flat = reader.flatten(raw);
      // A few of these queries, unlike ours, ask whether there is more but not where.
      if (!flat && flat.error().what.ends_with("without an endCursor") && ++without_cursor < 20) continue;
      ASSERT_TRUE(flat) << entry.path() << ": " << flat.error().what;
      EXPECT_EQ(*json::parse(flat->text, 256), reference(*data, false)) << entry.path();
      EXPECT_EQ(reader.flatten(flat->text)->text, flat->text) << entry.path();
      connections += raw.size() != flat->text.size();
      ++answers;
    }
  }
  EXPECT_GT(answers, 500u);
  EXPECT_GT(connections, 100u);
}

}  // namespace
}  // namespace stoa::shopify
