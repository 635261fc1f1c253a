// The other half of image_worker.h: what the child process does. The only code that loads libvips, by dlopen, so that
// neither the server nor any other command ever has it in its address space.
#pragma once

#include <string_view>

namespace stoa::media {

// The first argument of the hidden command; then: width, format ("same" is none), most pixels, address space in bytes,
// CPU seconds.
inline constexpr std::string_view kImageChild = "__image-worker";

// How a child ends when nothing kills it.
enum class ChildExit : int { done = 0, usage = 2, broken = 20, pixels = 21, no_libvips = 22, no_room = 23 };

// Reads the image from stdin, writes the result to stdout; both are files. Never returns to a caller that goes on:
// its answer is the process's exit status.
int image_child(int count, const char* const* arguments);

}  // namespace stoa::media
