// SPDX-License-Identifier: MIT

// The demo: a network declared in C++ learns real handwritten digits, reads others, becomes a
// standalone source that computes the same bits, and is timed beside its unfused form and plain
// loops. Needs examples/data, and a compiler at run time. Promises the same output every time, but
// for the timings.

#include "contact_sheet.hpp"
#include "dataset.hpp"
#include "network.hpp"
#include "network_text.hpp"
#include "plain.hpp"
#include "readings.hpp"
#include "standalone.hpp"
#include "timing.hpp"
#include "to_learn.hpp"

#include <laminate/codegen/write_cpp.hpp>
#include <laminate/train/fit/fit.hpp>
#include <laminate/train/steps/initialise.hpp>

#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>

namespace {

using demo::image;
using demo::probabilities;

void heading(const char* text) { std::cout << '\n' << text << "\n\n"; }

void print_indented(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        std::cout << (line.empty() ? "" : "  ") << line << '\n';
}

/// Learns the training images; the others take no part, but for the accuracy that is shown.
auto train(const demo::dataset& data) {
    const lam::two_parts parts = demo::to_learn(data);
    auto model = lam::initialised(network, 1);
    lam::trainer trainer(model, lam::softmax_cross_entropy{},
                         lam::adamw{.learning_rate = 0.003f, .weight_decay = 0.1f});
    lam::fit_options options;
    options.epochs = 120;
    options.batch = 64;
    options.rate = lam::cosine(120);
    options.show = lam::show::nothing;
    double seconds = 0.0;
    options.on_epoch = [&](const lam::epoch_report& r) {
        seconds += r.seconds;
        if (r.epoch % 20 == 0)
            std::cout << "  epoch " << std::setw(3) << r.epoch << "  loss " << std::fixed
                      << std::setprecision(4) << r.loss << "  test accuracy "
                      << demo::percent(r.metric) << '\n';
        return true;
    };
    lam::fit(trainer, parts.train, parts.test, options);
    std::cout << "  " << parts.train.rows() << " images, " << options.epochs << " times, in "
              << std::setprecision(1) << seconds << " s\n";
    return model;
}

template <class Model>
std::vector<demo::reading> read_test_images(const Model& model, const demo::dataset& data) {
    std::vector<demo::reading> readings;
    for (std::size_t i = 0; i < data.test_images().size(); ++i) {
        const image& one = data.test_images()[i];
        readings.push_back({one, data.test_labels()[i], model(one)});
    }
    return readings;
}

/// How many rows differ in at least one bit.
std::size_t count_different(std::span<const probabilities> a, std::span<const probabilities> b) {
    std::size_t different = 0;
    for (std::size_t row = 0; row < a.size(); ++row) {
        different += std::memcmp(a[row].data(), b[row].data(), sizeof(probabilities)) != 0;
    }
    return different;
}

struct standalone_findings {
    bool same_bits;
    std::array<demo::timing, 2> times; // one by one, and in batches
};

/// Writes the standalone source, compiles it for two instruction sets, and compares all outputs.
template <class Model>
standalone_findings check_standalone(const Model& model, const demo::dataset& data,
                                     const std::filesystem::path& directory) {
    lam::write_options options;
    options.directory = directory.string();
    lam::write_cpp(model, "digits", options);
    std::cout << "  " << (directory / "digits.hpp").string() << "\n  "
              << (directory / "digits.cpp").string() << "\n\n";

    std::vector<probabilities> expected;
    expected.reserve(data.images.size());
    for (const image& one : data.images) {
        expected.push_back(model(one));
    }
    std::vector<probabilities> batch(data.images.size());
    model.batch(data.images, batch);

    standalone_findings found = {true, {}};
    const auto report = [&](const std::string& what, std::span<const probabilities> rows) {
        const std::size_t different = count_different(expected, rows);
        found.same_bits = found.same_bits && different == 0;
        std::cout << "  " << std::left << std::setw(52) << what << std::right
                  << (different == 0 ? "same bits" : std::to_string(different) + " differ") << '\n'
                  << std::flush;
    };
    report("model.batch, all at once", batch);
    for (const char* flags : {"-O2", "-O3 " DIGITS_ARCH_FLAG}) {
        const auto answers = demo::run_standalone(directory, DIGITS_COMPILER, flags, data.images);
        report("standalone, " + std::string(flags) + ", one by one", answers.single);
        report("standalone, " + std::string(flags) + ", all at once", answers.batch);
        found.times = answers.times;
    }
    return found;
}

/// The network in four forms; `standalone` has been timed, compiled with the same flags as this.
template <class Model>
void show_times(const Model& fused, const std::array<demo::timing, 2>& standalone,
                std::span<const image> images) {
    auto unfused = lam::unfused(fused);
    const demo::plain_network plain(fused);
    constexpr std::size_t batch = demo::rows_of_batch;
    images = images.first(images.size() / batch * batch);
    std::vector<probabilities> out(images.size());

    const auto one_by_one = [&](auto& form) {
        return [&] {
            for (std::size_t i = 0; i < images.size(); ++i) {
                out[i] = form(images[i]);
                demo::keep(out.data());
            }
        };
    };
    const auto in_batches = [&](auto& form) {
        return [&] {
            for (std::size_t i = 0; i < images.size(); i += batch) {
                form.batch(images.subspan(i, batch), std::span(out).subspan(i, batch));
                demo::keep(out.data());
            }
        };
    };
    const auto single =
        demo::compare(images.size(), one_by_one(fused), one_by_one(unfused), one_by_one(plain));
    const auto many = demo::compare(images.size(), in_batches(fused), in_batches(unfused));

    const auto show = [&](const char* name, const demo::timing& t) {
        std::cout << demo::timing_line(name, t, single[2]);
    };
    show("plain loops", single[2]);
    show("unfused", single[1]);
    show("fused", single[0]);
    show("standalone", standalone[0]);
    std::cout << "\n  in batches of " << batch << ":\n";
    show("unfused", many[1]);
    show("fused", many[0]);
    show("standalone", standalone[1]);
}

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path.string());
}

bool run(const std::filesystem::path& output, const std::filesystem::path& data_directory) {
    std::filesystem::create_directories(output);
    heading("A network, declared in C++:");
    print_indented(network_text);

    heading("What it became at compile time:");
    print_indented(lam::describe(network));

    const auto data = demo::read_dataset((data_directory / "digits.bin").string());

    heading("Learning handwritten digits, here and now:");
    const auto model = train(data);
    const auto weights = (output / "digits.safetensors").string();
    lam::save(model, weights);
    std::cout << "  " << weights << '\n';

    heading("Reading handwritten digits that it never saw in training:");
    const auto readings = read_test_images(model, data);
    const std::size_t right = demo::count_right(readings);
    std::cout << "  " << right << " of " << readings.size() << " right, "
              << demo::percent(static_cast<double>(right) / static_cast<double>(readings.size()))
              << "\n\n"
              << demo::confusion_matrix(readings);

    heading("The same network as standalone C++17, compiled here; all 1797 images:");
    const auto [same, standalone_times] = check_standalone(model, data, output);

    heading("Time per image on one core (median of 301 runs, and the middle half of them):");
    show_times(model, standalone_times, data.test_images());

    const auto sheet = std::filesystem::absolute(output / "digits.svg").lexically_normal();
    write_text(sheet, demo::contact_sheet(readings, "a 64-64-32-10 network"));
    heading("The test images with what was read, to look at in a browser:");
    std::cout << "  " << sheet.string() << '\n';
    if (!same) std::cerr << "digits: not the same bits everywhere, see above\n";
    return same;
}

} // namespace

int main(int argc, char** argv) {
    const bool help = argc > 1 && argv[1][0] == '-';
    if (help || argc > 3) {
        (help ? std::cout : std::cerr)
            << "usage: " << argv[0] << " [output directory [data directory]]\n"
            << "  output directory   default: digits-demo\n"
            << "  data directory     default: " DIGITS_DATA "\n"
            << "exit code: 0 all well, 1 a file or the compiler failed, 2 wrong usage,\n"
            << "           3 the standalone source gave other bits (a defect: please report it)\n";
        return help ? 0 : 2;
    }
    try {
        return run(argc > 1 ? argv[1] : "digits-demo", argc > 2 ? argv[2] : DIGITS_DATA) ? 0 : 3;
    } catch (const std::exception& error) {
        std::cerr << "digits: " << error.what() << '\n';
        return 1;
    }
}
