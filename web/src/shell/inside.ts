/** Where to go after signing in: only a path of our own, never somewhere else. */
export function inside(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/'
}
