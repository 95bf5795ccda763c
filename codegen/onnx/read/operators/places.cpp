// SPDX-License-Identifier: MIT
#include "places.hpp"

namespace laminate::codegen::onnx {

const constant& expect_indices(const call& c) {
    const constant& at = c.known(1, "indices");
    if (!is_whole(at.type)) refuse("expected integers as indices, found ", name(at.type));
    return at;
}

std::size_t place_of(double index, std::size_t extent) {
    const auto wide = static_cast<double>(extent);
    if (!(index >= -wide && index < wide))
        refuse("expected indices from ", -static_cast<std::int64_t>(extent), " to ",
               static_cast<std::int64_t>(extent) - 1, ", found ", std::to_string(index));
    return static_cast<std::size_t>(index < 0.0 ? index + wide : index);
}

indices places_along(const call& c, std::size_t axis) {
    const constant& at = expect_indices(c);
    const dims& data = c.shape(0);
    if (at.shape.size() != data.size())
        refuse("expected indices of the data's rank, found ", text(at.shape), " and ", text(data));
    for (std::size_t i = 0; i < data.size(); ++i)
        if (i != axis && at.shape[i] > data[i])
            refuse("expected no more indices than elements at axis ", i, ", found ", text(at.shape),
                   " and ", text(data));
    c.allow(at.shape);
    const dims apart = strides(data);
    integers step(apart.begin(), apart.end());
    step[axis] = 0;
    indices places = walk(at.shape, step).list();
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] += place_of(at[i], data[axis]) * apart[axis];
    return places;
}

slices_at slices_of_indices(const call& c, std::size_t same) {
    const dims& at = expect_indices(c).shape;
    const dims& data = c.shape(0);
    if (at.empty()) refuse("expected lists of indices, found one number");
    const slices_at s{same, at.back()};
    if (s.depth < 1 || s.depth > data.size() - std::min(data.size(), same))
        refuse("expected lists of 1 to ", data.size() - std::min(data.size(), same),
               " indices, found ", s.depth);
    if (same >= at.size())
        refuse("expected fewer batch_dims than axes of the indices, found ", same, " and ",
               text(at));
    for (std::size_t i = 0; i < same; ++i)
        if (at[i] != data[i])
            refuse("expected data and indices with the same first axes, found ", text(data),
                   " and ", text(at));
    return s;
}

dims slices_at::shape(const call& c) const {
    const dims& at = c.shape(1);
    const dims& data = c.shape(0);
    dims all(at.begin(), at.end() - 1);
    all.insert(all.end(), data.begin() + static_cast<std::ptrdiff_t>(same + depth), data.end());
    return all;
}

indices slices_at::places(const call& c) const {
    const constant& at = expect_indices(c);
    const dims& data = c.shape(0);
    const dims apart = strides(data);
    const dims all = shape(c);
    c.allow(all);
    const std::size_t lists = count(dims(at.shape.begin(), at.shape.end() - 1));
    const std::size_t each = apart[same + depth - 1]; // elements of a part
    const auto in_front = static_cast<std::ptrdiff_t>(same);
    const std::size_t of_each_front = // lists
        count(dims(at.shape.begin() + in_front, at.shape.end() - 1));
    const std::size_t front_apart = same == 0 ? 0 : apart[same - 1];
    indices found;
    found.reserve(count(all));
    for (std::size_t list = 0; list < lists; ++list) {
        std::size_t start = list / of_each_front * front_apart;
        for (std::size_t k = 0; k < depth; ++k)
            start += place_of(at[list * depth + k], data[same + k]) * apart[same + k];
        for (std::size_t i = 0; i < each; ++i)
            found.push_back(start + i);
    }
    return found;
}

bool slices_at::are_of_own_rows(const call& c) const {
    const std::vector<bool>& marked = expect_indices(c).counts_rows;
    const std::size_t batch = batch_of(c.in(0));
    if (marked.empty() || batch < same || batch >= same + depth) return false;
    for (std::size_t i = 0; i < marked.size(); ++i)
        if (marked[i] != (same + i % depth == batch)) return false;
    return true;
}

std::size_t slices_at::batch(const call& c) const {
    const std::size_t batch = batch_of(c.in(0));
    if (batch == no_axis || !expect_indices(c).counts_rows.empty()) return no_axis;
    if (batch < same) return batch_of(c.in(1)) == batch ? batch : no_axis;
    if (batch < same + depth) return no_axis;
    return c.shape(1).size() - 1 + batch - same - depth;
}

value chosen_of_two(const call& c, const value& first, const value& second,
                    const std::vector<origin>& origins, const dims& shape, std::size_t batch) {
    const constant* const all[] = {std::get_if<constant>(&first), std::get_if<constant>(&second)};
    if (all[0] == nullptr || all[1] == nullptr)
        return gathered(c, {&first, &second}, origins, {shape, type_of(first), 0, {}, batch});
    std::vector<double> numbers;
    std::vector<bool> from_batch;
    for (const origin& o : origins) {
        const constant& from = *all[o.of];
        numbers.push_back(from[o.element]);
        from_batch.push_back(!from.from_batch.empty() && from.from_batch[o.element]);
    }
    constant y = make_constant(shape, type_of(first), std::move(numbers));
    y.from_batch = std::move(from_batch);
    return y;
}

} // namespace laminate::codegen::onnx
