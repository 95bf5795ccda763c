// SPDX-License-Identifier: MIT
// Writes networks of networks.hpp as the plain C that simple converters make of a model: constant
// arrays [outputs][inputs], nested loops of fixed sizes, an array between any two layers, and the C
// library's functions. write_plain_c <directory>.

#include "../networks.hpp"

#include <laminate/file/whole_file.hpp>

#include <boost/hana/for_each.hpp>
#include <cstdio>
#include <string>

namespace {

std::string number(float f) {
    char text[48];
    std::snprintf(text, sizeof text, "%af", static_cast<double>(f));
    return text;
}

class writer {
public:
    explicit writer(std::size_t inputs) : width_(inputs) {}

    template <class Weights, class Bias>
    void dense(const Weights& weights, const Bias& bias) {
        const std::size_t outputs = weights.outputs();
        const std::string w = "w" + std::to_string(layer_);
        const std::string b = "b" + std::to_string(layer_);
        arrays_ += "static const float " + w + "[" + std::to_string(outputs) + "][" +
                   std::to_string(width_) + "] = {\n";
        std::string biases;
        for (std::size_t o = 0; o < outputs; ++o) {
            arrays_ += "{";
            for (std::size_t i = 0; i < width_; ++i)
                arrays_ += number(weights(o, i)) + ",";
            arrays_ += "},\n";
            biases += number(bias[o]) + ",";
        }
        arrays_ += "};\nstatic const float " + b + "[" + std::to_string(outputs) + "] = {" +
                   biases + "};\n";
        const std::string from = value();
        const std::size_t inputs = width_;
        next(outputs);
        loop(outputs, "float sum = 0.0f;\n        for (int i = 0; i < " + std::to_string(inputs) +
                          "; ++i) sum += " + from + "[i] * " + w + "[o][i];\n        " + value() +
                          "[o] = sum + " + b + "[o];");
    }
    void function(const std::string& of_x) {
        const std::string from = value();
        next(width_);
        loop(width_,
             "const float x = " + from + "[o];\n        " + value() + "[o] = " + of_x + ";");
    }
    void softmax() {
        const std::string from = value();
        next(width_);
        body_ += "    float most = " + from + "[0], sum = 0.0f;\n";
        loop(width_, "if (" + from + "[o] > most) most = " + from + "[o];");
        loop(width_, value() + "[o] = expf(" + from + "[o] - most); sum += " + value() + "[o];");
        loop(width_, value() + "[o] /= sum;");
    }

    std::string finish(const std::string& name) {
        loop(width_, "out[o] = " + value() + "[o];");
        return "#include <math.h>\n" + arrays_ + "extern \"C\" void " + name +
               "_plain_c(const float* v0, float* out) {\n" + body_ + "}\n";
    }

private:
    std::string value() const { return "v" + std::to_string(layer_); }
    void next(std::size_t width) {
        width_ = width;
        ++layer_;
        body_ += "    float " + value() + "[" + std::to_string(width) + "];\n";
    }
    void loop(std::size_t count, const std::string& statement) {
        body_ += "    for (int o = 0; o < " + std::to_string(count) + "; ++o) {\n        " +
                 statement + "\n    }\n";
    }

    std::size_t width_;
    std::size_t layer_ = 0;
    std::string arrays_;
    std::string body_;
};

template <class Network>
std::string plain_c() {
    using model_type = laminate::model<Network>;
    const model_type model = bench::seeded_model<Network>();
    const auto nodes = laminate::plan(Network{}).nodes;
    writer text(model_type::inputs);
    std::size_t node = 0;
    boost::hana::for_each(model.layers(), [&](const auto& layer) {
        const laminate::ir::op kind = nodes[++node].kind;
        if constexpr (requires { layer.weights; }) text.dense(layer.weights, layer.bias);
        if (kind == laminate::ir::op::relu) text.function("x > 0.0f ? x : 0.0f");
        if (kind == laminate::ir::op::tanh) text.function("tanhf(x)");
        if (kind == laminate::ir::op::softmax) text.softmax();
    });
    return text.finish(Network::name);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: write_plain_c <directory>\n", stderr);
        return 2;
    }
    bench::for_each(
        bench::network_list<bench::policy, bench::trigger, bench::digits>{}, [&](auto network) {
            using type = decltype(network);
            const std::string path = std::string(argv[1]) + "/" + type::name + "_plain_c.cpp";
            if (const auto why = laminate::write_file_atomically(path, plain_c<type>()))
                laminate::raise(*why);
        });
    return 0;
}
