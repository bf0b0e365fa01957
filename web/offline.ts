import type { Plugin } from 'vite'

/** What has to be on the device for registering and completing without a network: these and all they import. */
const NEEDED = ['/index.html', '/src/main.ts', '/src/shell/Shell.vue', '/src/pages/Inbox.vue', '/src/pages/Register.vue', '/src/pages/RegisterForm.vue', '/src/pages/Waiting.vue', '/src/forms/viewer.ts']

interface Chunk {
  type: string
  fileName: string
  facadeModuleId?: string | null
  imports?: string[]
  viteMetadata?: { importedCss: Set<string> }
}

/** Writes `offline.json`, the list of files the service worker keeps from the beginning. */
export function offline(): Plugin {
  return {
    name: 'bihuan-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const chunks = bundle as unknown as Record<string, Chunk>
      const kept = new Set<string>()
      const keep = (name: string): void => {
        const chunk = chunks[name]
        if (!chunk || kept.has(`/${name}`)) return
        kept.add(`/${name}`)
        for (const style of chunk.viteMetadata?.importedCss ?? []) kept.add(`/${style}`)
        for (const other of chunk.imports ?? []) keep(other)
      }
      for (const [name, chunk] of Object.entries(chunks)) {
        if (NEEDED.some((path) => chunk.facadeModuleId?.split('?')[0]?.endsWith(path))) keep(name)
      }
      this.emitFile({ type: 'asset', fileName: 'offline.json', source: JSON.stringify([...kept].sort()) })
    },
  }
}
