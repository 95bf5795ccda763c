// SPDX-License-Identifier: MIT
// Parameters by way of files: PyTorch's names and layout, names of one's own, and what is refused.

#include "support/catch.hpp"
#include "support/networks.hpp"
#include "support/paths.hpp"

#include <laminate/model/parameters.hpp>

#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <vector>

namespace lam = laminate;
using lam::test::contains;
using lam::test::random_model;

namespace {

std::string scratch(const std::string& name) {
    return laminate::test::paths::scratch + "/parameters_" + name;
}

struct small : lam::network<lam::input<3> | lam::dense<4> | lam::prelu |
                            lam::dense<2>(lam::no_bias) | lam::prelu(lam::shared)> {};

// Names within names, of a single layer, of layers that are made of layers, of a stack with an
// input of its own; and layers without.
struct modules
    : lam::network<lam::concat(lam::input<3> |
                                   lam::name<"trunk">(
                                       lam::dense<4> | lam::relu | lam::name<"fc">(lam::dense<4>) |
                                       lam::as<"fc"> | lam::elu |
                                       lam::residual(lam::dense<4> | lam::relu | lam::dense<4>)),
                               lam::name<"side">(lam::input<2> | lam::dense<2>)) |
                   lam::dense<4> | lam::as<"wide"> |
                   lam::outputs(lam::name<"log_std">(lam::prelu),
                                lam::name<"actor">(lam::dense<2>(lam::no_bias) | lam::tanh),
                                lam::name<"critic">(lam::name<"v">(lam::dense<1>)))> {};

constexpr auto block = lam::dense<4> | lam::relu | lam::name<"fc">(lam::dense<4>);
struct pair
    : lam::network<lam::concat(lam::input<3> | lam::name<"user">(lam::shared<"tower">(block)),
                               lam::input<3> | lam::name<"item">(lam::shared<"tower">(block))) |
                   lam::dense<2>> {};

std::vector<float> counted(std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i)
        values[i] = static_cast<float>(i) + 0.5f;
    return values;
}

void write(const std::string& path, const std::vector<lam::tensor_to_write>& tensors) {
    const auto why = lam::write_safetensors(path, tensors);
    REQUIRE_FALSE(why);
}

} // namespace

TEST_CASE("parameters: weights must be finite", "[parameters]") {
    std::vector<float> weights = counted(12);
    std::vector<float> biases = counted(4);
    const std::string path = scratch("infinite.safetensors");
    const auto load = [&] {
        const std::span<const float> all(weights);
        write(path, {{"0.weight", {4, 3}, all},
                     {"0.bias", {4}, biases},
                     {"1.weight", {4}, all.last(4)},
                     {"2.weight", {2, 4}, all.last(8)},
                     {"3.weight", {1}, all.first(1)}});
        return lam::try_load(small{}, path);
    };
    biases[2] = -std::numeric_limits<float>::infinity(); // takes a class out of a softmax
    CHECK(load().has_value());
    weights[7] = -std::numeric_limits<float>::infinity();
    CHECK_THAT(load().error().message,
               contains("tensor '0.weight': expected finite weights, found -inf at [2, 1]"));
    weights[7] = 0.0f;
    biases[3] = std::numeric_limits<float>::quiet_NaN(); // is nothing but a run that diverged
    CHECK_THAT(
        load().error().message,
        contains("tensor '0.bias': expected biases that are numbers, found nan at [3]. Did"));
    std::remove(path.c_str());
}

TEST_CASE("parameters: slopes must be finite, biases may be infinite", "[parameters]") {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> weights = counted(12);
    const std::span<const float> all(weights);
    const std::string path = scratch("no_numbers.safetensors");
    const auto loaded = [&](std::vector<float> bias, std::vector<float> slope) {
        write(path, {{"0.weight", {4, 3}, all},
                     {"0.bias", {4}, bias},
                     {"1.weight", {4}, slope},
                     {"2.weight", {2, 4}, all.last(8)},
                     {"3.weight", {1}, all.first(1)}});
        const auto found = lam::try_load(small{}, path);
        std::remove(path.c_str());
        return found ? "accepted" : found.error().message;
    };
    CHECK_THAT(loaded({1, 2, 3, 4}, {1, 2, 3, infinity}),
               contains("tensor '1.weight': expected finite weights, found inf at [3]"));
    CHECK(loaded({1, 2, -infinity, 4}, {1, 2, 3, 4}) == "accepted"); // masks an output
}

TEST_CASE("parameters: PyTorch's names and row-major [outputs, inputs]", "[parameters]") {
    const std::vector<float> values = counted(12);
    const std::span<const float> all(values);
    const std::string path = scratch("small.safetensors");
    write(path, {{"0.weight", {4, 3}, all},
                 {"0.bias", {4}, all.first(4)},
                 {"1.weight", {4}, all.last(4)},
                 {"2.weight", {2, 4}, all.first(8)},
                 {"3.weight", {1}, all.first(1)},
                 {"unasked", {2}, all.first(2)}});
    const lam::model<small> m = lam::load(small{}, path);
    for (std::size_t o = 0; o < 4; ++o) {
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(m.layer<0>().weights(o, i) == values[o * 3 + i]);
        CHECK(m.layer<0>().bias[o] == values[o]);
        CHECK(m.layer<1>().slope[o] == values[8 + o]);
    }
    for (std::size_t o = 0; o < 2; ++o)
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(m.layer<2>().weights(o, i) == values[o * 4 + i]);
    CHECK(m.layer<3>().slope[0] == values[0]);
}

TEMPLATE_LIST_TEST_CASE("parameters: what is saved is loaded", "[parameters]",
                        lam::test::all_networks) {
    const auto saved = random_model<TestType>(5);
    // Each type in a file of its own: the tests run side by side.
    const std::string path = scratch(std::string("saved_") + typeid(TestType).name());
    lam::save(saved, path);
    CHECK(lam::load(TestType{}, path) == saved);
}

TEST_CASE("parameters: names of one's own", "[parameters]") {
    const auto saved = random_model<small>(6);
    const lam::parameter_options names = {
        .names = {"fc1.w", "fc1.b", "act.slope", "fc2.w", "slope"}, .note = {}};
    const std::string path = scratch("named.safetensors");
    lam::save(saved, path, names);
    CHECK(lam::load(small{}, path, names) == saved);

    const auto by_default = lam::try_load(small{}, path);
    REQUIRE_FALSE(by_default);
    CHECK_THAT(by_default.error().message, contains("expected a tensor '0.weight'"));
    CHECK_THAT(by_default.error().message, contains("'fc1.w' [4, 3]"));

    const auto too_few = lam::try_load(small{}, path, {.names = {"fc1.w"}, .note = {}});
    REQUIRE_FALSE(too_few);
    CHECK_THAT(too_few.error().message, contains("expected 5 parameter names"));
    CHECK_THAT(too_few.error().message, contains("found 1"));
}

TEST_CASE("parameters: names of a declaration are those of PyTorch's modules", "[parameters]") {
    const auto saved = random_model<modules>(7);
    const std::string path = scratch("modules.safetensors");
    lam::save(saved, path);
    const auto file = lam::read_safetensors(path).value();
    std::string names;
    for (const lam::tensor& t : file.tensors())
        names += t.name + " ";
    CHECK(names ==
          "trunk.0.weight trunk.0.bias trunk.fc.weight trunk.fc.bias trunk.4.0.weight "
          "trunk.4.0.bias trunk.4.2.weight trunk.4.2.bias side.0.weight side.0.bias "
          "11.weight 11.bias log_std.weight actor.0.weight critic.v.weight critic.v.bias ");
    CHECK(lam::load(modules{}, path) == saved);

    write(path, {{"trunk.0.weight", {4, 3}, counted(12)}, {"trunk.0.bias", {4}, counted(4)}});
    CHECK_THAT(lam::try_load(modules{}, path).error().message,
               contains("expected a tensor 'trunk.fc.weight', found 'trunk.0.weight' [4, 3]"));
}

TEST_CASE("parameters: files have shared blocks once, by their first place", "[parameters]") {
    const auto saved = random_model<pair>(7);
    const std::string path = scratch("pair.safetensors");
    lam::save(saved, path);
    const auto file = lam::read_safetensors(path).value();
    std::string names;
    for (const lam::tensor& t : file.tensors())
        names += t.name + " ";
    CHECK(names == "user.tower.0.weight user.tower.0.bias user.tower.fc.weight user.tower.fc.bias "
                   "8.weight 8.bias ");
    CHECK(lam::load(pair{}, path) == saved);
    CHECK(&saved.layer<0>().weights(0, 0) == &saved.layer<"user.tower.0">().weights(0, 0));
    CHECK(&saved.layer<"user.tower.0">().weights(0, 0) == &saved.layer<4>().weights(0, 0));
    CHECK(saved.layer<2>().bias[1] == saved.layer<6>().bias[1]);
}

TEST_CASE("parameters: a layer by its name", "[parameters]") {
    auto model = random_model<modules>(8);
    const auto& fixed = model;
    CHECK(&fixed.layer<"trunk.fc">().weights(1, 2) == &fixed.layer<2>().weights(1, 2));
    CHECK(&model.layer<"trunk.4.2">().bias[3] == &fixed.layer<6>().bias[3]);
    CHECK(&model.layer<"side.0">().weights(0, 0) == &fixed.layer<9>().weights(0, 0));
    CHECK(&model.layer<"wide">().bias[0] == &fixed.layer<11>().bias[0]); // as<"wide">
    CHECK(&model.layer<"critic.v">().bias[0] == &fixed.layer<15>().bias[0]);
    static_assert(std::is_same_v<decltype(model.layer<"trunk.1">()), lam::no_parameters>);
}

TEST_CASE("parameters: a wrong shape is refused with both", "[parameters]") {
    const std::vector<float> values = counted(12);
    const std::string path = scratch("transposed.safetensors");
    write(path, {{"0.weight", {3, 4}, values}});
    const auto loaded = lam::try_load(small{}, path);
    REQUIRE_FALSE(loaded);
    CHECK_THAT(loaded.error().message, contains(path));
    CHECK_THAT(loaded.error().message,
               contains("tensor '0.weight': expected shape [4, 3], found [3, 4]"));
    CHECK_THROWS_AS(lam::load(small{}, path), lam::exception);
}

TEST_CASE("parameters: a conversion is said", "[parameters]") {
    // 0.weight [1, 1] in F16: 1.5; 0.bias [1] in F32: 0.25.
    const std::string header = R"({"0.weight":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]},)"
                               R"("0.bias":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})";
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    bytes += header + std::string("\x00\x3e\x00\x00\x80\x3e", 6);
    const std::string path = scratch("half.safetensors");
    REQUIRE_FALSE(lam::write_file_atomically(path, bytes));

    std::vector<std::string> notes;
    const auto m =
        lam::load(lam::test::one_by_one{}, path,
                  {.names = {}, .note = [&](const std::string& note) { notes.push_back(note); }});
    CHECK(m.layer<0>().weights(0, 0) == 1.5f);
    CHECK(m.layer<0>().bias[0] == 0.25f);
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], contains("tensor '0.weight': converted from F16 to F32"));
}

TEST_CASE("parameters: a file that can't be written leaves the old one", "[parameters]") {
    const auto m = random_model<small>(7);
    const auto why = lam::try_save(m, scratch("no/such_folder.safetensors"));
    REQUIRE(why);
    CHECK_THAT(why->message, contains("no/such_folder.safetensors"));
    CHECK_THROWS_AS(lam::save(m, scratch("no/such_folder.safetensors")), lam::exception);
}

TEST_CASE("parameters: names of classes travel with the model", "[parameters]") {
    const std::string path = scratch("named.safetensors");
    const lam::model<small> m = random_model<small>(1);
    const std::vector<std::string> names = {"rosé, \"wild\"", "a\nb"};
    lam::save(m, path, {.class_name = names});
    CHECK(lam::load(small{}, path) == m);
    CHECK(lam::load_class_names(path).value() == names);
    CHECK_THAT(lam::try_save(m, path, {.class_name = {"one"}})->message,
               contains("not written: expected a class_name for each of 2 outputs, found 1"));
    CHECK_THAT(lam::try_save(m, path, {.class_name = {"\xe9", "b"}})->message, contains("UTF-8"));
    CHECK(lam::load_class_names(path).value() == names); // the old file stands
    struct one : lam::network<lam::input<2> | lam::dense<1> | lam::sigmoid> {};
    lam::save(lam::model<one>(), path, {.class_name = {"no", "yes"}});
    CHECK(lam::load_class_names(path)->size() == 2);
    lam::save(m, path);
    CHECK_THAT(lam::load_class_names(path).error().message,
               contains("expected 'class_names' in its metadata, found none"));
    REQUIRE_FALSE(lam::write_safetensors(path, {}, {{"class_names", "[\"a\", 1]"}}));
    CHECK_THAT(lam::load_class_names(path).error().message,
               contains("metadata 'class_names': expected a string, found 1"));
    std::remove(path.c_str());
}
