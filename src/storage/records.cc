#include "storage/records.h"

#include <array>

#include "base/text.h"

namespace stoa::storage {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<StoreState, 6> kStoreStates{{{StoreState::active, "active"},
                                             {StoreState::paused, "paused"},
                                             {StoreState::auth_failed, "authFailed"},
                                             {StoreState::suspended, "suspended"},
                                             {StoreState::uninstalled, "uninstalled"},
                                             {StoreState::deleting, "deleting"}}};
constexpr Names<JobState, 7> kJobStates{{{JobState::queued, "queued"},
                                         {JobState::running, "running"},
                                         {JobState::waiting, "waiting"},
                                         {JobState::succeeded, "succeeded"},
                                         {JobState::failed, "failed"},
                                         {JobState::partial, "partial"},
                                         {JobState::cancelled, "cancelled"}}};
constexpr Names<KindState, 6> kKindStates{{{KindState::waiting, "waiting"},
                                           {KindState::fetching, "fetching"},
                                           {KindState::writing, "writing"},
                                           {KindState::done, "done"},
                                           {KindState::failed, "failed"},
                                           {KindState::not_permitted, "notPermitted"}}};

template <class Enum, std::size_t N>
std::string_view name_in(const Names<Enum, N>& names, Enum value) {
  for (const auto& [known, name] : names)
    if (known == value) return name;
  return "unknown";
}
template <class Enum, std::size_t N>
std::optional<Enum> value_in(const Names<Enum, N>& names, std::string_view text) {
  for (const auto& [known, name] : names)
    if (name == text) return known;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(StoreState state) { return name_in(kStoreStates, state); }
std::optional<StoreState> store_state_from(std::string_view name) { return value_in(kStoreStates, name); }
std::string_view to_string(JobState state) { return name_in(kJobStates, state); }
std::optional<JobState> job_state_from(std::string_view name) { return value_in(kJobStates, name); }
std::string_view to_string(KindState state) { return name_in(kKindStates, state); }
std::optional<KindState> kind_state_from(std::string_view name) { return value_in(kKindStates, name); }

std::string ClientRecord::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::string new_job_id(Time created_at, Random& random) {
  return fmt::format("job_{:014x}{}", micros(created_at), random.hex(4));
}

}  // namespace stoa::storage
