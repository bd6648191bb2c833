/* Kernels of CUDA on a processor, for tests: this header stands before a kernel's text, and g++ compiles
 * both. A thread of a block is a fiber, and one of them runs at a time; which one goes on after a meeting
 * (a barrier, a vote, a shuffle) is drawn from a seed.
 *
 * Errors: meetings that not all threads come to, or at different lines; masks that differ; shared memory
 * that is written beyond its end. Compiled with -fsanitize=thread the compiler reports every access to
 * the functions of cuda_on_cpu.cpp (and to no sanitizer's library), which know whose it is. Errors are
 * then: accesses to the same byte by two threads, one of them a write, without a barrier between them,
 * whatever the schedule; accesses outside all arrays; and reading shared memory that nobody wrote.
 *
 * Not here: clocks, caches, textures, clusters, blocks of more than one dimension.
 */
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#define __global__
#define __device__
#define __forceinline__ inline
#define __align__(n) __attribute__((aligned(n)))
#define UNWATCHED __attribute__((no_sanitize("thread"), noinline))
#define SHARED(name) unsigned char *const name = on_cpu::here.shared

namespace on_cpu {
struct Index {
    unsigned x;
};
struct Here { /* of the thread that runs */
    Index thread, block, threads, blocks;
    unsigned char *shared;
};
extern Here here;

enum Kind { BARRIER, BARRIER_OR, BARRIER_AND, BARRIER_COUNT, VOTE, SHUFFLE };
/* Waits for the others; what the meeting makes of all values. */
uint64_t meet(Kind kind, unsigned mask, uint64_t value, int lane, const char *file, int line);
void atomic_access(const void *address, size_t size);

template <class T> T shuffle(unsigned mask, T value, int lane, const char *file, int line) {
    uint64_t bits = 0;
    static_assert(sizeof(T) <= sizeof bits, "");
    memcpy(&bits, &value, sizeof value);
    bits = meet(SHUFFLE, mask, bits, lane, file, line);
    memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T> UNWATCHED T exchange(T *place, T (*change)(T, T), T with) {
    atomic_access(place, sizeof(T));
    const T old = *place;
    *place = change(old, with);
    return old;
}

struct Launch {
    unsigned blocks, threads;
    uint64_t shared_bytes, seed;
    uint64_t n_arrays;
    unsigned char **arrays; /* each with its size: what a kernel may touch */
    uint64_t *sizes;
    char *message; /* room for 512 */
};
int run(const Launch &launch, void (*body)(void *), void *data);

template <class... A> struct Call {
    void (*kernel)(A...);
    void **arguments;
    template <size_t... I> UNWATCHED void with(std::index_sequence<I...>) { kernel(*(A *)arguments[I]...); }
    UNWATCHED static void body(void *call) { ((Call *)call)->with(std::index_sequence_for<A...>()); }
};
template <class... A> int launched(void (*kernel)(A...), const Launch &launch, void **arguments) {
    Call<A...> call = {kernel, arguments};
    return run(launch, Call<A...>::body, &call);
}
/* The types of a kernel's arguments as NumPy spells them, and P for a pointer. */
template <class A> char kind_of() { return std::is_floating_point<A>::value ? 'f' : std::is_signed<A>::value ? 'i' : 'u'; }
template <class... A> void describe(void (*)(A...), char *out) {
    (((*out++ = std::is_pointer<A>::value ? 'P' : kind_of<A>()), (*out++ = (char)('0' + sizeof(A)))), ...);
    *out = 0;
}
} // namespace on_cpu

#define threadIdx on_cpu::here.thread
#define blockIdx on_cpu::here.block
#define blockDim on_cpu::here.threads
#define gridDim on_cpu::here.blocks

#define MEET(kind, mask, value) on_cpu::meet(on_cpu::kind, mask, value, 0, __FILE__, __LINE__)
#define __syncthreads() ((void)MEET(BARRIER, 0, 0))
#define __syncthreads_or(wish) ((int)MEET(BARRIER_OR, 0, (wish) != 0))
#define __syncthreads_and(wish) ((int)MEET(BARRIER_AND, 0, (wish) != 0))
#define __syncthreads_count(wish) ((int)MEET(BARRIER_COUNT, 0, (wish) != 0))
#define __ballot_sync(mask, wish) ((unsigned)MEET(VOTE, mask, (wish) != 0))
#define __shfl_sync(mask, value, from) on_cpu::shuffle(mask, value, from, __FILE__, __LINE__)
#define __shfl_xor_sync(mask, value, bits)                                                                             \
    on_cpu::shuffle(mask, value, (int)(threadIdx.x % 32) ^ (bits), __FILE__, __LINE__)

inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
template <class T> T atomicExch(T *place, T with) {
    return on_cpu::exchange(place, +[](T, T b) { return b; }, with);
}
template <class T> T atomicXor(T *place, T with) {
    return on_cpu::exchange(place, +[](T a, T b) { return (T)(a ^ b); }, with);
}

/* What Python calls. */
#define EXPORT(kernel)                                                                                                 \
    extern "C" int launch_##kernel(const on_cpu::Launch *launch, void **arguments) {                                   \
        return on_cpu::launched(kernel, *launch, arguments);                                                           \
    }                                                                                                                  \
    extern "C" void describe_##kernel(char *out) { on_cpu::describe(kernel, out); }
