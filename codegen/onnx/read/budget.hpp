// SPDX-License-Identifier: MIT
#pragma once

// What an import has spent of its memory and time. Needs the limits. Promises to refuse before the
// spending, with no overflow on the way.

#include "../limits.hpp"
#include "refusal.hpp"

namespace laminate::codegen::onnx {

class budget {
public:
    explicit budget(const limits& most) : most_(most) {}

    const limits& most() const { return most_; }

    // So many elements are about to be moved, which takes no memory where strides say where to.
    void expect_room(std::size_t count) const {
        if (count > most_.elements) refuse_elements();
    }

    // So many numbers are about to be made.
    void spend_elements(std::size_t count) {
        if (count > most_.elements - elements_) refuse_elements();
        elements_ += count;
    }

    // rows * columns numbers.
    void spend_matrix(std::size_t rows, std::size_t columns) {
        spend_elements(product(rows, columns));
    }

    // So many multiply-adds are about to be done.
    void spend_work(std::size_t a, std::size_t b, std::size_t c = 1) {
        const std::size_t count = product(product(a, b), c);
        if (count > most_.work - work_)
            refuse("folding the model's constants takes more than ", most_.work,
                   " multiply-adds, the most that is done while importing");
        work_ += count;
    }

    // So many products of windows with weights are in the network.
    void spend_products(std::size_t maps, std::size_t of_each) {
        const std::size_t count = product(maps, of_each);
        if (count > most_.products - products_)
            refuse("the network multiplies more than ", most_.products,
                   " times for a row, the most that a source is written for");
        products_ += count;
    }

private:
    [[noreturn]] void refuse_elements() const {
        refuse(
            "the model needs more than ", most_.elements,
            " numbers, the most that is made while importing. Is a batch part of its shapes? Set "
            "it to 1: --batch 1");
    }

    // Saturates.
    static std::size_t product(std::size_t a, std::size_t b) {
        return b != 0 && a > static_cast<std::size_t>(-1) / b ? static_cast<std::size_t>(-1)
                                                              : a * b;
    }

    limits most_;
    std::size_t elements_ = 0;
    std::size_t work_ = 0;
    std::size_t products_ = 0;
};

} // namespace laminate::codegen::onnx
