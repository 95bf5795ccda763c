// SPDX-License-Identifier: MIT
#pragma once

// Trains a model in place: forward, loss, backward, clip and update, a batch of rows a step. Needs
// a model, which it refers to, a loss that fits the network and an optimiser. Promises that a run
// is the same to the bit on every machine and with any number of threads, that the model is trained
// with the kernels that run it, and no allocation unless a batch has more rows than any before.

#include <boost/hana/tuple.hpp>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <tuple>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../model/model.hpp"
#include "../../model/threads.hpp"
#include "buffer.hpp"
#include "divergence.hpp"
#include "frozen.hpp"
#include "objective.hpp"
#include "optimiser.hpp"
#include "options.hpp"
#include "pass.hpp"
#include "row_view.hpp"

namespace laminate::inline LAMINATE_ISA {

struct step_result {
    double loss = 0.0;          // before the update
    double gradient_norm = 0.0; // of all parameters together, before clipping
    // Whether both are finite. If not, the step has changed neither parameters nor moments:
    // first_divergence() says where it began.
    bool finite = true;
};

// All that a run is made of beside its model's parameters: what a checkpoint keeps. Dropout's masks
// follow from the seed and the number of the step.
struct trainer_state {
    std::uint64_t steps = 0; // taken so far
    std::uint64_t seed = 0;
    float learning_rate = 0.0f;
    std::span<float> first_moments = {};  // as the parameters are packed
    std::span<float> second_moments = {}; // empty where the optimiser has none
};

namespace detail {

template <class Network, std::size_t Parameters>
struct nothing_to_learn {
    static_assert(Parameters > 0, "Laminate: this network has no parameters, so there is nothing "
                                  "to train; add a layer that has, such as dense<10>");
};

} // namespace detail

template <class Model, training_loss Loss, optimiser Optimiser, pack::words P = pack::xsimd>
class trainer {
    using network = typename Model::network;
    using plan_type = detail::static_plan<network, ir::fusion::off>;
    static constexpr const auto& plan_ = plan_type::value;
    static constexpr std::size_t ports_in_ = plan_.in.size();
    static constexpr std::size_t ports_out_ = plan_.out.size();
    using objectives =
        training::objectives_of<P, network, decltype(detail::listed(std::declval<Loss>()))>;
    using pass = typename objectives::pass;

public:
    static constexpr std::size_t inputs = Model::inputs;
    static constexpr std::size_t outputs = Model::outputs;

    // Refers to the model, which must stay where it is. Throws laminate::exception where a number
    // of the loss, the optimiser or the options is wrong, a frozen layer isn't there, or the system
    // refuses threads.
    trainer(Model& model, Loss loss, Optimiser optimiser, train_options options = {})
        : model_(&model),
          objectives_(checked(std::move(loss), optimiser, options)),
          optimiser_(optimiser),
          options_(std::move(options)),
          parameters_(floats_ * (1 + Optimiser::moments)),
          other_(pass::shares() ? floats_ : 0),
          turned_(turned_floats_) {
        if (auto why = still_.freeze(options_.frozen)) raise(*why);
        if (options_.threads != 1) threads_.emplace(options_.threads);
    }
    trainer(Model&&, Loss, Optimiser, train_options = {}) = delete;

    // One step on whole rows, one behind the other: contiguous floats, or contiguous arrays of
    // floats. Targets are rows of `outputs` floats, or integers: classes for softmax_cross_entropy,
    // one for each row, else numbers such as 0 and 1. Of several inputs, or outputs, they are a
    // std::tuple with those of each. Rows may have finite weights of 0 or more. Stops with a
    // message where there aren't as many targets, or weights, as rows, or a class or a weight is
    // wrong.
    template <class In, class Targets>
    step_result step(const In& in, const Targets& targets, std::span<const float> weights = {}) {
        training::workspace w = {};
        const std::size_t rows = prepare(in, targets, weights, w);
        ++steps_;
        w.drops = true;
        w.seed = random_source(options_.seed ^ (steps_ * 0x9e3779b97f4a7c15U)).next();
        const pass now(w);
        now.turn();
        in_parts(blocks(rows), [&](std::size_t block) {
            const std::size_t first = block * block_rows(rows);
            const std::size_t count = std::min(block_rows(rows), rows - first);
            now.forward(first, count);
            objectives_.template run<true>(now, first, count);
            now.backward(first, count);
        });
        in_parts(pass::parts.size(), [&](std::size_t part) {
            if (is_frozen(part)) return;
            now.parameter_gradient(part, rows);
            squares_[part] = kernel::sum_of_squares<P>(w.gradient + pass::parts[part].begin,
                                                       pass::parts[part].floats);
        });
        return finish(rows);
    }

    // The loss of rows as they are, without dropout, penalties or an update.
    template <class In, class Targets>
    double loss(const In& in, const Targets& targets, std::span<const float> weights = {}) {
        training::workspace w = {};
        const std::size_t rows = prepare(in, targets, weights, w);
        const pass now(w);
        in_parts(blocks(rows), [&](std::size_t block) {
            const std::size_t first = block * block_rows(rows);
            const std::size_t count = std::min(block_rows(rows), rows - first);
            now.forward(first, count);
            objectives_.template run<false>(now, first, count);
        });
        return objectives_.total(rows);
    }
    // Of the last loss, of step() or loss(), the part that is output number Output's.
    template <std::size_t Output>
    double loss_of() const {
        return objectives_.template total_of<Output>(last_rows_);
    }
    // What the last loss, of step() or loss(), is the mean over: the number of rows, or the sum of
    // their weights, times those of their classes. Losses of parts of some rows, weighted by these,
    // have the loss of all as their mean. (With losses of several outputs that of the first: all
    // are the same, unless classes have weights.)
    double loss_weight() const { return objectives_.weight(); }

    // Makes room for batches of so many rows. What values() shows is gone where that is more.
    void reserve(std::size_t rows) {
        if (rows <= capacity_) return;
        if (rows > most_rows)
            detail::stop("a trainer's batch has too many rows; at most", most_rows, rows);
        const std::size_t capacity = whole_lines(rows);
        last_rows_ = 0;
        objectives_.reserve(capacity);
        rows_ = training::buffer(capacity * pass::layout.floats);
        capacity_ = capacity;
    }

    float learning_rate() const { return optimiser_.learning_rate; }
    // Throws laminate::exception unless it is finite and 0 or more.
    void set_learning_rate(float rate) {
        if (const auto why = detail::settings("trainer").at_least_0("learning_rate", rate).wrong())
            raise(*why);
        optimiser_.learning_rate = rate;
    }

    Model& model() const { return *model_; }

    // The gradient of the last step before clipping and penalties, packed as the model's
    // parameters are, or layer by layer, as model.layer<Index>() has them; 0 of frozen layers.
    std::span<const float> gradient() const { return parameters_.span().first(floats_); }
    template <std::size_t Index>
    auto gradient_of() const {
        return detail::views_of<plan_type, Index + 1>(gradient().data());
    }
    auto gradients() const {
        return [this]<std::size_t... I>(std::index_sequence<I...>) {
            return boost::hana::make_tuple(this->template gradient_of<I>()...);
        }
        (std::make_index_sequence<plan_.nodes.size() - 1>{});
    }

    // Values of layer Index in the last call of step() or loss(), and the gradient of the loss by
    // them in the last step. No rows where they aren't kept: the value of a dense layer that is
    // computed together with the function behind it, gradients that go through a function as soon
    // as they are computed, and those that only frozen layers would need.
    template <std::size_t Index>
    row_view values() const {
        for (std::size_t s = 0; s < pass::count; ++s)
            if (pass::stages.at[s].last == Index + 1) return values_of_stage(s);
        return {};
    }
    template <std::size_t Index>
    row_view value_gradients() const {
        for (std::size_t s = 0; s < pass::count; ++s)
            if (pass::stages.at[s].node == Index + 1) return gradients_of_stage(s);
        return {};
    }

    // Where the first number was that isn't finite, after a step that says it wasn't.
    divergence first_divergence() const {
        for (std::size_t s = 0; s < pass::count; ++s) {
            const std::size_t layer = pass::stages.at[s].node - 1;
            for (const training::part& part : pass::parts)
                if (part.stage == s &&
                    !training::all_finite(model_->packed().subspan(part.begin, part.floats)))
                    return {divergence_kind::parameter, layer, 0};
            const row_view values = values_of_stage(s);
            const std::size_t row = training::first_bad_row(values);
            if (row < values.rows()) return {divergence_kind::value, layer, row};
        }
        if (!std::isfinite(objectives_.total(last_rows_)))
            return {divergence_kind::loss, plan_.out[0].node - 1, 0};
        for (std::size_t s = pass::count; s-- > 0;) {
            const std::size_t layer = pass::stages.at[s].node - 1;
            const row_view rows = gradients_of_stage(s);
            const std::size_t row = training::first_bad_row(rows);
            if (row < rows.rows()) return {divergence_kind::gradient, layer, row};
            for (std::size_t i = 0; i < pass::parts.size(); ++i)
                if (pass::parts[i].stage == s && !std::isfinite(squares_[i]))
                    return {divergence_kind::gradient, layer, 0};
        }
        return {};
    }

    trainer_state state() {
        return {steps_, options_.seed, learning_rate(), moments(0), moments(1)};
    }
    // Goes on from a state; its moments are copied. Stops with a message where there are not as
    // many as this optimiser has.
    void restore(const trainer_state& from) {
        for (std::size_t m = 0; m < 2; ++m) {
            const std::span<float> source = m == 0 ? from.first_moments : from.second_moments;
            if (source.size() != moments(m).size())
                detail::stop("restore() needs the moments of the same network and optimiser, "
                             "in floats",
                             moments(m).size(), source.size());
            std::ranges::copy(source, moments(m).begin());
        }
        steps_ = from.steps;
        options_.seed = from.seed;
        set_learning_rate(from.learning_rate);
    }

private:
    static_assert(alignof(detail::losses_for_outputs<ports_out_, objectives::count>) > 0,
                  "Laminate: each output must have a loss");
    static constexpr std::size_t untrainable_ = training::first_untrainable<plan_type>();
    static_assert(
        alignof(detail::has_no_way_back<
                plan_.nodes[untrainable_ == ir::none ? 0 : untrainable_].kind, untrainable_>) > 0,
        "Laminate: training must have a way back through each layer");
    static_assert(objectives::fit && objectives::of_layers,
                  "Laminate: the losses must fit the network");
    static_assert(alignof(detail::nothing_to_learn<network, plan_.parameters>) > 0,
                  "Laminate: the network must have parameters");
    static constexpr std::size_t floats_ = plan_.weight_bytes / sizeof(float);
    static constexpr std::size_t turned_floats_ = pass::turned_begin(pass::count) + pass::widest();

    static constexpr std::size_t most_rows =
        std::numeric_limits<std::ptrdiff_t>::max() /
        (sizeof(float) * (pass::layout.floats + outputs + line_floats)) / line_floats * line_floats;

    static auto checked(Loss given, const Optimiser& optimiser, const train_options& o) {
        auto losses = detail::listed(std::move(given));
        std::optional<error> why = objectives::wrong(losses);
        if constexpr (requires { optimiser.check(); })
            if (!why) why = optimiser.check();
        if (!why)
            why = detail::settings("optimiser")
                      .at_least_0("learning_rate", optimiser.learning_rate)
                      .wrong();
        if (!why)
            why = detail::settings("train_options")
                      .at_least_0("l1", o.l1)
                      .at_least_0("l2", o.l2)
                      .not_negative("max_norm", o.max_norm)
                      .not_negative("clip_norm", o.clip_norm)
                      .not_negative("clip_value", o.clip_value)
                      .wrong();
        if (why) raise(*why);
        return losses;
    }

    pass last_pass() const {
        training::workspace w = {};
        w.rows = rows_.data();
        w.capacity = capacity_;
        return pass(w);
    }
    row_view values_of_stage(std::size_t s) const { return last_pass().value_view(s, last_rows_); }
    row_view gradients_of_stage(std::size_t s) const {
        if (!pass::stores(s) || still_.idle[s]) return {};
        return last_pass().gradient_view(s, last_rows_);
    }

    // Looks at what step() or loss() is given, and returns how many rows that is.
    template <class In, class Targets>
    std::size_t prepare(const In& in, const Targets& targets, std::span<const float> weights,
                        training::workspace& w) {
        constexpr const char* what =
            "training needs whole rows in, as many of each input, in floats";
        const std::size_t rows = training::take_inputs<plan_type>(in, w, what);
        if (rows == 0) detail::stop(what, plan_.in[0].units, 0);
        reserve(rows);
        last_rows_ = rows;
        objectives_.prepare(targets, weights, rows);
        complete(w);
        return rows;
    }

    void complete(training::workspace& w) {
        w.parameters = model_->packed().data();
        w.gradient = parameters_.data();
        w.other = other_.data();
        w.turned = turned_.data();
        w.zeros = turned_.data() + pass::turned_begin(pass::count);
        w.rows = rows_.data();
        w.capacity = capacity_;
        w.idle = still_.idle.data();
    }

    std::span<float> moments(std::size_t m) {
        return m < Optimiser::moments ? parameters_.span().subspan((1 + m) * floats_, floats_)
                                      : std::span<float>{};
    }

    // Rows that one thread takes through the whole network: as many as stay in the L2 cache.
    static constexpr std::size_t most_block_rows =
        std::clamp<std::size_t>(l2_bytes / (sizeof(float) * pass::layout.floats), 1, 64);
    std::size_t block_rows(std::size_t rows) const {
        const std::size_t threads = threads_ ? threads_->size() : 1;
        return std::min(most_block_rows, (rows + threads - 1) / threads);
    }
    std::size_t blocks(std::size_t rows) const {
        return (rows + block_rows(rows) - 1) / block_rows(rows);
    }

    template <class Task>
    void in_parts(std::size_t count, const Task& task) {
        if (threads_) return (*threads_)(count, task);
        for (std::size_t i = 0; i < count; ++i)
            task(i);
    }

    step_result finish(std::size_t rows) {
        double squares = 0.0;
        for (const float s : squares_)
            squares += static_cast<double>(s);
        step_result r = {objectives_.total(rows), std::sqrt(squares), true};
        r.finite = std::isfinite(r.loss) && std::isfinite(r.gradient_norm);
        if (r.finite)
            update(r.gradient_norm);
        else
            --steps_;
        return r;
    }

    void update(double norm) {
        const auto rule = optimiser_.rule(steps_);
        const double most = static_cast<double>(options_.clip_norm);
        kernel::penalty p = {};
        p.scale = most > 0.0 && norm > most ? static_cast<float>(most / norm) : 1.0f;
        p.bound = options_.clip_value > 0.0f ? options_.clip_value
                                             : std::numeric_limits<float>::infinity();
        in_parts(pass::parts.size(), [&](std::size_t number) {
            if (is_frozen(number)) return;
            const training::part& part = pass::parts[number];
            kernel::penalty mine = p;
            if (pass::plan.tensors[part.tensor].decays)
                mine = {p.scale, p.bound, options_.l1, options_.l2,
                        optimiser_.learning_rate * optimiser_.weight_decay};
            float* const at = parameters_.data() + part.begin;
            kernel::update<P, Optimiser::moments>(
                model_->packed().data() + part.begin, at, at + floats_,
                Optimiser::moments > 1 ? at + 2 * floats_ : nullptr, part.floats, rule, mine);
        });
        if (options_.max_norm > 0.0f)
            pass::limit(model_->packed().data(), options_.max_norm, still_.frozen.data());
    }

    bool is_frozen(std::size_t part) const { return still_.frozen[pass::parts[part].stage]; }

    Model* model_;
    objectives objectives_;
    Optimiser optimiser_;
    train_options options_;
    training::frozen_stages<plan_type> still_;
    training::buffer parameters_; // gradient, then moments, each packed as the parameters are
    training::buffer other_;      // gradients of other places of shared parameters
    training::buffer turned_;     // weights turned around, then zeros
    training::buffer rows_;
    std::array<float, pass::parts.size()> squares_ = {};
    std::size_t capacity_ = 0;
    std::size_t last_rows_ = 0;
    std::uint64_t steps_ = 0;
    std::optional<threads> threads_;
};

} // namespace laminate::inline LAMINATE_ISA
