// SPDX-License-Identifier: MIT
// Tables in text: what is read, and what is said of what isn't.

#include "support/catch.hpp"

#include <laminate/train/data/csv.hpp>

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

// Beyond a double, std::from_chars leaves its result alone: only the error code tells.
TEST_CASE("csv: numbers beyond a double are too large or zero, never another number", "[train]") {
    const std::string many(400, '0');
    for (const std::string& large :
         {std::string("1e309"), std::string("-1e309"), std::string("0.01E+5000"), "1" + many,
          "0." + many + "1e800", std::string("12.5e99999999999999999999999")})
        CHECK_THAT(refused("1," + large + "\n"), contains("expected a finite number, found '"));
    for (const std::string& small :
         {std::string("1e-400"), "0." + many + "1", "1" + many + "e-800", std::string("0e999"),
          std::string("7e-99999999999999999999999")})
        CHECK(read(small + ",-" + small + "\n").x == std::vector<float>{0.0f, 0.0f});
    CHECK(std::signbit(read("1,-1e-400\n").x[1]));
    CHECK(read("0." + many + "1e401,1" + many + "e-400\n").x == std::vector<float>{1.0f, 1.0f});
}

TEST_CASE("csv: all bad cells are listed together", "[train]") {
    CHECK_THAT(refused("1,2\n3,x\n1e99,4\n5\n6,7\n"),
               contains("t.csv: 3 places are wrong:\n"
                        "  line 2, column 3 (field 1 from 0): expected a finite number, found 'x'\n"
                        "  line 3, column 1 (field 0 from 0): expected a finite number, found "
                        "'1e99'\n"
                        "  line 4: expected 2 fields, as in the first row, found 1\n"
                        "Correct what is wrong"));
    std::string many = "1\n";
    for (int i = 0; i < 100; ++i)
        many += "x\n";
    CHECK_THAT(refused(many), contains("100 places") && contains("line 9,") &&
                                  !contains("line 10,") && contains("and 92 more"));
}

TEST_CASE("csv: columns are named by the header", "[train]") {
    lam::csv_options options;
    options.label = "species";
    options.targets = {"y", 1};
    options.ignore = {std::string("id")};
    const std::string table = "made by hand\nid,t,x,species,\"y\"\n7,1,2,rose,3\n";
    options.skip_lines = 1;
    const lam::dataset data = read(table, options);
    CHECK(data.x == std::vector<float>{2});
    CHECK(data.targets == std::vector<float>{1, 3});
    CHECK(data.class_name == std::vector<std::string>{"rose"});
    options.label = "genus";
    CHECK_THAT(refused(table, options), contains("line 2: expected a column 'genus' in the header, "
                                                 "found 'id', 't', 'x', 'species', 'y'"));
    CHECK_THAT(refused("a,a,genus\n1,2,3\n", {.label = "genus", .ignore = {"a"}}),
               contains("two columns are called 'a'"));
    const lam::csv_options headed = {.header = true};
    CHECK(read("a,b\n1,2\n", headed).x == std::vector<float>{1, 2});
    CHECK_THAT(refused("a,b\n1,\n", headed), contains("(field 1 from 0, 'b')"));
    CHECK_THAT(refused("a\n1,2\n", headed),
               contains("line 2: expected 1 fields, as in the header of line 1, found 2"));
    CHECK_THAT(refused("a,b\n", headed), contains("and the header"));
    CHECK(read("old\rMac\r1\r2\r", {.skip_lines = 1, .header = true}).x ==
          std::vector<float>{1, 2});
    CHECK_THAT(refused("1\"2\n", {.separator = '"'}), contains("a separator other than"));
}

TEST_CASE("csv: rows with missing values are left out on request, and said", "[train]") {
    std::string said;
    lam::csv_options options;
    options.label = lam::csv_options::last;
    options.note = [&](const std::string& what) { said += what + "\n"; };
    const std::string table = "1,2,a\n3,,b\nNA,4,a\n5,6,\n7,8,c\n";
    CHECK_THAT(refused(table, options), contains("3 places are wrong") && contains("drop_missing"));
    options.drop_missing = true;
    const lam::dataset data = read(table, options);
    CHECK(data.x == std::vector<float>{1, 2, 7, 8});
    CHECK(data.class_name == std::vector<std::string>{"a", "c"});
    CHECK(said == "t.csv: left out 3 of 5 rows, which have missing values\n");
    options.ignore = {1};
    CHECK(read(table, options).rows() == 3);
    options.missing = {"7"};
    CHECK_THAT(refused("7,1,a\n", options), contains("without missing values, found none among 1"));
    CHECK_THAT(refused("NA,1,a\n", options), contains("found 'NA'"));
}

TEST_CASE("csv: a second file takes the classes of the first, and says which are new", "[train]") {
    std::string said;
    lam::csv_options options;
    options.label = 1;
    options.note = [&](const std::string& what) { said += what + "\n"; };
    const lam::dataset train = read("1,ant\n2,bee\n3,cat\n", options);
    options.class_name = train.class_name;
    const lam::dataset test = read("4,cat\n5,bee\n", options); // no ant
    CHECK(test.labels == std::vector<std::uint32_t>{2, 1});
    CHECK(test.class_name == train.class_name);
    CHECK(said.empty());
    const lam::dataset more = read("4,dog\n5,bee\n6,asp\n", options);
    CHECK(more.labels == std::vector<std::uint32_t>{4, 1, 3});
    CHECK(more.class_name == std::vector<std::string>{"ant", "bee", "cat", "asp", "dog"});
    CHECK(said == "t.csv: 2 classes are new: 'asp', 'dog', numbered from 3\n");
    options.class_name = {"1", "2", "10"}; // also numbers, which begin where they like
    CHECK(read("0,10\n0,1\n", options).labels == std::vector<std::uint32_t>{2, 0});
    options.class_name = {"a", "b", "a"};
    CHECK_THAT(refused("0,a\n", options), contains("has 'a' twice"));
}

TEST_CASE("csv: what is wrong is said with line, column, expected, found", "[train]") {
    CHECK_THAT(refused("1,2\n3,4x\n"), contains("line 2, column 3 (field 1 from 0): expected a "
                                                "finite number, found '4x'"));
    CHECK_THAT(refused("1,2\n\n3,\n"), contains("line 3, column 3") && contains("found nothing"));
    CHECK_THAT(refused("1,2\n3\n"), contains("line 2: expected 2 fields") && contains("found 1"));
    CHECK_THAT(refused("1,nan\n"), contains("Correct what is wrong, say that the first row is a "
                                            "header (header), leave rows with missing values out "
                                            "(drop_missing), or leave the column out (ignore)"));
    CHECK_THAT(refused("1,2\n3,4x\n"), contains("wrong, or leave the column out (ignore)"));
    CHECK_THAT(refused("1,inf\n"), contains("finite"));
    CHECK_THAT(refused("1,1e40\n"), contains("finite"));
    CHECK_THAT(refused("x,y\n1,2\n"), contains("line 1: expected numbers, found 'x', 'y'. If it "
                                               "is a header, say so (header)"));
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
