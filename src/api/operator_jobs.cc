// Jobs: list, one, cancel, confirm a refused sweep, and their progress as server-sent events.
#include "api/operator_body.h"
#include "api/operator_views.h"

namespace stoa::api {
namespace {

http::Response list_jobs(const OperatorDeps& deps, const Context& context) {
  static constexpr std::array<std::string_view, 7> kStates{"queued", "running", "waiting",  "succeeded",
                                                           "failed", "partial", "cancelled"};
  ParamReader params(context.request.query);
  storage::JobQuery query{.limit = params.limit()};
  query.after = after_key(params);
  query.store = params.text("store").value_or("");
  const auto state = params.one_of("state", kStates);
  if (auto problem = params.problem()) return problem_answer(*problem, context);
  if (!state.empty()) query.state = storage::job_state_from(state);
  if (query.store.find('.') != std::string::npos) {
    const auto store = deps.registry.resolve({.shop_domain = query.store});
    if (!store) return error_answer(store.error(), context);
    query.store = (*store)->key().str();
  }
  const auto limit = query.limit++;  // one more tells whether there is a next page
  const auto jobs = deps.registry.jobs(query);
  if (!jobs) return error_answer(jobs.error(), context);
  json::Array items;
  for (std::size_t i = 0; i < std::min(limit, jobs->size()); ++i) items.push_back(job_view((*jobs)[i]));
  std::string normal = fmt::format("limit={}", limit);
  if (!query.store.empty()) normal += "&store=" + query.store;
  if (!state.empty()) normal += "&state=" + state;
  return list_answer("/api/jobs", normal, items, limit,
                     jobs->size() > limit ? std::optional((*jobs)[limit - 1].id) : std::nullopt);
}

http::Response get_job(const OperatorDeps& deps, const Context& context) {
  const auto job = deps.registry.job(context.params["id"]);
  if (!job) return error_answer(job.error(), context);
  return json_answer(200, job_view(*job));
}

http::Response cancel_job(const OperatorDeps& deps, const Context& context) {
  const auto job = deps.registry.job(context.params["id"]);
  if (!job) return error_answer(job.error(), context);
  if (ended(job->state))
    return problem_answer(job_conflict("job-ended", fmt::format("the job has ended: {}", to_string(job->state)), *job),
                          context);
  if (job->type == "remove")
    return problem_answer(job_conflict("not-cancellable", "a removal cannot be cancelled", *job), context);
  const auto cancelled = deps.registry.request_cancel(job->id);
  if (!cancelled) return error_answer(cancelled.error(), context);
  deps.wake_sync();
  return json_answer(202, job_view(*cancelled));
}

// Allows the refused sweep of exactly the number that was refused, and takes the job up again at its sweep.
http::Response confirm_job(const OperatorDeps& deps, const Context& context) {
  const auto body = json_body(context.request);
  if (!body) return problem_answer(body.error(), context);
  auto job = deps.registry.job(context.params["id"]);
  if (!job) return error_answer(job.error(), context);
  std::vector<tenant::Fault> faults;
  const auto kind = model::kind_from(json::string_or(*body, "kind"));
  const auto deletes = json::int_or(*body, "deletes", -1);
  if (!kind) faults.push_back({"/kind", "want the kind whose sweep was refused, such as products"});
  if (deletes < 1) faults.push_back({"/deletes", "want the number of documents that the sweep would delete"});
  for (const auto& [name, value] : *body)
    if (name != "kind" && name != "deletes")
      faults.push_back({tenant::pointer_to(name), "unknown field: kind and deletes are known"});
  if (!faults.empty()) return problem_answer(fields_problem(std::move(faults)), context);
  const auto progress = std::find_if(job->kinds.begin(), job->kinds.end(),
                                     [&](const auto& entry) { return entry.kind == *kind && entry.sweep_refused; });
  if (progress == job->kinds.end())
    return problem_answer(job_conflict("no-refused-sweep", "this job has no refused sweep of that kind", *job),
                          context);
  if (progress->would_delete != deletes)
    return problem_answer(
        job_conflict("count-differs", fmt::format("the sweep would delete {}, not {}", progress->would_delete, deletes),
                     *job),
        context);
  const auto store = deps.registry.resolve({.client_key = job->store.str()});
  if (!store) return error_answer(store.error(), context);
  const auto pass = (*store)->pass(job->id, *kind);
  if (!pass) return error_answer(pass.error(), context);
  if (!*pass)
    return problem_answer(job_conflict("superseded", "a later sync has made this sweep void: see that one", *job),
                          context);
  auto confirmed = deps.registry.confirm_sweep(job->id, *kind, deletes);
  if (!confirmed) return error_answer(confirmed.error(), context);
  if (ended(confirmed->state)) {
    confirmed->state = storage::JobState::queued;
    confirmed->finished_at.reset();
    if (const auto queued = deps.registry.update_job(*confirmed); !queued) return error_answer(queued.error(), context);
  }
  deps.wake_sync();
  return json_answer(202, job_view(*confirmed));
}

std::string event_text(std::string_view name, std::int64_t id, const storage::JobRecord& job) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, name, json::write(job_view(job)));
}

// Reads the job once a second; `progress` when it has changed, `finished` when it has ended, a comment now and then to
// keep the line open.
http::Response job_events(const OperatorDeps& deps, const Context& context) {
  const auto job = deps.registry.job(context.params["id"]);
  if (!job) return error_answer(job.error(), context);
  struct State {
    std::string id, shown;
    std::int64_t number = 0;
    int silent = 0;
    bool over = false;
  };
  http::Response response;
  response.header("Content-Type", "text/event-stream").header("Cache-Control", "no-store");
  response.stream = http::Stream{
      .next = [&deps, state = std::make_shared<State>(State{.id = job->id})]() -> std::optional<std::string> {
        if (state->over) return std::nullopt;
        const auto now = deps.registry.job(state->id);
        if (!now) {
          state->over = now.error().code == Code::not_found;
          return ": the job cannot be read\n\n";
        }
        auto text = json::write(job_view(*now));
        if (ended(now->state)) {
          state->over = true;
          return event_text("finished", ++state->number, *now);
        }
        if (text == state->shown) return ++state->silent % 15 == 0 ? ": still here\n\n" : "";
        state->shown = std::move(text);
        state->silent = 0;
        return event_text("progress", ++state->number, *now);
      }};
  return response;
}

}  // namespace

void add_job_routes(Service& service, const OperatorDeps& deps) {
  using enum http::Method;
  service.add_operator(get, "/api/jobs", bound(deps, list_jobs), {.parameters = true});
  service.add_operator(get, "/api/jobs/{id}", bound(deps, get_job));
  service.add_operator(get, "/api/jobs/{id}/events", bound(deps, job_events));
  service.add_operator(post, "/api/jobs/{id}/cancel", bound(deps, cancel_job));
  service.add_operator(post, "/api/jobs/{id}/confirm", bound(deps, confirm_job));
}

}  // namespace stoa::api
