# Run by partmark_embed_assets(): writes HEADER from the files of FOLDER.
file(GLOB files ${FOLDER}/*)
list(SORT files)
list(LENGTH files count)

set(entries "")
foreach(path IN LISTS files)
  get_filename_component(name ${path} NAME)
  get_filename_component(extension ${path} LAST_EXT)
  if(extension STREQUAL ".css")
    set(type "text/css; charset=utf-8")
  elseif(extension STREQUAL ".js")
    set(type "text/javascript; charset=utf-8")
  elseif(extension STREQUAL ".svg")
    set(type "image/svg+xml")
  else()
    message(FATAL_ERROR "${path}: .css, .js or .svg was expected")
  endif()
  file(READ ${path} text)
  string(FIND "${text}" ")asset\"" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${path}: contains the literal's delimiter )asset\"")
  endif()
  file(SHA256 ${path} hash)
  string(SUBSTRING ${hash} 0 16 tag)
  string(APPEND entries "    asset{\"/${name}\", \"${type}\", R\"(\"${tag}\")\", R\"asset(${text})asset\"},\n")
endforeach()

file(WRITE ${HEADER} "// Generated from the files of lib/status/assets/ when the project is built.
#pragma once

#include \"status/asset.hpp\"

#include <array>

namespace partmark {

inline constexpr std::array<asset, ${count}> assets{{
${entries}}};

}  // namespace partmark
")
