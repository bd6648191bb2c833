/* Functions compiled for several instruction sets, of which the best is chosen when the library is loaded (function
 * multiversioning, on x86-64 with glibc only); elsewhere there is one portable version. Results do not depend on it:
 * integers are exact, and floating-point operations are the same, in the same order.
 */
#ifndef HOPFIELD_TARGETS_H
#define HOPFIELD_TARGETS_H

#include <stdint.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#ifndef HOPFIELD_TARGETS /* benchmarks/levels.py names fewer, to compare them */
#define HOPFIELD_TARGETS "default", "arch=x86-64-v3", "arch=x86-64-v4"
#endif
#define ROW_KERNEL __attribute__((unused, target_clones(HOPFIELD_TARGETS)))
#elif defined(__GNUC__)
#define ROW_KERNEL __attribute__((unused))
#else
#define ROW_KERNEL
#endif

#if defined(__GNUC__)
#define UNUSED __attribute__((unused))
#else
#define UNUSED
#endif

#endif
