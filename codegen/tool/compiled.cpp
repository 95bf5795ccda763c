// SPDX-License-Identifier: MIT
#include "compiled.hpp"

#include <laminate/file/whole_file.hpp>

#include <algorithm>

#include "../bench/command.hpp"
#include "generate.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace laminate::codegen::tool {

namespace {

#if defined(__unix__) || defined(__APPLE__)

ending run_compiler(std::vector<std::string> words, const temporary_directory& folder,
                    const std::string& library, const std::string& log) {
    for (const char* flag : {"-std=c++17", "-O1", "-pipe", "-shared", "-fPIC", "-o"})
        words.emplace_back(flag);
    words.insert(words.end(), {library, folder.file("call.cpp")});
    return run_command(words, log);
}

// A function that takes the rows of all inputs one behind the other, and gives those of all outputs
// so, however many there are. The source is included, so that it is compiled once.
void write_call(const planned& plan, const temporary_directory& folder) {
    std::string arguments;
    const auto add = [&arguments](const char* name, std::span<const ir::port> ports) {
        for (const ir::port& p : ports)
            arguments += sentence(arguments.empty() ? "" : ", ", name, " + ", p.begin, " * rows");
    };
    add("in", plan.plan().in);
    add("out", plan.plan().out);
    const std::string text = sentence(
        "#include \"network.cpp\"\nextern \"C\" void laminate_call(const float* in, float* out, "
        "std::size_t rows) {\n    network_infer_batch(",
        arguments, ", rows);\n}\n");
    if (const auto why = write_file_atomically(folder.file("call.cpp"), text)) raise(*why);
}

// The rows of each port together, and back.
std::vector<float> by_port(std::span<const float> rows, std::span<const ir::port> ports,
                           std::size_t count) {
    const std::size_t width = rows.size() / std::max<std::size_t>(count, 1);
    std::vector<float> all;
    for (const ir::port& p : ports)
        for (std::size_t r = 0; r < count; ++r) {
            const auto one = rows.subspan(r * width + p.begin, p.units);
            all.insert(all.end(), one.begin(), one.end());
        }
    return all;
}

std::vector<float> by_row(std::span<const float> all, std::span<const ir::port> ports,
                          std::size_t count) {
    std::vector<float> rows;
    for (std::size_t r = 0; r < count; ++r)
        for (const ir::port& p : ports) {
            const auto one = all.subspan(p.begin * count + r * p.units, p.units);
            rows.insert(rows.end(), one.begin(), one.end());
        }
    return rows;
}

// Words of CXX and CXXFLAGS that are options.
bool has_flags(const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(),
                       [](const std::string& word) { return word.starts_with('-'); });
}

std::vector<std::string> without_flags(std::vector<std::string> words) {
    std::erase_if(words, [](const std::string& word) { return word.starts_with('-'); });
    return words;
}

// A message that names a line of the source: "network.cpp:12:3: error: ..."
bool names_the_source(std::string_view messages) {
    for (const std::string_view file : {"network.cpp:", "network.hpp:"})
        for (std::size_t at = messages.find(file); at != std::string_view::npos;
             at = messages.find(file, at + 1)) {
            const std::size_t line = at + file.size();
            if (line < messages.size() && messages[line] >= '0' && messages[line] <= '9')
                return true;
        }
    return false;
}

// What stops the compiler is Laminate's own mistake only where it complains of the source, and of
// what is in it: the compiler, its flags, the disk and the memory are the user's.
void compile(const temporary_directory& folder, const std::string& library) {
    const std::vector<std::string> words = words_of(compiler_command());
    const std::string log = folder.file("log");
    const ending end = run_compiler(words, folder, library, log);
    if (end.code == 0) return;
    if (end.signal)
        raise(error{sentence("the compiler of the generated source, ", quote(compiler_command()),
                             ", was killed by signal ", *end.signal,
                             ". Is there enough memory? Else set CXX, or say --no-compile")});
    if (!end.code)
        raise(error{sentence("expected a C++ compiler to compile the generated source with, but ",
                             quote(words[0]), " doesn't start. Set CXX, or say --no-compile")});
    const std::string messages = read_file(log, 1u << 20).value().substr(0, 2000);
    if (!names_the_source(messages))
        raise(error{sentence("the compiler of the generated source, ", quote(compiler_command()),
                             ", failed with exit code ", *end.code,
                             " and no word on the source. Check CXX, CXXFLAGS and the room in "
                             "TMPDIR, or say --no-compile",
                             messages.empty() ? "" : ":\n", messages)});
    if (has_flags(words) &&
        run_compiler(without_flags(words), folder, library, folder.file("log2")).code == 0)
        raise(error{sentence(
            "the generated source compiles without the flags of ", quote(compiler_command()),
            ", but not with them. Change CXXFLAGS, or say --no-compile:\n", messages)});
    throw own_mistake("the generated source doesn't compile with " + compiler_command() + ":\n" +
                      messages);
}

// What was compiled can't be used. Flags may have spoilt it; without any it is our mistake.
[[noreturn]] void refuse_library(const std::string& what) {
    if (!has_flags(words_of(compiler_command()))) throw own_mistake(what);
    raise(error{sentence(what, ". The flags of ", quote(compiler_command()),
                         " may be the reason: change CXXFLAGS, or say --no-compile")});
}

// A loaded library, for as long as the object lives.
class shared_library {
public:
    explicit shared_library(const std::string& path)
        : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ != nullptr) return;
        const std::string why = ::dlerror();
        if (why.find("undefined symbol") != std::string::npos)
            refuse_library("the compiled source doesn't load: " + why);
        raise(error{sentence("the compiled source doesn't load: ", why, ". Does ",
                             quote(compiler_command()),
                             " compile for this machine, and may programs run from TMPDIR? Else "
                             "say --no-compile")});
    }
    shared_library(const shared_library&) = delete;
    shared_library& operator=(const shared_library&) = delete;
    ~shared_library() { ::dlclose(handle_); }

    template <class Function>
    Function* find(const char* name) const {
        void* const found = ::dlsym(handle_, name);
        if (found == nullptr)
            refuse_library(sentence("the compiled source has no function ", name));
        return reinterpret_cast<Function*>(found);
    }

private:
    void* handle_;
};

#endif

} // namespace

std::string compiler_command() {
    std::string compiler = environment("CXX");
    if (compiler.find_first_not_of(" \t\n") == std::string::npos) compiler.clear();
    const std::string flags = environment("CXXFLAGS");
    return (compiler.empty() ? "c++" : compiler) + (flags.empty() ? "" : " " + flags);
}

std::vector<float> run_compiled(const graph& network, const planned& plan,
                                std::span<const float> rows) {
#if defined(__unix__) || defined(__APPLE__)
    const temporary_directory folder(", or say --no-compile");
    write_options options;
    options.directory = folder.path();
    options.c_interface = true;
    options.targets.clear(); // the bits are the same, and it is compiled in a third of the time
    write_network(network, plan, "network", options);
    write_call(plan, folder);
    const std::string library = folder.file("network.so");
    compile(folder, library);

    const shared_library loaded(library);
    const auto call = loaded.find<void(const float*, float*, std::size_t)>("laminate_call");
    const std::size_t count = rows.size() / plan.inputs();
    const std::vector<float> in = by_port(rows, plan.plan().in, count);
    std::vector<float> out(count * plan.outputs());
    call(in.data(), out.data(), count);
    return by_row(out, plan.plan().out, count);
#else
    (void)network;
    (void)plan;
    (void)rows;
    raise(error{"compiled sources can be loaded on POSIX systems only. Say --no-compile"});
#endif
}

} // namespace laminate::codegen::tool
