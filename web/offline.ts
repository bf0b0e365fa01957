import type { Plugin } from 'vite'

/** What the app begins with, whatever is opened. */
const BEGIN = ['/src/main.ts']
const INBOX = [...BEGIN, '/src/shell/Shell.vue', '/src/pages/Inbox.vue']
/** What has to be on the device for registering and completing without a network: these and all they import. */
const NEEDED = [...INBOX, '/src/pages/Register.vue', '/src/pages/RegisterForm.vue', '/src/pages/Waiting.vue', '/src/forms/viewer.ts']
/** What is fetched before anybody has done anything; a test holds it small. */
const FIRST: Record<string, string[]> = { '/sign-in': [...BEGIN, '/src/pages/SignIn.vue'], '/inbox': INBOX }

interface Chunk {
  type: string
  fileName: string
  moduleIds?: string[]
  imports?: string[]
  viteMetadata?: { importedCss: Set<string> }
}

/** Writes `offline.json`, the list of files the service worker keeps from the beginning, and `first.json`, what screens begin with. */
export function offline(): Plugin {
  return {
    name: 'bihuan-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const chunks = bundle as unknown as Record<string, Chunk>
      const first = Object.fromEntries(Object.entries(FIRST).map(([screen, paths]) => [screen, withImports(chunks, paths)]))
      this.emitFile({ type: 'asset', fileName: 'offline.json', source: JSON.stringify(withImports(chunks, NEEDED)) })
      this.emitFile({ type: 'asset', fileName: 'first.json', source: JSON.stringify(first) })
    },
  }
}

/** The files that hold modules, and all that these import. */
function withImports(chunks: Record<string, Chunk>, paths: readonly string[]): string[] {
  const kept = new Set<string>()
  const keep = (name: string): void => {
    const chunk = chunks[name]
    if (!chunk || kept.has(`/${name}`)) return
    kept.add(`/${name}`)
    for (const style of chunk.viteMetadata?.importedCss ?? []) kept.add(`/${style}`)
    for (const other of chunk.imports ?? []) keep(other)
  }
  for (const path of paths) {
    const holders = Object.entries(chunks).filter(([, chunk]) => chunk.moduleIds?.some((id) => id.split('?')[0]!.endsWith(path)))
    if (!holders.length) throw new Error(`nothing holds ${path}`)
    for (const [name] of holders) keep(name)
  }
  return [...kept].sort()
}
