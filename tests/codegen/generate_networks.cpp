// SPDX-License-Identifier: MIT
// Writes the test networks as standalone sources, with pseudo-random weights, and for each a file
// of inputs and of the outputs that the library computes. all.inc includes and lists them for
// run_networks.cpp; altered/ holds one more, whose self-test must fail, forms/ the other forms of a
// source, declared/ a declared network with its parameters.
//
// usage: generate_networks <directory>

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/write_dsl.hpp>
#include <laminate/codegen/write_cpp.hpp>
#include <laminate/laminate.hpp>

#include <bit>
#include <boost/hana/for_each.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace {

namespace lam = laminate;

using lam::dense, lam::elu, lam::input, lam::maxout, lam::no_bias, lam::prelu, lam::relu,
    lam::repeat, lam::sigmoid, lam::softmax, lam::tanh;

constexpr std::size_t rows = 53; // two tiles and a rest

// xorshift64* (Vigna, 2016): the same numbers everywhere.
class generator {
public:
    float operator()(float size) {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        const auto top = static_cast<float>(state_ * 0x2545f4914f6cdd1dU >> 40);
        return (top * 0x1p-23f - 1.0f) * size;
    }

private:
    std::uint64_t state_ = 88172645463325252U;
};

void write(const std::string& path, const std::string& bytes) {
    if (const auto why = lam::write_file_atomically(path, bytes)) lam::raise(*why);
}

void append(std::string& bytes, const std::vector<float>& numbers) {
    bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
}

// Numbers that a literal or a kernel could get wrong.
constexpr float special[] = {0.0f,
                             -0.0f,
                             std::numeric_limits<float>::denorm_min(),
                             -3.5f * std::numeric_limits<float>::denorm_min(),
                             std::numeric_limits<float>::min(),
                             std::numeric_limits<float>::max(),
                             -1.0f,
                             0x1.fffffep-1f};

class writer {
public:
    explicit writer(std::string directory) : directory_(std::move(directory)) {}

    template <lam::declared Network>
    lam::model<Network> random_model(Network network) {
        lam::model<Network> model(network);
        generator next;
        boost::hana::for_each(model.layers(), [&](auto layer) {
            if constexpr (requires { layer.weights; }) {
                // Sums stay about as large as the inputs.
                const float size = 2.0f / std::sqrt(static_cast<float>(layer.weights.inputs()));
                for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                    for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                        layer.weights(o, i) = next(size);
            }
            if constexpr (requires { layer.bias; })
                for (std::size_t o = 0; o < layer.bias.size(); ++o)
                    layer.bias[o] = next(0.5f);
            if constexpr (requires { layer.slope; })
                for (std::size_t u = 0; u < layer.slope.size(); ++u)
                    layer.slope[u] = next(0.5f);
            if constexpr (requires { layer.scale; })
                for (std::size_t u = 0; u < layer.scale.size(); ++u) {
                    layer.scale[u] = next(2.0f);
                    if constexpr (requires { layer.shift; }) layer.shift[u] = next(0.5f);
                }
        });
        return model;
    }

    template <lam::declared Network>
    void add(const char* name, Network network) {
        add_model(name, random_model(network));
    }

    // Of several inputs or outputs: only the self-test looks at it.
    template <lam::declared Network>
    void add_several(const char* name, Network network) {
        write_source(name, random_model(network));
        tests_ += lam::sentence("    {\"", name, "\", generated::", name, "::self_test},\n");
    }

    template <class Model>
    void add_model(const std::string& name, const Model& model) {
        write_source(name, model);
        std::vector<float> in(rows * Model::inputs);
        generator next;
        for (float& number : in)
            number = next(2.0f);
        constexpr std::size_t specials = std::size(special);
        for (std::size_t i = 0; i < Model::inputs; ++i) {
            in[i] = special[i % specials];
            in[Model::inputs + i] = 0.0f;
        }
        in[2 * Model::inputs] = std::numeric_limits<float>::infinity();
        in[4 * Model::inputs - 1] = -std::numeric_limits<float>::infinity();
        in[5 * Model::inputs - 1] = std::numeric_limits<float>::quiet_NaN();
        std::vector<float> out(rows * Model::outputs);
        model.batch(in, out);
        for (float& number : out) // any NaN is as right
            if (std::isnan(number)) number = std::numeric_limits<float>::quiet_NaN();
        std::string bytes;
        append(bytes, in);
        append(bytes, out);
        write(lam::sentence(directory_, "/", name, ".bin"), bytes);

        table_ += lam::sentence("    LAMINATE_TEST_NETWORK(", name, "),\n");
    }

    void finish() {
        write(directory_ + "/all.inc",
              lam::sentence(includes_, "\nconst network networks[] = {\n", table_,
                            "};\nconst tested several[] = {\n", tests_, "};\n"));
    }

private:
    template <class Model>
    void write_source(const std::string& name, const Model& model) {
        lam::write_options options;
        options.directory = directory_;
        options.name_space = "generated::" + name;
        options.self_test = true;
        options.targets = {}; // compiled for one at a time; write_dispatch has those for several
        lam::write_cpp(model, name, options);
        includes_ += lam::sentence("#include \"", name, ".cpp\"\n");
    }

    std::string directory_;
    std::string includes_;
    std::string table_;
    std::string tests_;
};

// Widths First, First + 1, ..., each as outputs and as inputs.
template <std::size_t First, std::size_t... Step>
constexpr auto staircase(std::index_sequence<Step...>) {
    return ((input<First> | dense<First + 1>) | ... |
            (lam::leaky_relu(lam::negative_slope<0.5f>) | dense<First + 2 + Step>));
}

void write_dense(writer& to) {
    to.add("one_to_one", input<1> | dense<1>);
    to.add("without_bias", input<5> | dense<3>(no_bias) | relu | dense<2>(no_bias));
    to.add("outputs_15", input<40> | dense<15>);
    to.add("outputs_16", input<16> | dense<16> | relu);
    to.add("outputs_17", input<9> | dense<17> | sigmoid);
    to.add("outputs_33", input<70> | dense<33>);
    to.add("two_panels", input<20> | dense<136> | relu | dense<4>);
    to.add("uneven_panels", input<7> | dense<289> | tanh | dense<150>);
    to.add("five_panels", input<33> | dense<530>);
    to.add("many_inputs", input<784> | dense<10> | softmax);
    to.add("stairs_1", staircase<1>(std::make_index_sequence<9>{}));
    to.add("stairs_11", staircase<11>(std::make_index_sequence<9>{}));
    to.add("stairs_21", staircase<21>(std::make_index_sequence<9>{}));
    to.add("stairs_31", staircase<31>(std::make_index_sequence<9>{}));
    // Single rows take instructions of their own for each layer.
    constexpr auto in_turns = input<64> | repeat<2>(dense<64> | relu | dense<64> | tanh);
    static_assert(lam::plan(in_turns).sequence[0].alone);
    to.add("in_turns", in_turns);
    to.add("deep", input<12> | repeat<20>(dense<12> | tanh) | dense<3>);
}

void write_activations(writer& to) {
    to.add("plain_relu", input<19> | relu);
    to.add("relu_options",
           input<6> | dense<21> |
               relu(lam::max_value<1.5f>, lam::negative_slope<0.25f>, lam::threshold<0.125f>) |
               dense<5> | lam::relu6);
    to.add("leaky", input<6> | dense<18> | lam::leaky_relu | dense<2>);
    to.add("prelu_units", input<6> | dense<18> | prelu | dense<2> | prelu);
    to.add("prelu_one", input<6> | dense<18> | prelu(lam::shared) | dense<2>);
    to.add("prelu_alone", input<37> | prelu);
    to.add("elus", input<6> | dense<18> | elu | dense<9> | elu(lam::alpha<0.3f>));
    to.add("sigmoids", input<23> | sigmoid | dense<18> | sigmoid);
    to.add("tanhs", input<23> | tanh | dense<18> | tanh);
    to.add("several", input<8> | dense<20> | relu | tanh | sigmoid | elu | dense<3>);
    to.add("nothing", input<11> | lam::linear);
    to.add("dropped", input<11> | lam::dropout<0.5f> | dense<4> | lam::dropout<0.1f> | lam::linear);
}

void write_functions(writer& to) {
    to.add("affines", input<5> | lam::affine | dense<18> | lam::affine | maxout<3> | lam::affine);
    to.add("gates", input<6> | dense<18> | lam::gelu | dense<9> | lam::silu | dense<7> | lam::mish);
    to.add("more_gates", input<6> | dense<18> | lam::gelu(lam::tanh_approximation) | dense<9> |
                             lam::swish(lam::alpha<1.702f>) | dense<7> | lam::hard_swish);
    to.add("exponential", input<6> | dense<18> | lam::selu | dense<9> |
                              lam::celu(lam::alpha<0.5f>) | lam::softplus | lam::log | lam::exp);
    to.add("pieces", input<23> | lam::hard_sigmoid | dense<18> |
                         lam::clip(lam::min_value<-0.5f>, lam::max_value<0.75f>) |
                         lam::thresholded_relu(lam::alpha<0.125f>));
    to.add("open_clip", input<23> | lam::clip(lam::min_value<0.125f>));
    to.add("shrunk", input<23> | lam::shrink(lam::bias<0.5f>) | lam::erf | lam::softsign);
    to.add("arithmetic",
           input<19> | lam::square | lam::sqrt | lam::neg | lam::abs | lam::reciprocal);
    to.add("waves", input<19> | lam::concat(lam::sin | lam::asin, lam::cos | lam::acos,
                                            lam::tan | lam::atan, lam::sinh | lam::asinh,
                                            lam::cosh | lam::acosh, lam::softsign | lam::atanh));
    to.add("steps",
           input<19> | dense<18> | lam::concat(lam::floor, lam::ceil, lam::round, lam::sign));
}

void write_rows(writer& to) {
    to.add("softmax_groups", input<36> | softmax(lam::groups<6>) | softmax(lam::groups<2>));
    to.add("log_softmaxes",
           input<4> | dense<12> | lam::log_softmax(lam::groups<3>) | dense<31> | lam::log_softmax);

    to.add("softmax_2", input<2> | softmax);
    to.add("softmax_3", input<4> | dense<3> | softmax);
    to.add("softmax_31", input<4> | dense<31> | softmax | dense<2>);
    to.add("softmax_100", input<100> | softmax);
    to.add("maxout_pieces", input<10> | dense<21> | maxout<3> | dense<4>);
    to.add("maxout_last", input<10> | dense<80> | relu | maxout<4>);
    to.add("maxout_prelu", input<10> | dense<34> | prelu | maxout<2> | prelu | dense<2>);
    to.add("maxout_of_input", input<30> | maxout<5> | dense<3>);
}

void write_graphs(writer& to) {
    to.add("residual", input<11> | lam::residual(dense<48> | relu | dense<11>) | relu |
                           lam::residual(dense<33>, dense<33>(no_bias)) | dense<6>);
    to.add("branched", input<21> | lam::concat(dense<18> | relu, lam::linear, dense<5>) |
                           lam::as<"wide"> | dense<26> | lam::multiply(dense<1>, lam::linear) |
                           lam::maximum(lam::linear, lam::slice<3, 4> | tanh) |
                           lam::subtract(lam::from<"wide"> | dense<26>, lam::linear) |
                           lam::concat(lam::linear, lam::linear));
    to.add("choices",
           input<21> | dense<18> | lam::as<"a"> |
               lam::where(lam::less(lam::linear, dense<18>), relu, lam::neg) |
               lam::where(lam::equal(lam::linear, lam::from<"a">), lam::square, lam::linear) |
               lam::when(lam::less_equal(dense<1>, lam::linear), lam::linear) |
               lam::power(lam::softplus, dense<18>));
    to.add("norms", input<19> | dense<40> | lam::layer_norm | relu | dense<21> |
                        lam::rms_norm(lam::groups<3>) | lam::subtract(lam::linear, lam::mean) |
                        lam::multiply(lam::linear, lam::mean_square | lam::rsqrt) |
                        lam::add(lam::linear, lam::sum));
    to.add("axes", input<3, 2, 5> | dense<16> | relu | lam::layer_norm |
                       lam::multiply(lam::linear, lam::mean | sigmoid) | lam::transpose<2, 0, 1> |
                       prelu | lam::pad<1, 2, 0, 1>(lam::value<0.5f>) | lam::slice<1, 4, 1> |
                       lam::concat<1>(lam::linear, lam::slice<0, 2, 1>) | tanh |
                       lam::concat(lam::linear, dense<5>) | softmax | lam::flatten | dense<7>);
    to.add("attention", input<7, 12> | lam::residual(lam::layer_norm | lam::self_attention<3>) |
                            lam::residual(lam::layer_norm | dense<24> | lam::gelu | dense<12>));
    to.add("maps", input<9, 7, 3> | lam::conv2d<18, 3>(lam::same) | relu |
                       lam::max_pool2d<2>(lam::stride<2, 1>, lam::padding<1>) |
                       lam::conv2d<6, 3, 2>(lam::stride<1, 2>, lam::groups<3>) | prelu |
                       lam::residual(lam::depthwise_conv2d<3>(lam::same) | tanh) |
                       lam::average_pool2d<2>(lam::stride<1>) | lam::conv2d<33, 1>(no_bias) |
                       lam::global_average_pool);
    to.add("signals", input<24, 5> | lam::conv1d<18, 3>(lam::dilation<2>) | tanh |
                          lam::depthwise_conv1d<3>(lam::stride<2>) | lam::max_pool1d<2> |
                          lam::conv1d<5, 2> | lam::flatten);
    to.add("shared", input<21> | lam::shared<"twice">(dense<21> | prelu | lam::layer_norm) |
                         lam::shared<"twice">(dense<21> | prelu | lam::layer_norm) | maxout<3>);
    to.add_several("two_heads",
                   input<24> | dense<33> | elu |
                       lam::outputs(dense<20> | relu | dense<6>, dense<1>, lam::linear));
    to.add_several("three_sensors",
                   lam::concat(input<17> | dense<20> | relu, input<5>, input<3>) | dense<9>);
}

// Parameters that are hard to write as literals.
void write_hard_numbers(writer& to) {
    constexpr auto network = input<8> | dense<9> | lam::linear;
    auto model = lam::model(network);
    auto layer = model.layer<0>();
    for (std::size_t o = 0; o < 9; ++o) {
        for (std::size_t i = 0; i < 8; ++i)
            layer.weights(o, i) = special[(o + i) % 8];
        layer.bias[o] = special[o % 8];
    }
    layer.weights(1, 0) = std::numeric_limits<float>::infinity();
    layer.bias[2] = -std::numeric_limits<float>::infinity();
    layer.bias[3] = std::bit_cast<float>(0x7fc12345U);
    layer.bias[4] = std::bit_cast<float>(0xff812345U); // signalling
    to.add_model("hard_numbers", model);
}

// One weight of the sources is changed after the golden vectors were computed.
void write_altered(const std::string& directory) {
    std::filesystem::create_directories(directory);
    const auto model = writer(directory).random_model(input<4> | dense<5> | relu | dense<3>);
    lam::write_options options;
    options.directory = directory;
    options.self_test = options.c_interface = true;
    lam::write_cpp(model, "intact", options);
    options.targets = {};
    lam::write_cpp(model, "altered", options);
    const std::string path = directory + "/altered.cpp";
    std::string text = lam::read_file(path, std::size_t{1} << 20).value();
    const std::size_t array = text.find("_bias[16] = {\n");
    const std::size_t number = text.find_first_not_of(" \n", text.find('{', array) + 1);
    text.replace(number, text.find(',', number) - number, "0.625f");
    write(path, text);
}

// The other forms of a source: weights in a file of their own (and those of a second network, to
// take for the first's), one function only; and the declared network with a parameter file.
void write_forms(const std::string& directory) {
    std::filesystem::create_directories(directory);
    const auto network =
        input<20> | dense<33> | prelu | dense<18> | relu | maxout<3> | dense<5> | softmax;
    const auto model = writer(directory).random_model(network);
    lam::write_options options;
    options.directory = directory;
    options.self_test = options.c_interface = options.weights_file = true;
    options.targets = {};
    lam::write_cpp(model, "stored", options);
    lam::write_cpp(writer(directory).random_model(input<20> | dense<33>), "other", options);
    options.weights_file = false;
    options.entries = lam::entry_points::single;
    lam::write_cpp(model, "one_row", options);
    options.entries = lam::entry_points::batch;
    options.name_space = "forms::many";
    options.weights_file = true;
    lam::write_cpp(model, "many_rows", options);

    // For one program, each compiled for another instruction set.
    options = {};
    options.directory = directory;
    options.self_test = true;
    options.targets = {};
    lam::write_cpp(model, "old_machine", options);
    lam::write_cpp(model, "new_machine", options);
}

// Sources that choose between instruction sets, in both forms; and those that take the least of
// theirs for granted.
void write_dispatch(const std::string& directory) {
    std::filesystem::create_directories(directory);
    const auto model =
        writer(directory).random_model(input<12> | lam::repeat<2>(dense<24> | tanh) | dense<3>);
    lam::write_options options;
    options.directory = directory;
    options.self_test = options.c_interface = true;
    lam::write_cpp(model, "wandering", options);
    options.c_interface = false;
    options.targets = {lam::target::x86_64_v3};
    lam::write_cpp(model, "least", options);
    options.targets = {lam::target::x86_64_v4, lam::target::x86_64_v3};
    lam::write_cpp(model, "two", options);
    options = {};
    options.directory = directory;
    options.self_test = options.weights_file = true;
    lam::write_cpp(writer(directory).random_model(input<9> | dense<20> | relu | dense<5> | softmax),
                   "stored", options);
}

constexpr auto declared =
    input<12> | lam::affine | dense<34> | prelu | lam::dropout<0.25f> | dense<33>(no_bias) |
    lam::leaky_relu(lam::negative_slope<0.1f>) | dense<20> | elu(lam::alpha<0.3f>) | maxout<5> |
    prelu(lam::shared) | dense<17> | lam::relu6 | dense<12> |
    relu(lam::max_value<1.5f>, lam::negative_slope<0.25f>, lam::threshold<0.125f>) |
    lam::clip(lam::min_value<-0.5f>, lam::max_value<1.0f>) | lam::selu |
    lam::hard_sigmoid(lam::alpha<0.3f>) | lam::shrink(lam::lambd<0.05f>) |
    lam::celu(lam::alpha<0.7f>) | lam::thresholded_relu(lam::alpha<-2.0f>) | lam::linear | sigmoid |
    softmax(lam::groups<2>);

constexpr auto declared_graph =
    lam::concat(input<7> | dense<9> | elu, input<3> | lam::as<"goal">) |
    lam::residual(lam::layer_norm(lam::groups<2>) | dense<12>) | lam::as<"body"> |
    lam::where(lam::less(dense<12>, lam::linear), tanh, lam::slice<2, 3>) |
    lam::outputs(lam::multiply(lam::from<"body">, lam::linear) | dense<4>,
                 lam::from<"goal"> | lam::rsqrt(lam::epsilon<9.0f>), lam::mean);

void write_declared(const std::string& directory) {
    std::filesystem::create_directories(directory);
    lam::write_options options;
    options.directory = directory;
    options.targets = {};
    options.self_test = true;
    const auto write_both = [&](const auto& model, const std::string& name) {
        options.name_space = name + "_network";
        const lam::codegen::graph graph = lam::codegen::graph_of(model);
        if (const auto why = lam::codegen::write_dsl(graph, name, options)) lam::raise(*why);
        if (const auto why = lam::try_write_cpp(model, name, options)) lam::raise(*why);
    };
    const auto model = writer(directory).random_model(declared);
    write_both(model, "chain");
    write_both(writer(directory).random_model(declared_graph), "graph");
    options.name_space.clear();
    for (const char* taken : {"time", "NULL", "class", "3d"})
        if (!lam::try_write_cpp(model, taken, options))
            lam::raise(lam::error{lam::sentence("write_cpp took the name ", taken)});
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s <directory>\n", argv[0]);
        return 2;
    }
    std::filesystem::create_directories(argv[1]);
    writer to(argv[1]);
    write_dense(to);
    write_activations(to);
    write_functions(to);
    write_rows(to);
    write_graphs(to);
    write_hard_numbers(to);
    to.finish();
    write_altered(std::string(argv[1]) + "/altered");
    write_forms(std::string(argv[1]) + "/forms");
    write_dispatch(std::string(argv[1]) + "/dispatch");
    write_declared(std::string(argv[1]) + "/declared");
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
