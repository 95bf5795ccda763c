// SPDX-License-Identifier: MIT
#include "command.hpp"

#include <laminate/base/error.hpp>
#include <laminate/file/whole_file.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <list>
#include <sstream>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace laminate::codegen {

std::string environment(const char* variable) {
    const char* const value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

std::vector<std::string> words_of(const std::string& command) {
    std::vector<std::string> words;
    std::istringstream stream(command);
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

#if defined(__unix__) || defined(__APPLE__)

namespace {

constexpr std::array<int, 3> ending_signals = {SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, ending_signals.size()> before = {}; // what was set for each
std::atomic<int> folders = 0;
volatile std::sig_atomic_t caught = 0;
std::array<std::atomic<pid_t>, 8> running = {}; // 0 where no command runs
static_assert(std::atomic<pid_t>::is_always_lock_free, "a signal's handler reads the list");

extern "C" void end_commands(int signal) {
    caught = signal;
    for (const std::atomic<pid_t>& child : running)
        if (const pid_t group = child; group > 0) ::kill(-group, SIGTERM);
}

void catch_signals() {
    if (folders++ > 0) return;
    struct sigaction action = {};
    action.sa_handler = end_commands;
    for (std::size_t i = 0; i < ending_signals.size(); ++i) {
        ::sigaction(ending_signals[i], nullptr, &before[i]);
        if (before[i].sa_handler != SIG_IGN) // nohup stays nohup
            ::sigaction(ending_signals[i], &action, nullptr);
    }
}

void release_signals() {
    if (--folders > 0) return;
    for (std::size_t i = 0; i < ending_signals.size(); ++i)
        ::sigaction(ending_signals[i], &before[i], nullptr);
    if (caught != 0) std::raise(caught);
}

// A child that the handler knows of for as long as it runs, with its own children as a group: a
// compiler is several programs.
class child_process {
public:
    child_process(const std::vector<std::string>& words,
                  const posix_spawn_file_actions_t* actions) {
        std::vector<char*> arguments;
        arguments.reserve(words.size() + 1);
        for (const std::string& word : words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        pid_t id = 0;
        posix_spawnattr_t as_group;
        ::posix_spawnattr_init(&as_group);
        ::posix_spawnattr_setflags(&as_group, POSIX_SPAWN_SETPGROUP);
        const int failure =
            ::posix_spawnp(&id, arguments[0], actions, &as_group, arguments.data(), environ);
        ::posix_spawnattr_destroy(&as_group);
        if (failure != 0) return;
        id_ = id;
        for (std::atomic<pid_t>& place : running) {
            pid_t nobody = 0;
            if (!place.compare_exchange_strong(nobody, id)) continue;
            place_ = &place;
            break;
        }
        if (caught != 0) ::kill(-id, SIGTERM); // it came before the child was on the list
    }
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process() { wait(); }

    ending wait() {
        if (id_ == 0) return {};
        int status = 0;
        pid_t found = 0;
        do
            found = ::waitpid(id_, &status, 0);
        while (found < 0 && errno == EINTR);
        if (place_ != nullptr) *place_ = 0;
        id_ = 0;
        if (found < 0) return {};
        if (WIFSIGNALED(status)) return {std::nullopt, WTERMSIG(status)};
        const int code = WEXITSTATUS(status);
        return code == 127 ? ending{} : ending{code, std::nullopt}; // posix_spawnp may say so
    }

private:
    pid_t id_ = 0;
    std::atomic<pid_t>* place_ = nullptr;
};

// Where its output goes.
class file_actions {
public:
    file_actions() { ::posix_spawn_file_actions_init(&actions_); }
    file_actions(const file_actions&) = delete;
    file_actions& operator=(const file_actions&) = delete;
    ~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }
    posix_spawn_file_actions_t* get() { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

ending ended(child_process& child) {
    const ending end = child.wait();
    if (caught != 0) raise(error{sentence("stopped by signal ", static_cast<int>(caught))});
    return end;
}

} // namespace

temporary_directory::temporary_directory(std::string_view otherwise) {
    const std::string chosen = environment("TMPDIR");
    std::string pattern = sentence(chosen.empty() ? "/tmp" : chosen, "/laminate.XXXXXX");
    catch_signals();
    if (::mkdtemp(pattern.data()) == nullptr) {
        const int why = errno;
        release_signals();
        raise(error{sentence(pattern, ": no temporary directory: ", detail::reason(why),
                             ". Set TMPDIR", otherwise)});
    }
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    // Again, where a compiler that was just ended has made one more file.
    std::error_code ignored;
    for (int attempt = 0; attempt < 10 && std::filesystem::exists(path_, ignored); ++attempt)
        std::filesystem::remove_all(path_, ignored);
    release_signals();
}

std::vector<ending> run_commands(const std::vector<command>& all) {
    std::list<child_process> children;
    for (const command& c : all) {
        file_actions actions;
        ::posix_spawn_file_actions_addopen(actions.get(), 1, c.log.c_str(),
                                           O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::posix_spawn_file_actions_adddup2(actions.get(), 1, 2);
        children.emplace_back(c.words, actions.get());
    }
    std::vector<ending> ends;
    for (child_process& child : children)
        ends.push_back(ended(child));
    return ends;
}

ending run_command(const std::vector<std::string>& words,
                   const std::function<void(std::string_view)>& line) {
    std::array<int, 2> ends = {};
    if (::pipe(ends.data()) != 0) raise(error{sentence("no pipe: ", detail::reason(errno))});
    const auto [from, to] = ends;
    file_actions actions;
    ::posix_spawn_file_actions_adddup2(actions.get(), to, 1);
    ::posix_spawn_file_actions_addclose(actions.get(), from);
    ::posix_spawn_file_actions_addclose(actions.get(), to);
    child_process child(words, actions.get());
    ::close(to);
    std::string text;
    std::array<char, 4096> bytes = {};
    for (;;) {
        const ssize_t count = ::read(from, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(bytes.data(), static_cast<std::size_t>(count));
        for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
            line(std::string_view(text).substr(0, end));
    }
    ::close(from);
    return ended(child);
}

#else

temporary_directory::temporary_directory(std::string_view otherwise) {
    raise(error{sentence("sources can be compiled and run on POSIX systems only", otherwise)});
}
temporary_directory::~temporary_directory() = default;
std::vector<ending> run_commands(const std::vector<command>& all) {
    return std::vector<ending>(all.size());
}
ending run_command(const std::vector<std::string>&, const std::function<void(std::string_view)>&) {
    return {};
}

#endif

ending run_command(const std::vector<std::string>& words, const std::string& log) {
    return run_commands({{words, log}}).front();
}

} // namespace laminate::codegen
