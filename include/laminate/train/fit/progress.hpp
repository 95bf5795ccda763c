// SPDX-License-Identifier: MIT
#pragma once

// What a training run shows: on a terminal one line that is written over, with a bar, the loss, the
// metric, the speed and the time that remains; elsewhere a line for each epoch. Needs a stream.
// Promises lines of at most 100 columns, and to show ten of them a second at most for the sake of
// the bar. Its speed is that of rows since fit() began, but for the time that checkpoints take.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include "../../base/compiler.hpp"
#include "../../file/terminal.hpp"
#include "history.hpp"

namespace laminate::inline LAMINATE_ISA {

enum class show : std::uint8_t {
    automatic, // a bar on a terminal, else lines
    bar,
    lines,
    nothing,
};

namespace detail {

inline std::string duration(double seconds) {
    const auto whole = static_cast<std::size_t>(std::lround(std::max(0.0, seconds)));
    const auto two = [](std::size_t n) { return sentence(n < 10 ? "0" : "", n); };
    if (whole < 3600) return sentence(whole / 60, ":", two(whole % 60));
    return sentence(whole / 3600, ":", two(whole / 60 % 60), ":", two(whole % 60));
}

inline std::string speed(double rows, double seconds) {
    if (!(seconds > 0.0)) return "- rows/s"; // the clock hasn't moved
    const double rows_per_second = rows / seconds;
    if (rows_per_second >= 1e6) return rounded(rows_per_second / 1e6, 1) + "M rows/s";
    if (rows_per_second >= 1e3) return rounded(rows_per_second / 1e3, 1) + "k rows/s";
    return rounded(rows_per_second, 0) + " rows/s";
}

template <class Clock = std::chrono::steady_clock>
class progress {
public:
    progress(show what, std::FILE* stream, std::string metric, std::size_t epochs, double first,
             std::size_t rows)
        : stream_(stream),
          metric_(std::move(metric)),
          epochs_(epochs),
          first_(first),
          rows_(static_cast<double>(rows)) {
        bar_ = what == show::bar || (what == show::automatic && is_terminal(stream));
        lines_ = what == show::lines || (what == show::automatic && !bar_);
        if (stream_ == nullptr) bar_ = lines_ = false;
    }

    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(Clock::now() - start_).count();
    }

    // Calls f(), whose time is no training.
    template <class Function>
    auto aside(const Function& f) {
        const double began = seconds();
        auto result = f();
        aside_ += seconds() - began;
        return result;
    }

    // A line of its own.
    void say(const std::string& text) {
        if ((bar_ || lines_) && !text.empty()) write(text + "\n");
    }

    // After `done` of `batches` batches of an epoch (counted from 0).
    void batch(std::size_t epoch, std::size_t done, std::size_t batches, double loss) {
        if (!bar_) return;
        const auto now = Clock::now();
        if (now - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = now;
        const double part = static_cast<double>(done) / static_cast<double>(batches);
        overwrite(line(epoch + 1, part, loss, last_metric_));
    }

    void epoch(const epoch_report& r) {
        last_metric_ = r.metric;
        if (bar_) overwrite(line(r.epoch, 1.0, r.loss, r.metric));
        if (!lines_) return;
        std::string text =
            sentence("epoch ", r.epoch, "/", epochs_, "  loss ", significant(r.loss, 4));
        if (!std::isnan(r.validation_loss))
            text += sentence("  validation loss ", significant(r.validation_loss, 4));
        if (!std::isnan(r.metric)) text += sentence("  ", metric_, " ", rounded(r.metric, 4));
        const double part = std::min(1.0, static_cast<double>(r.epoch) - first_);
        text += sentence("  ", speed(part * rows_, r.seconds), "\n");
        write(text);
    }

    // The last line stays; behind it, in `watched`'s name, what was best, and why the run ended
    // where it didn't simply finish.
    void end(const history& h, const std::string& watched) {
        if (width_ != 0) write("\n");
        if (h.best_epoch != 0 && h.epochs.size() > 1)
            say(sentence("best: epoch ", h.best_epoch, " of ", h.epochs.size(), ", ", watched, " ",
                         significant(h.best, 4), h.restored ? ", which the model has now" : ""));
        if (h.stopped != stop_reason::finished)
            say(sentence("stopped: ", name(h.stopped), h.message.empty() ? "" : ", ", h.message));
    }

private:
    std::string line(std::size_t epoch, double part, double loss, double metric) const {
        constexpr std::size_t width = 20;
        const auto full = static_cast<std::size_t>(part * static_cast<double>(width));
        const double now = static_cast<double>(epoch - 1) + part;
        const double done = now - first_;
        const double left = static_cast<double>(epochs_) - now;
        const double spent = seconds();
        std::string text =
            sentence("epoch ", epoch, "/", epochs_, " [", std::string(full, '='),
                     std::string(width - full, ' '), "] loss ", significant(loss, 4));
        if (!std::isnan(metric)) text += sentence("  ", metric_, " ", rounded(metric, 4));
        if (done > 0.0)
            text += sentence("  ", speed(done * rows_, spent - aside_), "  ",
                             duration(spent / done * left), " left");
        return text.substr(0, 99);
    }
    void overwrite(const std::string& text) {
        const std::size_t blanks = text.size() < width_ ? width_ - text.size() : 0;
        width_ = text.size();
        write(sentence("\r", text, std::string(blanks, ' ')));
    }
    void write(const std::string& text) {
        std::fputs(text.c_str(), stream_);
        std::fflush(stream_);
    }

    std::FILE* stream_;
    std::string metric_;
    std::size_t epochs_;
    double first_; // the epochs that were over when this began
    double rows_;  // of an epoch
    bool bar_ = false;
    bool lines_ = false;
    double last_metric_ = not_measured;
    std::size_t width_ = 0;
    typename Clock::time_point start_ = Clock::now();
    typename Clock::time_point shown_ = {};
    double aside_ = 0.0;
};

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
