import { firstBits } from './sha256'

export interface Challenge {
  nonce: string
  difficulty: number
}

const AT_ONCE = 2_000

/** Find what solves a task; the page stays alive meanwhile. */
export async function solve({ nonce, difficulty }: Challenge): Promise<string> {
  for (let number = 0; ; number++) {
    const bits = firstBits(`${nonce}:${number}`)
    if (difficulty === 0 || bits >>> (32 - difficulty) === 0) return String(number)
    if (number % AT_ONCE === AT_ONCE - 1) await new Promise((done) => setTimeout(done))
  }
}
