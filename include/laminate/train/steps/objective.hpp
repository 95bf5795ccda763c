// SPDX-License-Identifier: MIT
#pragma once

// A loss at the end of a network: targets and weights of a batch, losses of its rows, and the first
// gradient of the way back. Needs a pass. Promises sums over rows in rising order.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../kernel/back/cross_entropy.hpp"
#include "../../model/model.hpp"
#include "loss.hpp"
#include "pass.hpp"

namespace laminate::inline LAMINATE_ISA::training {

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

template <class P, class Network, class Loss>
class objective {
    using plan_type = detail::static_plan<Network, ir::fusion::off>;
    static constexpr bool of_classes = loss_of_classes<Loss>;

public:
    using end = end_of<plan_type, Loss, 0>;
    using pass = training::pass<P, Network,
                                std::conditional_t<end::start == ir::none, std::index_sequence<>,
                                                   std::index_sequence<end::start>>>;

private:
    static constexpr std::size_t outputs = end::units;
    static constexpr bool joined = end::joined;
    static constexpr const auto& stages = pass::stages;

public:
    explicit objective(Loss l) : loss_(std::move(l)) {}

    void reserve(std::size_t rows) {
        scales_.resize(rows);
        losses_.resize(rows);
        if (of_classes) labels_.resize(rows);
        numbers_.resize(rows * outputs);
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
    void run(const pass& p, std::size_t row, std::size_t rows) {
        constexpr std::size_t last = end::start;
        constexpr std::size_t to = pass::ways.to[last];
        constexpr std::size_t stride = stages.at[last].floats;
        const auto epilogue = p.template epilogue<last, false>();
        float* const dy = p.gradient(to) + row * stride;
        const float* const y = p.value(last) + row * stride;
        if constexpr (of_classes) {
            const float* probabilities = dy;
            if constexpr (joined)
                probabilities = p.value(end::stage) + row * stride;
            else
                kernel::softmax<P, outputs>(y, stride, dy, stride, rows);
            const kernel::class_scores s = {y,
                                            probabilities,
                                            stride,
                                            scales_.data() + row,
                                            losses_.data() + row,
                                            Gradient ? dy : nullptr,
                                            rows};
            if (targets_ == nullptr)
                kernel::cross_entropy<P, outputs>(s, labels_.data() + row);
            else
                kernel::cross_entropy<P, outputs>(
                    s, targets_ + row * outputs,
                    loss_.class_weights.empty() ? nullptr : loss_.class_weights.data());
            if constexpr (Gradient && to != last)
                kernel::back_rows<P>(dy, dy, stride, rows, epilogue);
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

    // scales_[r] is the row's share in the mean. (Products of two floats are exact in double, so no
    // compiler's contraction changes a sum of them.)
    void weigh(std::span<const float> weights, std::size_t rows) {
        if (weights.empty() && !has_class_weights()) {
            const auto numbers = static_cast<double>(of_classes ? rows : rows * outputs);
            std::fill_n(scales_.begin(), rows, static_cast<float>(1.0 / numbers));
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
            scales_[r] =
                sum > 0.0 ? static_cast<float>(static_cast<double>(scales_[r]) / sum) : 0.0f;
    }

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
    const float* targets_ = nullptr; // none: labels_
    double weight_ = 0.0;
    std::vector<float> scales_;
    std::vector<float> losses_;
    std::vector<float> numbers_;
    std::vector<std::uint32_t> labels_;
};

} // namespace laminate::inline LAMINATE_ISA::training
