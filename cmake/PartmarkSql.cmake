# SQL scripts as C++ string literals, made at build time (GCC 12 has no #embed).
#
# partmark_embed_sql(partmark_journal FOLDER sql/journal) gives the target the header "sql/journal_migrations.hpp" with
#   namespace partmark::sql { inline constexpr std::array<partmark::sqlite::migration, N> journal_migrations; }
# every sql/journal/NNN_name.sql in order. A gap or a repeated number stops the build: a file's schema version is its position.
function(partmark_embed_sql target)
  cmake_parse_arguments(ARG "" "FOLDER" "" ${ARGN})
  get_filename_component(name ${ARG_FOLDER} NAME)
  set(include_root ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(header ${include_root}/sql/${name}_migrations.hpp)
  set(writer ${PROJECT_SOURCE_DIR}/cmake/WriteSqlHeader.cmake)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${ARG_FOLDER}/*.sql)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${PROJECT_SOURCE_DIR}/${ARG_FOLDER} -D NAME=${name} -D HEADER=${header} -P ${writer}
    DEPENDS ${scripts} ${writer}
    COMMENT "Embedding ${ARG_FOLDER}"
    VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PUBLIC ${include_root})
endfunction()
