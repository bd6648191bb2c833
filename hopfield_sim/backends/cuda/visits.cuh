#include "common.cuh"
/* Which site is visited at each place of a sweep; the twin of visit_order in philox.py.
 *
 * The shuffle goes from site to site: site k takes place a(k) <= k, and whoever is there moves to
 * place k. So site k is at a(k) first; the next m > k with a(m) = a(k) sends it to place m; from
 * there the next m' > m with a(m') = m to m'; and so on. All sites find their last place at the same
 * time if those who take a place are listed. The list of a place is linked in any order, and has one
 * entry on average; its last entry is linked to itself.
 */

/* The least k above `than` in the list of `place`; the largest number if there is none. */
__device__ __forceinline__ i32 next_at(const i32 *heads, const INDEX *links, i32 place, i32 than) {
    i32 least = 0x7FFFFFFF;
    for (i32 k = heads[place], before = -1; k >= 0 && k != before; before = k, k = (i32)links[k])
        if (k > than && k < least)
            least = k;
    return least;
}

/* Ends with a barrier. */
__device__ __forceinline__ void visit_order(i32 order, i32 n, u64 key, u32 state, u32 sweep, i32 *heads,
                                            INDEX *links, INDEX *sites) {
    if (order == SEQUENTIAL) {
        EACH(place, n)
            sites[place] = (INDEX)place;
        __syncthreads();
        return;
    }
    if (order == UNIFORM) {
        EACH(block, (n + 3) / 4) {
            const Words words = random_words(key, ORDER, state, sweep, block);
            for (i32 place = 4 * block; place < n && place < 4 * block + 4; place++)
                sites[place] = (INDEX)pick(words[place % 4], n);
        }
        __syncthreads();
        return;
    }
    EACH(place, n)
        heads[place] = -1;
    __syncthreads();
    EACH(block, (n + 3) / 4) {
        const Words words = random_words(key, ORDER, state, sweep, block);
        for (i32 site = 4 * block; site < n && site < 4 * block + 4; site++) {
            const i32 first = atomicExch(heads + pick(words[site % 4], site + 1), site);
            links[site] = (INDEX)(first < 0 ? site : first);
        }
    }
    __syncthreads();
    EACH(block, (n + 3) / 4) {
        const Words words = random_words(key, ORDER, state, sweep, block); /* cheaper drawn again than kept */
        for (i32 site = 4 * block; site < n && site < 4 * block + 4; site++) {
            i32 place = pick(words[site % 4], site + 1);
            for (i32 k = next_at(heads, links, place, site); k < n; k = next_at(heads, links, place, k))
                place = k;
            sites[place] = (INDEX)site;
        }
    }
    __syncthreads();
}
