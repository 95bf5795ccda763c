// SPDX-License-Identifier: MIT
#include "dispatch.hpp"

#include <algorithm>
#include <iterator>

#include "fill.hpp"

namespace laminate::codegen {

namespace {

struct level {
    target is;
    std::string_view name;
    std::string_view number; // of its region
};
constexpr level levels[] = {{target::x86_64, "x86-64", "1"},
                            {target::x86_64_v3, "x86-64-v3", "3"},
                            {target::x86_64_v4, "x86-64-v4", "4"}};

const level& level_of(target t) {
    return *std::find_if(std::begin(levels), std::end(levels),
                         [t](const level& l) { return l.is == t; });
}

bool holds_target(std::span<const target> targets, target t) {
    return std::find(targets.begin(), targets.end(), t) != targets.end();
}

const level& least_of(std::span<const target> targets) {
    return level_of(*std::min_element(targets.begin(), targets.end()));
}

constexpr std::string_view macros_text = R"(
// ---- instruction sets

// This file includes itself: once for what the compiler's flags allow, and once for each that is
// more of $targets$, in a region that is compiled for it. Functions
// call the best that the processor has$unless$.
// LAMINATE_ONE_TARGET, defined, leaves only what the flags allow. (Headers of intrinsics come before
// the first region, or compilers refuse them in the next.)
#if defined(__GNUC__) && defined(__x86_64__) && defined(__SSE2__) && !defined(LAMINATE_ONE_TARGET)
$intrinsics$
#if !defined(__AVX512F__)
$v4$
#if !(defined(__AVX2__) && defined(__FMA__) && defined(__BMI__) && defined(__BMI2__))
$v3$
#endif
#endif
#endif
$if_least$
#define LAMINATE_V1 $place$
$end_if$
#if defined(LAMINATE_V1) + defined(LAMINATE_V3) + defined(LAMINATE_V4) > 1
#define LAMINATE_CHOOSES
#define LAMINATE_BODY LAMINATE_NOINLINE
#else
#define LAMINATE_BODY
#endif
#if defined(__FILE_NAME__)  // whatever it is called
#define LAMINATE_THIS_FILE __FILE_NAME__
#else
#define LAMINATE_THIS_FILE "$file$"
#endif
)";

constexpr std::string_view regions_text = R"(
#if defined(LAMINATE_V1)
#define LAMINATE_LEVEL 1
#define LAMINATE_PLACE LAMINATE_V1
#include LAMINATE_THIS_FILE
#undef LAMINATE_LEVEL
#undef LAMINATE_PLACE
#endif

#if defined(LAMINATE_V3)
#define LAMINATE_LEVEL 3
#define LAMINATE_PLACE LAMINATE_V3
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("$v3$"))), apply_to = function)
#include LAMINATE_THIS_FILE
#pragma clang attribute pop
#else
#pragma GCC push_options
#pragma GCC target("$v3$")
#include LAMINATE_THIS_FILE
#pragma GCC pop_options
#endif
#undef LAMINATE_LEVEL
#undef LAMINATE_PLACE
#endif

#if defined(LAMINATE_V4)
#define LAMINATE_LEVEL 4
#define LAMINATE_PLACE LAMINATE_V4
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("$v4$"))), apply_to = function)
#include LAMINATE_THIS_FILE
#pragma clang attribute pop
#else
#pragma GCC push_options
#pragma GCC target("$v4$")
#include LAMINATE_THIS_FILE
#pragma GCC pop_options
#endif
#undef LAMINATE_LEVEL
#undef LAMINATE_PLACE
#endif
)";

constexpr std::string_view level_text = R"(
namespace {

#if defined(LAMINATE_CHOOSES)
int best_level = 0;  // that the processor and its system have; 0 until a call asks

__attribute__((noinline, cold)) int find_level() {
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512cd");
    const int level = v4 ? 4 : v3 ? 3 : $least$;
    __atomic_store_n(&best_level, level, __ATOMIC_RELAXED);
    return level;
}

// Threads that find it out at the same time store the same number.
inline int level() {
    const int known = __atomic_load_n(&best_level, __ATOMIC_RELAXED);
    return known != 0 ? known : find_level();
}
#else
constexpr int level() { return $least$; }
#endif

}  // namespace
)";

constexpr std::string_view function_text = R"(
void $name$($parameters$) noexcept {
    [[maybe_unused]] const int best = level();
#if defined(LAMINATE_V4)
    if (best >= 4) return LAMINATE_V4::$name$($arguments$);
#endif
#if defined(LAMINATE_V3)
    if (best >= 3) return LAMINATE_V3::$name$($arguments$);
#endif
#if defined(LAMINATE_V1)
    LAMINATE_V1::$name$($arguments$);
#endif
}
)";

} // namespace

result<std::vector<target>> parse_targets(std::string_view words) {
    std::vector<target> targets;
    if (words == "flags") return targets;
    for (std::string_view rest = words;;) {
        const std::size_t comma = rest.find(',');
        const std::string_view word = rest.substr(0, comma);
        const auto* const found = std::find_if(std::begin(levels), std::end(levels),
                                               [&](const level& l) { return l.name == word; });
        if (found == std::end(levels))
            return error{sentence("expected flags, or some of x86-64,x86-64-v3,x86-64-v4; found ",
                                  quote(words))};
        targets.push_back(found->is);
        if (comma == std::string_view::npos) return targets;
        rest.remove_prefix(comma + 1);
    }
}

std::string spelled(std::span<const target> targets) {
    std::vector<std::string_view> names;
    for (const level& l : levels)
        if (holds_target(targets, l.is)) names.push_back(l.name);
    std::string all;
    for (std::size_t i = 0; i < names.size(); ++i)
        all += sentence(i == 0 ? "" : i + 1 < names.size() ? ", " : " and ", names[i]);
    return all;
}

bool has_regions(std::span<const target> targets) {
    return holds_target(targets, target::x86_64_v3) || holds_target(targets, target::x86_64_v4);
}

std::string region_macros(std::span<const target> targets, std::string_view place,
                          std::string_view file) {
    const level& least = least_of(targets);
    const bool asks = least.is == target::x86_64;
    const auto define = [&](target t) {
        const std::string_view number = level_of(t).number;
        if (!holds_target(targets, t)) return std::string();
        return sentence("#define LAMINATE_V", number, " ", place, "_v", number, "\n");
    };
    return fill(
        macros_text,
        {{"targets", spelled(targets)},
         {"unless", asks ? "" : sentence("; that it has ", least.name, " is taken for granted")},
         {"intrinsics", "#include <immintrin.h>\n"},
         {"v3", define(target::x86_64_v3)},
         {"v4", define(target::x86_64_v4)},
         {"if_least", asks ? "" : sentence("#if !defined(LAMINATE_V", least.number, ")\n")},
         {"place", place},
         {"end_if", asks ? "" : "#endif\n"},
         {"file", file}});
}

std::string region_macros_end() {
    std::string all;
    for (const char* macro : {"V1", "V3", "V4", "CHOOSES", "BODY", "THIS_FILE"})
        all += sentence("#undef LAMINATE_", macro, "\n");
    return all;
}

std::string regions() {
    return fill(regions_text,
                {{"v3", "avx2,fma,bmi,bmi2"},
                 {"v4", "avx2,fma,bmi,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512cd"}});
}

std::string level_function(std::span<const target> targets) {
    return fill(level_text, {{"least", least_of(targets).number}});
}

std::string dispatching_function(std::string_view name, std::string_view parameters,
                                 std::string_view arguments) {
    return fill(function_text,
                {{"name", name}, {"parameters", parameters}, {"arguments", arguments}});
}

} // namespace laminate::codegen
