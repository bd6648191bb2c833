/* Spins as bits: packing, and scalar products of vectors of ±1 by counting the bits that differ. */
#ifndef HOPFIELD_BITS_H
#define HOPFIELD_BITS_H

#include <string.h>

#include "targets.h"

#if defined(__GNUC__)
#define POPCOUNT(word) __builtin_popcountll(word)
#else
static inline int POPCOUNT(uint64_t word) {
    int count = 0;
    for (; word; word &= word - 1)
        count++;
    return count;
}
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE_ENDIAN_64(word) __builtin_bswap64(word)
#else
#define LITTLE_ENDIAN_64(word) (word)
#endif

/* Bit i of a state is 1 if spin i is +1. Eight spins at a time: a multiplication gathers their sign bits in a byte. */
UNUSED static void pack_spins(int64_t n, const int8_t *spins, uint64_t *bits) {
    for (int64_t w = 0; 64 * w < n; w++) {
        uint64_t word = 0;
        for (int64_t start = 64 * w; start < n && start < 64 * w + 64; start += 8) {
            uint64_t eight = ~(uint64_t)0;
            if (start + 8 <= n)
                memcpy(&eight, spins + start, 8);
            else
                memcpy(&eight, spins + start, (size_t)(n - start));
            const uint64_t plus = ~LITTLE_ENDIAN_64(eight) >> 7 & 0x0101010101010101u;
            word |= (plus * 0x0102040810204080u >> 56) << (start % 64);
        }
        bits[w] = word;
    }
}

UNUSED static void unpack_spins(int64_t n, const uint64_t *bits, int8_t *spins) {
    for (int64_t i = 0; i < n; i++)
        spins[i] = (int8_t)(2 * (bits[i / 64] >> i % 64 & 1) - 1);
}

/* Transpose 64 by 64 bits: the two blocks of 32 by 32 bits off the diagonal are exchanged, then those of 16 by 16 in
 * each quarter, down to single bits (Warren, Hacker's Delight, 7-3). */
ROW_KERNEL static void transpose_64(uint64_t *words) {
    uint64_t low = 0xFFFFFFFFu;
    for (int width = 32; width > 0; width /= 2, low ^= low << width)
        for (int start = 0; start < 64; start += 2 * width)
            for (int k = start; k < start + width; k++) {
                const uint64_t differ = (words[k] >> width ^ words[k + width]) & low;
                words[k] ^= differ << width;
                words[k + width] ^= differ;
            }
}

static inline int64_t bits_differ(int64_t words, const uint64_t *a, const uint64_t *b) {
    int64_t differ = 0;
    for (int64_t w = 0; w < words; w++)
        differ += POPCOUNT(a[w] ^ b[w]);
    return differ;
}

/* Σ_i ξ_i s_i = N - 2 times the number of bits that differ. */
ROW_KERNEL static int64_t bits_overlap(int64_t n, const uint64_t *a, const uint64_t *b) {
    return n - 2 * bits_differ((n + 63) / 64, a, b);
}

/* The same for the bits of one site and those of every site, P bits each: a row of ΞᵀΞ. */
ROW_KERNEL static void hebbian_row(int64_t n, int64_t n_patterns, const uint64_t *site, const uint64_t *sites,
                                   int16_t *out) {
    const int64_t words = (n_patterns + 63) / 64;
    for (int64_t j = 0; j < n; j++, sites += words) {
        out[j] = (int16_t)(n_patterns - 2 * bits_differ(words, site, sites));
    }
}

/* The same for the bits of one site and those of some sites, its targets. */
ROW_KERNEL static void hebbian_kept(int64_t n_patterns, const uint64_t *site, const uint64_t *sites, int64_t count,
                                    const int32_t *targets, int16_t *out) {
    const int64_t words = (n_patterns + 63) / 64;
    for (int64_t k = 0; k < count; k++)
        out[k] = (int16_t)(n_patterns - 2 * bits_differ(words, site, sites + words * targets[k]));
}

#endif
