/* What all kernels share: numbers, memory, sums of a warp, random words.
 *
 * One text for two compilers: the device's, and one of C++ that runs the kernels on a processor in
 * tests. So no header is included but those here, a block has one dimension and whole warps, shared
 * memory is one array, and what one thread wrote another reads only after a barrier.
 */
typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#ifdef __CUDACC__
#define SHARED(name) extern __shared__ __align__(16) unsigned char name[]
#endif

#define LANES 0xFFFFFFFFu
#define EACH(i, count) for (i32 i = threadIdx.x; i < (count); i += blockDim.x)

/* Numbers that move together, up to 16 bytes. */
template <class T, int k> struct __align__(sizeof(T) * k > 16 ? 16 : sizeof(T) * k) Pack { T of[k]; };

__device__ __forceinline__ i32 rounded_up(i32 count) { return (count + 15) / 16 * 16; }

/* Takes room for `count` numbers, and to a multiple of 16, from memory that begins at `at`. */
template <class T> __device__ __forceinline__ T *take(unsigned char *&at, i32 count) {
    T *taken = (T *)at;
    at += rounded_up(count) * sizeof(T);
    return taken;
}

template <class T> __device__ __forceinline__ T warp_sum(T x) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2)
        x += __shfl_xor_sync(LANES, x, step);
    return x;
}

/* Philox4x32-10 of a block of four words; the twin of philox in philox.py. */
struct Words {
    u32 a, b, c, d;
    __device__ __forceinline__ u32 operator[](int k) const { return k < 2 ? (k ? b : a) : (k == 2 ? c : d); }
};

__device__ __forceinline__ Words random_words(u64 key, u32 purpose, u32 state, u32 sweep, u32 block) {
    Words w = {block, sweep, state, purpose};
    u32 low = (u32)key, high = (u32)(key >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const u64 x = (u64)0xD2511F53u * w.a, y = (u64)0xCD9E8D57u * w.c;
        w = {(u32)(y >> 32) ^ w.b ^ low, (u32)y, (u32)(x >> 32) ^ w.d ^ high, (u32)x};
        low += 0x9E3779B9u, high += 0xBB67AE85u;
    }
    return w;
}

/* A number from 0 to below `count`. */
__device__ __forceinline__ i32 pick(u32 word, i32 count) { return (i32)((u64)word * (u32)count >> 32); }

/* Where each state is in its walk: four rows of numbers, a state a column. */
struct Progress {
    i64 *numbers, n_states;
    __device__ __forceinline__ i64 &updates(i64 row) const { return numbers[row]; }
    __device__ __forceinline__ i64 &flips(i64 row) const { return numbers[n_states + row]; }
    __device__ __forceinline__ i64 &stop(i64 row) const { return numbers[2 * n_states + row]; }
    __device__ __forceinline__ i64 &fresh(i64 row) const { return numbers[3 * n_states + row]; }
};
