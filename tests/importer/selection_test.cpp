// SPDX-License-Identifier: MIT
// Selections of elements: whatever is done with one, it has the elements that a list of them would
// have, and strides where there are some.

#include "../support/catch.hpp"
#include "../support/random.hpp"

#include "../../codegen/onnx/read/selection.hpp"

#include <algorithm>
#include <numeric>
#include <set>

using namespace laminate::codegen::onnx;
using axes = std::vector<selection::axis>;
using steps = std::vector<std::int64_t>;

namespace {

struct move {
    dims shape;
    steps step;
    std::int64_t first = 0;

    // Element by element, by the meaning of a walk.
    indices sources() const {
        indices all;
        for (std::size_t i = 0; i < count(shape); ++i) {
            const dims at = coordinates(i, shape);
            std::int64_t source = first;
            for (std::size_t axis = 0; axis < shape.size(); ++axis)
                source += static_cast<std::int64_t>(at[axis]) * step[axis];
            all.push_back(static_cast<std::size_t>(source));
        }
        return all;
    }
};

// A walk through a tensor: parts of axes, forward, backward or one element again and again, in any
// order.
move any_move(laminate::test::random& random, const dims& from) {
    const dims apart = strides(from);
    move m;
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        const std::size_t begin = random.below(3) == 0 ? random.below(from[axis]) : 0;
        const std::size_t by = 1 + random.below(random.below(3) + 1);
        const std::size_t extent = 1 + (from[axis] - 1 - begin) / by;
        const auto step = static_cast<std::int64_t>(by * apart[axis]);
        const std::size_t how = random.below(8);
        m.shape.push_back(how == 0 ? 1 + random.below(3) : extent);
        m.step.push_back(how == 0 ? 0 : how == 1 ? -step : step);
        m.first += static_cast<std::int64_t>(begin * apart[axis]);
        if (how == 1) m.first += static_cast<std::int64_t>(extent - 1) * step;
    }
    if (random.below(2) == 0) return m;
    for (std::size_t axis = m.shape.size(); axis-- > 1;) {
        const std::size_t other = random.below(axis + 1);
        std::swap(m.shape[axis], m.shape[other]);
        std::swap(m.step[axis], m.step[other]);
    }
    return m;
}

// As many elements in up to four axes.
dims any_shape(laminate::test::random& random, std::size_t elements) {
    dims shape;
    while (shape.size() < 3) {
        std::size_t extent = 1 + random.below(std::min<std::size_t>(elements, 12));
        while (elements % extent != 0)
            --extent;
        shape.push_back(extent);
        elements /= extent;
    }
    shape.push_back(elements);
    return shape;
}

indices picked(const indices& list, const indices& sources) {
    indices all;
    for (const std::size_t source : sources)
        all.push_back(list[source]);
    return all;
}

bool is_run_of(const indices& list) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i] != list[0] + i) return false;
    return !list.empty();
}

void expect_equal(const selection& found, const indices& list) {
    REQUIRE(found.list() == list);
    REQUIRE(found == selection(list)); // strides too, if there are some
    REQUIRE(found.is_run() == is_run_of(list));
    REQUIRE(found.is_identity(list.size()) == (list.empty() || (is_run_of(list) && list[0] == 0)));
    const std::set<std::size_t> different(list.begin(), list.end());
    REQUIRE(found.is_injective() == (different.size() == list.size()));
    REQUIRE(found.is_one() == (different.size() == 1));
}

} // namespace

TEST_CASE("selection: any sequence of moves is that of a list", "[importer]") {
    laminate::test::random random(11);
    std::size_t by_strides = 0, by_list = 0;
    for (int round = 0; round < 600; ++round) {
        const std::size_t width = std::size_t{24} << random.below(6);
        selection s = identity(width);
        indices list(width);
        std::iota(list.begin(), list.end(), std::size_t{0});
        for (int k = 0; k < 6 && list.size() > 1; ++k) {
            const move m = any_move(random, any_shape(random, list.size()));
            const indices sources = m.sources();
            const selection walked = walk(m.shape, m.step, m.first);
            expect_equal(walked, sources);
            s = s.picked(walked);
            list = picked(list, sources);
            expect_equal(s, list);
            ++(s.strides() != nullptr ? by_strides : by_list);
        }
    }
    CHECK(by_strides > 1000);
    CHECK(by_list > 100);
}

TEST_CASE("selection: any elements, picked and nested", "[importer]") {
    laminate::test::random random(12);
    const auto any = [&random](std::size_t size, std::size_t below) {
        indices list(size);
        const std::size_t step = random.below(below / size + 1);
        for (std::size_t i = 0; i < size; ++i)
            list[i] = step * i;
        if (random.below(2) == 0)
            for (std::size_t& element : list)
                element = random.below(below);
        return list;
    };
    for (int round = 0; round < 2000; ++round) {
        const std::size_t size = 1 + random.below(12);
        const indices outer = any(size, 40), inner = any(1 + random.below(12), size);
        expect_equal(selection(outer), outer);
        expect_equal(selection(outer).picked(selection(inner)), picked(outer, inner));
        const std::size_t scale = random.below(50);
        indices nested, repeated;
        for (const std::size_t a : outer)
            for (const std::size_t b : inner)
                nested.push_back(a * scale + b);
        for (const std::size_t a : outer)
            repeated.insert(repeated.end(), 3, a);
        expect_equal(selection(outer).nested(scale, selection(inner)), nested);
        expect_equal(selection(outer).repeated(3), repeated);
    }
}

TEST_CASE("selection: of nothing", "[importer]") {
    expect_equal(selection(), {});
    expect_equal(identity(0), {});
    expect_equal(walk({3, 0, 2}, {7, 1, 0}, 5), {});
    expect_equal(identity(4).picked(selection()), {});
    expect_equal(identity(4).nested(2, selection()), {});
    expect_equal(identity(4).repeated(0), {});
}

// So many elements that no list has room for them.
TEST_CASE("selection: a large one is its strides", "[importer]") {
    constexpr std::size_t side = (std::size_t{1} << 24) + 1; // odd
    const auto wide = static_cast<std::int64_t>(side);
    const selection all = identity(side * side * 4);
    const selection planes = all.picked(walk({4, side, side}, {1, 4 * wide, 4}));
    REQUIRE(planes.strides() != nullptr);
    CHECK(*planes.strides() == axes{{4, 1}, {side * side, 4}});
    // Every other column of two planes, bottom up.
    const selection part = planes.picked(
        walk({2, side, (side + 1) / 2}, {2 * wide * wide, -wide, 2}, wide * (wide - 1)));
    REQUIRE(part.strides() != nullptr);
    CHECK(*part.strides() == axes{{2, 2}, {side, -4 * wide}, {(side + 1) / 2, 8}});
    CHECK(part.is_injective());
    // Of these the first and the last of each line, the planes inside.
    const std::size_t half = (side + 1) / 2;
    const auto line = static_cast<std::int64_t>(half);
    const selection ends = part.picked(walk({side, 2, 2}, {line, line - 1, line * wide}));
    REQUIRE(ends.strides() != nullptr);
    CHECK(*ends.strides() == axes{{side, -4 * wide}, {2, 4 * (wide - 1)}, {2, 2}});
    const selection back = planes.picked(walk({side, side, 4}, {wide, 1, wide * wide}));
    CHECK(back == all);
    CHECK(back.is_identity(side * side * 4));
    CHECK(identity(side).nested(side, identity(side)) == identity(side * side));
    // A line that begins in one plane and ends in the next is none.
    CHECK(planes.picked(walk({5}, {1}, 2 * wide * wide - 3)).strides() == nullptr);
}
