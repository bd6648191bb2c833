/* Fibers, meetings and, where accesses are reported, whose they are; see cuda_on_cpu.h. Never compiled with
 * -fsanitize itself.
 */
#undef _FORTIFY_SOURCE /* takes a jump to another stack for an error */
#include "cuda_on_cpu.h"
#include <csetjmp>
#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

namespace on_cpu {
Here here;

namespace {
constexpr size_t STACK = 64 << 10, BEYOND = 4096;
const char *const NAMES[] = {"__syncthreads",       "__syncthreads_or", "__syncthreads_and",
                             "__syncthreads_count", "__ballot_sync",    "__shfl_sync"};

struct Fiber {
    ucontext_t first;
    jmp_buf place;
    bool begun, waits, gone;
    Kind kind;
    uint64_t value;
    int lane;
    const char *file;
    int line;
};
struct Meeting { /* of a block, or of a warp */
    std::vector<unsigned> there;
    unsigned mask;
};

std::vector<Fiber> fibers;
std::vector<unsigned> ready;
std::vector<Meeting> warps;
Meeting block;
unsigned n_gone;
unsigned char *stacks;
size_t n_stacks;
jmp_buf scheduler;
unsigned me;
void (*the_body)(void *);
void *the_data;
const Launch *the_launch;
uint64_t state_of_draws;
bool failed;
int phase; /* barriers passed */

uint64_t draw() {
    state_of_draws += 0x9E3779B97F4A7C15ull;
    uint64_t x = state_of_draws;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
    return x ^ x >> 27;
}

__attribute__((format(printf, 1, 2))) void fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    if (!failed)
        vsnprintf(the_launch->message, 512, format, list);
    va_end(list);
    failed = true;
}

void leave() {
    if (!_setjmp(fibers[me].place))
        _longjmp(scheduler, 1);
}

void wake(unsigned who, uint64_t value) {
    fibers[who].value = value;
    fibers[who].waits = false;
    ready.push_back(who);
}

/* When all that are left have come. */
void open_block() {
    if (block.there.empty() || block.there.size() + n_gone < fibers.size())
        return;
    uint64_t sum = 0;
    const Fiber &first = fibers[block.there[0]];
    for (unsigned who : block.there) {
        const Fiber &f = fibers[who];
        sum += f.value;
        if (f.line != first.line || f.file != first.file)
            fail("threads %u and %u of block %u wait at different barriers, %s:%d and %s:%d", block.there[0], who,
                 here.block.x, first.file, first.line, f.file, f.line);
    }
    phase++;
    for (unsigned who : block.there) {
        const Kind kind = fibers[who].kind;
        wake(who, kind == BARRIER_OR ? sum > 0 : kind == BARRIER_AND ? sum == block.there.size() : sum);
    }
    block.there.clear();
}

void open_warp(unsigned number) {
    Meeting &warp = warps[number];
    unsigned there = 0, left = 0, votes = 0;
    for (unsigned who : warp.there) {
        there |= 1u << who % 32;
        votes |= (fibers[who].value != 0) * (1u << who % 32);
    }
    for (unsigned who = 32 * number; who < 32 * number + 32 && who < fibers.size(); who++)
        left |= !fibers[who].gone * (1u << who % 32);
    if (!there || there != (warp.mask & left))
        return;
    uint64_t values[32];
    for (uint64_t &value : values)
        value = 0xDEADBEEFDEADBEEFull; /* of a lane that is not there */
    for (unsigned who : warp.there)
        values[who % 32] = fibers[who].value;
    std::vector<unsigned> all;
    all.swap(warp.there);
    for (unsigned who : all)
        wake(who, fibers[who].kind == VOTE ? votes : values[fibers[who].lane & 31]);
}

void enter() {
    the_body(the_data);
    fibers[me].gone = true;
    n_gone++;
    open_block();
    open_warp(me / 32);
    _longjmp(scheduler, 1);
}

size_t next_of_ready() {
    const uint64_t seed = the_launch->seed;
    if (seed == 0)
        return 0; /* in their order */
    if (seed % 2 || draw() % 8 == 0)
        return draw() % ready.size();
    return ready.size() - 1; /* one far ahead of the others */
}

void run_block() {
    const unsigned n = here.threads.x;
    fibers.resize(n);
    ready.clear(), block.there.clear(), warps.assign((n + 31) / 32, Meeting());
    n_gone = 0, phase = 0;
    for (unsigned who = 0; who < n; who++) {
        Fiber &f = fibers[who];
        f.begun = f.waits = f.gone = false;
        ready.push_back(who);
    }
    while (!failed && n_gone < n) {
        if (ready.empty()) {
            unsigned a = 0, b = 0;
            while (!fibers[a].waits)
                a++;
            for (unsigned who = a; who < n; who++)
                if (fibers[who].waits && fibers[who].line != fibers[a].line)
                    b = who;
            const Fiber &f = fibers[a], &g = fibers[b ? b : a];
            fail("block %u waits for ever: thread %u in %s at %s:%d, thread %u in %s at %s:%d", here.block.x, a,
                 NAMES[f.kind], f.file, f.line, b ? b : a, NAMES[g.kind], g.file, g.line);
            return;
        }
        const size_t at = next_of_ready();
        me = here.thread.x = ready[at];
        if (the_launch->seed == 0) {
            ready.erase(ready.begin());
        } else {
            ready[at] = ready.back();
            ready.pop_back();
        }
        if (_setjmp(scheduler))
            continue;
        Fiber &f = fibers[me];
        if (f.begun)
            _longjmp(f.place, 1);
        f.begun = true;
        getcontext(&f.first);
        f.first.uc_stack.ss_sp = stacks + me * STACK;
        f.first.uc_stack.ss_size = STACK;
        f.first.uc_link = nullptr;
        makecontext(&f.first, enter, 0);
        setcontext(&f.first);
    }
}

#ifdef WATCHED
/* Who touched a byte: the last to write it, and those that read it since; -1 for nobody. */
constexpr int NOBODY = -1, SEVERAL = -2, ATOMIC = -3;
struct Touch {
    int block = NOBODY, thread = NOBODY, phase = NOBODY;
};
struct Byte {
    Touch written, read;
};
struct Region {
    unsigned char *start;
    size_t size;
    bool shared;
    std::vector<Byte> bytes;
};
std::vector<Region> regions;

void watch() {
    regions.clear();
    regions.push_back({here.shared, (size_t)the_launch->shared_bytes, true, {}});
    for (uint64_t k = 0; k < the_launch->n_arrays; k++)
        regions.push_back({the_launch->arrays[k], (size_t)the_launch->sizes[k], false, {}});
    for (Region &region : regions)
        region.bytes.resize(region.size);
}

bool together(const Touch &touch, int who) { /* not ordered before an access of `who` now */
    if (touch.block == NOBODY)
        return false;
    if (touch.block != (int)here.block.x)
        return !(touch.thread == ATOMIC && who == ATOMIC);
    return touch.phase == phase && touch.thread != who;
}

void touch(const void *address, size_t size, bool writes, int who, void *caller) {
    unsigned char *const at = (unsigned char *)address;
    if (!the_launch || failed || (at >= stacks && at < stacks + n_stacks) || (at >= (unsigned char *)&here && at < (unsigned char *)(&here + 1)))
        return;
    const auto error = [&](const char *what) {
        Dl_info library = {};
        dladdr(caller, &library);
        fail("thread %u of block %u %s %s at [+%#lx]", me, here.block.x, writes ? "writes" : "reads", what,
             (long)((char *)caller - (char *)library.dli_fbase) - 1);
        leave();
    };
    Region *in = nullptr;
    for (Region &region : regions)
        if (at >= region.start && at + size <= region.start + region.size)
            in = &region;
    if (!in)
        return error("outside all arrays");
    for (size_t k = 0; k < size; k++) {
        Byte &byte = in->bytes[at + k - in->start];
        if (in->shared && !writes && byte.written.block == NOBODY)
            return error("shared memory that nobody wrote,");
        if (together(byte.written, who) || (writes && together(byte.read, who)))
            return error("what another thread touches without a barrier between,");
        Touch &mine = writes ? byte.written : byte.read;
        const bool alone = writes || mine.block == NOBODY || mine.block == (int)here.block.x;
        const bool same = writes || mine.phase != phase || mine.thread == who;
        mine = {alone ? (int)here.block.x : SEVERAL, same ? who : SEVERAL, phase};
    }
}
#endif
} // namespace

uint64_t meet(Kind kind, unsigned mask, uint64_t value, int lane, const char *file, int line) {
    Fiber &self = fibers[me];
    self.kind = kind, self.value = value, self.lane = lane, self.file = file, self.line = line, self.waits = true;
    if (kind < VOTE) {
        block.there.push_back(me);
        open_block();
    } else {
        Meeting &warp = warps[me / 32];
        if (!(mask >> me % 32 & 1))
            fail("thread %u calls %s at %s:%d with a mask without itself", me, NAMES[kind], file, line);
        if (!warp.there.empty()) {
            const Fiber &other = fibers[warp.there[0]];
            if (warp.mask != mask || other.line != line || other.file != file)
                fail("threads %u and %u of a warp meet in %s at %s:%d and in %s at %s:%d", warp.there[0], me,
                     NAMES[other.kind], other.file, other.line, NAMES[kind], file, line);
        }
        warp.mask = mask;
        warp.there.push_back(me);
        open_warp(me / 32);
    }
    leave();
    return fibers[me].value;
}

void atomic_access(const void *address, size_t size) {
    if (the_launch->seed && draw() % 4 == 0) { /* others may be first */
        ready.push_back(me);
        leave();
    }
#ifdef WATCHED
    touch(address, size, true, ATOMIC, __builtin_return_address(0));
#endif
    (void)address, (void)size;
}

int run(const Launch &launch, void (*body)(void *), void *data) {
    the_launch = &launch, the_body = body, the_data = data, failed = false, state_of_draws = launch.seed;
    if (n_stacks < launch.threads * STACK) {
        if (stacks)
            munmap(stacks, n_stacks);
        n_stacks = launch.threads * STACK;
        stacks = (unsigned char *)mmap(nullptr, n_stacks, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    std::vector<unsigned char> memory(launch.shared_bytes + BEYOND + 16);
    here.shared = memory.data() + 15 - ((uintptr_t)memory.data() + 15) % 16;
    here.threads.x = launch.threads, here.blocks.x = launch.blocks;
#ifdef WATCHED
    watch();
#endif
    std::vector<unsigned> order(launch.blocks);
    for (unsigned k = 0; k < launch.blocks; k++)
        order[k] = k;
    for (unsigned k = launch.blocks; launch.seed && k > 1; k--)
        std::swap(order[k - 1], order[draw() % k]);
    for (unsigned which : order) {
        here.block.x = which;
        const unsigned char noise = (unsigned char)(0xA5 + 37 * which + 11 * launch.seed);
        memset(here.shared, noise, launch.shared_bytes + BEYOND);
#ifdef WATCHED
        regions[0].bytes.assign(regions[0].size, Byte());
#endif
        run_block();
        for (size_t k = 0; k < BEYOND && !failed; k++)
            if (here.shared[launch.shared_bytes + k] != noise)
                fail("block %u writes %zu bytes beyond its shared memory", which, k);
        if (failed)
            break;
    }
    the_launch = nullptr;
    return failed;
}
} // namespace on_cpu

#ifdef WATCHED
using on_cpu::touch;
#define CALLER __builtin_return_address(0)
#define ACCESS(size)                                                                                                   \
    void __tsan_read##size(void *p) { touch(p, size, false, (int)on_cpu::me, CALLER); }                                \
    void __tsan_write##size(void *p) { touch(p, size, true, (int)on_cpu::me, CALLER); }                                \
    void __tsan_unaligned_read##size(void *p) { touch(p, size, false, (int)on_cpu::me, CALLER); }                      \
    void __tsan_unaligned_write##size(void *p) { touch(p, size, true, (int)on_cpu::me, CALLER); }
extern "C" {
ACCESS(1) ACCESS(2) ACCESS(4) ACCESS(8) ACCESS(16)
void __tsan_read_range(void *p, unsigned long size) { touch(p, size, false, (int)on_cpu::me, CALLER); }
void __tsan_write_range(void *p, unsigned long size) { touch(p, size, true, (int)on_cpu::me, CALLER); }
void __tsan_init() {}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
}
#endif
