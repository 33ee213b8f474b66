# A .deb of what `cmake --install` installs (script/package). The configuration is not part of it: it is the administrator's, the sample lies
# among the documents, and the unit waits for the real one.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME partmark)
set(CPACK_PACKAGE_CONTACT "partmark maintainers <maintainers@partmark.dev>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "keeps a metrics platform's partition marks true to a completion journal")
set(CPACK_PACKAGE_DESCRIPTION "Jobs that build materialized tables leave completion records in a local SQLite
journal. partmarkd folds them into contiguous success and failed ranges for
each plan and tells the metrics platform (Aloudata CAN) until it has heard and
agreed, across crashes, lost replies and outages of any length. partmark
writes records and shows what the daemon makes of them.")
set(CPACK_SET_DESTDIR ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, sqlite3")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
# Debian wants these compressed, without a time in them so that the same source makes the same package.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/DebianDocuments.cmake)
set(CPACK_PARTMARK_SOURCE ${PROJECT_SOURCE_DIR})
include(CPack)
