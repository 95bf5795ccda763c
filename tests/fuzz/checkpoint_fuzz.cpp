// SPDX-License-Identifier: MIT
// libFuzzer target: what a checkpoint's metadata says is taken as a whole or refused, and a trainer
// that refused is as before. The input is lines: `name text` sets an entry of a good checkpoint,
// `name` alone takes it out. (The file's own syntax is safetensors_fuzz.cpp's.)

#include <laminate/laminate.hpp>
#include <laminate/train/train.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lam = laminate;

namespace {

struct small : lam::network<lam::input<3> | lam::dense<4> | lam::relu | lam::dense<2>> {};

void require(bool promise) {
    if (!promise) std::abort();
}

lam::trainer<lam::model<small>, lam::mean_squared_error, lam::adam>
start(lam::model<small>& model) {
    lam::initialise(model, 1);
    return {model, lam::mean_squared_error{}, lam::adam{}, {.seed = 3}};
}

lam::run_state at_start() {
    lam::run_state run;
    run.seed = 3;
    run.rows = 20;
    run.batch = 5;
    return run;
}

lam::tensor_file good_checkpoint() {
    lam::model<small> model;
    auto trainer = start(model);
    lam::run_state run = at_start();
    run.epoch = 2;
    run.epochs.resize(2);
    const std::string path = "checkpoint_fuzz.safetensors";
    require(!lam::save_checkpoint(path, trainer, run));
    auto read = lam::read_safetensors(path);
    std::remove(path.c_str());
    return std::move(read).value();
}

void change(lam::text_pairs& entries, std::string_view lines) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        const std::string name(line.substr(0, line.find(' ')));
        std::erase_if(entries, [&](const auto& entry) { return entry.first == name; });
        if (name.size() < line.size()) entries.emplace_back(name, line.substr(name.size() + 1));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    static const lam::tensor_file good = good_checkpoint();
    lam::text_pairs entries = good.metadata();
    change(entries, {reinterpret_cast<const char*>(data), size});
    std::vector<std::vector<float>> values;
    std::vector<lam::tensor_to_write> tensors;
    for (const lam::tensor& t : good.tensors())
        values.push_back(good.read_floats(t).value());
    for (std::size_t i = 0; i < values.size(); ++i)
        tensors.push_back({good.tensors()[i].name, good.tensors()[i].shape, values[i]});
    const auto bytes = lam::safetensors_bytes(tensors, entries);
    if (!bytes) return 0; // text that isn't UTF-8
    const auto file = lam::parse_safetensors(std::as_bytes(std::span(*bytes)), "fuzz");
    require(file.has_value());

    lam::model<small> model;
    auto trainer = start(model);
    const lam::model<small> before = model;
    lam::run_state run = at_start();
    const auto wrong = lam::detail::take_checkpoint(*file, "fuzz", trainer, run);
    if (wrong) {
        require(wrong->message.size() < 2000 && wrong->message.starts_with("fuzz: "));
        require(model == before && trainer.state().steps == 0 && run.epochs.empty());
        return 0;
    }
    require(run.seed == 3 && run.rows == 20 && run.batch == 5 && !run.other_data);
    require(run.epochs.size() == run.epoch && trainer.learning_rate() >= 0.0f);
    return 0;
}
