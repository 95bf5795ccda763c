// SPDX-License-Identifier: MIT
#pragma once

// Layers that go over the windows of a map, channels last: [length, channels] in 1d, [height,
// width, channels] in 2d. conv2d<Units, 3> has windows of 3 x 3, conv2d<Units, 3, 5> is 3 high and
// 5 wide. Options stand in parentheses: stride<2> or stride<2, 1>, dilation<2>, groups<4>, no_bias,
// and padding: same (as many positions as inputs, over the stride), padding<1> on all sides,
// padding<1, 2> above and below 1, left and right 2; padding<1, 0, 2, 3> above, below, left, right.
// A pool's stride is its window unless given; positions that no window sees are left out. Promises
// what PyTorch computes.

#include <cstddef>

#include "../base/compiler.hpp"
#include "dense.hpp"
#include "layer.hpp"
#include "softmax.hpp"

namespace laminate::inline LAMINATE_ISA {

template <std::size_t... Steps>
struct stride_t {};
template <std::size_t... Steps>
struct dilation_t {};
template <std::size_t... Amounts>
struct padding_t {};
struct same_t {};
struct counts_padding_t {};

template <std::size_t... Steps>
inline constexpr stride_t<Steps...> stride{};
template <std::size_t... Steps>
inline constexpr dilation_t<Steps...> dilation{};
template <std::size_t... Amounts>
inline constexpr padding_t<Amounts...> padding{};
inline constexpr same_t same{};
inline constexpr counts_padding_t counts_padding{};

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::inline LAMINATE_ISA::detail {

// A number for each axis of a map, or one for all.
template <std::size_t Axes, std::size_t... Numbers>
consteval shape for_each_axis() {
    constexpr bool right = sizeof...(Numbers) == 1 || sizeof...(Numbers) == Axes;
    static_assert(right, "Laminate: a window, stride<...> and dilation<...> have a number for each "
                         "axis of a map, or one for all, as conv2d<16, 3>(stride<2, 1>)");
    shape s = {Axes, {}};
    const std::size_t numbers[] = {Numbers..., 1};
    for (std::size_t k = 0; k < Axes; ++k)
        s.extent[k] = !right ? 1 : numbers[sizeof...(Numbers) == 1 ? 0 : k];
    return s;
}

// What a layer of windows is told, over maps of Axes axes.
template <std::size_t Axes>
struct window_options {
    ir::node node = {};
    bool same = false;

    template <std::size_t... Steps>
    consteval window_options with(stride_t<Steps...>) const {
        window_options o = *this;
        o.node.strides = for_each_axis<Axes, Steps...>();
        return o;
    }
    template <std::size_t... Steps>
    consteval window_options with(dilation_t<Steps...>) const {
        window_options o = *this;
        o.node.dilations = for_each_axis<Axes, Steps...>();
        return o;
    }
    template <std::size_t... Amounts>
    consteval window_options with(padding_t<Amounts...>) const {
        constexpr std::size_t count = sizeof...(Amounts);
        constexpr bool right = count == 1 || count == Axes || count == 2 * Axes;
        static_assert(right, "Laminate: padding<...> has one number for all sides, one for each "
                             "axis of a map, or two for each: before and behind");
        window_options o = *this;
        o.node.axes = o.node.after = {Axes, {}};
        if constexpr (right) {
            const std::size_t amounts[] = {Amounts...};
            for (std::size_t k = 0; k < Axes; ++k) {
                o.node.axes.extent[k] = amounts[count == 1 ? 0 : count == Axes ? k : 2 * k];
                o.node.after.extent[k] = amounts[count == 1 ? 0 : count == Axes ? k : 2 * k + 1];
            }
        }
        return o;
    }
    consteval window_options with(same_t) const {
        window_options o = *this;
        o.same = true;
        return o;
    }
    consteval window_options with(no_bias_t) const {
        window_options o = *this;
        o.node.bias = false;
        return o;
    }
    template <std::size_t Count>
    consteval window_options with(groups_t<Count>) const {
        window_options o = *this;
        o.node.groups = Count;
        return o;
    }
    consteval window_options with(counts_padding_t) const {
        window_options o = *this;
        o.node.counts_padding = true;
        return o;
    }
};

// Which options a layer has, of those above.
template <ir::op Kind, class Option>
inline constexpr bool takes_in_windows = false;
template <ir::op Kind, std::size_t... N>
inline constexpr bool takes_in_windows<Kind, stride_t<N...>> = true;
template <ir::op Kind, std::size_t... N>
inline constexpr bool takes_in_windows<Kind, dilation_t<N...>> = Kind != ir::op::average_pool;
template <ir::op Kind, std::size_t... N>
inline constexpr bool takes_in_windows<Kind, padding_t<N...>> = true;
template <ir::op Kind>
inline constexpr bool takes_in_windows<Kind, same_t> = true;
template <ir::op Kind>
inline constexpr bool takes_in_windows<Kind, no_bias_t> =
    Kind == ir::op::conv || Kind == ir::op::depthwise_conv;
template <std::size_t Count>
inline constexpr bool takes_in_windows<ir::op::conv, groups_t<Count>> = true;
template <>
inline constexpr bool takes_in_windows<ir::op::average_pool, counts_padding_t> = true;

// With as much padding as gives a position for each stride, the smaller half of it before: what
// TensorFlow and ONNX (SAME_UPPER) do.
constexpr ir::node padded_alike(ir::node n, const shape& map) {
    n.axes = n.after = {n.window.rank, {}};
    const ir::windows w = ir::windows_of(n, map);
    for (std::size_t k = 0; k < n.window.rank && map.rank == n.window.rank + 1; ++k) {
        const ir::window_axis& a = k + 1 == n.window.rank ? w.width : w.height;
        if (a.kernel == 0 || a.stride == 0 || a.dilation == 0 || a.extent == 0) continue;
        const std::size_t reaches = (a.extent - 1) / a.stride * a.stride + a.span();
        const std::size_t padding = reaches > a.extent ? reaches - a.extent : 0;
        n.axes.extent[k] = padding / 2;
        n.after.extent[k] = padding - padding / 2;
    }
    return n;
}

} // namespace laminate::inline LAMINATE_ISA::detail

namespace laminate::layers {

template <std::size_t Axes, detail::window_options<Axes> Options>
struct over_windows : layer_base {
    static constexpr bool starts = false;

    template <class... Given>
    constexpr auto operator()(Given...) const {
        constexpr ir::op kind = Options.node.kind;
        constexpr bool right = (detail::takes_in_windows<kind, Given> && ...);
        static_assert(right, "Laminate: this layer doesn't have that option; those over windows "
                             "take stride<>, padding<> and same, all but means dilation<>, "
                             "convolutions no_bias, conv1d and conv2d groups<>, average_pool1d "
                             "and 2d counts_padding");
        if constexpr (right)
            return over_windows<Axes, given<Given...>(Options)>{};
        else
            return *this;
    }

    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        ir::node n = Options.node;
        // Each channel by itself, as PyTorch writes it.
        if (n.kind == ir::op::conv && n.groups > 1 && n.groups == n.units &&
            n.groups == width(to.output(value))) {
            n.kind = ir::op::depthwise_conv;
            n.groups = 1;
            n.units = 0;
        }
        return to.append(Options.same ? detail::padded_alike(n, to.output(value)) : n, value);
    }

private:
    template <class... Given>
    static consteval detail::window_options<Axes> given(detail::window_options<Axes> o) {
        ((o = o.with(Given{})), ...);
        return o;
    }
};

template <ir::op Kind>
struct global_pool : layer_base {
    static constexpr ir::node node = {.kind = Kind};
};

} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <ir::op Kind, std::size_t Axes, std::size_t Units, std::size_t... Window>
consteval window_options<Axes> window_of() {
    constexpr bool is_pool = Kind == ir::op::max_pool || Kind == ir::op::average_pool;
    const shape window = for_each_axis<Axes, Window...>();
    const shape ones = for_each_axis<Axes, 1>();
    return {{.kind = Kind,
             .units = Units,
             .axes = {Axes, {}},
             .after = {Axes, {}},
             .window = window,
             .strides = is_pool ? window : ones,
             .dilations = ones}};
}
} // namespace detail

template <std::size_t Units, std::size_t Window>
inline constexpr layers::over_windows<1, detail::window_of<ir::op::conv, 1, Units, Window>()>
    conv1d{};
template <std::size_t Units, std::size_t... Window>
inline constexpr layers::over_windows<2, detail::window_of<ir::op::conv, 2, Units, Window...>()>
    conv2d{};
template <std::size_t Window>
inline constexpr layers::over_windows<1, detail::window_of<ir::op::depthwise_conv, 1, 0, Window>()>
    depthwise_conv1d{};
template <std::size_t... Window>
inline constexpr layers::over_windows<2,
                                      detail::window_of<ir::op::depthwise_conv, 2, 0, Window...>()>
    depthwise_conv2d{};
template <std::size_t Window>
inline constexpr layers::over_windows<1, detail::window_of<ir::op::max_pool, 1, 0, Window>()>
    max_pool1d{};
template <std::size_t... Window>
inline constexpr layers::over_windows<2, detail::window_of<ir::op::max_pool, 2, 0, Window...>()>
    max_pool2d{};
template <std::size_t Window>
inline constexpr layers::over_windows<1, detail::window_of<ir::op::average_pool, 1, 0, Window>()>
    average_pool1d{};
template <std::size_t... Window>
inline constexpr layers::over_windows<2, detail::window_of<ir::op::average_pool, 2, 0, Window...>()>
    average_pool2d{};
inline constexpr layers::global_pool<ir::op::max_pool> global_max_pool{};
inline constexpr layers::global_pool<ir::op::average_pool> global_average_pool{};

} // namespace laminate::inline LAMINATE_ISA
