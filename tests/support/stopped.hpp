// SPDX-License-Identifier: MIT
#pragma once

// What a function says on stderr before it stops the program, which a copy of this process tries
// out; an empty text if it returns or ends otherwise. POSIX only.

#include <csignal>
#include <cstddef>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace laminate::test {

template <class Function>
std::string stopped(Function f) {
    int pipe_ends[2] = {};
    if (::pipe(pipe_ends) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL); // not Catch2's
        ::dup2(pipe_ends[1], STDERR_FILENO);
        f();
        ::_exit(0);
    }
    ::close(pipe_ends[1]);
    std::string said;
    char chunk[256];
    for (ssize_t count = 0; (count = ::read(pipe_ends[0], chunk, sizeof chunk)) > 0;)
        said.append(chunk, static_cast<std::size_t>(count));
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? said : std::string();
}

} // namespace laminate::test
