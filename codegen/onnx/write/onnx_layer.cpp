// SPDX-License-Identifier: MIT
#include "onnx_layer.hpp"

#include <laminate/base/error.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace laminate::codegen {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// Layers that are one operator without attributes, under ONNX's name.
std::optional<std::string_view> plain_operator(ir::op kind) {
    switch (kind) {
    case ir::op::linear:
        return "Identity";
    case ir::op::selu:
        return "Selu";
    case ir::op::sigmoid:
        return "Sigmoid";
    case ir::op::tanh:
        return "Tanh";
    case ir::op::hard_swish:
        return "HardSwish";
    case ir::op::erf:
        return "Erf";
    case ir::op::softplus:
        return "Softplus";
    case ir::op::softsign:
        return "Softsign";
    case ir::op::abs:
        return "Abs";
    case ir::op::neg:
        return "Neg";
    case ir::op::exp:
        return "Exp";
    case ir::op::log:
        return "Log";
    case ir::op::sqrt:
        return "Sqrt";
    case ir::op::reciprocal:
        return "Reciprocal";
    case ir::op::floor:
        return "Floor";
    case ir::op::ceil:
        return "Ceil";
    case ir::op::round:
        return "Round";
    case ir::op::sign:
        return "Sign";
    case ir::op::sin:
        return "Sin";
    case ir::op::cos:
        return "Cos";
    case ir::op::tan:
        return "Tan";
    case ir::op::asin:
        return "Asin";
    case ir::op::acos:
        return "Acos";
    case ir::op::atan:
        return "Atan";
    case ir::op::sinh:
        return "Sinh";
    case ir::op::cosh:
        return "Cosh";
    case ir::op::asinh:
        return "Asinh";
    case ir::op::acosh:
        return "Acosh";
    case ir::op::atanh:
        return "Atanh";
    default:
        return std::nullopt;
    }
}

std::optional<std::string_view> operator_of_two(ir::op kind) {
    switch (kind) {
    case ir::op::add:
        return "Add";
    case ir::op::subtract:
        return "Sub";
    case ir::op::multiply:
        return "Mul";
    case ir::op::divide:
        return "Div";
    case ir::op::maximum:
        return "Max";
    case ir::op::minimum:
        return "Min";
    case ir::op::power:
        return "Pow";
    default:
        return std::nullopt;
    }
}

std::optional<std::string_view> comparison(ir::op kind) {
    switch (kind) {
    case ir::op::less:
        return "Less";
    case ir::op::less_equal:
        return "LessOrEqual";
    case ir::op::equal:
        return "Equal";
    default:
        return std::nullopt;
    }
}

// One layer while it is written. Values and constants within it are called <y>/<what>.
class layer {
public:
    layer(onnx_nodes& to, const graph& network, std::size_t index,
          std::span<const std::string> values, std::string y)
        : to_(to),
          n_(network.nodes[index]),
          p_(network.parameters[index]),
          called_(network.layer_name(index)),
          nodes_(network.nodes),
          in_(width(nodes_[n_.inputs[0]].output)),
          out_(width(n_.output)),
          x_(values[n_.inputs[0]]),
          y_(std::move(y)),
          values_(values) {}

    void add() {
        if (const auto kind = plain_operator(n_.kind)) {
            to_.add(*kind, {x_}, y_);
            return;
        }
        if (const auto kind = operator_of_two(n_.kind)) {
            to_.add(*kind, {operand(0), operand(1)}, y_);
            return;
        }
        if (const auto kind = comparison(n_.kind)) {
            const std::string holds = to_.add(*kind, {operand(0), operand(1)}, part("holds"));
            to_.add("Cast", {holds}, y_, {{"to", to_float}});
            return;
        }
        switch (n_.kind) {
        case ir::op::when:
            to_.add("Where", {is_set(), operand(1), number("nothing", -0.0f)}, y_);
            return;
        case ir::op::unless:
            to_.add("Where", {is_set(), number("nothing", -0.0f), operand(1)}, y_);
            return;
        case ir::op::dense:
            return dense();
        case ir::op::dropout:
            to_.add("Dropout", {x_, number("ratio", n_.alpha)}, y_);
            return;
        case ir::op::affine:
            to_.add("Add",
                    {times(x_, parameter(".weight", p_.scale())), parameter(".bias", p_.shift())},
                    y_);
            return;
        case ir::op::relu:
            return relu();
        case ir::op::leaky_relu:
            to_.add("LeakyRelu", {x_}, y_, {{"alpha", n_.alpha}});
            return;
        case ir::op::prelu:
            to_.add("PRelu", {x_, parameter(".weight", p_.scale())}, y_);
            return;
        case ir::op::thresholded_relu:
            to_.add("ThresholdedRelu", {x_}, y_, {{"alpha", n_.alpha}});
            return;
        case ir::op::elu:
            to_.add("Elu", {x_}, y_, {{"alpha", n_.alpha}});
            return;
        case ir::op::celu:
            to_.add("Celu", {x_}, y_, {{"alpha", n_.alpha}});
            return;
        case ir::op::hard_sigmoid:
            to_.add("HardSigmoid", {x_}, y_, {{"alpha", n_.alpha}, {"beta", n_.beta}});
            return;
        case ir::op::shrink:
            to_.add("Shrink", {x_}, y_, {{"lambd", n_.threshold}, {"bias", n_.beta}});
            return;
        case ir::op::clip:
            return clip(n_.min_value, n_.max_value, x_);
        case ir::op::square:
            to_.add("Mul", {x_, x_}, y_);
            return;
        case ir::op::swish:
            return swish();
        case ir::op::mish:
            to_.add(
                "Mul",
                {x_, to_.add("Tanh", {to_.add("Softplus", {x_}, part("softplus"))}, part("tanh"))},
                y_);
            return;
        case ir::op::gelu:
            return gelu();
        case ir::op::gelu_tanh:
            return gelu_tanh();
        case ir::op::softmax:
            return softmax("Softmax");
        case ir::op::log_softmax:
            return softmax("LogSoftmax");
        case ir::op::maxout:
            return maxout();
        case ir::op::rsqrt:
            to_.add("Reciprocal", {root(x_)}, y_);
            return;
        case ir::op::sum:
            to_.add("ReduceSum", {x_, to_.shape(sentence(y_, "/axis"), {-1})}, y_);
            return;
        case ir::op::mean:
            mean(x_, y_);
            return;
        case ir::op::mean_square:
            mean(times(x_, x_, "square"), y_);
            return;
        case ir::op::layer_norm:
            return norm(true);
        case ir::op::rms_norm:
            return norm(false);
        case ir::op::concat:
            return concat();
        case ir::op::slice:
            return slice();
        case ir::op::reshape: {
            const std::string shape = to_.shape(sentence(y_, "/shape"), extents(n_.output, {}));
            to_.add("Reshape", {x_, shape}, y_);
            return;
        }
        case ir::op::transpose:
            return transpose();
        case ir::op::pad:
            return pad();
        case ir::op::as_strided:
            return as_strided();
        case ir::op::matmul:
            return matmul();
        case ir::op::conv:
        case ir::op::depthwise_conv:
            return conv();
        case ir::op::max_pool:
            return pool("MaxPool", "GlobalMaxPool");
        case ir::op::average_pool:
            return pool("AveragePool", "GlobalAveragePool");
        default:
            raise({sentence("defect in Laminate: no ONNX operator for ", ir::name(n_.kind))});
        }
    }

private:
    std::string part(const char* what) { return to_.take(sentence(y_, "/", what)); }
    static constexpr std::int64_t to_float = 1, to_bool = 9; // as ONNX numbers types
    std::string is_set() {
        return to_.add("Cast", {operand(0)}, part("is_set"), {{"to", to_bool}});
    }

    // The extents of a value and of more axes, behind the batch's own.
    static std::vector<std::int64_t> extents(const laminate::shape& s,
                                             std::initializer_list<std::size_t> more) {
        std::vector<std::int64_t> all = {0};
        for (std::size_t axis = 0; axis < s.rank; ++axis)
            all.push_back(static_cast<std::int64_t>(s.extent[axis]));
        for (const std::size_t extent : more)
            all.push_back(static_cast<std::int64_t>(extent));
        return all;
    }

    // An operand of two, with as many axes as the result: ONNX counts them from the last on.
    std::string operand(std::size_t k) {
        const std::string& x = values_[n_.inputs[k]];
        const laminate::shape& s = nodes_[n_.inputs[k]].output;
        if (s.rank == n_.output.rank) return x;
        laminate::shape padded = {n_.output.rank, {1, 1, 1, 1}};
        padded.extent[padded.rank - 1] = s.size();
        const std::string what = sentence("operand_", k);
        return to_.add("Reshape", {x, to_.shape(sentence(y_, "/shape_", k), extents(padded, {}))},
                       part(what.c_str()));
    }

    std::string number(const char* what, float value) {
        return to_.number(sentence(y_, "/", what), value);
    }
    // Named as in a file of parameters, "0.weight".
    std::string parameter(const char* what, const std::vector<double>& numbers) {
        return to_.tensor(named(what), {numbers.size()}, numbers);
    }
    std::string named(const char* what) const { return sentence(called_, what); }
    std::string times(const std::string& a, const std::string& b, const char* what = "scaled") {
        return to_.add("Mul", {a, b}, part(what));
    }

    void dense() {
        if (n_.output.rank > 1) return dense_at_positions();
        const std::string weights = to_.tensor(named(".weight"), {out_, in_}, p_.weights());
        const std::string bias = n_.bias ? parameter(".bias", p_.bias()) : std::string();
        to_.add("Gemm", {x_, weights, bias}, y_, {{"transB", std::int64_t{1}}});
    }

    // Gemm takes matrices alone.
    void dense_at_positions() {
        std::vector<double> turned;
        for (std::size_t i = 0; i < in_; ++i)
            for (std::size_t o = 0; o < out_; ++o)
                turned.push_back(p_.weights()[o * in_ + i]);
        const std::string weights = to_.tensor(named(".weight_transposed"), {in_, out_}, turned);
        const std::string sums = n_.bias ? part("sums") : y_;
        to_.add("MatMul", {x_, weights}, sums);
        if (n_.bias) to_.add("Add", {sums, parameter(".bias", p_.bias())}, y_);
    }

    void clip(float least, float most, const std::string& x) {
        const std::string low = least == -infinity ? std::string() : number("min", least);
        const std::string high = most == infinity ? std::string() : number("max", most);
        to_.add("Clip", {x, low, high}, y_);
    }

    // x where it is at least the threshold, else slope (x - threshold); at most max_value.
    void relu() {
        if (ir::is_plain_relu(n_)) {
            to_.add("Relu", {x_}, y_);
            return;
        }
        if (n_.alpha == 0.0f && n_.threshold == 0.0f) return clip(0.0f, n_.max_value, x_);
        const bool bounded = n_.max_value != infinity;
        const std::string above = bounded ? part("unbounded") : y_;
        if (n_.threshold == 0.0f) {
            to_.add("LeakyRelu", {x_}, above, {{"alpha", n_.alpha}});
        } else if (n_.alpha == 0.0f) {
            // It keeps what is larger than alpha: the threshold and what is larger.
            to_.add("ThresholdedRelu", {x_}, above,
                    {{"alpha", std::nextafter(n_.threshold, -infinity)}});
        } else {
            const std::string threshold = number("threshold", n_.threshold);
            const std::string is_below = to_.add("Less", {x_, threshold}, part("is_below"));
            const std::string below =
                times(to_.add("Sub", {x_, threshold}, part("below")), number("slope", n_.alpha));
            to_.add("Where", {is_below, below, x_}, above);
        }
        if (bounded) clip(-infinity, n_.max_value, above);
    }

    // x sigmoid(alpha x)
    void swish() {
        const std::string inner = n_.alpha == 1.0f ? x_ : times(x_, number("alpha", n_.alpha));
        to_.add("Mul", {x_, to_.add("Sigmoid", {inner}, part("sigmoid"))}, y_);
    }

    // x / 2 (1 + erf(x / sqrt 2))
    void gelu() {
        const std::string inner = times(x_, number("root_half", 0x1.6a09e6p-1f));
        gate(to_.add("Erf", {inner}, part("erf")));
    }

    // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
    void gelu_tanh() {
        const std::string cubic =
            number("cubic", static_cast<float>(0.79788456080286536 * 0.044715));
        const std::string linear = number("linear", static_cast<float>(0.79788456080286536));
        const std::string factor =
            to_.add("Add", {times(times(x_, x_, "square"), cubic), linear}, part("factor"));
        gate(to_.add("Tanh", {times(x_, factor, "inner")}, part("tanh")));
    }

    // x / 2 (1 + value)
    void gate(const std::string& value) {
        const std::string half = times(x_, number("half", 0.5f), "halved");
        to_.add("Mul", {half, to_.add("Add", {value, number("one", 1.0f)}, part("gate"))}, y_);
    }

    void softmax(const char* kind) {
        const onnx_attribute last("axis", std::int64_t{-1});
        if (n_.groups == 1) {
            to_.add(kind, {x_}, y_, {last});
            return;
        }
        const std::string groups = split("groups", n_.groups, out_ / n_.groups);
        const std::string shares = to_.add(kind, {groups}, part("shares"), {last});
        to_.add("Reshape", {shares, row_shape()}, y_);
    }

    void maxout() {
        const std::string pieces = split("pieces", out_, n_.pieces);
        to_.add("ReduceMax", {pieces}, y_,
                {{"axes", std::vector<std::int64_t>{-1}}, {"keepdims", std::int64_t{0}}});
    }

    // Along the last axis.
    std::string mean(const std::string& x, const std::string& y) {
        return to_.add("ReduceMean", {x}, y, {{"axes", std::vector<std::int64_t>{-1}}});
    }
    // sqrt(x + epsilon)
    std::string root(const std::string& x) {
        const std::string sum = to_.add("Add", {x, number("epsilon", n_.alpha)}, part("positive"));
        return to_.add("Sqrt", {sum}, part("root"));
    }

    // (x - mean) / sqrt(mean square + epsilon) within each group, then the scale and the shift.
    void norm(bool centred) {
        std::string x = split("groups", n_.groups, out_ / n_.groups);
        if (centred) x = to_.add("Sub", {x, mean(x, part("mean"))}, part("centred"));
        const std::string by = root(mean(times(x, x, "square"), part("mean_square")));
        const std::string groups = to_.add("Div", {x, by}, part("normalised"));
        const std::string row = to_.add("Reshape", {groups, row_shape()}, part("row_of_groups"));
        const std::string scale = parameter(".weight", p_.scale());
        if (!centred) {
            to_.add("Mul", {row, scale}, y_);
            return;
        }
        to_.add("Add", {times(row, scale), parameter(".bias", p_.shift())}, y_);
    }

    void concat() {
        std::vector<std::string_view> parts;
        for (const std::size_t from : n_.inputs)
            if (from != ir::none) parts.push_back(values_[from]);
        to_.add("Concat", std::move(parts), y_, {{"axis", axis()}});
    }

    // The axis that the node names, behind the batch's.
    std::int64_t axis() const {
        const std::size_t named = n_.axis == ir::none ? n_.output.rank - 1 : n_.axis;
        return static_cast<std::int64_t>(named) + 1;
    }

    void transpose() {
        std::vector<std::int64_t> order = {0};
        for (std::size_t k = 0; k < n_.axes.rank; ++k)
            order.push_back(static_cast<std::int64_t>(n_.axes.extent[k]) + 1);
        to_.add("Transpose", {x_}, y_, {{"perm", std::move(order)}});
    }

    void pad() {
        const std::size_t axes = n_.output.rank + 1;
        std::vector<std::int64_t> amounts(2 * axes, 0);
        for (std::size_t k = 0; k < n_.axes.rank; ++k) {
            const std::size_t axis = axes - n_.axes.rank + k;
            amounts[axis] = static_cast<std::int64_t>(n_.axes.extent[k]);
            amounts[axes + axis] = static_cast<std::int64_t>(n_.after.extent[k]);
        }
        to_.add("Pad", {x_, to_.shape(sentence(y_, "/pads"), amounts), number("value", n_.alpha)},
                y_);
    }

    void as_strided() {
        const laminate::shape& row = nodes_[n_.inputs[0]].output;
        std::string x = x_;
        if (row.rank > 1) x = to_.add("Flatten", {x}, part("row"), {{"axis", std::int64_t{1}}});
        std::vector<std::int64_t> from;
        from.reserve(n_.output.size());
        const ir::walk walk =
            ir::walk_of(ir::of(n_.kind).arguments_of(n_, {&row, 1}, n_.output.size(), false));
        for (std::size_t i = 0; i < n_.output.size(); ++i)
            from.push_back(static_cast<std::int64_t>(ir::source(walk, i)));
        const bool is_row = n_.output.rank == 1;
        const std::string gathered = is_row ? y_ : part("gathered");
        to_.add("Gather", {x, to_.shape(sentence(y_, "/from"), from)}, gathered,
                {{"axis", std::int64_t{1}}});
        if (!is_row)
            to_.add("Reshape",
                    {gathered, to_.shape(sentence(y_, "/shape"), extents(n_.output, {}))}, y_);
    }

    void matmul() {
        const std::string product = n_.alpha == 1.0f ? y_ : part("product");
        to_.add("MatMul", {x_, values_[n_.inputs[1]]}, product);
        if (n_.alpha != 1.0f) to_.add("Mul", {product, number("scale", n_.alpha)}, y_);
    }

    // ONNX has channels in front of a map; here they are behind it.
    std::string turned(const std::string& x, bool channels_first, const std::string& y) {
        const std::size_t axes = nodes_[n_.inputs[0]].output.rank - 1;
        std::vector<std::int64_t> order = {0};
        for (std::size_t k = 1; k <= axes; ++k)
            order.push_back(static_cast<std::int64_t>(channels_first ? k : k + 1));
        const auto channels = static_cast<std::int64_t>(channels_first ? axes + 1 : 1);
        order.insert(channels_first ? order.begin() + 1 : order.end(), channels);
        return to_.add("Transpose", {x}, y, {{"perm", std::move(order)}});
    }
    // A number for each axis of a map.
    std::vector<std::int64_t> along_axes(std::size_t ir::window_axis::*number) const {
        const ir::windows w = ir::windows_of(n_, nodes_[n_.inputs[0]].output);
        std::vector<std::int64_t> all;
        if (n_.window.rank > 1) all.push_back(static_cast<std::int64_t>(w.height.*number));
        all.push_back(static_cast<std::int64_t>(w.width.*number));
        return all;
    }
    std::vector<onnx_attribute> window_attributes() const {
        std::vector<std::int64_t> pads = along_axes(&ir::window_axis::before);
        const std::vector<std::int64_t> after = along_axes(&ir::window_axis::after);
        pads.insert(pads.end(), after.begin(), after.end());
        std::vector<onnx_attribute> all = {{"kernel_shape", along_axes(&ir::window_axis::kernel)},
                                           {"strides", along_axes(&ir::window_axis::stride)},
                                           {"pads", std::move(pads)}};
        // (Means have none before opset 19, and here.)
        if (n_.kind != ir::op::average_pool)
            all.emplace_back("dilations", along_axes(&ir::window_axis::dilation));
        return all;
    }

    void conv() {
        const std::size_t groups = n_.kind == ir::op::conv ? n_.groups : in_;
        std::vector<onnx_attribute> attributes = window_attributes();
        attributes.emplace_back("group", static_cast<std::int64_t>(groups));
        const shape extents = ir::kind::conv::of_weights(n_, out_, in_ / groups);
        const std::string weights =
            to_.tensor(named(".weight"), {extents.extent.data(), extents.rank}, p_.weights());
        const std::string bias = n_.bias ? parameter(".bias", p_.bias()) : std::string();
        const std::string x = turned(x_, true, part("channels_first"));
        turned(to_.add("Conv", {x, weights, bias}, part("sums"), attributes), false, y_);
    }

    void pool(const char* kind, const char* over_all) {
        const std::string x = turned(x_, true, part("channels_first"));
        if (n_.window.rank == 0) {
            const std::string all = to_.add(over_all, {x}, part("pooled"));
            to_.add("Reshape", {all, row_shape()}, y_);
            return;
        }
        std::vector<onnx_attribute> attributes = window_attributes();
        if (n_.kind == ir::op::average_pool)
            attributes.emplace_back("count_include_pad", std::int64_t{n_.counts_padding ? 1 : 0});
        turned(to_.add(kind, {x}, part("pooled"), attributes), false, y_);
    }

    void slice() {
        const auto bound = [this](const char* what, std::size_t number) {
            return to_.shape(sentence(y_, "/", what), {static_cast<std::int64_t>(number)});
        };
        const std::string begin = bound("begin", n_.begin);
        const std::string end = bound("end", n_.begin + n_.units);
        to_.add("Slice", {x_, begin, end, bound("axis", static_cast<std::size_t>(axis()))}, y_);
    }

    // x with its last axis as two.
    std::string split(const char* what, std::size_t rows, std::size_t columns) {
        laminate::shape before = n_.output;
        --before.rank;
        const std::string shape =
            to_.shape(sentence(y_, "/shape"), extents(before, {rows, columns}));
        return to_.add("Reshape", {x_, shape}, part(what));
    }
    std::string row_shape() { return to_.shape(sentence(y_, "/row"), extents(n_.output, {})); }

    onnx_nodes& to_;
    const ir::node& n_;
    const layer_parameters& p_;
    std::string called_; // in files of parameters
    std::span<const ir::node> nodes_;
    std::size_t in_, out_; // units, at each position
    std::string x_, y_;
    std::span<const std::string> values_; // of all nodes before
};

} // namespace

void add_onnx_layer(onnx_nodes& to, const graph& network, std::size_t index,
                    std::span<const std::string> values, const std::string& y) {
    layer(to, network, index, values, y).add();
}

} // namespace laminate::codegen
