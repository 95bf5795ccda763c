// SPDX-License-Identifier: MIT

// Claim: ReLU is not linear, though it is made of two lines; layers of it cut the plane into many
// pieces. Trains 2-16-16-1 networks on spirals, moons and circles. Promises the regions they decide
// on, and for ReLU every linear piece, found exactly.

#include "chart.hpp"
#include "experiment.hpp"
#include "learn.hpp"
#include "pieces.hpp"
#include "points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace relu {
namespace {

constexpr std::size_t side = 64; // cells of a picture, along and up
constexpr double reach = 1.15;   // it shows -reach to reach

struct task {
    std::string name;
    points train, test;
};
struct outcome {
    double accuracy = 0;
    std::vector<double> map; // 2 p - 1 at the centre of each cell
};

std::vector<task> all_tasks(bool quick) {
    const std::size_t count = quick ? 200 : 400;
    return {{"spirals", spirals(count, 0.02, 1), spirals(1000, 0.02, 2)},
            {"moons", moons(count, 0.08, 3), moons(1000, 0.08, 4)},
            {"circles", circles(count, 0.08, 5), circles(1000, 0.08, 6)}};
}

lam::dataset binary(const points& p) {
    lam::dataset data{.inputs = 2, .outputs = 1};
    for (std::size_t i = 0; i < p.at.size(); ++i) {
        data.x.insert(data.x.end(), p.at[i].begin(), p.at[i].end());
        data.targets.push_back(static_cast<float>(p.label[i]));
    }
    return data;
}

template <class Block>
auto train(Block, const task& t, bool quick) {
    lam::model model(lam::input<2> | lam::repeat<2>(Block{}) | lam::dense<1>);
    lam::initialise(model, 2);
    learn(model, binary(t.train), lam::binary_cross_entropy{}, lam::adam{.learning_rate = 0.01f},
          {.epochs = quick ? 40U : 400U, .batch = 50});
    return model;
}

template <class Model>
outcome judge(const Model& model, const task& t) {
    outcome o;
    for (std::size_t i = 0; i < t.test.at.size(); ++i)
        o.accuracy += (model(t.test.at[i])[0] > 0) == (t.test.label[i] == 1) ? 1 : 0;
    o.accuracy /= static_cast<double>(t.test.at.size());
    for (std::size_t row = 0; row < side; ++row)
        for (std::size_t column = 0; column < side; ++column) {
            const auto place = [](std::size_t cell) {
                return static_cast<float>(reach *
                                          ((2.0 * static_cast<double>(cell) + 1) / side - 1));
            };
            const std::array<float, 2> at = {place(column), -place(row)};
            o.map.push_back(std::tanh(static_cast<double>(model(at)[0]) / 2));
        }
    return o;
}

/// Every task with one kind of hidden layer.
template <class Block>
std::vector<outcome> try_all(Block block, const std::vector<task>& tasks, bool quick) {
    std::vector<outcome> all;
    for (const task& t : tasks)
        all.push_back(judge(train(block, t, quick), t));
    return all;
}

chart::panel square_panel(chart::page& page, chart::point at, double size,
                          const std::string& title) {
    const chart::axis none = {"", -reach, reach, false, {{2 * reach, ""}}};
    return {page, {at.x, at.y, size, size}, title, none, none};
}

void dots(chart::panel& panel, const points& p, double radius) {
    for (std::size_t label : {0U, 1U}) {
        std::vector<chart::point> mine;
        for (std::size_t i = label; i < std::min<std::size_t>(p.at.size(), 160); i += 2)
            mine.push_back({static_cast<double>(p.at[i][0]), static_cast<double>(p.at[i][1])});
        panel.dots(mine, {label + 1, false, label == 0 ? 'o' : 's'}, radius);
    }
}

void draw_regions(const std::vector<task>& tasks, const std::vector<std::string>& names,
                  const std::vector<std::vector<outcome>>& found,
                  const std::filesystem::path& file) {
    constexpr double size = 136, step = 152;
    chart::page page(60 + step * static_cast<double>(names.size()),
                     90 + (step + 12) * static_cast<double>(tasks.size()),
                     "What a 2-16-16-1 network decides, by its activation",
                     "Shade: probability of either class. Percentages: right on 1000 new points.");
    for (std::size_t row = 0; row < tasks.size(); ++row)
        for (std::size_t column = 0; column < names.size(); ++column) {
            const outcome& o = found[column][row];
            const chart::point at = {44 + step * static_cast<double>(column),
                                     90 + (step + 12) * static_cast<double>(row)};
            chart::cells(page, {at.x, at.y, size, size}, o.map, side, 1, 2);
            auto panel = square_panel(page, at, size, names[column] + "  " + percent(o.accuracy));
            dots(panel, tasks[row].train, 1.3);
            if (column == 0) {
                const chart::point left = {26, at.y + size / 2};
                page.words(left, tasks[row].name, "middle",
                           "transform=\"rotate(-90 26 " + chart::number(left.y) + ")\"");
            }
        }
    page.save(file);
}

template <class Model>
std::vector<piece> pieces_of(const Model& model) {
    std::vector<piece> pieces = square(reach);
    pass_dense(pieces, model.template layer<0>());
    pass_relu(pieces);
    pass_dense(pieces, model.template layer<2>());
    pass_relu(pieces);
    pass_dense(pieces, model.template layer<4>());
    return pieces;
}

void draw_pieces(chart::page& page, chart::point at, double size, const task& t,
                 const std::vector<piece>& pieces) {
    auto panel = square_panel(page, at, size,
                              t.name + ": " + std::to_string(pieces.size()) + " linear pieces");
    std::array<std::string, 8> shades; // four of each class, so that neighbours differ
    std::size_t number = 0;
    for (const piece& p : cut(pieces, 0)) { // the decision is one more line in some pieces
        std::vector<chart::point> corners;
        for (const chart::point c : p.corners)
            corners.push_back(panel.at(c.x, c.y));
        const std::size_t second = p.units[0](p.centre()) > 0 ? 4 : 0;
        shades[second + number++ % 4] += chart::page::outline(corners) + 'z';
    }
    for (std::size_t i = 0; i < shades.size(); ++i)
        page.path(shades[i], i < 4 ? "f1 s0" : "f2 s0",
                  "fill-opacity=\"" + chart::number(0.2 + 0.1 * static_cast<double>(i % 4)) +
                      "\" style=\"stroke-width:.5;stroke-opacity:.5\"");
    dots(panel, t.train, 1.8);
}

} // namespace

findings regions(const options& o) {
    const std::vector<task> tasks = all_tasks(o.quick);
    const std::vector<std::string> names = {"linear", "sigmoid", "tanh", "ReLU", "leaky", "maxout"};
    const std::vector<std::vector<outcome>> found = {
        try_all(lam::dense<16> | lam::linear, tasks, o.quick),
        try_all(lam::dense<16> | lam::sigmoid, tasks, o.quick),
        try_all(lam::dense<16> | lam::tanh, tasks, o.quick),
        try_all(lam::dense<16> | lam::relu, tasks, o.quick),
        try_all(lam::dense<16> | lam::leaky_relu, tasks, o.quick),
        try_all(lam::dense<32> | lam::maxout<2>, tasks, o.quick)};

    std::vector<std::vector<std::string>> table;
    for (std::size_t i = 0; i < names.size(); ++i) {
        table.push_back({names[i]});
        for (const outcome& one : found[i])
            table.back().push_back(percent(one.accuracy));
    }
    chart::page page(960, 410, "The linear pieces of the ReLU networks",
                     "Within a piece the network is one affine function. Shade: the class.");
    table.push_back({"linear pieces of ReLU"});
    std::size_t most = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const auto pieces = pieces_of(train(lam::dense<16> | lam::relu, tasks[i], o.quick));
        most = std::max(most, pieces.size());
        table.back().push_back(std::to_string(pieces.size()));
        draw_pieces(page, {20 + 312 * static_cast<double>(i), 96}, 296, tasks[i], pieces);
    }
    print_table({"right on new points", "spirals", "moons", "circles"}, table);

    findings f;
    f.claim(found[3][0].accuracy > found[0][0].accuracy + 0.1 &&
                found[3][2].accuracy > found[0][2].accuracy + 0.2,
            "ReLU separates spirals and circles, which no stack of linear layers does");
    f.claim(
        most > 529,
        "two layers of 16 ReLUs cut the plane into more pieces than one layer of 32 could (529)",
        o.unless_quick(expected::held));
    draw_regions(tasks, names, found, o.out / "relu_regions.svg");
    f.figure(o.out / "relu_regions.svg");
    page.save(o.out / "relu_pieces.svg");
    f.figure(o.out / "relu_pieces.svg");
    return f;
}

} // namespace relu
