# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled walks and steps of dense memories; each is the twin of a function in reference/dense.py.

Private: cython_dense.py checks and converts every argument. All work is done without the GIL on
rows that share nothing. A call returns when its ``budget`` of work is used up, counted in patterns
looked at, so that Python can handle a Ctrl-C; ``updates`` says how far each row has come, and
randomness depends on that alone.
"""

from libc.math cimport exp, log1p, sinh
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends.reference.philox import ACCEPT, ORDER
from hopfield_sim.backends.dense_protocol import LARGEST_LOG, SMALLEST_LOG
from hopfield_sim.backends.protocol import CYCLE, FIXED

cdef extern from "visits.h" nogil:
    const int PHILOX_CHUNK
    const int VISIT_SEQUENTIAL
    const int VISIT_UNIFORM
    const int VISIT_RANDOM
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)
    void visit_order(int order, int64_t n, int32_t *sites, uint32_t *draws, uint64_t key,
                     uint32_t purpose, uint32_t state, uint32_t sweep)

cdef extern from "dense.h" nogil:
    const int NARROW_LANES
    double narrow_signed_sum(int64_t n_patterns, int64_t total, const uint32_t *signs,
                             const int32_t *values)
    bint narrow_slopes(int64_t n_patterns, const double *slopes, int32_t *out, int64_t *total)
    double signed_sum(int64_t n_patterns, const uint64_t *signs, const double *values)
    double whole_difference(int64_t n_patterns, const uint64_t *signs, int8_t spin,
                            const int64_t *overlaps, const int32_t *limbs, int64_t n_limbs,
                            int64_t length, int64_t unit)
    void move_overlaps(int64_t n_patterns, int64_t twice_spin, const uint64_t *signs,
                       int64_t *overlaps)
    double read_tables(int64_t n_patterns, const int64_t *overlaps, const double *slope,
                       const double *bend, double *slopes)
    double sum_of_sizes(int64_t n_patterns, const int64_t *overlaps, const double *slopes,
                        const double *bend)
    int64_t highest(int64_t n_patterns, const int64_t *overlaps)
    void measure_overlaps(int64_t n_patterns, int64_t n_states, int64_t n, const int8_t *patterns,
                          const int8_t *states, int64_t *overlaps)

# Settled while Python holds the GIL; constants afterwards.
cdef int8_t _FIXED = FIXED, _CYCLE = CYCLE
cdef uint32_t _ORDER = ORDER, _ACCEPT = ACCEPT
cdef double _SMALLEST_LOG = SMALLEST_LOG, _LARGEST_LOG = LARGEST_LOG, _KAPPA = 2 * sinh(1.0) ** 2
cdef int64_t _FLIP_COST = 8  # patterns of a flip's tables in the time of one visited pattern
cdef int64_t _VISIT_COST = 64  # what a visit costs beside its patterns

ORDERS = {"sequential": VISIT_SEQUENTIAL, "uniform": VISIT_UNIFORM, "random": VISIT_RANDOM}
UNSTABLE = -1
"""In ``checked``: some site of the row would change now. Else how many were found at rest."""

cdef int64_t _UNSTABLE = UNSTABLE


cdef struct Tables:
    # The stored patterns; `slope` and `bend` point at an overlap of 0, or at the largest one.
    int64_t n_patterns
    int64_t words
    const uint64_t *columns
    int64_t narrow_words
    const uint32_t *narrow_columns  # NULL where slopes are no whole numbers
    const double *slope
    const double *bend
    bint relative
    const int32_t *limbs  # of 2^unit F, rows of `length`; NULL where D is exact
    int64_t n_limbs
    int64_t length
    int64_t unit
    double doubt


cdef struct Entries:
    # A state's overlaps and what the tables say of them; a |D| up to `doubt` is taken again.
    int64_t *overlaps
    double *slopes
    int32_t *narrow
    bint fits  # in `narrow`, the slopes as integers whose sum is `total`
    int64_t total
    double bend
    double doubt
    int64_t top


cdef struct Rule:
    # What a visited site becomes: by the sign of D at zero temperature, else by chance.
    bint hot
    bint ties_up
    bint logarithmic
    double temperature
    double gain
    double log_gain


cdef bint make_room(const Tables *tables, Entries *entries) noexcept nogil:
    """Allocate, with zeros beyond the last pattern; False without memory."""
    cdef int64_t room = (tables.n_patterns + NARROW_LANES - 1) // NARROW_LANES * NARROW_LANES
    entries.overlaps = <int64_t *>calloc(room, sizeof(int64_t))
    entries.slopes = <double *>calloc(room, sizeof(double))
    entries.narrow = <int32_t *>calloc(room, sizeof(int32_t))
    return entries.overlaps != NULL and entries.slopes != NULL and entries.narrow != NULL


cdef void free_room(Entries *entries) noexcept nogil:
    free(entries.overlaps)
    free(entries.slopes)
    free(entries.narrow)


cdef void look_up(const Tables *tables, Entries *entries) noexcept nogil:
    """Read the tables at the overlaps."""
    cdef int64_t n_patterns = tables.n_patterns
    cdef const double *slope
    cdef const double *bend
    entries.top = highest(n_patterns, entries.overlaps) if tables.relative else 0
    slope, bend = tables.slope - entries.top, tables.bend - entries.top
    entries.bend = read_tables(n_patterns, entries.overlaps, slope, bend, entries.slopes)
    entries.fits = tables.narrow_columns != NULL and narrow_slopes(
        n_patterns, entries.slopes, entries.narrow, &entries.total)
    if tables.limbs != NULL:
        entries.doubt = tables.doubt * sum_of_sizes(
            n_patterns, entries.overlaps, entries.slopes, bend)


cdef inline double difference(const Tables *tables, const Entries *entries, int64_t site,
                              int8_t spin) noexcept nogil:
    """D of a site, in the tables' units; 0 and the sign are exact."""
    cdef double d
    cdef const uint64_t *signs = tables.columns + site * tables.words
    if entries.fits:
        d = narrow_signed_sum(tables.n_patterns, entries.total,
                              tables.narrow_columns + site * tables.narrow_words, entries.narrow)
    else:
        d = signed_sum(tables.n_patterns, signs, entries.slopes)
    d -= spin * entries.bend
    if tables.limbs != NULL and -entries.doubt <= d <= entries.doubt:
        d = spin * whole_difference(tables.n_patterns, signs, spin, entries.overlaps,
                                    tables.limbs - entries.top, tables.n_limbs, tables.length,
                                    tables.unit)
    return d


cdef inline int8_t settled(bint ties_up, double d, int8_t spin) noexcept nogil:
    """What a site of D becomes at zero temperature."""
    if d > 0:
        return 1
    if d < 0:
        return -1
    return 1 if ties_up else spin


cdef int8_t drawn(const Rule *rule, const Tables *tables, const Entries *entries, double d,
                  int8_t spin, uint32_t draw) noexcept nogil:
    """What it becomes at a positive temperature: +1 with probability 1/(1 + e^(−D/T))."""
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


cdef inline int8_t becomes(const Rule *rule, const Tables *tables, const Entries *entries,
                           int64_t site, int8_t spin, const uint32_t *draw) noexcept nogil:
    """What a visited site becomes."""
    cdef double d = difference(tables, entries, site, spin)
    if rule.hot:
        return drawn(rule, tables, entries, d, spin, draw[0])
    return settled(rule.ties_up, d, spin)


cdef Tables tables_of(const uint64_t[:, ::1] columns, const uint32_t[:, ::1] narrow_columns,
                      const double[::1] slope, const double[::1] bend, const int32_t[:, ::1] limbs,
                      int64_t unit, double doubt, int64_t n_patterns, bint relative) except *:
    """Pointers to what Python holds."""
    cdef Tables tables
    cdef int64_t origin = slope.shape[0] - 1 if relative else slope.shape[0] // 2
    tables.n_patterns, tables.words = n_patterns, columns.shape[1]
    tables.narrow_columns, tables.narrow_words = NULL, 0
    if narrow_columns is not None:
        tables.narrow_columns, tables.narrow_words = &narrow_columns[0, 0], narrow_columns.shape[1]
    tables.columns, tables.slope, tables.bend = &columns[0, 0], &slope[origin], &bend[origin]
    tables.relative, tables.unit, tables.doubt = relative, unit, doubt
    tables.limbs, tables.n_limbs, tables.length = NULL, 0, 0
    if limbs is not None:
        tables.n_limbs, tables.length = limbs.shape[0], limbs.shape[1]
        tables.limbs = &limbs[0, origin]
    return tables


cdef Rule rule_of(object ties_up, object heat) except *:
    """(temperature, gain, log of the gain, logarithmic) of a heat bath, or None."""
    cdef Rule rule
    rule.hot, rule.ties_up, rule.logarithmic = heat is not None, ties_up, False
    rule.temperature = rule.gain = rule.log_gain = 0.0
    if heat is not None:
        rule.temperature, rule.gain, rule.log_gain, rule.logarithmic = heat
    return rule


def overlaps(
    const int8_t[:, ::1] patterns not None,
    const int8_t[:, ::1] states not None,
    int64_t[:, ::1] out not None,
):
    """ξ^μ·s of all these states."""
    with nogil:
        measure_overlaps(patterns.shape[0], states.shape[0], patterns.shape[1], &patterns[0, 0],
                         &states[0, 0], &out[0, 0])


def asynchronous(
    const uint64_t[:, ::1] columns not None,
    const uint32_t[:, ::1] narrow_columns,
    const double[::1] slope not None,
    const double[::1] bend not None,
    const int32_t[:, ::1] limbs,
    int64_t unit,
    double doubt,
    bint relative,
    object ties_up,
    object heat,
    const uint8_t[::1] clamped not None,
    int8_t[:, ::1] states not None,
    int64_t[:, ::1] overlaps not None,
    const int64_t[::1] index not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    int8_t[::1] stop not None,
    int64_t[::1] checked not None,
    const int64_t[::1] rows not None,
    int order,
    uint64_t key,
    int64_t until,
    int64_t budget,
):
    """One site after another, up to the update ``until`` or, at zero temperature, a fixed point.

    The look at all sites at the end of a sweep may take longer than the budget: ``checked`` says
    how far it has come.
    """
    cdef int64_t n = states.shape[1], n_patterns = overlaps.shape[1]
    cdef int64_t k, row, update, position, end, cost = n_patterns + _VISIT_COST
    cdef int64_t first
    cdef int64_t *memory
    cdef int32_t site
    cdef uint32_t state, sweep
    cdef int8_t spin
    cdef int8_t *spins
    cdef Tables tables = tables_of(columns, narrow_columns, slope, bend, limbs, unit,
                                   doubt, n_patterns, relative)
    cdef Rule rule = rule_of(ties_up, heat)
    cdef Entries entries
    cdef bint room = make_room(&tables, &entries)
    cdef int32_t *sites = <int32_t *>malloc((n + PHILOX_CHUNK) * sizeof(int32_t))
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    cdef uint32_t *chances = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    try:
        if not room or sites == NULL or draws == NULL or chances == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, memory = &states[row, 0], &overlaps[row, 0]
                memcpy(entries.overlaps, memory, n_patterns * sizeof(int64_t))
                look_up(&tables, &entries)
                budget -= _FLIP_COST * n_patterns
                update = updates[row]
                while budget > 0:
                    if not rule.hot and update % n == 0 and checked[row] != _UNSTABLE:
                        while checked[row] < n and budget > 0:
                            site = <int32_t>checked[row]
                            budget -= cost
                            if not clamped[site] and spins[site] != becomes(
                                    &rule, &tables, &entries, site, spins[site], NULL):
                                checked[row] = _UNSTABLE
                                break
                            checked[row] += 1
                        if checked[row] == n:
                            stop[row] = _FIXED
                            break
                        if checked[row] != _UNSTABLE:
                            break
                    if update >= until:
                        break
                    state, sweep = <uint32_t>index[row], <uint32_t>(update // n)
                    visit_order(order, n, sites, draws, key, _ORDER, state, sweep)
                    if rule.hot:
                        philox_words(n, chances, key, _ACCEPT, state, sweep)
                    position = first = update % n
                    end = min(n, position + until - update)
                    update -= position
                    while position < end and budget > 0:
                        site = sites[position]
                        spin = spins[site]
                        if not clamped[site]:
                            spin = becomes(&rule, &tables, &entries, site, spin, chances + position)
                            budget -= cost
                        position += 1
                        if spin != spins[site]:
                            spins[site] = spin
                            move_overlaps(n_patterns, 2 * spin,
                                          tables.columns + site * tables.words, entries.overlaps)
                            look_up(&tables, &entries)
                            flips[row] += 1
                            budget -= _FLIP_COST * n_patterns
                    if position > first:  # else the budget ran out before a visit
                        checked[row] = 0
                    update += position
                updates[row] = update
                memcpy(memory, entries.overlaps, n_patterns * sizeof(int64_t))
                if budget <= 0:
                    break
    finally:
        free_room(&entries)
        free(sites)
        free(draws)
        free(chances)


def synchronous(
    const uint64_t[:, ::1] columns not None,
    const uint32_t[:, ::1] narrow_columns,
    const double[::1] slope not None,
    const double[::1] bend not None,
    const int32_t[:, ::1] limbs,
    int64_t unit,
    double doubt,
    bint relative,
    object ties_up,
    object heat,
    const uint8_t[::1] clamped not None,
    int8_t[:, ::1] states not None,
    int64_t[:, ::1] overlaps not None,
    int8_t[:, ::1] previous not None,
    const int64_t[::1] index not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    int8_t[::1] stop not None,
    int64_t[::1] checked not None,
    int8_t[:, ::1] ahead not None,
    const int64_t[::1] rows not None,
    uint64_t key,
    int64_t until,
    int64_t budget,
):
    """All sites at once, up to the update ``until`` or, at zero temperature, a fixed point or a
    2-cycle.

    A step may take longer than the budget: ``checked`` says how many sites of it are worked out,
    and ``ahead`` what they will be.
    """
    cdef int64_t n = states.shape[1], n_patterns = overlaps.shape[1]
    cdef int64_t k, row, changes, site, cost = n_patterns + _VISIT_COST
    cdef int64_t *memory
    cdef uint32_t state, sweep
    cdef int8_t *spins
    cdef int8_t *new
    cdef bint cycle
    cdef Tables tables = tables_of(columns, narrow_columns, slope, bend, limbs, unit,
                                   doubt, n_patterns, relative)
    cdef Rule rule = rule_of(ties_up, heat)
    cdef Entries entries
    cdef bint room = make_room(&tables, &entries)
    cdef uint32_t *chances = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    try:
        if not room or chances == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, new, memory = &states[row, 0], &ahead[row, 0], &overlaps[row, 0]
                memcpy(entries.overlaps, memory, n_patterns * sizeof(int64_t))
                while budget > 0:
                    look_up(&tables, &entries)
                    budget -= _FLIP_COST * n_patterns
                    if rule.hot:
                        state, sweep = <uint32_t>index[row], <uint32_t>(updates[row] // n)
                        philox_words(n, chances, key, _ACCEPT, state, sweep)
                    while checked[row] < n and budget > 0:
                        site = checked[row]
                        new[site] = spins[site]
                        if not clamped[site]:
                            new[site] = becomes(&rule, &tables, &entries, site, spins[site],
                                                chances + site)
                            budget -= cost
                        checked[row] += 1
                    if checked[row] < n:
                        break
                    changes = 0
                    for site in range(n):
                        changes += new[site] != spins[site]
                    if changes == 0 and not rule.hot:
                        stop[row] = _FIXED
                        break
                    if updates[row] >= until:
                        checked[row] = _UNSTABLE
                        break
                    cycle = (not rule.hot and updates[row] > 0
                             and memcmp(new, &previous[row, 0], n) == 0)
                    memcpy(&previous[row, 0], spins, n)
                    for site in range(n):
                        if new[site] != spins[site]:
                            move_overlaps(n_patterns, 2 * new[site],
                                          tables.columns + site * tables.words, entries.overlaps)
                    memcpy(spins, new, n)
                    updates[row] += n
                    flips[row] += changes
                    checked[row] = 0
                    budget -= changes * n_patterns
                    if cycle:
                        stop[row] = _CYCLE
                        break
                    if rule.hot and updates[row] >= until:
                        checked[row] = _UNSTABLE
                        break
                memcpy(memory, entries.overlaps, n_patterns * sizeof(int64_t))
                if budget <= 0:
                    break
    finally:
        free_room(&entries)
        free(chances)
