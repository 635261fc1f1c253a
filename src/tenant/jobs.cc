#include "tenant/jobs.h"

#include "base/crypto.h"
#include "base/text.h"

namespace stoa::tenant {
namespace {

storage::JobRecord new_job(const ClientKey& store, std::string type, const Clock& clock, Random& random) {
  const auto now = clock.wall();
  storage::JobRecord job;
  job.id = storage::new_job_id(now, random);
  job.store = store;
  job.type = std::move(type);
  job.created_at = now;
  return job;
}

}  // namespace

storage::JobRecord sync_job(const ClientKey& store, const SyncRequest& request, const Clock& clock, Random& random) {
  auto job = new_job(store, "sync", clock, random);
  job.wanted = request.kinds;
  job.ids = request.ids;
  job.mode = request.mode;
  std::vector<std::string_view> names;
  for (const auto kind : request.kinds) {
    names.push_back(to_string(kind));
    job.kinds.push_back({.kind = kind});
  }
  job.work = fmt::format("sync:{}:{}", request.mode, fmt::join(names, ","));
  if (!request.ids.empty())
    job.work += fmt::format(":{}", to_hex(sha256(fmt::format("{}", fmt::join(request.ids, ",")))));
  return job;
}

storage::JobRecord remove_job(const ClientKey& store, const Clock& clock, Random& random) {
  auto job = new_job(store, "remove", clock, random);
  job.work = "remove";
  return job;
}

}  // namespace stoa::tenant
