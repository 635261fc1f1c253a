// What a deployment's first answer decides: no server needed.
#include "storage/mongo/driver.h"

#include "storage/contract_test.h"

namespace stoa::storage::mongo {
namespace {

using ::testing::HasSubstr;

// An answer to `hello`: of a replica set's node, a mongos, or a standalone.
std::vector<std::uint8_t> hello(std::int32_t wire, std::string_view set, std::string_view msg = "") {
  BsonWriter answer;
  answer.boolean("isWritablePrimary", true).int32("minWireVersion", 0).int32("maxWireVersion", wire);
  if (!set.empty()) answer.utf8("setName", set);
  if (!msg.empty()) answer.utf8("msg", msg);
  const auto bytes = answer.finish();
  return {bytes.begin(), bytes.end()};
}

TEST(SuitableServer, IsMongoDb50OrNewerWithTransactions) {
  EXPECT_EQ(refusal(check_suitable("eu", hello(13, "rs0"))), "ok");
  EXPECT_EQ(refusal(check_suitable("eu", hello(17, "rs0"))), "ok");           // 6.0
  EXPECT_EQ(refusal(check_suitable("eu", hello(25, "", "isdbgrid"))), "ok");  // a mongos of 8.0
  EXPECT_EQ(refusal(check_suitable("eu", hello(12, "rs0"))), "invalid/storage-unsuitable");
  EXPECT_EQ(refusal(check_suitable("eu", hello(9, "", "isdbgrid"))), "invalid/storage-unsuitable");  // 4.4
  EXPECT_EQ(refusal(check_suitable("eu", hello(17, ""))), "invalid/storage-unsuitable");
  EXPECT_EQ(refusal(check_suitable("eu", BsonWriter().finish())), "invalid/storage-unsuitable");
}

TEST(SuitableServer, ARefusalNamesTheCellTheReasonAndTheFix) {
  EXPECT_THAT(check_suitable("eu", hello(9, "rs0")).error().what,
              AllOf(HasSubstr("cell eu"), HasSubstr("older than 5.0"), HasSubstr("version 9"), HasSubstr("upgrade")));
  EXPECT_THAT(check_suitable("eu", hello(17, "")).error().what,
              AllOf(HasSubstr("cell eu"), HasSubstr("standalone"), HasSubstr("--replSet")));
}

}  // namespace
}  // namespace stoa::storage::mongo
