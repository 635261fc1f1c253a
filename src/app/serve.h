// What serve and demo share: stop signals, limits, and the configuration.
#pragma once

#include <signal.h>

#include <map>
#include <string>

#include "app/config.h"

namespace stoa::app {

// Blocks SIGTERM and SIGINT for this thread and those it starts, so that one sigwait() gets them.
sigset_t block_stop_signals();
// Raises the file limit, loads and starts the log.
Result<Loaded> load_for_serving(const std::map<std::string, std::string>& flags, const std::string& file);

}  // namespace stoa::app
