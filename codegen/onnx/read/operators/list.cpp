// SPDX-License-Identifier: MIT
#include "list.hpp"

#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx {
namespace {

constexpr std::string_view constants_only = "of constants only";
constexpr std::string_view one_number = "constants only as one number";
constexpr std::string_view functions = "of constants, or of functions of one value";

constexpr rule table[] = {
    {"Abs", 6, 24, "", rules::unary},
    {"Acos", 7, 24, "", rules::unary},
    {"Acosh", 9, 24, "", rules::unary},
    {"Add", 6, 24, "", rules::add},
    {"And", 7, 24, functions, rules::compare},
    {"Asin", 7, 24, "", rules::unary},
    {"Asinh", 9, 24, "", rules::unary},
    {"Atan", 7, 24, "", rules::unary},
    {"Atanh", 9, 24, "", rules::unary},
    {"BatchNormalization", 6, 24, "for inference, with constant statistics",
     rules::batch_normalization},
    {"Cast", 6, 25, "of a flow: to a floating-point type or BOOL, computed in float", rules::cast},
    {"CastLike", 15, 24, "as Cast", rules::cast},
    {"Ceil", 6, 24, "", rules::unary},
    {"Celu", 12, 24, "of a flow: alpha above 0", rules::parametric},
    {"Clip", 6, 24, "with constant bounds", rules::clip},
    {"Concat", 6, 24, "", rules::concat},
    {"Constant", 6, 25, "a tensor, floats or ints", rules::constant_node},
    {"ConstantOfShape", 9, 25, "", rules::constant_of_shape},
    {"Cos", 7, 24, "", rules::unary},
    {"Cosh", 9, 24, "", rules::unary},
    {"DepthToSpace", 6, 24, "", rules::depth_to_space},
    {"Div", 6, 24, "", rules::divide},
    {"Dropout", 6, 24, "for inference, without its mask", rules::dropout},
    {"Elu", 6, 24, "", rules::parametric},
    {"Equal", 7, 24, functions, rules::compare},
    {"Erf", 9, 24, "", rules::unary},
    {"Exp", 6, 24, "", rules::unary},
    {"Expand", 8, 24, "", rules::expand},
    {"Flatten", 6, 25, "", rules::flatten},
    {"Floor", 6, 24, "", rules::unary},
    {"Gather", 6, 24, "with constant indices", rules::gather},
    {"Gelu", 20, 24, "", rules::parametric},
    {"Gemm", 6, 24, "one of A and B a constant", rules::gemm},
    {"Greater", 7, 24, functions, rules::compare},
    {"GreaterOrEqual", 12, 24, functions, rules::compare},
    {"GroupNormalization", 18, 24, "with constant scale and bias", rules::group_normalization},
    {"HardSigmoid", 6, 24, "", rules::parametric},
    {"HardSwish", 14, 24, "", rules::unary},
    {"Identity", 6, 25, "", rules::identity},
    {"InstanceNormalization", 6, 24, "with constant scale and bias", rules::instance_normalization},
    {"LayerNormalization", 17, 24, "with constant scale and bias", rules::layer_normalization},
    {"LeakyRelu", 6, 24, "", rules::parametric},
    {"Less", 7, 24, functions, rules::compare},
    {"LessOrEqual", 12, 24, functions, rules::compare},
    {"Log", 6, 24, "", rules::unary},
    {"LogSoftmax", 6, 24, "not over the batch", rules::softmax},
    {"MatMul", 6, 24, "one side a constant", rules::matmul},
    {"Max", 6, 24, one_number, rules::min_max},
    {"Mean", 6, 24, "", rules::sum},
    {"Min", 6, 24, one_number, rules::min_max},
    {"Mish", 18, 24, "", rules::unary},
    {"Mod", 10, 24, constants_only, rules::modulo},
    {"Mul", 6, 24, "", rules::multiply},
    {"Neg", 6, 24, "", rules::unary},
    {"Not", 6, 24, "", rules::logical_not},
    {"Or", 7, 24, functions, rules::compare},
    {"PRelu", 6, 24, "with constant slopes", rules::prelu},
    {"Pad", 6, 25, "with constant pads", rules::pad},
    {"Pow", 7, 24,
     "of a flow by 0.5 or a whole number up to 64; by others where they spell a layer",
     rules::power},
    {"RMSNormalization", 23, 24, "with a constant scale", rules::layer_normalization},
    {"Range", 11, 24, constants_only, rules::range},
    {"Reciprocal", 6, 24, "", rules::unary},
    {"ReduceL1", 6, 24, "not over the batch", rules::reduce},
    {"ReduceL2", 6, 24, "not over the batch", rules::reduce},
    {"ReduceLogSum", 6, 24, "not over the batch", rules::reduce},
    {"ReduceLogSumExp", 6, 24, "not over the batch", rules::reduce},
    {"ReduceMax", 6, 24, "not over the batch", rules::reduce},
    {"ReduceMean", 6, 24, "not over the batch", rules::reduce},
    {"ReduceMin", 6, 24, "not over the batch", rules::reduce},
    {"ReduceProd", 6, 24, constants_only, rules::reduce},
    {"ReduceSum", 6, 24, "not over the batch", rules::reduce},
    {"ReduceSumSquare", 6, 24, "not over the batch", rules::reduce},
    {"Relu", 6, 24, "", rules::relu},
    {"Reshape", 6, 25, "to a constant shape", rules::reshape},
    {"Round", 11, 24, "", rules::unary},
    {"Selu", 6, 24, "", rules::parametric},
    {"Shape", 6, 25, "", rules::shape},
    {"Shrink", 9, 24, "of a flow: lambd of 0 or more", rules::parametric},
    {"Sigmoid", 6, 24, "", rules::unary},
    {"Sign", 9, 24, "", rules::unary},
    {"Sin", 7, 24, "", rules::unary},
    {"Sinh", 9, 24, "", rules::unary},
    {"Size", 6, 25, "", rules::size},
    {"Slice", 6, 24, "with constant bounds", rules::slice},
    {"Softmax", 6, 24, "not over the batch", rules::softmax},
    {"Softplus", 6, 24, "", rules::unary},
    {"Softsign", 6, 24, "", rules::unary},
    {"SpaceToDepth", 6, 24, "", rules::depth_to_space},
    {"Split", 6, 24, "with constant lengths", rules::split},
    {"Sqrt", 6, 24, "", rules::unary},
    {"Squeeze", 6, 25, "with constant axes", rules::squeeze},
    {"Sub", 6, 24, "", rules::add},
    {"Sum", 6, 24, "", rules::sum},
    {"Swish", 24, 24, "of a flow: alpha 0, or of a size from 2^-30 to 2^30", rules::parametric},
    {"Tan", 7, 24, "", rules::unary},
    {"Tanh", 6, 24, "", rules::unary},
    {"ThresholdedRelu", 10, 24, "", rules::parametric},
    {"Tile", 6, 24, "with constant repeats", rules::tile},
    {"Transpose", 6, 25, "", rules::transpose},
    {"Unsqueeze", 6, 25, "with constant axes", rules::unsqueeze},
    {"Where", 9, 24, "by a constant, or of functions of one value", rules::where},
    {"Xor", 7, 24, functions, rules::compare},
};

} // namespace

std::span<const rule> all_rules() { return table; }

const rule* find_rule(std::string_view name) {
    const auto* const found = std::find_if(std::begin(table), std::end(table),
                                           [name](const rule& r) { return r.name == name; });
    return found == std::end(table) ? nullptr : found;
}

} // namespace laminate::codegen::onnx
