import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '@/i18n'

type Words = { [key: string]: string | Words }

function keys(words: Words, prefix = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keys(value, `${prefix}${key}.`),
  )
}

function at(words: Words, key: string): string {
  return key.split('.').reduce<string | Words>((found, part) => (found as Words)[part]!, words) as string
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !path.includes('contract') ? [path] : []
  })
}

describe('the catalogue', () => {
  const zh = catalogue('zh')
  const en = catalogue('en')

  it('has the same keys in both languages', () => {
    expect(keys(en).sort()).toEqual(keys(zh).sort())
  })

  it('has the same placeholders in both languages', () => {
    const named = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]))].sort()
    for (const key of keys(zh)) expect([key, named(at(en, key))]).toEqual([key, named(at(zh, key))])
  })

  it('holds every key the app asks for by name', () => {
    const known = new Set(keys(zh))
    for (const path of sources('src')) {
      for (const [, key] of readFileSync(path, 'utf8').matchAll(/\bt\('([\w.]+)'/g)) {
        expect(known.has(key!), `${path}: ${key}`).toBe(true)
      }
    }
  })

  it('leaves no Chinese text in the components', () => {
    for (const path of sources('src')) {
      const text = readFileSync(path, 'utf8').replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      expect(text.match(/[\u4e00-\u9fff]+/g), path).toBeNull()
    }
  })
})
