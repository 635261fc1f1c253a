# One place for compiler flags: warnings are errors, sanitizers by preset, hardening in release.
set(STOA_SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
                    -Werror -fno-omit-frame-pointer -fdiagnostics-color=auto)
# ccache can only keep what uses a precompiled header when the preprocessor names it.
add_compile_options(-fpch-preprocess)
# GCC 12 reports false positives from inside libstdc++ and Boost with these two.
add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
# Designated initialisers name what they set; the rest has defaults.
add_compile_options(-Wno-missing-field-initializers)
# Asio and Beast: no deprecated interfaces, exceptions caught at the fence.
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ALLOW_DEPRECATED_HEADERS)

if(STOA_SANITIZE)
  add_compile_options(-fsanitize=${STOA_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${STOA_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2> _GLIBCXX_ASSERTIONS)
  add_compile_options(-fPIE)
  add_link_options(-pie -Wl,-z,relro,-z,now -Wl,--as-needed)
endif()
