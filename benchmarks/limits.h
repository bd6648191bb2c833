/* What the processor can do at best: reads, copies and arithmetic, for limits.py, which compiles this
 * for the processor at hand.
 */
#include <stdint.h>
#include <string.h>

#if defined(__AVX512BW__)
#define WIDTH 64
#elif defined(__AVX2__)
#define WIDTH 32
#else
#define WIDTH 16
#endif
#define CHAINS 12 /* more than the latency of an operation times those issued in a cycle */

typedef uint64_t words __attribute__((vector_size(WIDTH)));

int limit_width(void) { return WIDTH; } /* bytes of a register */

/* The sum of all 64-bit words, so that every byte must be read. */
uint64_t limit_read(const uint64_t *data, int64_t count, int64_t times) {
    const int64_t lanes = WIDTH / 8, step = 8 * lanes;
    uint64_t sum = 0;
    for (int64_t t = 0; t < times; t++) {
        words part[8] = {{0}};
        int64_t k = 0;
        for (; k + step <= count; k += step)
            for (int c = 0; c < 8; c++) {
                words some;
                memcpy(&some, data + k + c * lanes, WIDTH);
                part[c] += some;
            }
        for (int c = 0; c < 8; c++)
            for (int64_t lane = 0; lane < lanes; lane++)
                sum += part[c][lane];
        for (; k < count; k++)
            sum += data[k];
    }
    return sum;
}

void limit_copy(uint64_t *to, const uint64_t *from, int64_t count, int64_t times) {
    for (int64_t t = 0; t < times; t++) {
        memcpy(to, from, count * sizeof *to);
        __asm__ volatile("" ::: "memory");
    }
}

/* One to single numbers of an array, in any order: what adds along couplings of a graph does. */
void limit_scatter(const int32_t *places, int64_t count, int64_t times, int32_t *out) {
    for (int64_t t = 0; t < times; t++)
        for (int64_t k = 0; k < count; k++)
            out[places[k]] += 1;
}

/* `steps` times two operations on CHAINS vectors of registers that do not wait for each other; the
 * first element of each is left in `out`.
 */
#define ARITHMETIC(name, type, unsigned_type, change)                                                              \
    void limit_##name(int64_t steps, type b, type c, type *out) {                                                  \
        typedef unsigned_type vector __attribute__((vector_size(WIDTH)));                                          \
        vector x[CHAINS], by = {0}, more = {0};                                                                    \
        by += (unsigned_type)b, more += (unsigned_type)c;                                                          \
        for (int k = 0; k < CHAINS; k++)                                                                           \
            x[k] = by + (unsigned_type)k;                                                                          \
        for (int64_t step = 0; step < steps; step++)                                                               \
            for (int k = 0; k < CHAINS; k++)                                                                       \
                x[k] = change;                                                                                     \
        for (int k = 0; k < CHAINS; k++)                                                                           \
            out[k] = (type)x[k][0];                                                                                \
    }

ARITHMETIC(int8, int8_t, uint8_t, (x[k] + by) ^ more)
ARITHMETIC(float32, float, float, x[k] * by + more)
ARITHMETIC(float64, double, double, x[k] * by + more)
