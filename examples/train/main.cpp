// SPDX-License-Identifier: MIT

// Trains a network on handwritten digits and saves it. Needs examples/data/digits.bin. Promises
// digits.safetensors (which lam::load reads) and units.svg in the current directory, and that a run
// ended by Ctrl-C goes on when started again.

#include "to_learn.hpp"

#include <laminate/laminate.hpp>
#include <laminate/train/train.hpp>

#include <cstdio>
#include <exception>

namespace lam = laminate;

namespace {

// clang-format off
constexpr auto network = lam::input<64>
                       | lam::dense<64> | lam::relu | lam::dropout<0.1f>
                       | lam::dense<32> | lam::relu
                       | lam::dense<10> | lam::softmax;
// clang-format on

void run() {
    // A fifth of the rows that may be trained on decides when to stop.
    const lam::two_parts all = demo::to_learn(demo::read_dataset(TRAIN_DATA));
    const lam::two_parts parts = lam::split(all.train, 0.2, 1);
    const lam::normaliser scale = lam::fit_min_max(parts.train, -1.0, 1.0);

    auto model = lam::initialised(network, 1);
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adamw{.learning_rate = 0.002f});

    lam::fit_options options;
    options.epochs = 200;
    options.stopping.emplace().patience = 30;
    options.checkpoint = "train_checkpoint.safetensors";
    const lam::history h = lam::fit(trainer, scale(parts.train), scale(parts.test), options);
    if (h.stopped == lam::stop_reason::interrupted) return;
    std::remove(options.checkpoint.c_str());

    const lam::dataset test = scale(all.test);
    std::printf("best epoch %zu\n\n%s", h.best_epoch, lam::report(model, test).c_str());

    // The saved model takes the pixels as they are.
    lam::save(lam::fold_into(model, scale).value(), "digits.safetensors");
    if (const auto why = lam::write_file_atomically("units.svg", lam::report_svg(model, test)))
        lam::raise(*why);
}

} // namespace

int main() try { run(); } catch (const std::exception& error) {
    std::fprintf(stderr, "train: %s\n", error.what());
    return 1;
}
