// SPDX-License-Identifier: MIT
#pragma once

// A training run in a file: parameters, moments, random numbers' place, epoch, the best so far and
// the history. A safetensors file, written atomically, from which lam::load() reads the model as
// from any other. Needs a trainer. Promises that a run goes on from it with the bits it would have
// had, and that a file of another run, network or data set is refused.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../file/number_text.hpp"
#include "../../ir/describe.hpp"
#include "../../model/parameters.hpp"
#include "../data/dataset.hpp"
#include "../steps/divergence.hpp"
#include "../steps/trainer.hpp"
#include "early_stopping.hpp"
#include "history.hpp"
#include "schedule.hpp"

namespace laminate::inline LAMINATE_ISA {

// The numbers of a data set in one, by which a checkpoint knows it again.
[[nodiscard]] inline std::uint64_t hash_of(const dataset& data) {
    std::uint64_t hash = 0;
    const auto add = [&hash](std::uint64_t word) { // a step of SplitMix64's kind
        hash = (hash ^ word) * 0xbf58476d1ce4e5b9U;
        hash ^= hash >> 31;
    };
    const auto add_all = [&add](const auto& numbers) {
        add(numbers.size());
        for (const auto number : numbers)
            add(std::bit_cast<std::uint32_t>(number));
    };
    add(data.inputs);
    add(data.outputs);
    add(data.classes);
    add_all(data.x);
    add_all(data.targets);
    add_all(data.labels);
    add_all(data.weights);
    return hash;
}

// What a run is at, beside its model and trainer.
struct run_state {
    std::uint64_t seed = 0; // these must be those of the run that goes on
    std::size_t batch = 0;
    std::size_t rows = 0;         // these too, unless `any_data`
    std::uint64_t train_data = 0; // hashes
    std::uint64_t validation_data = 0;

    // A checkpoint of other data is taken. Numbers measured on that say nothing of this: an epoch
    // that was begun begins anew, and what was best is forgotten.
    bool any_data = false;
    bool other_data = false; // set by loading: it was

    std::size_t epoch = 0;    // finished ones
    std::size_t steps = 0;    // taken in the next one
    double loss_sum = 0.0;    // over the rows of these steps
    double loss_weight = 0.0; // of these rows together
    float base_rate = 0.0f;   // the optimiser's own, without schedule
    reduce_on_plateau plateau = {};
    early_stopping stopping = {};
    std::vector<float> best = {}; // packed parameters, once there are best ones
    std::vector<epoch_report> epochs = {};
};

namespace detail {

inline constexpr std::string_view checkpoint_format = "laminate checkpoint 3";

// Numbers of the run's state, one behind the other, written and read by the same list.
template <class State, class Function>
void each_number(State& s, Function f) {
    f("seed", s.seed);
    f("batch", s.batch);
    f("rows", s.rows);
    f("train_data", s.train_data);
    f("validation_data", s.validation_data);
    f("epoch", s.epoch);
    f("steps", s.steps);
    f("loss_sum", s.loss_sum);
    f("loss_weight", s.loss_weight);
    f("base_rate", s.base_rate);
    f("plateau_factor", s.plateau.current);
    f("plateau_best", s.plateau.best);
    f("plateau_waited", s.plateau.waited);
    f("best", s.stopping.best);
    f("best_epoch", s.stopping.best_epoch);
    f("waited", s.stopping.waited);
}
template <class Report, class Function>
void each_number_of_epoch(Report& r, Function f) {
    f(r.epoch);
    f(r.loss);
    f(r.validation_loss);
    f(r.metric);
    f(r.rate);
    f(r.seconds);
}

inline std::string epochs_text(const std::vector<epoch_report>& epochs) {
    std::string text;
    for (const epoch_report& r : epochs)
        each_number_of_epoch(r, [&](auto number) { text += text_of(number) + " "; });
    return text;
}
inline bool read_epochs(std::string_view text, std::vector<epoch_report>& epochs) {
    while (!text.empty()) {
        epoch_report r;
        bool fine = true;
        each_number_of_epoch(r, [&](auto& number) {
            const std::size_t end = text.find(' ');
            fine = fine && end != std::string_view::npos;
            if (!fine) return;
            const auto read =
                number_of<std::remove_reference_t<decltype(number)>>(text.substr(0, end));
            fine = read.has_value();
            if (fine) number = *read;
            text.remove_prefix(end + 1);
        });
        if (!fine) return false;
        epochs.push_back(r);
    }
    return true;
}

// The layers as text, so that a file of another network is noticed even if its shapes fit.
inline std::string network_text(const ir::plan_view& plan) {
    std::string text;
    for (const ir::node& n : plan.nodes)
        text += sentence(text.empty() ? "" : " | ", ir::text::layer(n));
    return text;
}

// Whose meaning the moments of an optimiser have, since those of sgd are no squares for rmsprop. Of
// somebody's own there is nothing to say but how many they are.
template <class Optimiser>
constexpr std::string_view moments_of() {
    if constexpr (requires { Optimiser::moments_of; })
        return Optimiser::moments_of;
    else
        return "another optimiser";
}

// Whether these numbers can be those of a run.
inline bool is_possible(const run_state& run) {
    return run.base_rate >= 0.0f && std::isfinite(run.base_rate) && std::isfinite(run.loss_sum) &&
           run.loss_weight >= 0.0 && std::isfinite(run.loss_weight) && run.plateau.current >= 0.0 &&
           std::isfinite(run.plateau.current) && run.epochs.size() == run.epoch &&
           run.stopping.best_epoch <= run.epoch;
}

} // namespace detail

// Returns nothing, or what failed; then an old file is unchanged.
template <class Model, training_loss Loss, optimiser Optimiser, pack::words P>
[[nodiscard]] std::optional<error> save_checkpoint(const std::string& path,
                                                   trainer<Model, Loss, Optimiser, P>& trainer,
                                                   const run_state& run) {
    constexpr const auto& plan = detail::plan_of<typename Model::network, ir::fusion::on>;
    auto tensors = detail::parameter_values(plan.view(), {}, trainer.model().packed());
    if (!tensors) return tensors.error();
    const trainer_state state = trainer.state();
    const auto add = [&](const char* name, std::span<const float> values) {
        if (!values.empty())
            tensors->push_back({name, {values.size()}, {values.begin(), values.end()}});
    };
    add("moments.first", state.first_moments);
    add("moments.second", state.second_moments);
    add("best", run.best);

    text_pairs metadata = {{"format", "pt"},
                           {"checkpoint", std::string(detail::checkpoint_format)},
                           {"network", detail::network_text(plan.view())},
                           {"moments", std::string(detail::moments_of<Optimiser>())},
                           {"trainer_steps", detail::text_of(state.steps)},
                           {"trainer_seed", detail::text_of(state.seed)},
                           {"epochs", detail::epochs_text(run.epochs)}};
    detail::each_number(run, [&](const char* name, auto number) {
        metadata.emplace_back(name, detail::text_of(number));
    });
    const auto bytes = detail::safetensors_of(*tensors, metadata);
    if (!bytes) return error{sentence(path, ": not written: ", bytes.error().message)};
    return write_file_atomically(path, *bytes);
}

namespace detail {

// load_checkpoint of a file that has been read; `path` is for messages.
template <class Model, training_loss Loss, optimiser Optimiser, pack::words P>
[[nodiscard]] std::optional<error> take_checkpoint(const tensor_file& file, const std::string& path,
                                                   trainer<Model, Loss, Optimiser, P>& trainer,
                                                   run_state& run) {
    constexpr const auto& plan = plan_of<typename Model::network, ir::fusion::on>;
    const auto wrong = [&path](const auto&... what) {
        return error{sentence(path, ": ", what..., ". Delete the file to begin anew")};
    };
    const auto text = [&](std::string_view key) {
        const std::string* const found = file.find_metadata(key);
        return found == nullptr ? std::string_view() : std::string_view(*found);
    };
    if (text("checkpoint") != checkpoint_format)
        return wrong("expected a checkpoint of format '", checkpoint_format, "', found ",
                     text("checkpoint").empty() ? "another file" : quote(text("checkpoint")));
    const std::string network = network_text(plan.view());
    if (text("network") != network)
        return wrong("expected the network ", network, ", found ", quote(text("network")));

    if (text("moments") != moments_of<Optimiser>())
        return wrong("expected the moments of ", moments_of<Optimiser>(), ", found those of ",
                     quote(text("moments")));

    run_state read = run;
    std::string missing;
    const auto read_number = [&](const char* name, auto& number) {
        const auto value = number_of<std::remove_reference_t<decltype(number)>>(text(name));
        if (value)
            number = *value;
        else if (missing.empty())
            missing = name;
    };
    each_number(read, read_number);
    trainer_state state = {};
    read_number("trainer_steps", state.steps);
    read_number("trainer_seed", state.seed);
    read.epochs.clear();
    if (missing.empty() && !read_epochs(text("epochs"), read.epochs)) missing = "epochs";
    if (!missing.empty()) return wrong("expected a number '", missing, "', found none");
    if (!is_possible(read)) return wrong("expected the numbers of a run, found some that can't be");
    if (read.seed != run.seed || read.batch != run.batch)
        return wrong("expected a run of seed ", run.seed, " and batches of ", run.batch,
                     ", found seed ", read.seed, " and batches of ", read.batch);
    const bool other_rows = read.rows != run.rows || read.train_data != run.train_data;
    const bool other_data = other_rows || read.validation_data != run.validation_data;
    if (other_data && !run.any_data)
        return error{sentence(
            path, ": expected a run on this data, found one on other ",
            other_rows ? "training rows" : "validation rows",
            read.rows != run.rows ? sentence(" (", read.rows, " instead of ", run.rows, ")") : "",
            ". Delete the file to begin anew, or set any_data to go on with "
            "this data")};

    std::vector<float> first;
    std::vector<float> second;
    read.best.clear();
    const trainer_state now = trainer.state();
    const auto tensor = [&](const char* name, std::size_t size, std::vector<float>& values) {
        if (file.find(name) == nullptr && size == 0) return std::optional<error>();
        auto found = file.read_floats(name);
        if (!found) return std::optional(std::move(found).error());
        if (found->size() != size)
            return std::optional(
                wrong("tensor '", name, "': expected ", size, " numbers, found ", found->size()));
        if (!training::all_finite(*found))
            return std::optional(wrong("tensor '", name,
                                       "': expected finite numbers, found "
                                       "NaN or an infinity"));
        values = *std::move(found);
        return std::optional<error>();
    };
    if (auto why = tensor("moments.first", now.first_moments.size(), first)) return why;
    if (auto why = tensor("moments.second", now.second_moments.size(), second)) return why;
    const bool has_best = file.find("best") != nullptr;
    if (auto why = tensor("best", has_best ? trainer.model().packed().size() : 0, read.best))
        return why;
    Model loaded;
    if (auto why = load_parameters(plan.view(), file, {}, loaded.packed())) return why;

    trainer.model() = std::move(loaded);
    state.learning_rate = read.base_rate;
    state.first_moments = first;
    state.second_moments = second;
    trainer.restore(state);
    read.other_data = other_data;
    if (other_data) {
        read.rows = run.rows;
        read.train_data = run.train_data;
        read.validation_data = run.validation_data;
        read.steps = 0;
        read.loss_sum = read.loss_weight = 0.0;
        read.plateau = run.plateau;
        read.stopping = run.stopping;
        read.best.clear();
    }
    run = std::move(read);
    return std::nullopt;
}

} // namespace detail

// Sets the trainer, its model and `run`, or returns what is wrong; then all three are as before.
// The settings of `run` (patience and so on) are kept; its seed, batch and data must be the file's.
template <class Model, training_loss Loss, optimiser Optimiser, pack::words P>
[[nodiscard]] std::optional<error> load_checkpoint(const std::string& path,
                                                   trainer<Model, Loss, Optimiser, P>& trainer,
                                                   run_state& run) {
    const result<tensor_file> file = read_safetensors(path);
    if (!file) return file.error();
    return detail::take_checkpoint(*file, path, trainer, run);
}

} // namespace laminate::inline LAMINATE_ISA
