// SPDX-License-Identifier: MIT
// Transposed convolutions, resized maps and norms over neighbours, each beside its definition
// written down plainly; whoever is wrong is refused with a sentence.

#include "../support/catch.hpp"
#include "interpret.hpp"
#include "models.hpp"

#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace laminate;
using namespace laminate::test;
using integers = std::vector<std::int64_t>;
using numbers = std::vector<double>;

namespace {

// Fractions of 8 from -2 to 2, whose sums are exact in float.
numbers row(std::size_t size, std::size_t seed) {
    numbers x;
    for (std::size_t i = 0; i < size; ++i)
        x.push_back(static_cast<double>((i * 7 + i * i * 3 + seed * 5) % 33) / 8.0 - 2.0);
    return x;
}
std::vector<float> floats(const numbers& x) { return {x.begin(), x.end()}; }

// By the reference in double, and by the kernels.
void check_model(const small_model& m, const numbers& x, const numbers& expected,
                 double tolerance) {
    const auto read = m.import();
    INFO((read ? "" : read.error().message));
    REQUIRE(read);
    const numbers y = interpret(read->network, x);
    const auto plan = codegen::plan_graph(read->network);
    REQUIRE(plan);
    const std::vector<float> z = codegen::evaluate(*plan, floats(x));
    REQUIRE(y.size() == expected.size());
    REQUIRE(z.size() == expected.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
        INFO(i);
        REQUIRE(std::abs(y[i] - expected[i]) <= tolerance);
        REQUIRE(std::abs(static_cast<double>(z[i]) - expected[i]) <= tolerance);
    }
}

// A transposed convolution of maps [channels, height, width].
struct transposed {
    std::array<std::size_t, 2> map = {4, 3};
    std::size_t channels = 2;
    std::size_t units = 3; // of a group
    std::array<std::size_t, 2> kernel = {3, 3};
    std::array<std::size_t, 2> stride = {1, 1};
    std::array<std::size_t, 2> dilation = {1, 1};
    std::array<std::size_t, 4> pads = {};
    std::array<std::size_t, 2> added = {};
    std::size_t groups = 1;

    std::size_t extent(std::size_t k) const {
        return stride[k] * (map[k] - 1) + added[k] + (kernel[k] - 1) * dilation[k] + 1 - pads[k] -
               pads[k + 2];
    }
};

std::string text_of(const transposed& t) {
    std::string s;
    for (const std::size_t n : {t.map[0], t.map[1], t.kernel[0], t.kernel[1], t.stride[0],
                                t.stride[1], t.dilation[0], t.dilation[1], t.pads[0], t.pads[1],
                                t.pads[2], t.pads[3], t.added[0], t.added[1], t.groups})
        s += std::to_string(n) + ' ';
    return s;
}

// Each position adds its window.
numbers spread(const transposed& t, const numbers& x, const numbers& w, const numbers& bias) {
    const std::size_t high = t.extent(0), wide = t.extent(1), all = t.groups * t.units;
    numbers y;
    for (std::size_t u = 0; u < all; ++u)
        y.insert(y.end(), high * wide, bias[u]);
    for (std::size_t c = 0; c < t.channels; ++c)
        for (std::size_t u = 0; u < t.units; ++u)
            for (std::size_t i = 0; i < t.map[0] * t.map[1]; ++i)
                for (std::size_t k = 0; k < t.kernel[0] * t.kernel[1]; ++k) {
                    const std::size_t row =
                        i / t.map[1] * t.stride[0] + k / t.kernel[1] * t.dilation[0];
                    const std::size_t column =
                        i % t.map[1] * t.stride[1] + k % t.kernel[1] * t.dilation[1];
                    if (row < t.pads[0] || row - t.pads[0] >= high) continue;
                    if (column < t.pads[1] || column - t.pads[1] >= wide) continue;
                    const std::size_t unit = c / (t.channels / t.groups) * t.units + u;
                    y[(unit * high + row - t.pads[0]) * wide + column - t.pads[1]] +=
                        x[c * t.map[0] * t.map[1] + i] *
                        w[(c * t.units + u) * t.kernel[0] * t.kernel[1] + k];
                }
    return y;
}

template <std::size_t N>
integers as_list(const std::array<std::size_t, N>& n) {
    return {n.begin(), n.end()};
}

void check_transposed(const transposed& t) {
    INFO(text_of(t));
    const auto whole = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    const numbers x = row(t.channels * t.map[0] * t.map[1], 1);
    const numbers w = row(t.channels * t.units * t.kernel[0] * t.kernel[1], 2);
    const numbers bias = row(t.groups * t.units, 3);
    small_model m;
    m.input({"N", std::to_string(t.channels), std::to_string(t.map[0]), std::to_string(t.map[1])})
        .output()
        .floats("w", {whole(t.channels), whole(t.units), whole(t.kernel[0]), whole(t.kernel[1])},
                floats(w))
        .floats("b", {whole(t.groups * t.units)}, floats(bias))
        .node("ConvTranspose", {"x", "w", "b"})
        .with("strides", as_list(t.stride))
        .with("dilations", as_list(t.dilation))
        .with("pads", as_list(t.pads))
        .with("output_padding", as_list(t.added))
        .with("group", whole(t.groups));
    check_model(m, x, spread(t, x, w, bias), 0.0);
}

template <class Change>
std::string refusal_of(const std::string& kind, const std::vector<std::string>& read,
                       const Change& change) {
    small_model m;
    m.input({"N", "2", "4", "3"}).output();
    m.floats("w", {2, 2, 2, 2}, std::vector<float>(16, 0.5f));
    m.floats("scales", {4}, {1, 1, 2, 2}).floats("batch", {4}, {2, 1, 1, 1});
    m.floats("none", {4}, {1, 1, 0.1f, 2}).integers("sizes", {1, 2, 0, 4});
    auto& node = m.node(kind, read);
    change(node);
    const auto network = m.import();
    return network ? "imported" : network.error().message;
}

const std::vector<std::string> scaled = {"x", "", "scales"};

} // namespace

TEST_CASE("import: a transposed convolution adds a window for each position", "[importer]") {
    for (const std::size_t stride : {1u, 2u, 3u})
        for (const std::size_t kernel : {1u, 2u, 3u, 4u})
            for (const std::size_t dilation : {1u, 2u})
                for (const std::size_t pad : {0u, 1u, 2u}) {
                    transposed t;
                    t.kernel = {kernel, 3};
                    t.stride = {stride, 2};
                    t.dilation = {dilation, 1};
                    t.pads = {pad, 1, pad / 2, 0};
                    t.added = {stride - 1, 1};
                    check_transposed(t);
                }
}

TEST_CASE("import: a transposed convolution in groups, of one position, cut, large", "[importer]") {
    check_transposed({.channels = 4, .units = 2, .stride = {2, 3}, .groups = 2});
    check_transposed({.channels = 4, .units = 1, .pads = {1, 1, 1, 1}, .groups = 4});
    check_transposed({.channels = 4, .units = 1, .stride = {2, 2}, .groups = 4});
    check_transposed({.map = {1, 1}, .stride = {9, 4}, .pads = {1, 0, 0, 1}});
    check_transposed({.kernel = {2, 2}, .stride = {2, 2}, .pads = {2, 3, 3, 1}});
    transposed wide = {.map = {12, 10}, .channels = 8, .units = 8, .kernel = {4, 4}};
    wide.stride = {2, 2};
    check_transposed(wide); // by walks, not by a layer of zeros and ones
    wide.pads = {1, 1, 0, 2};
    check_transposed(wide);
    wide.units = 4;
    wide.groups = 2;
    check_transposed(wide);
}

TEST_CASE("import: transposed convolutions that are wrong", "[importer]") {
    const auto with = [](const char* attribute, const auto& value) {
        return refusal_of("ConvTranspose", {"x", "w"},
                          [&](auto& node) { node.with(attribute, value); });
    };
    CHECK(with("strides", integers{2, 2}) == "imported");
    CHECK_THAT(with("strides", integers{2}), contains("expected 2 numbers in strides, found 1"));
    CHECK_THAT(with("group", std::int64_t{3}), contains("of a group that divides both"));
    CHECK_THAT(with("pads", integers{3, 0, 2, 0}),
               contains("expected pads that leave a part of 5 positions, found 3 and 2"));
    CHECK_THAT(with("output_shape", integers{8}), contains("expected 2 numbers in output_shape"));
    CHECK_THAT(with("auto_pad", std::string("SAME")), contains("expected auto_pad NOTSET"));
    CHECK_THAT(with("kernel_shape", integers{3, 3}), contains("expected kernel_shape as in W"));
    const std::int64_t huge = std::int64_t{1} << 34;
    CHECK(with("output_padding", integers{huge, huge}) != "imported");
    CHECK(with("strides", integers{huge, huge}) != "imported");
}

TEST_CASE("import: the nearest of a map's positions, and a line between two", "[importer]") {
    constexpr std::size_t channels = 8, high = 6, wide = 20;
    const numbers x = row(channels * high * wide, 4);
    const auto model = [](const char* mode, const char* coordinates, const char* nearest) {
        small_model m;
        m.input({"N", "8", "6", "20"}).output().floats("scales", {4}, {1, 1, 2, 1.5f});
        m.node("Resize", {"x", "", "scales"})
            .with("mode", std::string(mode))
            .with("coordinate_transformation_mode", std::string(coordinates))
            .with("nearest_mode", std::string(nearest));
        return m;
    };
    const auto element = [&](std::size_t c, double at, double across) {
        const double i = std::clamp(at, 0.0, high - 1.0), j = std::clamp(across, 0.0, wide - 1.0);
        return x[(c * high + static_cast<std::size_t>(i)) * wide + static_cast<std::size_t>(j)];
    };
    numbers nearest, linear;
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < 12; ++i)
            for (std::size_t j = 0; j < 30; ++j) {
                const auto down = static_cast<double>(i), across = static_cast<double>(j);
                nearest.push_back(element(c, std::floor(down / 2.0), std::floor(across / 1.5)));
                const double a = (down + 0.5) / 2.0 - 0.5, b = (across + 0.5) / 1.5 - 0.5;
                const double p = std::floor(a), q = std::floor(b);
                linear.push_back((p + 1.0 - a) * ((q + 1.0 - b) * element(c, p, q) +
                                                  (b - q) * element(c, p, q + 1.0)) +
                                 (a - p) * ((q + 1.0 - b) * element(c, p + 1.0, q) +
                                            (b - q) * element(c, p + 1.0, q + 1.0)));
            }
    check_model(model("nearest", "asymmetric", "floor"), x, nearest, 0.0);
    check_model(model("linear", "half_pixel", "floor"), x, linear, 1e-6);
}

// Positions at irregular places are walks or products along an axis: a layer of zeros and ones from
// all of a map to all of the result would have millions of weights.
TEST_CASE("import: irregular positions of a large map", "[importer]") {
    for (const std::size_t wide : {30u, 150u}) {
        const numbers x = row(4 * 24 * 20, 7);
        small_model m;
        m.input({"N", "4", "24", "20"}).output();
        m.integers("sizes", {1, 4, 36, static_cast<std::int64_t>(wide)});
        m.node("Resize", {"x", "", "", "sizes"})
            .with("coordinate_transformation_mode", std::string("asymmetric"))
            .with("nearest_mode", std::string("ceil"));
        numbers y;
        for (std::size_t c = 0; c < 4; ++c)
            for (std::size_t i = 0; i < 36; ++i)
                for (std::size_t j = 0; j < wide; ++j)
                    y.push_back(x[(c * 24 + std::min<std::size_t>((2 * i + 2) / 3, 23)) * 20 +
                                  std::min<std::size_t>((j * 20 + wide - 1) / wide, 19)]);
        INFO(wide);
        check_model(m, x, y, 0.0);
        const auto read = m.import();
        for (const codegen::layer_parameters& p : read->network.parameters)
            CHECK((p.tensors.empty() || p.tensors[0].size() <= 20 * wide));
    }
}

TEST_CASE("import: maps of sizes whose corners stay, and what is older", "[importer]") {
    small_model corners;
    corners.input({"N", "1", "3"}).output().integers("sizes", {1, 1, 5});
    corners.node("Resize", {"x", "", "", "sizes"})
        .with("mode", std::string("linear"))
        .with("coordinate_transformation_mode", std::string("align_corners"));
    check_model(corners, {1.0, 3.0, 7.0}, {1.0, 2.0, 3.0, 5.0, 7.0}, 0.0);
    small_model older(9);
    older.input({"N", "1", "3"}).output().floats("scales", {3}, {1, 1, 2});
    older.node("Upsample", {"x", "scales"});
    check_model(older, {1.0, 3.0, 7.0}, {1.0, 1.0, 3.0, 3.0, 7.0, 7.0}, 0.0);
}

TEST_CASE("import: maps resized in other ways", "[importer]") {
    const auto with = [](const std::vector<std::string>& read, const char* attribute,
                         const auto& value) {
        return refusal_of("Resize", read, [&](auto& node) { node.with(attribute, value); });
    };
    const std::string linear = "linear", cubic = "cubic", crop = "tf_crop_and_resize";
    CHECK(with(scaled, "mode", linear) == "imported");
    CHECK_THAT(with(scaled, "mode", cubic), contains("found 'cubic', which isn't supported"));
    CHECK_THAT(with(scaled, "coordinate_transformation_mode", crop),
               contains("found 'tf_crop_and_resize'"));
    CHECK_THAT(with(scaled, "nearest_mode", cubic), contains("expected nearest_mode round"));
    CHECK_THAT(with({"x", "", "batch"}, "mode", linear), contains("mixes the rows of the batch"));
    CHECK_THAT(with({"x", "", "none"}, "mode", linear), contains("at least one position"));
    CHECK_THAT(with({"x", "", "", "sizes"}, "mode", linear), contains("sizes of 1 or more"));
    CHECK_THAT(with({"x"}, "mode", linear), contains("expected scales or sizes, found none"));
    for (const std::string& mode : {linear, std::string("nearest")}) {
        // A small result, but for what lies on the way to it.
        small_model m;
        m.input({"1", "1", "4096", "64"}).output();
        m.integers("sizes", {1, 1, 1, std::int64_t{1} << 23});
        m.node("Resize", {"x", "", "", "sizes"}).with("mode", mode);
        CHECK_FALSE(m.import());
    }
}

TEST_CASE("import: a map by its neighbouring channels", "[importer]") {
    const numbers x = row(6 * 4, 5);
    for (const float beta : {1.0f, 0.5f, 0.75f, 0.6f})
        for (const std::int64_t size : {1, 2, 3, 20}) {
            small_model m;
            m.input({"N", "6", "4"}).output().node("LRN", {"x"});
            m.with("size", size).with("beta", beta).with("alpha", 0.5f).with("bias", 2.0f);
            numbers y;
            for (std::int64_t c = 0; c < 6; ++c)
                for (std::size_t i = 0; i < 4; ++i) {
                    double sum = 0.0;
                    for (std::int64_t k = 0; k < 6; ++k)
                        if (k >= c - (size - 1) / 2 && k <= c + size / 2)
                            sum += std::pow(x[static_cast<std::size_t>(k) * 4 + i], 2.0);
                    const double below = 2.0 + 0.5 / static_cast<double>(size) * sum;
                    y.push_back(x[static_cast<std::size_t>(c) * 4 + i] /
                                std::pow(below, static_cast<double>(beta)));
                }
            INFO(size << ' ' << beta);
            check_model(m, x, y, 1e-5);
        }
    CHECK_THAT(refusal_of("LRN", {"x"}, [](auto&) {}), contains("expected a size of 1 or more"));
}

TEST_CASE("import: the root of a window's powers", "[importer]") {
    const numbers x = row(2 * 7, 6);
    for (const std::int64_t p : {1, 2, 3, 4}) {
        small_model m(18), whole;
        m.input({"N", "2", "7"}).output().node("LpPool", {"x"}).with("p", p);
        m.with("kernel_shape", integers{3}).with("pads", integers{2, 1});
        m.with("strides", integers{2}).with("dilations", integers{2});
        whole.input({"N", "2", "7"}).output().node("GlobalLpPool", {"x"}).with("p", p);
        numbers y, all;
        const auto root = [p](double sum) { return std::pow(sum, 1.0 / static_cast<double>(p)); };
        for (std::int64_t c = 0; c < 2; ++c) {
            const auto power = [&](std::int64_t i) {
                return i < 0 || i >= 7 ? 0.0
                                       : std::pow(std::abs(x[static_cast<std::size_t>(c * 7 + i)]),
                                                  static_cast<double>(p));
            };
            double sum = 0.0;
            for (std::int64_t i = 0; i < 7; ++i)
                sum += power(i);
            all.push_back(root(sum));
            for (std::int64_t i = -2; i <= 3; i += 2)
                y.push_back(root(power(i) + power(i + 2) + power(i + 4)));
        }
        INFO(p);
        check_model(m, x, y, 1e-5);
        check_model(whole, x, all, 1e-5);
    }
    CHECK_THAT(refusal_of("GlobalLpPool", {"x"}, [](auto& n) { n.with("p", std::int64_t{0}); }),
               contains("expected a p of 1 or more, found 0"));
}
