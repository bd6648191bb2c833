/* Cosine and sine of many numbers at once, branch-free so that the compiler vectorises the loop.
 *
 * x = k pi/2 + r with |r| <= pi/4. pi/2 is the sum of three constants, and k times each of the first two is exact; the
 * rounding error of the subtractions is kept (Cody & Waite, Software manual for the elementary functions, 1980).
 * The polynomials are those of S. Moshier's Cephes library; the error is below one unit in the last place of 1.
 */
#ifndef HOPFIELD_WAVES_H
#define HOPFIELD_WAVES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "targets.h"

#define LARGEST_ANGLE 1e6 /* for larger ones k has too many digits for exact products */

ROW_KERNEL static void waves_near(int64_t n, const double *restrict angles, double *restrict cosines,
                                  double *restrict sines) {
    const double magic = 6755399441055744.0; /* 3 * 2^51: adding it rounds to an integer, in the last bits of the sum */
    for (int64_t j = 0; j < n; j++) {
        const double x = angles[j];
        const double shifted = x * 6.36619772367581382433e-01 + magic;
        const double k = shifted - magic;
        int64_t quadrant;
        memcpy(&quadrant, &shifted, sizeof quadrant);
        const double a = x - k * 1.57079632673412561417e+00;
        const double b = k * 6.07710050630396597660e-11;
        const double c = a - b;
        const double lost = ((a - c) - b) - k * 2.02226624879595063154e-21;
        const double r = c + lost;
        const double z = r * r;
        double p = 1.58962301576546568060e-10;
        p = p * z - 2.50507477628578072866e-8;
        p = p * z + 2.75573136213857245213e-6;
        p = p * z - 1.98412698295895385996e-4;
        p = p * z + 8.33333333332211858878e-3;
        p = p * z - 1.66666666666666307295e-1;
        const double sine = r + r * z * p;
        double q = -1.13585365213876817300e-11;
        q = q * z + 2.08757008419747316778e-9;
        q = q * z - 2.75573141792967388112e-7;
        q = q * z + 2.48015872888517045348e-5;
        q = q * z - 1.38888888888730564116e-3;
        q = q * z + 4.16666666666665929218e-2;
        const double cosine = (1.0 - 0.5 * z) + z * z * q;
        /* In odd quadrants cosine and sine are exchanged; their signs depend on the quadrant. */
        const int64_t swap = -(quadrant & 1);
        int64_t u, v;
        memcpy(&u, &cosine, sizeof u);
        memcpy(&v, &sine, sizeof v);
        const int64_t differ = (u ^ v) & swap;
        u = (u ^ differ) ^ (int64_t)((uint64_t)((quadrant + 1) & 2) << 62);
        v = (v ^ differ) ^ (int64_t)((uint64_t)(quadrant & 2) << 62);
        memcpy(&cosines[j], &u, sizeof u);
        memcpy(&sines[j], &v, sizeof v);
    }
}

/* In blocks that fit the first-level cache; blocks with an angle that is too large or nan use the C library. */
static void waves(int64_t n, const double *angles, double *cosines, double *sines) {
    for (int64_t start = 0; start < n; start += 512) {
        const int64_t count = n - start < 512 ? n - start : 512;
        int far = 0;
        for (int64_t j = start; j < start + count; j++)
            far |= !(fabs(angles[j]) <= LARGEST_ANGLE);
        if (!far) {
            waves_near(count, angles + start, cosines + start, sines + start);
            continue;
        }
        for (int64_t j = start; j < start + count; j++) {
            cosines[j] = cos(angles[j]);
            sines[j] = sin(angles[j]);
        }
    }
}

#endif
