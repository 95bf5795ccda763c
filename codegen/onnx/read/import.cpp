// SPDX-License-Identifier: MIT
#include "../import.hpp"

#include "bind.hpp"
#include "call.hpp"
#include "message.hpp"
#include "operators/list.hpp"
#include "order.hpp"
#include "read.hpp"
#include "refusal.hpp"
#include "support.hpp"

#include <laminate/file/json.hpp>
#include <laminate/file/whole_file.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <set>
#include <unordered_map>

namespace laminate::codegen::onnx {
namespace {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

std::vector<std::string> output_names(const message::GraphProto& graph) {
    std::vector<std::string> names;
    for (const auto& output : graph.output())
        names.push_back(output.name());
    return names;
}

std::string quoted_list(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 8); ++i)
        text += (i == 0 ? "" : ", ") + quote(names[i]);
    return text + (names.size() > 8 ? ", ..." : "");
}

// One model, from its bytes to values.
class importer {
public:
    importer(std::string_view bytes, const std::string& folder, const import_options& options)
        : options_(options), spent_(options.most), tensors_(folder, spent_), network_(spent_) {
        parse(bytes, options.most, model_);
        opset_ = opset_of(model_);
        for (auto& tensor : *model_.mutable_graph()->mutable_initializer()) {
            initialisers_.emplace(tensor.name(), &tensor);
            for (const auto& entry : tensor.external_data())
                if (entry.key() == "location") files_.insert(sentence(folder, "/", entry.value()));
        }
    }

    imported import() {
        const std::vector<std::string> wanted = chosen_outputs(output_names(graph()));
        // With an output chosen, what only others need doesn't matter.
        const ordered needed = order_nodes(graph(), wanted);
        check_support(needed.nodes, opset_);
        bind(needed.inputs, false);
        run(needed.nodes, wanted);
        return finish(wanted, needed);
    }

    std::vector<array> fold() {
        const std::vector<std::string> all = output_names(graph());
        const ordered needed = order_nodes(graph(), all);
        check_support(needed.nodes, opset_);
        bind(needed.inputs, true);
        run(needed.nodes, all);
        std::vector<array> arrays;
        for (const std::string& name : all) {
            const constant& c = std::get<constant>(value_of(name));
            arrays.push_back({{c.shape.begin(), c.shape.end()}, *c.numbers, is_whole(c.type)});
        }
        return arrays;
    }

private:
    const message::GraphProto& graph() const { return model_.graph(); }

    std::vector<std::string> chosen_outputs(const std::vector<std::string>& all) const {
        if (all.empty()) refuse("expected a graph with an output, found none");
        if (!options_.output) return all;
        if (std::find(all.begin(), all.end(), *options_.output) == all.end())
            refuse("expected an output named ", quote(*options_.output), ", found ",
                   quoted_list(all));
        return {*options_.output};
    }

    void bind(const std::vector<std::string>& inputs, bool all_constant) {
        for (const auto& [name, given] : options_.constants)
            values_.emplace(name, bind_constant(graph(), name, given, spent_));
        std::vector<std::string> real; // as the file lists them
        for (const auto& input : graph().input())
            if (!values_.count(input.name()) &&
                std::find(inputs.begin(), inputs.end(), input.name()) != inputs.end())
                real.push_back(input.name());
        if (real.empty() && all_constant) return;
        if (all_constant)
            refuse("expected all inputs as constants, found none for ", quoted_list(real));
        if (real.empty()) real = any_input();
        if (real.size() > ir::max_ports)
            refuse("expected at most ", ir::max_ports, " inputs, found ", real.size(), " (",
                   quoted_list(real), "). Bind some to constants: --constant <name>=<file>");
        inputs_ = bind_inputs(graph(), real, options_);
        for (const auto& [symbol, extent] : options_.symbols)
            if (std::none_of(inputs_.begin(), inputs_.end(),
                             [&s = symbol](const input_shape& in) { return in.symbols.count(s); }))
                refuse("expected symbols of ", inputs_.size() == 1 ? "input " : "inputs ",
                       quoted_list(real), "'s shape, found ", quote(symbol), ", which isn't one");
        for (const input_shape& in : inputs_)
            values_.emplace(in.name, first_input(network_.add_input(in.shape, in.type, in.batch)));
    }

    flow first_input(flow x) {
        if (!first_input_) first_input_ = x;
        return x;
    }

    // One that the outputs don't depend on, so that there is a network.
    std::vector<std::string> any_input() const {
        for (const auto& input : graph().input())
            if (!values_.count(input.name()) && !initialisers_.count(input.name()))
                return {input.name()};
        refuse("the output doesn't depend on any input, so there is no network");
    }

    const value& value_of(const std::string& name) {
        const auto known = values_.find(name);
        if (known != values_.end()) return known->second;
        const auto stored = initialisers_.find(name);
        if (stored == initialisers_.end())
            refuse(quote(name), " is an output that its operator doesn't give here");
        message::TensorProto* const tensor = stored->second;
        constant read = tensors_.read(*tensor, sentence("initialiser ", quote(name)));
        tensor->Clear(); // its numbers are in the constant now
        return values_.emplace(name, std::move(read)).first->second;
    }

    void run(const std::vector<const message::NodeProto*>& nodes,
             const std::vector<std::string>& wanted) {
        std::unordered_map<std::string, std::size_t> uses;
        for (const std::string& name : wanted)
            ++uses[name];
        for (const auto* node : nodes)
            for (const std::string& name : node->input())
                ++uses[name];
        for (const auto* node : nodes) {
            run_node(*node);
            for (const std::string& name : node->input())
                if (--uses[name] == 0) values_.erase(name);
        }
    }

    void run_node(const message::NodeProto& node) {
        try {
            network_.set_origin(describe(node));
            std::vector<const value*> inputs;
            for (const std::string& name : node.input()) {
                inputs.push_back(name.empty() ? nullptr : &value_of(name));
            }
            call c(node, opset_, std::move(inputs), network_, tensors_);
            find_rule(node.op_type())->apply(c);
            c.check_attributes();
            keep_results(node, c);
        } catch (const refusal& why) {
            refuse(describe(node), ": ", why.what());
        }
    }

    void keep_results(const message::NodeProto& node, call& c) {
        for (int i = 0; i < node.output_size(); ++i) {
            std::optional<value>& result = c.results()[static_cast<std::size_t>(i)];
            if (!result) continue; // refused if it is used
            if (const flow* const f = std::get_if<flow>(&*result)) check_flow(*f, node, c);
            if (!node.output(i).empty()) values_.emplace(node.output(i), std::move(*result));
        }
    }

    // Whether a constant has what is of the free batch; but numbers of its rows, where these are
    // written to.
    static bool is_of_batch(const constant& k, bool may_count_rows) {
        for (std::size_t i = 0; i < k.from_batch.size(); ++i)
            if (k.from_batch[i] && !(may_count_rows && !k.counts_rows.empty() && k.counts_rows[i]))
                return true;
        return false;
    }

    // Remembers who first did what would mix the rows of a batch.
    void check_flow(const flow& f, const message::NodeProto& node, const call& c) {
        if (f.units.size() > options_.most.row)
            refuse("expected at most ", options_.most.row, " numbers in a row, found shape ",
                   text(f.shape));
        if (!mixes_.empty()) return;
        const bool writes_to_rows = node.op_type() == "ScatterND" && f.batch != no_axis;
        bool had_batch = false;
        bool counts_batch = false;
        for (std::size_t i = 0; i < c.inputs(); ++i) {
            if (!c.has(i)) continue;
            if (const flow* const x = c.flow_at(i)) had_batch = had_batch || x->batch != no_axis;
            if (const constant* const k = c.constant_at(i))
                counts_batch = counts_batch || is_of_batch(*k, writes_to_rows);
        }
        const bool is_shape = node.op_type() == "Reshape" || node.op_type() == "Expand";
        if ((had_batch && f.batch == no_axis) || (counts_batch && !is_shape))
            mixes_ = describe(node);
    }

    // Whether the batch is still the outermost axis, as rows one after the other are.
    bool ends_in_rows(const flow& out) const {
        if (out.batch == no_axis || !mixes_.empty()) return false;
        return std::all_of(out.shape.begin(),
                           out.shape.begin() + static_cast<std::ptrdiff_t>(out.batch),
                           [](std::size_t extent) { return extent == 1; });
    }

    // Those that flow; constants beside them are the same for each row.
    std::vector<flow> outputs_of(const std::vector<std::string>& wanted) {
        std::vector<value> values;
        for (const std::string& name : wanted) {
            values.push_back(value_of(name));
            if (count(shape_of(values.back())) == 0)
                refuse("output ", quote(name), ": expected numbers, found shape ",
                       text(shape_of(values.back())));
        }
        const auto flowing = std::find_if(values.begin(), values.end(), [](const value& v) {
            return std::holds_alternative<flow>(v);
        });
        const flow& first = flowing != values.end() ? std::get<flow>(*flowing) : *first_input_;
        std::vector<flow> outputs;
        for (std::size_t k = 0; k < values.size(); ++k) {
            const constant* const c = std::get_if<constant>(&values[k]);
            const bool counts_batch = c != nullptr && is_of_batch(*c, false);
            if (counts_batch || (flowing == values.end() && inputs_.front().is_symbolic))
                refuse("output ", quote(wanted[k]),
                       counts_batch ? " is made of" : " doesn't depend on the rows of",
                       " the free batch ", quote(inputs_.front().leading),
                       ". Fix it: --batch 1, or another extent");
            network_.set_origin(sentence("output ", quote(wanted[k])));
            if (c != nullptr) constant_outputs_.insert(k);
            outputs.push_back(c != nullptr ? network_.steady_row(*c, first)
                                           : std::get<flow>(values[k]));
        }
        return outputs;
    }

    // Whether each row of a batch gives a row of all outputs.
    bool ends_in_rows(const std::vector<std::string>& wanted, const std::vector<flow>& outputs) {
        for (std::size_t k = 0; k < outputs.size(); ++k) {
            if (constant_outputs_.count(k) != 0 || ends_in_rows(outputs[k])) continue;
            if (inputs_.front().is_symbolic)
                refuse(!mixes_.empty()       ? mixes_
                       : outputs.size() == 1 ? "the output"
                                             : sentence("output ", quote(wanted[k])),
                       " mixes the rows of the free batch ", quote(inputs_.front().leading),
                       " of input ", quote(inputs_.front().name),
                       ". Fix it: --batch 1, or another extent");
            return false;
        }
        return true;
    }

    imported finish(const std::vector<std::string>& wanted, const ordered& needed) {
        if (wanted.size() > ir::max_ports)
            refuse("expected at most ", ir::max_ports, " outputs, found ", wanted.size(), " (",
                   quoted_list(wanted), "). Choose one by name: --model-output <name>");
        const std::vector<flow> outputs = outputs_of(wanted);
        imported result;
        result.batch_is_free = ends_in_rows(wanted, outputs);
        for (std::size_t k = 0; k < outputs.size(); ++k) {
            network_.set_origin(sentence("output ", quote(wanted[k])));
            network_.add_output(outputs[k]);
        }
        result.network = network_.finish();
        result.network.name = graph().name();
        for (const input_shape& in : inputs_) {
            result.network.input_names.push_back(in.name);
            result.network.input_shapes.push_back(without_batch(in.shape, in.batch, result));
        }
        result.network.output_names = wanted;
        for (const flow& f : outputs)
            result.network.output_shapes.push_back(without_batch(f.shape, f.batch, result));
        result.files.assign(files_.begin(), files_.end());
        result.opset = opset_;
        result.ir_version = model_.ir_version();
        result.producer = model_.producer_name();
        if (!model_.producer_version().empty()) result.producer += " " + model_.producer_version();
        for (const auto* node : needed.nodes)
            ++result.operators[node->op_type()];
        for (const std::size_t k : constant_outputs_)
            result.notes.push_back(
                sentence("output ", quote(wanted[k]), " is constant: the same for each row"));
        add_notes(result, needed);
        add_class_names(result);
        return result;
    }

    // A JSON array in the metadata; what is no such thing, or doesn't fit, is noted.
    void add_class_names(imported& result) const {
        const std::size_t outputs = result.network.outputs();
        for (const auto& entry : model_.metadata_props()) {
            if (entry.key() != "class_names") continue;
            std::vector<std::string> names;
            const std::string problem =
                json::find_invalid_utf8(entry.value()) != std::string_view::npos
                    ? "isn't UTF-8"
                    : json::read_texts(entry.value(), names);
            const bool fits = result.network.output_names.size() == 1 &&
                              (names.size() == outputs || (outputs == 1 && names.size() == 2));
            if (problem.empty() && fits)
                result.class_name = std::move(names);
            else
                result.notes.push_back(
                    sentence("metadata 'class_names' is left out: ",
                             problem.empty() ? sentence("expected a name for each of ", outputs,
                                                        " outputs, found ", names.size())
                                             : problem));
        }
    }

    static dims without_batch(dims shape, std::size_t batch, const imported& result) {
        if (result.batch_is_free && batch < shape.size() && shape[batch] == 1)
            shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(batch));
        return shape;
    }

    void add_notes(imported& result, const ordered& needed) const {
        for (const input_shape& in : inputs_) {
            if (in.type != element::float32)
                result.notes.push_back(sentence(
                    "input ", quote(in.name), " is ", name(in.type), ": computed in float",
                    is_whole(in.type) && in.type != element::boolean ? ", exact up to 2^24" : ""));
            if (in.batch == no_axis && !in.shape.empty())
                result.notes.push_back(sentence("the leading extent ", in.shape[0], " of input ",
                                                quote(in.name), " is part of a row"));
            if (in.is_symbolic && in.leading != inputs_.front().leading)
                result.notes.push_back(sentence("the leading extent ", quote(in.leading),
                                                " of input ", quote(in.name), " is taken to be ",
                                                quote(inputs_.front().leading), ", the batch"));
        }
        if (inputs_.front().batch != no_axis && !result.batch_is_free)
            result.notes.push_back(sentence(mixes_.empty() ? "the output" : mixes_,
                                            " mixes rows of a batch: the network is of batch 1"));
        const auto total = static_cast<std::size_t>(graph().node_size());
        if (needed.nodes.size() < total)
            result.notes.push_back(
                sentence(total - needed.nodes.size(), " nodes don't matter to the output"));
    }

    const import_options& options_;
    message::ModelProto model_;
    std::int64_t opset_ = 0;
    budget spent_;
    tensor_reader tensors_;
    builder network_;
    std::unordered_map<std::string, message::TensorProto*> initialisers_;
    std::unordered_map<std::string, value> values_;
    std::vector<input_shape> inputs_;
    std::optional<flow> first_input_;
    std::set<std::size_t> constant_outputs_;
    std::set<std::string> files_;
    std::string mixes_; // the first node that does
};

// What the importer makes of a file, or the sentence with which it was refused.
template <class Made>
result<Made> guarded(std::string_view bytes, const std::string& name, const std::string& folder,
                     const import_options& options, Made (importer::*make)()) {
    try {
        return (importer(bytes, folder, options).*make)();
    } catch (const refusal& why) {
        return error{sentence(name, ": ", why.what())};
    } catch (const std::bad_alloc&) {
        return error{sentence(name, ": not enough memory to import it")};
    }
}

} // namespace

result<imported> import_model(const std::string& path, const import_options& options) {
    const result<std::string> bytes = read_file(path, options.most.file_bytes);
    if (!bytes) return bytes.error();
    return guarded(*bytes, path, folder_of(path), options, &importer::import);
}

result<imported> import_model_bytes(std::string_view bytes, const std::string& name,
                                    const import_options& options) {
    return guarded(bytes, name, "", options, &importer::import);
}

result<std::vector<array>> fold_model(const std::string& path, const import_options& options) {
    const result<std::string> bytes = read_file(path, options.most.file_bytes);
    if (!bytes) return bytes.error();
    return guarded(*bytes, path, folder_of(path), options, &importer::fold);
}

std::vector<operator_support> supported_operators() {
    std::vector<operator_support> all;
    for (const rule& r : all_rules())
        all.push_back({std::string(r.name), r.since, r.until, std::string(r.restriction)});
    return all;
}

} // namespace laminate::codegen::onnx
