// How a registration or a change is refused: one value with HTTP's status, and the ways to make it. Pure, but for the
// log.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "storage/records.h"
#include "tenant/ask_shop.h"
#include "tenant/fields.h"

namespace stoa::tenant {

// Why a request was refused. `status` is HTTP's: 409, 422 or 503.
struct Refusal {
  int status = 422;
  std::string code, detail;
  std::vector<Fault> faults;
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<storage::JobRecord> job;  // that is in the way
};
template <class T>
using Outcome = std::expected<T, Refusal>;

std::unexpected<Refusal> refuse(int status, std::string code, std::string detail, std::vector<Fault> faults = {});
// 422 with every fault.
std::unexpected<Refusal> refuse_fields(std::vector<Fault> faults);
// Storage said no: its own conflicts, no-room and storage-denied keep their name, the rest is "not now".
std::unexpected<Refusal> storage_refusal(const Error& error);
// The shop said no, or nothing in time. `url_field` is the field that named it.
Refusal from_shop(const ShopRefusal& refusal, const ShopQuestion& question, const char* url_field);
// The field of the credentials that were refused.
std::string credential_pointer(const Credentials& credentials);

}  // namespace stoa::tenant
