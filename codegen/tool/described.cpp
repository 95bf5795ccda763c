// SPDX-License-Identifier: MIT
#include "described.hpp"

#include <fmt/format.h>

namespace laminate::codegen::tool {

namespace {

// CLI11 writes the choices of an option into its type: "where:{embedded,binary}".
std::vector<std::string> choices_of(const std::string& type) {
    const std::size_t open = type.find('{');
    const std::size_t close = type.rfind('}');
    std::vector<std::string> choices;
    if (open == std::string::npos || close == std::string::npos) return choices;
    std::string list = type.substr(open + 1, close - open - 1);
    for (std::size_t comma = 0; comma != std::string::npos; list.erase(0, comma + 1)) {
        comma = list.find(',');
        choices.push_back(list.substr(0, comma));
        if (comma == std::string::npos) break;
    }
    return choices;
}

std::string listed(const std::vector<std::string>& words, const char* between) {
    return fmt::format("{}", fmt::join(words, between));
}

described_option describe_option(const CLI::Option& option) {
    described_option d;
    const std::string type = option.get_type_name();
    const std::string stands_for = type.substr(0, type.find(':'));
    d.positional = option.get_positional();
    d.description = option.get_description();
    d.group = option.get_group() == "Options" ? "" : option.get_group();
    d.choices = choices_of(type);
    d.takes_value = d.positional || option.get_items_expected_min() > 0;
    const std::string value = d.choices.empty() ? stands_for : listed(d.choices, "|");
    if (d.positional) {
        d.name = d.spelling = d.choices.empty() && type != "TEXT" && !type.empty()
                                  ? value
                                  : (d.choices.empty() ? option.get_single_name() : value);
    } else {
        d.name = "--" + option.get_lnames().front();
        const std::string s =
            option.get_snames().empty() ? "" : "-" + option.get_snames().front() + ", ";
        d.spelling = s + d.name + (d.takes_value ? fmt::format(" <{}>", value) : "");
    }
    const bool named_so = value.find('.') != std::string::npos ||
                          value.find("file") != std::string::npos || value == "directory";
    d.takes_file = d.takes_value && d.choices.empty() && named_so;
    return d;
}

std::string usage_of(const CLI::App& command, const described_command& d) {
    std::string usage = "laminate " + command.get_name() + " [options]";
    for (const described_option& o : d.options)
        if (o.positional) usage += " " + o.spelling;
    for (const CLI::Option* option : command.get_options())
        if (option->get_required() && !option->get_positional())
            usage += " " + describe_option(*option).spelling;
    return usage;
}

} // namespace

std::vector<described_command> describe(const CLI::App& app) {
    std::vector<described_command> all;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_group().empty()) continue;
        described_command d;
        d.name = command->get_name();
        d.description = command->get_description();
        const std::string footer = command->get_footer();
        d.examples = footer.substr(footer.find('\n') + 1); // behind "Examples:"
        for (const CLI::Option* option : command->get_options())
            d.options.push_back(describe_option(*option));
        d.usage = usage_of(*command, d);
        all.push_back(d);
    }
    return all;
}

} // namespace laminate::codegen::tool
