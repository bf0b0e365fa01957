/// <reference types="vitest/config" />
import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { offline } from './offline.ts'
import { packed } from './packed.ts'

const backend = process.env.BIHUAN_SERVER ?? 'http://127.0.0.1:8080'

// What is shown first comes in few files: with many, each waits for the one before. A group takes what its modules import
// with it, unless one of a higher priority has it already.
const SHARED = ['node_modules/(@vue|vue)/', 'fontsource', 'src/styles/base.css', 'src/i18n/(zh|en)/request.json', 'src/offline/photos', 'plugin-vue:export-helper', 'vite/preload-helper', 'vite/modulepreload-polyfill', 'icons/bihuan']
const GROUPS = [
  // Of both pages, so that the public's does not load what only the staff's needs.
  { name: 'common', test: new RegExp(SHARED.join('|')), priority: 4 },
  { name: 'app', test: /src\/main\.ts$/, priority: 3 },
  // Of the page to sign in, which needs nothing else of the inbox.
  { name: 'button', test: /element-plus\/es\/components\/button\//, priority: 2 },
  { name: 'inbox', test: /src\/(shell\/Shell|pages\/Inbox)\.vue$/, priority: 1 },
]

export default defineConfig({
  plugins: [
    vue(),
    // Element Plus comes component by component, so that the first page carries only what it shows.
    components({ dts: 'src/components.d.ts', dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    offline(),
    packed(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': backend } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    // Two pages: the app of the staff, and a small one for the public.
    rolldownOptions: { input: { index: 'index.html', request: 'request.html' }, output: { codeSplitting: { groups: GROUPS } } },
  },
  test: { environment: 'happy-dom', pool: 'vmThreads', setupFiles: ['tests/setup.ts'], include: ['tests/**/*.test.ts'] },
})
