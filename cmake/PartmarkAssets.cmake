# Files of the status page as C++ string literals, made at build time (GCC 12 has no #embed).
#
# partmark_embed_assets(partmark_status FOLDER assets) gives the target the header "embedded/assets.hpp" with
#   namespace partmark { inline constexpr std::array<asset, N> assets; }
# one for every file of the folder, with an ETag of its content.
function(partmark_embed_assets target)
  cmake_parse_arguments(ARG "" "FOLDER" "" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER})
  set(include_root ${CMAKE_CURRENT_BINARY_DIR}/embedded_root)
  set(header ${include_root}/embedded/assets.hpp)
  set(writer ${PROJECT_SOURCE_DIR}/cmake/WriteAssetsHeader.cmake)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${folder} -D HEADER=${header} -P ${writer}
    DEPENDS ${files} ${writer}
    COMMENT "Embedding ${ARG_FOLDER}"
    VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${include_root})
endfunction()
