// SPDX-License-Identifier: MIT
#pragma once

// What is given for several inputs or outputs: a std::tuple of ranges, one for each; of one, the
// range alone. Promises one readable error for another number.

#include <cstddef>
#include <tuple>

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

template <std::size_t Ports, std::size_t Found>
struct ranges_for_ports {
    static_assert(Ports == Found,
                  "Laminate: a network with several inputs, or outputs, is trained with a "
                  "std::tuple of as many ranges of rows, or of targets, in their order (how many "
                  "there are and how many are given follow the name ranges_for_ports); write "
                  "trainer.step(std::tie(image, joints), std::tie(actions, values))");
};
template <class T>
inline constexpr std::size_t tuple_size_of = 1;
template <class... Ranges>
inline constexpr std::size_t tuple_size_of<std::tuple<Ranges...>> = sizeof...(Ranges);
template <class T>
inline constexpr bool is_tuple = false;
template <class... Ranges>
inline constexpr bool is_tuple<std::tuple<Ranges...>> = true;

// Range number K of those of `Ports` inputs or outputs; one may stand alone.
template <std::size_t K, std::size_t Ports, class Given>
constexpr const auto& range_of(const Given& given) {
    constexpr std::size_t found = tuple_size_of<Given>;
    (void)sizeof(ranges_for_ports<Ports, found>);
    if constexpr (!is_tuple<Given> || found != Ports)
        return given;
    else
        return std::get<K>(given);
}

} // namespace laminate::inline LAMINATE_ISA::detail
