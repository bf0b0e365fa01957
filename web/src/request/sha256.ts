/* SHA-256 (FIPS 180-4) of a short text, whole and at once: the browser's own answers later for each call, and on https only. */
const K = new Uint32Array(64)
const START = new Uint32Array(8)

function prepare(): void {
  let found = 0
  for (let candidate = 2; found < 64; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
    if (!prime) continue
    const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) >>> 0
    if (found < 8) START[found] = fraction(Math.sqrt(candidate))
    K[found++] = fraction(Math.cbrt(candidate))
  }
}
prepare()

const words = new Uint32Array(64)
const turn = (value: number, by: number): number => (value >>> by) | (value << (32 - by))

/** The first 32 bits of the digest. */
export function firstBits(text: string): number {
  return digest(text)[0]!
}

/** The digest as eight words. */
export function digest(text: string): Uint32Array {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, bytes.length * 8)
  const state = new Uint32Array(START)
  for (let block = 0; block < padded.length; block += 64) mix(state, view, block)
  return state
}

function mix(state: Uint32Array, view: DataView, block: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + 4 * i)
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15]!
    const late = words[i - 2]!
    const one = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)
    const two = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
    words[i] = (words[i - 16]! + one + words[i - 7]! + two) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + words[i]!) | 0
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  ;[a, b, c, d, e, f, g, h].forEach((value, place) => (state[place] = state[place]! + value))
}
