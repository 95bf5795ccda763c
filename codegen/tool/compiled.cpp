// SPDX-License-Identifier: MIT
#include "compiled.hpp"

#include <laminate/model/file.hpp>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "generate.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace laminate::codegen::tool {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

#if defined(__unix__) || defined(__APPLE__)

class temporary_directory {
public:
    temporary_directory() {
        std::string pattern = (fs::temp_directory_path() / "laminate.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            raise(error{sentence(pattern, ": no temporary directory: ", detail::reason(errno),
                                 ". Set TMPDIR, or say --no-compile")});
        path_ = pattern;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

private:
    fs::path path_;
};

// Runs a command without a shell, its messages in `log`; its exit code, or -1 if it didn't start.
int run_command(const std::vector<std::string>& words, const std::string& log) {
    std::vector<char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = 0;
    const int failure =
        ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failure != 0 || ::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void compile(const temporary_directory& folder, const std::string& library) {
    std::vector<std::string> words;
    std::istringstream command(compiler_command());
    for (std::string word; command >> word;)
        words.push_back(word);
    for (const char* flag : {"-std=c++17", "-O1", "-shared", "-fPIC", "-o"})
        words.emplace_back(flag);
    words.insert(words.end(), {library, folder.file("network.cpp")});
    const std::string log = folder.file("log");
    const int code = run_command(words, log);
    if (code == 0) return;
    if (code < 0 || code == 127)
        raise(error{sentence("expected a C++ compiler to compile the generated source with, but ",
                             quote(words[0]), " doesn't start. Set CXX, or say --no-compile")});
    const result<std::string> messages = read_file(log, 1u << 20);
    throw own_mistake("the generated source doesn't compile with " + compiler_command() + ":\n" +
                      (messages ? messages->substr(0, 2000) : ""));
}

// A loaded library, for as long as the object lives.
class shared_library {
public:
    explicit shared_library(const std::string& path)
        : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr)
            throw own_mistake(sentence("the compiled source doesn't load: ", ::dlerror()));
    }
    shared_library(const shared_library&) = delete;
    shared_library& operator=(const shared_library&) = delete;
    ~shared_library() { ::dlclose(handle_); }

    template <class Function>
    Function* find(const char* name) const {
        void* const found = ::dlsym(handle_, name);
        if (found == nullptr)
            throw own_mistake(sentence("the compiled source has no function ", name));
        return reinterpret_cast<Function*>(found);
    }

private:
    void* handle_;
};

#endif

} // namespace

std::string compiler_command() {
    const std::string compiler = variable("CXX");
    const std::string flags = variable("CXXFLAGS");
    return (compiler.empty() ? "c++" : compiler) + (flags.empty() ? "" : " " + flags);
}

std::vector<float> run_compiled(const planned& network, std::span<const float> rows) {
#if defined(__unix__) || defined(__APPLE__)
    const temporary_directory folder;
    write_options options;
    options.directory = folder.path();
    options.c_interface = true;
    write_network(network, "network", options);
    const std::string library = folder.file("network.so");
    compile(folder, library);

    const shared_library loaded(library);
    const auto infer_batch =
        loaded.find<void(const float*, float*, std::size_t)>("network_infer_batch");
    const std::size_t count = rows.size() / network.plan().inputs();
    std::vector<float> out(count * network.plan().outputs());
    infer_batch(rows.data(), out.data(), count);
    return out;
#else
    (void)network;
    (void)rows;
    raise(error{"compiled sources can be loaded on POSIX systems only. Say --no-compile"});
#endif
}

} // namespace laminate::codegen::tool
