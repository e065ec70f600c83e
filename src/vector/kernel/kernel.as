/*
 * AssemblyScript, compiled by scripts/build-kernel.mjs. The hot loops of a vector scan, over memory that
 * simd-kernel.ts lays out; plain-kernel.ts does the same with the same results to the last bit.
 *
 * A row is `stride` bytes of components, its scale and its bonus. Both scans value it as
 * f32(f32(f32(integer) * factor) * scale) + bonus, and keep the rows of greatest value in `values` and `positions`: a
 * heap with its least on top once it is full. They answer how many it holds.
 */

const TAIL_BYTES: usize = 8

/** Rows of `stride` int8 (a multiple of 16) by a query of as many int16; the integer is their dot product. */
export function scanInt8(
  codes: usize,
  stride: i32,
  rows: i32,
  query: usize,
  factor: f32,
  mask: usize,
  firstPosition: i32,
  values: usize,
  positions: usize,
  capacity: i32,
  count: i32,
): i32 {
  for (let row = 0; row < rows; row++) {
    if (mask != 0 && !isMarked(mask, row)) continue
    const code = codes + <usize>row * (<usize>stride + TAIL_BYTES)
    let even = i32x4.splat(0)
    let odd = i32x4.splat(0)
    for (let at: usize = 0; at < <usize>stride; at += 16) {
      even = i32x4.add(
        even,
        i32x4.dot_i16x8_s(v128.load8x8_s(code + at), v128.load(query + 2 * at)),
      )
      odd = i32x4.add(
        odd,
        i32x4.dot_i16x8_s(v128.load8x8_s(code + at, 8), v128.load(query + 2 * at, 16)),
      )
    }
    const sums = i32x4.add(even, odd)
    const dot =
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      i32x4.extract_lane(sums, 2) +
      i32x4.extract_lane(sums, 3)
    const value = valueOf(dot, factor, code + <usize>stride)
    count = offer(value, firstPosition + row, values, positions, capacity, count)
  }
  return count
}

/**
 * Rows of `stride` bytes (a multiple of 8), a bit for each component; the query has four words for each word of a row,
 * its planes of weight 1, 2, 4 and -8. The integer is twice the sum of the query where the row has ones, less `total`.
 */
export function scanBits(
  codes: usize,
  stride: i32,
  rows: i32,
  query: usize,
  total: i32,
  factor: f32,
  mask: usize,
  firstPosition: i32,
  values: usize,
  positions: usize,
  capacity: i32,
  count: i32,
): i32 {
  for (let row = 0; row < rows; row++) {
    if (mask != 0 && !isMarked(mask, row)) continue
    const code = codes + <usize>row * (<usize>stride + TAIL_BYTES)
    let ones: i64 = 0
    let twos: i64 = 0
    let fours: i64 = 0
    let eights: i64 = 0
    for (let at: usize = 0; at < <usize>stride; at += 8) {
      const bits = load<i64>(code + at)
      const planes = query + 4 * at
      ones += popcnt<i64>(bits & load<i64>(planes))
      twos += popcnt<i64>(bits & load<i64>(planes, 8))
      fours += popcnt<i64>(bits & load<i64>(planes, 16))
      eights += popcnt<i64>(bits & load<i64>(planes, 24))
    }
    const sum = <i32>(ones + 2 * twos + 4 * fours - 8 * eights)
    const value = valueOf(2 * sum - total, factor, code + <usize>stride)
    count = offer(value, firstPosition + row, values, positions, capacity, count)
  }
  return count
}

@inline
function isMarked(mask: usize, row: i32): bool {
  return ((load<u8>(mask + (row >> 3)) >> (row & 7)) & 1) != 0
}

@inline
function valueOf(integer: i32, factor: f32, tail: usize): f32 {
  return <f32>integer * factor * load<f32>(tail) + load<f32>(tail, 4)
}

@inline
function offer(
  value: f32,
  position: i32,
  values: usize,
  positions: usize,
  capacity: i32,
  count: i32,
): i32 {
  if (count == capacity) {
    if (value > load<f32>(values)) sink(value, position, values, positions, capacity)
    return count
  }
  // The bonus of a row that was deleted is minus infinity.
  if (!(value > -Infinity)) return count
  rise(value, position, values, positions, count)
  return count + 1
}

function rise(value: f32, position: i32, values: usize, positions: usize, count: i32): void {
  let at = count
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = load<f32>(values + (<usize>parent << 2))
    if (above <= value) break
    put(above, load<i32>(positions + (<usize>parent << 2)), values, positions, at)
    at = parent
  }
  put(value, position, values, positions, at)
}

function sink(value: f32, position: i32, values: usize, positions: usize, count: i32): void {
  let at = 0
  while (true) {
    let child = 2 * at + 1
    if (child >= count) break
    let below = load<f32>(values + (<usize>child << 2))
    if (child + 1 < count) {
      const other = load<f32>(values + (<usize>(child + 1) << 2))
      if (other < below) {
        below = other
        child += 1
      }
    }
    if (below >= value) break
    put(below, load<i32>(positions + (<usize>child << 2)), values, positions, at)
    at = child
  }
  put(value, position, values, positions, at)
}

@inline
function put(value: f32, position: i32, values: usize, positions: usize, at: i32): void {
  store<f32>(values + (<usize>at << 2), value)
  store<i32>(positions + (<usize>at << 2), position)
}
