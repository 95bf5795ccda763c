// SPDX-License-Identifier: MIT
#pragma once

// The network while it grows: nodes are only added, each over others, and flows refer to them.
// What becomes linear in one and the same value becomes one dense layer (or an affine one, or
// nothing but a choice of units); what is a function of one and the same value becomes the layer
// that it is, or the nodes of its steps where no layer is. Needs flows of its own nodes. Promises
// that finish() leaves what the outputs need, and all inputs.

#include <array>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "../../graph/graph.hpp"
#include "budget.hpp"
#include "formula.hpp"
#include "value.hpp"

namespace laminate::codegen::onnx {

// y = weights x + bias, where x is the row of node `base`.
struct linear_form {
    std::size_t base = 0;
    std::size_t columns = 0;
    std::vector<double> weights; // [rows, columns]
    std::vector<double> bias;    // [rows]

    std::size_t rows() const { return bias.size(); }
};

// About what trying a function costs, in multiply-adds for each of its steps.
inline constexpr std::size_t trial_work = 4096;

class builder {
public:
    explicit builder(budget& spent) : spent_(spent) {}

    // What new nodes are said to come from.
    void set_origin(std::string origin) { origin_ = std::move(origin); }

    flow add_input(dims shape, element type, std::size_t batch);

    // f of every element.
    flow elementwise(const flow& x, ir::node f);
    // A function with a number per element, x.slope of prelu; shared where there is only one.
    flow prelu(const flow& x, std::vector<double> slope);
    // scale * x + shift, per element.
    flow affine(const flow& x, const std::vector<double>& scale, const std::vector<double>& shift);
    // The largest of each `count` neighbouring elements of x; `like` is x so reduced.
    flow largest(const flow& x, std::size_t count, flow like);
    // Of each of `groups` neighbouring parts of x's elements.
    flow softmax(const flow& x, ir::op kind, std::size_t groups);
    // layer_norm, or rms_norm without a shift, of each of `groups` neighbouring parts; a scale and
    // a shift per element.
    flow norm(const flow& x, ir::node f, std::vector<double> scale, std::vector<double> shift);
    // x less `means`, if these are the means of the parts of x that have one and the same;
    // `as_layer` gives the layer that this is otherwise.
    std::optional<flow> less_means(const flow& x, const flow& means,
                                   const std::function<flow()>& as_layer);
    // x divided by a root of its mean square, or times the inverse of it: layer_norm or rms_norm,
    // if it is that.
    std::optional<flow> normalised(const flow& x, const flow& by, bool is_inverse);
    // A function of two values of one shape, element by element.
    flow binary(ir::op kind, const flow& a, const flow& b);
    // The elements of values, of which one flows at least, one behind the other.
    flow concat(std::span<const value* const> parts);
    // x as a matrix [positions, width], times the transposed weights [units, width].
    flow dense_at_positions(const flow& x, std::size_t positions, std::vector<double> weights,
                            std::size_t units, flow like);
    // The products of `count` matrices [rows, inner] with as many [inner, columns], whose elements
    // are those of a and b in this order.
    flow product(const flow& a, const flow& b, std::size_t count, std::size_t rows,
                 std::size_t inner, std::size_t columns, flow like);
    // Layer `n` over the windows of a map, whose elements, channels last, are those of x.
    flow over_windows(const flow& x, ir::node n, const laminate::shape& map, layer_parameters p,
                      flow like);
    // Over a node whose row is x's elements.
    flow in_order(const flow& x);
    // Numbers that depend on nothing, beside a flow.
    flow constant_row(const constant& c, const flow& beside);
    // The same, whatever that flow is, NaN and infinities too; the second as many as it has.
    flow steady_row(const constant& c, const flow& beside);
    flow steady_like(const flow& x, const std::vector<double>& numbers);

    // A step of a function of one value, element by element: the layer that this is by now, or a
    // node that what is done with it may make one, else its steps are nodes. Nothing if the values
    // aren't functions of one and the same value.
    std::optional<flow> combine(step does, std::span<const value* const> of, element type);

    // Values as linear forms of one and the same node, the last one that all have before them, or
    // what is before that if it is a dense layer to be replaced; none if there is no such node.
    std::optional<std::vector<linear_form>> linear_in_one(std::span<const value* const> values,
                                                          bool replace_dense);
    // The flow that a linear form is; `like` has its shape, type and batch. The first is always a
    // layer of weights, the second only where nothing simpler will do.
    flow dense(linear_form form, flow like);
    flow linear(linear_form form, flow like);

    const ir::node& node(std::size_t index) const { return nodes_[index]; }
    const layer_parameters& parameters(std::size_t index) const { return parameters_[index]; }

    // The next output of the network, called by the origin in messages; its elements are those of
    // `out`.
    void add_output(const flow& out);
    graph finish();

private:
    std::size_t width(std::size_t index) const { return nodes_[index].output.size(); }
    std::size_t append(ir::node n, layer_parameters p, std::size_t over, std::size_t width);
    flow over(const flow& x, std::size_t node) const;
    std::size_t slice(std::size_t node, std::size_t begin, std::size_t units);
    std::size_t operand_of_two(const flow& x);
    bool is_only_scaled(const flow& x) const;
    flow shifted_after_scaling(const flow& x, const std::vector<double>& shift);
    std::optional<flow> walked(const flow& x);
    std::optional<flow> exchanged(const flow& x);
    std::optional<flow> walked_in_parts(const flow& x);
    std::optional<flow> moved(const flow& x);
    std::optional<flow> scaled_product(const flow& x, double scale);
    std::optional<std::size_t> map_behind(const flow& x) const;
    std::optional<std::vector<double>> by_channel(const flow& x, const std::vector<double>& numbers,
                                                  std::size_t channels) const;
    // Function `f` of x, whose learned numbers are given for each element, at each position of a
    // map; nothing if x isn't one, or positions differ.
    std::optional<flow> at_positions(const flow& x, const ir::node& f,
                                     std::initializer_list<const std::vector<double>*> learned);
    std::size_t with_extents(std::size_t node, const laminate::shape& extents);
    std::optional<flow> biased_at_positions(const flow& x, const std::vector<double>& shift);
    // Norms spelt out: builder_norm.cpp.
    struct centred_unit { // a unit of another node, less the mean of its part
        std::size_t node = ir::none;
        std::size_t unit = 0;
        std::size_t part = 0;
    };
    bool are_means(std::size_t dense, const selection& rows, const selection& units) const;
    bool has_means_of(const flow& x, const selection& part) const;
    std::optional<flow> normalised_parts(const flow& x, const selection& part, float epsilon);
    std::optional<flow> scaled_norm(const flow& x, const std::vector<double>& scale,
                                    const std::vector<double>& shift);

    std::vector<std::size_t> linear_chain(std::size_t index) const;
    linear_form choice(const flow& x);
    linear_form rows_of_dense(const flow& x);
    linear_form form_of(const flow& x, std::size_t base);
    linear_form through(const linear_form& outer);

    // Functions of one value: builder_function.cpp.
    struct function {
        std::vector<std::size_t> bases; // of which it is one, the nearest first
        std::size_t unit = 0;           // any, as it is the same for all
    };
    std::vector<operand> operands(std::size_t node) const;
    std::optional<std::size_t> before(std::size_t node) const;
    std::optional<std::size_t> shared_base(std::span<const operand> of) const;
    std::optional<indices> nodes_between(std::size_t base, std::size_t node) const;
    bool is_alike(std::size_t node, const selection& units) const;
    estimate apply(std::size_t node, std::size_t unit, std::span<const estimate> of) const;
    scalar_function function_of(std::size_t node, std::size_t base, std::size_t unit) const;
    flow read(const flow& y, std::size_t base);
    flow read_prelu(const flow& y, std::size_t base);
    flow read_behind(const flow& x, const flow& y);

    // What a node is at last: builder_finish.cpp.
    struct settled {
        std::vector<std::size_t> reads; // nodes
        std::optional<scaled_layer> layer;
        bool is_formula = false;
    };
    settled settle(std::size_t node) const;
    std::size_t expand(const formula& f, const std::vector<std::size_t>& places, std::size_t width,
                       graph& into, const std::string& origin) const;
    void choose_densely(graph& chain) const;

    budget& spent_;
    std::string origin_ = "the input";
    std::vector<ir::node> nodes_;
    std::vector<layer_parameters> parameters_;
    std::vector<std::string> origins_;
    std::unordered_map<std::size_t, formula> formulas_; // nodes that are inputs only in name
    std::unordered_map<std::size_t, function> open_;    // formulas, and layers of them
    // Affine nodes that are another one and a shift.
    std::unordered_map<std::size_t, std::size_t> shifted_;
    std::unordered_map<std::size_t, std::vector<centred_unit>> centred_; // for each unit of a node
    std::map<std::array<std::size_t, 3>, std::size_t> slices_; // node, begin and units of each
    struct output {
        std::size_t node;
        std::string origin;
    };
    std::vector<output> outputs_;
};

} // namespace laminate::codegen::onnx
