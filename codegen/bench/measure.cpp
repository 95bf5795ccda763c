// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <laminate/file/whole_file.hpp>
#include <laminate/ir/call.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "../emit/embedded.hpp"
#include "../emit/source.hpp"
#include "../graph/evaluate.hpp"
#include "../graph/likely.hpp"
#include "../graph/planned.hpp"
#include "command.hpp"
#include "loops.hpp"
#include "object_code.hpp"

namespace laminate::codegen {

namespace {

constexpr std::size_t made_up_rows = 64;
constexpr std::size_t most_bytes = std::size_t{1} << 30; // of rows in, out and between
constexpr int illegal_instruction = 4;                   // SIGILL

// In [-1, 1).
std::vector<float> made_up(std::size_t inputs) {
    std::mt19937 bits(1);
    std::vector<float> rows(made_up_rows * inputs);
    for (float& x : rows)
        x = static_cast<float>(bits() >> 8) * 0x1p-23f - 1.0f;
    return rows;
}

void write(const std::string& path, const std::string& text) {
    if (const std::optional<error> why = write_file_atomically(path, text)) raise(*why);
}

void write_floats(const std::string& path, const std::vector<float>& numbers) {
    std::string bytes(numbers.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), numbers.data(), bytes.size());
    write(path, bytes);
}

std::vector<float> read_floats(const std::string& path) {
    const std::string bytes = read_file(path, most_bytes).value();
    std::vector<float> numbers(bytes.size() / sizeof(float));
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(float));
    return numbers;
}

void write_embedded(const temporary_directory& folder, const embedded_file* files,
                    std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::filesystem::path path = folder.file(files[i].name);
        std::filesystem::create_directories(path.parent_path());
        write(path.string(), files[i].text);
    }
}

constexpr const char* parts[] = {"fused", "unfused", "loops", "driver"};

void write_program(const temporary_directory& folder, const graph& network, const planned& fused,
                   const planned& unfused) {
    write_embedded(folder, embedded_files, embedded_file_count);
    write_embedded(folder, bench_files, bench_file_count);
    write(folder.file("ports.hpp"), ports_header(network));
    write(folder.file("unfused.cpp"), unfused_source(unfused));
    write(folder.file("loops.cpp"), plain_loops(network));
    write_options options;
    options.directory = folder.path();
    options.targets.clear(); // --target says it
    if (auto why = write_sources({"fused", fused.plan(), fused.packed(), {}, {}}, options))
        raise(*why);
}

// The first line of a compiler's messages that tells of an error, or the first at all.
std::string first_error(const std::string& log) {
    const std::string messages = read_file(log, 1u << 20).value();
    std::istringstream lines(messages);
    std::string first;
    for (std::string line; std::getline(lines, line);) {
        if (first.empty()) first = line;
        if (line.find("error") != std::string::npos) return line;
    }
    return first.empty() ? "it fails without a word" : first;
}

class compiler {
public:
    explicit compiler(const bench_options& options)
        : command_(options.compiler.empty() ? environment("CXX") : options.compiler),
          target_(options.target) {
        if (words_of(command_).empty()) command_ = "c++";
        own_flags_ = words_of(environment("CXXFLAGS"));
#if defined(__aarch64__)
        flags_ = {"-O3", sentence(target_ == "native" ? "-mcpu=" : "-march=", target_)};
#else
        flags_ = {"-O3", sentence("-march=", target_)};
#endif
        flags_.insert(flags_.end(), own_flags_.begin(), own_flags_.end());
    }

    // All parts at the same time.
    void compile(const temporary_directory& folder) const {
        std::vector<command> all;
        for (const char* part : parts)
            all.push_back(of_source(folder, part));
        const std::vector<ending> ends = run_commands(all);
        for (std::size_t i = 0; i < ends.size(); ++i)
            if (ends[i].code != 0) refuse(folder, ends[i], all[i].log);
    }

    void link(const temporary_directory& folder, const std::string& program) const {
        std::vector<std::string> words = compiler_words();
        words.insert(words.end(), {"-o", program});
        for (const char* part : parts)
            words.push_back(folder.file(sentence(part, ".o")));
        const std::string log = folder.file("link.log");
        const ending end = run_command(words, log);
        if (end.code != 0) refuse(folder, end, log);
    }

    std::string flags() const {
        std::string text;
        for (const std::string& flag : flags_)
            text += (text.empty() ? "" : " ") + flag;
        return text;
    }

    // "g++ (Debian 12.2.0-14) 12.2.0"
    std::string version() const {
        std::vector<std::string> words = words_of(command_);
        words.emplace_back("--version");
        std::string first;
        run_command(words, [&first](std::string_view line) {
            if (first.empty()) first = line;
        });
        return first.empty() ? command_ : first;
    }

private:
    std::vector<std::string> compiler_words() const {
        std::vector<std::string> words = words_of(command_);
        words.emplace_back("-std=c++17");
        words.insert(words.end(), flags_.begin(), flags_.end());
        return words;
    }

    command of_source(const temporary_directory& folder, const std::string& part) const {
        std::vector<std::string> words = compiler_words();
        words.insert(words.end(), {"-w", "-pipe", "-I", folder.path(), "-c",
                                   folder.file(part + ".cpp"), "-o", folder.file(part + ".o")});
        return {words, folder.file(part + ".log")};
    }

    // The user's mistake, if an empty program doesn't compile either, or there are flags to blame.
    [[noreturn]] void refuse(const temporary_directory& folder, const ending& end,
                             const std::string& log) const {
        const std::string name = words_of(command_).front();
        if (end.signal)
            raise(error{sentence("the compiler, ", quote(name), ", was killed by signal ",
                                 *end.signal, ". Is there enough memory?")});
        if (!end.code)
            raise(error{sentence("expected a C++ compiler, but ", quote(name),
                                 " doesn't start. Set CXX, or say --compiler")});
        const std::string why = first_error(log);
        write(folder.file("empty.cpp"), "int main() {}\n");
        const command empty = of_source(folder, "empty");
        if (run_command(empty.words, empty.log).code != 0)
            raise(error{sentence("the compiler ", quote(command_), " doesn't take ", quote(flags()),
                                 ": ", first_error(empty.log),
                                 ". Change --target, --compiler or CXXFLAGS")});
        if (!own_flags_.empty() || words_of(command_).size() > 1)
            raise(error{sentence("the generated source doesn't compile with ", quote(command_),
                                 " and ", quote(flags()), ": ", why,
                                 ". Change CXXFLAGS or --compiler")});
        throw std::logic_error("the source of the benchmark doesn't compile with " + command_ +
                               " " + flags() + ": " + why);
    }

    std::string command_;
    std::string target_;
    std::vector<std::string> own_flags_;
    std::vector<std::string> flags_;
};

// The lines that the program printed: a word, then what belongs to it.
class figures {
public:
    void add(std::string_view line) { lines_.emplace_back(line); }

    bool has(const std::string& word) const {
        return std::any_of(lines_.begin(), lines_.end(), [&word](const std::string& line) {
            return words_of(line).front() == word;
        });
    }

    // Calls f(stream behind the word) for each line that begins with it.
    template <class Function>
    void for_each(const std::string& word, const Function& f) const {
        for (const std::string& line : lines_) {
            std::istringstream stream(line);
            std::string first;
            if (stream >> first && first == word) f(stream);
        }
    }

private:
    std::vector<std::string> lines_;
};

figures run_program(const temporary_directory& folder, const std::string& program,
                    const bench_options& options) {
    std::vector<std::string> words = {program, folder.file("rows"), folder.file("results"),
                                      std::to_string(options.seconds)};
    for (const std::size_t rows : options.rows)
        words.push_back(std::to_string(rows));
    figures found;
    const ending end = run_command(words, [&](std::string_view line) {
        if (!line.starts_with("# ")) return found.add(line);
        if (options.progress) options.progress(line.substr(2));
    });
    if (end.signal == illegal_instruction)
        raise(error{sentence("this processor lacks instructions of the target ",
                             quote(options.target),
                             ". Say --target native, or run it where they "
                             "are")});
    if (end.signal)
        raise(error{sentence("the program that times the network was killed by signal ",
                             *end.signal, ". Is there enough memory, and stack?")});
    if (!end.code)
        raise(error{"the program that times the network doesn't start. May programs run from "
                    "TMPDIR?"});
    if (end.code != 0 || !(found.has("done") || found.has("same")))
        throw std::logic_error(
            sentence("the program that times the network ended with exit code ", *end.code));
    return found;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::memcmp(&a[i], &b[i], sizeof(float)) != 0 &&
            !(std::isnan(a[i]) && std::isnan(b[i])))
            return false;
    return true;
}

// Whoever computes in floats stays within the reference's bound; where it is nearest to it is what
// the report says.
void compare(bench_report& report, const graph& network, const planned& fused,
             const std::vector<float>& rows, const std::vector<float>& results) {
    const std::size_t inputs = network.inputs(), outputs = network.outputs();
    constexpr std::size_t enough = 20'000'000; // multiply-adds: less than a second
    const std::size_t count = std::min(
        rows.size() / inputs, std::clamp<std::size_t>(enough / (report.multiply_adds + 1), 1, 8));
    const std::span<const float> in = std::span(rows).first(count * inputs);
    const std::span<const float> found = std::span(results).first(count * outputs);
    if (!same_bits(evaluate(fused, in), found))
        throw std::logic_error("the generated source gives other bits than the kernels");
    const std::span<const float> loops = std::span(results).subspan(results.size() / 2);
    double nearest = -1.0;
    for (std::size_t row = 0; row < count; ++row) {
        const auto expected = reference::outputs<reference::row>(
            network.nodes,
            reference::interpret_likely(network.nodes, network.parameters,
                                        in.subspan(row * inputs, inputs), {.anyones = true}));
        for (std::size_t o = 0; o < outputs; ++o) {
            const auto value = static_cast<double>(loops[row * outputs + o]);
            const double off =
                value == expected[o].value || (std::isnan(value) && std::isnan(expected[o].value))
                    ? 0.0
                    : std::abs(value - expected[o].value);
            const double bound = expected[o].bound;
            if (bound == reference::unknown) continue;
            if (!(off <= bound))
                throw std::logic_error(sentence(
                    "the plain loops give ", std::to_string(value), " where the reference gives ",
                    std::to_string(expected[o].value), ", row ", row, ", output ", o));
            if (const double part = bound == 0.0 ? 0.0 : off / bound; part > nearest) {
                nearest = part;
                report.difference = off;
                report.bound = bound;
            }
        }
    }
}

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            if (const std::size_t at = line.find(": "); at != std::string::npos)
                return line.substr(at + 2);
    return "unknown processor";
}

void take(bench_report& report, const figures& found) {
    const auto form = [&report](std::istream& line) -> form_report& {
        std::string name;
        line >> name;
        return report.forms[name == "fused" ? 0 : name == "unfused" ? 1 : 2];
    };
    found.for_each("core", [&](std::istream& line) { line >> report.core; });
    found.for_each("had", [&](std::istream& line) { line >> report.had; });
    found.for_each("clock", [&](std::istream& line) { line >> report.clock; });
    found.for_each("latency", [&](std::istream& line) {
        call_times& c = form(line).dependent;
        line >> c.median >> c.p99 >> c.p999 >> c.calls;
    });
    found.for_each("cold", [&](std::istream& line) {
        call_times& c = form(line).cold;
        line >> c.median >> c.p99 >> c.p999 >> c.calls >> report.evicted_bytes;
    });
    found.for_each("rows", [&](std::istream& line) {
        rows_report r;
        line >> r.rows >> r.ns[0] >> r.ns[1] >> r.ns[2] >> r.fma_gflops >> r.load_gbytes >>
            r.by_fma >> r.by_load;
        report.rows.push_back(r);
    });
}

void take_sizes(bench_report& report, const graph& network, const planned& fused,
                const planned& unfused, const temporary_directory& folder) {
    const ir::figures& cost = fused.plan().cost;
    report.inputs = network.inputs();
    report.outputs = network.outputs();
    report.parameters = cost.parameters;
    report.multiply_adds = cost.multiply_adds;
    report.weight_bytes = cost.weight_bytes;
    for (std::size_t f = 0; f < report.forms.size(); ++f) {
        report.forms[f].name = f == 2 ? "plain loops" : parts[f];
        report.forms[f].code_bytes = object_code(folder.file(sentence(parts[f], ".o")));
    }
    const std::size_t most = report.rows.back().rows;
    const std::size_t between = unfused.plan().cost.scratch_bytes;
    report.forms[0].row_bytes = cost.scratch_bytes;
    report.forms[0].batch_bytes = cost.scratch_bytes * std::min(most, ir::tile_rows(cost));
    report.forms[1].row_bytes = between;
    report.forms[1].batch_bytes = between * most;
    report.forms[2].row_bytes = report.forms[2].batch_bytes =
        plain_loop_floats(network) * sizeof(float);
}

// Batches in rising order, each once, none of a single row.
std::optional<error> check(bench_options& options, const planned& unfused) {
    if (!is_target(options.target))
        return error{sentence("expected a target such as native or x86-64-v3, found ",
                              quote(options.target))};
    if (!(options.seconds > 0.0))
        return error{"expected a number of seconds above 0 to time the network for"};
    std::vector<std::size_t>& rows = options.rows;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    const std::size_t row_bytes =
        (unfused.inputs() + unfused.outputs()) * sizeof(float) + unfused.plan().cost.scratch_bytes;
    if (!rows.empty() && rows.front() == 0)
        return error{"expected batches of 1 row or more, found 0"};
    if (!rows.empty() && rows.back() > most_bytes / row_bytes)
        return error{sentence("expected batches of at most ", most_bytes / row_bytes,
                              " rows, which take 1 GiB; found ", rows.back())};
    if (!rows.empty() && rows.front() == 1) rows.erase(rows.begin());
    if (options.inputs.empty()) options.inputs = made_up(unfused.inputs());
    if (options.inputs.size() % unfused.inputs() != 0)
        return error{sentence("expected inputs as whole rows of ", unfused.inputs(),
                              " floats; found ", options.inputs.size())};
    return std::nullopt;
}

} // namespace

bool is_target(std::string_view text) {
    return !text.empty() && text.front() != '-' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-+._") == std::string_view::npos;
}

result<bench_report> bench_graph(const graph& network, const bench_options& wanted) {
    bench_options options = wanted;
    const result<planned> fused = plan_graph(network);
    if (!fused) return fused.error();
    const planned unfused = plan_graph(network, ir::fusion::off).value();
    if (auto why = check(options, unfused)) return *std::move(why);

    const temporary_directory folder;
    const compiler with(options);
    const auto say = [&options](const std::string& what) {
        if (options.progress) options.progress(what);
    };
    say("writing sources");
    write_program(folder, network, *fused, unfused);
    write_floats(folder.file("rows"), options.inputs);
    say("compiling with " + with.flags());
    with.compile(folder);
    const std::string program = folder.file("program");
    with.link(folder, program);

    bench_report report;
    const figures found = run_program(folder, program, options);
    found.for_each("same", [](std::istream& line) {
        if (int same = 0; !(line >> same) || same == 0)
            throw std::logic_error("fused and unfused form give different bits");
    });
    take(report, found);
    take_sizes(report, network, *fused, unfused, folder);
    report.name = network.name.empty() ? "network" : network.name;
    report.processor = processor();
    report.compiler = with.version();
    report.flags = with.flags();
    report.compared_rows = options.inputs.size() / network.inputs();
    compare(report, network, *fused, options.inputs, read_floats(folder.file("results")));
    return report;
}

} // namespace laminate::codegen
