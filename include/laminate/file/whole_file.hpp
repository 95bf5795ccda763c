// SPDX-License-Identifier: MIT
#pragma once

// Whole files, read with a limit and written atomically.
// Needs C stdio, and on POSIX systems stat, realpath, fchmod and fsync.
// Promises that a failed or interrupted write leaves the old file as it was; that a failed one
// leaves no temporary file; and that every message names the file, the step and the reason.

#include <laminate/base/error.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#if defined(__unix__) || defined(__APPLE__)
#define LAMINATE_POSIX_FILES 1
#include <sys/stat.h>
#include <unistd.h>

#include "../base/compiler.hpp"
#else
#define LAMINATE_POSIX_FILES 0
#endif

namespace laminate::inline LAMINATE_ISA {
namespace detail {

// The system's reason for a failure, and what the user can do about the common ones.
inline std::string reason(int code) {
    std::string text = code == 0 ? "unknown reason" : std::strerror(code);
    switch (code) {
    case ENOENT:
        return text + ". Check the path";
    case EACCES:
        return text + ". Check the permissions of the file and its directory";
    case ENOSPC:
        return text + ". Free some disk space";
    case EFBIG:
        return text + ". Raise the limit on file sizes (ulimit -f)";
    default:
        return text;
    }
}

// A stdio stream that closes itself.
class stream {
public:
    stream() = default;
    stream(const std::string& path, const char* mode) : file_(std::fopen(path.c_str(), mode)) {}
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream() { (void)close(); }

    [[nodiscard]] std::FILE* get() const { return file_; }
    [[nodiscard]] bool is_open() const { return file_ != nullptr; }
    bool open(const std::string& path, const char* mode) {
        file_ = std::fopen(path.c_str(), mode);
        return is_open();
    }
    bool close() {
        const bool fine = !is_open() || std::fclose(file_) == 0;
        file_ = nullptr;
        return fine;
    }

private:
    std::FILE* file_ = nullptr;
};

// The file that a write replaces: the path behind symbolic links, and its permissions if it exists.
struct target {
    std::string path;
    std::optional<unsigned> mode;
};

// Refuses what a rename would destroy or can't replace: directories, devices, pipes.
inline result<target> find_target(const std::string& path) {
    target found{path, std::nullopt};
#if LAMINATE_POSIX_FILES
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return found; // a new file
    if (!S_ISREG(status.st_mode)) {
        return error{sentence(path, ": not written, because it is ",
                              S_ISDIR(status.st_mode) ? "a directory" : "not a regular file",
                              ". Give the path of a file")};
    }
    found.mode = static_cast<unsigned>(status.st_mode & 07777u);
    if (char* const resolved = ::realpath(path.c_str(), nullptr)) {
        found.path = resolved;
        std::free(resolved);
    }
#endif
    return found;
}

// A new file beside the target, removed again unless it was renamed to the target.
class temporary {
public:
    temporary() = default;
    temporary(const temporary&) = delete;
    temporary& operator=(const temporary&) = delete;
    ~temporary() {
        (void)stream_.close();
        if (!path_.empty()) (void)std::remove(path_.c_str());
    }

    // Exclusive creation: never somebody else's file, and never through a link. A name that is
    // taken belongs to a concurrent writer or to a crashed one.
    bool create_beside(const std::string& target) {
        for (int number = 0; number < 100; ++number) {
            const std::string candidate = sentence(target, ".", number, ".tmp");
            errno = 0;
            if (stream_.open(candidate, "wbx")) {
                path_ = candidate;
                return true;
            }
            if (errno != EEXIST) return false;
        }
        return false;
    }

    bool set_mode([[maybe_unused]] std::optional<unsigned> mode) {
#if LAMINATE_POSIX_FILES
        struct stat status {};
        const int descriptor = ::fileno(stream_.get());
        if (!mode) return true;
        if (::fstat(descriptor, &status) != 0) return false;
        if (static_cast<unsigned>(status.st_mode & 07777u) == *mode) return true;
        return ::fchmod(descriptor, static_cast<mode_t>(*mode)) == 0;
#else
        return true;
#endif
    }

    bool write(std::string_view bytes) {
        return std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) == bytes.size() &&
               std::fflush(stream_.get()) == 0;
    }

    // Until the bytes are on the disk, a rename could survive a power failure that they don't.
    bool synchronise() {
#if LAMINATE_POSIX_FILES
        int status = 0;
        do {
            status = ::fsync(::fileno(stream_.get()));
        } while (status != 0 && errno == EINTR);
        return status == 0;
#else
        return true;
#endif
    }

    bool close() { return stream_.close(); }

    bool rename_to(const std::string& target) {
        if (std::rename(path_.c_str(), target.c_str()) != 0) return false;
        path_.clear();
        return true;
    }

private:
    stream stream_;
    std::string path_;
};

} // namespace detail

// All bytes of a file, text or binary. A file of more than `limit` bytes is refused after reading
// that many; memory follows what was read, never what a file system claims.
[[nodiscard]] inline result<std::string> read_file(const std::string& path, std::size_t limit) {
    errno = 0;
    const detail::stream file(path, "rb");
    if (!file.is_open()) return error{sentence(path, ": can't be opened: ", detail::reason(errno))};

    std::string bytes;
    char chunk[1 << 14];
    std::size_t count = 0;
    do {
        count = std::fread(chunk, 1, sizeof chunk, file.get());
        if (count > limit - bytes.size()) {
            return error{sentence(path, ": larger than ", limit,
                                  " bytes, the most that is read. Is it the right file?")};
        }
        bytes.append(chunk, count);
    } while (count == sizeof chunk); // else the end, or an error
    if (std::ferror(file.get()) != 0) {
        if (errno == EISDIR)
            return error{sentence(path, ": is a directory. Give the path of a file")};
        return error{sentence(path, ": can't be read: ", detail::reason(errno))};
    }
    return bytes;
}

// Writes a file so that, at every moment, the path holds the old bytes or all of the new ones: a
// temporary file in the same directory is written, flushed to the disk and renamed. Permissions of
// an existing file are kept, symbolic links are followed. Returns nothing, or what failed and why.
[[nodiscard]] inline std::optional<error> write_file_atomically(const std::string& path,
                                                                std::string_view bytes) {
    const result<detail::target> target = detail::find_target(path);
    if (!target) return target.error();

    detail::temporary file;
    const auto failed = [&path](const char* step) {
        const int code = errno; // before anything else can change it
        return error{sentence(path, ": not written, because ", step,
                              " failed: ", detail::reason(code), ". Nothing was changed")};
    };
    errno = 0;
    if (!file.create_beside(target->path)) return failed("creating a temporary file beside it");
    if (!file.set_mode(target->mode)) return failed("giving the new file the old permissions");
    if (!file.write(bytes)) return failed("writing the temporary file");
    if (!file.synchronise()) return failed("flushing the temporary file to the disk");
    if (!file.close()) return failed("closing the temporary file");
    if (!file.rename_to(target->path)) return failed("renaming the temporary file");
    return std::nullopt;
}

} // namespace laminate::inline LAMINATE_ISA
