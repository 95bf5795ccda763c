// SPDX-License-Identifier: MIT
#pragma once

// bench(model): a declared network as `laminate bench` times one from a file: fused, unfused and as
// plain nested loops, compiled by $CXX for this machine. Needs laminate::codegen to link, and a
// compiler where it runs. bench_text and bench_svg of codegen/bench/report.hpp say and draw what it
// found.

#include <laminate/base/error.hpp>
#include <laminate/model/model.hpp>

#include <cstddef>

#include "bench/measure.hpp"
#include "bench/report.hpp"
#include "from_model.hpp"

namespace laminate {

using codegen::bench_report;
using codegen::bench_svg;
using codegen::bench_text;

// The figures, or what went wrong.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] result<bench_report> try_bench(const basic_model<Network, Storage>& model,
                                             const bench_options& options = {}) {
    return codegen::bench_graph(codegen::graph_of(model), options);
}

// The same; throws laminate::exception (without exceptions: prints and aborts).
template <declared Network, template <std::size_t> class Storage>
bench_report bench(const basic_model<Network, Storage>& model, const bench_options& options = {}) {
    return try_bench(model, options).value();
}

} // namespace laminate
