// SQLite's view of a disk: its own unix VFS, with every call told to the disk first. Syncs are not carried out: only the disk's books
// matter.
#include "disk.hpp"

#include <sqlite3.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <utility>

namespace partmark::testing {
namespace {

disk* the_disk = nullptr;
sqlite3_vfs* below = nullptr;
int last_errno = 0;

struct shim_file {
  sqlite3_file base;
  std::string* path;  // of SQLite's own files; owned
  bool syncs_folder;  // a log or journal that may be new: unix syncs its directory at its first sync
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

shim_file& shim(sqlite3_file* f) { return *reinterpret_cast<shim_file*>(f); }
sqlite3_file* real(sqlite3_file* f) { return shim(f).real(); }

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path(); }

// SQLite's code, or SQLITE_OK to go on.
int ask(io_kind kind, const std::string& path, int general_code) {
  const auto failure = the_disk->ask(kind, path);
  if (!failure) return SQLITE_OK;
  last_errno = failure->system_errno;
  return failure->code == SQLITE_IOERR ? general_code : failure->code;
}
int ask(io_kind kind, sqlite3_file* f, int general_code) { return ask(kind, *shim(f).path, general_code); }

int close_file(sqlite3_file* f) {
  const int code = real(f)->pMethods->xClose(real(f));
  delete shim(f).path;
  return code;
}

int read_file(sqlite3_file* f, void* into, int size, sqlite3_int64 at) {
  const auto failure = the_disk->ask(io_kind::read, *shim(f).path);
  if (!failure) return real(f)->pMethods->xRead(real(f), into, size, at);
  last_errno = failure->system_errno;
  if (failure->half_done) {
    real(f)->pMethods->xRead(real(f), into, size, at);
    std::memset(static_cast<char*>(into) + size / 2, 0, static_cast<std::size_t>(size - size / 2));
  }
  return failure->code == SQLITE_IOERR ? SQLITE_IOERR_READ : failure->code;
}

int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const auto failure = the_disk->ask(io_kind::write, *shim(f).path);
  const int length = !failure ? size : failure->half_done ? size / 2 : 0;
  if (length > 0) {
    const int code = real(f)->pMethods->xWrite(real(f), from, length, at);
    if (code != SQLITE_OK) return code;
    the_disk->wrote(*shim(f).path, at, std::string(static_cast<const char*>(from), static_cast<std::size_t>(length)));
  }
  if (!failure) return SQLITE_OK;
  last_errno = failure->system_errno;
  return failure->code == SQLITE_IOERR ? SQLITE_IOERR_WRITE : failure->code;
}

int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  if (const int code = ask(io_kind::truncate, f, SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) return code;
  const int code = real(f)->pMethods->xTruncate(real(f), size);
  if (code == SQLITE_OK) the_disk->truncated(*shim(f).path, size);
  return code;
}

int sync_file(sqlite3_file* f, int /*flags*/) {
  if (const int code = ask(io_kind::sync, f, SQLITE_IOERR_FSYNC); code != SQLITE_OK) return code;
  the_disk->synced(*shim(f).path);
  if (std::exchange(shim(f).syncs_folder, false)) the_disk->synced_folder(folder_of(*shim(f).path));
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* f, sqlite3_int64* size) {
  if (const int code = ask(io_kind::size, f, SQLITE_IOERR_FSTAT); code != SQLITE_OK) return code;
  return real(f)->pMethods->xFileSize(real(f), size);
}

int lock_file(sqlite3_file* f, int level) {
  if (const int code = ask(io_kind::lock, f, SQLITE_IOERR_LOCK); code != SQLITE_OK) return code;
  return real(f)->pMethods->xLock(real(f), level);
}
int unlock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_reserved(sqlite3_file* f, int* held) { return real(f)->pMethods->xCheckReservedLock(real(f), held); }
int control_file(sqlite3_file* f, int what, void* with) { return real(f)->pMethods->xFileControl(real(f), what, with); }
int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int device_characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }

int map_shared(sqlite3_file* f, int region, int size, int extend, void volatile** at) {
  if (const int code = ask(io_kind::shared_map, f, SQLITE_IOERR_SHMMAP); code != SQLITE_OK) return code;
  return real(f)->pMethods->xShmMap(real(f), region, size, extend, at);
}
int lock_shared(sqlite3_file* f, int first, int count, int flags) {
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;  // letting go never fails
  if (locks)
    if (const int code = ask(io_kind::shared_lock, f, SQLITE_IOERR_SHMLOCK); code != SQLITE_OK) return code;
  return real(f)->pMethods->xShmLock(real(f), first, count, flags);
}
void order_shared(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int unmap_shared(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

constexpr sqlite3_io_methods methods = {2,
                                        close_file,
                                        read_file,
                                        write_file,
                                        truncate_file,
                                        sync_file,
                                        size_of_file,
                                        lock_file,
                                        unlock_file,
                                        check_reserved,
                                        control_file,
                                        sector_size,
                                        device_characteristics,
                                        map_shared,
                                        lock_shared,
                                        order_shared,
                                        unmap_shared,
                                        nullptr,
                                        nullptr};

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  f->pMethods = nullptr;
  const std::string path = name != nullptr ? name : "";
  if (const int code = ask(io_kind::open, path, SQLITE_CANTOPEN); code != SQLITE_OK) return code;
  const int code = below->xOpen(below, name, real(f), flags, out_flags);
  if (code != SQLITE_OK) return code;
  shim(f).path = new std::string(path);
  constexpr int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
  shim(f).syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & logs) != 0;
  f->pMethods = &methods;
  the_disk->opened(path);
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs* /*vfs*/, const char* name, int sync_folder) {
  if (const int code = ask(io_kind::remove, name, SQLITE_IOERR_DELETE); code != SQLITE_OK) return code;
  const int code = below->xDelete(below, name, 0);
  if (code != SQLITE_OK) return code;
  the_disk->removed(name);
  if (sync_folder != 0) the_disk->synced_folder(folder_of(name));
  return code;
}

int find_file(sqlite3_vfs* /*vfs*/, const char* name, int flags, int* found) { return below->xAccess(below, name, flags, found); }
int full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* into) { return below->xFullPathname(below, name, size, into); }
int get_last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*into*/) {
  return last_errno != 0 ? std::exchange(last_errno, 0) : below->xGetLastError(below, 0, nullptr);
}
int random_bytes(sqlite3_vfs* /*vfs*/, int size, char* into) { return below->xRandomness(below, size, into); }
int sleep_for(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }
int current_time(sqlite3_vfs* /*vfs*/, double* days) { return below->xCurrentTime(below, days); }
int current_time_64(sqlite3_vfs* /*vfs*/, sqlite3_int64* at) { return below->xCurrentTimeInt64(below, at); }

sqlite3_vfs own{};

}  // namespace

disk* disk_in_use() { return the_disk; }

void use_disk(disk* d) {
  the_disk = d;
  if (below == nullptr) {
    below = sqlite3_vfs_find(nullptr);
    own.iVersion = 2;
    own.szOsFile = static_cast<int>(sizeof(shim_file)) + below->szOsFile;
    own.mxPathname = below->mxPathname;
    own.zName = "partmark_test_disk";
    own.xOpen = open_file;
    own.xDelete = remove_file;
    own.xAccess = find_file;
    own.xFullPathname = full_path;
    own.xRandomness = random_bytes;
    own.xSleep = sleep_for;
    own.xCurrentTime = current_time;
    own.xGetLastError = get_last_error;
    own.xCurrentTimeInt64 = current_time_64;
  }
  if (d != nullptr)
    sqlite3_vfs_register(&own, 1);
  else
    sqlite3_vfs_unregister(&own);
}

}  // namespace partmark::testing
