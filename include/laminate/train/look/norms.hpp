// SPDX-License-Identifier: MIT
#pragma once

// How large the parameters of each layer are, their gradients, and their changes: vanishing and
// exploding gradients, and rates too high or too low, show here. Needs a trainer. Promises norms in
// double over the numbers themselves, without padding; costs nothing unless called.

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../steps/each_parameter.hpp"
#include "../steps/trainer.hpp"
#include "layer_text.hpp"

namespace laminate::inline LAMINATE_ISA {

struct layer_norms {
    std::string layer = {};
    double parameters = 0.0; // square root of the sum of squares
    double gradient = 0.0;   // of the last step, before clipping
    double update = 0.0; // of what has changed, over that of the parameters: about 0.001 is usual
};

// Remembers a model's parameters, to tell how far they have moved.
template <class Trainer>
class norm_watch {
    using model_type = std::remove_cvref_t<decltype(std::declval<Trainer&>().model())>;

public:
    explicit norm_watch(const Trainer& trainer) : trainer_(&trainer), before_(trainer.model()) {}

    // Of each layer with parameters, since the last call; then remembers anew.
    [[nodiscard]] std::vector<layer_norms> measure() {
        std::vector<layer_norms> all;
        [&]<std::size_t... I>(std::index_sequence<I...>) { (measure_layer<I>(all), ...); }
        (std::make_index_sequence<layers>{});
        before_ = trainer_->model();
        return all;
    }

private:
    using network = typename model_type::network;
    static constexpr std::size_t layers = detail::plan_of<network, ir::fusion::on>.nodes.size() - 1;

    template <std::size_t Index>
    void measure_layer(std::vector<layer_norms>& all) const {
        const auto now = trainer_->model().template layer<Index>();
        if constexpr (!std::is_same_v<std::remove_const_t<decltype(now)>, no_parameters>) {
            const auto before = before_.template layer<Index>();
            std::vector<float> old;
            detail::each_parameter(before, [&](float x) { old.push_back(x); });
            double moved = 0.0;
            std::size_t i = 0;
            detail::each_parameter(now, [&](float x) {
                const double by = static_cast<double>(x) - static_cast<double>(old[i++]);
                moved = std::fma(by, by, moved);
            });
            const double size = detail::norm_of(before);
            all.push_back({layer_text<network>(Index), detail::norm_of(now),
                           detail::norm_of(trainer_->template gradient_of<Index>()),
                           size > 0.0 ? std::sqrt(moved) / size : 0.0});
        }
    }

    const Trainer* trainer_;
    model_type before_;
};

} // namespace laminate::inline LAMINATE_ISA
