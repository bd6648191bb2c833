/* Loops of perceptron learning over the P aligned fields of a neuron, 32-bit or 64-bit integers. */
#ifndef HOPFIELD_PERCEPTRON_H
#define HOPFIELD_PERCEPTRON_H

#include "targets.h"

/* first_least: position of the first of the smallest numbers; blocks of 64 are searched by vectors, only one of them
 * number by number. add_pattern: change of the aligned fields by learning a pattern, given its row of the Gram matrix
 * and its bit. */
#define DEFINE_PERCEPTRON(name, whole)                                                                                 \
    ROW_KERNEL static int64_t first_least_##name(int64_t n, const whole *restrict numbers) {                           \
        whole least = numbers[0];                                                                                      \
        int64_t place = 0;                                                                                             \
        for (int64_t start = 0; start < n; start += 64) {                                                              \
            const int64_t stop = start + 64 < n ? start + 64 : n;                                                      \
            whole some = least;                                                                                        \
            for (int64_t k = start; k < stop; k++)                                                                     \
                some = numbers[k] < some ? numbers[k] : some;                                                          \
            if (some < least)                                                                                          \
                least = some, place = start;                                                                           \
        }                                                                                                              \
        while (numbers[place] != least)                                                                                \
            place++;                                                                                                   \
        return place;                                                                                                  \
    }                                                                                                                  \
    ROW_KERNEL static void add_pattern_##name(int64_t n, const whole *restrict row, const whole *restrict bits,        \
                                              whole bit, whole *restrict agreement) {                                  \
        for (int64_t k = 0; k < n; k++)                                                                                \
            agreement[k] += bits[k] == bit ? row[k] : -row[k];                                                         \
    }

DEFINE_PERCEPTRON(i32, int32_t)
DEFINE_PERCEPTRON(i64, int64_t)

#endif
