// SPDX-License-Identifier: MIT
#pragma once

// Trains for epochs: shuffles, cuts into batches, steps, judges, shows, logs, keeps checkpoints and
// stops in time. Needs a trainer and data sets. Promises that a run is the same to the bit for the
// same seed, whether or not it was interrupted in between, and no allocation in a step but what the
// caller's own functions do.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../data/shuffle.hpp"
#include "../look/layer_text.hpp"
#include "../steps/each_parameter.hpp"
#include "../steps/trainer.hpp"
#include "checkpoint.hpp"
#include "fit_data.hpp"
#include "fit_options.hpp"
#include "interrupt.hpp"
#include "log.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// Random numbers of their own for each epoch and batch, so that a run can go on anywhere.
inline random_source random_of(std::uint64_t seed, std::uint64_t number) {
    return random_source(random_source(seed ^ (number * 0x9e3779b97f4a7c15U)).next());
}

template <class Trainer, class Loss, class Clock = std::chrono::steady_clock>
class fitting {
    static constexpr bool of_classes = loss_of_classes<Loss>;

public:
    fitting(Trainer& trainer, const dataset& train, const dataset& validation,
            const fit_options& options)
        : trainer_(trainer),
          rate_(trainer),
          train_(train),
          validation_(validation),
          options_(options),
          metric_(options.metric                     ? *options.metric
                  : train.outputs == 0 && of_classes ? accuracy_metric()
                  : train.outputs != 0               ? r2_metric()
                                                     : metric{}) {}

    result<history> run() {
        if (auto why = prepare()) return *std::move(why);
        const interrupt_scope signals(options_.catch_signals);
        const double epochs = static_cast<double>(run_.epoch) +
                              static_cast<double>(run_.steps) / static_cast<double>(batches());
        progress<Clock> shown(options_.show, options_.stream, metric_.name, options_.epochs, epochs,
                              train_.rows());
        shown.say(history_.resumed);
        std::optional<error> why = train_epochs(shown);
        if (!why) why = finish(shown);
        if (why) return *std::move(why);
        shown.end(history_, watched_name());
        return std::move(history_);
    }

private:
    // The optimiser's own rate, which a schedule changes while fit() runs and however it ends.
    struct own_rate {
        explicit own_rate(Trainer& t) : trainer(t), value(t.learning_rate()) {}
        own_rate(const own_rate&) = delete;
        own_rate& operator=(const own_rate&) = delete;
        // The trainer has had this rate, so it won't refuse it.
        // NOLINTNEXTLINE(bugprone-exception-escape)
        ~own_rate() { trainer.set_learning_rate(value); }

        Trainer& trainer;
        float value;
    };

    // Rows of a step. (options.batch may be more than there are: all of them, however many.)
    [[nodiscard]] std::size_t batch() const { return std::min(options_.batch, train_.rows()); }
    [[nodiscard]] std::size_t batches() const { return (train_.rows() + batch() - 1) / batch(); }
    [[nodiscard]] bool enough() const { return options_.stopping && run_.stopping.enough(); }
    [[nodiscard]] bool validates() const { return validation_.rows() != 0; }

    std::optional<error> prepare() {
        if (auto why = wrong_data()) return why;
        if (auto why = wrong_options()) return why;
        run_.seed = options_.seed;
        run_.batch = options_.batch;
        run_.rows = train_.rows();
        run_.any_data = options_.any_data;
        if (options_.plateau) run_.plateau = *options_.plateau;
        if (options_.stopping) run_.stopping = *options_.stopping;
        if (auto why = resume()) return why;
        run_.base_rate = rate_.value;

        order_.resize(train_.rows());
        x_.resize(batch() * train_.inputs);
        targets_.resize(batch() * train_.outputs);
        labels_.resize(batch());
        weights_.resize(batch());
        trainer_.reserve(batch());
        const dataset& judged = validates() ? validation_ : train_;
        outputs_.resize(metric_.of ? judged.rows() * Trainer::outputs : 0);
        workspace_.resize(max_tile_rows * std::max<std::size_t>(model_type::workspace_floats, 1));
        if (auto why = csv_.open(options_.csv_log, csv_header(metric_name()), run_.epochs,
                                 [](const epoch_report& r) { return csv_line(r); }))
            return why;
        return json_.open(options_.json_log, "", run_.epochs,
                          [this](const epoch_report& r) { return json_line(r, metric_name()); });
    }

    std::optional<error> wrong_data() const {
        for (const dataset* const data : {&train_, &validation_}) {
            if (data == &validation_ && is_empty(*data)) continue;
            if (auto why = not_fitting(*data, Trainer::inputs, Trainer::outputs, of_classes))
                return why;
        }
        if (training::is_of_probabilities<Loss>)
            if (auto why = no_probabilities(train_)) return why;
        return validates() ? not_alike(train_, validation_) : std::nullopt;
    }

    std::optional<error> wrong_options() const {
        if (options_.batch == 0 || options_.checkpoint_every == 0)
            return error{"fit: expected a batch and a checkpoint_every of at least 1, found 0"};
        if (!options_.rate)
            return error{"fit: expected a schedule as rate, found none. Leave it at constant()"};
        if (options_.stopping && options_.stopping->watch_metric && !metric_.of)
            return error{"fit: expected a metric for early stopping to watch, found none. Give "
                         "one in the options, or let it watch the loss"};
        if (options_.plateau)
            if (auto why = options_.plateau->check()) return why;
        return options_.stopping ? options_.stopping->check() : std::nullopt;
    }

    // Goes on from the checkpoint, if there is one.
    std::optional<error> resume() {
        if (options_.checkpoint.empty()) return std::nullopt;
        run_.train_data = hash_of(train_);
        run_.validation_data = hash_of(validation_);
        errno = 0;
        if (!stream(options_.checkpoint, "rb").is_open()) {
            if (errno == ENOENT) return std::nullopt;
            return error{sentence(options_.checkpoint, ": can't be opened: ", reason(errno),
                                  ". A run that begins anew would replace it")};
        }
        if (auto why = load_checkpoint(options_.checkpoint, trainer_, run_)) return why;
        trainer_.set_learning_rate(rate_.value);
        history_.resumed = resumed_text();
        return std::nullopt;
    }

    std::string resumed_text() const {
        std::string text = options_.checkpoint + ": ";
        const bool over = run_.epoch >= options_.epochs;
        if (over || enough())
            text +=
                sentence("nothing is left to do, since the run ", over ? "ended" : "stopped early",
                         " after epoch ", run_.epoch, " of ", options_.epochs, ". Raise ",
                         over ? "the number of epochs" : "the patience of early stopping",
                         " to go on, or delete the file to begin anew");
        else if (run_.steps == 0)
            text += sentence("goes on after epoch ", run_.epoch, " of ", options_.epochs);
        else
            text += sentence("goes on in epoch ", run_.epoch + 1, " of ", options_.epochs,
                             ", after step ", run_.steps, " of ", batches());
        if (run_.stopping.best_epoch != 0)
            text += sentence("; best so far: epoch ", run_.stopping.best_epoch);
        if (run_.other_data) text += "; the data is another, so what was best before is forgotten";
        if (run_.base_rate != rate_.value)
            text += sentence("; the learning rate is now ", text_of(rate_.value), ", was ",
                             text_of(run_.base_rate));
        return text;
    }

    [[nodiscard]] std::string metric_name() const {
        return metric_.name.empty() ? "metric" : metric_.name;
    }

    std::optional<error> train_epochs(progress<Clock>& shown) {
        while (history_.stopped == stop_reason::finished && run_.epoch < options_.epochs &&
               !enough()) {
            if (auto why = steps_of_epoch(shown)) return why;
            if (run_.steps < batches()) break; // the run ended in the middle
            if (auto why = end_epoch(shown)) return why;
        }
        return std::nullopt;
    }

    // The rest of the steps of an epoch, unless the run ends before.
    std::optional<error> steps_of_epoch(progress<Clock>& shown) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        random_source random = random_of(options_.seed, run_.epoch);
        shuffle(std::span(order_), random);
        epoch_began_ = shown.seconds();
        while (run_.steps < batches()) {
            const std::size_t rows = gather();
            if (auto why = follow_schedule()) return why;
            const step_result r = step(rows);
            if (!r.finite) {
                diverged();
                return std::nullopt;
            }
            ++run_.steps;
            unwritten_ = true;
            run_.loss_sum = std::fma(r.loss, trainer_.loss_weight(), run_.loss_sum);
            run_.loss_weight += trainer_.loss_weight();
            shown.batch(run_.epoch, run_.steps, batches(), r.loss);
            if (options_.on_batch && !options_.on_batch({run_.epoch + 1, run_.steps, batches(),
                                                         r.loss, r.gradient_norm}))
                history_.stopped = stop_reason::callback;
            if (interrupted != 0 && options_.catch_signals)
                history_.stopped = stop_reason::interrupted;
            if (history_.stopped != stop_reason::finished) break;
        }
        return std::nullopt;
    }

    std::optional<error> follow_schedule() {
        const double time =
            static_cast<double>(run_.epoch) +
            (static_cast<double>(run_.steps) + 0.5) / static_cast<double>(batches());
        const double rate =
            static_cast<double>(run_.base_rate) * options_.rate(time) * run_.plateau.current;
        constexpr double most = std::numeric_limits<float>::max();
        if (!(rate >= 0.0 && rate <= most))
            return error{
                sentence("fit: expected a schedule that keeps the learning rate finite and "
                         "not below 0, found ",
                         significant(rate, 6), " at ", significant(time, 6), " epochs")};
        trainer_.set_learning_rate(static_cast<float>(rate));
        return std::nullopt;
    }

    // Copies the rows of the next batch one behind the other.
    std::size_t gather() {
        const std::size_t first = run_.steps * batch();
        const std::size_t rows = std::min(batch(), train_.rows() - first);
        random_source random = random_of(options_.seed + 1, run_.epoch * batches() + run_.steps);
        for (std::size_t i = 0; i < rows; ++i) {
            const std::size_t row = order_[first + i];
            const std::span<float> x = std::span(x_).subspan(i * train_.inputs, train_.inputs);
            std::ranges::copy(train_.input(row), x.begin());
            if (options_.augment) options_.augment(x, random);
            std::ranges::copy(train_.target(row),
                              targets_.begin() + static_cast<std::ptrdiff_t>(i * train_.outputs));
            if (train_.classes != 0) labels_[i] = train_.labels[row];
            if (!train_.weights.empty()) weights_[i] = train_.weights[row];
        }
        return rows;
    }

    step_result step(std::size_t rows) {
        const auto x = std::span<const float>(x_).first(rows * train_.inputs);
        const auto weights =
            std::span<const float>(weights_).first(train_.weights.empty() ? 0 : rows);
        if (train_.outputs != 0)
            return trainer_.step(x, std::span<const float>(targets_).first(rows * train_.outputs),
                                 weights);
        return trainer_.step(x, std::span<const std::uint32_t>(labels_).first(rows), weights);
    }

    void diverged() {
        history_.stopped = stop_reason::diverged;
        history_.message = sentence(
            "epoch ", run_.epoch + 1, ", step ", run_.epoch * batches() + run_.steps + 1, ": ",
            divergence_text<typename model_type::network>(trainer_.first_divergence()),
            " is infinite or NaN. Lower the learning rate, clip gradients, or scale the inputs");
    }

    // Mean loss of all rows, some hundred at a time.
    double loss_of(const dataset& data) {
        const std::size_t most = std::max<std::size_t>(options_.batch, 256);
        double sum = 0.0;
        double weight = 0.0;
        for (std::size_t first = 0; first < data.rows(); first += most) {
            const std::size_t rows = std::min(most, data.rows() - first);
            const auto x =
                std::span<const float>(data.x).subspan(first * data.inputs, rows * data.inputs);
            const auto weights = data.weights.empty()
                                     ? std::span<const float>()
                                     : std::span<const float>(data.weights).subspan(first, rows);
            const double loss =
                data.outputs != 0
                    ? trainer_.loss(x,
                                    std::span<const float>(data.targets)
                                        .subspan(first * data.outputs, rows * data.outputs),
                                    weights)
                    : trainer_.loss(
                          x, std::span<const std::uint32_t>(data.labels).subspan(first, rows),
                          weights);
            sum = std::fma(loss, trainer_.loss_weight(), sum);
            weight += trainer_.loss_weight();
        }
        return mean(sum, weight);
    }
    // As the trainer has it: without weight there is no loss.
    static double mean(double sum, double weight) { return weight > 0.0 ? sum / weight : 0.0; }

    std::optional<error> end_epoch(progress<Clock>& shown) {
        epoch_report r;
        r.epoch = run_.epoch + 1;
        r.loss = mean(run_.loss_sum, run_.loss_weight);
        r.rate = static_cast<double>(trainer_.learning_rate());
        if (validates()) r.validation_loss = loss_of(validation_);
        if (metric_.of) {
            const dataset& judged = validates() ? validation_ : train_;
            trainer_.model().batch(judged.x, outputs_, workspace_);
            r.metric = metric_.of(outputs_, judged);
        }
        r.seconds = shown.seconds() - epoch_began_;
        if (!all_finite(std::as_const(trainer_.model()).layers())) {
            diverged();
            return std::nullopt;
        }
        ++run_.epoch;
        run_.steps = 0;
        run_.loss_sum = run_.loss_weight = 0.0;
        run_.epochs.push_back(r);
        watch(r);
        shown.epoch(r);
        if (auto why = csv_.add(csv_line(r))) return why;
        if (auto why = json_.add(json_line(r, metric_name()))) return why;
        if (options_.on_epoch && !options_.on_epoch(r)) history_.stopped = stop_reason::callback;
        if (run_.epoch % options_.checkpoint_every == 0 || run_.epoch == options_.epochs)
            return write_checkpoint(shown);
        return std::nullopt;
    }

    static double loss_to_watch(const epoch_report& r) {
        return std::isnan(r.validation_loss) ? r.loss : r.validation_loss;
    }
    [[nodiscard]] bool watches_metric() const {
        return options_.stopping && options_.stopping->watch_metric;
    }
    [[nodiscard]] std::string watched_name() const {
        return watches_metric() ? metric_name() : validates() ? "validation loss" : "loss";
    }

    void watch(const epoch_report& r) {
        const double loss = loss_to_watch(r);
        if (options_.plateau) run_.plateau.observe(loss);
        if (!options_.stopping) return;
        const double watched = !watches_metric()        ? loss
                               : metric_.more_is_better ? -r.metric
                                                        : r.metric;
        if (run_.stopping.observe(watched, r.epoch)) {
            const auto parameters = trainer_.model().packed();
            run_.best.assign(parameters.begin(), parameters.end());
        }
    }

    std::optional<error> write_checkpoint(progress<Clock>& shown) {
        if (options_.checkpoint.empty()) return std::nullopt;
        unwritten_ = false;
        return shown.aside([this] { return save_checkpoint(options_.checkpoint, trainer_, run_); });
    }

    // The end of the run, for whichever reason.
    std::optional<error> finish(progress<Clock>& shown) {
        std::optional<error> why;
        const bool over = history_.stopped == stop_reason::finished;
        if (over && run_.epoch < options_.epochs) history_.stopped = stop_reason::early;
        if (unwritten_ && history_.stopped != stop_reason::diverged) why = write_checkpoint(shown);
        if (over && options_.stopping && !run_.best.empty()) {
            std::ranges::copy(run_.best, trainer_.model().packed().begin());
            history_.restored = true;
        }
        find_best();
        history_.epochs = std::move(run_.epochs);
        return why;
    }

    void find_best() {
        if (options_.stopping) {
            history_.best_epoch = run_.stopping.best_epoch;
            const bool negated = watches_metric() && metric_.more_is_better;
            if (history_.best_epoch != 0)
                history_.best = negated ? -run_.stopping.best : run_.stopping.best;
            return;
        }
        for (const epoch_report& r : run_.epochs) {
            if (!(history_.best_epoch == 0 || loss_to_watch(r) < history_.best)) continue;
            history_.best_epoch = r.epoch;
            history_.best = loss_to_watch(r);
        }
    }

    using model_type = std::remove_cvref_t<decltype(std::declval<Trainer&>().model())>;

    Trainer& trainer_;
    const own_rate rate_;
    const dataset& train_;
    const dataset& validation_;
    const fit_options& options_;
    metric metric_;
    run_state run_;
    history history_;
    log_file csv_;
    log_file json_;
    double epoch_began_ = 0.0;
    bool unwritten_ = false; // there were steps since the last checkpoint
    std::vector<std::size_t> order_;
    std::vector<float> x_;
    std::vector<float> targets_;
    std::vector<std::uint32_t> labels_;
    std::vector<float> weights_;
    std::vector<float> outputs_;
    std::vector<float> workspace_;
};

} // namespace detail

// Trains the trainer's model on `train`, judged by `validation` (which may have no rows). Rows of
// targets are learned where the data has them, else labels. Returns what happened, or what is wrong
// with the data, the checkpoint or a file. A run that diverges or is interrupted is no error: see
// history::stopped.
template <class Model, training_loss Loss, optimiser Optimiser, pack::words P>
[[nodiscard]] result<history> try_fit(trainer<Model, Loss, Optimiser, P>& trainer,
                                      const dataset& train, const dataset& validation = {},
                                      const fit_options& options = {}) {
    constexpr const auto& plan = detail::plan_of<typename Model::network, ir::fusion::on>;
    constexpr bool fits = loss<Loss> && plan.in.size() == 1 && plan.out.size() == 1;
    static_assert(fits,
                  "Laminate: fit() trains networks of one input, one output and one loss, and "
                  "this one has several; call trainer.step() in a loop of your own, with a "
                  "std::tuple of rows");
    if constexpr (fits)
        return detail::fitting<laminate::trainer<Model, Loss, Optimiser, P>, Loss>(
                   trainer, train, validation, options)
            .run();
    else
        return error{};
}

// The same; throws laminate::exception with the message.
template <class Model, training_loss Loss, optimiser Optimiser, pack::words P>
history fit(trainer<Model, Loss, Optimiser, P>& trainer, const dataset& train,
            const dataset& validation = {}, const fit_options& options = {}) {
    return try_fit(trainer, train, validation, options).value();
}

} // namespace laminate::inline LAMINATE_ISA
