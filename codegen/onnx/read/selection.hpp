// SPDX-License-Identifier: MIT
#pragma once

// Which elements of something a tensor's elements are, in their order: by strides where these can
// say it, whatever their number, else by a list. A list that strides can say becomes strides, which
// there is one way to write, so that selections are equal if their elements are. Needs numbers of
// elements that were checked.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "dims.hpp"

namespace laminate::codegen::onnx {

class selection {
public:
    // So many elements this far apart, each with all that the axes behind this one select from it.
    struct axis {
        std::size_t extent;
        std::int64_t step;
        bool operator==(const axis&) const = default;
    };
    class iterator;

    selection() = default; // of nothing
    selection(indices list);
    selection(std::int64_t first, const std::vector<axis>& axes);

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::size_t operator[](std::size_t i) const {
        if (list_) return (*list_)[i];
        std::int64_t at = first_;
        for (auto a = axes_.rbegin(); a != axes_.rend(); ++a) {
            at += static_cast<std::int64_t>(i % a->extent) * a->step;
            i /= a->extent;
        }
        return static_cast<std::size_t>(at);
    }
    iterator begin() const;
    iterator end() const;
    indices list() const;

    // The axes, the outermost first, none of extent 1 or that two could be one; nothing if it is a
    // list.
    const std::vector<axis>* strides() const { return list_ ? nullptr : &axes_; }
    bool is_run() const; // of neighbours in order, at least one
    bool is_identity(std::size_t width) const;
    bool is_one() const;       // element again and again
    bool is_injective() const; // no element twice

    // Element i is this one's element sources[i], all of which it has.
    selection picked(const selection& sources) const;
    // For each element a of this, for each one b of `inner`: a * scale + b.
    selection nested(std::size_t scale, const selection& inner) const;
    // Each element so many times.
    selection repeated(std::size_t times) const;

    bool operator==(const selection& other) const;

private:
    std::optional<selection> picked_by_strides(const selection& sources) const;

    std::size_t size_ = 0;
    std::int64_t first_ = 0;
    std::vector<axis> axes_;
    std::shared_ptr<const indices> list_;
};

class selection::iterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::size_t*;
    using reference = std::size_t;

    iterator() = default;
    iterator(const selection& of, std::size_t at) : of_(&of), at_(at) {}
    std::size_t operator*() const { return (*of_)[at_]; }
    iterator& operator++() {
        ++at_;
        return *this;
    }
    iterator operator++(int) {
        iterator before = *this;
        ++at_;
        return before;
    }
    bool operator==(const iterator&) const = default;

private:
    const selection* of_ = nullptr;
    std::size_t at_ = 0;
};

inline selection::iterator selection::begin() const { return {*this, 0}; }
inline selection::iterator selection::end() const { return {*this, size_}; }

// The first so many elements, in their order.
selection identity(std::size_t width);

// For each element of a tensor of shape `to`, `first` plus its index times `step` along each axis.
selection walk(const dims& to, const std::vector<std::int64_t>& step, std::int64_t first = 0);

// For each element of `to`, the element of `from` that broadcasting puts there.
selection broadcast_sources(const dims& from, const dims& to);

} // namespace laminate::codegen::onnx
