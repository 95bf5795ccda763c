// SPDX-License-Identifier: MIT
// parallel_batch gives the bits of batch(), and its executor calls each part once: for any number
// of rows, parts and threads, again and again, from inside a part and from several threads at once.
// CI also builds this file by itself, with ThreadSanitizer.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/networks.hpp"

#include <laminate/model/parallel.hpp>
#include <laminate/model/threads.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <vector>

namespace lam = laminate;
using lam::test::guarded_buffer;
using lam::test::random_model;
using lam::test::random_rows;
using lam::test::same_bits;

namespace {

// One, two and eight outputs of a cache line, a tile and scratch of another size; only_function has
// no multiply-adds.
struct broad : lam::network<lam::input<40> | lam::dense<600> | lam::relu | lam::dense<8>> {};
using networks = std::tuple<lam::test::trigger, lam::test::narrow, lam::test::only_function, broad>;

// An executor as plain as can be: the parts one by one, the last first.
constexpr auto backwards = [](std::size_t parts, auto task) {
    while (parts > 0)
        task(--parts);
};

// A thread for each part.
constexpr auto one_each = [](std::size_t parts, const auto& task) {
    std::vector<std::thread> running;
    for (std::size_t part = 0; part < parts; ++part)
        running.emplace_back(task, part);
    for (std::thread& t : running)
        t.join();
};

} // namespace

TEMPLATE_LIST_TEST_CASE("parallel_batch: the bits of batch", "[threads]", networks) {
    using type = lam::model<TestType>;
    constexpr std::size_t part = lam::detail::part_rows<type>();
    const type model = random_model<TestType>(1);
    const std::vector<float> in = random_rows<TestType>(3 * part + 5, 2);
    std::vector<float> all((3 * part + 5) * type::outputs);
    model.batch(in, all);
    for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{97}, part - 1, part,
                                   part + 1, 2 * part, 3 * part + 5}) {
        const auto x = std::span(in).first(rows * type::inputs);
        const auto expected = std::span(all).first(rows * type::outputs);
        const auto check = [&](auto&& executor) {
            const guarded_buffer y(rows * type::outputs);
            lam::parallel_batch(model, x, y.span(), executor);
            CHECK(y.intact());
            CHECK(same_bits(y.span(), expected));
        };
        check(backwards);
        check(one_each);
        for (const std::size_t count : {1U, 2U, 3U, 8U})
            check(lam::threads(count));
    }
}

TEST_CASE("parallel_batch: rows as arrays", "[threads]") {
    using type = lam::model<lam::test::trigger>;
    const type model = random_model<lam::test::trigger>(1);
    std::vector<type::row_in> in(1000);
    for (std::size_t row = 0; row < in.size(); ++row)
        lam::test::fill(in[row], row);
    std::vector<type::row_out> out(in.size());
    std::vector<type::row_out> expected(in.size());
    model.batch(in, expected);
    lam::threads threads(2);
    lam::parallel_batch(model, in, out, threads);
    CHECK(out == expected);
}

TEST_CASE("parallel_batch: what the executor throws is passed on", "[threads]") {
    using type = lam::model<lam::test::trigger>;
    const type model = random_model<lam::test::trigger>(1);
    const std::vector<float> in = random_rows<lam::test::trigger>(1000, 2);
    std::vector<float> out(1000 * type::outputs);
    const auto fails = [](std::size_t, const auto&) { throw std::runtime_error("no threads"); };
    CHECK_THROWS_AS(lam::parallel_batch(model, in, out, fails), std::runtime_error);
}

TEST_CASE("parallel_batch: parts are whole cache lines and worth their while", "[threads]") {
    const auto check = [](auto network) {
        using type = lam::model<decltype(network)>;
        constexpr std::size_t rows = lam::detail::part_rows<type>();
        CHECK(rows * type::outputs % lam::line_floats == 0);
        CHECK(rows * (lam::plan(network).multiply_adds + type::inputs + type::outputs) >=
              lam::detail::part_multiply_adds);
    };
    check(lam::test::trigger{});
    check(lam::test::narrow{});
    check(lam::test::only_function{});
    check(broad{});
}

TEST_CASE("threads: each part runs once, in a pool used again and again", "[threads]") {
    for (std::size_t count = 1; count <= 8; ++count) {
        lam::threads threads(count);
        CHECK(threads.size() == count);
        std::size_t wrong = 0;
        for (std::size_t round = 0; round < 300; ++round) {
            const std::size_t parts = round % 23;
            std::array<std::atomic<int>, 23> calls = {};
            threads(parts, [&calls](std::size_t part) { ++calls[part]; });
            for (std::size_t part = 0; part < calls.size(); ++part)
                if (calls[part] != (part < parts ? 1 : 0)) ++wrong;
        }
        CHECK(wrong == 0);
    }
    CHECK(lam::threads().size() == std::max(1u, std::thread::hardware_concurrency()));
}

TEST_CASE("threads: a part may call them", "[threads]") {
    lam::threads threads(3);
    std::atomic<int> calls = 0;
    threads(10, [&](std::size_t) { threads(10, [&calls](std::size_t) { ++calls; }); });
    CHECK(calls == 100);
}

TEST_CASE("threads: several callers at once", "[threads]") {
    using network = lam::test::trigger;
    using type = lam::model<network>;
    const type model = random_model<network>(1);
    const std::vector<float> in = random_rows<network>(1500, 2);
    std::vector<float> expected(1500 * type::outputs);
    model.batch(in, expected);
    lam::threads threads(3);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller)
        callers.emplace_back([&] {
            std::vector<float> out(expected.size());
            for (int round = 0; round < 20; ++round) {
                std::fill(out.begin(), out.end(), -1.0f);
                lam::parallel_batch(model, in, out, threads);
                if (!same_bits(out, expected)) ++wrong;
            }
        });
    for (std::thread& caller : callers)
        caller.join();
    CHECK(wrong == 0);
}
