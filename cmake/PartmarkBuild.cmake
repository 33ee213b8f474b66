# How every target of this project is compiled, and the two functions that make one.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(PARTMARK_WERROR "Treat warnings as errors" OFF)
set(PARTMARK_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, for example address,undefined")

# Assertions stay on in every build: a broken assumption must stop the daemon, not mark a partition.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

find_program(PARTMARK_CCACHE ccache)
if(PARTMARK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PARTMARK_CCACHE})
endif()

if(PARTMARK_SANITIZE)
  add_compile_options(-fsanitize=${PARTMARK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PARTMARK_SANITIZE})
endif()

function(partmark_target_settings target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
  # g++ 12 sees overlapping copies where it inlines "text" + std::string (GCC bug 105329).
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict> $<$<BOOL:${PARTMARK_WERROR}>:-Werror>)
endfunction()

# partmark_library(core DEPENDS …): every .cpp of the current folder, as the library partmark_core.
function(partmark_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp *.hpp)
  add_library(partmark_${name} STATIC ${sources})
  set_target_properties(partmark_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(partmark_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
  partmark_target_settings(partmark_${name})
endfunction()

# partmark_program(partmarkd DEPENDS …): every .cpp of the current folder, as an executable.
function(partmark_program name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp *.hpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  partmark_target_settings(${name})
endfunction()
