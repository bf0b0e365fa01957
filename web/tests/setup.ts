// Some versions of Node bring a localStorage of their own that is none without a file; tests have this one.
class Memory {
  private kept = new Map<string, string>()
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, String(value))
  }
  removeItem(key: string): void {
    this.kept.delete(key)
  }
  clear(): void {
    this.kept.clear()
  }
}

Object.defineProperty(globalThis, 'localStorage', { value: new Memory(), configurable: true })
