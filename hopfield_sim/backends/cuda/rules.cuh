#include "common.cuh"
/* What a site becomes that feels a field: the twins of Limits and HeatBath in protocol.py. */

/* Zero temperature. */
struct Limits {
    const FIELD *above, *below;
    bool uniform; /* the same for all sites: those of the first are kept at hand */
    FIELD one_above, one_below;

    static const bool draws = false;
    __device__ __forceinline__ bool up(i32 site, int spin, FIELD field, u32) const {
        return spin > 0 ? !(field < (uniform ? one_below : below[site]))
                        : field > (uniform ? one_above : above[site]);
    }
};
#define LIMITS_ARGS const FIELD *above, const FIELD *below, i32 uniform
#define LIMITS {above, below, uniform != 0, above[0], below[0]}

/* A heat bath of whole numbers: probabilities from a table. */
struct Table {
    const FIELD *diagonal;
    const i32 *offset;
    const u8 *clamped;
    const u64 *words;
    i64 half;

    static const bool draws = true;
    __device__ __forceinline__ bool up(i32 site, int spin, FIELD field, u32 draw) const {
        if (clamped[site])
            return spin > 0;
        const i64 x = (i64)field - (i64)diagonal[site] * spin - offset[site];
        return draw < words[(x > half ? half : x < -half ? -half : x) + half];
    }
};
#define TABLE_ARGS const FIELD *diagonal, const i32 *offset, const u8 *clamped, const u64 *words, i64 half
#define TABLE {diagonal, offset, clamped, words, half}

/* A heat bath of real numbers. The exponential is the device's own. */
struct Exponential {
    const FIELD *diagonal;
    const i32 *offset;
    const u8 *clamped;
    const double *fraction;
    double gain;

    static const bool draws = true;
    __device__ __forceinline__ bool up(i32 site, int spin, FIELD field, u32 draw) const {
        if (clamped[site])
            return spin > 0;
        const double x = (double)(FIELD)(field - diagonal[site] * spin) - offset[site];
        double y = gain * (x - fraction[site]);
        y = y < -700. ? -700. : y > 700. ? 700. : y;
        return (double)draw < floor(4294967296. / (1. + exp(-y)) + .5);
    }
};
#define EXPONENTIAL_ARGS                                                                                               \
    const FIELD *diagonal, const i32 *offset, const u8 *clamped, const double *fraction, double gain
#define EXPONENTIAL {diagonal, offset, clamped, fraction, gain}
