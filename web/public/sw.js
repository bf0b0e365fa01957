// Keeps the app's own files, so that it opens and registers without a network. Answers of the API are never kept here.
const SHELL = 'bihuan-shell'
const FILES = 'bihuan-files'
const OWN = ['/', '/manifest.webmanifest', '/icons/bihuan.svg']

self.addEventListener('install', (event) => event.waitUntil(renew().then(() => self.skipWaiting())))

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// A page of a new version says so: its files are fetched, those of versions before go.
self.addEventListener('message', (event) => {
  if (event.data === 'renew') event.waitUntil(renew())
})

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/')) return
  if (url.pathname.startsWith('/request')) return
  if (event.request.mode === 'navigate') event.respondWith(page(event))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(file(event))
  else if (OWN.includes(url.pathname)) event.respondWith(fetch(event.request).catch(() => caches.match(event.request)))
})

/** Everything that is needed without a network is kept, in the version the server has now. */
async function renew() {
  const listed = await fetch('/offline.json', { cache: 'no-cache' })
  if (!listed.ok) return
  const wanted = await listed.json()
  const shell = await caches.open(SHELL)
  await shell.addAll(OWN)
  const files = await caches.open(FILES)
  const kept = new Set((await files.keys()).map((request) => new URL(request.url).pathname))
  await files.addAll(wanted.filter((path) => !kept.has(path)))
  const fresh = new Set(wanted)
  for (const path of kept) if (/\.(js|css)$/.test(path) && !fresh.has(path)) await files.delete(path)
}

// The page comes from the network while there is one, so that a new version is seen at once.
async function page(event) {
  try {
    const answer = await fetch(event.request)
    // Kept beside: nobody waits for it.
    if (answer.ok) event.waitUntil(keep(SHELL, '/', answer.clone()))
    return answer
  } catch {
    return (await caches.match('/')) ?? Response.error()
  }
}

// A file's name changes with its content: what is kept stays right.
async function file(event) {
  const kept = await (await caches.open(FILES)).match(event.request)
  if (kept) return kept
  const answer = await fetch(event.request)
  if (answer.ok) event.waitUntil(keep(FILES, event.request, answer.clone()))
  return answer
}

async function keep(where, request, answer) {
  await (await caches.open(where)).put(request, answer)
}
