import { brotliCompress, constants, gzip } from 'node:zlib'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Plugin } from 'vite'

const PACKED = /\.(js|css|svg)$/
/** Below this nothing is won. */
const LEAST = 1_000

/** Packs each file of `assets` once, as `.br` and `.gz` beside it, so that the server need not do it at every request. */
export function packed(): Plugin {
  return {
    name: 'bihuan-packed',
    apply: 'build',
    enforce: 'post',
    async writeBundle({ dir }) {
      const folder = join(dir ?? 'dist', 'assets')
      const files = (await readdir(folder)).filter((name) => PACKED.test(name))
      await Promise.all(files.map((name) => pack(join(folder, name))))
    },
  }
}

async function pack(file: string): Promise<void> {
  const content = await readFile(file)
  if (content.length < LEAST) return
  const words = { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_QUALITY]: 10 } }
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, words))
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }))
}
