#include "common.cuh"
/* Of visits that a block looks at together: which is the first that flips its site. */

/* The first thread of a block that wishes, or blockDim.x, and whether it wishes up. */
struct Choice {
    i32 thread;
    bool up;
};

/* A vote of the block, after which nobody looks at what was voted on. There are two boxes of 32
 * ballots, used in turn: who is still reading one is not disturbed by those that vote again already,
 * and one barrier a vote will do.
 */
__device__ __forceinline__ Choice first_of_all(bool wishes, bool up, Pack<u32, 2> *boxes, int &turn) {
    const i32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    Pack<u32, 2> ballot = {{__ballot_sync(LANES, wishes), __ballot_sync(LANES, up)}};
    Pack<u32, 2> *box = boxes + 32 * turn;
    turn ^= 1;
    if (lane == 0)
        box[warp] = ballot;
    __syncthreads();
    ballot.of[0] = ballot.of[1] = 0;
    if (lane < warps)
        ballot = box[lane];
    const u32 those = __ballot_sync(LANES, ballot.of[0] != 0);
    if (!those)
        return {(i32)blockDim.x, false};
    const int first = __ffs(those) - 1;
    const u32 wishing = __shfl_sync(LANES, ballot.of[0], first), ups = __shfl_sync(LANES, ballot.of[1], first);
    const int bit = __ffs(wishing) - 1;
    return {32 * first + bit, (ups >> bit & 1) != 0};
}
