// SPDX-License-Identifier: MIT
// Files are read whole, and written whole or not at all.

#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <laminate/file/safetensors.hpp>
#include <laminate/file/whole_file.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#if defined(__unix__)
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace fs = std::filesystem;
namespace lam = laminate;
using laminate::test::contains;
using laminate::test::content;
using laminate::test::scratch_directory;

TEST_CASE("files are read whole, up to a limit", "[file]") {
    const scratch_directory directory;
    const std::string path = directory / "bytes";
    std::string bytes(100'000, 'x');
    bytes[50'000] = '\0';
    REQUIRE(lam::write_file_atomically(path, bytes) == std::nullopt);
    CHECK(lam::read_file(path, 100'000).value() == bytes);
    CHECK_THAT(lam::read_file(path, 99'999).error().message,
               contains("bytes: larger than 99999 bytes, the most that is read"));

    CHECK_THAT(lam::read_safetensors(directory / "absent").error().message,
               contains("absent: can't be opened: No such file or directory. Check the path"));
    CHECK_THAT(lam::read_safetensors(directory.path()).error().message,
               contains(directory.path() + ": is a directory. Give the path of a file"));
    REQUIRE(lam::write_file_atomically(path, "") == std::nullopt);
    CHECK(content(path).empty());
    CHECK_THAT(lam::read_safetensors(path).error().message,
               contains("bytes: expected a safetensors"));
}

#if defined(__unix__)

TEST_CASE("a written file replaces the old one, or nothing happens", "[file]") {
    const scratch_directory directory;
    const std::string path = directory / "net";
    REQUIRE(lam::write_file_atomically(path, "old") == std::nullopt);
    const auto unchanged = [&] {
        return content(path) == "old" && directory.names() == std::vector<std::string>{"net"};
    };
    REQUIRE(unchanged());

    SECTION("permissions are kept") {
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
        REQUIRE(lam::write_file_atomically(path, "new") == std::nullopt);
        CHECK(content(path) == "new");
        CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
        CHECK(directory.names().size() == 1);
    }
    SECTION("a link is followed") {
        fs::create_symlink("net", directory / "link");
        REQUIRE(lam::write_file_atomically(directory / "link", "new") == std::nullopt);
        CHECK(fs::is_symlink(directory / "link"));
        CHECK(content(path) == "new");
        CHECK(directory.names().size() == 2);
    }
    SECTION("another writer's temporary file is left alone") {
        REQUIRE(lam::write_file_atomically(path + ".0.tmp", "theirs") == std::nullopt);
        REQUIRE(lam::write_file_atomically(path, "new") == std::nullopt);
        CHECK(content(path) == "new");
        CHECK(content(path + ".0.tmp") == "theirs");
        CHECK(directory.names().size() == 2);
    }
    SECTION("all temporary names are taken") {
        for (int i = 0; i < 100; ++i) {
            REQUIRE_FALSE(lam::write_file_atomically(path + "." + std::to_string(i) + ".tmp", ""));
        }
        const auto why = lam::write_file_atomically(path, "new");
        REQUIRE(why);
        CHECK_THAT(why->message,
                   contains("creating a temporary file beside it failed: File exists"));
        CHECK(content(path) == "old");
        CHECK(directory.names().size() == 101);
    }
    SECTION("a full disk (here: the limit on file sizes)") {
        rlimit before{};
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
        const rlimit small{4096, before.rlim_max};
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        // Fails in fwrite, and, when it fits the stream's buffer, in a later step.
        const auto large = lam::write_file_atomically(path, std::string(100'000, 'x'));
        const auto slightly = lam::write_file_atomically(path, std::string(4097, 'x'));
        const auto fitting =
            lam::write_file_atomically(directory / "other", std::string(4096, 'x'));
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        std::signal(SIGXFSZ, handler);
        for (const auto& why : {large, slightly}) {
            REQUIRE(why);
            CHECK_THAT(why->message,
                       contains("net: not written, because writing the temporary file "
                                "failed: File too large. Raise the limit"));
            CHECK_THAT(why->message, contains("Nothing was changed"));
        }
        CHECK_FALSE(fitting);
        fs::remove(directory / "other");
        CHECK(unchanged());
    }
    SECTION("a directory without permission") {
        REQUIRE(::chmod(directory.path().c_str(), 0555) == 0);
        const bool root = ::geteuid() == 0; // whom permissions don't stop
        if (root) REQUIRE(::seteuid(65534) == 0);
        const auto why = lam::write_file_atomically(path, "new");
        if (root) REQUIRE(::seteuid(0) == 0);
        REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
        REQUIRE(why);
        CHECK_THAT(why->message, contains("creating a temporary file beside it failed: Permission "
                                          "denied. Check the permissions"));
        CHECK(unchanged());
    }
    SECTION("a missing directory") {
        const auto why = lam::write_file_atomically(directory / "absent/net", "new");
        REQUIRE(why);
        CHECK_THAT(why->message,
                   contains("creating a temporary file beside it failed: No such file"));
        CHECK(unchanged());
    }
    SECTION("a failed rename") {
        const fs::path here = fs::current_path();
        fs::current_path(directory.path());
        const auto why = lam::write_file_atomically("", "new");
        fs::current_path(here);
        REQUIRE(why);
        CHECK_THAT(why->message, contains("renaming the temporary file failed: No such file"));
        CHECK(unchanged());
    }
    SECTION("a directory, a pipe") {
        CHECK_THAT(lam::write_file_atomically(directory.path(), "new").value().message,
                   contains("not written, because it is a directory"));
        // Not a real device: where the check is broken, the test would replace it.
        const std::string pipe = directory / "pipe";
        REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
        CHECK_THAT(lam::write_file_atomically(pipe, "new").value().message,
                   contains("pipe: not written, because it is not a regular file"));
        CHECK(fs::is_fifo(pipe));
        fs::remove(pipe);
        CHECK(unchanged());
    }
}

#endif
