# SPDX-License-Identifier: MIT
# A toolchain file that takes the newest Clang found, 19 first (what CI uses).
find_program(LAMINATE_CLANG NAMES clang++-19 clang++-21 clang++-20 clang++-18 clang++-17 clang++
    REQUIRED)
set(CMAKE_CXX_COMPILER ${LAMINATE_CLANG})
string(REPLACE "clang++" "clang" CMAKE_C_COMPILER "${LAMINATE_CLANG}")
