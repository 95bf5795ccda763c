// SPDX-License-Identifier: MIT
#pragma once

// A loss at the end of a network: targets and weights of a batch, losses of its rows, and the first
// gradient of the way back. Needs a pass. Promises sums over rows in rising order.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../kernel/back/cross_entropy.hpp"
#include "../../model/model.hpp"
#include "buffer.hpp"
#include "loss.hpp"
#include "pass.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// Why a loss is refused at the end of a network: the operation that it ends in follows.
template <class Loss, ir::op End, std::size_t Outputs, std::size_t Groups>
struct loss_does_not_fit {
    static_assert(Loss::fits(Outputs, End) && (Groups == 1 || !loss_of_classes<Loss>),
                  "Laminate: this loss doesn't fit the end of this network (the last operation, "
                  "the number of outputs and that of groups follow the name loss_does_not_fit): "
                  "softmax_cross_entropy needs two outputs or more and a softmax of one group, or "
                  "logits, "
                  "binary_cross_entropy a sigmoid, or logits; for one probability write "
                  "dense<1> | sigmoid and binary_cross_entropy, for one of several classes "
                  "dense<classes> | softmax and softmax_cross_entropy");
};
// An output of several that isn't the value of a layer.
template <std::size_t Output, bool Is>
struct output_is_an_input {
    static_assert(!Is, "Laminate: an output of this network is one of its inputs (the number of "
                       "the output follows the name output_is_an_input), so nothing is trained "
                       "for it; leave that output out");
};
template <std::size_t Outputs, std::size_t Losses>
struct losses_for_outputs {
    static_assert(Outputs == Losses,
                  "Laminate: training needs a loss for each output of the network, in their order "
                  "(how many outputs and how many losses there are follows the name "
                  "losses_for_outputs); write losses(mean_squared_error{}, "
                  "weighted{softmax_cross_entropy{}, 0.5f})");
};
} // namespace detail

namespace training {

template <class Loss>
inline constexpr bool is_of_probabilities = requires {
    requires Loss::of_probabilities;
};

// Where output number Output and a loss meet.
template <class Plan, class Loss, std::size_t Output>
struct end_of {
    static constexpr const auto& stages = stages_of<Plan>;
    static constexpr std::size_t units = Plan::value.out[Output].units;
    // The stage that gives the output, if one does, and what that is; an input if none does.
    static constexpr std::size_t stage = stages.of[Plan::value.out[Output].node].stage;
    static constexpr ir::node node =
        stage == ir::none ? ir::node{} : Plan::value.nodes[stages.at[stage].node];
    static constexpr std::size_t before =
        stage == ir::none ? ir::none : stages.at[stage].reads[0].stage;
    static constexpr bool joined = node.kind == Loss::joined && before != ir::none;
    // The stage whose value the loss is a function of: this one or, where the loss is joined with
    // it, the one before.
    static constexpr std::size_t start = joined ? before : stage;
};

// The loss of output number Output.
template <class P, class Pass, class End, class Loss, std::size_t Output>
class objective {
    static constexpr bool of_classes = loss_of_classes<Loss>;
    static constexpr std::size_t outputs = End::units;
    static constexpr bool joined = End::joined;
    static constexpr const auto& stages = Pass::stages;
    static constexpr std::size_t start = End::start;
    static constexpr std::size_t stride = stages.at[start == ir::none ? 0 : start].floats;
    // Whether another loss has stored a share of the same gradient. Losses of classes then have
    // rows of their own to work in.
    static constexpr bool adds = Pass::ways.loss_adds[Output];

public:
    explicit objective(weighted<Loss> l) : loss_(std::move(l.of)), share_(l.weight) {}

    void reserve(std::size_t rows) {
        scales_.resize(rows);
        losses_.resize(rows);
        if (of_classes) labels_.resize(rows);
        numbers_.resize(rows * outputs);
        if (of_classes && adds) work_ = buffer(rows * stride);
    }

    template <class Targets>
    void prepare(const Targets& targets, std::span<const float> weights, std::size_t rows) {
        if (!weights.empty() && weights.size() != rows)
            detail::stop("training needs a weight for each row, or none", rows, weights.size());
        if constexpr (std::integral<std::ranges::range_value_t<const Targets>>)
            take_integers(targets, rows);
        else
            take_rows(detail::flat<const float, outputs>(targets), rows);
        weigh(weights, rows);
    }

    // Losses of rows [row, row + rows), and their gradients where asked for.
    template <bool Gradient>
    void run(const Pass& p, std::size_t row, std::size_t rows) {
        constexpr std::size_t to = Pass::ways.to[start];
        const auto epilogue = p.template epilogue<start, adds>();
        float* const dy = p.gradient(to) + row * stride;
        const float* const y = p.value(start) + row * stride;
        if constexpr (of_classes) {
            float* const work = adds ? work_.data() + row * stride : dy;
            const float* probabilities = work;
            if constexpr (joined)
                probabilities = p.value(End::stage) + row * stride;
            else
                kernel::softmax<P, outputs>(y, stride, work, stride, rows);
            const kernel::class_scores s = {y,
                                            probabilities,
                                            stride,
                                            scales_.data() + row,
                                            losses_.data() + row,
                                            Gradient ? work : nullptr,
                                            rows};
            if (targets_ == nullptr)
                kernel::cross_entropy<P, outputs>(s, labels_.data() + row);
            else
                kernel::cross_entropy<P, outputs>(
                    s, targets_ + row * outputs,
                    loss_.class_weights.empty() ? nullptr : loss_.class_weights.data());
            if constexpr (Gradient && (to != start || adds))
                kernel::back_rows<P>(work, dy, stride, rows, epilogue);
        } else {
            kernel::row_losses<P, outputs>(y, stride, targets_ + row * outputs,
                                           scales_.data() + row, losses_.data() + row,
                                           Gradient ? dy : nullptr, rows, loss_.term(), epilogue);
        }
    }

    // The loss of the batch.
    double total(std::size_t rows) const {
        double sum = 0.0;
        for (std::size_t r = 0; r < rows; ++r)
            sum += static_cast<double>(scales_[r]) * static_cast<double>(losses_[r]);
        return sum;
    }

    // What that is the mean over: the number of rows, or the sum of their weights, times those of
    // their classes.
    double weight() const { return weight_; }

private:
    template <class Targets>
    void take_integers(const Targets& targets, std::size_t rows) {
        constexpr std::size_t each = of_classes ? 1 : outputs;
        const std::size_t found = std::ranges::size(targets);
        if (found != rows * each)
            detail::stop("training needs targets for each row", rows * each, found);
        targets_ = of_classes ? nullptr : numbers_.data();
        const auto* const from = std::ranges::data(targets);
        for (std::size_t i = 0; i < found; ++i) {
            if constexpr (of_classes) {
                const auto label = static_cast<std::size_t>(from[i]);
                if (label >= outputs)
                    refuse(sentence("training needs classes from 0 to ", outputs - 1,
                                    ", as the network has outputs; found ", from[i], " at row ", i,
                                    " of the batch"));
                labels_[i] = static_cast<std::uint32_t>(label);
            } else {
                if (is_of_probabilities<Loss> && from[i] != 0 && from[i] != 1)
                    refuse(sentence("this loss needs targets that are 0 or 1; found ", from[i],
                                    " at row ", i / outputs, " of the batch"));
                numbers_[i] = static_cast<float>(from[i]);
            }
        }
    }
    void take_rows(std::span<const float> targets, std::size_t rows) {
        if (targets.size() != rows * outputs)
            detail::stop("training needs a row of targets for each row, in floats", rows * outputs,
                         targets.size());
        targets_ = targets.data();
    }

    // scales_[r] is the row's share in the mean, times what this loss counts. (Products of two
    // floats are exact in double, so no compiler's contraction changes a sum of them.)
    void weigh(std::span<const float> weights, std::size_t rows) {
        if (weights.empty() && !has_class_weights()) {
            const auto numbers = static_cast<double>(of_classes ? rows : rows * outputs);
            std::fill_n(scales_.begin(), rows, static_cast<float>(share() / numbers));
            weight_ = static_cast<double>(rows);
            return;
        }
        double sum = 0.0;
        for (std::size_t r = 0; r < rows; ++r) {
            if (!weights.empty() && !detail::is_weight(weights[r]))
                refuse(sentence("training needs finite weights of rows, of 0 or more; found ",
                                detail::text_of(weights[r]), " at row ", r, " of the batch"));
            const double weight = weights.empty() ? 1.0 : static_cast<double>(weights[r]);
            scales_[r] = weights.empty() ? 1.0f : weights[r];
            sum += weight * class_weight(r, scales_[r]);
        }
        weight_ = sum;
        if (!of_classes) sum *= static_cast<double>(outputs);
        for (std::size_t r = 0; r < rows; ++r)
            scales_[r] = sum > 0.0
                             ? static_cast<float>(share() * static_cast<double>(scales_[r]) / sum)
                             : 0.0f;
    }
    double share() const { return static_cast<double>(share_); }

    [[noreturn]] static void refuse(const std::string& why) { detail::stop(why.c_str()); }

    bool has_class_weights() const {
        if constexpr (of_classes)
            return !loss_.class_weights.empty();
        else
            return false;
    }

    // The weight of the class, or classes, of row r; that of a label joins the row's scale.
    double class_weight(std::size_t r, float& scale) const {
        if constexpr (of_classes) {
            const std::vector<float>& c = loss_.class_weights;
            if (c.empty()) return 1.0;
            if (targets_ == nullptr) {
                scale *= c[labels_[r]];
                return static_cast<double>(c[labels_[r]]);
            }
            double sum = 0.0;
            for (std::size_t k = 0; k < outputs; ++k)
                sum += static_cast<double>(c[k]) * static_cast<double>(targets_[r * outputs + k]);
            return sum;
        } else {
            return 1.0;
        }
    }

    Loss loss_;
    float share_; // of the loss of all outputs
    buffer work_;
    const float* targets_ = nullptr; // none: labels_
    double weight_ = 0.0;
    std::vector<float> scales_;
    std::vector<float> losses_;
    std::vector<float> numbers_;
    std::vector<std::uint32_t> labels_;
};

// The stages at which losses start, without outputs that are inputs.
template <std::size_t... Found>
constexpr auto starts_among(std::index_sequence<Found...> found) {
    return found;
}
template <std::size_t... Found, std::size_t... Next, class... Rest>
constexpr auto starts_among(std::index_sequence<Found...>, std::index_sequence<Next...>,
                            Rest... rest) {
    return starts_among(std::index_sequence<Found..., Next...>{}, rest...);
}
template <std::size_t... Stages>
using starts_of = decltype(starts_among(
    std::index_sequence<>{}, std::conditional_t<Stages == ir::none, std::index_sequence<>,
                                                std::index_sequence<Stages>>{}...));

// The losses of all outputs. Ends that don't fit are refused by the trainer.
template <class P, class Network, class Outputs, class... Losses>
class objectives;
template <class P, class Network, std::size_t... Output, class... Losses>
class objectives<P, Network, std::index_sequence<Output...>, Losses...> {
    using plan_type = detail::static_plan<Network, ir::fusion::off>;
    static constexpr std::size_t outputs = plan_type::value.out.size();
    // (A loss too many is refused, and until then stands at the last output.)
    template <class Loss, std::size_t K>
    using end = end_of<plan_type, Loss, (K < outputs ? K : outputs - 1)>;

public:
    using pass = training::pass<P, Network, starts_of<end<Losses, Output>::start...>>;
    static constexpr std::size_t count = sizeof...(Losses);
    static constexpr bool fit =
        ((alignof(detail::loss_does_not_fit<Losses, end<Losses, Output>::node.kind,
                                            end<Losses, Output>::units,
                                            end<Losses, Output>::node.groups>) > 0) &&
         ...);

    static constexpr bool of_layers =
        ((alignof(detail::output_is_an_input < Output,
                  count != 1 && end<Losses, Output>::start == ir::none >) > 0) &&
         ...);

    explicit objectives(loss_list<Losses...> l)
        : each_(weighted<Losses>(std::get<Output>(std::move(l.each)))...) {}

    // What is wrong with the numbers of the losses.
    static std::optional<error> wrong(const loss_list<Losses...>& l) {
        std::optional<error> why;
        ((why = why ? why : wrong_with<end<Losses, Output>::units>(std::get<Output>(l.each))), ...);
        return why;
    }

    void reserve(std::size_t rows) { (std::get<Output>(each_).reserve(rows), ...); }

    template <class Targets>
    void prepare(const Targets& targets, std::span<const float> weights, std::size_t rows) {
        (std::get<Output>(each_).prepare(detail::range_of<Output, count>(targets), weights, rows),
         ...);
    }
    template <bool Gradient>
    void run(const pass& p, std::size_t row, std::size_t rows) {
        (std::get<Output>(each_).template run<Gradient>(p, row, rows), ...);
    }

    double total(std::size_t rows) const { return (std::get<Output>(each_).total(rows) + ...); }
    template <std::size_t K>
    double total_of(std::size_t rows) const {
        return std::get<K>(each_).total(rows);
    }
    double weight() const { return std::get<0>(each_).weight(); }

private:
    template <std::size_t Units, class Loss>
    static std::optional<error> wrong_with(const weighted<Loss>& l) {
        if constexpr (requires { l.of.check(Units); })
            if (auto why = l.of.check(Units)) return why;
        if (detail::is_weight(l.weight)) return std::nullopt;
        return error{sentence("weighted::weight: expected a finite number of 0 or more, found ",
                              detail::text_of(l.weight))};
    }

    std::tuple<objective<P, pass, end<Losses, Output>, Losses, Output>...> each_;
};

template <class P, class Network, class List>
struct objectives_for;
template <class P, class Network, class... Losses>
struct objectives_for<P, Network, loss_list<Losses...>> {
    using type = objectives<P, Network, std::index_sequence_for<Losses...>, Losses...>;
};
template <class P, class Network, class List>
using objectives_of = typename objectives_for<P, Network, List>::type;

} // namespace training

} // namespace laminate::inline LAMINATE_ISA
