// SPDX-License-Identifier: MIT
// Tables in text: what is read, and what is said of what isn't.

#include "support/catch.hpp"

#include <laminate/train/csv.hpp>

#include <clocale>

namespace lam = laminate;
using lam::test::contains;

namespace {

lam::dataset read(std::string_view text, const lam::csv_options& options = {}) {
    return lam::parse_csv(text, "t.csv", options).value();
}
std::string refused(std::string_view text, const lam::csv_options& options = {}) {
    const auto data = lam::parse_csv(text, "t.csv", options);
    REQUIRE(!data);
    CHECK_THAT(data.error().message, contains("t.csv: "));
    return data.error().message;
}

} // namespace

TEST_CASE("csv: columns become inputs, targets and labels", "[train]") {
    lam::csv_options options;
    options.skip_lines = 1;
    options.label = lam::csv_options::last;
    options.targets = {1};
    options.ignore = {2};
    const lam::dataset data = read("a,b,c,d,class\n1,2,x,4,0\n-5e-1,+6,,8,2\n", options);
    CHECK(data.inputs == 2);
    CHECK(data.outputs == 1);
    CHECK(data.classes == 3);
    CHECK(data.x == std::vector<float>{1, 4, -0.5f, 8});
    CHECK(data.targets == std::vector<float>{2, 6});
    CHECK(data.labels == std::vector<std::uint32_t>{0, 2});
    CHECK(!lam::check(data));
}

TEST_CASE("csv: names of classes are numbered in alphabetical order", "[train]") {
    lam::csv_options options;
    options.label = 1;
    const lam::dataset data = read("1,rose\n2,\"a, \"\"b\"\"\"\n3,rose\n", options);
    CHECK(data.labels == std::vector<std::uint32_t>{1, 0, 1});
    CHECK(data.class_name == std::vector<std::string>{"a, \"b\"", "rose"});
    CHECK(data.classes == 2);
}

TEST_CASE("csv: blanks, other separators, line ends, a byte order mark", "[train]") {
    lam::csv_options options;
    const std::vector<float> expected = {1, 2, 3, 4};
    CHECK(read("\xef\xbb\xbf"
               "1 , 2\r\n\r\n 3,\"4\" ",
               options)
              .x == expected);
    options.separator = ';';
    CHECK(read("1;2\n3;4\n", options).x == expected);
    options.separator = '\t';
    CHECK(read("1\t2\n3\t4\n\n", options).x == expected);
    options.separator = ' ';
    CHECK(read("  1 \t2  \n3   4\n", options).x == expected);
    CHECK(read("  1 \t2  \n3   4\n", options).inputs == 2);
}

TEST_CASE("csv: numbers are rounded to nearest, whatever the locale", "[train]") {
    const lam::dataset data = read("0.1,16777217,1e-60,-1e-45,3.4028235e38\n");
    CHECK(data.x == std::vector<float>{0.1f, 16777216.0f, 0.0f, -1e-45f, 3.4028235e38f});
}

TEST_CASE("csv: what is wrong is said with line, column, expected, found", "[train]") {
    CHECK_THAT(refused("1,2\n3,4x\n"), contains("line 2, column 3 (field 1 from 0): expected a "
                                                "finite number, found '4x'"));
    CHECK_THAT(refused("1,2\n\n3,\n"), contains("line 3, column 3") && contains("found nothing"));
    CHECK_THAT(refused("1,2\n3\n"), contains("line 2: expected 2 fields") && contains("found 1"));
    CHECK_THAT(refused("1,nan\n"), contains("finite"));
    CHECK_THAT(refused("1,inf\n"), contains("finite"));
    CHECK_THAT(refused("1,1e40\n"), contains("finite"));
    CHECK_THAT(refused(""), contains("at least one row"));
    CHECK_THAT(refused("1,\"2\n3\n"), contains("line 1: expected a closing quote"));
    CHECK_THAT(refused("1,\"2\"3\n"), contains("column 6: expected a separator"));
    lam::csv_options options;
    options.label = 7;
    CHECK_THAT(refused("1,2\n", options), contains("expected a column 7"));
    options.label = 1;
    options.targets = {lam::csv_options::last};
    CHECK_THAT(refused("1,2\n", options), contains("named twice"));
    options.targets = {0};
    CHECK_THAT(refused("1,2\n", options), contains("a column of inputs"));
    options.targets = {};
    CHECK_THAT(refused("1,\n", options), contains("the name of a class"));
    CHECK_THAT(lam::read_csv("no/such.csv").error().message, contains("no/such.csv"));
}
