/* Philox4x32-10 (Salmon et al., SC 2011), the compiled twin of counter_rng.py.
 *
 * Sixteen counters are encrypted side by side, which the compiler turns into vector multiplications.
 */
#ifndef HOPFIELD_PHILOX_H
#define HOPFIELD_PHILOX_H

#include "targets.h"

#define PHILOX_LANES 16
#define PHILOX_CHUNK (4 * PHILOX_LANES) /* words made at once: buffers are rounded up to this */

/* The first n words, rounded up to a whole chunk, of one (key, purpose, state, sweep). */
ROW_KERNEL static void philox_words(int64_t n, uint32_t *restrict out, uint64_t key, uint32_t purpose,
                                    uint32_t state, uint32_t sweep) {
    for (int64_t start = 0; start < n; start += PHILOX_CHUNK) {
        uint32_t c0[PHILOX_LANES], c1[PHILOX_LANES], c2[PHILOX_LANES], c3[PHILOX_LANES];
        uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
        for (int lane = 0; lane < PHILOX_LANES; lane++) {
            c0[lane] = (uint32_t)(start / 4) + lane;
            c1[lane] = sweep;
            c2[lane] = state;
            c3[lane] = purpose;
        }
        for (int round = 0; round < 10; round++) {
            for (int lane = 0; lane < PHILOX_LANES; lane++) {
                uint64_t low = (uint64_t)0xD2511F53u * c0[lane];
                uint64_t high = (uint64_t)0xCD9E8D57u * c2[lane];
                c0[lane] = (uint32_t)(high >> 32) ^ c1[lane] ^ k0;
                c1[lane] = (uint32_t)high;
                c2[lane] = (uint32_t)(low >> 32) ^ c3[lane] ^ k1;
                c3[lane] = (uint32_t)low;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        for (int lane = 0; lane < PHILOX_LANES; lane++) {
            out[start + 4 * lane] = c0[lane];
            out[start + 4 * lane + 1] = c1[lane];
            out[start + 4 * lane + 2] = c2[lane];
            out[start + 4 * lane + 3] = c3[lane];
        }
    }
}

#endif
