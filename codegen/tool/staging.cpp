// SPDX-License-Identifier: MIT
#include "staging.hpp"

#include <laminate/base/error.hpp>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace laminate::codegen::tool {

namespace fs = std::filesystem;

namespace {

// How a file begins.
std::string beginning(const fs::path& path) {
    std::string bytes(200, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

// Laminate's sources say so in their first line, which is a comment.
bool is_source(const fs::path& path) {
    const std::string bytes = beginning(path);
    return bytes.substr(0, bytes.find('\n')).find("ritten by Laminate") != std::string::npos;
}

// Parameters as safetensors lie beside the header that declares their network.
bool is_ours(const fs::path& path) {
    if (path.extension() == ".weights") return beginning(path).starts_with("LAMINATE");
    if (path.extension() == ".onnx") // its producer: field 2 of a model, 8 bytes
        return beginning(path).find("\x12\x08Laminate") != std::string::npos;
    if (path.extension() == ".safetensors")
        return is_source(path.parent_path() / (path.stem().string() + "_network.hpp"));
    return is_source(path);
}

// All names are looked at before the first file is moved: sources appear together or not at all.
void check_replaceable(const fs::path& path, bool force) {
    std::error_code failure;
    const fs::file_status found = fs::symlink_status(path, failure);
    if (found.type() == fs::file_type::not_found) return;
    if (fs::is_directory(path, failure))
        raise(error{sentence(path.string(), ": not written, because it is a directory. Choose "
                                            "another --name or --output")});
    if (force || (fs::is_regular_file(path, failure) && is_ours(path))) return;
    raise(error{sentence(path.string(),
                         ": not written, because it exists and Laminate didn't write "
                         "it. Choose another --name or --output, or replace it with --force")});
}

} // namespace

staging::staging(const std::string& directory) {
    std::error_code failure;
    final_ = fs::absolute(directory, failure);
    if (directory.empty()) failure = std::make_error_code(std::errc::invalid_argument);
    for (fs::path p = final_; !failure && !p.empty() && !fs::exists(p, failure);
         p = p.parent_path()) {
        failure.clear(); // that it isn't there
        created_ = p;
    }
    if (!failure) fs::create_directories(final_, failure);
    for (int number = 0; !failure && number < 100; ++number) {
        const fs::path candidate = final_ / sentence(".laminate.", number, ".tmp");
        if (!fs::create_directory(candidate, failure)) continue;
        staged_ = candidate;
        return;
    }
    remove_created();
    raise(error{sentence(quote(directory), ": no directory to write to: ",
                         failure ? failure.message() : "too many unfinished ones in it",
                         ". Give another --output")});
}

staging::~staging() {
    std::error_code ignored;
    fs::remove_all(staged_, ignored);
    remove_created();
}

// Only what is empty: somebody else may have begun to use it.
void staging::remove_created() {
    std::error_code failure;
    for (fs::path p = final_; !created_.empty() && !failure; p = p.parent_path()) {
        fs::remove(p, failure);
        if (p == created_) return;
    }
}

std::vector<std::string> staging::names(bool force) const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(staged_))
        names.push_back((final_ / entry.path().filename()).string());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names)
        check_replaceable(name, force);
    return names;
}

std::vector<std::string> staging::publish(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        std::error_code failure;
        fs::rename(staged_ / fs::path(name).filename(), name, failure);
        if (failure)
            raise(error{
                sentence(name, ": not written: ", failure.message(), ". Check the directory")});
    }
    created_.clear();
    return names;
}

} // namespace laminate::codegen::tool
