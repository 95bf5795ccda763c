// SPDX-License-Identifier: MIT
#include "weights_file.hpp"

#include <bit>
#include <cstdint>

#include "fill.hpp"
#include "literal.hpp"

namespace laminate::codegen {

namespace {

constexpr std::size_t header_bytes = 64;
constexpr std::uint32_t version = 2;

// Equal for networks whose parameters lie at the same places and mean the same.
std::uint64_t network_hash(const ir::plan_view& plan) {
    std::string shape;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        shape += sentence(ir::name(plan.nodes[i].kind), " ", plan.nodes[i].output.size(), " ",
                          plan.values[i].pieces);
        for (const ir::tensor& t : plan.tensors_of(i))
            shape += sentence(" ", t.name, " ", t.begin);
        shape += "\n";
    }
    return fnv1a(shape);
}

template <class Number>
void append_number(std::string& bytes, Number number) {
    for (std::size_t shift = 0; shift < 8 * sizeof number; shift += 8)
        bytes += static_cast<char>(number >> shift & 255U);
}

std::string header(const ir::plan_view& plan, std::span<const float> packed) {
    std::string bytes = "LAMINATE";
    append_number(bytes, version);
    append_number(bytes, static_cast<std::uint32_t>(header_bytes));
    append_number(bytes, network_hash(plan));
    append_number(bytes, static_cast<std::uint64_t>(packed.size_bytes()));
    append_number(bytes, fnv1a(packed));
    bytes.resize(header_bytes, '\0');
    return bytes;
}

constexpr std::string_view class_text = R"(
// Why load() returned false.
enum class load_error {
    none,
    cannot_open,
    cannot_read,
    wrong_size,
    not_weights,
    other_version,
    other_network,
    damaged,
};
const char* message(load_error why) noexcept;

// The parameters, which lie in a file of their own, $name$.weights. It must not change while it is
// in use: it is mapped into memory where the system can do that, else read.
class weights {
public:
    weights() noexcept = default;
    weights(weights&& other) noexcept : floats_(other.floats_), error_(other.error_) {
        other.floats_ = nullptr;
    }
    weights& operator=(weights&& other) noexcept {
        const float* const floats = other.floats_;
        other.floats_ = floats_;
        floats_ = floats;
        return *this;
    }
    ~weights() { release(); }

    // Checks size, network and hash; false if anything is wrong, and then error() says what. May be
    // called again.
    bool load(const char* path) noexcept;
    void release() noexcept;

    load_error error() const noexcept { return error_; }
    const float* data() const noexcept { return floats_; }  // null unless loaded

private:
    const float* floats_ = nullptr;
    load_error error_ = load_error::none;
};
)";

constexpr std::string_view functions_text = R"(
namespace {

constexpr std::size_t weights_header = $header$;
constexpr std::size_t weights_file = weights_header + weight_bytes;

std::uint64_t fnv1a(const unsigned char* bytes, std::size_t count) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (std::size_t i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

// Of a file of the right size.
load_error check_weights(const void* file) {
    const unsigned char* const bytes = static_cast<const unsigned char*>(file);
    struct {
        char magic[8];
        std::uint32_t version;
        std::uint32_t header;
        std::uint64_t network;
        std::uint64_t bytes;
        std::uint64_t hash;
    } found;
    std::memcpy(&found, file, sizeof found);
    if (std::memcmp(found.magic, "LAMINATE", sizeof found.magic) != 0)
        return load_error::not_weights;
    if (found.version != $version$u || found.header != weights_header)
        return load_error::other_version;
    if (found.network != $network$u) return load_error::other_network;
    if (found.bytes != weight_bytes) return load_error::wrong_size;
    if (found.hash != fnv1a(bytes + weights_header, weight_bytes)) return load_error::damaged;
    return load_error::none;
}

#if LAMINATE_MAPS_FILES

load_error open_weights(const char* path, void*& file) {
    const int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return load_error::cannot_open;
    struct stat status;
    load_error why = load_error::none;
    if (::fstat(descriptor, &status) != 0) {
        why = load_error::cannot_read;
    } else if (static_cast<unsigned long long>(status.st_size) != weights_file) {
        why = load_error::wrong_size;
    } else {
        file = ::mmap(nullptr, weights_file, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (reinterpret_cast<std::intptr_t>(file) == -1) {
            file = nullptr;
            why = load_error::cannot_read;
        }
    }
    ::close(descriptor);
    return why;
}

void close_weights(void* file) { ::munmap(file, weights_file); }

#else

load_error open_weights(const char* path, void*& file) {
    std::FILE* const stream = std::fopen(path, "rb");
    if (stream == nullptr) return load_error::cannot_open;
    load_error why = load_error::none;
    file = std::malloc(weights_file);
    if (file == nullptr)
        why = load_error::cannot_read;
    else if (std::fread(file, 1, weights_file, stream) != weights_file ||
             std::fgetc(stream) != EOF)
        why = load_error::wrong_size;
    std::fclose(stream);
    return why;
}

void close_weights(void* file) { std::free(file); }

#endif

// The floats of a file, or why there are none.
load_error load_weights(const char* path, const float*& floats) {
    void* file = nullptr;
    load_error why = open_weights(path, file);
    if (why == load_error::none) why = check_weights(file);
    if (why == load_error::none)
        floats = static_cast<const float*>(file) + weights_header / sizeof(float);
    else if (file != nullptr)
        close_weights(file);
    return why;
}

void release_weights(const float* floats) {
    if (floats != nullptr)
        close_weights(const_cast<float*>(floats) - weights_header / sizeof(float));
}

}  // namespace

bool weights::load(const char* path) noexcept {
    release();
    error_ = load_weights(path, floats_);
    return error_ == load_error::none;
}

void weights::release() noexcept {
    release_weights(floats_);
    floats_ = nullptr;
}

const char* message(load_error why) noexcept {
    switch (why) {
    case load_error::none:
        return "the weights of $name$ are loaded, or nobody tried";
    case load_error::cannot_open:
        return "the file of weights can't be opened; is the path right?";
    case load_error::cannot_read:
        return "the file of weights can't be read or mapped into memory";
    case load_error::wrong_size:
        return "the file of weights has another size than the $bytes$ bytes of $name$; is it cut "
               "off, or of another network?";
    case load_error::not_weights:
        return "the file doesn't start as one of weights that Laminate wrote";
    case load_error::other_version:
        return "the file of weights has another version of the format, or another byte order";
    case load_error::other_network:
        return "the file holds the weights of a network of another shape than $name$";
    case load_error::damaged:
        return "the weights don't match the hash in their file; it is damaged, write it again";
    }
    return "unknown error";
}
)";

} // namespace

std::string weights_file(const ir::plan_view& plan, std::span<const float> packed) {
    std::string bytes = header(plan, packed);
    bytes.reserve(bytes.size() + packed.size_bytes());
    if constexpr (std::endian::native == std::endian::little)
        bytes.append(reinterpret_cast<const char*>(packed.data()), packed.size_bytes());
    else
        for (const float number : packed)
            append_number(bytes, std::bit_cast<std::uint32_t>(number));
    return bytes;
}

std::string weights_class(const network_source& network) {
    return fill(class_text, {{"name", network.name}});
}

std::string weights_functions(const network_source& network) {
    const std::size_t bytes = header_bytes + network.packed.size_bytes();
    return fill(functions_text, {{"name", network.name},
                                 {"header", std::to_string(header_bytes)},
                                 {"version", std::to_string(version)},
                                 {"network", hexadecimal(network_hash(network.plan))},
                                 {"bytes", std::to_string(bytes)}});
}

std::string weights_includes() {
    return R"(
// Define LAMINATE_WITHOUT_MMAP to read the file of weights even where it could be mapped.
#if (defined(__unix__) || defined(__APPLE__)) && !defined(LAMINATE_WITHOUT_MMAP)
#define LAMINATE_MAPS_FILES 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#define LAMINATE_MAPS_FILES 0
#include <cstdio>
#include <cstdlib>
#endif
)";
}

std::string weights_c_header(const network_source& network) {
    return fill(R"(
/* The parameters, which lie in a file of their own, $name$.weights; it must not change while in use. */
typedef struct $name$_weights {
    const float* floats; /* null unless loaded */
} $name$_weights;

/* Loads a file of weights; 0, or an error that $name$_load_message explains. Release what is loaded. */
int $name$_load($name$_weights* weights, const char* path);
const char* $name$_load_message(int error);
void $name$_release($name$_weights* weights);
)",
                {{"name", network.name}});
}

std::string weights_c_functions(const network_source& network, const std::string& name_space) {
    return fill(R"(int $name$_load($name$_weights* weights, const char* path) {
    weights->floats = nullptr;
    return static_cast<int>($ns$::load_weights(path, weights->floats));
}
const char* $name$_load_message(int error) {
    return $ns$::message(static_cast<$ns$::load_error>(error));
}
void $name$_release($name$_weights* weights) {
    $ns$::release_weights(weights->floats);
    weights->floats = nullptr;
}
)",
                {{"name", network.name}, {"ns", name_space}});
}

} // namespace laminate::codegen
