# Run by partmark_embed_sql(): writes HEADER from the NNN_name.sql files of FOLDER.
file(GLOB scripts ${FOLDER}/*.sql)
list(SORT scripts)
list(LENGTH scripts count)
if(count EQUAL 0)
  message(FATAL_ERROR "${FOLDER}: no .sql file")
endif()

set(entries "")
set(expected 0)
foreach(script IN LISTS scripts)
  math(EXPR expected "${expected} + 1")
  get_filename_component(stem ${script} NAME_WLE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9])_[a-z0-9_]+$")
    message(FATAL_ERROR "${script}: a name like 001_initial.sql was expected")
  endif()
  # "1001" and back: CMake would read a leading zero as octal.
  math(EXPR number "1${CMAKE_MATCH_1} - 1000")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${script}: number ${expected} was expected; migrations count from 001 without gaps")
  endif()
  file(READ ${script} text)
  string(FIND "${text}" ")sql\"" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${script}: contains the literal's delimiter )sql\"")
  endif()
  string(APPEND entries "    partmark::sqlite::migration{\"${stem}\", R\"sql(${text})sql\"},\n")
endforeach()

file(WRITE ${HEADER} "// Generated from the scripts of sql/${NAME}/ when the project is built.
#pragma once

#include \"sqlite/migrations.hpp\"

#include <array>

namespace partmark::sql {

inline constexpr std::array<partmark::sqlite::migration, ${count}> ${NAME}_migrations{
${entries}};

}  // namespace partmark::sql
")
