// SPDX-License-Identifier: MIT
#include "selection.hpp"

#include <algorithm>
#include <cstdlib>

namespace laminate::codegen::onnx {
namespace {

using axis_list = std::vector<selection::axis>;

std::int64_t as_step(std::size_t n) { return static_cast<std::int64_t>(n); }
std::size_t length(const selection::axis& a) { return static_cast<std::size_t>(std::abs(a.step)); }
// Where the element behind its last one would be; of shapes with an extent of 0 this may wrap.
std::int64_t beyond(const selection::axis& a) {
    return as_step(a.extent * static_cast<std::size_t>(a.step));
}
// How far its last element lies behind its first one.
std::int64_t reach(const selection::axis& a) { return as_step(a.extent - 1) * a.step; }

// The axes of a list, the innermost found first; nothing if it has none.
std::optional<axis_list> axes_of_list(const indices& list) {
    axis_list found;
    for (std::size_t inner = 1; inner < list.size();) { // elements of the axes found so far
        const std::size_t starts = list.size() / inner;
        const auto start = [&](std::size_t k) { return as_step(list[k * inner]); };
        selection::axis a{1, start(1) - start(0)};
        while (a.extent < starts && start(a.extent) == start(0) + as_step(a.extent) * a.step)
            ++a.extent;
        if (starts % a.extent != 0) return std::nullopt;
        for (std::size_t k = 0; k < starts; ++k)
            if (start(k) != start(k - k % a.extent) + as_step(k % a.extent) * a.step)
                return std::nullopt;
        found.insert(found.begin(), a);
        inner *= a.extent;
    }
    return found;
}

} // namespace

selection::selection(indices list) : size_(list.size()) {
    if (list.empty()) return;
    if (auto found = axes_of_list(list)) {
        first_ = as_step(list[0]);
        axes_ = *std::move(found);
    } else {
        list_ = std::make_shared<const indices>(std::move(list));
    }
}

selection::selection(std::int64_t first, const std::vector<axis>& all) {
    if (std::any_of(all.begin(), all.end(), [](const axis& a) { return a.extent == 0; })) return;
    size_ = 1;
    first_ = first;
    for (const axis& a : all) {
        size_ *= a.extent;
        if (a.extent == 1) continue;
        if (!axes_.empty() && axes_.back().step == beyond(a))
            axes_.back() = {axes_.back().extent * a.extent, a.step};
        else
            axes_.push_back(a);
    }
}

indices selection::list() const { return list_ ? *list_ : indices(begin(), end()); }

bool selection::is_run() const {
    return !list_ && size_ != 0 && (size_ == 1 || axes_ == axis_list{{size_, 1}});
}

bool selection::is_identity(std::size_t width) const {
    return size_ == width && (size_ == 0 || (is_run() && first_ == 0));
}

bool selection::is_one() const {
    return !list_ && size_ != 0 && (size_ == 1 || axes_ == axis_list{{size_, 0}});
}

bool selection::is_injective() const {
    // Enough: a step passes all that shorter ones reach.
    axis_list shortest_first = axes_;
    std::sort(shortest_first.begin(), shortest_first.end(),
              [](const axis& a, const axis& b) { return length(a) < length(b); });
    std::size_t reached = 0;
    const auto passes = [&reached](const axis& a) {
        const bool is_beyond = length(a) > reached;
        reached += (a.extent - 1) * length(a);
        return is_beyond;
    };
    if (!list_ && std::all_of(shortest_first.begin(), shortest_first.end(), passes)) return true;
    std::vector<bool> seen(*std::max_element(begin(), end()) + 1, false);
    return std::all_of(begin(), end(), [&seen](std::size_t element) {
        const bool is_new = !seen[element];
        seen[element] = true;
        return is_new;
    });
}

// Where the sources go along the axes of this, without ever passing an axis' end but by filling it.
std::optional<selection> selection::picked_by_strides(const selection& sources) const {
    std::int64_t lowest = sources.first_;
    for (const axis& s : sources.axes_)
        lowest += std::min<std::int64_t>(reach(s), 0);
    std::int64_t first = as_step((*this)[static_cast<std::size_t>(lowest)]);
    std::vector<std::size_t> highest(axes_.size()); // along each axis
    std::size_t outer = static_cast<std::size_t>(lowest);
    for (std::size_t k = axes_.size(); k-- > 0; outer /= axes_[k].extent)
        highest[k] = outer % axes_[k].extent;
    axis_list all;
    for (const axis& s : sources.axes_) {
        const auto outside = static_cast<std::ptrdiff_t>(all.size());
        std::size_t apart = length(s), rest = s.extent;
        if (apart == 0) {
            all.push_back(s);
            continue;
        }
        for (std::size_t k = axes_.size(); k-- > 0 && rest > 1;) {
            const axis& a = axes_[k];
            if (apart % a.extent == 0) {
                apart /= a.extent;
                continue;
            }
            const std::size_t inside = std::min(rest, (a.extent + apart - 1) / apart);
            if (inside < rest && (a.extent % apart != 0 || rest % inside != 0)) return std::nullopt;
            axis part{inside, as_step(apart) * a.step};
            if (s.step < 0) {
                first += reach(part);
                part.step = -part.step;
            }
            all.insert(all.begin() + outside, part);
            highest[k] += (inside - 1) * apart;
            rest /= inside;
            apart = 1;
        }
    }
    for (std::size_t k = 0; k < axes_.size(); ++k)
        if (highest[k] >= axes_[k].extent) return std::nullopt;
    return selection(first, all);
}

selection selection::picked(const selection& sources) const {
    if (sources.is_identity(size_)) return *this;
    if (sources.empty()) return {};
    if (!list_ && !sources.list_)
        if (auto found = picked_by_strides(sources)) return *std::move(found);
    indices all;
    all.reserve(sources.size());
    for (const std::size_t source : sources)
        all.push_back((*this)[source]);
    return all;
}

selection selection::nested(std::size_t scale, const selection& inner) const {
    if (empty() || inner.empty()) return {};
    if (!list_ && !inner.list_) {
        axis_list all = axes_;
        for (axis& a : all)
            a.step *= as_step(scale);
        all.insert(all.end(), inner.axes_.begin(), inner.axes_.end());
        return {first_ * as_step(scale) + inner.first_, all};
    }
    indices all;
    all.reserve(size_ * inner.size_);
    for (const std::size_t outer : *this)
        for (const std::size_t element : inner)
            all.push_back(outer * scale + element);
    return all;
}

selection selection::repeated(std::size_t times) const {
    return nested(1, selection(0, {{times, 0}}));
}

bool selection::operator==(const selection& other) const {
    if (size_ != other.size_ || !list_ != !other.list_) return false;
    if (list_) return list_ == other.list_ || *list_ == *other.list_;
    return first_ == other.first_ && axes_ == other.axes_;
}

selection identity(std::size_t width) { return {0, {{width, 1}}}; }

selection walk(const dims& to, const std::vector<std::int64_t>& step, std::int64_t first) {
    axis_list all;
    for (std::size_t axis = 0; axis < to.size(); ++axis)
        all.push_back({to[axis], step[axis]});
    return {first, all};
}

selection broadcast_sources(const dims& from, const dims& to) {
    const std::size_t added = to.size() - from.size();
    const dims apart = strides(from);
    std::vector<std::int64_t> step(to.size(), 0);
    for (std::size_t axis = 0; axis < from.size(); ++axis)
        if (from[axis] != 1) step[axis + added] = static_cast<std::int64_t>(apart[axis]);
    return walk(to, step);
}

} // namespace laminate::codegen::onnx
