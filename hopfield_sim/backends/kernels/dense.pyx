# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled updates of dense memories; the reference is reference/dense.py.

Private: compiled/dense.py checks and converts every argument. The work is done without the GIL, and
calls for different rows share no memory that is written. A call returns when its ``budget`` of work
is used up, in terms of sums over patterns, so that Python can handle a Ctrl-C. Random numbers
depend on ``updates``, the number of updates of a row so far, and not on how the work is split.
"""

from libc.math cimport exp, log1p, sinh
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends.kernels.network cimport Batch
from hopfield_sim.backends.kernels.visits cimport PHILOX_CHUNK, philox_words, visit_order

from hopfield_sim.backends.reference.philox import ACCEPT, ORDER
from hopfield_sim.backends.dense_protocol import LARGEST_LOG, SMALLEST_LOG, DenseHeatBath
from hopfield_sim.backends.protocol import CYCLE, FIXED

cdef extern from "dense.h" nogil:
    const int NARROW_LANES, TOGETHER
    int64_t together()
    double narrow_signed_sum(int64_t n_patterns, int64_t total, const uint32_t *signs,
                             const int32_t *values)
    void narrow_signed_sums(int64_t n_patterns, int64_t total, const uint32_t *const *signs,
                            const int32_t *values, double *sums)
    double signed_sum(int64_t n_patterns, const uint64_t *signs, const double *values)
    void signed_sums(int64_t n_patterns, const uint64_t *const *signs, const double *values,
                     double *sums)
    double whole_difference(int64_t n_patterns, const uint64_t *signs, int8_t spin,
                            const int64_t *overlaps, const int32_t *limbs, int64_t n_limbs,
                            int64_t length, int64_t unit)
    void move_overlaps(int64_t n_patterns, int64_t twice_spin, const uint64_t *signs,
                       int64_t *overlaps)
    bint move_narrow(int64_t n_patterns, int64_t twice_spin, const uint64_t *signs,
                     const int64_t *pairs, int64_t *overlaps, int32_t *slopes, int64_t *total,
                     double *bends)
    double read_tables(int64_t n_patterns, const int64_t *overlaps, const double *slope,
                       const double *bend, double *slopes)
    double sum_of_sizes(int64_t n_patterns, const int64_t *overlaps, const double *slopes,
                        const double *bend)
    int64_t highest(int64_t n_patterns, const int64_t *overlaps)
    void measure_overlaps(int64_t n_patterns, int64_t n, const uint64_t *patterns,
                          const uint64_t *state, int64_t *overlaps)

cdef extern from "bits.h" nogil:
    void pack_spins(int64_t n, const int8_t *spins, uint64_t *bits)

# Copies in C of Python's constants, for code without the GIL.
cdef int8_t _FIXED = FIXED, _CYCLE = CYCLE
cdef uint32_t _ORDER = ORDER, _ACCEPT = ACCEPT
cdef double _SMALLEST_LOG = SMALLEST_LOG, _LARGEST_LOG = LARGEST_LOG, _KAPPA = 2 * sinh(1.0) ** 2
cdef int64_t _FLIP_COST = 8  # cost of looking up the tables for a pattern; 1 is a term of a sum
cdef int64_t _VISIT_COST = 64  # cost of a visit in addition to its sum over patterns

UNSTABLE = -1
"""In ``checked``: the row is not at a fixed point; otherwise the number of sites tested so far."""

cdef int64_t _UNSTABLE = UNSTABLE


cdef struct Tables:
    # The patterns as bits, and the tables of dense_protocol.Memories. `slope`, `bend` and `limbs`
    # point at an overlap of 0 or, if `relative`, at the largest overlap.
    int64_t n_patterns
    int64_t words
    const uint64_t *columns
    int64_t narrow_words
    const uint32_t *narrow_columns  # NULL if slopes are not integers
    const int64_t *pairs  # of the overlap 0; NULL then
    const double *slope
    const double *bend
    bint relative
    const int32_t *limbs  # digits of 2^unit F, rows of `length`; NULL if sums of D are exact
    int64_t n_limbs
    int64_t length
    int64_t unit
    double doubt


cdef struct Entries:
    # A state's overlaps, and the tables at these; D is recomputed exactly if |D| <= `doubt`.
    int64_t *overlaps
    double *slopes
    int32_t *narrow
    bint fits  # whether `narrow` has the slopes as 32-bit integers, with the sum `total`
    int64_t total
    double bend
    double doubt
    int64_t top


cdef struct Ahead:
    # Sums over the patterns for the sites of visits `first` to `end`, until a spin flips.
    int64_t first
    int64_t end
    double sums[TOGETHER]


cdef struct Rule:
    # New spin of a visited site: the sign of D at zero temperature, otherwise random.
    bint stochastic
    bint ties_up
    bint logarithmic
    double temperature
    double gain
    double log_gain


cdef struct Scratch:
    # Memory for one state and the sites of a sweep.
    Entries entries
    Ahead ahead
    int32_t *every  # all sites in their order
    int32_t *sites
    uint32_t *draws
    uint32_t *chances


cdef int allocate(Scratch *scratch, int64_t n, int64_t n_patterns) except -1:
    """Allocate memory, with zeros beyond the last pattern."""
    cdef int64_t i, padded = (n_patterns + NARROW_LANES - 1) // NARROW_LANES * NARROW_LANES
    scratch.entries.overlaps = <int64_t *>calloc(padded, sizeof(int64_t))
    scratch.entries.slopes = <double *>calloc(padded, sizeof(double))
    scratch.entries.narrow = <int32_t *>calloc(padded, sizeof(int32_t))
    scratch.every = <int32_t *>malloc(n * sizeof(int32_t))
    scratch.sites = <int32_t *>malloc((n + PHILOX_CHUNK) * sizeof(int32_t))
    scratch.draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    scratch.chances = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    if (scratch.entries.overlaps == NULL or scratch.entries.slopes == NULL
            or scratch.entries.narrow == NULL or scratch.every == NULL or scratch.sites == NULL
            or scratch.draws == NULL or scratch.chances == NULL):
        raise MemoryError
    for i in range(n):
        scratch.every[i] = <int32_t>i
    return 0


cdef void release(Scratch *scratch) noexcept nogil:
    free(scratch.entries.overlaps)
    free(scratch.entries.slopes)
    free(scratch.entries.narrow)
    free(scratch.every)
    free(scratch.sites)
    free(scratch.draws)
    free(scratch.chances)


cdef void look_up(const Tables *tables, Scratch *scratch, int64_t site,
                  int8_t flipped) noexcept nogil:
    """Update the overlaps if the spin of a site has ``flipped`` to another value, otherwise 0, and
    look up the tables there.
    """
    cdef Entries *entries = &scratch.entries
    cdef int64_t n_patterns = tables.n_patterns
    cdef const uint64_t *signs = tables.columns + site * tables.words
    cdef const double *slope
    cdef const double *bend
    scratch.ahead.end = 0
    entries.fits = tables.pairs != NULL and move_narrow(
        n_patterns, 2 * flipped, signs, tables.pairs, entries.overlaps, entries.narrow,
        &entries.total, &entries.bend)
    if entries.fits:
        return
    if tables.pairs == NULL and flipped:
        move_overlaps(n_patterns, 2 * flipped, signs, entries.overlaps)
    entries.top = highest(n_patterns, entries.overlaps) if tables.relative else 0
    slope, bend = tables.slope - entries.top, tables.bend - entries.top
    entries.bend = read_tables(n_patterns, entries.overlaps, slope, bend, entries.slopes)
    if tables.limbs != NULL:
        entries.doubt = tables.doubt * sum_of_sizes(
            n_patterns, entries.overlaps, entries.slopes, bend)


cdef void sum_ahead(const Tables *tables, Scratch *scratch, const int32_t *sites, int64_t first,
                    int64_t end) noexcept nogil:
    """Sums over the patterns for the sites of visits from ``first``, as many as go together."""
    cdef Entries *entries = &scratch.entries
    cdef Ahead *ahead = &scratch.ahead
    cdef int64_t n_patterns = tables.n_patterns, g, site = sites[first]
    cdef const uint32_t *narrow[TOGETHER]
    cdef const uint64_t *signs[TOGETHER]
    ahead.first, ahead.end = first, min(end, first + together())
    if ahead.end == first + 1:
        if entries.fits:
            ahead.sums[0] = narrow_signed_sum(
                n_patterns, entries.total, tables.narrow_columns + site * tables.narrow_words,
                entries.narrow)
        else:
            ahead.sums[0] = signed_sum(n_patterns, tables.columns + site * tables.words,
                                       entries.slopes)
        return
    for g in range(TOGETHER):
        site = sites[min(first + g, end - 1)]
        signs[g] = tables.columns + site * tables.words
        if entries.fits:
            narrow[g] = tables.narrow_columns + site * tables.narrow_words
    if entries.fits:
        narrow_signed_sums(n_patterns, entries.total, narrow, entries.narrow, ahead.sums)
    else:
        signed_sums(n_patterns, signs, entries.slopes, ahead.sums)


cdef inline double difference(const Tables *tables, const Entries *entries, int64_t site,
                              int8_t spin, double d) noexcept nogil:
    """D of a site from its sum over the patterns, in units of the tables; its sign, or D = 0, is
    exact.
    """
    d -= spin * entries.bend
    if tables.limbs != NULL and -entries.doubt <= d <= entries.doubt:
        d = spin * whole_difference(
            tables.n_patterns, tables.columns + site * tables.words, spin, entries.overlaps,
            tables.limbs - entries.top, tables.n_limbs, tables.length, tables.unit)
    return d


cdef inline int8_t descended(bint ties_up, double d, int8_t spin) noexcept nogil:
    """New spin at zero temperature: the sign of D."""
    if d > 0:
        return 1
    if d < 0:
        return -1
    return 1 if ties_up else spin


cdef int8_t drawn(const Rule *rule, const Tables *tables, const Entries *entries, double d,
                  int8_t spin, uint32_t draw) noexcept nogil:
    """New spin at a positive temperature: +1 with probability 1/(1 + e^(−D/T))."""
    cdef double y, log_gain
    if rule.logarithmic:
        y = -spin * log1p(-spin * (_KAPPA * d / entries.bend)) / rule.temperature
    elif tables.relative:
        log_gain = rule.log_gain + entries.top
        log_gain = min(max(log_gain, _SMALLEST_LOG), _LARGEST_LOG)
        y = d * exp(log_gain)
    else:
        y = d * rule.gain
    y = -700.0 if y < -700.0 else 700.0 if y > 700.0 else y
    return 1 if draw < <uint64_t>(4294967296.0 / (1.0 + exp(-y)) + 0.5) else -1


cdef inline int8_t new_spin(const Rule *rule, const Tables *tables, Scratch *scratch,
                            const int32_t *sites, int64_t visit, int64_t end, int8_t spin,
                            const uint32_t *draw) noexcept nogil:
    """New spin of the site of a visit; up to the visit ``end`` the sites are known."""
    cdef double d
    if visit >= scratch.ahead.end:
        sum_ahead(tables, scratch, sites, visit, end)
    d = difference(tables, &scratch.entries, sites[visit], spin,
                   scratch.ahead.sums[visit - scratch.ahead.first])
    if rule.stochastic:
        return drawn(rule, tables, &scratch.entries, d, spin, draw[0])
    return descended(rule.ties_up, d, spin)


cdef class Dense:
    """The tables of ``dense_protocol.Memories``, and an update rule."""

    cdef Tables tables
    cdef Rule rule
    cdef const uint8_t[::1] clamped
    cdef object _arrays

    def __init__(self, memories, rule):
        cdef const uint64_t[:, ::1] columns = memories.columns
        cdef const uint32_t[:, ::1] narrow_columns = memories.narrow_columns
        cdef const double[::1] slope = memories.slope, bend = memories.bend
        cdef const int64_t[::1] pairs = memories.pairs
        cdef const int32_t[:, ::1] limbs = memories.limbs
        cdef bint relative = memories.relative
        cdef int64_t origin = slope.shape[0] - 1 if relative else slope.shape[0] // 2
        cdef Tables *tables = &self.tables
        self._arrays = memories  # their owner
        tables.n_patterns, tables.words = memories.n_patterns, columns.shape[1]
        tables.narrow_columns, tables.narrow_words, tables.pairs = NULL, 0, NULL
        if narrow_columns is not None:
            tables.pairs = &pairs[origin]
            tables.narrow_columns = &narrow_columns[0, 0]
            tables.narrow_words = narrow_columns.shape[1]
        tables.columns, tables.slope, tables.bend = &columns[0, 0], &slope[origin], &bend[origin]
        tables.relative, tables.unit, tables.doubt = relative, memories.unit, memories.doubt
        tables.limbs, tables.n_limbs, tables.length = NULL, 0, 0
        if limbs is not None:
            tables.limbs = &limbs[0, origin]
            tables.n_limbs, tables.length = limbs.shape[0], limbs.shape[1]
        self.clamped = rule.clamped
        self.rule.stochastic, self.rule.ties_up = isinstance(rule, DenseHeatBath), False
        self.rule.logarithmic = False
        if self.rule.stochastic:
            self.rule.temperature, self.rule.gain = rule.temperature, rule.gain
            self.rule.log_gain, self.rule.logarithmic = rule.log_gain, rule.logarithmic
        else:
            self.rule.ties_up = rule.ties_up


def overlaps(
    const uint64_t[:, ::1] bits not None,
    const int8_t[:, ::1] states not None,
    int64_t[:, ::1] out not None,
):
    """Overlaps ξ^μ·s of each state with patterns of one bit a site."""
    cdef int64_t row, n = states.shape[1]
    cdef uint64_t *state = <uint64_t *>malloc(bits.shape[1] * sizeof(uint64_t))
    if state == NULL:
        raise MemoryError
    with nogil:
        for row in range(states.shape[0]):
            pack_spins(n, &states[row, 0], state)
            measure_overlaps(bits.shape[0], n, &bits[0, 0], state, &out[row, 0])
    free(state)


def asynchronous(
    Dense memories not None,
    Batch batch not None,
    int64_t[::1] checked not None,
    int order,
    const int64_t[::1] rows not None,
    uint64_t key,
    int64_t until,
    int64_t budget,
):
    """Update one site after another up to the update ``until`` or, at zero temperature, a fixed
    point.

    The test of all sites at the end of a sweep may exceed the budget: ``checked`` counts the sites
    tested so far.
    """
    cdef const Tables *tables = &memories.tables
    cdef const Rule *rule = &memories.rule
    cdef int64_t n = batch.states.shape[1], n_patterns = tables.n_patterns
    cdef int64_t k, row, update, position, end, cost = n_patterns + _VISIT_COST
    cdef int64_t first
    cdef int64_t *memory
    cdef int32_t site
    cdef uint32_t state, sweep
    cdef int8_t spin
    cdef int8_t *spins
    cdef Scratch scratch
    cdef Entries *entries = &scratch.entries
    try:
        allocate(&scratch, n, n_patterns)
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, memory = &batch.states[row, 0], <int64_t *>&batch.cache[row, 0]
                memcpy(entries.overlaps, memory, n_patterns * sizeof(int64_t))
                look_up(tables, &scratch, 0, 0)
                budget -= _FLIP_COST * n_patterns
                update = batch.updates[row]
                while budget > 0:
                    scratch.ahead.end = 0
                    if not rule.stochastic and update % n == 0 and checked[row] != _UNSTABLE:
                        while checked[row] < n and budget > 0:
                            site = <int32_t>checked[row]
                            budget -= cost
                            if not memories.clamped[site] and spins[site] != new_spin(
                                    rule, tables, &scratch, scratch.every, site, n, spins[site],
                                    NULL):
                                checked[row] = _UNSTABLE
                                break
                            checked[row] += 1
                        if checked[row] == n:
                            batch.stop[row] = _FIXED
                            break
                        if checked[row] != _UNSTABLE:
                            break
                    if update >= until:
                        break
                    scratch.ahead.end = 0
                    state, sweep = <uint32_t>batch.index[row], <uint32_t>(update // n)
                    visit_order(order, n, scratch.sites, scratch.draws, key, _ORDER, state, sweep)
                    if rule.stochastic:
                        philox_words(n, scratch.chances, key, _ACCEPT, state, sweep)
                    position = first = update % n
                    end = min(n, position + until - update)
                    update -= position
                    while position < end and budget > 0:
                        site = scratch.sites[position]
                        spin = spins[site]
                        if not memories.clamped[site]:
                            spin = new_spin(rule, tables, &scratch, scratch.sites, position, end,
                                            spin, scratch.chances + position)
                            budget -= cost
                        position += 1
                        if spin != spins[site]:
                            spins[site] = spin
                            look_up(tables, &scratch, site, spin)
                            batch.flips[row] += 1
                            budget -= _FLIP_COST * n_patterns
                    if position > first:  # otherwise the budget was used up before the first visit
                        checked[row] = 0
                    update += position
                batch.updates[row] = update
                memcpy(memory, entries.overlaps, n_patterns * sizeof(int64_t))
                if budget <= 0:
                    break
    finally:
        release(&scratch)


def synchronous(
    Dense memories not None,
    Batch batch not None,
    int64_t[::1] checked not None,
    int8_t[:, ::1] ahead not None,
    const int64_t[::1] rows not None,
    uint64_t key,
    int64_t until,
    int64_t budget,
):
    """Update all sites at once up to the update ``until`` or, at zero temperature, a fixed point or
    a 2-cycle.

    A step may exceed the budget: ``checked`` counts the sites computed so far, and ``ahead`` has
    their new spins.
    """
    cdef const Tables *tables = &memories.tables
    cdef const Rule *rule = &memories.rule
    cdef int64_t n = batch.states.shape[1], n_patterns = tables.n_patterns
    cdef int64_t k, row, changes, site, cost = n_patterns + _VISIT_COST
    cdef int64_t *memory
    cdef uint32_t state, sweep
    cdef int8_t *spins
    cdef int8_t *new
    cdef bint cycle
    cdef Scratch scratch
    cdef Entries *entries = &scratch.entries
    try:
        allocate(&scratch, n, n_patterns)
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, new = &batch.states[row, 0], &ahead[row, 0]
                memory = <int64_t *>&batch.cache[row, 0]
                memcpy(entries.overlaps, memory, n_patterns * sizeof(int64_t))
                while budget > 0:
                    look_up(tables, &scratch, 0, 0)
                    budget -= _FLIP_COST * n_patterns
                    if rule.stochastic:
                        state, sweep = <uint32_t>batch.index[row], <uint32_t>(
                            batch.updates[row] // n)
                        philox_words(n, scratch.chances, key, _ACCEPT, state, sweep)
                    while checked[row] < n and budget > 0:
                        site = checked[row]
                        new[site] = spins[site]
                        if not memories.clamped[site]:
                            new[site] = new_spin(rule, tables, &scratch, scratch.every, site, n,
                                                 spins[site], scratch.chances + site)
                            budget -= cost
                        checked[row] += 1
                    if checked[row] < n:
                        break
                    changes = 0
                    for site in range(n):
                        changes += new[site] != spins[site]
                    if changes == 0 and not rule.stochastic:
                        batch.stop[row] = _FIXED
                        break
                    if batch.updates[row] >= until:
                        checked[row] = _UNSTABLE
                        break
                    cycle = (not rule.stochastic and batch.updates[row] > 0
                             and memcmp(new, &batch.previous[row, 0], n) == 0)
                    memcpy(&batch.previous[row, 0], spins, n)
                    for site in range(n):
                        if new[site] != spins[site]:
                            move_overlaps(n_patterns, 2 * new[site],
                                          tables.columns + site * tables.words, entries.overlaps)
                    memcpy(spins, new, n)
                    batch.updates[row] += n
                    batch.flips[row] += changes
                    checked[row] = 0
                    budget -= changes * n_patterns
                    if cycle:
                        batch.stop[row] = _CYCLE
                        break
                    if rule.stochastic and batch.updates[row] >= until:
                        checked[row] = _UNSTABLE
                        break
                memcpy(memory, entries.overlaps, n_patterns * sizeof(int64_t))
                if budget <= 0:
                    break
    finally:
        release(&scratch)
